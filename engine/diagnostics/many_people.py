"""Evidence records of many people → posteriors of all of them in one go.

The same numbers as ``estimate_proficiency`` gives one by one, without its records: for tables of
whole regions, which read nothing else.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.diagnostics.evidence import Sitting, gather_sittings, sitting_order
from engine.diagnostics.item_bank import ItemBank
from engine.diagnostics.logit_normal import share_moments
from engine.diagnostics.many import ManyObservations, posterior_of_many
from engine.diagnostics.observations import Observation
from engine.diagnostics.scores import recent_observations, valid_evidence_day
from engine.diagnostics.system import procedure_sd_of
from engine.domain import DiagnosticResult, FloatArray, IntArray, ItemResponse, Method
from engine.framework import Framework
from engine.policy import Diagnostics, PolicyProfile


@dataclass(frozen=True, slots=True)
class CheckedEvidence:
    """What one person's valid evidence says, before any estimate.

    Parameters
    ----------
    today
        His day of ``as_of``.
    shares
        Score / maximum of the sitting that sets the official level, by node.
    """

    today: dt.date
    observations: tuple[Observation, ...]
    shares: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class NodeEstimates:
    """Proficiency of many people, an entry for each person and measured node.

    Parameters
    ----------
    person, node
        Shape (n,): place among the people, index of the framework's node; by both.
    mean, sd
        Shape (n,), of the proficiency, in [0, 1].
    raw_share
        Shape (n,), in [0, 1], as ``NodeProficiency.raw_share``.
    """

    person: IntArray
    node: IntArray
    mean: FloatArray
    sd: FloatArray
    raw_share: FloatArray


def check_evidence(
    results: Sequence[DiagnosticResult],
    responses: Sequence[ItemResponse],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    time_zone: str | None = None,
    items: ItemBank | None = None,
) -> CheckedEvidence:
    """Check one person's evidence; arguments and faults as of ``estimate_proficiency``.

    Raises
    ------
    InputError
        With every fault.
    """
    today = valid_evidence_day(results, responses, framework, policy, as_of, time_zone, items)
    rule = policy.diagnostics
    by_node: defaultdict[str, list[Sitting]] = defaultdict(list)
    for sitting in gather_sittings(results, responses, rule.default_tasks):
        if (today - sitting.date).days <= rule.max_age_days:
            by_node[sitting.node].append(sitting)
    shares = {}
    for node, sittings in by_node.items():
        official = [s for s in sittings if s.method in rule.official_methods]
        shares[node] = min(official or sittings, key=sitting_order).share
    observations = recent_observations(results, responses, rule, items, today)
    return CheckedEvidence(today, observations, shares)


def estimate_many(
    people: Sequence[CheckedEvidence | None],
    framework: Framework,
    policy: PolicyProfile,
    items: ItemBank | None = None,
) -> NodeEstimates:
    """Proficiency of everybody; a person without evidence (``None`` or empty) has no entry.

    Raises
    ------
    ConfigurationError
        Where the policy states no ``procedure_sd`` for a method.
    """
    rule = policy.diagnostics
    today = np.array([0 if p is None else p.today.toordinal() for p in people], dtype=np.int64)
    found = posterior_of_many(
        _arrays(people, framework, rule), today, framework, rule, items.people if items else None
    )
    mean, sd = share_moments(found.mean, found.sd)
    shares = [{} if p is None else p.shares for p in people]
    codes = framework.codes
    pairs = zip(found.person.tolist(), found.node.tolist(), strict=True)
    raw = np.array([shares[i][codes[k]] for i, k in pairs], dtype=np.float64)
    return NodeEstimates(found.person, found.node, mean, sd, raw)


def _arrays(
    people: Sequence[CheckedEvidence | None], framework: Framework, rule: Diagnostics
) -> ManyObservations:
    index = framework.index
    whole: list[tuple[int, int, int, bool]] = []
    parts: list[tuple[int, int]] = []
    numbers: list[tuple[float, float, float, float]] = []
    weights: list[float] = []
    variance: dict[Method, float] = {}
    for i, person in enumerate(people):
        if person is None:
            continue
        sheets: dict[object, int] = {}
        for o in person.observations:
            method = o.sheet.method
            if method not in variance:
                variance[method] = procedure_sd_of(method, rule.procedure_sd) ** 2
            sheet = sheets.setdefault(o.sheet, len(sheets))
            for node in o.nodes:
                parts.append((len(whole), index[node]))
                weights.append(o.slope / len(o.nodes))
            whole.append((i, o.date.toordinal(), sheet, o.calibrated))
            numbers.append((variance[method], o.successes, o.failures, o.intercept))
    told = np.array(whole, dtype=np.int64).reshape(-1, 4).T
    floats = np.array(numbers, dtype=np.float64).reshape(-1, 4).T
    of, node_of = np.array(parts, dtype=np.int64).reshape(-1, 2).T
    return ManyObservations(
        person=told[0],
        day=told[1],
        sheet=told[2],
        sheet_variance=floats[0],
        successes=floats[1],
        failures=floats[2],
        intercept=floats[3],
        calibrated=told[3].astype(np.bool_),
        part_of=of,
        part_node=node_of,
        part_weight=np.array(weights, dtype=np.float64),
    )
