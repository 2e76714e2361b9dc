"""Linear models in closed form: against their normal equations solved otherwise."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.linear_model import Ridge

from engine.matching import collaborative_linear
from engine.matching.collaborative_linear import directed_weights, ease_weights
from engine.matching.order_histories import Histories
from tests.engine.matching.enrolments import in_calendar


def test_each_column_of_ease_is_a_ridge_regression_on_the_others() -> None:
    """The closed form with a zero diagonal equals ridge regression without the own column."""
    table = (np.random.default_rng(0).random((60, 8)) < 0.3).astype(float)
    found = ease_weights(sp.csr_array(table.T @ table), 5.0)
    for j in range(8):
        others = np.delete(np.arange(8), j)
        ridge = Ridge(alpha=5.0, fit_intercept=False).fit(table[:, others], table[:, j])
        np.testing.assert_allclose(found[others, j], ridge.coef_)
        assert found[j, j] == 0


@pytest.mark.parametrize("block", [7, 200_000])
def test_directed_weights_are_a_ridge_regression_of_future_on_past(
    monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    """Every moment an example, weights decayed both ways; the faint ones may be left out."""
    monkeypatch.setattr(collaborative_linear, "_EXAMPLES", block)
    monkeypatch.setattr(collaborative_linear, "_FAINT", 1e-9)
    histories = Histories.of(in_calendar(25, 9, 2))
    past, future = [], []
    for i in range(len(histories)):
        own = histories.activity[histories.start[i] : histories.start[i + 1]]
        for cut in range(1, len(own)):
            p, f = np.zeros(9), np.zeros(9)
            p[own[:cut]] = 0.5 ** (np.arange(cut)[::-1] / 1.5)
            f[own[cut:]] = 0.5 ** (np.arange(len(own) - cut) / 3.0)
            past.append(p)
            future.append(f)
    ridge = Ridge(alpha=2.0, fit_intercept=False).fit(np.array(past), np.array(future))
    found = directed_weights(histories, 9, 2.0, 1.5, 3.0)
    np.testing.assert_allclose(found, ridge.coef_.T, atol=1e-8)
