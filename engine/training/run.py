"""One training from data to a judged candidate: split by time, fit, evaluate, gate.

The candidate that goes into the registry is the one that was evaluated, to the byte: it does not
know the held-out part. A model fitted again on everything would be one that nobody has judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

import numpy as np
from threadpoolctl import threadpool_limits

from engine.matching.model import MatchingModel
from engine.matching.tagging import CompetencyTagger
from engine.training.data import TrainingData
from engine.training.data_effects import effects_of_data
from engine.training.effects import EffectDiagnostics
from engine.training.evaluate import Evaluation, EvaluationOptions, evaluate_models
from engine.training.fit import FitOptions, Fitted, Say, fit_matching_model

TEST_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class TrainingOptions:
    """How a training runs.

    Parameters
    ----------
    test_share
        Share of the interactions, the latest ones, that is held out; in (0, 1).
    effects
        Estimate effects of activities, which planning then uses in the policy's place.
    """

    test_share: float = TEST_SHARE
    effects: bool = True
    fit: FitOptions = field(default_factory=FitOptions)
    evaluation: EvaluationOptions = field(default_factory=EvaluationOptions)

    def parameters(self) -> dict[str, object]:
        """For the lineage: everything that decides what comes out, in JSON types."""
        fit, evaluation = asdict(self.fit), asdict(self.evaluation)
        for options in (fit, evaluation):
            del options["n_jobs"]  # how many processes changes nothing
        return {
            "test_share": self.test_share,
            "effects": self.effects,
            "fit": fit,
            "evaluation": evaluation,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Training:
    """A candidate beside the model in service.

    Parameters
    ----------
    in_service
        Version of the latter.
    effects_check
        How the effects were found; ``None`` = none were.
    """

    fitted: Fitted
    evaluation: Evaluation
    in_service: str
    effects_check: EffectDiagnostics | None


def split_day(data: TrainingData, test_share: float) -> float:
    """First day of the held-out part, days since 1970-01-01."""
    return float(np.floor(np.quantile(data.interactions.time, 1 - test_share)))


def train(
    data: TrainingData,
    version: str,
    in_service: MatchingModel,
    options: TrainingOptions | None = None,
    *,
    tagger: CompetencyTagger | None = None,
    digests: Mapping[str, str] | None = None,
    say: Say = lambda _: None,
) -> Training:
    """Fit a candidate on the earlier part and compare it on the later one.

    Parameters
    ----------
    in_service
        What it is compared with; ``MatchingModel.prior()`` where nothing was promoted yet.
    tagger
        With the corrections to learn from; ``None`` = the default one.

    Raises
    ------
    InputError
        ``too_few_outcomes``, ``too_few_to_judge``.
    """
    # people are spread over processes; threads of linear algebra would only wait for each other
    with threadpool_limits(1):
        return _train(data, version, in_service, options or TrainingOptions(), tagger, digests, say)


def _train(
    data: TrainingData,
    version: str,
    in_service: MatchingModel,
    options: TrainingOptions,
    tagger: CompetencyTagger | None,
    digests: Mapping[str, str] | None,
    say: Say,
) -> Training:
    day = split_day(data, options.test_share)
    earlier = data.before(day)
    fitted = fit_matching_model(earlier, version, options.fit, tagger=tagger, say=say)
    check = None
    if options.effects:
        say("эффекты активностей")
        estimates = effects_of_data(earlier, tagger, fitted.benefit_rate, version)
        check = estimates.diagnostics
        if check is not None:
            fitted = replace(fitted, model=replace(fitted.model, effects=estimates.effects))
    models = compared_models(fitted.model, in_service)
    evaluation = evaluate_models(data, day, models, options.evaluation, digests=digests, say=say)
    return Training(fitted, evaluation, in_service.version, check)


def compared_models(candidate: MatchingModel, in_service: MatchingModel) -> list[MatchingModel]:
    """The candidate, the model in service, and the package's weights if they are another."""
    prior = MatchingModel.prior()
    known = {candidate.version, in_service.version}
    return [candidate, in_service, *([] if prior.version in known else [prior])]


def evaluate_again(
    data: TrainingData,
    day: float,
    models: list[MatchingModel],
    options: EvaluationOptions,
    *,
    digests: Mapping[str, str] | None = None,
    say: Say = lambda _: None,
) -> Evaluation:
    """``evaluate_models`` of models that are there already, on one thread a process like ``train``.

    Raises
    ------
    InputError
        ``too_few_to_judge``.
    """
    with threadpool_limits(1):
        return evaluate_models(data, day, models, options, digests=digests, say=say)
