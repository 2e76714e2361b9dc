"""Words of the route's page apart from a service: units, levels, busy times, the search."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from api.workbench.views.activity_search import asked_activities
from api.workbench.views.ahead import ahead_of
from api.workbench.views.move_bodies import Sent, lifting_bodies
from api.workbench.views.route_form import Known, RouteForm, hours, read_form
from api.workbench.views.route_history import undo_of
from api.workbench.views.step_words import interval, prices, size
from api.workbench.views.used_busy import used_busy
from engine.explanation import PointsInterval, Price

MINUTES_A_WEEK = 7 * 24 * 60


def test_points_are_told_on_the_scale_of_deficits() -> None:
    """10 000 points are one deficit; what would read 0.00 says that it is there."""
    assert size(1051, "ru") == "0,11"
    assert size(0, "ru") == "0,00"
    assert size(40, "ru").replace("\u00a0", " ") == "меньше 0,01"
    assert size(2500, "en") == "0.25"


def test_an_interval_is_rounded_outwards() -> None:
    """Its ends stay proved; a narrow one is one number; from nothing on it is an upper bound."""
    assert interval(PointsInterval(1051, 1052, below_precision=False), "ru") == "0,11"
    assert interval(PointsInterval(1051, 1952, below_precision=True), "ru") == "от 0,10 до 0,20"
    assert interval(PointsInterval(0, 951, below_precision=True), "ru") == "не больше 0,10"


def test_prices_know_no_points() -> None:
    """A price is told in the unit of the steps, nothing as nothing, and neither in points."""
    some, none = (PointsInterval(p, p, below_precision=False) for p in (1000, 0))
    found = [Price("more_tempo", {"minutes": 60}, some), Price("more_steps", {"steps": 1}, none)]
    told = prices(found, has_route=True, language="ru")
    assert "закроется больше на 0,10" in told[0]
    assert "ничего не добавит" in told[1]
    assert not [line for line in told if "балл" in line]


@pytest.mark.parametrize(
    ("words", "kinds", "others"),
    [
        ("вебинар", ("webinar",), ()),
        ("вебинары чтение", ("webinar",), ()),
        ("Стажировки", ("internship",), ()),
        ("webinar", ("webinar",), ()),
        ("дистанционно", (), ("distance",)),
        ("очные", (), ("classroom",)),
        ("читательская грамотность", (), ()),
    ],
)
def test_kinds_and_forms_are_found_by_their_words(
    words: str, kinds: tuple[str, ...], others: tuple[str, ...]
) -> None:
    """Whatever the ending; other words stay words."""
    asked = asked_activities(words)
    assert (asked.kinds, asked.technologies) == (kinds, others)
    assert asked.by_labels == bool(kinds or others)
    if "чтение" in words:
        assert asked.words == "чтение"


def test_the_field_of_the_tempo_keeps_every_number_of_minutes() -> None:
    """What the form begins with, sent back untouched, asks for no tempo of its own."""
    for minutes in range(MINUTES_A_WEEK + 1):
        known = Known("E", minutes, dt.date(2026, 9, 1))
        assert read_form(RouteForm.of([("tempo", hours(minutes))]), known).body == {
            "educator": {"id": "E"}
        }
    assert (hours(200), hours(180), hours(210)) == ("3.33", "3", "3.5")


def busy(*spans: tuple[str, str]) -> dict[str, Any]:
    items = [{"start": start, "end": end} for start, end in spans]
    return {"time_zone": "Europe/Moscow", "items": items}


def test_used_busy_times_are_told_by_their_source() -> None:
    """Minutes of the problem against the known spans, on the educator's clock."""
    file = {"problem": {"first_day": "2026-11-30", "busy": [[510, 890], [1950, 2330]]}}
    first = ("2026-11-30T05:30:00+00:00", "2026-11-30T11:50:00+00:00")
    second = ("2026-12-01T08:30:00+03:00", "2026-12-01T14:50:00+03:00")
    assert used_busy(file, busy(first, second)).source == "known"
    both = used_busy(file, busy(first))
    assert (both.source, both.spans, both.known) == ("both", 2, 1)
    assert used_busy(file, busy()).source == "given"
    assert used_busy(file, None).source == "some"
    assert used_busy({"problem": {"first_day": "2026-11-30", "busy": []}}, None).source == "none"


def test_progress_is_ahead_until_the_educators_first_day() -> None:
    """In Moscow the day begins three hours earlier than by UTC; enrolling is never too early."""
    answer = {
        "educator": {"time_zone": "Europe/Moscow"},
        "lifecycle": {"steps": [{"step": "s1", "activity": "a", "start": "2026-12-10"}]},
        "route": {"steps": [{"id": "s1", "title": "Вебинар"}]},
    }
    before = dt.datetime(2026, 12, 9, 20, 59, tzinfo=dt.UTC)
    found = ahead_of(answer, "s1", "missed", before)
    assert found is not None
    assert (found.title, found.start) == ("Вебинар", dt.date(2026, 12, 10))
    assert ahead_of(answer, "s1", "missed", before + dt.timedelta(minutes=1)) is None
    assert ahead_of(answer, "s1", "enrolled", before) is None
    assert ahead_of(answer, "s2", "missed", before) is None


def rebuilt(action: str) -> dict[str, Any]:
    change = {"code": "replaced", "step": "s1", "before": "old", "after": "new"}
    told = {"action": action, "changes": [change]}
    return {
        "legal": ["replan"],
        "steps": [{"activity": "new", "state": "planned"}],
        "history": [{"kind": "revise", "parameters": told}],
    }


def wish(decision: str, code: str) -> dict[str, Any]:
    return {"decision": decision, "id": code, "activity": code}


def test_a_decision_is_undone_by_its_own_wishes_alone() -> None:
    """Wishes from before stay; nothing is pinned or banned to undo."""
    kept = [wish("pin", "other"), wish("pin", "new"), wish("ban", "old"), wish("ban", "far")]
    found = undo_of(rebuilt("decide"), {}, kept)
    assert found is not None
    assert (found.unpinned, found.unbanned) == (("new",), ("old",))
    assert (found.pinned, found.excluded) == ((), ())
    assert undo_of(rebuilt("decide"), {}, [wish("pin", "other")]) is None
    plain = undo_of(rebuilt("replan"), {}, [])
    assert plain is not None
    assert (plain.pinned, plain.excluded, plain.lifts) == (("old",), ("new",), False)


def test_bans_are_lifted_before_pins() -> None:
    """So the route wanders least in between."""
    sent = Sent.of([("unpinned", "new"), ("unbanned", "old")])
    assert [(b["decision"], b["activity"]) for b in lifting_bodies(sent, "x")] == [
        ("unban", "old"),
        ("unpin", "new"),
    ]
