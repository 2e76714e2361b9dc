"""Gain at re-diagnosis: the chance that a completion was followed by growth where it teaches.

All sittings of an educator make one joint posterior on the scale of log odds, so a growth that a
few tasks cannot show is given no more than its chance.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import scipy.sparse as sp
from scipy.special import ndtr

from engine.diagnostics.prior import ProficiencyPrior
from engine.diagnostics.scores import recent_observations
from engine.diagnostics.system import EducatorPosterior, educator_posterior
from engine.domain import FloatArray
from engine.framework import Framework
from engine.matching.signals import EPOCH
from engine.policy import PolicyProfile
from engine.recommender.request import RouteRequest


class MeasuredGrowth:
    """Growth of one educator between his sittings.

    Parameters
    ----------
    person
        With all sittings.
    above
        CSR, shape (n_nodes, n_nodes), 0 or 1: row = node, columns = itself and its ancestors.
    """

    def __init__(
        self,
        person: RouteRequest,
        framework: Framework,
        policy: PolicyProfile,
        above: sp.csr_array,
    ) -> None:
        rule = policy.diagnostics
        observations = recent_observations(
            person.diagnostics, person.responses, rule, None, person.as_of.date()
        )
        self.framework = framework
        self.above = above
        self.days: dict[str, list[dt.date]] = {}
        for o in observations:
            for node in o.nodes:
                self.days.setdefault(node, []).append(o.date)
        self.posterior: EducatorPosterior | None = None
        if any(len(set(days)) > 1 for days in self.days.values()):
            self.posterior = educator_posterior(
                observations,
                (),
                ProficiencyPrior.from_policy(rule),
                rule.procedure_sd,
                framework,
            )

    def chance(self, coverage: sp.csr_array, start: float, end: float) -> float:
        """Chance of growth at what an activity covers, from before it to after it.

        Parameters
        ----------
        coverage
            Shape (1, n_nodes), of the activity.
        start, end
            Days since 1970-01-01 when it was taken up and completed.

        Returns
        -------
        float
            In [0, 1]: P(coverage-weighted mean of the log odds has grown) from the last sitting
            up to ``start`` to the first one from ``end`` on; NaN where no covered node was
            measured on both sides.
        """
        if self.posterior is None:
            return float("nan")
        weight = (coverage @ self.above).toarray()[0]
        begun = dt.date.fromordinal(EPOCH + int(start))
        done = dt.date.fromordinal(EPOCH + int(end))
        pairs = []
        for node, days in self.days.items():
            w = weight[self.framework.index[node]]
            before = [d for d in days if d <= begun]
            after = [d for d in days if d >= done and d > begun]
            if w > 0 and before and after:
                pairs.append((node, max(before), min(after), w))
        if not pairs:
            return float("nan")
        share = np.array([w for *_, w in pairs])
        moments = [(node, day) for node, first, last, _ in pairs for day in (first, last)]
        mean, covariance = self.posterior.at(moments)
        direction: FloatArray = np.column_stack([-share, share]).ravel() / share.sum()
        spread = float(np.sqrt(direction @ covariance @ direction))
        return float(ndtr(direction @ mean / spread)) if spread > 0 else float("nan")


def node_and_ancestors(framework: Framework) -> sp.csr_array:
    """Shape (n_nodes, n_nodes), 1 where the column's node is the row's or stands above it."""
    rows, columns = [], []
    for i, code in enumerate(framework.codes):
        for node in (i, *(framework.index[a.code] for a in framework.ancestors(code))):
            rows.append(i)
            columns.append(node)
    n = len(framework)
    return sp.csr_array((np.ones(len(rows)), (rows, columns)), shape=(n, n))
