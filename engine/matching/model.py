"""The matching model: everything that training gives and a catalogue is ranked with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.domain import Activity
from engine.effects import ActivityEffects
from engine.errors import ConfigurationError
from engine.framework import Framework
from engine.matching.factors import FACTORS
from engine.matching.matcher import ActivityMatcher
from engine.matching.relevance import RelevanceModel, load_prior
from engine.matching.signals import LearnedSignals
from engine.matching.tagging import CompetencyTagger


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
