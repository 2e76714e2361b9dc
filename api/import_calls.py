"""What an import from a workbook does: all of its tables in one transaction, or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from fastapi import Response
from pydantic import BaseModel, ValidationError

from api.access.principal import Principal
from api.audit import audited
from api.catalogue_calls import json_answer, writing
from api.errors import shape_faults
from api.messages import fault_text
from api.once import keep_answer
from api.people_calls import PeopleCalls
from api.record_checks import Rows
from api.register_calls import RegisterCalls
from api.register_checks import check_register_rows, known_ids
from api.register_names import SINGULAR
from api.schemas.catalogue import ROWS_MOST, ActivityBody, MentorBody, OfferingBody
from api.schemas.evidence import ItemBody, ScoreBody
from api.schemas.imports import NameBody
from api.schemas.people_records import NamedEducatorBody
from api.schemas.registers import SHAPES
from api.schemas.tagging import TagsBody
from api.service import Service
from api.tagging_calls import correct, verdicts
from api.tenant_catalogue import CatalogueEdits, shown
from api.workbook_reading import LABEL, known_to, people_too_many, read_workbook
from engine.errors import Fault, InputError
from engine.interchange import TABLES, DataPackage, ImportReport, nodes_of
from engine.interchange.faults import Place
from engine.matching.tag_corrections import check_corrections
from engine.recommendation import to_dict
from engine.register_kinds import KINDS, RegisterName, records_of
from engine.storage import CatalogueKind, Repositories

ACTION = "import_workbook"
Checked = TypeVar("Checked", bound=BaseModel)

_CATALOGUE: tuple[tuple[CatalogueKind, str, type[BaseModel]], ...] = (
    ("activity", "activities", ActivityBody),
    ("offering", "offerings", OfferingBody),
    ("mentor", "mentors", MentorBody),
)


class _Undone(Exception):
    """Ends the transaction of a dry run."""


def import_workbook(
    content: bytes, service: Service, principal: Principal, language: str, *, dry_run: bool
) -> Response:
    """Insert or replace everything that a workbook holds.

    A dry run does the same and is undone, so it finds whatever the import would.

    Raises
    ------
    InputError
        Every fault, with sheet, row and column.
    """
    with service.store.reading(principal.tenant) as kept:
        package = service.catalogues.of(principal.tenant, kept)
        known = known_to(service, kept, package)
    report = read_workbook(content, service, known)
    answer: dict[str, object] = {}
    try:
        with writing(service, principal) as (kept, at):
            taken = _Taking(service, principal, kept, at, report)
            before, accepted = kept.catalogue.version(), taken.everything()
            version = kept.catalogue.version()
            answer |= _answer(report, accepted, language, dry_run=dry_run)
            answer["catalogue_version"] = None if dry_run or version == before else version
            if dry_run:
                raise _Undone
            return keep_answer(kept, json_answer(answer))
    except _Undone:
        return json_answer(answer)


@dataclass
class _Taking:
    """One import within its transaction."""

    service: Service
    principal: Principal
    kept: Repositories
    at: dt.datetime
    report: ImportReport
    package: DataPackage = field(init=False)

    def __post_init__(self) -> None:
        self.package = self.report.accepted()

    def everything(self) -> int:
        """Take all tables, catalogue first; how many records that was."""
        taken = sum(self._catalogue(*kind) for kind in _CATALOGUE)
        taken += self._corrections() + self._people() + self._names() + self._evidence()
        return taken + sum(map(self._register, KINDS))

    def _catalogue(self, kind: CatalogueKind, table: str, body: type[BaseModel]) -> int:
        records = getattr(self.package, table)
        if not records:
            return 0
        bodies = self._bodies(table, body, [(r.id, shown(r)) for r in records])
        # merged anew each time: offerings may be of activities that came a moment ago
        present = self.service.catalogues.fresh(self.principal.tenant, self.kept)
        edits: CatalogueEdits[BaseModel] = CatalogueEdits(
            kind, present, self.kept, self.service.engine.framework, self.at.date()
        )
        with self._placed(table, [r.id for r in records]):
            edits.put_all(bodies, self.at, dry_run=False)
        content = [b.model_dump(mode="json") for b in bodies]
        version = str(self.kept.catalogue.version())
        self._audit("catalogue", version, None, content)
        return len(bodies)

    def _corrections(self) -> int:
        found = self.package.corrections
        if not found:
            return 0
        framework = self.service.engine.framework
        try:
            check_corrections(found, {framework.nodes[i].code for i in framework.leaves})
        except InputError as error:
            raise InputError([self._of_correction(f) for f in error.faults]) from error
        told = [(c.activity_id, {"verdicts": verdicts(c)}) for c in found]
        self._bodies("corrections", TagsBody, told)
        correct(self.kept, {c.activity_id: c for c in found}, self.at)
        version = str(self.kept.catalogue.version())
        self._audit("catalogue", version, None, [to_dict(c, digits=None) for c in found])
        return len(found)

    def _people(self) -> int:
        people = self.package.educators
        if not people:
            return 0
        labels = self.package.labels
        told = [
            (e.id, {**_plain(e), **({"display_name": labels[e.id]} if e.id in labels else {})})
            for e in people
        ]
        bodies = self._bodies("educators", NamedEducatorBody, told)
        with self._placed("educators", [e.id for e in people]):
            self._calls().check_all(bodies, self.at)
        self._calls().keep_all(self.kept, bodies, self.at, ACTION)
        return len(bodies)

    def _names(self) -> int:
        """Names of people who are not in the workbook themselves."""
        here = {e.id for e in self.package.educators}
        told = [(i, {"display_name": n}) for i, n in self.package.labels.items() if i not in here]
        for (person, _), body in zip(told, self._bodies("labels", NameBody, told), strict=True):
            self.kept.labels.put(person, body.display_name)
            self._audit("educator", person, None, None)
        return len(told)

    def _evidence(self) -> int:
        results, responses = self.package.diagnostics, self.package.responses
        people = list(dict.fromkeys((*results, *responses)))
        if len(people) > ROWS_MOST:
            raise InputError([people_too_many(len(people))])
        for person in people:
            scores, answers = results.get(person, ()), responses.get(person, ())
            self._bodies("diagnostics", ScoreBody, [(person, _plain(row)) for row in scores])
            self._bodies("responses", ItemBody, [(person, _plain(row)) for row in answers])
            self._calls().add_evidence(self.kept, person, (scores, answers), self.at, ACTION)
        return len(people)

    def _register(self, name: RegisterName) -> int:
        records = records_of(self.package.registers, name)
        if not records:
            return 0
        bodies = self._bodies(name, SHAPES[name].body, [(r.id, _plain(r)) for r in records])
        # merged anew: records may name activities and mentors that came a moment ago
        present = self.service.catalogues.fresh(self.principal.tenant, self.kept)
        nodes = nodes_of(self.service.engine.framework)
        checked = check_register_rows(name, Rows(bodies), nodes, known_ids(self.kept, present))
        with self._placed(name, [r.id for r in records]):
            checked.found.refuse()
        calls = RegisterCalls(self.service, self.principal, name, SINGULAR[name])
        calls.keep_all(self.kept, checked.records, self.at, ACTION)
        return len(records)

    def _calls(self) -> PeopleCalls:
        return PeopleCalls(self.service, self.principal)

    def _audit(self, kind: str, object_id: str, before: object, after: object) -> None:
        audited(self.kept, self.principal, ACTION, kind, object_id, before, after, self.at)

    # ------------------------------------------------------------------ shapes and places

    def _bodies(
        self, table: str, body: type[Checked], rows: Sequence[tuple[str, Mapping[str, Any]]]
    ) -> list[Checked]:
        """Rows in the form in which they are sent as JSON, with all its bounds.

        Raises
        ------
        InputError
            Every fault of every row, at its place in the workbook.
        """
        found, faults = [], []
        for record_id, content in rows:
            try:
                found.append(body.model_validate(content))
            except ValidationError as error:
                shape = shape_faults(_in_body(error), content)
                faults += [self._at(f, table, record_id, f.pointer) for f in shape]
        if faults:
            raise InputError(faults)
        return found

    @contextmanager
    def _placed(self, table: str, ids: Sequence[str]) -> Iterator[None]:
        """Give faults of rows (``/items/3/title``) their places in the workbook."""
        try:
            yield
        except InputError as error:
            raise InputError([self._of_row(f, table, ids) for f in error.faults]) from error

    def _of_row(self, fault: Fault, table: str, ids: Sequence[str]) -> Fault:
        parts = fault.pointer.split("/")
        if len(parts) < 3 or parts[1] != "items":
            return replace(fault, pointer="", file=LABEL)
        return self._at(fault, table, ids[int(parts[2])], "/" + "/".join(parts[3:]))

    def _of_correction(self, fault: Fault) -> Fault:
        return self._at(fault, "corrections", str(fault.parameters["id"]), "/node")

    def _at(self, fault: Fault, table: str, record_id: str, pointer: str) -> Fault:
        """The fault at the first row of a record, in the column of the pointer's first step."""
        place = self.report.places.get(table, {}).get(record_id, Place(LABEL))
        names = {c.name: c.header for c in TABLES[table].columns}
        column = names.get(pointer.removeprefix("/").partition("/")[0])
        return replace(fault, pointer="", file=place.file, row=place.row, column=column)


def _in_body(error: ValidationError) -> list[dict[str, Any]]:
    """Errors of pydantic as the framework tells them of a body."""
    return [{**e, "loc": ("body", *e["loc"])} for e in error.errors()]


def _plain(record: object) -> dict[str, Any]:
    found = to_dict(record, digits=None)
    assert isinstance(found, dict)
    return {k: v for k, v in found.items() if k != "display_name" or v is not None}


def _answer(
    report: ImportReport, accepted: int, language: str, *, dry_run: bool
) -> dict[str, object]:
    return {
        "accepted": accepted,
        "dry_run": dry_run,
        "catalogue_version": None,
        "tables": [
            {"table": name, "title": TABLES[name].title, "read": c.read, "taken": c.taken}
            for name, c in report.counts.items()
        ],
        "warnings": [_remark(f, language) for f in report.warnings],
        "notes": [_remark(f, language) for f in report.notes],
    }


def _remark(fault: Fault, language: str) -> dict[str, object]:
    detail = fault_text(fault.code, fault.detail, fault.parameters, language)
    place = {"file": fault.file, "row": fault.row, "column": fault.column}
    return {"code": fault.code, "detail": detail, **place}
