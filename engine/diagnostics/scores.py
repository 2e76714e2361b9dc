"""Scores of blocks, criteria and items → posterior of proficiency per measured node.

A score of six tasks has a standard error of about 0.20, so a node's posterior leans on what the
person's other nodes say. What one sitting is worth, in effective tasks::

    n_tasks · reliability(method) · 2^(−age / half-life)

Sittings of a node add up their effective tasks, whatever the method. Evidence stays at the node
that was measured: a block's score says nothing here about single leaves, and where a block and
one of its leaves are both measured they are two nodes of the same person. An item that is tied
to two nodes counts for both.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from engine.ages import local_day
from engine.diagnostics.evidence import Sitting, gather_sittings, row_order, sitting_order
from engine.diagnostics.hierarchy import hierarchical_posterior
from engine.diagnostics.validation import evidence_faults
from engine.domain import DiagnosticResult, ItemResponse, NodeProficiency, Proficiency
from engine.errors import ConfigurationError, InputError
from engine.framework import Framework
from engine.policy import Diagnostics, PolicyProfile


def estimate_proficiency(
    results: Sequence[DiagnosticResult],
    responses: Sequence[ItemResponse],
    framework: Framework,
    policy: PolicyProfile,
    as_of: dt.datetime,
    *,
    time_zone: str | None = None,
) -> Proficiency:
    """Posterior of one educator's proficiency at every node with evidence.

    Parameters
    ----------
    results, responses
        Of one educator, in any order. Responses count as one test score per procedure and node
        with as many tasks as there are answers; NaN = not answered = left out.
    as_of
        Instant with offset. Its day, in ``time_zone`` (default: the policy's), ages the evidence.

    Returns
    -------
    Proficiency
        Nodes in the framework's order; without evidence that is young enough there are none and
        the overall level is the policy's prior. ``raw_*`` are of the newest sitting.

    Raises
    ------
    InputError
        With every fault: unknown node, score outside [0, max], future date, contradicting rows…
    ConfigurationError
        Where the policy states no reliability for a method.
    """
    today = local_day(as_of, time_zone or policy.time_zone)
    order = {node.code: i for i, node in enumerate(framework.nodes)}
    faults = evidence_faults(results, responses, order, today)
    if faults:
        raise InputError(faults)
    rule = policy.diagnostics
    by_node: defaultdict[str, list[Sitting]] = defaultdict(list)
    for sitting in gather_sittings(results, responses, rule.default_tasks):
        if (today - sitting.date).days <= rule.max_age_days:
            by_node[sitting.node].append(sitting)
    codes = sorted(by_node, key=order.__getitem__)
    worth = [[_effective_tasks(sitting, rule, today) for sitting in by_node[c]] for c in codes]
    shares = [[sitting.share for sitting in by_node[c]] for c in codes]
    tasks = np.array([sum(w) for w in worth], dtype=np.float64)
    successes = np.array(
        [np.dot(w, p) for w, p in zip(worth, shares, strict=True)], dtype=np.float64
    )
    posterior = hierarchical_posterior(
        successes,
        np.maximum(tasks - successes, 0.0),
        prior_mean=rule.prior_mean,
        prior_tasks=rule.prior_tasks,
        node_tasks=rule.node_tasks,
    )
    return Proficiency(
        nodes=tuple(
            _node_proficiency(by_node[code], float(mean), float(sd), today)
            for code, mean, sd in zip(codes, posterior.mean, posterior.sd, strict=True)
        ),
        overall_mean=posterior.overall_mean,
        overall_sd=posterior.overall_sd,
    )


def _effective_tasks(sitting: Sitting, rule: Diagnostics, today: dt.date) -> float:
    """What a sitting is worth, in full tasks of today."""
    reliability = rule.reliability.get(sitting.method)
    if reliability is None:
        raise ConfigurationError(f"no reliability for the method {sitting.method.value!r}")
    age_days = (today - sitting.date).days
    return float(sitting.n_tasks * reliability * 2.0 ** (-age_days / rule.half_life_days))


def _node_proficiency(
    sittings: Sequence[Sitting], mean: float, sd: float, today: dt.date
) -> NodeProficiency:
    newest = min(sittings, key=sitting_order)
    rows = [row for sitting in sittings for row in sitting.rows]
    return NodeProficiency(
        node=newest.node,
        mean=mean,
        sd=sd,
        n_tasks=sum(sitting.n_tasks for sitting in sittings),
        evidence_age_days=(today - newest.date).days,
        raw_share=newest.share,
        raw_score=newest.score,
        raw_max=newest.max_score,
        raw_tasks=newest.n_tasks if newest.tasks_known else 0,
        evidence=tuple(sorted(rows, key=row_order)),
    )
