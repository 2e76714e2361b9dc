"""Examples to learn a ranking from: what a person had taken, and what came next.

A signal must never have seen the enrolment that it is to predict, nor what is later than it. Where
times are days, signals are learned from what lies before an instant and examples are what came
after it. Where only each person's order is known there is no such instant: signals are learned
from one part of the people and examples are the ends of the histories of the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.matching.order_histories import Histories


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Moments to learn at, and the histories that signals for them may be learned from.

    Parameters
    ----------
    known
        What signals are learned from.
    past, future
        By moment, what the person had taken and what came next.
    now
        Shape (n_moments,), when; NaN where only an order is known.
    """

    known: Histories
    past: Histories
    future: Histories
    now: FloatArray


def moments_by_time(histories: Histories, train_share: float) -> Moments:
    """Moments at the instant before which ``train_share`` of the rows lie; one per person."""
    at = float(np.quantile(histories.time, train_share, method="higher"))
    early = np.bincount(histories.owner[histories.time < at], minlength=len(histories))
    which = np.flatnonzero((early > 0) & (early < histories.lengths))
    past = histories.between(which, np.zeros(len(which), np.int64), early[which])
    future = histories.between(which, early[which], histories.lengths[which])
    known = histories.keep(histories.time < at)
    return Moments(known, past, future, np.full(len(which), at))


def moments_by_person(
    histories: Histories, folds: int, ends: int, rng: np.random.Generator
) -> Iterator[Moments]:
    """Moments before each of the last ``ends`` rows of everybody's, one fold of people at a time.

    People fall into folds at random; signals for a fold come from the people of the others.
    """
    n = len(histories)
    fold = rng.permutation(n) % folds
    for number in range(folds):
        people = np.flatnonzero((fold == number) & (histories.lengths > 1))
        which = np.repeat(people, ends)
        cut = histories.lengths[which] - np.tile(np.arange(1, ends + 1), len(people))
        which, cut = which[cut > 0], cut[cut > 0]
        past = histories.between(which, np.zeros(len(which), np.int64), cut)
        future = histories.between(which, cut, histories.lengths[which])
        known = histories.keep(fold[histories.owner] != number)
        yield Moments(known, past, future, np.full(len(which), np.nan))


def some_of(moments: Moments, most: int, rng: np.random.Generator) -> Moments:
    """At most so many of the moments, drawn evenly."""
    n = len(moments.past)
    if n <= most:
        return moments
    which = np.sort(rng.choice(n, most, replace=False))
    zero = np.zeros(most, np.int64)
    return Moments(
        moments.known,
        moments.past.between(which, zero, moments.past.lengths[which]),
        moments.future.between(which, zero, moments.future.lengths[which]),
        moments.now[which],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Pairs of a moment and an activity: all that came next, and some that did not.

    Parameters
    ----------
    moment, activity, label
        Shape (n,); label 1 = it came next.
    weight
        Shape (n,): a drawn one stands for all of its moment that were not drawn.
    """

    moment: IntArray
    activity: IntArray
    label: IntArray
    weight: FloatArray


def draw_candidates(
    past: Histories,
    future: Histories,
    offered: IntArray,
    negatives: int,
    rng: np.random.Generator,
) -> Candidates:
    """Everything offered that came next, and ``negatives`` of the others offered.

    Parameters
    ----------
    offered
        Positions of the activities that signals know. Others are no examples of either label:
        that signals know nothing of them would tell that they were taken.
    """
    past = past.keep(np.isin(past.activity, offered))
    future = future.keep(np.isin(future.activity, offered))
    room = len(offered) - past.lengths - future.lengths
    n_drawn = np.clip(room, 0, negatives)
    drawn_moment = np.repeat(np.arange(len(past)), n_drawn)
    drawn = _drawn(past, future, offered, n_drawn, rng)
    weight = np.repeat(
        np.divide(room, n_drawn, out=np.zeros(len(past)), where=n_drawn > 0), n_drawn
    )
    return Candidates(
        np.concatenate([future.owner, drawn_moment]),
        np.concatenate([future.activity, drawn]),
        np.repeat([1, 0], [len(future.activity), len(drawn)]),
        np.concatenate([np.ones(len(future.activity)), weight]),
    )


def _drawn(
    past: Histories,
    future: Histories,
    offered: IntArray,
    counts: IntArray,
    rng: np.random.Generator,
) -> IntArray:
    """Activities that are neither past nor future of their moment, each once."""
    found = []
    for i, count in enumerate(counts):
        taken = np.concatenate(
            [
                past.activity[past.start[i] : past.start[i + 1]],
                future.activity[future.start[i] : future.start[i + 1]],
            ]
        )
        # as many as are taken more than needed: what is left after leaving them out is enough
        size = min(len(offered), int(count) + len(taken))
        tried = offered[rng.choice(len(offered), size, replace=False)]
        found.append(tried[~np.isin(tried, taken)][:count])
    return np.concatenate(found) if found else np.zeros(0, np.int64)
