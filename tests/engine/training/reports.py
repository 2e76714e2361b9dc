"""A report made by hand: every number is another one, so that a swapped column shows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from engine.domain import Kind
from engine.effects import Effect
from engine.evaluation.bootstrap import Interval
from engine.evaluation.metrics import ReliabilityRow
from engine.evaluation.off_policy import OffPolicyReport, Reason
from engine.interactions import State
from engine.policy import load_policy
from engine.training.effects import EffectDiagnostics
from engine.training.evaluate import ModelEvaluation, PlanMetrics
from engine.training.gate import Evaluated, gate
from engine.training.gate_report import GateReport
from engine.training.off_policy_metrics import OffPolicyMetrics
from engine.training.outcome_metrics import OutcomeMetrics
from engine.training.ranking_metrics import RankingMetrics
from engine.training.report import (
    DataSummary,
    EffectsSummary,
    FactorWeight,
    KindEffect,
    Limit,
    MadeFrom,
    QualityVariance,
    TrainingReport,
)

NAN = float("nan")
NOTHING = Interval(NAN, NAN, NAN)
CANDIDATE, IN_SERVICE = "m-new", "m-old"

OUTCOMES = OutcomeMetrics(
    n=1_234,
    log_loss=Interval(0.5121, 0.4872, 0.5413),
    auc=0.7734,
    brier=0.1683,
    calibration_error=0.0264,
    reliability=(
        ReliabilityRow(0.0, 0.1, 0.0, NAN, NAN),
        ReliabilityRow(0.6, 0.7, 345.6, 0.6543, 0.6321),
    ),
    calibration_by_slice={"rural:yes": (0.0472, 311), "position:teacher": (0.0291, 902)},
)
PLANS = PlanMetrics(
    closed=Interval(1.4312, 1.3521, 1.5143),
    to_in_service=Interval(1.0453, 1.0181, 1.0724),
    by_slice={
        "rural:yes": (Interval(0.9862, 0.9413, 1.0312), 87),
        "district:Ольский | север": (NOTHING, 13),
    },
    steps=4.56,
)
MODELS = (
    ModelEvaluation(CANDIDATE, OUTCOMES, PLANS, 7.89),
    ModelEvaluation(
        IN_SERVICE,
        replace(
            OUTCOMES,
            auc=0.7012,
            calibration_error=0.0388,
            calibration_by_slice={"rural:yes": (0.0633, 311)},
        ),
        replace(PLANS, to_in_service=Interval(1.0, 1.0, 1.0)),
        NAN,
    ),
)


def ranker(name: str, ndcg: Interval) -> RankingMetrics:
    return RankingMetrics(
        name=name,
        people=777,
        k=10,
        recall=Interval(0.2345, 0.2123, 0.2567),
        ndcg=ndcg,
        map=Interval(0.0912, 0.0823, 0.1034),
        novelty=5.43,
        popularity_lift=-0.37,
        coverage=0.876,
        gini=0.4321,
    )


RANKING = (
    ranker(CANDIDATE, Interval(0.1834, 0.1712, 0.1956)),
    ranker("random", NOTHING),
    ranker("ease", Interval(0.2178, 0.2034, 0.2311)),
)
WEIGHTS = (
    FactorWeight("position", (), (0.61,), 0.6, False, True, 1.0, (0.0, 1.0), 0.61, 1.8404),
    FactorWeight(
        "deficit", (0.22, 0.44), (3.1, 2.2, 1.3), 3.0, True, True, 0.98, (0.0, 0.75), 1.569, 4.8018
    ),
    FactorWeight("popularity", (), (-1.7,), 0.0, False, False, 0.93, (0.35, 0.67), -0.544, 0.5804),
    FactorWeight("practice_young", (), (0.0,), 0.0, False, True, 0.0, (NAN, NAN), NAN, NAN),
)
CHECK = EffectDiagnostics(
    n_people=432,
    n_rows=6_543,
    n_completions=987,
    n_activities=65,
    n_folded=3,
    drift={"drift": (0.01, 0.02)},
    sd={"kind": 0.5},
    noise_sd={"own": 0.05},
    calibration=1.0432,
    inside_90=0.8931,
    population_learned=True,
    n_steps=17,
    converged=True,
)


def gate_report(fall: float = 0.0) -> GateReport:
    """Of 400 educators; ``fall`` of those of rural schools, made up for by the others."""
    rural = np.arange(400) < 160
    own = np.tile([0.8, 1.2], 200)
    in_service = Evaluated(
        version=IN_SERVICE,
        digest="cd" * 32,
        people=tuple(str(i) for i in range(400)),
        closed=own,
        calibration_error=0.0388,
        calibration_n=1_234,
        latency_s=np.array([0.004]),
    )
    candidate = replace(
        in_service,
        version=CANDIDATE,
        closed=own * np.where(rural, 1 - fall, 1 + fall),
        calibration_error=0.0264,
    )
    return gate(candidate, in_service, {"rural:yes": rural}, load_policy("default").promotion)


_LOG = OffPolicyReport(
    reason=None,
    ips=Interval(0.437, 0.361, 0.529),
    snips=Interval(0.419, 0.358, 0.487),
    dr=Interval(0.425, 0.371, 0.493),
    logged=0.267,
    slates=1_123,
    people=643,
    left_out=87,
    matched=391,
    effective=213.0,
    outside=0.0234,
    tolerance=0.05,
    confidence=0.95,
)
OFF_POLICY = (
    OffPolicyMetrics(CANDIDATE, 7, _LOG),
    OffPolicyMetrics(
        IN_SERVICE,
        7,
        replace(_LOG, reason=Reason.OUTSIDE_SUPPORT, ips=None, snips=None, dr=None, outside=NAN),
    ),
)
REPORT = TrainingReport(
    version=CANDIDATE,
    created_on=dt.date(2026, 9, 1),
    lineage=MadeFrom(
        data_fingerprint="ab" * 32,
        code_version="0.5.0",
        parameters={"test_share": 0.3, "fit": {"folds": 5, "names": ["a", "b"]}},
        parent=IN_SERVICE,
    ),
    data=DataSummary(
        people=812,
        active=799,
        activities=304,
        by_state={State.COMPLETED: 12_345, State.DROPPED: 2_222},
        outcomes=9_753,
        completed=8_642,
        measured_share=0.4136,
        first_day=dt.date(2023, 9, 4),
        last_day=dt.date(2026, 8, 27),
        split_day=dt.date(2025, 11, 16),
        n_train=10_101,
        n_test=4_466,
    ),
    intercept=-1.2345,
    weights=WEIGHTS,
    quality=QualityVariance(0.111, 0.222, 0.333, 278),
    benefit_rate={Kind.DPP_PK: 0.713, Kind.SEMINAR: 0.588},
    effects=EffectsSummary(
        activities=58,
        nodes=141,
        providers=23,
        kinds=(
            KindEffect(Kind.DPP_PK, Effect(0.53, 0.04, (0.46, 0.61), 1_357), 0.45),
            KindEffect(Kind.SEMINAR, Effect(0.19, 0.03, (0.14, 0.24), 2_468), 0.15),
        ),
        check=CHECK,
    ),
    plans=400,
    judge_outcomes=3_210,
    models=MODELS,
    ranking=RANKING,
    off_policy=OFF_POLICY,
    gate=gate_report(),
    limits=(
        Limit("taken_up"),
        Limit("small_slices", ("rural:yes",)),
        Limit("no_slices", ("young",)),
    ),
)
