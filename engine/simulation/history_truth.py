"""The truth of a history: chances and gains as they were planted, exact, by arrays.

People and activities are positions; every method broadcasts them as numpy does, so
``truth.chance(e, np.arange(n))`` is a row and ``truth.chance(people[:, None], activities)`` a
table. The history itself is drawn from these very functions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from engine.domain import BoolArray, FloatArray, IntArray
from engine.simulation.history_plan import SEASONS_A_YEAR, TruthPlan
from engine.simulation.history_traits import NODES_MOST, ActivityTraits, PeopleTraits

Positions = IntArray | int
"""One position or an array of them."""

NEED_UNIT = 0.4
"""Mean deficit, over what an activity covers, that makes its need 1."""

REQUEST_SHARE = 0.4
"""Coverage of a requested competency that answers the request wholly."""

POPULARITY_IN_UPTAKE = 0.35
REFUSED_LEAST, REFUSED_MORE = 0.04, 0.8
"""Chance that a methodist rejects what fits wholly, and how much more what does not at all."""

MOST_PROFICIENCY = 0.99


@dataclass(frozen=True, slots=True, eq=False)
class HistoryTruth:
    """What no stage of the engine may see.

    Parameters
    ----------
    plan
        What was planted, by number.
    leaves
        Codes of the framework's leaves, in its order.
    kind_effect
        Shape (len(KINDS),): true effect of a kind in the mean.
    targets
        Shape (n_profiles, n_leaves), in [0, 1]; NaN where a leaf does not apply.
    """

    plan: TruthPlan
    leaves: tuple[str, ...]
    kind_effect: FloatArray
    targets: FloatArray
    activities: ActivityTraits
    people: PeopleTraits

    # ----------------------------------------------------------------- what the chances rest on

    def deficit(self, person: Positions, season: Positions | None = None) -> FloatArray:
        """True deficits, shape (..., n_leaves), in [0, 1]; 0 where a leaf does not apply.

        Parameters
        ----------
        season
            At its beginning; ``None`` = now.
        """
        people = self.people
        theta = people.proficiency[person, -1 if season is None else season]
        lack: FloatArray = np.maximum(self.targets[people.profile[person]] - theta, 0.0)
        return np.nan_to_num(lack)

    def need(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """How much of true deficits an activity is about, in [0, 1]; see ``NEED_UNIT``."""
        at = -1 if season is None else season
        profile, theta = self.people.profile[person], self.people.proficiency
        about: FloatArray = np.zeros(np.broadcast(person, activity).shape)
        for m in range(NODES_MOST):
            leaf = self.activities.nodes[activity, m]
            lack = self.targets[profile, leaf] - theta[person, at, leaf]
            about = about + self.activities.share[activity, m] * np.nan_to_num(
                np.maximum(lack, 0.0)
            )
        return np.minimum(about / NEED_UNIT, 1.0)

    def fit(self, person: Positions, activity: Positions) -> FloatArray:
        """Share of what an activity covers that applies to the educator, in [0, 1]."""
        applies = ~np.isnan(self.targets)
        profile = self.people.profile[person]
        meant: FloatArray = np.zeros(np.broadcast(person, activity).shape)
        for m in range(NODES_MOST):
            leaf = self.activities.nodes[activity, m]
            meant = meant + self.activities.share[activity, m] * applies[profile, leaf]
        total = self.activities.share.sum(axis=1)[activity]
        return np.where(total > 0, meant / np.maximum(total, 1e-12), 1.0)

    def request(self, person: Positions, activity: Positions) -> FloatArray:
        """How much an activity answers the educator's request, in [0, 1]; 0 without one."""
        wanted = self.people.request[person]
        met: FloatArray = np.zeros(np.broadcast(person, activity).shape)
        for m in range(NODES_MOST):
            same = self.activities.nodes[activity, m] == wanted
            met = met + self.activities.share[activity, m] * same
        return np.minimum(met / REQUEST_SHARE, 1.0)

    def taste(self, person: Positions, activity: Positions) -> FloatArray:
        """Tastes in common, log odds, of sd ``taste_sd``."""
        left, right = self.people.taste[person], self.activities.taste[activity]
        rank = left.shape[-1]
        alike: FloatArray = np.asarray((left * right).sum(axis=-1))
        odds: FloatArray = self.plan.taste_sd / rank**0.5 * alike
        return odds

    def context(self, person: Positions, activity: Positions) -> FloatArray:
        """What travelling and distance mean where the educator lives, log odds."""
        plan, traits = self.plan, self.activities
        trip, distance = traits.trip[activity], traits.distance[activity]
        of_rural = plan.rural_trip * trip + plan.rural_distance * distance
        return np.asarray(plan.trip_bonus * trip + self.people.rural[person] * of_rural)

    # ----------------------------------------------------------------- chances

    def rejection(self, person: Positions, activity: Positions) -> FloatArray:
        """Chance that a methodist rejects a proposal, mostly one for another audience."""
        chance: FloatArray = REFUSED_LEAST + REFUSED_MORE * (1 - self.fit(person, activity)) ** 2
        return chance

    def uptake(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """Chance that an educator takes up what is proposed and was not rejected."""
        plan, traits = self.plan, self.activities
        odds = (
            plan.uptake_base
            + self.taste(person, activity)
            + POPULARITY_IN_UPTAKE * traits.popularity[activity]
            + plan.uptake_need * self.need(person, activity, season)
            + plan.uptake_request * self.request(person, activity)
            + plan.uptake_context * self.context(person, activity)
            + traits.season_bias[activity, self._part_of_year(season)]
        )
        return np.asarray(expit(odds))

    def completion(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """Chance of completing an activity once it is taken up; see ``TruthPlan``."""
        plan, traits = self.plan, self.activities
        odds = (
            plan.completion_base
            + traits.quality[activity]
            + self.people.affinity[person, traits.kind[activity]]
            + plan.taste_in_completion * self.taste(person, activity)
            + plan.need_weight * self.need(person, activity, season)
            + plan.request_weight * self.request(person, activity)
            + plan.audience_weight * (self.fit(person, activity) - 1.0)
            + plan.level_weight * traits.level[activity]
            + self.context(person, activity)
            - plan.length_weight * np.log1p(traits.hours[activity] / 10.0)
        )
        return np.asarray(expit(odds))

    def benefit(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """Chance that somebody who has completed an activity benefits; see ``TruthPlan``."""
        plan, traits = self.plan, self.activities
        odds = (
            plan.benefit_base
            + plan.benefit_quality * traits.quality[activity]
            + plan.benefit_need * self.need(person, activity, season)
            + plan.young_practice * self.people.young[person] * traits.practice[activity]
        )
        return np.asarray(expit(odds))

    def chance(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """Chance that an educator who takes an activity up completes it and benefits.

        Parameters
        ----------
        person, activity
            Positions that broadcast; an activity's is that in ``History.activities``.
        season
            State of the educator at its beginning, a number or one per pair; ``None`` = now.

        Returns
        -------
        ndarray, in (0, 1)
        """
        return self.completion(person, activity, season) * self.benefit(person, activity, season)

    def reward(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """Chance that a proposal is not rejected, taken up, completed, and brings benefit."""
        taken = (1.0 - self.rejection(person, activity)) * self.uptake(person, activity, season)
        return taken * self.chance(person, activity, season)

    def _part_of_year(self, season: Positions | None) -> Positions:
        return 0 if season is None else season % SEASONS_A_YEAR

    # ----------------------------------------------------------------- gains

    def gain(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """Gain at the activity's nodes of somebody who benefits, shape (..., 4), proficiency.

        It is ``ActivityTraits.gain``, or what there is below ``MOST_PROFICIENCY``.
        """
        traits = self.activities
        at = np.asarray(-1 if season is None else season)[..., None]
        leaf = traits.nodes[activity]
        theta = self.people.proficiency[np.asarray(person)[..., None], at, leaf]
        room = np.maximum(MOST_PROFICIENCY - theta, 0.0)
        gain: FloatArray = np.minimum(traits.gain[activity], room)
        return gain

    def gain_if_completed(
        self, person: Positions, activity: Positions, season: Positions | None = None
    ) -> FloatArray:
        """Expected gain of somebody who has completed an activity, shape (..., 4)."""
        return self.benefit(person, activity, season)[..., None] * self.gain(
            person, activity, season
        )

    def effect(self, activity: int, people: IntArray | None = None) -> FloatArray:
        """E[gain | completed] of an activity at its nodes, shape (4,), proficiency.

        Mean of ``gain_if_completed`` over people, each as likely as he completes it, now.

        Parameters
        ----------
        people
            ``None`` = everybody to whom at least half of the activity applies.
        """
        if people is None:
            everybody = np.arange(len(self.people.profile))
            people = everybody[self.fit(everybody, activity) >= 0.5]
        if not len(people):
            return np.full(NODES_MOST, np.nan)
        weight = self.completion(people, activity)
        gains = self.gain_if_completed(people, np.full(len(people), activity))
        mean: FloatArray = weight @ gains / weight.sum()
        return mean

    def applies(self, person: Positions) -> BoolArray:
        """Which leaves apply to an educator, shape (..., n_leaves)."""
        applies: BoolArray = ~np.isnan(self.targets[self.people.profile[person]])
        return applies
