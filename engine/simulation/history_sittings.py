"""Sittings of a history: which competencies of whom are tested, and with what scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from engine.domain import DiagnosticResult, FloatArray, IntArray, Method
from engine.policy import PolicyProfile
from engine.simulation.history_plan import HistoryPlan

WEAKNESS = 8.0
"""How much likelier a competency is tested by its deficit: log odds per whole deficit."""

EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True, eq=False)
class Sittings:
    """Scores of one season, one row per person and leaf.

    Parameters
    ----------
    person, leaf
        Shape (n,): row in the block, position among the framework's leaves.
    day
        Shape (n,), days since 1970-01-01.
    tasks, score
        Shape (n,): a task is one point.
    """

    season: int
    person: IntArray
    leaf: IntArray
    day: IntArray
    tasks: IntArray
    score: IntArray


def measured_leaves(
    rng: np.random.Generator, plan: HistoryPlan, deficit: FloatArray, applies: npt.NDArray[np.bool_]
) -> list[IntArray]:
    """Leaves that are tested of everybody, in all of his sittings, the weak ones likelier.

    Parameters
    ----------
    deficit, applies
        Shape (n_people, n_leaves).
    """
    appeal = WEAKNESS * deficit + rng.gumbel(size=deficit.shape)
    order = np.argsort(np.where(applies, -appeal, np.inf), axis=1, kind="stable")
    least, most = plan.nodes_measured
    count = np.minimum(rng.integers(least, most + 1, len(deficit)), applies.sum(axis=1))
    return [np.sort(order[i, :k]) for i, k in enumerate(count.tolist())]


def draw_sittings(
    rng: np.random.Generator,
    plan: HistoryPlan,
    season: int,
    people: IntArray,
    days: IntArray,
    leaves: Sequence[IntArray],
    theta: npt.NDArray[np.float32],
    policy: PolicyProfile,
) -> Sittings:
    """Test some people: right answers out of tasks, with a lean of the sheet as a whole.

    Parameters
    ----------
    people
        Rows that are tested.
    days
        Shape (n_people,) of the block.
    theta
        Shape (n_people, n_leaves) of the block.
    """
    lengths = np.array([len(leaves[i]) for i in people.tolist()], dtype=np.int64)
    person = np.repeat(people, lengths)
    leaf = (
        np.concatenate([leaves[i] for i in people.tolist()])
        if len(people)
        else np.zeros(0, dtype=np.int64)
    )
    tasks = np.repeat(rng.integers(plan.tasks[0], plan.tasks[1] + 1, len(people)), lengths)
    sd = policy.diagnostics.procedure_sd[Method.TEST]
    lean = np.repeat(rng.normal(0.0, sd, len(people)), lengths)
    right = expit(logit(theta[person, leaf].astype(np.float64)) + lean)
    score = rng.binomial(tasks, right)
    return Sittings(season, person, leaf, days[person], tasks, score)


def results_by_person(
    sittings: Sequence[Sittings], n_people: int, codes: Sequence[str]
) -> list[tuple[DiagnosticResult, ...]]:
    """Records of the first ``n_people`` rows, each person's by day, then by competency."""
    found: list[list[DiagnosticResult]] = [[] for _ in range(n_people)]
    days: dict[int, dt.date] = {}
    for sitting in sittings:
        procedure = f"test-{sitting.season:02d}"
        columns = (sitting.person, sitting.leaf, sitting.day, sitting.tasks, sitting.score)
        for person, leaf, day, tasks, score in zip(*(c.tolist() for c in columns), strict=True):
            if person >= n_people:
                continue
            if day not in days:
                days[day] = dt.date.fromordinal(EPOCH + day)
            found[person].append(
                DiagnosticResult(
                    procedure_id=procedure,
                    date=days[day],
                    method=Method.TEST,
                    node=codes[leaf],
                    score=float(score),
                    max_score=float(tasks),
                    n_tasks=tasks,
                )
            )
    return [tuple(results) for results in found]
