"""A trained candidate into the registry: artefact, card, report, and the gate's verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from engine import __version__
from engine.model_registry.records import Card, Lineage
from engine.model_registry.registry import Registry
from engine.training.data import TrainingData
from engine.training.evaluate import Evaluation
from engine.training.fingerprint import data_fingerprint
from engine.training.gate import gate
from engine.training.gate_report import GateReport
from engine.training.report import MadeFrom, TrainingReport, report_content
from engine.training.report_build import training_report
from engine.training.run import Training, TrainingOptions


@dataclass(frozen=True, slots=True)
class Candidate:
    """What was registered.

    Parameters
    ----------
    folder
        Of its files.
    """

    version: str
    digest: str
    folder: Path
    report: TrainingReport
    gate: GateReport


def version_name(data: TrainingData, created_on: dt.date, registry: Registry) -> str:
    """A free name that says when and from what: ``m-20260901-1a2b3c4d``."""
    base = f"m-{created_on:%Y%m%d}-{data_fingerprint(data)[:8]}"
    taken = registry.state().versions
    name, n = base, 1
    while name in taken:
        n += 1
        name = f"{base}-{n}"
    return name


def judged(
    evaluation: Evaluation, candidate: str, in_service: str, data: TrainingData, seed: int
) -> GateReport:
    """The gate's verdict over an evaluation, by the thresholds of the data's policy."""
    return gate(
        evaluation.evaluated[candidate],
        evaluation.evaluated[in_service],
        evaluation.slices,
        data.policy.promotion,
        seed=seed,
    )


def register_candidate(
    registry: Registry,
    training: Training,
    data: TrainingData,
    options: TrainingOptions,
    *,
    created_on: dt.date,
    parent: str | None,
    card: Callable[[TrainingReport], str],
    at: dt.datetime,
    by: str,
) -> Candidate:
    """Write a candidate with all that is known of it; it does not go into service by that.

    Parameters
    ----------
    parent
        Registered version in service; ``None`` = the package's weights.
    card
        Renders the card.

    Raises
    ------
    ArtefactError
        The version's name is not allowed or taken, or another writer holds the registry.
    """
    model, evaluation = training.fitted.model, training.evaluation
    seed = options.evaluation.seed
    made = MadeFrom(data_fingerprint(data), __version__, options.parameters(), parent)
    report = training_report(
        training,
        data,
        created_on=created_on,
        lineage=made,
        gate=judged(evaluation, model.version, training.in_service, data, seed),
        effects_check=training.effects_check,
    )
    first = evaluation.models[0]
    content = report_content(report)
    entry = registry.register(
        model,
        model.version,
        framework=data.framework,
        created_on=created_on,
        card=Card(card(report), content),
        report=content,
        lineage=Lineage(made.data_fingerprint, made.code_version, made.parameters, parent),
        at=at,
        by=by,
        figures={
            "log_loss": round(first.outcomes.log_loss.estimate, 4),
            "calibration_error": round(first.outcomes.calibration_error, 4),
            "closed_to_in_service": round(first.plans.to_in_service.estimate, 4),
        },
    )
    # the gate speaks of one file: its digest is known only now
    own = replace(evaluation.evaluated[model.version], digest=entry.digest)
    evaluation = replace(evaluation, evaluated={**evaluation.evaluated, model.version: own})
    verdict = judged(evaluation, model.version, training.in_service, data, seed)
    registry.attach_gate(verdict)
    return Candidate(model.version, entry.digest, registry.folder / model.version, report, verdict)
