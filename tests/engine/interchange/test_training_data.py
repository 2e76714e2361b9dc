"""A data package as training data: the same as the history it was written from."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from engine.errors import InputError
from engine.interactions import Interactions
from engine.interchange import DataPackage
from engine.interchange.simulated import package_of
from engine.interchange.training_data import training_data_of
from engine.simulation import HistoryPlan
from engine.training.data import TrainingData
from engine.training.fingerprint import data_fingerprint
from tests.engine.training.histories import FRAMEWORK, POLICY, history, region

PLAN = HistoryPlan(educators=40, activities=30, mentors=2)


@cache
def package() -> DataPackage:
    return package_of(history(1, PLAN), framework=FRAMEWORK.id, policy=POLICY.id)


def read(given: DataPackage) -> TrainingData:
    return training_data_of(given, FRAMEWORK, POLICY)


def table() -> Interactions:
    found = package().interactions
    assert found is not None
    return found


def codes(given: DataPackage) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(given)
    return [fault.code for fault in caught.value.faults]


def test_a_package_gives_what_its_history_gives() -> None:
    """People, evidence, catalogue and rows are those of the simulated region, to the digest."""
    assert data_fingerprint(read(package())) == data_fingerprint(region(1, PLAN))


def test_people_without_interactions_stay() -> None:
    """Plans are compared on everybody: whoever took nothing yet is part of the data."""
    quiet = table().people[3]
    others = table().select(np.array(table().people)[table().person] != quiet)
    data = read(replace(package(), interactions=others))
    assert data.people.keys() == {e.id for e in package().educators}
    assert quiet in data.people
    assert not (np.array(data.interactions.people)[data.interactions.person] == quiet).any()
    assert {r.policy for r in data.people.values()} == {POLICY.id}


def test_rows_of_activities_that_the_catalogue_lost_are_left_out() -> None:
    """They go, whole and alone; every other row keeps all of its cells."""
    gone = table().activities[int(table().activity[0])]
    kept = [a for a in package().activities if a.id != gone]
    offerings = tuple(o for o in package().offerings if o.activity_id != gone)
    data = read(replace(package(), activities=tuple(kept), offerings=offerings))
    whole = read(package()).interactions
    stays = np.array(whole.activities)[whole.activity] != gone
    assert 0 < stays.sum() < len(whole)
    found, expected = data.interactions, whole.select(stays)
    assert gone not in found.activities
    for name in ("person", "activity"):
        ids = "people" if name == "person" else "activities"
        ours = np.array(getattr(found, ids))[getattr(found, name)]
        theirs = np.array(getattr(expected, ids))[getattr(expected, name)]
        np.testing.assert_array_equal(ours, theirs)
    for name in ("time", "state", "outcome", "ended", "slate", "propensity"):
        np.testing.assert_array_equal(getattr(found, name), getattr(expected, name))


def test_nothing_to_learn_from_is_refused() -> None:
    """No table, an empty one, and one of unknown activities alone are the same fault."""
    empty = table().select(np.zeros(0, dtype=np.int64))
    names = tuple(f"чужая-{i}" for i in range(len(table().activities)))
    strange = replace(table(), activities=names)
    for interactions in (None, empty, strange):
        assert codes(replace(package(), interactions=interactions)) == ["no_interactions"]


def test_strangers_are_refused() -> None:
    """An interaction of somebody whom the package does not know is a fault of the package."""
    fewer = tuple(e for e in package().educators if e.id != table().people[0])
    assert codes(replace(package(), educators=fewer)) == ["unknown_educator"]
