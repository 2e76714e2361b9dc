"""Two small trainings, each made once a process: a first model, and one trained beside it."""

from __future__ import annotations

import io
from dataclasses import replace
from functools import cache
from typing import Any

import joblib
import pytest

from engine.matching.model import MatchingModel
from engine.simulation import HistoryPlan
from engine.training.data import TrainingData
from engine.training.evaluate import EvaluationOptions
from engine.training.fit import FitOptions
from engine.training.run import Training, TrainingOptions, train
from tests.engine.training.histories import region

PLAN = HistoryPlan(educators=110, activities=40, mentors=2)
OPTIONS = TrainingOptions(
    test_share=0.5,
    fit=FitOptions(folds=2, n_jobs=1),
    evaluation=EvaluationOptions(plans=12, ranked=0, route_min=1_500, judges=2, n_jobs=1),
)
PLAIN = replace(OPTIONS, effects=False, evaluation=replace(OPTIONS.evaluation, judges=0))
DIGEST = "d" * 64


def data() -> TrainingData:
    return region(1, PLAN)


def _trained(*given: Any, **named: Any) -> Training:
    """With judges of few trees and few timed rankings: what is kept and told hangs on neither."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.training.judge.TREES", 20)
        patch.setattr("engine.training.evaluate.LATENCY_PEOPLE", 8)
        return train(*given, **named)


@cache
def first() -> Training:
    """Trained while the package's weights serve."""
    return _trained(data(), "m-1", MatchingModel.prior(), OPTIONS)


@cache
def second() -> Training:
    """Trained on the same data while the first serves, without effects."""
    served = first().fitted.model
    return _trained(data(), "m-2", served, PLAIN, digests={"m-1": DIGEST})


def content(model: MatchingModel) -> bytes:
    """What a file of the model would hold."""
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=3)
    return buffer.getvalue()
