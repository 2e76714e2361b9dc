"""The relevance model keeps scikit-learn's promises and starts from its prior."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.utils.estimator_checks import parametrize_with_checks

from engine.errors import ConfigurationError
from engine.matching.factors import FACTORS
from engine.matching.relevance import PRIOR_FILE, RelevanceModel, load_prior

PRIOR = load_prior()
MODEL = RelevanceModel.from_prior(PRIOR)


@parametrize_with_checks([RelevanceModel(), RelevanceModel(nonnegative=(0,), smoothness=0.0)])
def test_sklearn_conformance(estimator: Any, check: Any) -> None:
    """Every check of scikit-learn passes, none is excepted."""
    check(estimator)


def _data(n: int = 300) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    X = rng.normal(size=(n, 4))
    score = 0.5 + X @ np.array([1.5, -1.0, 0.0, 0.5])
    return X, (rng.random(n) < 1 / (1 + np.exp(-score))).astype(int)


def test_without_prior_it_is_ridge_logistic_regression() -> None:
    """With a prior of 0 and strength s it solves what scikit-learn solves with C = 1 / s."""
    X, y = _data()
    ours = RelevanceModel(prior_strength=2.0).fit(X, y)
    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=1000).fit(X, y)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, atol=1e-4)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), atol=1e-4)


def test_strong_prior_stays_and_weak_prior_yields() -> None:
    """The weights go from the prior to the data as the prior's strength falls."""
    X, y = _data()
    prior = (3.0, 3.0, 3.0, 3.0)
    strong = RelevanceModel(prior_weights=prior, prior_strength=1e6).fit(X, y)
    weak = RelevanceModel(prior_weights=prior, prior_strength=1e-6).fit(X, y)
    free = RelevanceModel(prior_strength=1e-6).fit(X, y)
    np.testing.assert_allclose(strong.coef_[0], prior, atol=1e-2)
    np.testing.assert_allclose(weak.coef_, free.coef_, atol=1e-3)


def test_bounded_weights_never_fall_below_zero() -> None:
    """A factor that the data speak against gets weight 0 where it may not be negative."""
    X, y = _data()
    assert RelevanceModel().fit(X, y).coef_[0, 1] < -0.5
    assert RelevanceModel(nonnegative=(1,)).fit(X, y).coef_[0, 1] == 0.0


def test_a_factor_that_does_not_apply_contributes_nothing() -> None:
    """NaN scores as the factor's centre does, and stays NaN among the contributions."""
    centre = np.array([PRIOR.centres])
    for i in range(len(FACTORS)):
        missing = centre.copy()
        missing[0, i] = np.nan
        assert np.isnan(MODEL.contributions(missing)[0, i])
        assert MODEL.decision_function(missing)[0] == pytest.approx(PRIOR.intercept)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=len(FACTORS), max_size=len(FACTORS)))
def test_contributions_add_up_to_the_relevance(values: list[float]) -> None:
    """Intercept and contributions give the linear predictor, whose logistic is the relevance."""
    X = np.array([values])
    total = PRIOR.intercept + MODEL.contributions(X).sum()
    assert MODEL.predict_proba(X)[0, 1] == pytest.approx(1 / (1 + np.exp(-total)))


def test_prior_by_hand() -> None:
    """Deficit wholly covered, all else at its centre: logistic(−1.2 + 3.0) = 0.858."""
    X = np.array([PRIOR.centres])
    X[0, FACTORS.index("deficit")] = 1.0
    assert MODEL.predict_proba(X)[0, 1] == pytest.approx(0.858149, abs=1e-6)
    assert PRIOR.names == FACTORS


def _edited(**changes: object) -> str:
    from importlib import resources

    content = json.loads((resources.files("engine.matching") / PRIOR_FILE).read_text("utf-8"))
    content["factors"][0].update(changes)
    return json.dumps(content)


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "{}",
        _edited(weight=-1.0),
        _edited(weight=float("nan")),
        _edited(weight="много"),
        _edited(name="request"),
    ],
)
def test_wrong_prior_is_refused(text: str) -> None:
    """A prior that breaks monotonicity, is not finite or unreadable is a configuration error."""
    with pytest.raises(ConfigurationError):
        load_prior(text)


def test_wrong_parameters_are_named() -> None:
    """A prior of the wrong length and a strength of 0 are refused on fitting."""
    X, y = _data(20)
    with pytest.raises(ValueError, match="prior_weights"):
        RelevanceModel(prior_weights=(1.0,)).fit(X, y)
    with pytest.raises(ValueError, match="prior_strength"):
        RelevanceModel(prior_strength=0.0).fit(X, y)


def test_without_data_a_broken_line_is_the_straight_one_of_the_prior() -> None:
    """A strong prior with knots scores as the same prior without knots does."""
    X, y = _data()
    prior = (1.0, -1.0, 0.5, 0.0)
    knots = ((-0.5, 0.5), (), (0.0,), ())
    bent = RelevanceModel(prior_weights=prior, prior_strength=1e7, knots=knots).fit(X, y)
    line = RelevanceModel(prior_weights=prior, prior_strength=1e7).fit(X, y)
    np.testing.assert_allclose(bent.contributions(X), line.contributions(X), atol=1e-3)


def test_a_broken_line_learns_a_threshold_and_stays_monotone() -> None:
    """Odds that rise by 3 between 0 and 0.2 and not beyond are found; no slope falls below 0."""
    rng = np.random.default_rng(8)
    X = rng.random((20_000, 1))
    score = -1.0 + 15.0 * np.minimum(X[:, 0], 0.2) - 0.3 * np.maximum(X[:, 0] - 0.6, 0.0)
    y = (rng.random(len(X)) < 1 / (1 + np.exp(-score))).astype(int)
    model = RelevanceModel(nonnegative=(0,), knots=((0.2, 0.6),), smoothness=0.01).fit(X, y)
    assert model.coef_[0, 0] == pytest.approx(15.0, abs=2.0)
    assert (model.coef_[0] >= 0).all()
    at = model.decision_function(np.array([[0.2], [0.6], [1.0]]))
    assert at[0] == pytest.approx(2.0, abs=0.15)
    assert at[2] == pytest.approx(at[0], abs=0.2)
    assert (np.diff(at) >= 0).all()


def test_wrong_knots_are_refused() -> None:
    """Knots for another number of factors, or out of order, are named on fitting."""
    X, y = _data(20)
    with pytest.raises(ValueError, match="one sequence per feature"):
        RelevanceModel(knots=((0.5,),)).fit(X, y)
    with pytest.raises(ValueError, match="ascend"):
        RelevanceModel(knots=((0.5, 0.5), (), (), ())).fit(X, y)
    with pytest.raises(ValueError, match="smoothness"):
        RelevanceModel(smoothness=-1.0).fit(X, y)


def _bent() -> RelevanceModel:
    """Slopes 4, 0.5, 2 of factor 0, broken at 0.3 and 0.7; factor 1 is straight."""
    rng = np.random.default_rng(2)
    X, y = rng.random((50, 2)), np.arange(50) % 2
    model = RelevanceModel(centres=(0.4, 0.5), nonnegative=(0,), knots=((0.3, 0.7), ())).fit(X, y)
    model.coef_, model.intercept_ = np.array([[4.0, 0.5, 2.0, -1.0]]), np.array([0.25])
    return model


def test_a_broken_line_by_hand() -> None:
    """From the centre 0.4 on: slope 0.5 up to 0.7, then 2; back: 0.5 to 0.3, then 4. NaN stays."""
    at = np.array([0.4, 0.7, 1.0, 1.5, 0.3, 0.0, -0.5, np.nan])
    parts = _bent().contributions(np.column_stack([at, np.full(8, 0.5)]))
    expected = [0.0, 0.15, 0.75, 1.75, -0.05, -1.25, -3.25, np.nan]
    np.testing.assert_allclose(parts[:, 0], expected, atol=1e-12)
    np.testing.assert_array_equal(parts[:, 1], np.zeros(8))
    assert parts[0, 0] == 0.0


def test_a_broken_line_that_never_falls_never_does_in_the_last_bit() -> None:
    """Of factors a hair apart, also around the knots, the larger has no smaller part."""
    near = np.array([0.3, 0.4, 0.7])[:, None] + np.arange(-300, 301) * 2.0**-54
    x = np.sort(np.concatenate([near.ravel(), np.random.default_rng(0).random(5_000)]))
    parts = _bent().contributions(np.column_stack([x, x]))
    assert (np.diff(parts[:, 0]) >= 0).all()


def test_relevance_is_the_same_however_factors_lie_in_memory() -> None:
    """Row by row or column by column: equal to the last bit; NaN adds nothing."""
    rng = np.random.default_rng(4)
    X = np.where(rng.random((200, len(FACTORS))) < 0.3, np.nan, rng.random((200, len(FACTORS))))
    by_row = MODEL.contributions(np.ascontiguousarray(X))
    by_column = MODEL.contributions(np.asfortranarray(X))
    assert by_row.tobytes() == by_column.tobytes()
    relevance = MODEL.relevance(by_row)
    assert relevance.tobytes() == MODEL.relevance(np.asfortranarray(by_column)).tobytes()
    total = [MODEL.intercept_[0] + sum(v for v in row if not np.isnan(v)) for row in by_row]
    np.testing.assert_allclose(relevance, 1 / (1 + np.exp(-np.array(total))), atol=1e-12)
