"""The matching model: everything that training gives and a catalogue is ranked with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from sklearn.base import clone

from engine.domain import Activity, Form, HistoryItem, Kind
from engine.effects import ActivityEffects
from engine.errors import ConfigurationError
from engine.framework import Framework
from engine.matching.factors import FACTORS
from engine.matching.matcher import ActivityMatcher
from engine.matching.relevance import RelevanceModel, load_prior
from engine.matching.signals import LearnedSignals
from engine.matching.tagging import CompetencyTagger

_PROBE_DAY = dt.date(2026, 9, 1)


@dataclass(frozen=True, slots=True, eq=False)
class MatchingModel:
    """What one training gives; knows no catalogue, so it serves the next one too.

    Parameters
    ----------
    version
        Unique name in the registry.
    relevance
        Fitted over ``factors``.
    signals
        What interactions have taught of activities, by their ids.
    effects
        Effects that planning uses in the policy's place; ``None`` = the policy's.
    tagger
        Unfitted, with the corrections it learns from; ``None`` = the default one.
    factors
        Names of the factors that ``relevance`` was fitted on.
    """

    version: str
    relevance: RelevanceModel
    signals: LearnedSignals | None = None
    effects: ActivityEffects | None = None
    tagger: CompetencyTagger | None = None
    factors: tuple[str, ...] = field(default=FACTORS)

    @classmethod
    def prior(cls) -> MatchingModel:
        """What is known before any outcome: the weights that come with the package."""
        prior = load_prior()
        return cls(version=prior.version, relevance=RelevanceModel.from_prior(prior))

    def try_out(self) -> None:
        """Ask every learned part once, for a person with a history and two activities.

        A file written by another version of the program may read well and lack what this version
        asks of it; that must come out when it is loaded, not in somebody's request.

        Raises
        ------
        ValueError, AttributeError, …
            Whatever the missing part raises.
        """
        if self.factors != FACTORS:
            raise ValueError("fitted on other factors")
        known = self.signals.activities[:1] if self.signals is not None else ()
        activities = [
            Activity(id, Kind.SEMINAR, "Проба", 8.0, Form.NON_FORMAL)
            for id in sorted({*known, "new"})
        ]
        factors = np.full((len(activities), len(FACTORS)), 0.5)
        if self.signals is not None:
            history = [HistoryItem(_PROBE_DAY, id) for id in known]
            later = _PROBE_DAY + dt.timedelta(days=30)
            columns = self.signals.compile(activities).columns(history, later)
            for name, values in columns.items():
                factors[:, FACTORS.index(name)] = values
        relevance = self.relevance.relevance(self.relevance.contributions(factors))
        if not np.isfinite(relevance).all():
            raise ValueError("the relevance of a probe is no number")
        if self.effects is not None:
            self.effects.of_activity(activities[0])
        if self.tagger is not None:
            clone(self.tagger)

    def matcher(self, activities: Sequence[Activity], framework: Framework) -> ActivityMatcher:
        """Matcher fitted on a catalogue.

        Raises
        ------
        InputError
            If a given coverage is wrong.
        ConfigurationError
            If the model was fitted on other factors than this version computes.
        """
        if self.factors != FACTORS:
            raise ConfigurationError(
                f"модель {self.version} обучена на других факторах; обучите модель заново"
            )
        matcher = ActivityMatcher(
            tagger=self.tagger,
            relevance=self.relevance,
            model_version=self.version,
            signals=self.signals,
        )
        return matcher.fit(activities, framework)
