"""What estimators over texts and records keep of scikit-learn's promises.

Their input is no table of numbers, so the checks that fit such a table cannot pass. Each is
listed with its reason, and what it stands for is tested below on input of the right kind. The
list is exact: a check that begins to pass fails here.
"""

import copy
import pickle
from typing import Any
from unittest import SkipTest

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

from engine.matching.matcher import ActivityMatcher
from engine.matching.tagging import CompetencyTagger
from engine.matching.text import RussianTextFeatures
from tests.engine.matching.records import FRAMEWORK, activity

_FITS_NUMBERS = "fits a table of numbers; the input here is texts or records; see SAME_MEANING"
_DTYPES = "about number types of X; texts and records have none"
_SPARSE = "gives a sparse matrix of numbers; the input is texts or records"
_SHAPE = "about one-dimensional or one-column X; the input has no columns"

NUMERIC_CHECKS = {
    "check_fit_score_takes_y": _FITS_NUMBERS,
    "check_estimators_overwrite_params": _FITS_NUMBERS,
    "check_dont_overwrite_parameters": _FITS_NUMBERS,
    "check_estimators_fit_returns_self": _FITS_NUMBERS,
    "check_readonly_memmap_input": _FITS_NUMBERS,
    "check_n_features_in_after_fitting": _SHAPE,
    "check_positive_only_tag_during_fit": _DTYPES,
    "check_estimators_dtypes": _DTYPES,
    "check_complex_data": _DTYPES,
    "check_dtype_object": _DTYPES,
    "check_estimators_empty_data_messages": "an empty catalogue is legal and gives no rows",
    "check_pipeline_consistency": _FITS_NUMBERS,
    "check_estimators_nan_inf": _DTYPES,
    "check_estimator_sparse_tag": _SPARSE,
    "check_estimator_sparse_array": _SPARSE,
    "check_estimator_sparse_matrix": _SPARSE,
    "check_estimators_pickle": _FITS_NUMBERS,
    "check_f_contiguous_array_estimator": _DTYPES,
    "check_methods_sample_order_invariance": _FITS_NUMBERS,
    "check_methods_subset_invariance": _FITS_NUMBERS,
    "check_fit2d_1sample": _SHAPE,
    "check_fit2d_1feature": _SHAPE,
    "check_dict_unchanged": _FITS_NUMBERS,
    "check_fit_idempotent": _FITS_NUMBERS,
    "check_fit_check_is_fitted": _FITS_NUMBERS,
    "check_n_features_in": _SHAPE,
    "check_fit1d": _SHAPE,
    "check_fit2d_predict1d": _SHAPE,
}
TRANSFORMER_CHECKS = {
    "check_transformer_data_not_an_array": _FITS_NUMBERS,
    "check_transformer_general": _FITS_NUMBERS,
    "check_transformer_preserve_dtypes": _DTYPES,
}


def _expected_failures(estimator: BaseEstimator) -> dict[str, str]:
    if isinstance(estimator, RussianTextFeatures):
        return NUMERIC_CHECKS | TRANSFORMER_CHECKS
    return NUMERIC_CHECKS


@pytest.mark.slow
@parametrize_with_checks(
    [RussianTextFeatures(), CompetencyTagger(), ActivityMatcher()],
    expected_failed_checks=_expected_failures,
)
def test_sklearn_conformance(estimator: Any, check: Any) -> None:
    """Every check passes but those listed."""
    failure = None
    try:
        check(estimator)
    except SkipTest:
        raise
    except Exception as error:
        failure = f"{type(error).__name__}: {error}"
    # without its traceback: for each one pytest would parse scikit-learn's longest files anew
    if failure is not None:
        pytest.fail(failure, pytrace=False)


# ------------------------------------------------------------------ SAME_MEANING

TITLES = [
    "Подготовка к ЕГЭ по математике",
    "Профилактика эмоционального выгорания",
    "Школьная медиация",
    "",
]
ACTIVITIES = [activity(f"a{i}", title or "Занятие") for i, title in enumerate(TITLES)]


def _output(estimator: Any, texts: list[str]) -> np.ndarray:
    """What the fitted estimator says of texts; for the matcher, its coverage of the catalogue."""
    if isinstance(estimator, ActivityMatcher):
        return np.asarray(estimator.coverage_.toarray())
    if isinstance(estimator, CompetencyTagger):
        return np.asarray(estimator.decision_function(texts))
    return np.asarray(sp.csr_array(estimator.transform(texts)).toarray())


def _fit(estimator: Any) -> Any:
    if isinstance(estimator, ActivityMatcher):
        return estimator.fit(ACTIVITIES, FRAMEWORK)
    return estimator.fit(FRAMEWORK if isinstance(estimator, CompetencyTagger) else TITLES)


EVERY = pytest.mark.parametrize("cls", [RussianTextFeatures, CompetencyTagger, ActivityMatcher])


@EVERY
def test_fit_returns_self_and_leaves_parameters_alone(cls: type) -> None:
    """check_estimators_fit_returns_self, _overwrite_params, _dont_overwrite_parameters."""
    estimator = cls()
    before = copy.deepcopy(estimator.get_params())
    assert _fit(estimator) is estimator
    assert estimator.get_params() == before
    learned = set(vars(estimator)) - set(before)
    assert all(name.endswith("_") and not name.startswith("_") for name in learned)


@EVERY
def test_fit_is_idempotent_and_survives_pickling(cls: type) -> None:
    """check_fit_idempotent, check_estimators_pickle, check_dict_unchanged."""
    estimator = _fit(cls())
    first = _output(estimator, TITLES)
    known = set(vars(estimator))
    np.testing.assert_array_equal(_output(pickle.loads(pickle.dumps(estimator)), TITLES), first)
    np.testing.assert_array_equal(_output(_fit(estimator), TITLES), first)
    assert set(vars(estimator)) == known


@pytest.mark.parametrize("cls", [RussianTextFeatures, CompetencyTagger])
def test_rows_do_not_depend_on_order_or_company(cls: type) -> None:
    """check_methods_sample_order_invariance, check_methods_subset_invariance."""
    estimator = _fit(cls())
    whole = _output(estimator, TITLES)
    np.testing.assert_allclose(_output(estimator, TITLES[::-1]), whole[::-1])
    np.testing.assert_allclose(np.vstack([_output(estimator, [t]) for t in TITLES]), whole)
