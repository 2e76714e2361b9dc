"""The note of one educator: his levels, his route as far as it has come, what comes next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.documents.reports.educator import build_educator_note
from engine.documents.reports.html import render_html
from engine.documents.reports.model import Amount, Bullets, Said
from engine.documents.reports.speak import Speaker
from tests.engine.documents.documents import letters, progress
from tests.engine.documents.fixtures import CHANGED, FULL, INFEASIBLE, STEPS
from tests.engine.documents.reports.reading import page, tables_of
from tests.engine.documents.reports.test_passport import fact, table


def advice(report) -> list[str]:
    (bullets,) = [b for b in report.sections[-1].blocks if isinstance(b, Bullets)]
    return [Speaker("ru").text(item) for item in bullets.items]


def test_levels_are_those_of_the_answer():
    """Size with interval, official level, share done and the probability of that very level."""
    report = build_educator_note(FULL)
    measured = [d for d in FULL.deficits if d.official_level is not None]
    rows = next(tables_of(report)).rows
    assert len(rows) == len(measured)
    for row, d in zip(rows, measured, strict=True):
        size, share, chance = row[1], row[3], row[4]
        assert isinstance(size, Amount)
        assert (size.value, size.low, size.high) == (d.estimate, *d.interval_90)
        assert share.value == d.raw_score / d.raw_max  # type: ignore[union-attr, operator]
        place = ("high", "medium", "minimal").index(d.official_level)
        assert chance.value == d.level_probability[place]  # type: ignore[union-attr, index]


def test_steps_say_how_far_they_have_come():
    """Of the route that is followed the first step is completed, the second missed."""
    rows = table(build_educator_note(FULL, progress=progress()), "steps_table")
    assert [row[5] for row in rows] == [
        "завершён", "пропущен", "с зачислением", *["запланирован"] * 4,
    ]  # fmt: skip
    assert [row[1] for row in rows] == [s.title for s in STEPS]


def test_a_proposed_route_is_a_recommendation():
    """Without a life of its own each step is proposed, and the note advises to follow it."""
    report = build_educator_note(FULL)
    assert {row[5] for row in table(report, "steps_table")} == {"предложено"}
    assert advice(report)[0].startswith("пройти маршрут: 7 мероприятий")
    assert fact(report, "route_state") is None


def test_what_stays_open_is_told_with_its_reason():
    """Every demand that the route leaves open is a line, with why; given advice comes too."""
    report = build_educator_note(FULL, advice=(Said("advice_none"),))
    lines = advice(report)
    for unmet in FULL.unmet:
        assert any(unmet.title in line for line in lines)
    assert any("рекомендаций" in line for line in lines)
    assert not any("{" in line for line in lines)


def test_changes_are_told_with_their_interval():
    """From the first to the last measurement, as the answer has them."""
    report = build_educator_note(CHANGED)
    found = next(t for t in tables_of(report) if t.title == Said("changes_table")).rows
    assert len(found) == len(CHANGED.changes) > 0
    for row, c in zip(found, CHANGED.changes, strict=True):
        assert row[5] == Amount(c.change, "change", *c.interval_90)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_without_a_route_or_a_diagnostic_the_note_says_so(language):
    """No route: its status; nothing measured: advice to be diagnosed, no empty table of levels."""
    bare = replace(INFEASIBLE, deficits=(), changes=())
    report = build_educator_note(bare)
    text = letters(page(render_html(report, language)).text_content())
    for code in ("no_route", "not_diagnosed", "no_changes", "advice_diagnose"):
        assert letters(Speaker(language).say(code))[1:] in text


def test_the_name_stands_only_where_it_is_given():
    """Else the cipher stands for it."""
    named = render_html(build_educator_note(FULL, display_name="Тестова Анна Ивановна"))
    assert "Тестова" in named
    assert FULL.educator.id in render_html(build_educator_note(FULL))
