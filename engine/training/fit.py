"""From the labelled table to a matching model.

What interactions teach of an activity (quality, co-enrolment, order) is learned from the same
people that the weights are: a person's own rows would then speak for themselves. So the table
gets these columns by folds of people, each learned from the other folds, while the model that
serves has them from everybody.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed

from engine.domain import BoolArray, FloatArray, HistoryItem, IntArray, Kind
from engine.errors import Fault, InputError
from engine.interactions import STATES, Interactions, State
from engine.matching.collaborative import CollaborativeSignals
from engine.matching.factors import FACTORS, LEARNED_SIGNALS, NUISANCE
from engine.matching.matcher import ActivityMatcher
from engine.matching.model import MatchingModel
from engine.matching.quality import QualityEvidence
from engine.matching.relevance import RelevanceModel, load_prior
from engine.matching.signals import EPOCH, CompiledSignals, LearnedSignals
from engine.matching.tagging import CompetencyTagger
from engine.training.data import TrainingData, completed_before
from engine.training.table import LEAST_PARALLEL, UNITS, LabelledTable, build_table

CONTINUOUS = (
    "deficit",
    "text_similarity",
    "confidence",
    "certainty",
    "co_enrolment",
    "order",
    "novelty",
    "popularity",
    "length",
)
"""Factors whose line may break; of the others two or three values occur."""

LEAST_OUTCOMES = 50
"""Below it nothing is learned: the prior knows more."""

SHRINK_RATE = 10.0
"""Completions of all kinds that a kind's benefit rate starts from."""

MOST_PLAIN_ROWS = 20_000
"""Rows of a fit that only tells quality from what was to be expected: some forty weights."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FitOptions:
    """How a model is fitted.

    Parameters
    ----------
    folds
        Folds of people for what interactions teach, ≥ 2.
    prior_strength, smoothness
        See ``RelevanceModel``.
    knots
        Inner knots of a continuous factor, at even quantiles.
    n_jobs
        Processes.
    """

    folds: int = 5
    prior_strength: float = 3.0
    smoothness: float = 3.0
    knots: int = 2
    n_jobs: int = 2


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A fitted model with what its report tells.

    Parameters
    ----------
    table
        The rows that it learned from, signals filled in.
    benefit_rate
        Chance to benefit that a completion stands for in the labels, by kind.
    """

    model: MatchingModel
    table: LabelledTable
    benefit_rate: Mapping[Kind, float]


def fit_matching_model(
    data: TrainingData,
    version: str,
    options: FitOptions | None = None,
    *,
    tagger: CompetencyTagger | None = None,
    table: LabelledTable | None = None,
    row_weight: FloatArray | None = None,
    say: Say = lambda _: None,
) -> Fitted:
    """Fit relevance and signals.

    Parameters
    ----------
    table
        ``build_table`` of the same data, if it is there already.
    row_weight
        Shape (n_interactions,), ≥ 0, multiplies the weights of rows; ``None`` = 1 each.
    say
        Told what is being done.

    Raises
    ------
    InputError
        ``too_few_outcomes``, below ``LEAST_OUTCOMES`` or with outcomes of one kind only.
    """
    options = options or FitOptions()
    if table is None:
        say("признаки и метки")
        table = build_table(data, table_matcher(data, tagger), n_jobs=options.n_jobs)
    if row_weight is not None:
        table = replace(table, weight=table.weight * row_weight[table.row])
        table = table.select(np.flatnonzero(table.weight > 0))
    if len(table) < LEAST_OUTCOMES or np.ptp(table.label) == 0:
        detail = (
            f"исходов {len(table)}, нужно не меньше {LEAST_OUTCOMES} и разных: по меньшему числу "
            "начальные веса надёжнее; соберите больше завершений, отказов и решений методистов"
        )
        raise InputError([Fault("too_few_outcomes", detail, parameters={"n": len(table)})])
    say("сигналы взаимодействий")
    fold = _folds(data.interactions, table.row, options.folds)
    plain = _without_signals(table, fold, options)
    by_fold = [_signals(data, table, plain[f], fold != f, f, options) for f in range(options.folds)]
    table = replace(table, X=with_signals(data, table, by_fold, fold, options.n_jobs))
    say("веса")
    relevance = _fit_relevance(table, options)
    everybody = np.ones(len(table), dtype=np.bool_)
    expected = plain[fold, np.arange(len(table))]
    signals = _signals(data, table, expected, everybody, None, options)
    model = MatchingModel(version, _without_nuisance(relevance, table), signals, tagger=tagger)
    return Fitted(model, table, benefit_rates(data, table))


def table_matcher(data: TrainingData, tagger: CompetencyTagger | None = None) -> ActivityMatcher:
    """The matcher that computes the features of a table: novelty, but no learned signal yet."""
    matcher = ActivityMatcher(tagger=tagger, signals=LearnedSignals())
    return matcher.fit(data.activities, data.framework)


def _folds(interactions: Interactions, row: IntArray, folds: int) -> IntArray:
    """Fold of every row's person: by the id, so that a longer table keeps it."""
    of_person = np.array(
        [zlib.crc32(id.encode()) % folds for id in interactions.people], dtype=np.int64
    )
    return of_person[interactions.person[row]]


def _without_signals(table: LabelledTable, fold: IntArray, options: FitOptions) -> FloatArray:
    """Chance of every row by models without signals, shape (folds, n).

    Model f has not seen fold f: else a person's outcomes would come back to his own rows by what
    was expected of others.
    """
    chances = np.empty((options.folds, len(table)))
    for f in range(options.folds):
        rows = np.flatnonzero(fold != f)
        known = table.select(rows[:: -(-len(rows) // MOST_PLAIN_ROWS) or 1])
        if len(known) and np.ptp(known.label) > 0:
            model = _fit_relevance(known, options)
        else:
            model = RelevanceModel.from_prior(load_prior())
        chances[f] = model.predict_proba(table.X)[:, 1]
    return chances


def _signals(
    data: TrainingData,
    table: LabelledTable,
    expected: FloatArray,
    use: BoolArray,
    left_out: int | None,
    options: FitOptions,
) -> LearnedSignals:
    """Learned from the rows ``use`` of the table and the interactions of the other folds."""
    interactions = data.interactions
    if left_out is not None:
        every = np.arange(len(interactions))
        keep = _folds(interactions, every, options.folds) != left_out
        interactions = interactions.select(keep)
    activity = data.interactions.activity[table.row[use]]
    done = interactions.state == STATES.index(State.COMPLETED)
    kinds = [data.activities[i].kind for i in interactions.activity[done].tolist()]
    return LearnedSignals(
        collaborative=CollaborativeSignals().fit(interactions.select(interactions.taken)),
        activities=interactions.activities,
        quality=QualityEvidence.fit(
            data.activities, activity, table.label[use], expected[use], table.weight[use]
        ),
        kind_share={k: kinds.count(k) / len(kinds) for k in sorted(set(kinds))},
    )


def with_signals(
    data: TrainingData,
    table: LabelledTable,
    by_fold: list[LearnedSignals],
    fold: IntArray,
    n_jobs: int,
) -> FloatArray:
    """Features of the table with what interactions teach filled in.

    Parameters
    ----------
    by_fold
        What the rows of each fold may know.
    fold
        Shape (n,), positions in ``by_fold``.
    """
    compiled = [s.compile(data.activities) for s in by_fold]
    interactions = data.interactions
    given = {id: request.history for id, request in data.people.items() if request.history}
    own = data.rows_of_people()
    person = interactions.person[table.row]
    starts = np.flatnonzero(np.diff(person, prepend=-1))
    ends = np.append(starts[1:], len(person))
    tasks = []
    for a, b in zip(starts, ends, strict=True):
        id = interactions.people[person[a]]
        tasks.append((int(fold[a]), np.arange(a, b), own[id], given.get(id, ())))
    worker = _SignalWorker(interactions, table.row, compiled)
    X = table.X.copy()
    columns = [FACTORS.index(name) for name in LEARNED_SIGNALS if name != "novelty"]
    if n_jobs == 1 or len(tasks) < LEAST_PARALLEL:
        parts = [worker(tasks)] if tasks else []
    else:
        units = [tasks[i :: UNITS * n_jobs] for i in range(UNITS * n_jobs)]
        parts = Parallel(n_jobs=n_jobs)(delayed(worker)(unit) for unit in units)
    for rows, values in parts:
        X[rows[:, None], columns] = values
    return X


SignalTask = tuple[int, IntArray, IntArray, tuple[HistoryItem, ...]]
"""Fold of a person, rows of the table, rows of all interactions, history given besides."""


class _SignalWorker:
    """Signals of some people's rows; picklable."""

    def __init__(
        self, interactions: Interactions, row: IntArray, compiled: list[CompiledSignals]
    ) -> None:
        self.interactions, self.row, self.compiled = interactions, row, compiled

    def __call__(self, tasks: list[SignalTask]) -> tuple[IntArray, FloatArray]:
        parts = [self._person(*task) for task in tasks]
        return np.concatenate([t[1] for t in tasks]), np.concatenate(parts)

    def _person(
        self, fold: int, at: IntArray, own: IntArray, given: tuple[HistoryItem, ...]
    ) -> FloatArray:
        table, names = self.interactions, [n for n in LEARNED_SIGNALS if n != "novelty"]
        found = np.full((len(at), len(names)), np.nan)
        time = table.time[self.row[at]]
        for day in np.unique(time).tolist():
            today = dt.date.fromordinal(EPOCH + int(day))
            before = (h for h in given if h.completed_on < today)
            history = tuple(dict.fromkeys((*before, *completed_before(table, own, day))))
            here = np.flatnonzero(time == day)
            columns = self.compiled[fold].columns(
                history, today, table.activity[self.row[at[here]]]
            )
            for j, name in enumerate(names):
                if name in columns:
                    found[here, j] = columns[name]
        return found


def _fit_relevance(table: LabelledTable, options: FitOptions) -> RelevanceModel:
    prior = load_prior()
    model = RelevanceModel(
        prior_weights=prior.weights,
        centres=prior.centres,
        prior_intercept=prior.intercept,
        prior_strength=options.prior_strength,
        nonnegative=prior.nonnegative,
        knots=[_knots(table.X[:, i], name, options.knots) for i, name in enumerate(FACTORS)],
        smoothness=options.smoothness,
    )
    return model.fit_chances(table.X, table.label, table.weight)


def _knots(column: FloatArray, name: str, count: int) -> tuple[float, ...]:
    """Even quantiles of a continuous factor's values above its least."""
    known = column[~np.isnan(column)]
    if name not in CONTINUOUS or not len(known) or not count:
        return ()
    inner = known[known > known.min()]
    if len(np.unique(inner)) < 4 * count:
        return ()
    found = np.quantile(inner, np.arange(1, count + 1) / (count + 1))
    return tuple(np.unique(np.round(found, 6)).tolist())


def _without_nuisance(relevance: RelevanceModel, table: LabelledTable) -> RelevanceModel:
    """The model with each nuisance factor held at what it adds on the average.

    A ranking leaves these out (NaN); their mean part then stands in the intercept, so that
    relevance stays calibrated.
    """
    parts = relevance.contributions(table.X)[:, [FACTORS.index(name) for name in NUISANCE]]
    mean = (np.nan_to_num(parts).sum(axis=1) * table.weight).sum() / table.weight.sum()
    relevance.intercept_ = relevance.intercept_ + mean
    return relevance


def benefit_rates(data: TrainingData, table: LabelledTable) -> dict[Kind, float]:
    """Mean label of completions by kind, shrunk to that of all kinds; empty without any.

    It is the chance to benefit that a completion stands for in what relevance learns.
    """
    done = data.interactions.state[table.row] == STATES.index(State.COMPLETED)
    if not done.any():
        return {}
    label = table.label[done]
    overall = float(label.mean())
    kinds = tuple(Kind)
    kind = np.array([kinds.index(a.kind) for a in data.activities], dtype=np.int64)
    of = kind[data.interactions.activity[table.row[done]]]
    total = np.bincount(of, label, minlength=len(kinds)) + SHRINK_RATE * overall
    count = np.bincount(of, minlength=len(kinds)) + SHRINK_RATE
    return {k: float(rate) for k, rate in zip(kinds, total / count, strict=True)}
