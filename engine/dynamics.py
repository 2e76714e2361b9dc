"""Proficiency and its changes as the answer tells them: points in time, change, what became.

The same records stand in the answer of ``POST /routes`` and of ``POST /deficits``; ``to_dict`` of
``engine.recommendation`` makes their JSON form.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProficiencyEntry:
    """Posterior of the proficiency θ at one node, all in [0, 1]: mean and quantiles.

    Parameters
    ----------
    interval_90
        5 % and 95 % quantiles.
    quartiles
        25 %, 50 % and 75 % quantiles.
    """

    mean: float
    interval_90: tuple[float, float]
    quartiles: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class PointEntry:
    """One measurement of a competency.

    Parameters
    ----------
    estimate, interval_90
        Posterior mean of the proficiency on that day and its 5 % and 95 % quantiles, in [0, 1];
        all the evidence, later results included, speaks here.
    raw_share
        Score / maximum of this measurement alone, in [0, 1].
    n_tasks
        Tasks behind it; ``None`` = not known.
    official_level
        After Р-201 from ``raw_share``.
    """

    date: dt.date
    procedure_id: str
    estimate: float
    interval_90: tuple[float, float]
    raw_share: float
    n_tasks: int | None
    official_level: str | None


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """Change of one competency from its first measurement to its last.

    Parameters
    ----------
    points
        Measurements by day, two or more.
    change, interval_90
        Posterior mean of θ(last) − θ(first) and its 5 % and 95 % quantiles, in [−1, 1]; above 0
        the proficiency has grown.
    probability_grown
        P(θ(last) > θ(first)).
    probability_before, probability_after
        Probability of a deficit above minimal at the first and at the last measurement.
    probability_removed
        Probability of both: a deficit at the first and none at the last.
    status
        Value of ``DeficitChange``.
    """

    node: str
    title: str
    points: tuple[PointEntry, ...]
    change: float
    interval_90: tuple[float, float]
    probability_grown: float
    probability_before: float
    probability_after: float
    probability_removed: float
    status: str


@dataclass(frozen=True, slots=True)
class EducatorDynamics:
    """Changes of one educator; ``changes`` is empty where nothing was measured on two days."""

    educator_id: str
    as_of: dt.datetime
    policy: str
    changes: tuple[ChangeEntry, ...]
