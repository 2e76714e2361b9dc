"""The matching stage: which activity covers which demand, for whom, how relevant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Self
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from engine.ages import is_young
from engine.domain import (
    Activity,
    Constraints,
    DeficitVector,
    Demand,
    Educator,
    FloatArray,
    HistoryItem,
    IntArray,
    Offering,
    Ranking,
    Request,
)
from engine.errors import ConfigurationError
from engine.framework import Framework
from engine.matching.audience import with_audience
from engine.matching.coverage import cover_activities
from engine.matching.eligibility import EligibilityTable, Horizon, OfferingTable
from engine.matching.factors import EVERY, FACTORS, NUISANCE, FactorTable, Rows, relative_need
from engine.matching.relevance import RelevanceModel, load_prior
from engine.matching.rollup import roll_matrix, roll_up
from engine.matching.signals import LearnedSignals
from engine.matching.similar_texts import SimilarTexts, scaled
from engine.matching.tagging import CompetencyTagger
from engine.matching.text import similarity
from engine.matching.text_space import text_space
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
    signals
        What interactions have taught; ``None`` = nothing yet.
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
        signals: LearnedSignals | None = None,
    ) -> None:
        self.signals = signals
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
        self.ids_ = tuple(a.id for a in activities)
        self.activity_index_ = {id: i for i, id in enumerate(self.ids_)}
        tagger = CompetencyTagger() if self.tagger is None else clone(self.tagger)
        self.tagger_ = tagger.fit(framework)
        covered = cover_activities(activities, framework, self.tagger_)
        self.coverage_, self.confidence_ = covered.coverage, covered.confidence
        self._fit_relevance()
        self._fit_texts()
        self.eligibility_ = EligibilityTable(activities, framework)
        self.factors_ = FactorTable(activities, self.confidence_, self.eligibility_.audience)
        self.signals_ = None if self.signals is None else self.signals.compile(activities)
        if self.signals_ is not None and self.signals_.popularity is not None:
            self.similar_.prepare(_most_taken(self.signals_.popularity))
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
        texts = tuple(f"{a.title}; {a.summary}" for a in self.activities_)
        nodes = tuple(f"{n.title}; {'; '.join(n.keywords)}" for n in self.framework_.nodes)
        space = text_space(texts, nodes)
        self.features_ = space.features
        self.text_, self.text_by_feature_ = space.text, space.by_feature
        self.similar_ = SimilarTexts(
            self.text_, self.text_by_feature_, self.text_floor, self.text_full
        )
        # asked node by node
        self.node_similarity_: FloatArray = np.asfortranarray(self._scaled(space.alike))

    def _scaled(self, alike: FloatArray) -> FloatArray:
        return scaled(alike, self.text_floor, self.text_full)

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
        table = offerings
        if not isinstance(table, OfferingTable):
            table = OfferingTable.compile(table, self.activity_index_)
        factors, coverage = self.factor_matrix(
            educator,
            deficits,
            requests=requests,
            history=history,
            policy=policy,
            as_of=as_of,
            online=table.online_share(len(self.activities_)),
        )
        factors[:, [FACTORS.index(name) for name in NUISANCE]] = np.nan
        ineligible = self.eligibility_.reasons(
            educator,
            offerings=table,
            history=history,
            constraints=constraints or Constraints(),
            as_of=as_of,
            horizon=horizon,
            zone=zone,
        )
        contributions = self.relevance_.contributions(factors) if len(factors) else factors
        return Ranking(
            activity_ids=self.ids_,
            relevance=self.relevance_.relevance(contributions),
            coverage=coverage,
            ineligible=ineligible,
            contributions=contributions,
            factors=FACTORS,
            model_version=self.model_version_,
        )

    def factor_matrix(
        self,
        educator: Educator,
        deficits: DeficitVector,
        *,
        requests: Sequence[Request] = (),
        history: Sequence[HistoryItem] = (),
        policy: PolicyProfile,
        as_of: dt.datetime,
        online: FloatArray,
        rows: Rows = EVERY,
    ) -> tuple[FloatArray, sp.csr_array]:
        """Factors and rolled-up coverage of the activities ``rows``, n_rows of them.

        Parameters
        ----------
        online
            Shape (n_activities,), see ``OfferingTable.online_share``.

        Returns
        -------
        factors : ndarray, shape (n_rows, n_factors)
            Also those that a ranking leaves out.
        coverage : csr_array, shape (n_rows, n_demands)

        Raises
        ------
        InputError
            If a demand names an unknown node.
        """
        demands = deficits.demands
        today = as_of.astimezone(ZoneInfo(educator.time_zone or policy.time_zone)).date()
        said = [_free_text(d) for d in demands] + [r.text or "" for r in requests]
        told = self._text_similarity(said, rows)
        alike = told[:, : len(demands)]
        applies = self.framework_.applies_to(educator.position, educator.subjects, educator.stages)
        roll = roll_matrix(self.framework_, demands, applies)
        coverage = roll_up(_rows_of(self.coverage_, rows), roll, alike)
        learned: dict[str, FloatArray] = {}
        if self.signals_ is not None:
            learned = self.signals_.columns(history, today, rows)
            learned["novelty"] = self.novelty(history, rows)
        factors = self.factors_.matrix(
            educator,
            demands,
            coverage,
            self._node_fit(demands, rows),
            told.max(axis=1, initial=0.0),
            today,
            young=is_young(educator, policy.mentorship, today),
            online=online[rows],
            learned=learned,
            rows=rows,
        )
        return factors, coverage

    def novelty(self, history: Sequence[HistoryItem], rows: Rows = EVERY) -> FloatArray:
        """1 − similarity with the most similar activity of the history; NaN without any.

        Shape (n_rows,), in [0, 1], of the activities ``rows``.
        """
        index = self.activity_index_
        known = sorted({index[i.activity_id] for i in history if i.activity_id in index})
        if not known:
            return np.full(len(self.ids_[rows] if isinstance(rows, slice) else rows), np.nan)
        if rows is EVERY:
            return 1.0 - self.similar_.nearest(known)
        alike = similarity(_rows_of(self.text_, rows), self.text_[known]).toarray()
        novelty: FloatArray = 1.0 - self._scaled(alike).max(axis=1)
        return novelty

    def _check_same(self, activities: Sequence[Activity]) -> None:
        if activities is self.activities_:
            return
        if [a.id for a in activities] != list(self.activity_index_):
            raise ValueError("the catalogue has changed since fit; fit the matcher again")

    def _text_similarity(self, texts: Sequence[str], rows: Rows) -> FloatArray:
        """Shape (n_rows, n_texts), in [0, 1]; 0 for an empty text."""
        own = _rows_of(self.text_, rows)
        found = np.zeros((own.shape[0], len(texts)))
        # a wish often stands both in a demand and in the request that it comes from
        distinct = list(dict.fromkeys(text for text in texts if text))
        if distinct:
            asked = self.features_.transform(distinct)
            if rows is EVERY:
                # by feature: only what shares a word with the texts is touched
                alike = (asked @ self.text_by_feature_).toarray()
            else:
                alike = similarity(own, asked).toarray().T
            column = dict(zip(distinct, self._scaled(alike), strict=True))
            for j, text in enumerate(texts):
                if text:
                    found[:, j] = column[text]
        return found

    def _node_fit(self, demands: Sequence[Demand], rows: Rows) -> FloatArray:
        """Best similarity with the text of a demanded node, scaled by the need for it."""
        alike = self.node_similarity_[rows]
        best = np.zeros(len(alike))
        for demand, need in zip(demands, relative_need(demands), strict=True):
            for code in demand.nodes:
                node = self.framework_.index[code]
                np.maximum(best, need * alike[:, node], out=best)
        return best

    def nodes_for_text(self, text: str) -> list[tuple[str, float]]:
        """Leaves that a request's text is about, best first, with confidences in [0, 1]."""
        check_is_fitted(self)
        return self.tagger_.nodes_for_text(text)


def _free_text(demand: Demand) -> str:
    return "" if demand.nodes else demand.text or demand.title


def _most_taken(popularity: FloatArray) -> list[int]:
    """A tenth of the catalogue, which most histories are of; whom nobody knows is left out."""
    first: IntArray = np.argsort(-popularity, kind="stable")[: len(popularity) // 10]
    most: list[int] = first[~np.isnan(popularity[first])].tolist()
    return most


def _rows_of(table: sp.csr_array, rows: Rows) -> sp.csr_array:
    # slicing everything would copy the table for each educator
    return table if rows is EVERY else table[rows]
