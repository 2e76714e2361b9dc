"""Slices: groups of educators that a model must serve as well as everybody."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from engine.calendar import effective_conditions
from engine.domain import BoolArray
from engine.policy import PolicyProfile
from engine.recommender.request import RouteRequest
from engine.training.judge import young_at


def slices_of(people: Iterable[RouteRequest], policy: PolicyProfile) -> dict[str, BoolArray]:
    """Which people each slice holds: by position, district, youth and place of the school.

    Returns
    -------
    dict of str to ndarray, shape (n_people,)
        Names like ``position:teacher``, ``district:…``, ``young:yes``, ``rural:no``; whoever a
        trait is not known of is in no slice of that trait.
    """
    traits = [_traits(r, policy) for r in people]
    names = sorted({name for own in traits for name in own})
    return {name: np.array([name in own for own in traits], dtype=np.bool_) for name in names}


def _traits(person: RouteRequest, policy: PolicyProfile) -> frozenset[str]:
    educator = person.educator
    found = {f"position:{educator.position.value}"}
    if educator.district:
        found.add(f"district:{educator.district}")
    for name, value in (
        ("young", young_at(educator, person, policy)),
        ("rural", effective_conditions(educator).rural),
    ):
        if value is not None:
            found.add(f"{name}:{'yes' if value else 'no'}")
    return frozenset(found)
