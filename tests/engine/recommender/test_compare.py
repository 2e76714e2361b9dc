"""Routes side by side, on records made by hand and on real answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine.domain import Constraints
from engine.errors import InputError
from engine.recommendation import MentorEntry, MissedWindow, RouteEntry, Step, WeekLoad
from engine.recommender.compare import (
    MOVED,
    NOT_IN_ALL,
    SAME,
    PairDifference,
    Side,
    compare,
    side_of,
    sides_to_compare,
)
from tests.engine.recommender import mini

MONDAY = dt.date(2026, 9, 7)


def step(activity: str, start: int, end: int, offering: str = "", **fields) -> Step:
    """A step on days counted from the first Monday."""
    values = {
        "id": "step",
        "activity": activity,
        "title": f"Курс {activity}",
        "kind": "dpp_pk",
        "offering": offering or f"{activity}-1",
        "form": "formal",
        "technology": (),
        "document": "none",
        "provider": "",
        "level": None,
        "start": MONDAY + dt.timedelta(days=start),
        "end": MONDAY + dt.timedelta(days=end),
        "self_paced": False,
        "hours_academic": 2.0,
        "workload_min": 90,
        "travel_min": 0,
        "funding": None,
        "cost_rub": 0,
        "meetings": (),
        "closes": (),
        "relevance": 0.5,
        "reasons": (),
    }
    return Step(**{**values, **fields})


def side(name: str, *steps: Step, load: tuple[int, ...] = (0,), **fields) -> Side:
    """A side with these steps and weekly loads."""
    route = RouteEntry(
        start=min((s.start for s in steps), default=None),
        end=max((s.end for s in steps), default=None),
        workload_min=sum(load),
        weekly_load=tuple(
            WeekLoad(MONDAY + dt.timedelta(weeks=w), minutes, 200) for w, minutes in enumerate(load)
        ),
        steps=steps,
        mentor=fields.pop("mentor", None),
        checkpoints=(),
        cost_by_source=fields.pop("cost", {}),
    )
    values = {
        "id": name,
        "educator": "E1",
        "status": "OPTIMAL",
        "value": 10.0,
        "bound": 11.0,
        "route": route,
        "closed": {"d": 0.25},
        "titles": {"d": "Дефицит"},
    }
    return Side(**{**values, **fields})


def test_each_step_is_same_moved_or_not_in_all():
    """a stays, b is on another run, c moved its days alone, d and e stand on one side each."""
    first = side("A", step("a", 0, 5), step("b", 7, 9), step("c", 14, 20), step("d", 21, 22))
    second = side("B", step("a", 0, 5), step("b", 8, 9, "b-2"), step("c", 15, 20), step("e", 3, 4))
    found = compare([first, second])
    assert [(s.activity, s.code) for s in found.steps] == [
        ("a", SAME),
        ("e", NOT_IN_ALL),
        ("b", MOVED),
        ("c", MOVED),
        ("d", NOT_IN_ALL),
    ]
    moved = found.steps[2]
    assert [run.offering for run in moved.runs] == ["b-1", "b-2"]
    assert [run.start.day for run in moved.runs] == [14, 15]
    assert found.steps[1].runs[0] is None
    assert found.steps[4].runs[1] is None
    # 2 of 5 activities differ; b and c move, d is replaced by e.
    assert found.pairs == (PairDifference(0, 1, 0.4, 3),)


def test_totals_stand_side_by_side():
    """End, fullest week, workload, cost, mentor and what is closed, each for each."""
    mentor = MentorEntry(
        "M1", "mentor_young", 0.5, (), (), (MissedWindow(MONDAY, MONDAY + dt.timedelta(days=6)),)
    )
    first = side("A", step("a", 0, 5), load=(60, 120, 120), cost={"own": 300, "state": 700})
    second = side("B", step("a", 0, 9), load=(90,), mentor=mentor, closed={}, value=None)
    third = side("C", load=(0, 0))
    found = compare([first, second, third])
    a, b, c = found.routes
    assert (a.peak_min, a.peak_week) == (120, MONDAY + dt.timedelta(weeks=1))
    assert (a.workload_min, a.cost_rub, a.cost_by_source) == (
        300,
        1_000,
        {"own": 300, "state": 700},
    )
    assert (a.end, b.end) == (dt.date(2026, 9, 12), dt.date(2026, 9, 16))
    assert (a.mentor, b.mentor, b.mentor_meetings, b.mentor_missed) == (None, "M1", 0, 1)
    assert (c.steps, c.start, c.peak_min, c.peak_week) == (0, None, 0, None)
    assert (a.value, b.value) == (10.0, None)
    (demand,) = found.demands
    assert demand.closed == (0.25, None, 0.25)
    assert [(p.first, p.second, p.distance) for p in found.pairs] == [
        (0, 1, 0.0),
        (0, 2, 1.0),
        (1, 2, 1.0),
    ]


@pytest.mark.parametrize(
    ("sides", "faults"),
    [
        ([side("A")], [("/routes", "routes_to_compare")]),
        ([side(n) for n in "ABCD"], [("/routes", "routes_to_compare")]),
        ([side("A"), side("A")], [("/routes/1", "same_route_twice")]),
        (
            [side("A"), replace(side("B"), route=None), side("C", educator="E2")],
            [("/routes/1", "route_absent"), ("/routes/2", "different_educators")],
        ),
    ],
)
def test_what_cannot_be_compared_is_named_with_its_place(sides, faults):
    """Every fault at once, each with a pointer."""
    with pytest.raises(InputError) as caught:
        compare(sides)
    assert [(f.pointer, f.code) for f in caught.value.faults] == faults


def test_real_answers_and_their_variants():
    """Answers of one educator compare; one answer stands for its variants, if it has some."""
    plain = mini.recommender().recommend(mini.ask()).recommendation
    banned = mini.ask(constraints=Constraints(excluded=("pk-assess",)), variants=True)
    other = replace(mini.recommender().recommend(banned).recommendation, id="other")
    found = compare(sides_to_compare([plain, other]))
    assert found.routes[0].value == plain.certificate.value
    gone = next(s for s in found.steps if s.activity == "pk-assess")
    assert gone.runs[1] is None
    assert found.demands[0].node == plain.deficits[0].node
    assert side_of(plain).closed == {d.node: d.closed_expected for d in plain.deficits}
    light = mini.ask(educator=mini.educator(tempo_min_per_week=400), variants=True)
    sides = sides_to_compare([mini.recommender().recommend(light).recommendation])
    assert {"thorough", "light"} <= {s.id for s in sides}
    assert all(pair.distance >= 0.4 for pair in compare(sides).pairs)
    with pytest.raises(InputError) as caught:
        sides_to_compare([plain])
    assert caught.value.faults[0].code == "no_variants"
