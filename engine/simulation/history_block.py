"""A block of educators through the seasons: proposals, what is taken up, what becomes of it.

A season begins with learning and drift coming to light, then some are diagnosed, then some are
proposed slates, then some take up things of their own accord. Nothing of a block depends on
another one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from engine.domain import FloatArray, IntArray
from engine.framework import Framework
from engine.interactions import STATES, State
from engine.policy import PolicyProfile
from engine.simulation.history_people import BLOCK, Profiles, Residents, draw_residents
from engine.simulation.history_plan import LIVELINESS, SEASONS_A_YEAR, HistoryPlan
from engine.simulation.history_rows import Rows, apply_gains, drawn_outcome, drifted
from engine.simulation.history_sittings import Sittings, draw_sittings, measured_leaves
from engine.simulation.history_traits import ActivityTraits
from engine.simulation.history_truth import NEED_UNIT, HistoryTruth
from engine.simulation.logging_policy import best_slates, draw_slates, inclusion_chances
from engine.simulation.streams import stream

SETTLING_DAYS = 10
"""Days of a season before anything is proposed: sittings lie in them."""

PULL_HALF_LIFE = 180.0
NEED_IN_SCORE, REQUEST_IN_SCORE, FIT_IN_SCORE = 2.5, 1.0, 4.0
POPULARITY_IN_SCORE, SERIES_IN_SCORE = 0.5, 0.5
"""Weights of the logging policy's score; the pull of a series counts so much of its log odds."""

AGREED_SHARE = 0.35
"""Of proposals that nobody rejected and nobody took up: the methodist's yes is on record."""


@dataclass(slots=True, eq=False)
class _State:
    """What changes from season to season.

    Parameters
    ----------
    taken_on
        Shape (BLOCK, n_activities): day on which it was taken up; NaN = never.
    estimate
        Shape (BLOCK, n_leaves): deficits as the logging policy believes them to be.
    pending
        Completions with benefit whose gains have not come to light.
    """

    taken_on: FloatArray
    estimate: FloatArray
    pending: list[Rows] = field(default_factory=list)
    rows: list[Rows] = field(default_factory=list)
    sittings: list[Sittings] = field(default_factory=list)


@dataclass(frozen=True, slots=True, eq=False)
class BlockHistory:
    """What a block leaves behind: its people, their interactions in order, their sittings."""

    residents: Residents
    rows: Rows
    sittings: tuple[Sittings, ...]


class BlockRun:
    """Runs one block; everything that stays the same over the seasons is worked out once."""

    def __init__(
        self,
        plan: HistoryPlan,
        seed: int,
        block: int,
        truth: HistoryTruth,
        profiles: Profiles,
        framework: Framework,
        policy: PolicyProfile,
    ) -> None:
        self.plan = plan
        self.policy = policy
        self.rng = stream(seed, "seasons", block)
        self.residents = draw_residents(plan, seed, block, profiles, framework, policy)
        self.people = self.residents.traits
        self.truth = replace(truth, people=self.people)
        self.traits: ActivityTraits = truth.activities
        everybody, everything = np.arange(BLOCK)[:, None], np.arange(len(self.traits.kind))
        self.request = self.truth.request(everybody, everything)
        self.unfit = 1.0 - self.truth.fit(everybody, everything)
        self.taste = self.truth.taste(everybody, everything)
        everyone = np.arange(BLOCK)
        self.measured = measured_leaves(
            self.rng, plan, self.truth.deficit(everyone, 0), self.truth.applies(everyone)
        )
        self.again = self.rng.random(BLOCK) < plan.again_share
        self.entered = self.rng.random(BLOCK) < plan.diagnosed_share

    def run(self) -> BlockHistory:
        """Go through all seasons, and once more at the end for the last sittings and gains."""
        plan, n_activities = self.plan, len(self.traits.kind)
        applies = self.truth.applies(np.arange(BLOCK))
        state = _State(
            taken_on=np.full((BLOCK, n_activities), np.nan, dtype=np.float32),
            estimate=np.where(applies, 0.1, 0.0),
        )
        for season in range(plan.seasons + 1):
            cut = self._days_of_sittings(season)
            self._learn(state, season, cut)
            self._diagnose(state, season, cut)
            if season < plan.seasons:
                self._propose(state, season)
                self._turn_to_own(state, season)
        self._finish(state)
        rows = Rows.joined(state.rows)
        order = np.lexsort((rows.activity, rows.slate, rows.time, rows.person))
        return BlockHistory(self.residents, rows.select(order), tuple(state.sittings))

    # ----------------------------------------------------------------- what people can do

    def _days_of_sittings(self, season: int) -> IntArray:
        """Day of a sitting of everybody, shortly after a season's beginning, before the end."""
        shift = self.rng.integers(0, SETTLING_DAYS, BLOCK)
        last = season == self.plan.seasons
        return self.plan.boundary(season) + np.where(last, -shift, shift)

    def _learn(self, state: _State, season: int, cut: IntArray) -> None:
        """θ of a season: the one before, drifted, with the gains of what has ended by the cut."""
        theta = self.people.proficiency
        if season > 0:
            theta[:, season] = drifted(self.rng, theta[:, season - 1], self.plan.truth.drift_sd)
        self._apply_gains(state, season, cut)

    def _apply_gains(self, state: _State, season: int, cut: IntArray) -> None:
        now = self.people.proficiency[:, season]
        state.pending = apply_gains(now, state.pending, self.traits, cut)

    def _finish(self, state: _State) -> None:
        """Gains of what ended after the last sitting, up to the day of the requests."""
        last = self.plan.seasons
        self._apply_gains(state, last, np.full(BLOCK, self.plan.boundary(last)))

    # ----------------------------------------------------------------- diagnostics

    def _diagnose(self, state: _State, season: int, cut: IntArray) -> None:
        plan, rng = self.plan, self.rng
        first = self.people.first_season == season
        later = (self.people.first_season < season) & self.again
        # the last one judges what was done, so it is twice as frequent
        rate = plan.sittings_per_year / SEASONS_A_YEAR * (2 if season == plan.seasons else 1)
        chosen = (first & self.entered) | (later & (rng.random(BLOCK) < rate))
        sittings = draw_sittings(
            rng,
            plan,
            season,
            np.flatnonzero(chosen),
            cut,
            self.measured,
            self.people.proficiency[:, season],
            self.policy,
        )
        state.sittings.append(sittings)
        target = self.truth.targets[self.people.profile[sittings.person], sittings.leaf]
        share = (sittings.score + 2.6) / (sittings.tasks + 4.0)  # four tasks of prior, 65 % right
        state.estimate[sittings.person, sittings.leaf] = np.maximum(target - share, 0.0)

    # ----------------------------------------------------------------- proposals

    def _propose(self, state: _State, season: int) -> None:
        plan, rng = self.plan, self.rng
        rate = plan.slates_per_year / SEASONS_A_YEAR * self._liveliness(season)
        people = np.flatnonzero(rng.random(BLOCK) < rate)
        size = rng.integers(plan.slate_size[0], plan.slate_size[1] + 1, len(people))
        day = plan.boundary(season) + SETTLING_DAYS + np.floor(60 * rng.beta(1.3, 2, len(people)))
        scores = self._scores(state, season, people)
        explore = rng.random(len(people)) < plan.exploration
        noisy = scores + rng.normal(0.0, plan.logging_noise, scores.shape)
        chosen = best_slates(noisy, size)
        chance = np.full(scores.shape, np.nan)
        chance[explore] = inclusion_chances(
            scores[explore], size[explore], plan.temperature, plan.exploration_floor
        )
        chosen[explore] = draw_slates(rng, chance[explore])
        at, activity = np.nonzero(chosen)
        # numbered for good once all blocks are there
        slate = (season * BLOCK + people)[at]
        self._answer(state, season, people[at], activity, day[at], slate, chance[at, activity])

    def _liveliness(self, season: int) -> FloatArray:
        """How much happens to everybody, shape (BLOCK,); 0 before he has begun to work."""
        working = self.people.first_season <= season
        return self.people.liveliness * working * LIVELINESS[season % SEASONS_A_YEAR]

    def _scores(self, state: _State, season: int, people: IntArray) -> FloatArray:
        """The logging policy's score, shape (n_people, n_activities); −inf = never proposed."""
        traits = self.traits
        about = np.zeros((len(people), len(traits.kind)))
        for m in range(traits.nodes.shape[1]):
            about += traits.share[:, m] * state.estimate[people][:, traits.nodes[:, m]]
        scores = (
            NEED_IN_SCORE * np.minimum(about / NEED_UNIT, 1.0)
            + REQUEST_IN_SCORE * self.request[people]
            - FIT_IN_SCORE * self.unfit[people]
            + POPULARITY_IN_SCORE * traits.popularity
            + SERIES_IN_SCORE * self._pull(state, season, people)
        )
        closed = ~traits.proposable | ~np.isnan(state.taken_on[people])
        return np.where(closed, -np.inf, scores)

    def _pull(self, state: _State, season: int, people: IntArray) -> FloatArray:
        """Pull of the next part of a series, fading from the day when the one before began."""
        plan, after = self.plan, self.traits.after
        began = state.taken_on[people][:, after]
        passed = np.maximum(plan.boundary(season) + SETTLING_DAYS - began, 0)
        pull = plan.series_pull * 0.5 ** (passed / PULL_HALF_LIFE)
        parts: FloatArray = np.where(np.isnan(began), -plan.series_wait, pull)
        return np.where(after >= 0, parts, 0.0)

    def _answer(
        self,
        state: _State,
        season: int,
        person: IntArray,
        activity: IntArray,
        day: FloatArray,
        slate: IntArray,
        chance: FloatArray,
    ) -> None:
        """Decisions on proposals, each for itself: rejected, taken up, or neither."""
        rng, truth = self.rng, self.truth
        rejected = rng.random(len(person)) < truth.rejection(person, activity)
        wanted = rng.random(len(person)) < truth.uptake(person, activity, season)
        taken = ~rejected & wanted
        agreed = rng.random(len(person)) < AGREED_SHARE
        code = np.where(
            rejected,
            STATES.index(State.REJECTED),
            np.where(agreed, STATES.index(State.ACCEPTED), STATES.index(State.PROPOSED)),
        )
        rows = replace(
            Rows.begun(person, activity, day, season), state=code, slate=slate, propensity=chance
        )
        state.rows.append(rows.select(~taken))
        begun = day + rng.integers(3, 31, len(person))
        self._take_up(state, rows.select(taken), begun[taken], season)

    # ----------------------------------------------------------------- own choices

    def _turn_to_own(self, state: _State, season: int) -> None:
        """Choices without a proposal: by taste, need, request, popularity, season and series."""
        plan, rng, traits = self.plan, self.rng, self.traits
        count = rng.poisson(plan.own_per_year / SEASONS_A_YEAR * self._liveliness(season))
        people = np.flatnonzero(count)
        everything = np.arange(len(traits.kind))
        appeal = (
            self.taste[people]
            + plan.truth.uptake_need * self.truth.need(people[:, None], everything, season)
            + plan.truth.uptake_request * self.request[people]
            - FIT_IN_SCORE * self.unfit[people]
            + traits.popularity
            + plan.truth.uptake_context * self.truth.context(people[:, None], everything)
            + traits.season_bias[:, season % SEASONS_A_YEAR]
            + self._pull(state, season, people)
        )
        closed = ~traits.proposable | ~np.isnan(state.taken_on[people])
        drawn = np.where(closed, -np.inf, appeal + rng.gumbel(size=appeal.shape))
        at, activity = np.nonzero(best_slates(drawn, count[people]))
        day = plan.boundary(season) + SETTLING_DAYS + np.floor(75.0 * rng.random(len(at)))
        rows = Rows.begun(people[at], activity, day, season)
        self._take_up(state, rows, day, season)

    # ----------------------------------------------------------------- what becomes of it

    def _take_up(self, state: _State, rows: Rows, begun: FloatArray, season: int) -> None:
        state.taken_on[rows.person, rows.activity] = rows.time
        taken = drawn_outcome(
            self.rng, self.truth, rows, begun, season, self.plan.boundary(self.plan.seasons)
        )
        state.rows.append(taken)
        state.pending.append(taken.select(taken.benefited))
