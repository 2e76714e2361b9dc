"""The matching stage: which activity covers which demand, for whom, how relevant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from engine.domain import (
    Activity,
    Constraints,
    DeficitVector,
    Demand,
    Educator,
    FloatArray,
    HistoryItem,
    Offering,
    Ranking,
    Request,
)
from engine.errors import ConfigurationError
from engine.framework import Framework
from engine.matching.audience import with_audience
from engine.matching.coverage import cover_activities
from engine.matching.eligibility import EligibilityTable, Horizon, OfferingTable
from engine.matching.factors import FACTORS, FactorTable, relative_need
from engine.matching.relevance import RelevanceModel, load_prior
from engine.matching.rollup import roll_matrix, roll_up
from engine.matching.tagging import CompetencyTagger
from engine.matching.text import RussianTextFeatures, similarity
from engine.policy import PolicyProfile


class ActivityMatcher(BaseEstimator):
    """Ranks a catalogue for one educator.

    Parameters
    ----------
    tagger
        Infers coverage; ``None`` = the default one. It is fitted on the framework here.
    relevance
        Fitted model over ``FACTORS``; ``None`` = the prior that comes with the package.
    model_version
        Version that rankings carry; ``None`` = the prior's.
    text_floor, text_full
        Similarity of two texts up to which they have nothing in common, and from which on one
        is wholly about the other.

    Attributes
    ----------
    activities_
        The activities, n_activities of them, in the order of every ranking.
    coverage_
        CSR, shape (n_activities, n_nodes), rows sum to ≤ 1.
    confidence_
        Shape (n_activities,), confidence in the coverage.
    text_
        CSR, shape (n_activities, n_features).
    """

    def __init__(
        self,
        tagger: CompetencyTagger | None = None,
        relevance: RelevanceModel | None = None,
        model_version: str | None = None,
        text_floor: float = 0.15,
        text_full: float = 0.6,
    ) -> None:
        self.tagger = tagger
        self.relevance = relevance
        self.model_version = model_version
        self.text_floor = text_floor
        self.text_full = text_full

    def fit(self, activities: Sequence[Activity], framework: Framework) -> Self:
        """Compile a catalogue version: coverage, texts, audience and fixed factors.

        Raises
        ------
        InputError
            If a given coverage is wrong.
        ConfigurationError
            If the relevance model has other factors.
        """
        self.framework_ = framework
        # what an audience says in words only is as binding as what it says in codes
        activities = [with_audience(a, framework) for a in activities]
        self.activities_ = tuple(activities)
        self.activity_index_ = {a.id: i for i, a in enumerate(activities)}
        tagger = CompetencyTagger() if self.tagger is None else clone(self.tagger)
        self.tagger_ = tagger.fit(framework)
        covered = cover_activities(activities, framework, self.tagger_)
        self.coverage_, self.confidence_ = covered.coverage, covered.confidence
        self._fit_relevance()
        self._fit_texts()
        self.eligibility_ = EligibilityTable(activities, framework)
        self.factors_ = FactorTable(activities, self.confidence_, self.eligibility_.audience)
        return self

    def _fit_relevance(self) -> None:
        prior = load_prior()
        if prior.names != FACTORS:
            raise ConfigurationError("веса релевантности: факторы не те, что вычисляются")
        model = self.relevance if self.relevance is not None else RelevanceModel.from_prior(prior)
        if model.n_features_in_ != len(FACTORS):
            raise ConfigurationError("модель релевантности обучена на другом наборе факторов")
        self.relevance_ = model
        self.model_version_ = self.model_version or prior.version

    def _fit_texts(self) -> None:
        texts = [f"{a.title}; {a.summary}" for a in self.activities_]
        nodes = [f"{n.title}; {'; '.join(n.keywords)}" for n in self.framework_.nodes]
        self.features_ = RussianTextFeatures().fit([*texts, *nodes])
        self.text_ = self.features_.transform(texts)
        alike = similarity(self.text_, self.features_.transform(nodes)).toarray()
        self.node_similarity_: FloatArray = self._scaled(alike)

    def _scaled(self, alike: FloatArray) -> FloatArray:
        scaled: FloatArray = np.clip(
            (alike - self.text_floor) / (self.text_full - self.text_floor), 0.0, 1.0
        )
        return scaled

    def rank(
        self,
        educator: Educator,
        deficits: DeficitVector,
        *,
        activities: Sequence[Activity],
        offerings: Sequence[Offering] | OfferingTable,
        requests: Sequence[Request] = (),
        history: Sequence[HistoryItem] = (),
        constraints: Constraints | None = None,
        policy: PolicyProfile,
        as_of: dt.datetime,
        horizon: Horizon,
    ) -> Ranking:
        """Ranking of the whole catalogue for one educator.

        Parameters
        ----------
        activities
            The fitted ones, in the same order.
        offerings
            All offerings; a compiled table spares compiling them for each educator.
        as_of
            Instant with offset.
        horizon
            First and last day of the route, in the educator's zone.

        Returns
        -------
        Ranking
            Relevance and coverage stand for ineligible activities too.

        Raises
        ------
        ValueError
            If ``activities`` are not the fitted ones or ``as_of`` has no offset.
        InputError
            If a demand names an unknown node.
        """
        check_is_fitted(self)
        self._check_same(activities)
        zone = ZoneInfo(educator.time_zone or policy.time_zone)
        demands = deficits.demands
        alike = self._text_similarity([_free_text(d) for d in demands])
        applies = self.framework_.applies_to(educator.position, educator.subjects, educator.stages)
        coverage = roll_up(self.coverage_, roll_matrix(self.framework_, demands, applies), alike)
        asked = self._text_similarity([r.text or "" for r in requests])
        request_text = np.maximum(alike.max(axis=1, initial=0.0), asked.max(axis=1, initial=0.0))
        factors = self.factors_.matrix(
            educator,
            demands,
            coverage,
            self._node_fit(demands),
            request_text,
            as_of.astimezone(zone).date(),
        )
        table = offerings
        if not isinstance(table, OfferingTable):
            table = OfferingTable.compile(table, self.activity_index_)
        ineligible = self.eligibility_.reasons(
            educator,
            offerings=table,
            history=history,
            constraints=constraints or Constraints(),
            as_of=as_of,
            horizon=horizon,
            zone=zone,
        )
        n = len(self.activities_)
        return Ranking(
            activity_ids=tuple(a.id for a in self.activities_),
            relevance=self.relevance_.predict_proba(factors)[:, 1] if n else np.zeros(0),
            coverage=coverage,
            ineligible=ineligible,
            contributions=self.relevance_.contributions(factors) if n else factors,
            factors=FACTORS,
            model_version=self.model_version_,
        )

    def _check_same(self, activities: Sequence[Activity]) -> None:
        if activities is self.activities_:
            return
        if [a.id for a in activities] != list(self.activity_index_):
            raise ValueError("the catalogue has changed since fit; fit the matcher again")

    def _text_similarity(self, texts: Sequence[str]) -> FloatArray:
        """Shape (n_activities, n_texts), in [0, 1]; 0 for an empty text."""
        if not any(texts):
            return np.zeros((len(self.activities_), len(texts)))
        return self._scaled(similarity(self.text_, self.features_.transform(texts)).toarray())

    def _node_fit(self, demands: Sequence[Demand]) -> FloatArray:
        """Best similarity with the text of a demanded node, scaled by the need for it."""
        best = np.zeros(len(self.activities_))
        for demand, need in zip(demands, relative_need(demands), strict=True):
            for code in demand.nodes:
                node = self.framework_.index[code]
                np.maximum(best, need * self.node_similarity_[:, node], out=best)
        return best

    def nodes_for_text(self, text: str) -> list[tuple[str, float]]:
        """Leaves that a request's text is about, best first, with confidences in [0, 1]."""
        check_is_fitted(self)
        return self.tagger_.nodes_for_text(text)


def _free_text(demand: Demand) -> str:
    return "" if demand.nodes else demand.text or demand.title
