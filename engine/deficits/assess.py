"""Deficit vector of one educator: measured deficits, requests, development, group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from engine.ages import is_young, local_day
from engine.deficits.certain import certain_demand
from engine.deficits.development import development_demands
from engine.deficits.distribution import (
    MAX_PIECES,
    Pieces,
    Posterior,
    concave_pieces,
    deficit_distribution,
    level_probability,
    with_request,
)
from engine.deficits.levels import (
    all_minimal,
    expected_weight,
    group_of,
    official_level,
    target_of,
)
from engine.deficits.requests import (
    Extra,
    Wanted,
    career_nodes,
    merge_into_measured,
    request_faults,
    wanted_by,
)
from engine.domain import (
    BoolArray,
    DeficitVector,
    Demand,
    DemandKind,
    Educator,
    FloatArray,
    NodeProficiency,
    Position,
    Proficiency,
    Request,
)
from engine.errors import Fault, InputError, NothingToPlan
from engine.framework import Framework
from engine.policy import PolicyProfile, Value

NEXT_ACTIONS = ("add_diagnostics", "add_request")


def assess_deficits(
    educator: Educator,
    proficiency: Proficiency,
    requests: Sequence[Request],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    request_nodes: Mapping[str, tuple[str, ...]] | None = None,
) -> DeficitVector:
    """What a route is for.

    Parameters
    ----------
    proficiency
        Posterior per measured node; without nodes the demands come from the requests alone.
    request_nodes
        Nodes found for requests, by request id; an absent or empty entry leaves the request's
        own node or, without one, its text.
    as_of
        Instant with offset; its day in the educator's zone tells who is young.

    Returns
    -------
    DeficitVector
        One demand per measured node that applies to the position (also without a deficit, for
        the route must know that the node is assessed), per request and, where no deficit above
        minimal is left, for development. Nodes of an aimed career that were measured are
        assessed against the targets of that position. A measured leaf and its measured parent
        are two demands; that the parent keeps the rest is the matching stage's part.

    Raises
    ------
    NothingToPlan
        If there is neither a usable measurement nor a request.
    InputError
        With every fault of the requests.

    Notes
    -----
    A request for a measured node joins that node's demand: the weights add up, and the pieces
    are those of both values over the same coverage, while ``expected``, ``sd`` and
    ``interval_90`` stay those of the measured deficit.
    """
    resolved = request_nodes or {}
    faults = [*_proficiency_faults(proficiency, framework)]
    faults += request_faults(requests, resolved, framework)
    if faults:
        raise InputError(faults)
    today = local_day(as_of, educator.time_zone or policy.time_zone)
    applies = framework.applies_to(educator.position, educator.subjects, educator.stages)
    target = _targets(educator, requests, applies, framework, policy)
    measured = [n for n in proficiency.nodes if not np.isnan(target[framework.index[n.node]])]
    wanted = wanted_by(requests, resolved, educator, framework, policy.value)
    if not measured and not wanted:
        raise _nothing_to_plan(bool(proficiency.nodes))
    extra, rest = merge_into_measured(wanted, {node.node for node in measured})
    deficits = _measured_demands(measured, target, extra, framework, policy)
    # what a career would need says nothing of how the educator does the present work
    own = [demand for demand in deficits if applies[framework.index[demand.code]]]
    levels = np.array([demand.level_probability for demand in own]).reshape(-1, 3)
    young = is_young(educator, policy.mentorship, today)
    demands = [*deficits, *_request_demands(rest, policy.value)]
    if all_minimal(levels, policy.groups):
        strong = [demand.proficiency for demand in own if demand.proficiency is not None]
        demands += development_demands(
            framework, strong, policy.value, may_mentor=young is not True
        )
    mean, sd = np.full((2, len(framework)), np.nan)
    at = [framework.index[demand.code] for demand in deficits]
    mean[at] = [demand.expected for demand in deficits]
    sd[at] = [demand.sd for demand in deficits]
    return DeficitVector(
        nodes=framework.codes,
        mean=mean,
        sd=sd,
        target=target,
        demands=tuple(sorted(demands, key=lambda demand: demand.code)),
        group=group_of(levels, young, policy.groups),
    )


def _proficiency_faults(proficiency: Proficiency, framework: Framework) -> Iterable[Fault]:
    for i, node in enumerate(proficiency.nodes):
        if node.node not in framework:
            yield Fault(
                "unknown_node",
                f"Кода «{node.node}» нет в перечне компетенций: оцените владение заново "
                "по загруженному перечню",
                f"/proficiency/nodes/{i}/node",
                parameters={"node": node.node},
            )


def _nothing_to_plan(measured: bool) -> NothingToPlan:
    detail = (
        "Результаты диагностики не относятся к должности и предметам педагога, запросов нет: "
        "добавьте результаты по его компетенциям или запрос"
        if measured
        else "Нет ни действующих результатов диагностики, ни запросов: "
        "добавьте результаты диагностики или запрос педагога"
    )
    return NothingToPlan([Fault("nothing_to_plan", detail)], NEXT_ACTIONS)


def _targets(
    educator: Educator,
    requests: Iterable[Request],
    applies: BoolArray,
    framework: Framework,
    policy: PolicyProfile,
) -> FloatArray:
    """Target per node, shape (n_nodes,); NaN where it applies neither now nor for a career."""
    target = np.full(len(framework), np.nan)

    def target_at(i: int, position: Position) -> float:
        return target_of(
            framework.codes[i],
            position,
            policy.targets,
            subjects=educator.subjects,
            stages=educator.stages if position is educator.position else (),
            framework=framework,
        )

    for i in np.flatnonzero(applies).tolist():
        target[i] = target_at(i, educator.position)
    aims = {r.career_position for r in requests if r.career_position is not None}
    for aim in sorted(aims):
        steps = {node.code for node in career_nodes(framework, educator, aim)}
        new = framework.applies_to(aim, educator.subjects) & np.isnan(target)
        for i in np.flatnonzero(new).tolist():
            code = framework.codes[i]
            if framework.nearest(code, steps) is not None:
                target[i] = target_at(i, aim)
    return target


def _measured_demands(
    measured: Sequence[NodeProficiency],
    targets: FloatArray,
    extra: Mapping[str, Extra],
    framework: Framework,
    policy: PolicyProfile,
) -> list[Demand]:
    """One demand per measured node; ``targets`` has shape (n_nodes,) of the framework."""
    posterior = Posterior.from_moments(
        np.array([node.mean for node in measured], dtype=np.float64),
        np.array([node.sd for node in measured], dtype=np.float64),
    )
    target = targets[[framework.index[node.node] for node in measured]]
    levels = level_probability(posterior, policy.levels.high_below, policy.levels.minimal_above)
    deficit = deficit_distribution(posterior, target)
    # the request's own size is one more breakpoint
    most = np.array([MAX_PIECES - (node.node in extra) for node in measured], dtype=np.int64)
    pieces = concave_pieces(posterior, target, most)
    demands: list[Demand] = []
    for i, node in enumerate(measured):
        level = official_level(node.raw_share, policy.levels)
        more = extra.get(node.node, Extra(0.0, ()))
        weight = expected_weight(levels[i], policy.value)
        low, high = deficit.interval_90[i].tolist()
        p_high, p_medium, p_minimal = levels[i].tolist()
        demands.append(
            Demand(
                code=node.node,
                kind=DemandKind.DEFICIT,
                title=framework.node(node.node).title,
                nodes=(node.node,),
                weight=weight + more.weight,
                expected=float(deficit.mean[i]),
                sd=float(deficit.sd[i]),
                interval_90=(low, high),
                pieces=_joint_pieces(pieces[i], weight, more, policy.value),
                official_level=level,
                level_probability=(p_high, p_medium, p_minimal),
                categories=frozenset(policy.form_by_level[level]),
                request_ids=more.request_ids,
                proficiency=node,
            )
        )
    return demands


def _joint_pieces(pieces: Pieces, weight: float, more: Extra, value: Value) -> Pieces:
    if not more.request_ids:
        return pieces
    return with_request(pieces, weight, more.weight, value.request_deficit)


def _request_demands(rest: Iterable[Wanted], value: Value) -> list[Demand]:
    return [
        certain_demand(
            code=item.code,
            kind=DemandKind.REQUEST,
            title=item.title,
            nodes=item.nodes,
            weight=item.weight,
            deficit=value.request_deficit,
            request_ids=item.request_ids,
            text=item.text,
        )
        for item in rest
    ]
