"""Score model as a scikit-learn estimator: a table of scores → proficiencies and their levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self, TypeGuard

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.diagnostics.components import Components
from engine.diagnostics.labels import (
    Table,
    by_label,
    in_container,
    labels_of,
    matched,
    output_names,
    texts,
    warn_unsettled,
)
from engine.diagnostics.latent import latent_posterior
from engine.diagnostics.logit_normal import Z_90, share_below, share_moments, share_quantile
from engine.diagnostics.score_fit import fit_scores
from engine.diagnostics.tables import SCORE_COLUMNS, ScoreTable, no_answers, score_table
from engine.domain import BoolArray, FloatArray

_CHUNK = 1_000
"""People done at a time: their matrices should stay in the processor's cache."""
_ROWS = 20_000
"""Rows whose quadrature is in memory at a time."""
_TOLERANCE = 1e-3
_START_SDS = (0.8, 0.4, 0.5)
_PEOPLE_OF_A_NODE = 50
"""Least that the fit looks at of each node, where as many were measured: rare nodes count too."""


class ScoreModel(TransformerMixin, BaseEstimator):
    """Proficiencies of many people at many nodes from block scores, with honest uncertainty.

    The log odds of a person's nodes are jointly normal: the person's level, what the nodes of one
    direction have in common, and each node's own part. A score is so many tasks, each done right
    with the node's proficiency. Fitting learns how easy each node is, and how much people,
    directions and nodes differ; the posterior of a person then shrinks a noisy score towards what
    the other nodes say.

    A score is what it says: the model knows neither how reliable a method is, nor observers, nor
    how old a score is, nor what all scores of one sheet have in common. Where these matter,
    ``engine.diagnostics.estimate_proficiency`` weighs them person by person.

    Parameters
    ----------
    n_tasks
        Tasks behind a score: one number, one per column of a wide table, or a mapping from node
        to tasks; a long table may state its own.
    directions
        Direction of each column of a wide table, or a mapping from node to direction. ``None`` =
        all nodes in one direction.
    levels
        Ends of the high and of the medium deficit, 0 < first < second < 1: below the first is
        high, above the second minimal.
    max_iter, tol
        Most steps of fitting, and the greatest change of an sd or of a mean, in log odds, in the
        last one and to where it leads.
    fit_people
        People that the fit looks at, drawn at random, and more only for nodes that hardly anyone
        of them was measured at; the sds need no more.
    random_state
        Seed of that draw.
    n_jobs
        Processes for the posterior of many people.

    Attributes
    ----------
    nodes_
        Labels of the nodes, as the table has them.
    mean_
        Log odds of the average person at the average node.
    node_means_
        Shape (n_nodes,): log odds of the average person at each node, shrunk towards ``mean_``
        the more the fewer people were measured there.
    difficulty_sd_
        How much nodes differ for the average person, in log odds; 0 with one node.
    person_sd_, direction_sd_, node_sd_
        In log odds; 0 where a table cannot tell the effect from another (one direction, one node).
    n_iter_, converged_
        Steps done, and whether the last one moved nothing any more.

    Notes
    -----
    Wide tables are people × nodes with shares in [0, 1], NaN = not measured; long data frames
    have the columns ``person``, ``node``, ``score``, ``max_score`` and perhaps ``n_tasks`` and
    ``procedure``. Rows of the results are the people in the order in which they come. Weak priors
    keep means and sds of little or one-sided data finite (see ``components``).
    """

    def __init__(
        self,
        n_tasks: float | Sequence[float] | Mapping[Any, float] = 6,
        *,
        directions: Sequence[object] | Mapping[Any, object] | None = None,
        levels: tuple[float, float] = (0.6, 0.8),
        max_iter: int = 100,
        tol: float = 1e-3,
        fit_people: int = 1_000,
        random_state: int | None = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.n_tasks = n_tasks
        self.directions = directions
        self.levels = levels
        self.max_iter = max_iter
        self.tol = tol
        self.fit_people = fit_people
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Table, y: object = None) -> Self:
        """Learn the means and the sds by marginal maximum likelihood with weak priors.

        Raises
        ------
        InputError
            Faults of a long table; no score at all.
        ValueError
            A share outside [0, 1], a number of tasks that is not positive, levels out of order.
        """
        self._checked_levels()
        table = self._read(X, reset=True)
        measured = (table.successes + table.failures) > 0
        if not measured.any():
            raise no_answers()
        self.nodes_ = table.nodes
        groups = self._groups(X)
        people = self._drawn(measured)
        found = fit_scores(
            table.successes[people],
            table.failures[people],
            Components.of_groups(groups, _START_SDS),
            tolerance=self.tol,
            most_steps=self.max_iter,
        )
        self.mean_, self.difficulty_sd_ = found.mean, found.difficulty_sd
        self.node_means_, self.components_ = found.node_means, found.components
        self.n_iter_, self.converged_ = found.n_iterations, found.converged
        self._name_sds(groups)
        warn_unsettled(self)
        return self

    def _drawn(self, measured: BoolArray) -> npt.NDArray[np.intp]:
        """Rows of the people to learn from; of nodes seldom measured all who were."""
        order = check_random_state(self.random_state).permutation(len(measured))
        order = order[measured[order].any(axis=1)]
        if len(order) <= self.fit_people:
            return np.sort(order)
        among_node = np.cumsum(measured[order], axis=0) * measured[order]
        chosen = ((among_node > 0) & (among_node <= _PEOPLE_OF_A_NODE)).any(axis=1)
        chosen[: self.fit_people] = True
        return np.sort(order[chosen])

    def _name_sds(self, groups: list[object]) -> None:
        sds = list(self.components_.sds)
        self.person_sd_ = sds[0]
        self.node_sd_ = sds[-1] if len(groups) > 1 else 0.0
        self.direction_sd_ = sds[1] if len(sds) == 3 else 0.0

    def transform(self, X: Table) -> FloatArray:
        """Posterior mean proficiency, shape (n_people, n_nodes), in (0, 1); all nodes."""
        table = self._read(X, reset=False)
        means = _share_moments(*self._odds(table))[0]
        return in_container(self, means, table.people) if _is_long(X) else means

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[Any]:
        """Names of the columns of ``transform``: the nodes."""
        check_is_fitted(self)
        return output_names(self, self.nodes_, input_features)

    def predict_proba(self, X: Table) -> FloatArray:
        """Probability of a high, a medium and a minimal deficit.

        Returns
        -------
        ndarray of shape (n_people, n_nodes, 3)
            Sums to 1 over the last axis.
        """
        mean, sd = self._odds(self._read(X, reset=False))
        high, upto_medium = (share_below(mean, sd, level) for level in self._checked_levels())
        return np.stack([high, upto_medium - high, 1 - upto_medium], axis=-1)

    def posterior(self, X: Table) -> pd.DataFrame:
        """One row per person and measured node.

        Returns
        -------
        DataFrame
            Columns ``person``, ``node``, ``mean``, ``sd``, ``low``, ``high`` (90 % interval),
            ``high_deficit``, ``medium_deficit``, ``minimal_deficit`` (probabilities),
            ``n_tasks``.
        """
        table = self._read(X, reset=False)
        mean, sd = self._odds(table)
        tasks = table.successes + table.failures
        rows, columns = np.nonzero(tasks)
        at = mean[rows, columns], sd[rows, columns]
        centre, spread = _share_moments(*at)
        high, upto_medium = (share_below(*at, level) for level in self._checked_levels())
        return pd.DataFrame(
            {
                "person": pd.Index(table.people, dtype=object)[rows],
                "node": pd.Index(self.nodes_, dtype=object)[columns],
                "mean": centre,
                "sd": spread,
                "low": share_quantile(*at, -Z_90),
                "high": share_quantile(*at, Z_90),
                "high_deficit": high,
                "medium_deficit": upto_medium - high,
                "minimal_deficit": 1 - upto_medium,
                "n_tasks": tasks[rows, columns],
            }
        )

    def __sklearn_tags__(self) -> Tags:
        """Scores may be missing, and no target is needed."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.target_tags.required = False
        return tags

    def _odds(self, table: ScoreTable) -> tuple[FloatArray, FloatArray]:
        """Mean and sd of the log odds, each of shape (n_people, n_nodes)."""
        n = len(self.nodes_)
        prior = self.node_means_, self.components_.covariance
        parts = [slice(start, start + _CHUNK) for start in range(0, len(table.successes), _CHUNK)]
        found = Parallel(n_jobs=self.n_jobs if len(parts) > 1 else 1)(
            delayed(_marginals)(*prior, table.successes[part], table.failures[part])
            for part in parts
        )
        if not found:
            return np.zeros((0, n)), np.ones((0, n))
        return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])

    def _read(self, X: Table, *, reset: bool) -> ScoreTable:
        if not reset:
            check_is_fitted(self)
        if _is_long(X):
            table = score_table(X, self._tasks_of_long(X))
            if not reset:
                return self._reordered(table)
            self._learn_names(table.nodes)
            return table
        values = self._validated(X if reset else matched(X, self.nodes_, "nodes"), reset)
        nodes = labels_of(X, values.shape[1]) if reset else self.nodes_
        people = list(X.index) if isinstance(X, pd.DataFrame) else range(len(values))
        return self._of_shares(values, tuple(people), nodes)

    def _learn_names(self, nodes: Sequence[object]) -> None:
        self.n_features_in_ = len(nodes)
        if texts(nodes):
            self.feature_names_in_ = np.asarray(nodes, dtype=object)
        elif hasattr(self, "feature_names_in_"):
            del self.feature_names_in_

    def _validated(self, X: Table, reset: bool) -> FloatArray:
        if isinstance(X, pd.DataFrame) and not texts(tuple(X.columns)):
            X = X.to_numpy()
        values: FloatArray = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return values

    def _of_shares(
        self, shares: FloatArray, people: tuple[object, ...], nodes: tuple[object, ...]
    ) -> ScoreTable:
        measured = ~np.isnan(shares)
        if (measured & ~((shares >= 0) & (shares <= 1))).any():
            raise ValueError("shares must lie in [0, 1]; NaN = not measured")
        tasks = np.broadcast_to(self._tasks_of_columns(nodes), shares.shape)
        successes = np.where(measured, tasks * shares, 0.0)
        return ScoreTable(people, nodes, successes, np.where(measured, tasks, 0.0) - successes)

    def _tasks_of_columns(self, nodes: Sequence[object]) -> FloatArray:
        """Shape () or (n_nodes,)."""
        given: Any = self.n_tasks
        if isinstance(given, Mapping):
            given = [by_label(given, node) for node in nodes]
            missing = [str(n) for n, t in zip(nodes, given, strict=True) if t is None]
            if missing:
                raise ValueError(f"nodes without n_tasks: {', '.join(missing)}")
        tasks = np.asarray(given, dtype=np.float64)
        if not (np.isfinite(tasks) & (tasks > 0)).all():
            raise ValueError("n_tasks must be positive numbers")
        if tasks.ndim > 1 or tasks.shape not in ((), (len(nodes),)):
            raise ValueError(f"n_tasks of shape {tasks.shape} for {len(nodes)} nodes")
        return tasks

    def _tasks_of_long(self, X: pd.DataFrame) -> float | Mapping[Any, float] | None:
        if not isinstance(self.n_tasks, Mapping | Sequence) and np.ndim(self.n_tasks) == 0:
            return float(self._tasks_of_columns(()))
        silent = X["n_tasks"].isna() if "n_tasks" in X.columns else X["node"].notna()
        if isinstance(self.n_tasks, Mapping):
            self._tasks_of_columns(list(pd.unique(X["node"][silent].dropna())))
            return self.n_tasks
        if silent.any():
            raise ValueError(
                "n_tasks by place suit wide tables only: give the long table a column n_tasks, "
                "or n_tasks as a mapping from node to tasks"
            )
        return None

    def _reordered(self, table: ScoreTable) -> ScoreTable:
        place = {node: i for i, node in enumerate(self.nodes_)}
        unknown = [str(node) for node in table.nodes if node not in place]
        if unknown:
            raise ValueError(f"nodes that the model was not fitted on: {', '.join(unknown)}")
        columns = [place[node] for node in table.nodes]
        successes, failures = np.zeros((2, len(table.people), len(self.nodes_)))
        successes[:, columns], failures[:, columns] = table.successes, table.failures
        return ScoreTable(table.people, self.nodes_, successes, failures)

    def _checked_levels(self) -> tuple[float, float]:
        low, high = self.levels
        if not 0 < low < high < 1:
            raise ValueError(f"levels must be 0 < first < second < 1, not {self.levels}")
        return low, high

    def _groups(self, X: Table) -> list[object]:
        nodes = self.nodes_
        if self.directions is None:
            return [None] * len(nodes)
        if isinstance(self.directions, Mapping):
            missing = [str(n) for n in nodes if not {n, str(n)} & set(self.directions)]
            if missing:
                raise ValueError(f"nodes without a direction: {', '.join(missing)}")
            return [by_label(self.directions, node) for node in nodes]
        if _is_long(X):
            raise ValueError("directions by place suit wide tables only: map node to direction")
        groups: list[Any] = list(self.directions)
        if len(groups) != len(nodes):
            raise ValueError(f"{len(groups)} directions for {len(nodes)} nodes")
        return groups


def _is_long(X: Table) -> TypeGuard[pd.DataFrame]:
    return isinstance(X, pd.DataFrame) and set(SCORE_COLUMNS) <= set(X.columns)


def _share_moments(mean: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Of many rows, a part at a time: quadrature takes 32 numbers for each."""
    found = np.empty((2, *mean.shape))
    for first in range(0, len(mean), _ROWS):
        rows = slice(first, first + _ROWS)
        found[:, rows] = share_moments(mean[rows], sd[rows])
    return found[0], found[1]


def _marginals(
    mean: FloatArray, covariance: FloatArray, successes: FloatArray, failures: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and sd of every latent for some people."""
    n = len(mean)
    found = latent_posterior(
        mean, covariance, np.eye(n), np.zeros(n), successes, failures, tolerance=_TOLERANCE
    )
    return found.mean, np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
