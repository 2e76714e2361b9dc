"""The matching model: everything that training gives and a catalogue is ranked with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.domain import (
    Activity,
    DeficitVector,
    Demand,
    DemandKind,
    Educator,
    Form,
    HistoryItem,
    Kind,
    Position,
)
from engine.effects import ActivityEffects
from engine.errors import ConfigurationError
from engine.framework import Framework
from engine.matching.factors import FACTORS
from engine.matching.matcher import ActivityMatcher
from engine.matching.relevance import RelevanceModel, load_prior
from engine.matching.signals import LearnedSignals
from engine.matching.tagging import CompetencyTagger
from engine.policy import load_policy

_PROBE_DAY = dt.date(2026, 9, 1)
_PROBE_POLICY = "default"


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

    def try_out(self, framework: Framework) -> None:
        """Rank two activities for a person with a history: every learned part is asked once.

        A file written by another version of the program may read well and lack what this version
        asks of it; that must come out when it is loaded, not in somebody's request.

        Raises
        ------
        ValueError, AttributeError, ConfigurationError, …
            Whatever the missing part raises.
        """
        known = self.signals.activities[:1] if self.signals is not None else ()
        ids = (*known, "new")
        node = framework.codes[framework.leaves[0]]
        activities = [
            Activity(id, Kind.SEMINAR, "Проба", 8.0, Form.NON_FORMAL, coverage={node: 1.0})
            for id in sorted(set(ids))
        ]
        demand = Demand(
            node, DemandKind.DEFICIT, "", (node,), 1.0, 0.3, 0.1, (0.1, 0.5), ((0.3, 1.0),)
        )
        unknown = np.full(len(framework), np.nan)
        deficits = DeficitVector(framework.codes, unknown, unknown, unknown, (demand,), None)
        matcher = self.matcher(activities, framework)
        factors, _ = matcher.factor_matrix(
            Educator("probe", Position.TEACHER),
            deficits,
            history=[HistoryItem(_PROBE_DAY, id) for id in known],
            policy=load_policy(_PROBE_POLICY),
            as_of=dt.datetime.combine(_PROBE_DAY, dt.time(12), tzinfo=dt.UTC) + dt.timedelta(30),
            online=np.full(len(activities), 0.5),
        )
        if not np.isfinite(
            matcher.relevance_.relevance(self.relevance.contributions(factors))
        ).all():
            raise ValueError("the relevance of a probe is no number")
        if self.effects is not None:
            self.effects.of_activity(activities[0])

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
