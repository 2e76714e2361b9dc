"""The model card and the comparison in a terminal, against a report made by hand."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.documents.gate_text import render_gate
from engine.documents.model_card import render_model_card
from engine.documents.model_comparison import comparison_text, ranking_text
from engine.documents.model_words import LIMITS, NO_SUPPORT, limit_words, slice_words
from engine.evaluation.bootstrap import Interval
from engine.evaluation.off_policy import Reason
from engine.interactions import STATES
from engine.recommendation import to_dict
from engine.training import report_build
from engine.training.evaluate import Evaluation
from engine.training.report import Limit, TrainingReport, report_from_json, report_to_json
from engine.wording.quantities import number
from tests.engine.training.reports import (
    MODELS,
    NAN,
    OFF_POLICY,
    RANKING,
    REPORT,
    gate_report,
    ranker,
)

SPELLED = {"5", "10", "90", "95", "256"}
"""Numbers of the fixed sentences: quantiles, confidence, SHA-256."""

CARD = render_model_card(REPORT)


def numbers_of(value: object) -> Iterator[float]:
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield float(value)
    elif isinstance(value, dict):
        for inner in value.values():
            yield from numbers_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_of(inner)


def spellings(value: float) -> Iterator[str]:
    """A number as it may be printed: with up to three decimals, per cent, thousandths."""
    for scale in (1.0, 100.0, 1000.0):
        for places in range(4):
            for fixed in (False, True):
                yield number(abs(scale * value), "ru", places, fixed=fixed)


def test_every_number_printed_stands_in_the_report() -> None:
    """The card works nothing out but the sum of the states: what it prints is the report's."""
    known = SPELLED | set(spellings(12_345 + 2_222))
    for value in numbers_of(to_dict(REPORT, digits=None)):
        known.update(spellings(value))
    text = CARD
    for digest in (REPORT.lineage.data_fingerprint, "cd" * 6, REPORT.lineage.code_version):
        assert digest in text
        text = text.replace(digest, "")
    text = re.sub(r"\d{1,2} [а-я]+ 20\d\d", "", text)
    printed = re.findall(r"\d+(?: \d{3}(?!\d))*(?:,\d+)?", text)
    assert len(printed) > 150
    assert [n for n in printed if n not in known] == []


@pytest.mark.parametrize(
    "line",
    [
        "- Завершённое позже в списках из 10: NDCG 0,183 [0,171; 0,196]; выше всех — EASE, "
        "0,218 [0,203; 0,231] (см. «Пределы» о популярности).",
        "- Сделана: 1 сентября 2026; работала тогда: m-old.",
        "- Допуск: **допущена**.",
        "- Педагогов 812, из них что-то проходили или получали предложения 799; мероприятий 304.",
        "- Взаимодействий 14 567: завершено 12 345, не завершено 2222.",
        "- С 4 сентября 2023 по 27 августа 2026; день раздела 16 ноября 2025: до него 10 101, "
        "с него 4466. Что было после, модель не видела.",
        "- Выучено по 9753 исходам, завершений среди них 8642; снова измерено после них: 41 %.",
        "| m-new | 1234 | 0,512 [0,487; 0,541] | 0,773 | 0,168 | 0,026 | 1,431 [1,352; 1,514] | "
        "1,045 [1,018; 1,072] | 4,6 | 7,9 |",
        "| m-old | 1234 | 0,512 [0,487; 0,541] | 0,701 | 0,168 | 0,039 | 1,431 [1,352; 1,514] | "
        "1,000 [1,000; 1,000] | 4,6 | нет данных |",
        "| **m-new** | 777 | 0,235 [0,212; 0,257] | 0,183 [0,171; 0,196] | 0,091 [0,082; 0,103] "
        "| 5,43 | −0,37 | 0,876 | 0,432 |",
        "| m-new | 0,437 [0,361; 0,529] | 0,419 [0,358; 0,487] | 0,425 [0,371; 0,493] | 0,267 "
        "| 1123 | 643 | 213 | 2,3 % |",
        "| m-old | нет: слишком многое из списков не могло быть предложено | нет данных | "
        "нет данных | 0,267 | 1123 | 643 | 213 | нет данных |",
        "| сельские школы | 311 | 0,047 | 0,063 | 87 | 0,986 [0,941; 1,031] |",
        "| район: Ольский \\| север | 0 | нет данных | нет данных | 13 | нет данных |",
        "| должность: учитель | 902 | 0,029 | нет данных | 0 | нет данных |",
        "| 0,6; 0,7 | 345,6 | 0,654 | 0,632 |",
        "| совпадение с дефицитами | 0,00 → 0,75 | поднимает: × 4,80 | до 0,22: 3,10; до 0,44: "
        "2,20; от 0,44: 1,30 | 3,00 | 98 % | не может снижать |",
        "| популярность | 0,35 → 0,67 | снижает: × 0,58 | −1,70 | 0,00 | 93 % | при ранжировании "
        "не участвует |",
        "| практика для молодого педагога | нет данных | нет данных | 0,00 | 0,00 | 0 % |  |",
        "- Логит там, где все факторы у своей середины: −1,235.",
        "- Доля завершивших, кому помогло, по видам: программа повышения квалификации 71 %, "
        "семинар 59 %.",
        "| программа повышения квалификации | 0,53 | 0,46; 0,61 | 1357 | 0,45 |",
        '- fit.names: \\["a", "b"\\]',
    ],
)
def test_what_was_measured_stands_where_it_belongs(line: str) -> None:
    """Whole lines with numbers that are all different: a swapped column cannot pass."""
    assert line in CARD.split("\n")


def test_the_gate_is_printed_with_every_threshold() -> None:
    """The gate's own text is part of the card; only slices are named in words."""
    told = render_gate(gate_report()).replace("rural:yes", "сельские школы")
    assert told.strip() in CARD
    refused = render_model_card(replace(REPORT, gate=gate_report(fall=0.1)))
    assert "- Допуск: **не допущена**. срезы не меньше 100 педагогов" in refused
    assert "упали: сельские школы" in refused
    none = render_model_card(replace(REPORT, gate=None))
    assert "- Допуск: **не проверялся**." in none
    assert "## Допуск\n\nНе проверялся." in none


def test_rankers_stand_best_first_and_unknown_ones_last() -> None:
    """EASE found more than the candidate here, and the card does not hide it."""
    names = [line.split(" | ")[0] for line in CARD.split("\n") if " | 777 | " in line]
    assert names == ["| EASE", "| **m-new**", "| наугад"]


def test_factors_stand_by_what_they_change() -> None:
    """|log odds| 1.569 before 0.61 before 0.544, whatever the sign; not applicable comes last."""
    section = CARD.split("## Что весит в релевантности")[1].split("\n\n")[1]
    names = [line.split(" | ")[0][2:] for line in section.split("\n")[2:]]
    assert names == [
        "совпадение с дефицитами",
        "совпадение должности",
        "популярность",
        "практика для молодого педагога",
    ]


def test_kinds_with_most_evidence_stand_first() -> None:
    """2 468 completions of seminars stand before 1 357 of programmes."""
    section = CARD.split("## Эффекты мероприятий")[1].split("\n\n")[1]
    assert [line.split(" | ")[0][2:] for line in section.split("\n")[2:]] == [
        "семинар",
        "программа повышения квалификации",
    ]


def bare() -> TrainingReport:
    """A report where nothing could be measured."""
    nothing = Interval(NAN, NAN, NAN)
    outcomes = replace(
        MODELS[0].outcomes,
        n=0,
        log_loss=nothing,
        auc=NAN,
        brier=NAN,
        calibration_error=NAN,
        reliability=(),
        calibration_by_slice={},
    )
    plans = replace(MODELS[0].plans, closed=nothing, to_in_service=nothing, by_slice={}, steps=NAN)
    return replace(
        REPORT,
        lineage=replace(REPORT.lineage, parent=None, data_fingerprint=""),
        data=replace(REPORT.data, measured_share=NAN),
        quality=None,
        benefit_rate={},
        effects=None,
        models=(replace(MODELS[0], outcomes=outcomes, plans=plans, rank_p95_ms=NAN),),
        ranking=(),
        off_policy=(),
        gate=None,
    )


def test_what_was_not_measured_is_said() -> None:
    """NaN prints as «нет данных», an absent part as a sentence, and never as a number."""
    text = render_model_card(bare())
    assert "nan" not in text.casefold()
    assert "| m-new | 0 |" + " нет данных |" * 8 in text
    for said in (
        "работала тогда: веса из поставки",
        "снова измерено после них: нет данных.",
        "по видам: нет данных.",
        "Не измерено.",
        "ничего не предлагали подборками",
        "нет ни у кого.",
        "Отложенных исходов нет.",
        "Не оценены: действуют эффекты политики.",
        "Исходы отдельных мероприятий не выучены.",
        "Отпечаток данных (SHA-256): нет данных.",
    ):
        assert said in text, said


def test_the_same_report_gives_the_same_card() -> None:
    """Also after the report was written as JSON and read again."""
    assert render_model_card(REPORT) == CARD
    assert render_model_card(report_from_json(report_to_json(REPORT))) == CARD
    empty = bare()
    again = report_from_json(report_to_json(empty))
    assert render_model_card(again) == render_model_card(empty)


def test_a_fit_that_did_not_converge_is_said() -> None:
    """The effects' own check is told, and its warning only where it is due."""
    assert "Не сошлось" not in CARD
    assert REPORT.effects is not None
    assert REPORT.effects.check is not None
    check = replace(REPORT.effects.check, converged=False)
    report = replace(REPORT, effects=replace(REPORT.effects, check=check))
    assert "Не сошлось за 17 шагов" in render_model_card(report)


def test_nothing_from_outside_becomes_markup() -> None:
    """Names of versions, districts and parameters can break neither a table nor the page."""
    evil = "x|y\n# <b>**z**\x1b[31m"
    plans = replace(MODELS[0].plans, by_slice={f"district:{evil}": (Interval(1, 1, 1), 1)})
    report = replace(
        REPORT,
        version=evil,
        models=(replace(MODELS[0], version=evil, plans=plans), *MODELS[1:]),
        ranking=(replace(RANKING[0], name=evil),),
        lineage=replace(REPORT.lineage, parent=evil, parameters={evil: evil}),
        gate=None,
    )
    text = render_model_card(report)
    assert "\x1b" not in text
    assert "<b>" not in text.replace("\\<b\\>", "")
    assert text.count("\n# ") == 0
    tables = [line for line in text.split("\n") if line.startswith("|")]
    widths = [len(re.findall(r"(?<!\\)\|", line)) for line in tables]
    heads = [w for w, line in zip(widths[1:], tables[1:], strict=True) if "---" in line]
    assert sorted(set(widths)) == sorted(set(heads))


def test_every_limit_has_words() -> None:
    """Codes that reports are built with are worded; slices and traits are named in words."""
    source = Path(report_build.__file__).read_text(encoding="utf-8")
    section = source[source.index("def _limits") :]
    codes = set(re.findall(r'"(\w+)"', section)) - {"position", "district", "young", "rural"}
    assert codes == set(LIMITS)
    assert limit_words(Limit("small_slices", ("rural:yes", "district:Ольский"))).endswith(
        ": сельские школы, район: Ольский."
    )
    assert limit_words(Limit("no_slices", ("young",))).endswith(": молодые педагоги.")
    assert limit_words(Limit("unheard_of")) == "unheard_of"
    assert slice_words("shift:second") == "shift:second"
    assert all("{" not in limit_words(Limit(code, ("young:no",))) for code in LIMITS)


def test_every_reason_of_no_support_has_words() -> None:
    """Whoever is told no number is told why."""
    assert set(NO_SUPPORT) == set(Reason)


def test_every_state_has_a_name() -> None:
    """Each state that may be counted is named."""
    counts = dict.fromkeys(STATES, 7)
    text = render_model_card(replace(REPORT, data=replace(REPORT.data, by_state=counts)))
    (line,) = (one for one in text.split("\n") if one.startswith("- Взаимодействий"))
    assert line.count(" 7") == len(STATES)
    assert not any(state.value in line for state in STATES)


# --------------------------------------------------------------------------- terminal


def evaluation() -> Evaluation:
    return Evaluation(
        day=float(dt.date(2025, 11, 16).toordinal()),
        n_train=10_101,
        n_test=4_466,
        judge_outcomes=3_210,
        models=MODELS,
        ranking=RANKING,
        evaluated={},
        people=tuple(str(i) for i in range(400)),
        slices={"rural:yes": np.zeros(400, dtype=bool)},
        routes={},
        off_policy=OFF_POLICY,
    )


def rows_of(text: str) -> list[list[str]]:
    return [re.split(r" {2,}", line.strip()) for line in text.split("\n") if "  " in line]


def test_the_terminal_tells_models_and_rankers() -> None:
    """One row a model and one a ranker, best first, with intervals; nothing is cut at 110."""
    text = comparison_text(evaluation())
    assert "взаимодействий 4466, маршрутов на модель 400" in text
    assert "Списки из 10, людей 777" in text
    rows = rows_of(text)
    assert ["m-new", "0,512", "0,773", "0,026", "1,045 [1,018; 1,072]", "7,9"] in rows
    assert ["m-old", "0,512", "0,701", "0,039", "1,000 [1,000; 1,000]", "нет данных"] in rows
    ease = ["EASE", "0,235 [0,212; 0,257]", "0,218 [0,203; 0,231]", "0,091", "0,88", "−0,37"]
    assert ease in rows
    assert rows.index(ease) < [row[0] for row in rows].index("m-new", rows.index(ease))
    assert "из 7, по журналу (предложенное: 0,267)" in text
    estimates = ["0,437 [0,361; 0,529]", "0,419 [0,358; 0,487]", "0,425 [0,371; 0,493]"]
    assert ["m-new", *estimates, "1123"] in rows
    assert "m-old: слишком многое из списков" in " ".join(text.split())
    assert max(map(len, text.split("\n"))) <= 110
    assert "\x1b" not in text


def test_rankers_alone_and_none() -> None:
    """A plain table has rankers only; where nothing was ranked, that is said."""
    text = ranking_text(RANKING)
    assert text in comparison_text(evaluation())
    assert "не измерено" in ranking_text(())
    assert "нет данных" in text


def test_names_are_no_markup_in_a_terminal() -> None:
    """A version in square brackets stays text, and one that is long is cut."""
    row = ranker("[red]m[/red]", Interval(0.5, 0.4, 0.6))
    assert "[red]m[/red]" in ranking_text([row])
    long = ranking_text([replace(row, name="m" * 64)], width=60)
    assert "m" * 27 + "…" in long
    assert max(map(len, long.split("\n"))) <= 100
