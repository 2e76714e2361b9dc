"""Interactions of a block of educators by column, with what is true of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from engine.domain import BoolArray, FloatArray, IntArray
from engine.interactions import STATES, State
from engine.simulation.history_traits import ActivityTraits
from engine.simulation.history_truth import MOST_PROFICIENCY, HistoryTruth

HOURS_A_WEEK = (2.5, 5.0)
ONE_DAY_HOURS = 6
LONGEST_DAYS = 300


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Interactions of a block by column; ``person`` is the row in the block.

    Parameters
    ----------
    benefited
        Shape (n,): completed, and it brought the gains of ``ActivityTraits``.
    season
        Shape (n,): of ``time``.
    """

    person: IntArray
    activity: IntArray
    time: FloatArray
    state: IntArray
    ended: FloatArray
    slate: IntArray
    propensity: FloatArray
    benefited: BoolArray
    season: IntArray

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """All parts, one after another."""
        names = cls.__dataclass_fields__
        return cls(**{n: np.concatenate([getattr(p, n) for p in parts]) for n in names})

    def select(self, at: BoolArray | IntArray) -> Self:
        """Some of the rows."""
        names = self.__dataclass_fields__
        return replace(self, **{n: getattr(self, n)[at] for n in names})

    @classmethod
    def begun(cls, person: IntArray, activity: IntArray, time: FloatArray, season: int) -> Self:
        """Rows of which only is known who begins what and when; the state is still to come."""
        n = len(person)
        return cls(
            person=person,
            activity=activity,
            time=time,
            state=np.zeros(n, dtype=np.int64),
            ended=np.full(n, np.nan),
            slate=np.full(n, -1, dtype=np.int64),
            propensity=np.full(n, np.nan),
            benefited=np.zeros(n, dtype=np.bool_),
            season=np.full(n, season, dtype=np.int64),
        )


def drawn_outcome(
    rng: np.random.Generator,
    truth: HistoryTruth,
    rows: Rows,
    begun: FloatArray,
    season: int,
    last: int,
) -> Rows:
    """What becomes of what is taken up: completed with benefit or without, dropped, under way.

    Parameters
    ----------
    rows
        Of one season; ``person`` and ``activity`` are positions of ``truth``.
    begun
        Shape (n,), days since 1970-01-01.
    last
        Last day of the history: what ends later is still under way.
    """
    n = len(rows.person)
    completes = rng.random(n) < truth.completion(rows.person, rows.activity, season)
    benefits = rng.random(n) < truth.benefit(rows.person, rows.activity, season)
    hours = truth.activities.hours[rows.activity]
    weeks = hours / rng.uniform(*HOURS_A_WEEK, n)
    lasts = np.where(hours <= ONE_DAY_HOURS, 0.0, np.minimum(np.floor(7 * weeks), LONGEST_DAYS))
    stays = np.where(completes, 1.0, rng.uniform(0.1, 0.9, n))
    ended = begun + np.floor(lasts * stays)
    over = ended <= last
    done = np.where(completes, STATES.index(State.COMPLETED), STATES.index(State.DROPPED))
    return replace(
        rows,
        state=np.where(over, done, STATES.index(State.ENROLLED)),
        ended=np.where(over, ended, np.nan),
        benefited=over & completes & benefits,
    )


def drifted(
    rng: np.random.Generator, theta: npt.NDArray[np.float32], sd: float
) -> npt.NDArray[np.float32]:
    """θ a season later, without learning: a step in log odds, half of its variance common.

    Parameters
    ----------
    theta
        Shape (n_people, n_leaves).
    """
    n_people, n_leaves = theta.shape
    steps = rng.standard_normal((n_people, 1 + n_leaves))
    moved = logit(theta.astype(np.float64)) + sd / 2**0.5 * (steps[:, :1] + steps[:, 1:])
    later: npt.NDArray[np.float32] = np.clip(expit(moved), 0.01, MOST_PROFICIENCY).astype(
        np.float32
    )
    return later


def apply_gains(
    theta: npt.NDArray[np.float32], pending: Sequence[Rows], traits: ActivityTraits, cut: IntArray
) -> list[Rows]:
    """Add the gains of what has ended by the cut to θ, in place; returns what is still to come.

    Parameters
    ----------
    theta
        Shape (n_people, n_leaves).
    cut
        Shape (n_people,), days since 1970-01-01.
    """
    kept = []
    for rows in pending:
        due = rows.ended <= cut[rows.person]
        person, activity = rows.person[due], rows.activity[due]
        for m in range(traits.nodes.shape[1]):
            np.add.at(theta, (person, traits.nodes[activity, m]), traits.gain[activity, m])
        if not due.all():
            kept.append(rows.select(~due))
    np.minimum(theta, MOST_PROFICIENCY, out=theta)
    return kept
