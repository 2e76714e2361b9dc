"""Evidence of many educators → people with their needs, all posteriors in one go.

The needs are those of each one's deficit vector (``engine.deficits.assess_deficits``), without its
pieces and intervals, which nobody here reads. Evidence at fault is left out and named; it stops
nobody.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.assignment.mentees import Need, Person
from engine.deficits.distribution import Posterior, deficit_moments, level_probability
from engine.deficits.group_measures import Targets
from engine.deficits.requests import merge_into_measured, request_faults, wanted_by
from engine.diagnostics.item_bank import ItemBank
from engine.diagnostics.many_people import (
    CheckedEvidence,
    NodeEstimates,
    check_evidence,
    estimate_many,
)
from engine.domain import (
    DiagnosticResult,
    Educator,
    ItemResponse,
    OfficialLevel,
    Request,
)
from engine.errors import InputError
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.recommender.groups import LeftOut, without_faulty
from engine.recommender.groups import Person as Assessed


@dataclass(frozen=True, slots=True)
class Evidence:
    """An educator with what is known of him."""

    educator: Educator
    results: tuple[DiagnosticResult, ...] = ()
    responses: tuple[ItemResponse, ...] = ()
    requests: tuple[Request, ...] = ()


def people_of(
    evidence: Iterable[Evidence],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    items: ItemBank | None = None,
) -> tuple[tuple[Person, ...], tuple[LeftOut, ...]]:
    """People with their needs in the order given, and whose evidence was not used whole.

    Needs are of the present post: requests for a career count as wishes for its competencies.
    Requests at fault are left out like results.
    """
    known = list(evidence)
    left_out: list[LeftOut] = []
    checked = [_checked(one, framework, policy, as_of, items, left_out) for one in known]
    found = _measured_needs(
        [one.educator for one in known],
        estimate_many(checked, framework, policy, items),
        framework,
        policy,
    )
    people = tuple(
        Person(one.educator, _with_requests(one, found[i], framework, policy, left_out))
        for i, one in enumerate(known)
    )
    return people, tuple(left_out)


def _checked(
    one: Evidence,
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    items: ItemBank | None,
    left_out: list[LeftOut],
) -> CheckedEvidence | None:
    person = Assessed(one.educator, one.results, one.responses)
    for _ in range(2):
        try:
            return check_evidence(
                person.results,
                person.responses,
                framework,
                policy,
                as_of,
                time_zone=person.educator.time_zone,
                items=items,
            )
        except InputError as error:
            left_out.append(LeftOut(one.educator.id, error.faults))
            person = without_faulty(person, error.faults)
    return None


@dataclass(frozen=True, slots=True)
class _Measured:
    """One measured node: weight of its demand, expected deficit, probability of a minimal one."""

    node: str
    weight: float
    expected: float
    strong: float


def _measured_needs(
    educators: Sequence[Educator],
    found: NodeEstimates,
    framework: Framework,
    policy: PolicyProfile,
) -> Mapping[int, list[_Measured]]:
    """Measured nodes that apply, by person."""
    targets = Targets.of(educators, framework, policy)
    target = targets.by_profile[targets.profile[found.person], found.node]
    applies = np.flatnonzero(~np.isnan(target))
    posterior = Posterior.from_moments(found.mean[applies], found.sd[applies])
    deficit, _ = deficit_moments(posterior, target[applies])
    levels = level_probability(posterior, policy.levels.high_below, policy.levels.minimal_above)
    weight = levels @ np.array([policy.value.weight_by_level[x] for x in OfficialLevel])
    by_person: defaultdict[int, list[_Measured]] = defaultdict(list)
    columns = (found.person[applies], found.node[applies], weight, deficit, levels[:, 2])
    for i, k, *numbers in zip(*(c.tolist() for c in columns), strict=True):
        by_person[i].append(_Measured(framework.codes[k], *numbers))
    return by_person


def _with_requests(
    one: Evidence,
    measured: Sequence[_Measured],
    framework: Framework,
    policy: PolicyProfile,
    left_out: list[LeftOut],
) -> tuple[Need, ...]:
    requests = one.requests
    faults = tuple(request_faults(requests, {}, framework))
    if faults:
        left_out.append(LeftOut(one.educator.id, faults))
        requests = ()
    wanted = wanted_by(requests, {}, one.educator, framework, policy.value)
    extra, rest = merge_into_measured(wanted, {m.node for m in measured})
    needs = [
        Need(
            m.node,
            (m.node,),
            (m.weight + (extra[m.node].weight if m.node in extra else 0.0)) * m.expected,
            m.strong,
        )
        for m in measured
    ]
    asked = policy.value.request_deficit
    needs += [Need(item.code, item.nodes, item.weight * asked, float("nan")) for item in rest]
    return tuple(sorted(needs, key=lambda need: need.code))
