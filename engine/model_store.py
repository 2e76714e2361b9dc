"""Model files: a joblib artefact beside a manifest that says what it is and whether it is whole.

A joblib file runs code when it is read, so nothing of it is read before its digest agrees with
the manifest's and, where one is given, with the registry's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path

import joblib

from engine.errors import ArtefactError, Fault
from engine.framework import Framework

MANIFEST_FILE = "manifest.json"
ARTEFACT_FILE = "model.joblib"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model file is.

    Parameters
    ----------
    digest
        SHA-256 of the artefact, hexadecimal.
    sklearn, numpy, python
        Versions that the artefact was written with.
    framework_id, framework_version, framework_digest
        Competency framework that the model was fitted on.
    created_on
        Day on which it was made, given by the caller.
    parameters
        Parameters of the training, JSON types.
    """

    model_class: str
    model_version: str
    digest: str
    size_bytes: int
    sklearn: str
    numpy: str
    python: str
    framework_id: str
    framework_version: str
    framework_digest: str
    created_on: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    artefact: str = ARTEFACT_FILE
    format: int = FORMAT


def save_model(
    model: object,
    directory: Path,
    *,
    framework: Framework,
    model_version: str,
    created_on: dt.date,
    parameters: Mapping[str, object] | None = None,
) -> Manifest:
    """Write a model and its manifest; the manifest comes last, so a torn write is no model.

    Parameters
    ----------
    directory
        Made if it does not exist; a model in it is replaced.
    """
    directory.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=3)
    content = buffer.getvalue()
    manifest = Manifest(
        model_class=f"{type(model).__module__}.{type(model).__qualname__}",
        model_version=model_version,
        digest=hashlib.sha256(content).hexdigest(),
        size_bytes=len(content),
        sklearn=version("scikit-learn"),
        numpy=version("numpy"),
        python=platform.python_version(),
        framework_id=framework.id,
        framework_version=framework.version,
        framework_digest=framework.digest,
        created_on=created_on.isoformat(),
        parameters=dict(parameters or {}),
    )
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=2, sort_keys=True)
    _write(directory / ARTEFACT_FILE, content)
    _write(directory / MANIFEST_FILE, text.encode() + b"\n")
    return manifest


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(path.suffix + ".part")
    beside.write_bytes(content)
    os.replace(beside, path)


def load_manifest(directory: Path) -> Manifest:
    """Manifest of a stored model.

    Raises
    ------
    ArtefactError
        If it is missing, no JSON, of another format or lacks a field.
    """
    place = directory / MANIFEST_FILE
    try:
        content = json.loads(place.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _refused(
            "manifest_missing", directory, "описание модели не найдено; обучите модель заново"
        ) from error
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise _refused(
            "manifest_unreadable", directory, "описание модели повреждено; обучите модель заново"
        ) from error
    if not isinstance(content, dict) or not _fits(content):
        raise _refused(
            "manifest_unreadable", directory, "в описании модели не те поля; обучите модель заново"
        )
    manifest = Manifest(**content)
    if manifest.format != FORMAT or manifest.artefact != ARTEFACT_FILE:
        raise _refused(
            "manifest_format",
            directory,
            f"описание модели формата {manifest.format}, читается формат {FORMAT}; "
            "обучите модель этой версией программы",
        )
    return manifest


def _fits(content: Mapping[str, object]) -> bool:
    kinds = {"size_bytes": int, "format": int, "parameters": dict}
    return set(content) == set(Manifest.__dataclass_fields__) and all(
        isinstance(value, kinds.get(name, str)) for name, value in content.items()
    )


def load_model(
    directory: Path, *, expected_framework: Framework, expected_digest: str | None = None
) -> tuple[object, Manifest]:
    """Read a stored model after everything about it has been checked.

    Parameters
    ----------
    expected_framework
        The framework in use; a model of another one is refused.
    expected_digest
        Digest in the registry; ``None`` = only the manifest's is compared.

    Raises
    ------
    ArtefactError
        If the file is missing, was changed, or was made with another scikit-learn
        (major.minor), or for another framework.
    """
    manifest = load_manifest(directory)
    try:
        content = (directory / ARTEFACT_FILE).read_bytes()
    except FileNotFoundError as error:
        raise _refused(
            "artefact_missing", directory, "файл модели не найден; обучите модель заново"
        ) from error
    _check_digest(directory, content, manifest, expected_digest)
    _check_versions(directory, manifest)
    _check_framework(directory, manifest, expected_framework)
    try:
        # the bytes that were checked, not the file, which may have changed since
        model: object = joblib.load(io.BytesIO(content))
    except Exception as error:
        raise _refused(
            "artefact_unreadable",
            directory,
            f"файл модели не читается ({type(error).__name__}); обучите модель заново",
        ) from error
    return model, manifest


def _check_digest(
    directory: Path, content: bytes, manifest: Manifest, expected: str | None
) -> None:
    digest = hashlib.sha256(content).hexdigest()
    if digest != manifest.digest:
        raise _refused(
            "digest_mismatch",
            directory,
            "файл модели изменён после сохранения: контрольная сумма не совпадает с описанием; "
            "восстановите файл или обучите модель заново",
        )
    if expected is not None and digest != expected:
        raise _refused(
            "digest_not_registered",
            directory,
            "контрольной суммы модели нет в реестре; зарегистрируйте модель или верните прежнюю",
        )


def _check_versions(directory: Path, manifest: Manifest) -> None:
    present = version("scikit-learn")
    if manifest.sklearn.split(".")[:2] != present.split(".")[:2]:
        raise _refused(
            "sklearn_version",
            directory,
            f"модель сохранена scikit-learn {manifest.sklearn}, установлен {present}; "
            "поставьте ту же версию или обучите модель заново",
        )


def _check_framework(directory: Path, manifest: Manifest, framework: Framework) -> None:
    made_for = (manifest.framework_id, manifest.framework_version)
    if made_for != (framework.id, framework.version):
        raise _refused(
            "framework_changed",
            directory,
            f"модель обучена для рамки {made_for[0]} {made_for[1]}, "
            f"а используется {framework.id} {framework.version}; обучите модель заново",
        )
    if manifest.framework_digest != framework.digest:
        raise _refused(
            "framework_changed",
            directory,
            f"состав рамки {framework.id} {framework.version} изменился после обучения модели; "
            "обучите модель заново",
        )


def _refused(code: str, directory: Path, detail: str) -> ArtefactError:
    return ArtefactError([Fault(code=code, detail=detail, file=directory.name)])
