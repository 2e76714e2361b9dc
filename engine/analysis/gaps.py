"""What the catalogue lacks: people with a deficit against seats that answer it, node by node.

An activity answers a deficit of a class of people if it is for them, may fill a deficit of their
official level, and is expected to close a stated part of it. Where some do, the most people who can
be served is a maximum flow from classes to activities, as if all seats of these activities went to
this one deficit: no arrangement of all deficits together serves more, so who is left over is left
over for good. Whom it hits is the source side of the least cut, which is the same for every maximum
flow: these classes have only the seats on their side.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from engine.analysis.people import RegionPeople
from engine.analysis.results import AnalysisOptions, CatalogueGap, GapCode
from engine.analysis.shares import NodeDeficits, times
from engine.analysis.supply import CatalogueSupply, RunState, fitting_categories
from engine.deficits.group_measures import LEVELS
from engine.domain import BoolArray, FloatArray, IntArray
from engine.framework import Framework
from engine.policy import PolicyProfile

_PARTS = 100
"""Units of flow for one person: flows are whole numbers."""

_WHOLE = 2**31 - 1

_BY_STATE = {
    RunState.FULL: GapCode.NO_SEATS,
    RunState.CLOSED: GapCode.ENROLMENT_CLOSED,
    RunState.NONE: GapCode.NO_RUN,
}


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """People with a deficit at one node, by class and official level.

    Parameters
    ----------
    measured
        Shape (n_profiles,), people measured.
    likely
        Shape (n_profiles, 3): expected number with a deficit above minimal, by ``LEVELS``.
    """

    measured: IntArray
    likely: FloatArray

    @classmethod
    def of(cls, deficits: NodeDeficits, profile: IntArray, n_profiles: int) -> Need:
        """The need of everybody measured at a node."""
        own = profile[deficits.at.person]
        cell = own * len(LEVELS) + deficits.at.level
        likely = np.bincount(cell, deficits.likely, n_profiles * len(LEVELS)).astype(np.float64)
        return cls(np.bincount(own, minlength=n_profiles), likely.reshape(n_profiles, len(LEVELS)))


def answers(
    supply: CatalogueSupply, node: int, policy: PolicyProfile, least_gain: float
) -> BoolArray:
    """Shape (n_profiles, 3, n_activities): the activity answers a deficit of class and level."""
    gain = np.array([np.asarray(g[:, [node]].todense()).ravel() for g in supply.gains])
    fits = fitting_categories(policy)[:, supply.category]
    return np.asarray((gain >= least_gain)[:, None, :] & fits[None, :, :])


def catalogue_gaps(
    people: RegionPeople,
    nodes: Mapping[int, NodeDeficits],
    supply: CatalogueSupply,
    until: dt.date,
    framework: Framework,
    policy: PolicyProfile,
    options: AnalysisOptions,
) -> tuple[CatalogueGap, ...]:
    """Gaps of at least as many people as may be spoken of, by falling number left over."""
    least = policy.group_view.least_people
    found: list[CatalogueGap] = []
    for node, deficits in nodes.items():
        need = Need.of(deficits, people.profile, len(people.audiences))
        answering = answers(supply, node, policy, options.least_gain)
        for code, profiles, left, seats in _node_gaps(need, answering, supply):
            members = np.isin(people.profile, profiles)[:, None]
            measured = int(need.measured[profiles].sum())
            if measured < least:
                continue
            (share,) = deficits.shares(members, policy)
            number = times(share, measured)
            unserved = number.value if left is None else left
            if unserved < least:
                continue
            order = sorted(profiles, key=lambda p: (-need.likely[p].sum(), p))
            useful = answering[profiles].any(axis=(0, 1))
            found.append(
                CatalogueGap(
                    node=framework.codes[node],
                    title=framework.nodes[node].title,
                    code=code,
                    until=until,
                    audiences=tuple(people.audiences[p] for p in order),
                    everyone=measured == int(need.measured.sum()),
                    n_measured=measured,
                    people=number,
                    unserved=unserved,
                    seats=seats,
                    activities=tuple(
                        supply.activities[i].id for i in np.flatnonzero(useful).tolist()
                    ),
                )
            )
    return tuple(sorted(found, key=lambda gap: (-gap.unserved, gap.node, gap.code)))


def _node_gaps(
    need: Need, answering: BoolArray, supply: CatalogueSupply
) -> Iterator[tuple[GapCode, list[int], float | None, int]]:
    """Code, classes, people left over (``None`` = all with a deficit) and seats."""
    there = np.flatnonzero(need.measured > 0)
    any_level = answering[there].any(axis=1)
    best = np.where(any_level, supply.state, len(RunState)).min(axis=1, initial=len(RunState))
    none = there[best == len(RunState)].tolist()
    if none:
        yield GapCode.NO_ACTIVITY, none, None, 0
    for state, code in _BY_STATE.items():
        some = there[best == state].tolist()
        if some:
            yield code, some, None, 0
    served = there[best == RunState.OPEN]
    if len(served):
        profiles, left, seats = left_over(need.likely[served], answering[served], supply)
        if left > 0:
            yield GapCode.TOO_FEW_SEATS, served[profiles].tolist(), left, seats


def left_over(
    likely: FloatArray, answering: BoolArray, supply: CatalogueSupply
) -> tuple[IntArray, float, int]:
    """Classes short of seats, how many of their people are left over, and the seats they have.

    Parameters
    ----------
    likely, answering
        Shapes (n, 3) and (n, 3, n_activities).
    """
    is_open = supply.state == RunState.OPEN
    useful = np.flatnonzero(answering.any(axis=(0, 1)) & is_open)
    demand = np.rint(likely.ravel() * _PARTS).astype(np.int64)
    # who has no open activity for his level is left over as well
    cells = answering.reshape(-1, answering.shape[2])[:, useful]
    seats = np.minimum(supply.seats[useful] * _PARTS, float(demand.sum())).astype(np.int64)
    n, m = len(demand), len(useful)
    source, sink = n + m, n + m + 1
    who, what = np.nonzero(cells)
    rows = np.concatenate([np.full(n, source), who, n + np.arange(m)])
    columns = np.concatenate([np.arange(n), n + what, np.full(m, sink)])
    limits = np.concatenate([demand, demand[who], seats])
    graph = sp.csr_array(
        (np.minimum(limits, _WHOLE).astype(np.int32), (rows, columns)), shape=(n + m + 2,) * 2
    )
    graph.eliminate_zeros()
    flow = maximum_flow(graph, source, sink)
    left = int(demand.sum()) - int(flow.flow_value)
    if left <= 0:
        return np.zeros(0, dtype=np.int64), 0.0, 0
    residual = sp.csr_array(graph - flow.flow)
    residual.eliminate_zeros()
    reached = breadth_first_order(residual, source, return_predecessors=False)
    short = np.unique(reached[reached < n] // len(LEVELS))
    own = reached[(reached >= n) & (reached < n + m)] - n
    return short, left / _PARTS, int(seats[own].sum() // _PARTS)
