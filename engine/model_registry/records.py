"""Records of the registry, and how they are read from and written to ``registry.json``."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.errors import ArtefactError, Fault
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict

STATE_FILE = "registry.json"
FORMAT = 1

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Action(StrEnum):
    """What moved the pointer."""

    PROMOTE = "promote"
    ROLLBACK = "rollback"


class Status(StrEnum):
    """Where a version stands."""

    IN_SERVICE = "in_service"
    FORMER = "former"
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class Lineage:
    """What a model was made from.

    Parameters
    ----------
    data_fingerprint
        Digest of the data that it was trained on.
    code_version
        Version of the program.
    parameters
        Parameters of the training, seed included; JSON types.
    parent
        Version that was in service when it was trained; ``None`` = none was.
    """

    data_fingerprint: str
    code_version: str
    parameters: Mapping[str, object] = field(default_factory=dict)
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """Model card for people and for programs."""

    markdown: str
    content: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """One registered version.

    Parameters
    ----------
    digest
        SHA-256 of ``model.joblib``, hexadecimal.
    files
        SHA-256 by file name, ``model.joblib`` included.
    figures
        Main figures of its evaluation by name, for lists.
    gate
        File of the last comparison with a model in service; ``None`` = it was never compared.
    """

    version: str
    digest: str
    files: Mapping[str, str]
    framework_id: str
    framework_version: str
    created_on: dt.date
    registered_at: dt.datetime
    registered_by: str
    lineage: Lineage
    figures: Mapping[str, float] = field(default_factory=dict)
    gate: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One move of the pointer.

    Parameters
    ----------
    version, previous
        In service after and before; ``None`` = the weights that come with the package.
    digest
        Of the model that is in service now; empty = the package's weights.
    gate_digest
        SHA-256 of the gate report that allowed it; ``None`` for a rollback, or if forced without.
    forced, reason
        The gate did not allow it, and why it was done all the same.
    """

    action: Action
    version: str | None
    previous: str | None
    digest: str
    at: dt.datetime
    by: str
    gate_digest: str | None = None
    forced: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """The whole registry; ``history`` begins with the oldest event."""

    in_service: str | None = None
    versions: Mapping[str, Entry] = field(default_factory=dict)
    history: tuple[Event, ...] = ()
    format: int = FORMAT

    @property
    def line(self) -> tuple[str | None, ...]:
        """Versions that a rollback would go through, from the package's weights to the present.

        A promotion adds to it, a rollback takes the last one away.
        """
        line: list[str | None] = [None]
        for event in self.history:
            if event.action is Action.PROMOTE:
                line.append(event.version)
            else:
                line.pop()
        return tuple(line)

    @property
    def present(self) -> Entry | None:
        """Entry of the version in service; ``None`` = the weights that come with the package."""
        return None if self.in_service is None else self.versions[self.in_service]

    def status(self, version: str) -> Status:
        """Where a version stands."""
        if version == self.in_service:
            return Status.IN_SERVICE
        served = any(event.version == version for event in self.history)
        return Status.FORMER if served else Status.REGISTERED


def is_name(text: str) -> bool:
    """Whether a text may be the name of a version or a file: it becomes part of a path."""
    return _NAME.fullmatch(text) is not None


def state_to_json(state: State) -> str:
    """JSON text of ``registry.json``."""
    content = to_dict(state, digits=None)
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def state_from_json(text: str) -> State:
    """The inverse of ``state_to_json``.

    Raises
    ------
    ArtefactError
        It is no registry of this format, or its pointer does not follow from its history.
    """
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise refused("registry_unreadable", "реестр моделей повреждён: это не JSON") from error
    version = content.get("format") if isinstance(content, dict) else None
    if version != FORMAT:
        detail = f"реестр моделей формата {version}, читается формат {FORMAT}"
        raise refused("registry_format", detail)
    state = record_from_dict(State, content)
    if not _sound(state):
        detail = "реестр моделей повреждён: записи не следуют одна из другой; верните файл из копии"
        raise refused("registry_inconsistent", detail)
    return state


def _sound(state: State) -> bool:
    named = all(
        key == entry.version and is_name(key) and all(is_name(name) for name in entry.files)
        for key, entry in state.versions.items()
    )
    befores = (None, *(event.version for event in state.history))
    follows = all(e.previous == b for e, b in zip(state.history, befores, strict=False))
    known = all(e.version is None or e.version in state.versions for e in state.history)
    return named and follows and known and befores[-1] == state.in_service and _pops(state)


def _pops(state: State) -> bool:
    """Whether every rollback went to what stood before."""
    line: list[str | None] = [None]
    for event in state.history:
        if event.action is Action.PROMOTE:
            line.append(event.version)
        elif len(line) < 2 or line[-2] != event.version:
            return False
        else:
            line.pop()
    return True


def refused(code: str, detail: str, file: str = STATE_FILE) -> ArtefactError:
    """A refusal with one fault."""
    return ArtefactError([Fault(code, detail, file=file)])
