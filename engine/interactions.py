"""Interactions: who was proposed or took which activity, when, and what became of it.

Columns, not records: a region has millions of rows. Outside ids are mapped once, here; whatever
learns from interactions works on positions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, Self

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray

Clock = Literal["days", "order"]
"""``days``: days since 1970-01-01, comparable between people; ``order``: a person's own count."""


class State(StrEnum):
    """What became of an interaction, as far as is known."""

    PROPOSED = "proposed"
    REJECTED = "rejected"
    ACCEPTED = "accepted"
    ENROLLED = "enrolled"
    DROPPED = "dropped"
    COMPLETED = "completed"


STATES: tuple[State, ...] = tuple(State)
TAKEN = frozenset({State.ENROLLED, State.DROPPED, State.COMPLETED})
"""States of somebody who has taken the activity up."""


@dataclass(frozen=True, slots=True, eq=False)
class Interactions:
    """Interactions by column, ``n`` rows in any order.

    Parameters
    ----------
    people, activities
        Outside ids, each once.
    person, activity
        Shape (n,), positions in ``people`` and ``activities``.
    time
        Shape (n,): when it was proposed or, if it never was, taken up; unit by ``clock``.
    state
        Shape (n,), positions in ``STATES``.
    outcome
        Shape (n,), in [0, 1]: success as the source states it; NaN = not stated.
    ended
        Shape (n,), unit of ``time``: when it was completed or dropped; NaN = not known.
    slate
        Shape (n,): rows of one number ≥ 0 were proposed together; −1 = no slate.
    propensity
        Shape (n,), in (0, 1]: chance with which the activity was drawn into its slate; NaN = it
        was not drawn, or nobody kept the chance.
    """

    people: tuple[str, ...]
    activities: tuple[str, ...]
    person: IntArray
    activity: IntArray
    time: FloatArray
    state: IntArray
    outcome: FloatArray
    ended: FloatArray
    slate: IntArray
    propensity: FloatArray
    clock: Clock = "days"

    def __post_init__(self) -> None:
        n = len(self.person)
        columns = (self.activity, self.time, self.state, self.outcome, self.ended)
        if any(len(c) != n for c in (*columns, self.slate, self.propensity)):
            raise ValueError("all columns must have the same length")

    @classmethod
    def from_columns(
        cls,
        person: Sequence[str],
        activity: Sequence[str],
        time: FloatArray,
        state: Sequence[str] | IntArray | None = None,
        *,
        outcome: FloatArray | None = None,
        ended: FloatArray | None = None,
        slate: IntArray | None = None,
        propensity: FloatArray | None = None,
        activities: Sequence[str] | None = None,
        clock: Clock = "days",
    ) -> Self:
        """From outside ids; what is left out is not known, a left-out state is enrolled.

        Parameters
        ----------
        activities
            Ids that positions refer to; ``None`` = those that occur, sorted.

        Raises
        ------
        ValueError
            For an activity or a state that is not known, or columns of unequal length.
        """
        n = len(person)
        people, person_at = np.unique(np.asarray(person, dtype=str), return_inverse=True)
        ids = np.asarray(activity, dtype=str)
        known = np.unique(ids) if activities is None else np.asarray(activities, dtype=str)
        order = np.argsort(known, kind="stable")
        at = np.searchsorted(known, ids, sorter=order) if len(known) else np.zeros(n, np.int64)
        activity_at = order[np.minimum(at, len(known) - 1)] if n else np.zeros(0, np.int64)
        if n and (known[activity_at] != ids).any():
            raise ValueError(f"unknown activity: {ids[known[activity_at] != ids][0]}")
        if state is None:
            states = np.full(n, STATES.index(State.ENROLLED))
        elif isinstance(state, np.ndarray) and state.dtype.kind == "i":
            states = state
        else:
            states = np.array([STATES.index(State(s)) for s in state], dtype=np.int64)
        nothing = np.full(n, np.nan)
        return cls(
            people=tuple(people.tolist()),
            activities=tuple(known.tolist()),
            person=person_at.astype(np.int64),
            activity=activity_at.astype(np.int64),
            time=np.asarray(time, dtype=np.float64),
            state=states.astype(np.int64),
            outcome=nothing if outcome is None else np.asarray(outcome, dtype=np.float64),
            ended=nothing if ended is None else np.asarray(ended, dtype=np.float64),
            slate=np.full(n, -1, dtype=np.int64) if slate is None else slate,
            propensity=nothing if propensity is None else propensity,
            clock=clock,
        )

    def __len__(self) -> int:
        return len(self.person)

    @property
    def taken(self) -> BoolArray:
        """Shape (n,): the person took the activity up."""
        return np.isin(self.state, [STATES.index(s) for s in TAKEN])

    def select(self, rows: BoolArray | IntArray) -> Self:
        """Some of the rows; people and activities keep their positions."""
        return replace(
            self,
            person=self.person[rows],
            activity=self.activity[rows],
            time=self.time[rows],
            state=self.state[rows],
            outcome=self.outcome[rows],
            ended=self.ended[rows],
            slate=self.slate[rows],
            propensity=self.propensity[rows],
        )

    def in_order(self) -> Self:
        """The same rows by person, then by time; rows of one instant keep their order."""
        return self.select(np.lexsort((self.time, self.person)))
