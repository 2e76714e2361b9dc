"""What one training says of its model: everything the card tells, and its JSON form."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.domain import Kind
from engine.effects import Effect
from engine.errors import ArtefactError, Fault
from engine.interactions import State
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.training.effects import EffectDiagnostics
from engine.training.evaluate import ModelEvaluation
from engine.training.gate_report import GateReport
from engine.training.off_policy_metrics import OffPolicyMetrics
from engine.training.ranking_metrics import RankingMetrics


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """Where a model comes from.

    Parameters
    ----------
    data_fingerprint
        SHA-256 of the data, hexadecimal.
    code_version
        Version of the program.
    parameters
        Of the training, seed included; JSON types.
    parent
        Version that was in service; ``None`` = the weights that come with the package.
    """

    data_fingerprint: str
    code_version: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class DataSummary:
    """The data of a training, the held-out part included.

    Parameters
    ----------
    people, activities
        People with a record, active or not; activities of the catalogue.
    active
        People with at least one interaction.
    by_state
        Interactions by what became of them; states that do not occur are absent.
    outcomes
        Rows that the model learned from: earlier interactions with a known end.
    completed
        Completions among them.
    measured_share
        Share of these completions that a later diagnostic of the earlier part speaks of, in
        [0, 1]; NaN without completions.
    first_day, last_day
        Of the interactions.
    split_day
        First day of the held-out part.
    n_train, n_test
        Interactions before and after it.
    """

    people: int
    active: int
    activities: int
    by_state: Mapping[State, int]
    outcomes: int
    completed: int
    measured_share: float
    first_day: dt.date
    last_day: dt.date
    split_day: dt.date
    n_train: int
    n_test: int


@dataclass(frozen=True, slots=True)
class FactorWeight:
    """What one factor does to the log odds of relevance.

    Parameters
    ----------
    knots
        Where the line breaks, ascending, in [0, 1].
    slopes
        One more than knots: log odds per unit of the factor.
    prior
        Slope before any outcome.
    nonnegative
        More of the factor never lowers relevance.
    in_ranking
        False for a factor that is learned so that others do not carry its bias.
    known
        Share of the training rows that the factor applies to, in [0, 1].
    usual
        5 % and 95 % quantiles of its values there, or the least and the greatest where the
        quantiles are equal (a rare trait); NaN where it never applied.
    log_odds
        What going from the one to the other adds; NaN as ``usual``.
    odds_ratio
        exp(``log_odds``).
    """

    name: str
    knots: tuple[float, ...]
    slopes: tuple[float, ...]
    prior: float
    nonnegative: bool
    in_ranking: bool
    known: float
    usual: tuple[float, float]
    log_odds: float
    odds_ratio: float


@dataclass(frozen=True, slots=True)
class QualityVariance:
    """Variance of the odds of success beside the factors, squared log odds.

    Parameters
    ----------
    kind, provider, activity
        Between kinds, between providers of a kind, between activities of a provider.
    activities
        Activities with outcomes of their own.
    """

    kind: float
    provider: float
    activity: float
    activities: int


@dataclass(frozen=True, slots=True)
class KindEffect:
    """Effect of a kind as estimated from outcomes, beside the policy's."""

    kind: Kind
    effect: Effect
    policy: float


@dataclass(frozen=True, slots=True)
class EffectsSummary:
    """Effects that planning uses in the policy's place.

    Parameters
    ----------
    activities, nodes, providers
        Activities with an effect of their own, pairs of activity and node, and pairs of kind and
        provider with one.
    kinds
        Sorted by kind; a kind that is absent has the policy's effect.
    check
        How they were found; ``None`` = not kept.
    """

    activities: int
    nodes: int
    providers: int
    kinds: tuple[KindEffect, ...]
    check: EffectDiagnostics | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """What the report may not be read as; ``names`` are the slices or traits it concerns."""

    code: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingReport:
    """A model with how it was made and how it did.

    Parameters
    ----------
    intercept
        Log odds where every factor stands at its centre.
    weights
        In the order of the factors.
    quality
        ``None`` = nothing learned of single activities.
    benefit_rate
        Chance to benefit that a completion stands for, by kind; empty = nobody was measured.
    effects
        ``None`` = planning uses the policy's.
    plans, judge_outcomes
        Educators whose routes were built; held-out outcomes that the judge learned from.
    models
        The candidate first, then the one in service if there was another.
    ranking
        By ranker, baselines among them.
    off_policy
        By model; empty = the held-out part has no slates, or it was not asked.
    gate
        ``None`` = not compared with the model in service.
    """

    version: str
    created_on: dt.date
    lineage: MadeFrom
    data: DataSummary
    intercept: float
    weights: tuple[FactorWeight, ...]
    quality: QualityVariance | None
    benefit_rate: Mapping[Kind, float]
    effects: EffectsSummary | None
    plans: int
    judge_outcomes: int
    models: tuple[ModelEvaluation, ...]
    ranking: tuple[RankingMetrics, ...]
    gate: GateReport | None
    limits: tuple[Limit, ...]
    off_policy: tuple[OffPolicyMetrics, ...] = ()


def report_content(report: TrainingReport) -> dict[str, object]:
    """JSON form with every digit; what is not a number is null."""
    content = to_dict(report, digits=None)
    assert isinstance(content, dict)
    return content


def report_to_json(report: TrainingReport) -> str:
    """Canonical JSON text: keys in the order of the fields, Cyrillic as it is."""
    text = json.dumps(report_content(report), ensure_ascii=False, indent=2, allow_nan=False)
    return text + "\n"


def report_from_json(text: str) -> TrainingReport:
    """The inverse of ``report_to_json``; the card of what is read is the same.

    Raises
    ------
    ArtefactError
        The text is no report.
    """
    try:
        content: object = json.loads(text)
    except json.JSONDecodeError as error:
        detail = "описание модели повреждено: это не JSON; верните файл из копии"
        raise ArtefactError([Fault("model_report_unreadable", detail)]) from error
    return record_from_dict(TrainingReport, content)
