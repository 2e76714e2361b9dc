"""What a history is drawn from: its size, its habits, and the truth that is planted in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

SEASON_DAYS = 91
SEASONS_A_YEAR = 4

LIVELINESS: tuple[float, ...] = (1.25, 1.0, 1.35, 0.4)
"""How much is proposed and taken up in a season beside the mean: from autumn to summer."""


@dataclass(frozen=True, slots=True)
class TruthPlan:
    """What is planted; log odds where nothing else is said.

    The chance of completing an activity once it is taken up has the log odds ::

        completion_base + quality + affinity to the kind + taste_in_completion · taste
          + need_weight · need + request_weight · request + audience_weight · (fit − 1)
          + level_weight · level + trip_bonus · trip + rural · (rural_trip · trip
          + rural_distance · distance) − length_weight · ln(1 + hours / 10)

    and the chance that somebody who has completed it benefits ::

        benefit_base + benefit_quality · quality + benefit_need · need
          + young · practice · young_practice

    ``need`` is Σ coverage · true deficit / ``NEED_UNIT``, at most 1; ``request``, ``fit``,
    ``trip``, ``distance`` and ``level`` are in [0, 1]; see ``ActivityTraits``.

    Parameters
    ----------
    quality_sd, provider_sd
        Of an activity's quality: its own part, and the one that a provider's activities share.
    affinity_sd, taste_sd
        How much a kind suits an educator; of the tastes that educators and activities share (in
        the log odds of taking up).
    kind_factor
        Least and most of the factor, uniform, of a kind's true effect to the policy's.
    effect_provider_sd, effect_activity_sd, effect_node_sd
        Sd of the logarithm of the factors of mean 1 that an effect has by its provider, by its
        activity, by its activity and node.
    drift_sd
        Of a season's change of every competency, of which half of the variance is common to all.
    uptake_base
        Of taking up what was proposed: ``uptake_base`` + taste + popularity + need + request +
        context, see ``HistoryTruth.uptake``.
    """

    completion_base: float = 0.1
    quality_sd: float = 0.5
    provider_sd: float = 0.35
    affinity_sd: float = 0.4
    taste_sd: float = 0.8
    taste_in_completion: float = 0.3
    need_weight: float = 1.2
    request_weight: float = 0.9
    audience_weight: float = 2.0
    level_weight: float = 0.3
    trip_bonus: float = 0.6
    rural_trip: float = -3.2
    rural_distance: float = 1.2
    length_weight: float = 0.25
    benefit_base: float = 0.5
    benefit_quality: float = 0.5
    benefit_need: float = 1.0
    young_practice: float = 1.2
    uptake_base: float = -0.9
    uptake_need: float = 1.2
    uptake_request: float = 1.2
    uptake_context: float = 0.5
    kind_factor: tuple[float, float] = (0.6, 1.4)
    effect_provider_sd: float = 0.15
    effect_activity_sd: float = 0.25
    effect_node_sd: float = 0.15
    drift_sd: float = 0.08


@dataclass(frozen=True, slots=True)
class HistoryPlan:
    """Size and habits of a region with outcomes.

    With the defaults an educator has about ten interactions in three years.

    Parameters
    ----------
    activities
        ≥ 2; the last one is the regional diagnostic, which nobody is proposed.
    educators, mentors
        ≥ 1 and ≥ 0.
    years
        Length of the history, ≥ 1, of four seasons of 91 days each.
    slates_per_year, own_per_year
        Mean number of slates proposed to an educator, at most 4, and of activities that he
        takes up unasked.
    slate_size
        Least and most activities of a slate.
    exploration
        Share of the slates, in [0, 1], that are drawn at random with known propensities.
    temperature, exploration_floor
        Of such a draw: chances go with exp(score / temperature); the floor is the share of a
        slate, in [0, 1], that is spread evenly over all that may be proposed.
    logging_noise
        Sd of the noise in the score of the other slates, whose best are proposed.
    diagnosed_share, again_share
        Shares of educators diagnosed at the beginning, and of those who are ever again.
    sittings_per_year
        Mean number of later sittings of the latter.
    nodes_measured
        Least and most competencies that one educator's sittings measure.
    tasks
        Least and most tasks per competency.
    coverage_known
        Share of the activities, in [0, 1], whose coverage is stated; of the others it must be
        told from the text.
    text_noise
        Share of the texts, in [0, 1], that say little or mention what they are not about.
    series_share
        Share of the activities that belong to a series of two to four.
    series_pull, series_wait
        Log odds with which people turn to the next part soon after the one before, and with
        which they keep from it before.
    popularity_exponent
        Popularity of the i-th most popular activity is i to the power of minus this.
    requests_share
        Share of educators with a request.
    rural_share
        Share of the schools, in tenths, that are rural.
    as_of
        Last day of the history and day of the requests.
    first_monday
        From which the runs on offer begin; after ``as_of``.
    """

    activities: int = 300
    educators: int = 2_000
    mentors: int = 24
    years: int = 3
    slates_per_year: float = 0.45
    own_per_year: float = 1.0
    slate_size: tuple[int, int] = (5, 8)
    exploration: float = 0.5
    temperature: float = 0.7
    exploration_floor: float = 0.2
    logging_noise: float = 0.7
    diagnosed_share: float = 0.95
    again_share: float = 0.75
    sittings_per_year: float = 1.0
    nodes_measured: tuple[int, int] = (6, 10)
    tasks: tuple[int, int] = (6, 10)
    coverage_known: float = 0.5
    text_noise: float = 0.25
    series_share: float = 0.4
    series_pull: float = 3.5
    series_wait: float = 2.0
    popularity_exponent: float = 0.8
    requests_share: float = 0.35
    rural_share: float = 0.3
    runs_per_activity: float = 3.0
    weeks: int = 36
    zone: str = "Asia/Vladivostok"
    as_of: dt.date = dt.date(2026, 8, 26)
    first_monday: dt.date = dt.date(2026, 8, 31)
    truth: TruthPlan = field(default_factory=TruthPlan)

    @property
    def seasons(self) -> int:
        """Number of seasons; season s begins at day ``boundary(s)``."""
        return self.years * SEASONS_A_YEAR

    def boundary(self, season: int) -> int:
        """First day of a season in days since 1970-01-01; that of ``seasons`` is ``as_of``."""
        last = (self.as_of - dt.date(1970, 1, 1)).days
        return last - (self.seasons - season) * SEASON_DAYS

    def faults(self) -> list[str]:
        """What is wrong with the plan; empty = nothing."""
        shares = ("exploration", "exploration_floor", "diagnosed_share", "again_share",
                  "coverage_known", "text_noise", "series_share", "requests_share",
                  "rural_share")  # fmt: skip
        found = [
            f"{name} must lie in [0, 1]" for name in shares if not 0 <= getattr(self, name) <= 1
        ]
        ranges = ("slate_size", "nodes_measured", "tasks")
        found += [
            f"{name} must be (least, most), least ≥ 1"
            for name in ranges
            if not 1 <= getattr(self, name)[0] <= getattr(self, name)[1]
        ]
        if self.activities < 2 or self.educators < 1 or self.mentors < 0 or self.years < 1:
            found.append("a history needs two activities, an educator and a year")
        if not 0 <= self.slates_per_year <= SEASONS_A_YEAR or self.own_per_year < 0:
            found.append(f"slates_per_year lies in [0, {SEASONS_A_YEAR}], own_per_year ≥ 0")
        if self.temperature <= 0 or self.logging_noise < 0 or self.popularity_exponent < 0:
            found.append("temperature > 0, logging_noise ≥ 0, popularity_exponent ≥ 0")
        if self.runs_per_activity < 1 or self.weeks < 1 or self.first_monday <= self.as_of:
            found.append("runs_per_activity and weeks ≥ 1, first_monday after as_of")
        return found
