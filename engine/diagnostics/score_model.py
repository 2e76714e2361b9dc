"""Score model as a scikit-learn estimator: a table of scores → proficiencies and their levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit as _logit
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted, validate_data

from engine.diagnostics.components import Components
from engine.diagnostics.latent import Sites, latent_posterior
from engine.diagnostics.logit_normal import Z_90, share_below, share_moments, share_quantile
from engine.diagnostics.tables import SCORE_COLUMNS, ScoreTable, score_table
from engine.domain import FloatArray

Table = pd.DataFrame | npt.ArrayLike

_CHUNK = 1_000
"""People done at a time: their matrices should stay in the processor's cache."""
_TOLERANCE = 1e-3
_FIT_SWEEPS = 2


class ScoreModel(TransformerMixin, BaseEstimator):
    """Proficiencies of many people at many nodes from block scores, with honest uncertainty.

    The log odds of a person's nodes are jointly normal: the person's level, what the nodes of one
    direction have in common, and each node's own part. A score is so many tasks, each done right
    with the node's proficiency. Fitting learns how much people, directions and nodes differ; the
    posterior of a person then shrinks a noisy score towards what the other nodes say.

    Parameters
    ----------
    n_tasks
        Tasks behind a score: one number, or one per column of a wide table; a long table may
        state its own.
    directions
        Direction of each column of a wide table, or a mapping from node to direction. ``None`` =
        all nodes in one direction.
    levels
        Ends of the high and of the medium deficit: below the first is high, above the second
        minimal.
    max_iter, tol
        Most steps of fitting, and the greatest change of an sd or of the mean in the last one.
    fit_people
        Most people that the fit looks at, drawn at random; the sds need no more.
    random_state
        Seed of that draw.
    n_jobs
        Processes for the posterior of many people.

    Attributes
    ----------
    mean_
        Log odds of the average person at the average node.
    person_sd_, direction_sd_, node_sd_
        In log odds; 0 where a table cannot tell the effect from another (one direction, one node).
    n_iter_
        Steps done.

    Notes
    -----
    Wide tables are people × nodes with shares in [0, 1], NaN = not measured; long data frames
    have the columns ``person``, ``node``, ``score``, ``max_score`` and perhaps ``n_tasks`` and
    ``procedure``. Rows of the results are the people in the order in which they come.
    """

    def __init__(
        self,
        n_tasks: float | Sequence[float] = 6,
        *,
        directions: Sequence[object] | Mapping[str, object] | None = None,
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
        """Learn the mean and the sds by expectation maximisation.

        Raises
        ------
        InputError
            Faults of a long table.
        ValueError
            A share outside [0, 1], a number of tasks that is not positive.
        """
        table = self._read(X, reset=True)
        self.nodes_ = table.nodes
        people = np.flatnonzero((table.successes + table.failures).any(axis=1))
        if len(people) > self.fit_people:
            chosen = check_random_state(self.random_state).permutation(people)
            people = np.sort(chosen[: self.fit_people])
        groups = self._groups(table.nodes)
        self._learn(table.successes[people], table.failures[people], groups)
        return self

    def _learn(self, successes: FloatArray, failures: FloatArray, groups: list[object]) -> None:
        total = successes.sum() + failures.sum()
        mean = float(_logit((successes.sum() + 1) / (total + 2)))
        components = Components.of_groups(groups, (0.8, 0.4, 0.5))
        n = len(groups)
        sites = Sites.none(*successes.shape)
        self.n_iter_ = 0
        for step in range(1, self.max_iter + 1 if len(successes) else 1):
            found = latent_posterior(
                np.full(n, mean),
                components.covariance,
                np.eye(n),
                np.zeros(n),
                successes,
                failures,
                start=sites,
                most_sweeps=_FIT_SWEEPS if step > 1 else 12,
            )
            sites = found.sites
            before = np.array([mean, *components.sds])
            components = components.updated(found, np.full(n, mean))
            mean = float(found.mean.mean())
            self.n_iter_ = step
            if np.abs(before - [mean, *components.sds]).max() < self.tol:
                break
        self.mean_, self.components_ = mean, components
        self._name_sds(groups)

    def _name_sds(self, groups: list[object]) -> None:
        sds = list(self.components_.sds)
        self.person_sd_ = sds[0]
        self.node_sd_ = sds[-1] if len(groups) > 1 else 0.0
        self.direction_sd_ = sds[1] if len(sds) == 3 else 0.0

    def transform(self, X: Table) -> FloatArray:
        """Posterior mean proficiency, shape (n_people, n_nodes), in (0, 1); all nodes."""
        return share_moments(*self._odds(self._read(X, reset=False)))[0]

    def predict_proba(self, X: Table) -> FloatArray:
        """Probability of a high, a medium and a minimal deficit.

        Returns
        -------
        ndarray of shape (n_people, n_nodes, 3)
            Sums to 1 over the last axis.
        """
        mean, sd = self._odds(self._read(X, reset=False))
        high, upto_medium = (share_below(mean, sd, level) for level in self.levels)
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
        centre, spread = share_moments(*at)
        high, upto_medium = (share_below(*at, level) for level in self.levels)
        return pd.DataFrame(
            {
                "person": np.asarray(table.people, dtype=object)[rows],
                "node": np.asarray(self.nodes_, dtype=object)[columns],
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
        prior = np.full(n, self.mean_), self.components_.covariance
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
        if isinstance(X, pd.DataFrame) and set(SCORE_COLUMNS) <= set(X.columns):
            table = score_table(X, int(np.max(self.n_tasks)))
            if reset:
                self.n_features_in_ = len(table.nodes)
                self.feature_names_in_ = np.asarray(table.nodes, dtype=object)
                return table
            return self._reordered(table)
        return self._of_shares(X, self._validated(X, reset))

    def _validated(self, X: Table, reset: bool) -> FloatArray:
        values: FloatArray = validate_data(
            self, X, reset=reset, dtype=np.float64, ensure_all_finite="allow-nan"
        )
        return values

    def _of_shares(self, X: Table, shares: FloatArray) -> ScoreTable:
        measured = ~np.isnan(shares)
        if (measured & ~((shares >= 0) & (shares <= 1))).any():
            raise ValueError("shares must lie in [0, 1]; NaN = not measured")
        tasks = np.broadcast_to(np.asarray(self.n_tasks, dtype=np.float64), shares.shape)
        if not (tasks > 0).all():
            raise ValueError("n_tasks must be positive")
        successes = np.where(measured, tasks * shares, 0.0)
        names = getattr(self, "feature_names_in_", range(self.n_features_in_))
        people = list(X.index) if isinstance(X, pd.DataFrame) else list(range(len(shares)))
        return ScoreTable(
            tuple(people),
            tuple(map(str, names)),
            successes,
            np.where(measured, tasks, 0.0) - successes,
        )

    def _reordered(self, table: ScoreTable) -> ScoreTable:
        place = {node: i for i, node in enumerate(self.nodes_)}
        unknown = [node for node in table.nodes if node not in place]
        if unknown:
            raise ValueError(f"nodes that the model was not fitted on: {', '.join(unknown)}")
        columns = [place[node] for node in table.nodes]
        successes, failures = np.zeros((2, len(table.people), len(self.nodes_)))
        successes[:, columns], failures[:, columns] = table.successes, table.failures
        return ScoreTable(table.people, self.nodes_, successes, failures)

    def _groups(self, nodes: Sequence[str]) -> list[object]:
        if self.directions is None:
            return [None] * len(nodes)
        if isinstance(self.directions, Mapping):
            missing = [node for node in nodes if node not in self.directions]
            if missing:
                raise ValueError(f"nodes without a direction: {', '.join(missing)}")
            return [self.directions[node] for node in nodes]
        groups: list[Any] = list(self.directions)
        if len(groups) != len(nodes):
            raise ValueError(f"{len(groups)} directions for {len(nodes)} nodes")
        return groups


def _marginals(
    mean: FloatArray, covariance: FloatArray, successes: FloatArray, failures: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Mean and sd of every latent for some people."""
    n = len(mean)
    found = latent_posterior(
        mean, covariance, np.eye(n), np.zeros(n), successes, failures, tolerance=_TOLERANCE
    )
    return found.mean, np.sqrt(np.diagonal(found.covariance, axis1=1, axis2=2))
