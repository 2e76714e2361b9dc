"""Scores of blocks, criteria and items → posterior of proficiency per measured node.

A score of six tasks has a standard error of about 0.20, so a node's posterior leans on what the
person's other nodes say, most on those of its own direction (``prior``), and knows that a whole
sheet may be harder or more lenient than another (``system``). Evidence stays at the node that was
measured: a leaf without evidence of its own gets no posterior, and an item tied to two nodes says
something of both.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from engine.ages import local_day
from engine.diagnostics.evidence import Sitting, gather_sittings, row_order, sitting_order
from engine.diagnostics.item_bank import ItemBank
from engine.diagnostics.logit_normal import Z_90, share_moments, share_quantile
from engine.diagnostics.observations import Observation, observations_of
from engine.diagnostics.prior import ProficiencyPrior
from engine.diagnostics.system import Moment, educator_posterior
from engine.diagnostics.validation import evidence_faults
from engine.domain import (
    DiagnosticResult,
    ItemResponse,
    Method,
    NodeProficiency,
    Proficiency,
)
from engine.errors import InputError
from engine.framework import Framework
from engine.policy import Diagnostics, PolicyProfile

_Z_QUARTILE = 0.6744897501960817
"""75 % quantile of the standard normal distribution."""


def estimate_proficiency(
    results: Sequence[DiagnosticResult],
    responses: Sequence[ItemResponse],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    time_zone: str | None = None,
    items: ItemBank | None = None,
) -> Proficiency:
    """Posterior of one educator's proficiency at every node with evidence.

    Parameters
    ----------
    results, responses
        Of one educator, in any order. A response is one task of its nodes together; NaN = not
        answered = left out.
    as_of
        Instant with offset. Its day, in ``time_zone`` (default: the policy's), ages the evidence.
    items
        Calibrated items; an item that is not among them counts as an average one (slope 1,
        intercept 0).

    Returns
    -------
    Proficiency
        Nodes in the framework's order; without evidence that is young enough there are none and
        the overall level is the policy's prior. ``raw_*`` are of the newest sitting by one of the
        policy's official methods, else of the newest.

    Raises
    ------
    InputError
        With every fault: unknown node, score outside [0, max], future date, contradicting rows,
        an item that was calibrated for other nodes…
    ConfigurationError
        Where the policy states no reliability or no ``procedure_sd`` for a method.
    """
    today = valid_evidence_day(results, responses, framework, policy, as_of, time_zone, items)
    order = framework.index
    rule = policy.diagnostics
    by_node: defaultdict[str, list[Sitting]] = defaultdict(list)
    for sitting in gather_sittings(results, responses, rule.default_tasks):
        if (today - sitting.date).days <= rule.max_age_days:
            by_node[sitting.node].append(sitting)
    codes = sorted(by_node, key=order.__getitem__)
    observations = recent_observations(results, responses, rule, items, today)
    wanted: list[Moment] = [*((code, today) for code in codes), (None, today)]
    prior = ProficiencyPrior.from_policy(rule)
    people = items.people if items is not None else None
    posterior = educator_posterior(
        observations, wanted, prior, rule.procedure_sd, framework, people
    )
    mean, covariance = posterior.at(wanted)
    sd = np.sqrt(np.diag(covariance))
    share_mean, share_sd = share_moments(mean, sd)
    low, first, middle, third, high = (
        share_quantile(mean, sd, z) for z in (-Z_90, -_Z_QUARTILE, 0.0, _Z_QUARTILE, Z_90)
    )
    return Proficiency(
        nodes=tuple(
            _node_proficiency(
                by_node[code],
                (float(share_mean[i]), float(share_sd[i])),
                (float(low[i]), float(high[i])),
                (float(first[i]), float(middle[i]), float(third[i])),
                rule.official_methods,
                today,
            )
            for i, code in enumerate(codes)
        ),
        overall_mean=float(share_mean[-1]),
        overall_sd=float(share_sd[-1]),
    )


def valid_evidence_day(
    results: Sequence[DiagnosticResult],
    responses: Sequence[ItemResponse],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    time_zone: str | None,
    items: ItemBank | None,
) -> dt.date:
    """The educator's day of ``as_of``, once the evidence has been checked against it.

    Raises
    ------
    InputError
        With every fault of the evidence.
    """
    today = local_day(as_of, time_zone or policy.time_zone)
    faults = evidence_faults(results, responses, framework, today, items)
    if faults:
        raise InputError(faults)
    return today


def recent_observations(
    results: Sequence[DiagnosticResult],
    responses: Sequence[ItemResponse],
    rule: Diagnostics,
    items: ItemBank | None,
    today: dt.date,
) -> tuple[Observation, ...]:
    """Observations of validated rows that are young enough for the policy."""
    found = observations_of(results, responses, rule, items)
    return tuple(o for o in found if (today - o.date).days <= rule.max_age_days)


def _node_proficiency(
    sittings: Sequence[Sitting],
    moments: tuple[float, float],
    interval_90: tuple[float, float],
    quartiles: tuple[float, float, float],
    official_methods: Sequence[Method],
    today: dt.date,
) -> NodeProficiency:
    official = [s for s in sittings if s.method in official_methods]
    newest = min(official or sittings, key=sitting_order)
    rows = [row for sitting in sittings for row in sitting.rows]
    return NodeProficiency(
        node=newest.node,
        mean=moments[0],
        sd=moments[1],
        n_tasks=sum(sitting.n_tasks for sitting in sittings),
        evidence_age_days=(today - newest.date).days,
        raw_share=newest.share,
        raw_score=newest.score,
        raw_max=newest.max_score,
        raw_tasks=newest.n_tasks if newest.tasks_known else 0,
        evidence=tuple(sorted(rows, key=row_order)),
        interval_90=interval_90,
        quartiles=quartiles,
    )
