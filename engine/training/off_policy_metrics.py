"""What models' lists would have earned, from held-out slates whose chances were kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import BoolArray, FloatArray, IntArray
from engine.errors import NothingToPlan
from engine.evaluation.off_policy import OffPolicyReport, off_policy
from engine.evaluation.slates import LoggedSlates, TargetSlates, logged_slates
from engine.interactions import STATES, Interactions, State
from engine.matching.model import MatchingModel
from engine.training.data import TrainingData
from engine.training.plan_metrics import recommender_of

_TIMED = frozenset({"no_run_in_horizon", "enrolment_closed"})
"""Reasons that speak of today's runs, not of the person."""


@dataclass(frozen=True, slots=True)
class OffPolicyMetrics:
    """What the log says of one model's lists.

    Parameters
    ----------
    version
        Of the model.
    k
        Length of a list: the mean size of the slates, rounded.
    report
        Mean earning of one proposed activity: of a completed one its outcome, 1 where none is
        stated; of any other 0. The doubly robust estimate guesses by the model's relevance, as
        large on the average as what slates earned before.
    """

    version: str
    k: int
    report: OffPolicyReport


def off_policy_metrics(
    data: TrainingData, day: float, models: Sequence[MatchingModel], most_people: int, seed: int
) -> tuple[OffPolicyMetrics, ...]:
    """Estimate what models would have earned in the slates from a day on.

    The target of a model is its list by what was known on that day: of the activities that any of
    these slates proposed, those that suit the person and that he had not taken up before the
    slate. Which runs were open then nobody has kept, so what was proposed tells what could be.

    Parameters
    ----------
    day
        Days since 1970-01-01; the models must not have seen what came from then on.
    most_people
        Of more people with such slates a seeded sample is looked at.

    Returns
    -------
    tuple of OffPolicyMetrics
        By model; empty = no slates were proposed from the day on, drawn or not.
    """
    table = data.interactions
    late = table.select(_sampled(table, table.time >= day, most_people, seed))
    earned = _earned(late)
    log, rows = logged_slates(late, earned)
    if not len(log.person):
        return ()
    time = np.full(len(log.person), np.inf)
    np.minimum.at(time, log.slate, late.time[rows])
    k = max(1, round(len(log.slate) / len(log.person)))
    drawn = not np.isnan(log.propensity).all()
    taken = first_taken(table.select(np.isin(table.person, log.person)))
    proposed = np.unique(log.activity)
    then = data.before(day)
    before = _earned_before(then.interactions)
    found = []
    for model in models:
        lists = ModelLists(then, model, late.people, proposed) if drawn else None
        target, guess = _NOTHING, None
        if lists is not None:
            target = lists.target(log, time, taken, k)
            guess = lists.guess(log, target, before)
        found.append(OffPolicyMetrics(model.version, k, off_policy(log, target, guess, seed=seed)))
    return tuple(found)


_NOTHING = TargetSlates(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))


class ModelLists:
    """Relevance that a model gives, person by person, each worked out once.

    Parameters
    ----------
    data
        What the lists are made from.
    people
        Ids by the log's numbers.
    proposed
        Positions of the activities that may stand in a list.
    """

    def __init__(
        self, data: TrainingData, model: MatchingModel, people: Sequence[str], proposed: IntArray
    ) -> None:
        self.data, self.people = data, people
        self._never = np.ones(len(data.interactions.activities), dtype=bool)
        self._never[proposed] = False
        self.recommender = recommender_of(data, model)
        self._known: dict[int, FloatArray] = {}

    def relevance(self, person: int) -> FloatArray:
        """Shape (n_activities,), positions of the table; NaN = not for this person."""
        if person not in self._known:
            self._known[person] = self._worked_out(self.people[person])
        return self._known[person]

    def _worked_out(self, id: str) -> FloatArray:
        n = len(self.data.interactions.activities)
        if id not in self.data.people:
            return np.full(n, np.nan)
        try:
            ranking = self.recommender.rank(self.data.people[id])[1]
        except NothingToPlan:
            return np.full(n, np.nan)
        relevance = ranking.relevance.copy()
        relevance[self._never] = np.nan
        for activity, reasons in ranking.ineligible.items():
            if any(reason.code not in _TIMED for reason in reasons):
                relevance[activity] = np.nan
        return relevance

    def target(
        self, log: LoggedSlates, time: FloatArray, taken: dict[int, dict[int, float]], k: int
    ) -> TargetSlates:
        """The first ``k`` of each slate's person at the slate's time, ties by activity."""
        slates: list[int] = []
        chosen: list[int] = []
        for slate, person in enumerate(log.person.tolist()):
            relevance = self.relevance(person).copy()
            gone = [a for a, at in taken.get(person, {}).items() if at < time[slate]]
            relevance[gone] = np.nan
            best = np.argsort(-relevance, kind="stable")[: min(k, np.sum(~np.isnan(relevance)))]
            slates += [slate] * len(best)
            chosen += best.tolist()
        at = np.array(chosen, dtype=np.int64)
        return TargetSlates(np.array(slates, dtype=np.int64), at, np.ones(len(at)))

    def guess(
        self, log: LoggedSlates, target: TargetSlates, mean: float
    ) -> tuple[FloatArray, FloatArray]:
        """What rows of the log and of the target are thought to earn."""
        own = self._at(log.person[log.slate], log.activity)
        other = self._at(log.person[target.slate], target.activity)
        size = mean / own.mean() if own.mean() > 0 and mean > 0 else 1.0
        return np.minimum(own * size, 1.0), np.minimum(other * size, 1.0)

    def _at(self, person: IntArray, activity: IntArray) -> FloatArray:
        pairs = zip(person.tolist(), activity.tolist(), strict=True)
        known = np.array([self.relevance(p)[a] for p, a in pairs], dtype=np.float64)
        return np.nan_to_num(known)


def _earned(table: Interactions) -> FloatArray:
    done = table.state == STATES.index(State.COMPLETED)
    stated = np.where(np.isnan(table.outcome), 1.0, table.outcome)
    return np.where(done, stated, 0.0)


def _earned_before(table: Interactions) -> float:
    """Mean earning of what earlier slates proposed; 0 = there were none."""
    proposed = table.slate >= 0
    return float(_earned(table)[proposed].mean()) if proposed.any() else 0.0


def _sampled(table: Interactions, late: BoolArray, most_people: int, seed: int) -> BoolArray:
    """Late rows of the people who are looked at."""
    people = np.unique(table.person[late & (table.slate >= 0)])
    if len(people) > most_people:
        people = np.random.default_rng([seed, 11]).choice(people, most_people, replace=False)
    kept: BoolArray = late & np.isin(table.person, people)
    return kept


def first_taken(table: Interactions) -> dict[int, dict[int, float]]:
    """By person and activity: when it was first taken up."""
    found: dict[int, dict[int, float]] = {}
    for i in np.flatnonzero(table.taken).tolist():
        own = found.setdefault(table.person[i].item(), {})
        activity, at = table.activity[i].item(), table.time[i].item()
        own[activity] = min(at, own.get(activity, np.inf))
    return found
