"""Calibrations on disk: items in plain JSON beside a manifest and a card for people to read.

The items are numbers, so they need no pickle: reading them runs no code. The digest still guards
them, because a slope that was edited by hand changes routes without a trace.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from engine import __version__
from engine.diagnostics.item_bank import ItemBank, ItemParameters, SkillPrior
from engine.errors import ArtefactError, Fault, InputError
from engine.framework import Framework

MANIFEST_FILE = "manifest.json"
ITEMS_FILE = "items.json"
CARD_FILE = "card.md"
FORMAT = 1
DIGITS = 6
"""Decimals kept of a parameter: far below its error, and the same on every machine."""


@dataclass(frozen=True, slots=True)
class CalibrationSource:
    """What a calibration was made from.

    Parameters
    ----------
    responses_file, q_matrix_file
        Names without folders.
    share_missing
        Of the cells people × items, in [0, 1].
    """

    responses_file: str
    q_matrix_file: str
    people: int
    items: int
    answers: int
    share_missing: float


@dataclass(frozen=True, slots=True)
class CalibrationManifest:
    """What a calibration is.

    Parameters
    ----------
    digest
        SHA-256 of the items' file, hexadecimal.
    framework_id, framework_version
        Framework whose codes the nodes are; both empty = a bank of its own, of no framework.
    created_on
        Day on which it was made, given by the caller.
    """

    digest: str
    size_bytes: int
    framework_id: str
    framework_version: str
    created_on: str
    source: CalibrationSource
    engine: str
    numpy: str
    sklearn: str
    python: str
    artefact: str = ITEMS_FILE
    format: int = FORMAT

    @property
    def version(self) -> str:
        """Name of the calibration in the provenance: day and digest."""
        return f"{self.created_on} {self.digest}"


@dataclass(frozen=True, slots=True)
class StoredCalibration:
    """A calibration read back.

    Parameters
    ----------
    bank
        Its version is that of the manifest.
    n_answers
        Answers behind each item's parameters, by item.
    """

    bank: ItemBank
    prior: SkillPrior
    n_answers: Mapping[str, int]
    manifest: CalibrationManifest


def save_calibration(
    bank: ItemBank,
    directory: Path,
    *,
    prior: SkillPrior,
    n_answers: Mapping[str, int],
    framework: Framework | None,
    created_on: dt.date,
    source: CalibrationSource,
    card: str,
) -> CalibrationManifest:
    """Write the items, the card and the manifest.

    The manifest of an earlier calibration goes first and the new one comes last, so a torn write
    is no calibration.

    Parameters
    ----------
    directory
        Made if it does not exist; a calibration in it is replaced.
    framework
        ``None`` = a bank of its own: the engine will not take it for a framework's.
    """
    content = _items_text(bank, prior, n_answers).encode()
    manifest = CalibrationManifest(
        digest=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        framework_id=framework.id if framework else "",
        framework_version=framework.version if framework else "",
        created_on=created_on.isoformat(),
        source=source,
        engine=__version__,
        numpy=version("numpy"),
        sklearn=version("scikit-learn"),
        python=platform.python_version(),
    )
    directory.mkdir(parents=True, exist_ok=True)
    (directory / MANIFEST_FILE).unlink(missing_ok=True)
    _write(directory / ITEMS_FILE, content)
    _write(directory / CARD_FILE, card.encode())
    _write(directory / MANIFEST_FILE, _json(asdict(manifest)).encode())
    return manifest


def _items_text(bank: ItemBank, prior: SkillPrior, n_answers: Mapping[str, int]) -> str:
    items = [
        {
            "id": item.item,
            "nodes": list(item.nodes),
            "slope": round(item.slope, DIGITS),
            "intercept": round(item.intercept, DIGITS),
            "tasks": round(item.tasks, DIGITS),
            "n_answers": n_answers[item.item],
        }
        for item in bank.items.values()
    ]
    rounded = {name: round(value, DIGITS) for name, value in asdict(prior).items()}
    return _json({"prior": rounded, "items": items})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_bytes(content)
    os.replace(beside, path)


def load_calibration(
    directory: Path,
    *,
    expected_framework: Framework | None,
    expected_digest: str | None = None,
) -> StoredCalibration:
    """Read a calibration after everything about it has been checked.

    Parameters
    ----------
    expected_framework
        The framework in use; a bank of another one, or of none, is refused. ``None`` = any bank.
    expected_digest
        Digest in a registry; ``None`` = only the manifest's is compared.

    Raises
    ------
    ArtefactError
        A file is missing, unreadable or was changed; the items are for another framework, or
        name nodes that it has not.
    """
    manifest = _manifest(directory)
    content = _bytes(directory, ITEMS_FILE, "artefact_missing", "файл заданий не найден")
    _check_digest(directory, content, manifest, expected_digest)
    bank, prior, n_answers = _read_items(directory, content, manifest.version)
    if expected_framework is not None:
        _check_framework(directory, manifest, bank, expected_framework)
    return StoredCalibration(bank, prior, n_answers, manifest)


def _manifest(directory: Path) -> CalibrationManifest:
    text = _bytes(directory, MANIFEST_FILE, "manifest_missing", "описание калибровки не найдено")
    try:
        content = json.loads(text)
        known = _record(CalibrationManifest, content)
        known["source"] = CalibrationSource(**_record(CalibrationSource, content["source"]))
        manifest = CalibrationManifest(**known)
    except (ValueError, TypeError, KeyError) as error:
        raise _refused(
            "manifest_unreadable", directory, "описание калибровки повреждено"
        ) from error
    if manifest.format != FORMAT or manifest.artefact != ITEMS_FILE:
        detail = f"описание калибровки формата {manifest.format}, читается формат {FORMAT}"
        raise _refused("manifest_format", directory, detail)
    return manifest


_KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(("size_bytes", "format", "people", "items", "answers"), (int,)),
    "share_missing": (int, float),
    "source": (dict,),
}


def _record(record: Any, content: object) -> dict[str, Any]:
    """The fields of a record, each of its kind; ``ValueError`` where they are not."""
    if not isinstance(content, dict) or set(content) != set(record.__dataclass_fields__):
        raise ValueError("other fields")
    for name, value in content.items():
        if isinstance(value, bool) or not isinstance(value, _KINDS.get(name, (str,))):
            raise ValueError(name)
    return dict(content)


def _read_items(
    directory: Path, content: bytes, name: str
) -> tuple[ItemBank, SkillPrior, dict[str, int]]:
    try:
        body = json.loads(content)
        prior = SkillPrior(**{k: float(v) for k, v in body["prior"].items()})
        bank = ItemBank.of(
            (
                ItemParameters(
                    str(row["id"]),
                    tuple(map(str, row["nodes"])),
                    float(row["slope"]),
                    float(row["intercept"]),
                    float(row["tasks"]),
                )
                for row in body["items"]
            ),
            name,
            people=prior,
        )
        return bank, prior, {str(row["id"]): int(row["n_answers"]) for row in body["items"]}
    except (ValueError, TypeError, KeyError, AttributeError, InputError) as error:
        raise _refused("artefact_unreadable", directory, "файл заданий не читается") from error


def _bytes(directory: Path, name: str, code: str, detail: str) -> bytes:
    try:
        return (directory / name).read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _refused(code, directory, detail) from error


def _check_digest(
    directory: Path, content: bytes, manifest: CalibrationManifest, expected: str | None
) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if digest != manifest.digest:
        detail = (
            "файл заданий изменён после сохранения: контрольная сумма не совпадает с описанием; "
            "восстановите файл или калибруйте заново"
        )
        raise _refused("digest_mismatch", directory, detail)
    if expected is not None and digest != expected:
        detail = (
            "контрольной суммы калибровки нет в реестре: зарегистрируйте её или верните прежнюю"
        )
        raise _refused("digest_not_registered", directory, detail)


def _check_framework(
    directory: Path, manifest: CalibrationManifest, bank: ItemBank, framework: Framework
) -> None:
    made_for = f"{manifest.framework_id} {manifest.framework_version}".strip()
    if not made_for:
        detail = (
            "калибровка не привязана к рамке компетенций: умения в Q-матрице — не её коды; "
            "замените их кодами узлов и калибруйте заново с --framework"
        )
        raise _refused("framework_missing", directory, detail)
    present = f"{framework.id} {framework.version}"
    unknown = sorted({n for i in bank.items.values() for n in i.nodes if n not in framework})
    if made_for != present:
        detail = f"калибровка сделана для рамки {made_for}, а используется {present}"
        raise _refused("framework_changed", directory, detail)
    if unknown:
        detail = f"в рамке {present} нет узлов калибровки: {', '.join(unknown)}"
        raise _refused("framework_changed", directory, detail)


def _refused(code: str, directory: Path, detail: str) -> ArtefactError:
    if "калибруйте" not in detail and code != "digest_not_registered":
        detail += "; калибруйте заново (routes calibrate)"
    return ArtefactError([Fault(code=code, detail=detail, file=directory.name)])
