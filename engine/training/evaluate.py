"""A candidate beside the model in service, the prior and the usual baselines, on later data.

::

    before the day ─► fit          from the day on ─► outcomes ─► calibration, judge of plans
                                                  └► completions ─► ranking metrics
    at the end of the data ─► routes of a sample under each model ─► closed deficit ─► gate
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.domain import BoolArray, FloatArray
from engine.errors import NothingToPlan
from engine.evaluation.bootstrap import Interval, mean_interval, paired_ratio
from engine.interactions import STATES, State
from engine.matching.model import MatchingModel
from engine.training.data import TrainingData
from engine.training.fit import Say, table_matcher
from engine.training.gate import Evaluated
from engine.training.judge import Judge
from engine.training.off_policy_metrics import OffPolicyMetrics, off_policy_metrics
from engine.training.outcome_metrics import OutcomeMetrics, outcome_metrics, predicted
from engine.training.plan_metrics import PlanOutcome, plan_outcomes, recommender_of
from engine.training.ranking_metrics import RankingMetrics, ranking_metrics
from engine.training.slices import slices_of
from engine.training.table import LabelledTable, build_table, outcome_rows

LATENCY_PEOPLE = 60
REDRAWN_JUDGES = 12
"""Judges that tell how far the judge may be wrong; their standard deviation is known to a fifth."""


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """How models are compared.

    Parameters
    ----------
    plans
        Educators whose routes are built under every model; a slice of fewer than the gate's
        least is not judged.
    ranked
        Most people of the ranking metrics and of the off-policy estimates; 0 = leave them out.
    route_min
        Most clock minutes of such a route, beside the educator's own limit; ``None`` = no other.
        With a year's time every model closes nearly the same; what comes first shows in a short
        route.
    judges
        Judges fitted on redrawn people, that tell how far the judge may be wrong; 0 = its own
        error is not counted.
    """

    plans: int = 400
    ranked: int = 1_000
    route_min: int | None = 1_200
    judges: int = REDRAWN_JUDGES
    k: int = 10
    seed: int = 0
    n_jobs: int = 2


@dataclass(frozen=True, slots=True)
class PlanMetrics:
    """What the routes of a sample of educators close, in whole deficits of weight 1.

    Parameters
    ----------
    closed
        Mean with its interval.
    to_in_service
        Ratio of the means to the model in service, paired by educator.
    by_slice
        Ratio to the model in service and number of educators, by slice.
    steps
        Mean number of activities.
    """

    closed: Interval
    to_in_service: Interval
    by_slice: Mapping[str, tuple[Interval, int]]
    steps: float


@dataclass(frozen=True, slots=True)
class ModelEvaluation:
    """Everything that was measured of one model."""

    version: str
    outcomes: OutcomeMetrics
    plans: PlanMetrics
    rank_p95_ms: float


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """Models beside each other.

    Parameters
    ----------
    day
        First day of the held-out part, days since 1970-01-01.
    n_train, n_test
        Interactions before and after it.
    models
        The candidate first, then the one in service.
    ranking
        By ranker, baselines among them.
    evaluated
        What the gate compares, by version.
    people, slices
        Of the plans.
    routes
        Chosen activities of each of ``people``, by version.
    off_policy
        By model, in the same order; empty = no slates in the held-out part, or left out.
    """

    day: float
    n_train: int
    n_test: int
    judge_outcomes: int
    models: tuple[ModelEvaluation, ...]
    ranking: tuple[RankingMetrics, ...]
    evaluated: Mapping[str, Evaluated]
    people: tuple[str, ...]
    slices: Mapping[str, BoolArray]
    routes: Mapping[str, tuple[tuple[str, ...], ...]]
    off_policy: tuple[OffPolicyMetrics, ...] = ()


def evaluate_models(
    data: TrainingData,
    day: float,
    models: Sequence[MatchingModel],
    options: EvaluationOptions | None = None,
    *,
    digests: Mapping[str, str] | None = None,
    say: Say = lambda _: None,
) -> Evaluation:
    """Compare models on what came from ``day`` on.

    Parameters
    ----------
    data
        All of it; the models must have been fitted on ``data.before(day)`` or earlier.
    models
        The candidate, then the model in service; others after them.
    digests
        Of the models' files, by version.

    Raises
    ------
    InputError
        ``too_few_to_judge``: too few held-out outcomes.
    """
    options = options or EvaluationOptions()
    late = data.interactions.time >= day
    say("отложенные исходы")
    tables = _Tables(data, late, options.n_jobs)
    everybody = slices_of((data.people[id] for id in data.interactions.people), data.policy)
    outcomes = {
        m.version: outcome_metrics(
            data,
            tables.of(m),
            predicted(data, tables.of(m), m, options.n_jobs),
            everybody,
            options.seed,
        )
        for m in models
    }
    reference = models[min(1, len(models) - 1)]
    judge = Judge.fit(data, tables.of(reference), options.seed)
    judge = judge.with_effects(data, reference.tagger)
    redrawn = Judge.redrawn(data, tables.of(reference), judge.effects, options.judges, options.seed)
    ranking: tuple[RankingMetrics, ...] = ()
    off_policy: tuple[OffPolicyMetrics, ...] = ()
    if options.ranked:
        say("ранжирование рядом с базовыми")
        ranking = ranking_metrics(data, day, models, options.k, options.ranked, options.seed)
        off_policy = off_policy_metrics(data, day, models, options.ranked, options.seed)
    people = _sample(sorted(data.people), options.plans, options.seed)
    planned = _limited(data, people, options.route_min)
    plans: dict[str, list[PlanOutcome]] = {}
    for m in models:
        say(f"маршруты по модели {m.version}")
        plans[m.version] = plan_outcomes(
            planned,
            m,
            judge,
            people,
            redrawn=redrawn,
            tagger=reference.tagger,
            n_jobs=options.n_jobs,
        )
    slices = slices_of((data.people[id] for id in people), data.policy)
    latency = ranking_latency(data, models, people[:LATENCY_PEOPLE])
    served = plans[reference.version]
    return Evaluation(
        day=day,
        n_train=int(np.count_nonzero(~late)),
        n_test=int(np.count_nonzero(late)),
        judge_outcomes=judge.n,
        models=tuple(
            ModelEvaluation(
                version=m.version,
                outcomes=outcomes[m.version],
                plans=_plan_metrics(plans[m.version], served, slices, options.seed),
                rank_p95_ms=float(np.quantile(latency[m.version], 0.95) * 1_000),
            )
            for m in models
        ),
        ranking=ranking,
        off_policy=off_policy,
        evaluated={
            m.version: Evaluated(
                version=m.version,
                digest=(digests or {}).get(m.version, ""),
                people=people,
                closed=_closed(plans[m.version]),
                calibration_error=outcomes[m.version].calibration_error,
                calibration_n=outcomes[m.version].n,
                latency_s=latency[m.version],
                redrawn=_redrawn(plans[m.version]),
            )
            for m in models
        },
        people=people,
        slices=slices,
        routes={version: tuple(p.activities for p in own) for version, own in plans.items()},
    )


class _Tables:
    """Held-out rows with the features that a model's tagger gives them, each made once."""

    def __init__(self, data: TrainingData, late: BoolArray, n_jobs: int) -> None:
        # consent is an opinion before the event: nothing is tested by it
        rows = outcome_rows(data.interactions)
        stated = ~np.isnan(data.interactions.outcome[rows])
        accepted = data.interactions.state[rows] == STATES.index(State.ACCEPTED)
        rows = rows[stated | ~accepted]
        self.data, self.rows, self.n_jobs = data, rows[late[rows]], n_jobs
        self.made: dict[object, LabelledTable] = {}

    def of(self, model: MatchingModel) -> LabelledTable:
        # parameters, not repr: scikit-learn shortens long corrections there
        tagger = model.tagger
        key = None if tagger is None else tuple(sorted(tagger.get_params().items()))
        if key not in self.made:
            matcher = table_matcher(self.data, model.tagger)
            self.made[key] = build_table(self.data, matcher, rows=self.rows, n_jobs=self.n_jobs)
        return self.made[key]


def _sample(ids: Sequence[str], most: int, seed: int) -> tuple[str, ...]:
    if len(ids) <= most:
        return tuple(ids)
    chosen = np.random.default_rng([seed, 7]).choice(len(ids), most, replace=False)
    return tuple(ids[i] for i in sorted(chosen.tolist()))


def _limited(data: TrainingData, people: Sequence[str], route_min: int | None) -> TrainingData:
    """The same people with less time for a route."""
    if route_min is None:
        return data
    limited = {}
    for id in people:
        person = data.people[id]
        own = person.educator.total_min
        most = route_min if own is None else min(own, route_min)
        limited[id] = replace(person, educator=replace(person.educator, total_min=most))
    return replace(data, people={**data.people, **limited})


def _closed(plans: Sequence[PlanOutcome]) -> FloatArray:
    return np.array([p.closed for p in plans], dtype=np.float64)


def _redrawn(plans: Sequence[PlanOutcome]) -> FloatArray:
    found = np.array([p.redrawn for p in plans], dtype=np.float64)
    return found.reshape(len(plans), -1).T


def _plan_metrics(
    plans: Sequence[PlanOutcome],
    reference: Sequence[PlanOutcome],
    slices: Mapping[str, BoolArray],
    seed: int,
) -> PlanMetrics:
    own, other = _closed(plans), _closed(reference)
    return PlanMetrics(
        closed=mean_interval(own, seed=seed),
        to_in_service=paired_ratio(own, other, seed=seed),
        by_slice={
            name: (paired_ratio(own[m], other[m], seed=seed), int(m.sum()))
            for name, m in slices.items()
        },
        steps=float(np.mean([len(p.activities) for p in plans])) if plans else 0.0,
    )


def ranking_latency(
    data: TrainingData, models: Sequence[MatchingModel], people: Sequence[str]
) -> dict[str, FloatArray]:
    """Seconds of single rankings of the catalogue by version, the models by turns.

    Deficits are worked out before: they do not depend on the model.
    """
    recommenders = {m.version: recommender_of(data, m) for m in models}
    spent: dict[str, list[float]] = {m.version: [] for m in models}
    first = next(iter(recommenders.values()))
    for id in people:
        person = data.people[id]
        try:
            deficits = first.deficits(person)
        except NothingToPlan:
            continue
        for version, recommender in recommenders.items():
            started = time.perf_counter()
            recommender.rank_for(person, deficits)
            spent[version].append(time.perf_counter() - started)
    return {version: np.array(s or [np.nan]) for version, s in spent.items()}
