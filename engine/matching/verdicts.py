"""Reasons of thousands of activities from a few numbers.

Rules look at few different values: what an activity says of its audience, its language, a day.
So each rule gives every activity a code, the codes of all rules make one number, and a tuple of
reasons is put together once for each number that occurs.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, Self, TypeVar

import numpy as np

from engine.domain import BoolArray, IntArray, Reason

MOST_COMBINATIONS = 2**62
"""Numbers that a key of 64 bits tells apart, with room for one more addition."""

Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True, eq=False)
class Groups(Generic[Value]):
    """Activities that say the same.

    Parameters
    ----------
    values
        What is said, n_groups different ones, in the order of their first activity.
    of
        Shape (n_activities,), group of each.
    """

    values: tuple[Value, ...]
    of: IntArray

    @classmethod
    def by(cls, values: Sequence[Value]) -> Self:
        """One value an activity."""
        index: dict[Value, int] = {}
        of = [index.setdefault(value, len(index)) for value in values]
        return cls(tuple(index), np.array(of, dtype=np.int64))


class Verdicts:
    """What the rules say, one after the other; a tuple of reasons keeps the rules' order.

    Parameters
    ----------
    n
        Number of activities.
    most
        Combinations that one key may tell apart; beyond them the keys are numbered anew.
    """

    def __init__(self, n: int, most: int = MOST_COMBINATIONS) -> None:
        self._most = most
        self._start([()], np.zeros(n, dtype=np.int64))

    def _start(self, base: list[tuple[Reason, ...]], key: IntArray) -> None:
        self._base, self._key = base, key
        self._size = len(base)
        self._rules: list[Sequence[Reason]] = []

    def add(self, code: IntArray, reasons: Sequence[Reason]) -> None:
        """Take in a rule: code 0 admits, code k > 0 forbids for the reason ``reasons[k - 1]``.

        ``code`` has the shape (n,).
        """
        if not reasons:
            return
        if self._size * (len(reasons) + 1) > self._most:
            self._number_anew()
        self._key = self._key + code * self._size
        self._size *= len(reasons) + 1
        self._rules.append(reasons)

    def add_one(self, forbidden: BoolArray, reason: Reason) -> None:
        """Take in a rule that has one reason for whatever it forbids."""
        if forbidden.any():
            self.add(forbidden.astype(np.int64), [reason])

    def add_groups(self, forbidden: BoolArray, of: IntArray, reasons: Sequence[Reason]) -> None:
        """Take in a rule over groups.

        Parameters
        ----------
        forbidden
            Shape (n_groups,).
        of
            Shape (n,), group of each activity.
        reasons
            Of the forbidden groups, in their order.
        """
        self.add(np.where(forbidden, np.cumsum(forbidden), 0)[of], reasons)

    def _number_anew(self) -> None:
        # 0 leads the sorted keys even if no activity is left without a reason
        keys, inverse = np.unique(np.append(self._key, 0), return_inverse=True)
        made = self._combinations()
        self._start([made[k] for k in keys.tolist()], inverse[:-1].astype(np.int64))

    def _combinations(self) -> _Combinations:
        return _Combinations(self._base, self._rules)

    def reasons(self) -> dict[int, tuple[Reason, ...]]:
        """Reasons by activity, ascending; who has none is absent. Equal ones are one tuple."""
        at = np.flatnonzero(self._key)
        tuples = map(self._combinations().__getitem__, self._key[at].tolist())
        return dict(zip(at.tolist(), tuples, strict=True))


class _Combinations(dict[int, tuple[Reason, ...]]):
    """The tuple of each key that is asked for: the digits of the key, lowest first."""

    def __init__(
        self, base: Sequence[tuple[Reason, ...]], rules: Sequence[Sequence[Reason]]
    ) -> None:
        super().__init__()
        self._base, self._rules = base, rules

    def __missing__(self, key: int) -> tuple[Reason, ...]:
        rest, digit = divmod(key, len(self._base))
        found = list(self._base[digit])
        for reasons in self._rules:
            rest, digit = divmod(rest, len(reasons) + 1)
            if digit:
                found.append(reasons[digit - 1])
        self[key] = made = tuple(found)
        return made
