"""Open runs whose seats and people do not match: seats nobody needs, and too many for a seat."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from engine.analysis.contrast import Z_90
from engine.analysis.gaps import answers
from engine.analysis.people import RegionPeople
from engine.analysis.results import Estimate, SeatUse
from engine.analysis.shares import NodeDeficits
from engine.analysis.supply import CatalogueSupply
from engine.domain import BoolArray, FloatArray
from engine.policy import PolicyProfile

_ANY_GAIN = 1e-9
_ALL_TOLD = 1 - 1e-9


def seat_use(
    people: RegionPeople,
    nodes: Mapping[int, NodeDeficits],
    supply: CatalogueSupply,
    policy: PolicyProfile,
) -> tuple[tuple[SeatUse, ...], tuple[SeatUse, ...]]:
    """Runs with seats to spare, and runs that more people need than there are seats.

    A person needs an activity that is for him if a deficit above minimal is among what it is
    about, however little it closes; of several deficits the likeliest counts, which understates
    the need. Seats are spare only where even the upper end of the need leaves some empty, and
    where everything that the activity is about has been measured; they are too few only where the
    lower end exceeds them, and the number of people may be spoken of.
    """
    chance = _chances(people, nodes, supply, policy)
    spare: list[SeatUse] = []
    short: list[SeatUse] = []
    index = {a.id: i for i, a in enumerate(supply.activities)}
    for offering, is_open in zip(supply.offerings, supply.open_runs.tolist(), strict=True):
        if not is_open or not offering.seats_left:
            continue
        mean, sd = chance[index[offering.activity_id]]
        need = Estimate(mean, (max(mean - Z_90 * sd, 0.0), mean + Z_90 * sd))
        left = max(math.floor(offering.seats_left - need.interval_90[1]), 0)
        use = SeatUse(
            offering=offering.id,
            activity=offering.activity_id,
            title=supply.activities[index[offering.activity_id]].title,
            seats_left=offering.seats_left,
            need=need,
            spare=left,
            enrolment_until=offering.enrolment_until
            or (None if offering.self_paced else offering.start),
        )
        if left > 0:
            if supply.told[index[offering.activity_id]] > _ALL_TOLD:
                spare.append(use)
        elif need.interval_90[0] > max(offering.seats_left, policy.group_view.least_people - 1):
            short.append(use)
    return (
        tuple(sorted(spare, key=lambda u: (-u.spare, u.offering))),
        tuple(sorted(short, key=lambda u: (u.seats_left - u.need.value, u.offering))),
    )


def _chances(
    people: RegionPeople,
    nodes: Mapping[int, NodeDeficits],
    supply: CatalogueSupply,
    policy: PolicyProfile,
) -> list[tuple[float, float]]:
    """Mean and sd of the number of people who need each activity."""
    n_people, n_activities = len(people.educators), len(supply.activities)
    answering = {k: answers(supply, k, policy, _ANY_GAIN) for k in nodes}
    covering: list[list[int]] = [[] for _ in range(n_activities)]
    for node, table in answering.items():
        for i in np.flatnonzero(table.any(axis=(0, 1))).tolist():
            covering[i].append(node)
    return [
        _need(covering[i], i, answering, nodes, people, np.zeros(n_people))
        for i in range(n_activities)
    ]


def _need(
    covering: list[int],
    activity: int,
    answering: Mapping[int, BoolArray],
    nodes: Mapping[int, NodeDeficits],
    people: RegionPeople,
    likely: FloatArray,
) -> tuple[float, float]:
    common = 0.0
    for node in covering:
        deficits = nodes[node]
        at = deficits.at
        fits = answering[node][people.profile[at.person], at.level, activity]
        who = at.person[fits]
        likely[who] = np.maximum(likely[who], deficits.likely[fits])
        common = max(common, _common_sd(deficits, fits))
    mean = float(likely.sum())
    return mean, math.hypot(math.sqrt(float((likely * (1 - likely)).sum())), common)


def _common_sd(deficits: NodeDeficits, fits: BoolArray) -> float:
    """Sd of a number of people that comes from what they have in common.

    A shift of one scale moves a threshold by scale / sd of the person's log odds.
    """
    edge = deficits.amounts.edge[fits, 1]
    density = np.exp(-(edge**2) / 2) / math.sqrt(2 * math.pi)
    return float((density * deficits.shift.scale[fits] / deficits.at.odds_sd[fits]).sum())
