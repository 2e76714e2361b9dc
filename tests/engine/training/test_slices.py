"""Slices of educators by hand."""

from __future__ import annotations

import datetime as dt

import numpy as np

from engine.domain import Conditions, Educator, Organisation, Position
from engine.recommender.request import RouteRequest
from engine.training.slices import slices_of
from tests.engine.training.histories import POLICY, region

AS_OF = dt.datetime(2026, 8, 31, 12, tzinfo=dt.UTC)


def person(id: str, **values: object) -> RouteRequest:
    educator = Educator(id, Position.TEACHER)
    fields = {name: values.get(name, getattr(educator, name)) for name in Educator.__slots__}
    return RouteRequest(Educator(**{**fields, "id": id}), AS_OF)  # type: ignore[arg-type]


def test_slices_by_hand() -> None:
    """Position, district and place of the school; what is not known is in no slice."""
    village = Organisation("s1", "Школа", conditions=Conditions(rural=True))
    people = [
        person("a", district="Анучинский", conditions=Conditions(rural=False)),
        person("b", position=Position.HEAD, organisation=village),
        person("c", organisation=village, conditions=Conditions(rural=False)),
        person("d"),
    ]
    found = {name: members.tolist() for name, members in slices_of(people, POLICY).items()}
    young = {name: found.pop(name) for name in list(found) if name.startswith("young")}
    assert found == {
        "district:Анучинский": [True, False, False, False],
        "position:head": [False, True, False, False],
        "position:teacher": [True, False, True, True],
        "rural:no": [True, False, True, False],
        "rural:yes": [False, True, False, False],
    }
    assert young == {}  # nobody's age is known


def test_the_young_are_those_of_the_policy() -> None:
    """In a simulated region the slices of a trait part those it is known of."""
    data = region()
    people = [data.people[id] for id in sorted(data.people)]
    found = slices_of(people, data.policy)
    for trait in ("young", "rural"):
        yes, no = found[f"{trait}:yes"], found[f"{trait}:no"]
        assert yes.any()
        assert no.any()
        assert not (yes & no).any()
    positions = np.array([m for name, m in found.items() if name.startswith("position:")])
    np.testing.assert_array_equal(positions.sum(axis=0), 1)
    assert list(found) == sorted(found)


def test_nobody_has_no_slice() -> None:
    """No people, no slices."""
    assert slices_of([], POLICY) == {}
