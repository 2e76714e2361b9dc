"""The card of a matching model: what people read before they trust it or put it into service."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping

from engine.documents import model_card_tables as tables
from engine.documents.gate_text import PRIOR, refusals, render_gate
from engine.documents.model_words import (
    NO_DATA,
    RANKERS,
    STATES,
    cell,
    figure,
    figure_within,
    limit_words,
)
from engine.training.gate_report import GateReport
from engine.training.report import DataSummary, MadeFrom, TrainingReport
from engine.wording import label
from engine.wording.dates import date
from engine.wording.quantities import number, percent

_FOR = (
    "Оценивает, насколько вероятно, что этот педагог завершит мероприятие и получит пользу, и "
    "упорядочивает этим каталог. Маршрут из лучших собирает планировщик: по дефицитам, времени, "
    "местам и правилам.",
    "Решает человек: причины каждого шага видны, методист может закрепить, исключить, отклонить.",
)
_NOT_FOR = (
    "Не для оценки педагогов, организаторов и школ и не для кадровых решений.",
    "Не прогноз записи: она ищет, что принесёт пользу, а не что возьмут.",
    "Не доказательство, что мероприятие действует: для этого нужен опыт со жребием.",
    "Не для другого региона, рамки или каталога без новой проверки на их данных.",
)
_MODELS_NOTE = (
    "Логарифмические потери, оценка Брайера и ошибка калибровки — чем меньше, тем лучше; AUC — как "
    "часто лучшему исходу дана большая вероятность, чем худшему. Закрытый дефицит — сколько целых "
    "дефицитов закрывает маршрут по мнению судьи; «к работающей» — отношение к ней на тех же "
    "педагогах. В скобках — границы с надёжностью 95 % по повторным выборкам педагогов."
)
_RANKING_NOTE = (
    "Что из завершённого позже стояло в списке, составленном в день раздела, — от лучших по NDCG. "
    "Новизна — биты неожиданности; перекос — насколько списки популярнее пройденного раньше (0 — "
    "так же); охват — доля каталога в списках; сосредоточенность — 0, если показано всё поровну."
)
_SLICES_NOTE = (
    "Ошибка калибровки — по отложенным исходам, закрытый дефицит — по маршрутам этих педагогов "
    "в отношении к работающей модели."
)
_WEIGHTS_NOTE = (
    "«Обычно» — между какими значениями лежит фактор в данных обучения (5 % и 95 %; у редких "
    "признаков — наименьшее и наибольшее); «во сколько раз» — как меняются шансы на завершение с "
    "пользой при переходе от первого ко второму, если прочее равно. Наклоны — логиты на единицу "
    "фактора. Похожие факторы делят одно действие между собой: судите о них вместе."
)


def render_model_card(report: TrainingReport) -> str:
    """The card in Markdown, in Russian; the same report gives the same text."""
    parts = [
        f"# Карточка модели подбора {cell(report.version)}",
        _list(_summary(report)),
        "## Для чего она",
        _list(_FOR),
        "## Для чего она не годится",
        _list(_NOT_FOR),
        "## Данные",
        _list(_data(report.data)),
        "## Отложенные исходы и маршруты",
        tables.models_table(report.models),
        f"{_MODELS_NOTE} Маршруты построены для {_whole(report.plans)} педагогов, судья выучен по "
        f"{_whole(report.judge_outcomes)} отложенным исходам.",
        "## Ранжирование рядом с базовыми",
        tables.ranking_table(report.ranking, report.version),
        _RANKING_NOTE,
        "## Что заработали бы списки",
        tables.off_policy_table(report.off_policy),
        _off_policy_note(report),
        "## Срезы",
        tables.slices_table(report.models),
        _SLICES_NOTE,
        "## Сбывается ли обещанное",
        tables.reliability_table(report.models[0].outcomes.reliability),
        "## Что весит в релевантности",
        tables.weights_table(report.weights),
        _WEIGHTS_NOTE,
        _list(_learned(report)),
        "## Эффекты мероприятий",
        *_effects(report),
        _gate(report.gate),
        "## Пределы",
        _list(limit_words(limit) for limit in report.limits),
        "## Происхождение",
        _list(_lineage(report.lineage)),
    ]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _off_policy_note(report: TrainingReport) -> str:
    if not report.off_policy:
        return ""
    found = report.off_policy[0]
    return (
        "Сколько в среднем заработало бы одно предложение, если бы предлагали первые "
        f"{_whole(found.k)} из списка модели: завершённое — его исход (1, если он не назван), "
        "остальное — 0. Судит журнал подборок, где хранится вероятность каждого предложения; "
        f"границы с надёжностью {percent(found.report.confidence, 'ru')} по повторным выборкам "
        "педагогов. Где журнал этого не знает, числа нет."
    )


def _list(lines: Iterator[str] | tuple[str, ...]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _summary(report: TrainingReport) -> Iterator[str]:
    candidate = report.models[0]
    yield (
        f"Сделана: {date(report.created_on, 'ru')}; работала тогда: "
        f"{PRIOR if report.lineage.parent is None else cell(report.lineage.parent)}."
    )
    if report.gate is None:
        yield "Допуск: **не проверялся**."
    elif report.gate.passed:
        yield "Допуск: **допущена**."
    else:
        yield f"Допуск: **не допущена**. {'; '.join(refusals(report.gate))}."
    if len(report.models) > 1:
        yield (
            f"Закрытый дефицит маршрутов к работающей модели: "
            f"{figure_within(candidate.plans.to_in_service)} (педагогов {_whole(report.plans)})."
        )
    yield (
        f"Ошибка калибровки на отложенных исходах: "
        f"{figure(candidate.outcomes.calibration_error)} (исходов {_whole(candidate.outcomes.n)})."
    )
    yield from _found(report)


def _found(report: TrainingReport) -> Iterator[str]:
    """What the candidate's lists found beside the best of all: it may well be a baseline."""
    own = next((row for row in report.ranking if row.name == report.version), None)
    if own is None or math.isnan(own.ndcg.estimate):
        return
    best = tables.best_first(report.ranking)[0]
    line = f"Завершённое позже в списках из {own.k}: NDCG {figure_within(own.ndcg)}"
    if best.name != own.name:
        name = RANKERS.get(best.name) or cell(best.name)
        line += f"; выше всех — {name}, {figure_within(best.ndcg)} (см. «Пределы» о популярности)"
    yield f"{line}."


def _data(data: DataSummary) -> Iterator[str]:
    yield (
        f"Педагогов {_whole(data.people)}, из них что-то проходили или получали предложения "
        f"{_whole(data.active)}; мероприятий {_whole(data.activities)}."
    )
    states = (f"{STATES[state]} {_whole(n)}" for state, n in data.by_state.items())
    yield f"Взаимодействий {_whole(sum(data.by_state.values()))}: {', '.join(states)}."
    yield (
        f"С {date(data.first_day, 'ru')} по {date(data.last_day, 'ru')}; день раздела "
        f"{date(data.split_day, 'ru')}: до него {_whole(data.n_train)}, с него "
        f"{_whole(data.n_test)}. Что было после, модель не видела."
    )
    known = not math.isnan(data.measured_share)
    share = percent(data.measured_share, "ru") if known else NO_DATA
    yield (
        f"Выучено по {_whole(data.outcomes)} исходам, завершений среди них "
        f"{_whole(data.completed)}; снова измерено после них: "
        f"{share}."
    )


def _learned(report: TrainingReport) -> Iterator[str]:
    yield f"Логит там, где все факторы у своей середины: {figure(report.intercept)}."
    quality = report.quality
    if quality is None:
        yield "Исходы отдельных мероприятий не выучены."
    else:
        yield (
            f"Разброс исходов сверх факторов, квадраты логитов: между видами "
            f"{figure(quality.kind)}, между организаторами {figure(quality.provider)}, между "
            f"мероприятиями {figure(quality.activity)}; мероприятий с исходами "
            f"{_whole(quality.activities)}."
        )
    rates = (
        f"{label('kind', kind, 'ru')} {percent(rate, 'ru')}"
        for kind, rate in report.benefit_rate.items()
    )
    yield f"Доля завершивших, кому помогло, по видам: {', '.join(rates) or NO_DATA}."


def _effects(report: TrainingReport) -> Iterator[str]:
    effects = report.effects
    if effects is None:
        yield "Не оценены: действуют эффекты политики."
        return
    yield tables.effects_table(effects.kinds)
    lines = [
        f"Свой эффект — у {_whole(effects.activities)} мероприятий (по компетенциям — "
        f"{_whole(effects.nodes)}), у {_whole(effects.providers)} организаторов внутри вида; "
        "у остальных — эффект вида, а если нет и его — политики.",
    ]
    check = effects.check
    if check is not None:
        lines.append(
            f"Оценены по {_whole(check.n_rows)} повторным измерениям {_whole(check.n_people)} "
            f"педагогов; в 90-процентный интервал попало {percent(check.inside_90, 'ru')}, "
            f"отношение ошибок к ожидаемым (в квадрате) {figure(check.calibration)}."
        )
        if not check.converged:
            lines.append(f"Не сошлось за {_whole(check.n_steps)} шагов: эффекты приблизительны.")
    yield _list(tuple(lines))


def _gate(gate: GateReport | None) -> str:
    return "## Допуск\n\nНе проверялся." if gate is None else render_gate(gate)


def _lineage(lineage: MadeFrom) -> Iterator[str]:
    yield f"Программа: {cell(lineage.code_version)}."
    yield f"Отпечаток данных (SHA-256): {cell(lineage.data_fingerprint) or NO_DATA}."
    for name, value in _flat(lineage.parameters):
        yield f"{cell(name)}: {cell(value)}"


def _flat(parameters: Mapping[str, object], above: str = "") -> Iterator[tuple[str, str]]:
    for name, value in parameters.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", json.dumps(value, ensure_ascii=False, default=str)


def _whole(value: int) -> str:
    return number(value, "ru", 0)
