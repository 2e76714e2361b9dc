"""Regions with planted holes: what was planted is there, and nowhere else."""

import numpy as np
import pandas as pd
import pytest

from engine.domain import Position
from engine.framework import load_framework
from engine.policy import load_policy
from engine.simulation.holes import BARE_FOR, NARROW_SEATS, HolesPlan, simulate_holes

FRAMEWORK, POLICY = load_framework(), load_policy("default")
PLAN = HolesPlan(educators=1_500, activities=120, mentors=60)


@pytest.fixture(scope="module")
def drawn():
    return simulate_holes(PLAN, 3, FRAMEWORK, POLICY)


def test_the_same_seed_gives_the_same_region(drawn):
    """Frames, records and truth repeat; another seed draws another region."""
    record, holes = drawn
    again, same = simulate_holes(PLAN, 3, FRAMEWORK, POLICY)
    for name in ("educators", "sittings"):
        pd.testing.assert_frame_equal(getattr(record, name), getattr(again, name))
    assert (record.activities, record.offerings) == (again.activities, again.offerings)
    assert (record.mentors, holes.weak, holes.lone) == (again.mentors, same.weak, same.lone)
    other, _ = simulate_holes(PLAN, 4, FRAMEWORK, POLICY)
    assert not record.sittings.equals(other.sittings)


def test_weak_cells_are_weaker_in_truth(drawn):
    """The district's true log odds at the node lie one below all others'; elsewhere they do not."""
    record, holes = drawn
    odds = np.log(holes.proficiency / (1 - holes.proficiency))
    for district, node in holes.weak:
        here = (record.educators["district"] == district).to_numpy()
        column = FRAMEWORK.index[node]
        apart = odds[here, column].mean() - odds[~here, column].mean()
        assert apart == pytest.approx(-PLAN.weakness, abs=0.35)
        away = FRAMEWORK.index[holes.bare[0]]
        assert odds[here, away].mean() - odds[~here, away].mean() == pytest.approx(0, abs=0.35)


def test_the_catalogue_has_the_holes(drawn):
    """No activity for the position, no run, a seat or two; every other node of the test has all."""
    record, holes = drawn
    about = {
        node: [a for a in record.activities if node in a.coverage]
        for node in record.sittings["node"].unique()
    }
    runs = {}
    for offering in record.offerings:
        runs.setdefault(offering.activity_id, []).append(offering)
    assert len(about) == PLAN.test_nodes
    for node, activities in about.items():
        assert len(activities) >= PLAN.served_by
        for activity in activities:
            closed_to = bool(activity.positions) and BARE_FOR not in activity.positions
            assert node not in holes.bare or closed_to
            assert node not in holes.runless or activity.id not in runs
            if node in holes.narrow:
                assert all(r.seats_left == NARROW_SEATS for r in runs.get(activity.id, ()))
        if node not in {*holes.bare, *holes.runless, *holes.narrow}:
            open_to_all = [a for a in activities if not a.positions and not a.subjects]
            seats = [r.seats_left or 0 for a in open_to_all for r in runs.get(a.id, ())]
            assert max(seats) > 1_000


def test_a_lone_subject_has_no_mentor(drawn):
    """No mentor teaches it under any of its names; others have some."""
    record, holes = drawn
    taught = {s for m in record.mentors for s in m.subjects}
    assert not any(FRAMEWORK.subjects_match(s, x) for s in taught for x in holes.lone)
    assert len(taught) > 15


def test_people_are_as_planned(drawn):
    """Numbers, shares and the one test: every measured person sits eight of its twelve nodes."""
    record, holes = drawn
    assert len(record.educators) == PLAN.educators == len(holes.proficiency)
    assert set(record.educators["position"]) == {Position.TEACHER, Position.PRIMARY_TEACHER}
    each = record.sittings.groupby("educator").size()
    assert set(each) == {PLAN.nodes_each}
    assert len(each) / PLAN.educators == pytest.approx(PLAN.measured_share, abs=0.04)
    assert record.sittings["procedure"].nunique() == 1


@pytest.mark.parametrize(
    "more", [{"weak_cells": 20}, {"nodes_each": 13}, {"districts": 1}, {"educators": 0}]
)
def test_a_plan_that_cannot_be_is_refused(more):
    """More holes than nodes, more nodes than the test has, nobody, nowhere."""
    with pytest.raises(ValueError, match=r"nodes|needs"):
        HolesPlan(**more)
