"""From the best flow to the answer: pairs, loads, who goes without and why, what more brings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.assignment.coverage import Bottleneck, bottlenecks, in_the_way
from engine.assignment.mentees import REQUIRED
from engine.assignment.network import UNIT, Network, loads_of
from engine.assignment.optimum import Optimum
from engine.assignment.prices import worth_of_one_more
from engine.assignment.records import (
    Assignment,
    Certificate,
    Load,
    Pair,
    Pricing,
    Shortage,
    Unserved,
)
from engine.assignment.spread import spread_of
from engine.domain import MentorForm

NONE_ADMITTED = "assignment_none_admitted"
PLACES_GONE = "assignment_places_gone"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What stands behind the numbers of a network.

    Parameters
    ----------
    people, carers
        Ids, in the network's order.
    required
        Whether the policy demands a carer, by person.
    refusals
        Carers refused by code, of a person.
    pair
        The pair of an arc.
    standing
        Pairs that were not looked at.
    """

    people: tuple[str, ...]
    required: tuple[bool, ...]
    carers: tuple[str, ...]
    network: Network
    refusals: Callable[[int], Mapping[str, int]]
    pair: Callable[[int], Pair]
    standing: tuple[Pair, ...] = ()


def tell(
    case: Case,
    best: Optimum,
    form: MentorForm | None,
    as_of: dt.datetime,
    policy: str,
    pricing: Pricing,
) -> Assignment:
    """The answer."""
    tight = bottlenecks(case.network, best.flow)
    chosen = (case.pair(arc) for arc in best.flow.arc[best.flow.served].tolist())
    loads = tuple(_loads(case, best))
    wanted = np.bincount(case.network.carer, minlength=len(case.carers)) > 0
    shares = [
        load.share
        for load, reachable in zip(loads, wanted.tolist(), strict=True)
        if load.capacity and (reachable or load.held)
    ]
    return Assignment(
        form=form,
        as_of=as_of,
        policy=policy,
        pairs=tuple(sorted((*case.standing, *chosen), key=lambda p: p.educator_id)),
        unserved=tuple(_unserved(case, best, tight)),
        bottlenecks=tuple(_shortage(case, part) for part in tight),
        loads=loads,
        spread=spread_of(shares),
        certificate=_certificate(case, best),
        pricing=pricing,
    )


def _unserved(case: Case, best: Optimum, tight: Sequence[Bottleneck]) -> Iterator[Unserved]:
    place = {int(i): number for number, part in enumerate(tight) for i in part.people}
    admitted = np.diff(case.network.start)
    for i in np.flatnonzero(~best.flow.served).tolist():
        yield Unserved(
            educator_id=case.people[i],
            required=case.required[i],
            code=PLACES_GONE if admitted[i] else NONE_ADMITTED,
            refusals=case.refusals(i),
            admitted=int(admitted[i]),
            bottleneck=place.get(i),
        )


def _shortage(case: Case, part: Bottleneck) -> Shortage:
    return Shortage(
        educators=tuple(case.people[i] for i in part.people.tolist()),
        carers=tuple(case.carers[j] for j in part.carers.tolist()),
        places=part.places,
        missing=part.missing,
    )


def _loads(case: Case, best: Optimum) -> Iterator[Load]:
    network = case.network
    given = loads_of(network, best.flow)
    serves = _would_serve(network, best)
    more = worth_of_one_more(network, best.flow, best.prices)
    for j, carer in enumerate(case.carers):
        yield Load(
            carer_id=carer,
            capacity=int(network.places[j] + network.held[j]),
            held=int(network.held[j]),
            given=int(given[j]),
            one_more_serves=serves.get(j),
            one_more_fit=0.0 if j in serves else int(more[j]) / UNIT,
        )


def _would_serve(network: Network, best: Optimum) -> dict[int, int]:
    """Carers whose further place would serve one more person: the first level that gains."""
    serves: dict[int, int] = {}
    able = np.diff(network.start) > 0
    for level in reversed(range(network.n_levels)):
        without = np.flatnonzero(~best.flow.served & able & (network.level == level))
        if len(without):
            _, reached = in_the_way(network, best.flow, without)
            serves.update((j, level) for j in np.flatnonzero(reached).tolist())
    return serves


def _certificate(case: Case, best: Optimum) -> Certificate:
    counts = best.coverage.counts
    return Certificate(
        served_required=int(counts[REQUIRED]),
        required=sum(case.required),
        served=int(counts.sum()),
        people=len(case.people),
        value=best.value / UNIT,
        bound=best.bound / UNIT,
        gap=(best.bound - best.value) / UNIT,
    )
