"""Reading a registered model: every file first, then the model itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from engine.errors import ArtefactError, Fault
from engine.framework import Framework
from engine.matching.model import MatchingModel
from engine.model_registry.files import digest_of
from engine.model_registry.records import Entry, refused
from engine.model_store import load_model

FrameworkOf = Callable[[str], Framework]
"""The framework in use, by its id."""


def check_files(folder: Path, entry: Entry, names: Iterable[str] | None = None) -> None:
    """Compare files of a version with the digests in the registry.

    Parameters
    ----------
    names
        ``None`` = all of them.

    Raises
    ------
    ArtefactError
        Files are missing or changed; each is named.
    """
    faults = []
    for name in sorted(entry.files if names is None else names):
        path, place = folder / entry.version / name, f"{entry.version}/{name}"
        if not path.is_file():
            detail = "файла модели нет; верните его из копии или обучите модель заново"
            faults.append(Fault("registry_file_missing", detail, file=place))
        elif digest_of(path) != entry.files[name]:
            detail = (
                "файл изменён после регистрации: контрольная сумма не та, что в реестре; "
                "верните его из копии или обучите модель заново"
            )
            faults.append(Fault("registry_file_changed", detail, file=place))
    if faults:
        raise ArtefactError(faults)


def read_model(folder: Path, entry: Entry, framework_of: FrameworkOf) -> object:
    """Read a model after everything about it has been checked.

    Raises
    ------
    ArtefactError
        A file is missing or changed, the model was made with another scikit-learn or for
        another framework or another version of the program, or it calls itself by another name.
    ConfigurationError
        There is no framework of this name.
    """
    check_files(folder, entry)
    framework = framework_of(entry.framework_id)
    model, manifest = load_model(
        folder / entry.version, expected_framework=framework, expected_digest=entry.digest
    )
    names = {manifest.model_version, str(getattr(model, "version", entry.version))}
    if names != {entry.version}:
        detail = f"в файле лежит модель {', '.join(sorted(names))}, а не «{entry.version}»"
        raise refused("model_misnamed", detail, entry.version)
    if isinstance(model, MatchingModel):
        try:
            model.try_out()
        except Exception as error:
            detail = (
                f"модель «{entry.version}» записана другой версией программы "
                f"({entry.lineage.code_version}) и этой не понимается ({type(error).__name__}); "
                "обучите модель заново"
            )
            raise refused("model_outdated", detail, entry.version) from error
    return model
