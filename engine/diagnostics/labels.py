"""Labels of columns: what a table calls its items or nodes, and where they stand in a model."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils._set_output import _get_output_config

Table = pd.DataFrame | npt.ArrayLike


def labels_of(X: Table, n_columns: int) -> tuple[Any, ...]:
    """Labels of the columns of a wide table; of an array, their places from 0."""
    return tuple(X.columns) if isinstance(X, pd.DataFrame) else tuple(range(n_columns))


def texts(labels: Sequence[object]) -> bool:
    """Whether all labels are text, which scikit-learn then takes for names of features."""
    return all(isinstance(label, str) for label in labels)


def in_order(wide: pd.DataFrame, labels: Sequence[Any], what: str) -> pd.DataFrame:
    """Columns of a table in the order of a model; those that the table lacks are NaN.

    Raises
    ------
    ValueError
        A column that the model does not know.
    """
    known = set(labels)
    unknown = [label for label in wide.columns if label not in known]
    if unknown:
        raise ValueError(f"{what} that the model was not fitted on: {', '.join(map(str, unknown))}")
    return wide.reindex(columns=pd.Index(labels, dtype=object))


def matched(X: Table, labels: Sequence[Any], what: str) -> Table:
    """A wide table with its columns in the order of a model that was fitted on labelled columns.

    Text is left to scikit-learn, which wants it in the very order; arrays have no labels, and
    their columns count by place.

    Raises
    ------
    ValueError
        A column that the model does not know, or that the table lacks.
    """
    if not isinstance(X, pd.DataFrame) or texts(labels) or texts(tuple(X.columns)):
        return X
    missing = [label for label in labels if label not in set(X.columns)]
    if missing:
        raise ValueError(f"{what} without a column: {', '.join(map(str, missing))}")
    return in_order(X, labels, what)


def by_label(table: Mapping[Any, Any], label: object, default: Any = None) -> Any:
    """Entry of a mapping whose keys may be the labels or their text."""
    return table.get(label, table.get(str(label), default))


def output_names(model: Any, labels: Sequence[object], given: Any) -> npt.NDArray[Any]:
    """Names of the columns that a fitted transformer makes, shape (n_outputs,).

    Parameters
    ----------
    labels
        Of the outputs.
    given
        Names that the caller believes the model was fitted on, ``None`` where he names none.

    Raises
    ------
    ValueError
        The caller believes something else than the model knows.
    """
    if given is not None:
        known = getattr(model, "feature_names_in_", None)
        if known is not None and not np.array_equal(known, given):
            raise ValueError("input_features is not equal to feature_names_in_")
        if len(given) != model.n_features_in_:
            raise ValueError(
                "input_features should have length equal to number of features "
                f"({model.n_features_in_}), got {len(given)}"
            )
    return np.array([str(label) for label in labels], dtype=object)


def in_container(model: Any, values: npt.NDArray[Any], people: Sequence[Any]) -> Any:
    """Rows of a long table's people, labelled where ``set_output`` asks for a table.

    scikit-learn would label them by the rows of the long table, which are others.
    """
    if _get_output_config("transform", model)["dense"] == "default":
        return values
    return pd.DataFrame(values, index=pd.Index(people, dtype=object))


def warn_unsettled(model: Any) -> None:
    """scikit-learn's warning where fitting ended at its last step."""
    if not model.converged_:
        warnings.warn(
            f"{type(model).__name__} did not converge in {model.n_iter_} steps: "
            "raise max_iter or tol",
            ConvergenceWarning,
            stacklevel=3,
        )
