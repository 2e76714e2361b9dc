"""The registry itself: register, promote, roll back, load."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from engine.errors import ArtefactError, PromotionRefused
from engine.framework import Framework
from engine.model_registry.artefacts import FrameworkOf, check_files, read_model
from engine.model_registry.files import digest_of, one_writer, write_whole
from engine.model_registry.permission import not_allowed
from engine.model_registry.records import (
    STATE_FILE,
    Action,
    Card,
    Entry,
    Event,
    Lineage,
    State,
    Status,
    is_name,
    refused,
    state_from_json,
    state_to_json,
)
from engine.model_store import save_model
from engine.recommendation import to_dict
from engine.training.gate_report import (
    GateReport,
    gate_digest,
    gate_from_json,
    gate_to_json,
)

CARD_FILE, CARD_JSON_FILE = "card.md", "card.json"
REPORT_FILE = "report.json"


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A model that was read back after everything about it had been checked."""

    model: object
    entry: Entry


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of the list; ``fault`` = what is wrong with its files, ``None`` = nothing."""

    entry: Entry
    status: Status
    fault: str | None


class Registry:
    """Registry of models in a folder.

    Parameters
    ----------
    folder
        Made with the first model; a folder without ``registry.json`` is an empty registry.
    framework_of
        Gives the framework that a model must have been made for.
    """

    def __init__(self, folder: Path, framework_of: FrameworkOf) -> None:
        self.folder = folder
        self.framework_of = framework_of

    # ---------------------------------------------------------------------- reading

    def state(self) -> State:
        """What the registry holds now.

        Raises
        ------
        ArtefactError
            ``registry.json`` is damaged or of another format.
        """
        try:
            text = (self.folder / STATE_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            return State()
        except UnicodeDecodeError as error:
            raise refused(
                "registry_unreadable", "реестр моделей повреждён: это не UTF-8"
            ) from error
        return state_from_json(text)

    def entry(self, version: str) -> Entry:
        """A registered version.

        Raises
        ------
        ArtefactError
            There is none of this name.
        """
        return _entry(self.state(), version)

    def listed(self) -> tuple[Listed, ...]:
        """Every version with its state, newest first; files are compared with their digests."""
        state = self.state()
        entries = sorted(
            state.versions.values(), key=lambda e: (e.registered_at, e.version), reverse=True
        )
        return tuple(Listed(e, state.status(e.version), self._fault(e)) for e in entries)

    def load(self, version: str) -> Loaded:
        """Read a model after everything about it has been checked.

        Raises
        ------
        ArtefactError
            A file is missing or changed, the model was made with another scikit-learn or for
            another framework, or it calls itself by another name.
        """
        entry = self.entry(version)
        return Loaded(read_model(self.folder, entry, self.framework_of), entry)

    def gate_of(self, version: str) -> GateReport | None:
        """The gate report that is kept with a version; ``None`` = it was never compared.

        Raises
        ------
        ArtefactError
            The file was changed, or there is no such version.
        """
        entry = self.entry(version)
        if entry.gate is None:
            return None
        check_files(self.folder, entry, (entry.gate,))
        return gate_from_json((self.folder / version / entry.gate).read_text(encoding="utf-8"))

    def card_of(self, version: str) -> Card:
        """Card of a version, as it was registered.

        Raises
        ------
        ArtefactError
            A file was changed or is missing, or there is no such version.
        """
        entry = self.entry(version)
        check_files(self.folder, entry, (CARD_FILE, CARD_JSON_FILE))
        folder = self.folder / version
        content = json.loads((folder / CARD_JSON_FILE).read_text(encoding="utf-8"))
        return Card((folder / CARD_FILE).read_text(encoding="utf-8"), content)

    # ---------------------------------------------------------------------- writing

    def register(
        self,
        model: object,
        version: str,
        *,
        framework: Framework,
        created_on: dt.date,
        card: Card,
        report: Mapping[str, object],
        lineage: Lineage,
        at: dt.datetime,
        by: str,
        figures: Mapping[str, float] | None = None,
    ) -> Entry:
        """Add a version; it does not go into service by that.

        Parameters
        ----------
        version
            Latin letters, digits, dot, dash and underscore, at most 64; never used before.
        report
            Evaluation in JSON types.
        at, by
            When and who, for the history; ``at`` has an offset.

        Raises
        ------
        ArtefactError
            The name is not allowed or taken, or another writer holds the registry.
        """
        _with_offset(at)
        if not is_name(version):
            detail = (
                f"имя версии «{version}» не годится: латинские буквы, цифры, точка, дефис и "
                "подчёркивание, не больше 64"
            )
            raise refused("version_name", detail)
        with one_writer(self.folder):
            state = self.state()
            if version in state.versions:
                detail = f"версия «{version}» уже есть в реестре; назовите новую иначе"
                raise refused("version_taken", detail)
            if (self.folder / version).exists():
                detail = (
                    f"папка «{version}» есть, а в реестре её нет; уберите её или назовите иначе"
                )
                raise refused("folder_taken", detail)
            beside = self.folder / f".{version}.part"
            shutil.rmtree(beside, ignore_errors=True)
            manifest = save_model(
                model,
                beside,
                framework=framework,
                model_version=version,
                created_on=created_on,
                parameters=lineage.parameters,
            )
            write_whole(beside / CARD_FILE, card.markdown.encode())
            write_whole(beside / CARD_JSON_FILE, _json(card.content))
            write_whole(beside / REPORT_FILE, _json(report))
            entry = Entry(
                version=version,
                digest=manifest.digest,
                files={p.name: digest_of(p) for p in sorted(beside.iterdir())},
                framework_id=framework.id,
                framework_version=framework.version,
                created_on=created_on,
                registered_at=at,
                registered_by=by,
                lineage=lineage,
                figures=dict(figures or {}),
            )
            os.rename(beside, self.folder / version)
            self._write(replace(state, versions={**state.versions, version: entry}))
        return entry

    def attach_gate(self, report: GateReport) -> Entry:
        """Keep a comparison with the version that it judges, in place of an earlier one.

        Raises
        ------
        ArtefactError
            There is no such version, or the report is of another model of this name.
        """
        with one_writer(self.folder):
            state = self.state()
            entry = _entry(state, report.candidate)
            if report.candidate_digest != entry.digest:
                detail = f"отчёт допуска сделан для другой модели с именем «{entry.version}»"
                raise refused("gate_other_model", detail, entry.version)
            # a name of its own: until the registry knows the new file, the old one stands
            name = f"gate-{gate_digest(report)[:12]}.json"
            path = self.folder / entry.version / name
            write_whole(path, gate_to_json(report).encode())
            files = {n: digest for n, digest in entry.files.items() if n != entry.gate}
            entry = replace(entry, gate=name, files={**files, name: digest_of(path)})
            self._write(replace(state, versions={**state.versions, entry.version: entry}))
        return entry

    def promote(
        self,
        version: str,
        report: GateReport | None = None,
        *,
        at: dt.datetime,
        by: str,
        force_reason: str | None = None,
    ) -> Event:
        """Put a version into service.

        Parameters
        ----------
        report
            Comparison with the model in service; ``None`` = the one kept with the version.
        force_reason
            Why it is done although the gate does not allow it; it is recorded. It never helps a
            model that cannot be read.

        Raises
        ------
        PromotionRefused
            The comparison is missing, of other models, or says no.
        ArtefactError
            The model cannot be trusted or read, or is in service already; the pointer stays.
        """
        _with_offset(at)
        with one_writer(self.folder):
            state = self.state()
            entry = _entry(state, version)
            if state.in_service == version:
                raise refused("already_in_service", f"модель «{version}» уже в работе")
            report = report or self.gate_of(version)
            faults = not_allowed(entry, state.present, report)
            if faults and not (force_reason or "").strip():
                raise PromotionRefused(faults)
            read_model(self.folder, entry, self.framework_of)
            event = Event(
                action=Action.PROMOTE,
                version=version,
                previous=state.in_service,
                digest=entry.digest,
                at=at,
                by=by,
                gate_digest=None if report is None else gate_digest(report),
                forced=bool(faults),
                reason=(force_reason or "").strip() or None if faults else None,
            )
            self._write(_moved(state, event))
        return event

    def rollback(self, *, at: dt.datetime, by: str) -> Event:
        """Put the model that served before the present one into service again.

        Before the first model the weights that come with the package served.

        Raises
        ------
        ArtefactError
            There is nothing to go back from, or the earlier model cannot be trusted or read;
            the pointer stays.
        """
        _with_offset(at)
        with one_writer(self.folder):
            state = self.state()
            if len(state.line) < 2:
                detail = "возвращаться не к чему: работают веса из поставки"
                raise refused("nothing_to_roll_back", detail)
            version = state.line[-2]
            digest = ""
            if version is not None:
                entry = _entry(state, version)
                read_model(self.folder, entry, self.framework_of)
                digest = entry.digest
            event = Event(Action.ROLLBACK, version, state.in_service, digest, at, by)
            self._write(_moved(state, event))
        return event

    # ---------------------------------------------------------------------- inside

    def _write(self, state: State) -> None:
        write_whole(self.folder / STATE_FILE, state_to_json(state).encode())

    def _fault(self, entry: Entry) -> str | None:
        try:
            check_files(self.folder, entry)
        except ArtefactError as error:
            return str(error)
        return None


def _entry(state: State, version: str) -> Entry:
    if version not in state.versions:
        known = ", ".join(sorted(state.versions)) or "ни одной"
        raise refused("version_unknown", f"версии «{version}» нет в реестре; есть: {known}")
    return state.versions[version]


def _moved(state: State, event: Event) -> State:
    return replace(state, in_service=event.version, history=(*state.history, event))


def _with_offset(at: dt.datetime) -> None:
    if at.utcoffset() is None:
        raise ValueError("an instant with offset is needed")


def _json(content: Mapping[str, object]) -> bytes:
    text = json.dumps(to_dict(content), ensure_ascii=False, indent=2, allow_nan=False)
    return text.encode() + b"\n"
