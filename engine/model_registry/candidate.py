"""A trained candidate into the registry: artefact, card, report, and the gate's verdict."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from engine import __version__
from engine.errors import Fault, InputError
from engine.matching.signals import EPOCH
from engine.matching.tag_corrections import TagCorrection
from engine.model_registry.records import Card, Entry, Lineage, is_name, refused
from engine.model_registry.registry import Registry
from engine.training.data import TrainingData
from engine.training.evaluate import Evaluation
from engine.training.fingerprint import data_fingerprint
from engine.training.gate import gate
from engine.training.gate_report import GateReport
from engine.training.report import MadeFrom, TrainingReport, report_content
from engine.training.report_build import training_report
from engine.training.run import Training, TrainingOptions

SPLIT_DAY = "split_day"
"""Name in the lineage's parameters: first day whose outcomes the model has not seen."""


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


def require_free(registry: Registry, version: str) -> None:
    """Refuse before a long training what ``Registry.register`` would refuse after it.

    Raises
    ------
    ArtefactError
        ``version_name`` or ``version_taken``.
    """
    if not is_name(version):
        detail = f"«{version}» не годится в имя: до 64 латинских букв, цифр, точек, «-» и «_»"
        raise refused("version_name", detail, version)
    if version in registry.state().versions or (registry.folder / version).exists():
        detail = "такая версия или папка в реестре уже есть; назовите новую иначе"
        raise refused("version_taken", detail, version)


def version_name(
    data: TrainingData,
    created_on: dt.date,
    registry: Registry,
    corrections: Sequence[TagCorrection] = (),
) -> str:
    """A free name that says when and from what: ``m-20260901-1a2b3c4d``.

    Parameters
    ----------
    corrections
        Of the tagger that the training is given.
    """
    base = f"m-{created_on:%Y%m%d}-{data_fingerprint(data, corrections)[:8]}"
    taken = registry.state().versions
    name, n = base, 1
    while name in taken:
        n += 1
        name = f"{base}-{n}"
    return name


def require_unseen(entry: Entry, day: float) -> None:
    """Refuse a comparison on outcomes that a version may have learned from.

    Parameters
    ----------
    day
        First day of the held-out part, days since 1970-01-01.

    Raises
    ------
    InputError
        ``evaluation_overlaps_training``: the part begins before what the version was kept from.
    """
    learned_before = entry.lineage.parameters.get(SPLIT_DAY)
    begins = _day(day)
    if isinstance(learned_before, str) and begins < dt.date.fromisoformat(learned_before):
        detail = (
            f"модель «{entry.version}» училась на исходах до {learned_before}, а проверка "
            f"началась бы {begins}: она узнала бы их; уменьшите --test-share или возьмите данные "
            "новее"
        )
        raise InputError([Fault("evaluation_overlaps_training", detail, pointer="--test-share")])


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
    corrections = model.tagger.corrections if model.tagger is not None else ()
    verdict = judged(evaluation, model.version, training.in_service, data, options.evaluation.seed)
    made = MadeFrom(
        data_fingerprint(data, corrections),
        __version__,
        {
            **options.parameters(),
            "corrections": len(corrections),
            SPLIT_DAY: _day(evaluation.day).isoformat(),
        },
        parent,
    )
    report = training_report(
        training,
        data,
        created_on=created_on,
        lineage=made,
        gate=verdict,
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
    verdict = replace(verdict, candidate_digest=entry.digest)
    registry.attach_gate(verdict)
    return Candidate(model.version, entry.digest, registry.folder / model.version, report, verdict)


def _day(day: float) -> dt.date:
    return dt.date.fromordinal(EPOCH + int(day))
