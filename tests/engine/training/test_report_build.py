"""What a report says of data, weights, effects and limits, against counts by hand."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine.domain import FloatArray, Kind
from engine.effects import ActivityEffects, Effect
from engine.framework import load_framework
from engine.interactions import Interactions, State
from engine.matching.factors import FACTORS
from engine.matching.model import MatchingModel
from engine.matching.quality import QualityEvidence
from engine.matching.relevance import RelevanceModel, load_prior
from engine.matching.signals import LearnedSignals
from engine.policy import load_policy
from engine.training.data import TrainingData
from engine.training.evaluate import Evaluation
from engine.training.fit import Fitted
from engine.training.report import (
    Limit,
    MadeFrom,
    TrainingReport,
    report_from_json,
    report_to_json,
)
from engine.training.report_build import (
    data_summary,
    effects_summary,
    factor_weights,
    training_report,
)
from engine.training.run import Training
from engine.training.table import LabelledTable
from tests.engine.training.reports import CANDIDATE, MODELS, RANKING

POLICY = load_policy("default")
SPLIT = 20_010.0  # 2024-10-14 is 20 010 days after 1970-01-01
N = len(FACTORS)


def data(**changes: Any) -> TrainingData:
    """Three people, one of them without rows; the last completion ended after the split."""
    rows = Interactions.from_columns(
        ["b", "a", "a", "b", "b", "a"],
        ["x", "x", "y", "y", "x", "y"],
        np.array([20_000.0, 20_001.5, 20_002.0, 20_003.0, 20_004.0, 20_020.0]),
        ["completed", "completed", "dropped", "completed", "completed", "rejected"],
        ended=np.array([20_001.0, 20_002.0, 20_003.0, 20_004.0, 20_011.0, np.nan]),
        **changes,
    )
    people: Any = dict.fromkeys("abc")
    activities: Any = ("x", "y")
    known = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    return TrainingData(load_framework(), POLICY, activities, (), people, rows, known)


def fitted(X: FloatArray, model: MatchingModel | None = None) -> Fitted:
    """A table of the four earlier rows with an end known on the day of the split."""
    table = LabelledTable(
        X,
        label=np.array([1.0, 0.0, 1.0, 1.0]),
        weight=np.ones(4),
        measured=np.array([0.9, np.nan, np.nan, 0.4]),
        row=np.array([0, 1, 2, 3]),  # of a: completed, dropped; of b: completed, completed
    )
    return Fitted(model or MatchingModel.prior(), table, {Kind.WEBINAR: 0.6, Kind.DPP_PK: 0.7})


def evaluation(**changes: Any) -> Evaluation:
    found = Evaluation(
        day=SPLIT,
        n_train=5,
        n_test=1,
        judge_outcomes=300,
        models=MODELS,
        ranking=RANKING,
        evaluated={},
        people=("a", "b"),
        slices={},
        routes={},
    )
    return replace(found, **changes)


def report(
    of: TrainingData | None = None, model: MatchingModel | None = None, **changes: Any
) -> TrainingReport:
    own = model or MatchingModel(CANDIDATE, MatchingModel.prior().relevance)
    training = Training(fitted(np.full((4, N), 0.5), own), evaluation(**changes), "m-old", None)
    made = MadeFrom("ab", "0.5", {"seed": 0}, None)
    day = dt.date(2026, 9, 1)
    return training_report(training, of or data(), created_on=day, lineage=made, gate=None)


def test_data_are_counted_as_the_model_saw_them() -> None:
    """States count all rows; outcomes and what was measured again only the earlier part."""
    found = data_summary(data(), fitted(np.zeros((4, N))), evaluation())
    assert (found.people, found.active, found.activities) == (3, 2, 2)
    assert found.by_state == {State.COMPLETED: 4, State.DROPPED: 1, State.REJECTED: 1}
    assert (found.outcomes, found.completed) == (4, 3)
    assert found.measured_share == pytest.approx(2 / 3)
    assert (found.first_day, found.last_day) == (dt.date(2024, 10, 4), dt.date(2024, 10, 24))
    assert found.split_day == dt.date(2024, 10, 14)
    assert (found.n_train, found.n_test) == (5, 1)


def test_slopes_and_what_they_make_of_usual_values() -> None:
    """A broken line from 0.2 to 0.9 adds 0.3 · 2 + 0.4 · 1, by its slopes before and after 0.5."""
    knots: list[tuple[float, ...]] = [()] * N
    at = FACTORS.index("novelty")
    knots[at] = (0.5,)
    prior = load_prior()
    relevance = RelevanceModel(
        prior_weights=prior.weights, centres=prior.centres, nonnegative=(0,), knots=knots
    )
    rng = np.random.default_rng(0)
    relevance.fit(rng.random((40, N)), rng.integers(0, 2, 40))
    start = relevance.slope_start_[at]
    relevance.coef_[0, start : start + 2] = (2.0, 1.0)
    X = np.full((101, N), np.nan)
    X[:, at] = np.linspace(0.165, 0.935, 101)  # 5 % and 95 % quantiles: 0.2035 and 0.8965
    rare = FACTORS.index("practice")
    X[:, rare] = 0.0
    X[0, rare] = 1.0
    by_name = {w.name: w for w in factor_weights(MatchingModel("m", relevance), X)}
    assert tuple(by_name) == FACTORS
    novelty = by_name["novelty"]
    assert (novelty.knots, novelty.slopes) == ((0.5,), (2.0, 1.0))
    assert novelty.usual == pytest.approx((0.2035, 0.8965))
    expected = (0.5 - 0.2035) * 2 + (0.8965 - 0.5) * 1
    assert novelty.log_odds == pytest.approx(expected)
    assert novelty.odds_ratio == pytest.approx(math.exp(expected))
    practice = by_name["practice"]
    assert practice.usual == (0.0, 1.0)  # its quantiles are both 0
    assert practice.log_odds == pytest.approx(practice.slopes[0])
    assert practice.known == 1.0
    deficit = by_name["deficit"]
    assert deficit.nonnegative
    assert not practice.nonnegative
    assert deficit.prior == prior.weights[0]
    assert deficit.known == 0.0
    assert math.isnan(deficit.usual[0])
    assert math.isnan(deficit.log_odds)
    assert [name for name, w in by_name.items() if not w.in_ranking] == ["popularity"]


def test_effects_stand_beside_the_policys() -> None:
    """Counts are of entries; a kind's effect stands beside what the policy gives the kind."""
    effect = Effect(0.4, 0.1, (0.25, 0.55), 12)
    effects = ActivityEffects(
        by_node={"x": {"n1": effect, "n2": effect}, "y": {"n1": effect}},
        by_activity={"x": effect, "y": effect},
        by_kind={Kind.WEBINAR: effect},
        by_provider={Kind.WEBINAR: {"p": effect}, Kind.DPP_PK: {"p": effect, "q": effect}},
    )
    found = effects_summary(replace(MatchingModel.prior(), effects=effects), POLICY)
    assert found is not None
    assert (found.activities, found.nodes, found.providers) == (2, 3, 3)
    (row,) = found.kinds
    assert (row.kind, row.effect, row.policy) == (
        Kind.WEBINAR,
        effect,
        POLICY.value.effect[Kind.WEBINAR],
    )
    assert effects_summary(MatchingModel.prior(), POLICY) is None
    empty = replace(MatchingModel.prior(), effects=ActivityEffects())
    assert effects_summary(empty, POLICY) is None


def test_limits_follow_from_what_was_not_seen() -> None:
    """Each gap of a training has its own limit, and without the gap it is absent."""
    codes = [limit.code for limit in report().limits]
    assert codes[:4] == ["taken_up", "not_cause", "judge_is_model", "popularity_held_out"]
    assert {"policy_effects", "no_exploration", "no_gate"} <= set(codes)
    assert not {"no_ranking", "no_latency", "nobody_measured_again", "prior_in_service"} & set(
        codes
    )
    by_code = {limit.code: limit for limit in report().limits}
    assert by_code["small_slices"].names == ("district:Ольский | север", "rural:yes")
    assert by_code["no_slices"] == Limit("no_slices", ("position", "young"))

    drawn = report(data(propensity=np.full(6, 0.5)))
    assert "no_exploration" not in {limit.code for limit in drawn.limits}
    unmeasured = replace(MODELS[0], rank_p95_ms=math.nan)
    prior = replace(MODELS[1], version=MatchingModel.prior().version)
    bare = {limit.code for limit in report(models=(unmeasured, prior), ranking=()).limits}
    assert {"no_ranking", "no_latency", "prior_in_service"} <= bare


def test_everything_learned_is_taken_over() -> None:
    """Intercept, variances and rates come from the fitted model, in plain numbers for JSON."""
    relevance = MatchingModel.prior().relevance
    relevance.intercept_ = np.array([-0.75])
    quality = QualityEvidence({}, {}, {}, variance=(0.1, 0.2, 0.3), n={"x": 3, "y": 1})
    model = MatchingModel(CANDIDATE, relevance, signals=LearnedSignals(quality=quality))
    found = report(model=model)
    assert found.version == CANDIDATE
    assert found.intercept == -0.75
    assert found.quality is not None
    assert (found.quality.kind, found.quality.provider, found.quality.activity) == (0.1, 0.2, 0.3)
    assert found.quality.activities == 2
    assert found.benefit_rate == {Kind.DPP_PK: 0.7, Kind.WEBINAR: 0.6}
    assert (found.plans, found.judge_outcomes) == (2, 300)
    assert report_from_json(report_to_json(found)).quality == found.quality  # no numpy integers
