"""A comparison and a check in words, each from records made by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.documents import render_check, render_comparison, render_html, render_terminal
from engine.domain import Reason
from engine.recommendation import Certificate, RouteEntry, VariantEntry
from engine.recommender.compare import compare
from engine.recommender.route_check import (
    CheckedStep,
    EditEntry,
    RepairedRoute,
    RouteCheck,
    ViolationEntry,
)
from engine.wording import LANGUAGES
from tests.engine.documents.fixtures import FULL
from tests.engine.recommender.test_compare import side, step

DAY = dt.date(2026, 9, 7)
NO_ROUTE = RouteEntry(None, None, 0, (), (), None, ())
NOTHING = RepairedRoute("OPTIMAL", 0, 0, "proved", 10.0, 10.0, (), NO_ROUTE, 0.1, False)
CHECK = RouteCheck(
    as_of=dt.datetime(2026, 8, 31, 9, tzinfo=dt.UTC),
    educator="E1",
    holds=True,
    steps=(CheckedStep(1, "a", "Курс а", "a-1", DAY, DAY + dt.timedelta(days=5), None),),
    route=NO_ROUTE,
    completed=(),
    violations=(),
    value=900.4,
    closed={},
    best_status="OPTIMAL",
    best=Certificate(1_000.0, 1_010.0, 0.01, 0.1, False),
    loss=(99.6, 109.6),
    repair=NOTHING,
)


def test_a_comparison_reads_as_a_table_and_a_list():
    """Columns hold totals, the list tells what moved and what stands on one side only."""
    text = render_comparison(
        compare(
            [
                side("первый", step("a", 0, 5), step("b", 7, 9), load=(60, 135)),
                side("второй", step("b", 8, 9, "b-2"), step("a", 0, 5), step("c", 1, 2)),
            ]
        )
    )
    lines = text.split("\n")
    peak = next(line for line in lines if line.startswith("Самая полная неделя"))
    assert peak.split() == ["Самая", "полная", "неделя", "2", "ч", "15", "мин", "0", "мин"]
    assert "  первый и второй: разных мероприятий 33 %, изменений 2" in lines
    assert "  Одинаково: «Курс a»." in lines
    assert any("Перенесено: «Курс b» — первый: 14–16 сентября 2026" in line for line in lines)
    (only,) = [line for line in lines if "только" in line]
    assert "второй" in only
    assert "первый" not in only


def test_a_route_that_holds_is_told_with_its_loss():
    """Value, how much the best is worth more, and that nothing is to be mended."""
    text = render_check(CHECK)
    assert "  1. Курс а, 7–12 сентября 2026" in text
    assert "Нарушений нет." in text
    assert "Ценность маршрута 900 баллов; лучший ценнее на 100–110 баллов." in text
    assert "Править нечего." in text
    best = render_check(replace(CHECK, loss=(0.0, 0.0)))
    assert "лучшего маршрута нет" in best
    assert "ценнее на 3 балла" in render_check(replace(CHECK, loss=(3.0, 3.0)))


def test_a_broken_route_is_told_with_sizes_and_the_edit():
    """Violations in words with their amounts; what is proved and what is not."""
    broken = replace(
        CHECK,
        holds=False,
        loss=None,
        steps=(*CHECK.steps, CheckedStep(2, "b", "Б", None, None, None, Reason("no_gain"))),
        violations=(
            ViolationEntry(
                "tempo", "tempo", "", {"week": DAY, "load_min": 225, "limit_min": 180}, 45, "min"
            ),
        ),
        repair=replace(
            NOTHING,
            edits=1,
            edits_bound=1,
            changes=(EditEntry("replaced", {"from_title": "А", "to_title": "Б"}),),
        ),
    )
    text = render_check(broken)
    assert "2. Б — не может войти в маршрут: не относится ни к одному дефициту" in text
    assert "неделя с 7 сентября 2026: нагрузка 3 ч 45 мин при темпе 3 ч" in text
    assert "Если бы правила не мешали, ценность была бы 900 баллов" in text
    assert "у лучшего 1000 баллов, доказано не больше 1010" in text
    assert "Наименьшая правка: 1 изменение\n  заменить «А» на «Б»" in text
    assert "Доказано: меньшим числом изменений не обойтись." in text
    doubtful = replace(broken.repair, edits=3, edits_bound=2, edits_proof="not_proved")
    text = render_check(replace(broken, repair=doubtful))
    assert "не исключено и 2 изменения" in text
    for status, said in (("INFEASIBLE", "противоречивы"), ("UNKNOWN", "увеличьте срок")):
        none = replace(NOTHING, status=status, edits=None, route=None, value=None)
        assert said in render_check(replace(broken, repair=none))


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_have_all_the_words(language):
    """No key and no code shows through."""
    text = render_check(CHECK, language) + render_comparison(
        compare([side("A"), side("B")]), language
    )
    assert "compare_" not in text
    assert "check_" not in text
    assert "repair_" not in text


def test_titles_cannot_break_the_lines():
    """Control characters of a catalogue's title are not printed."""
    evil = replace(CHECK.steps[0], title="Курс\x1b[31m\x07")
    assert "\x1b" not in render_check(replace(CHECK, steps=(evil,)))


def variant(name: str, **fields) -> VariantEntry:
    values = {
        "status": "OPTIMAL",
        "route": FULL.route,
        "reason": None,
        "value": 900.0,
        "share": 0.9,
        "end_bound": DAY if name == "fast" else None,
        "peak_min": 135,
        "peak_bound_min": 120 if name == "light" else None,
        "closed": {},
        "distance": {},
        "work_limit": 0.1,
        "cut_by_clock": False,
    }
    return VariantEntry(name=name, **{**values, **fields})


def test_terminal_and_page_show_variants_and_why_there_is_none():
    """A line for each: amounts, share, proof and titles, or the reason; nothing unasked."""
    plain = FULL
    assert "Варианты маршрута" not in render_terminal(plain)
    absent = variant("light", status="INFEASIBLE", route=None, reason=Reason("too_similar"))
    rec = replace(plain, variants=(variant("thorough"), variant("fast"), absent))
    terminal = " ".join(render_terminal(rec, width=400).split())
    page = " ".join(render_html(rec).replace("\u00a0", " ").split())
    for text in (terminal, page):
        assert "Варианты маршрута" in text
        assert "ценность 90 % от основного" in text
        assert "раньше такой маршрут не кончается" in text
        assert "ёгкий: нет — маршруты лучше в этом есть" in text
    open_one = replace(plain, variants=(variant("light", status="FEASIBLE"),))
    assert "меньше 2 ч нагрузка самой полной недели не бывает" in " ".join(
        render_terminal(open_one, width=400).lower().split()
    )
