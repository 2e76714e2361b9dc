"""What the calls about catalogue records do: one transaction each, with its audit."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.audit import audited
from api.etags import Match, etag
from api.messages import FAULTS, RUSSIAN, fault_text
from api.once import keep_answer
from api.service import Service
from api.tenant_catalogue import CatalogueEdits, shown
from engine.errors import Fault, InputError
from engine.storage import CatalogueKind, Repositories

JSON = "application/json"


def list_records(
    kind: CatalogueKind,
    service: Service,
    principal: Principal,
    cursor: str | None,
    limit: int,
    fits: Callable[[Any], bool] = lambda record: True,
) -> Response:
    """Part of a list; ``fits`` says which records are meant."""
    with service.store.reading(principal.tenant) as kept:
        return json_answer(_edits(kind, service, principal, kept).page(cursor, limit, fits))


def read_record(
    kind: CatalogueKind, service: Service, principal: Principal, record_id: str
) -> Response:
    """One record with its tag."""
    foreign = principal.data_scope is DataScope.MENTEES and record_id != principal.subject
    if kind == "mentor" and foreign:
        raise Forbidden(principal)
    with service.store.reading(principal.tenant) as kept:
        found = _edits(kind, service, principal, kept).get(record_id)
    return json_answer(found.answer(), headers=etag(found.version))


def put_record(
    kind: CatalogueKind,
    service: Service,
    principal: Principal,
    record_id: str,
    body: BaseModel,
    match: Match,
) -> Response:
    """Insert or replace one record.

    Raises
    ------
    InputError
        Everything that is wrong with it; ``id_differs`` where the address names another.
    """
    same_id(record_id, str(body.id))  # type: ignore[attr-defined]
    with writing(service, principal) as (kept, at):
        edits: CatalogueEdits[BaseModel] = _edits(kind, service, principal, kept)
        before = edits.present(record_id)
        found = edits.put(body, match, at)
        old = None if before is None else shown(before.record)
        audited(kept, principal, f"put_{kind}", kind, record_id, old, shown(found.record), at)
        status = 201 if before is None else 200
        return json_answer(found.answer(), status=status, headers=etag(found.version))


def import_records(
    kind: CatalogueKind,
    service: Service,
    principal: Principal,
    bodies: Sequence[BaseModel],
    language: str,
    *,
    dry_run: bool,
) -> Response:
    """Insert or replace many records, all or none."""
    with writing(service, principal) as (kept, at):
        edits: CatalogueEdits[BaseModel] = _edits(kind, service, principal, kept)
        found = edits.put_all(bodies, at, dry_run=dry_run)
        version = kept.catalogue.version()
        if not dry_run:
            content = [body.model_dump(mode="json") for body in bodies]
            action = f"import_{_PLURAL[kind]}"
            audited(kept, principal, action, "catalogue", str(version), None, content, at)
        answer = {
            "accepted": len(bodies),
            "dry_run": dry_run,
            "catalogue_version": None if dry_run else version,
            "warnings": warnings_of(found.warnings, language),
        }
        return keep_answer(kept, json_answer(answer))


_PLURAL = {"activity": "activities", "offering": "offerings", "mentor": "mentors"}


def remove_record(
    kind: CatalogueKind, service: Service, principal: Principal, record_id: str, match: Match
) -> Response:
    """Withdraw a record."""
    with writing(service, principal) as (kept, at):
        edits: CatalogueEdits[BaseModel] = _edits(kind, service, principal, kept)
        before = edits.withdraw(record_id, match, at)
        content = shown(before.record)
        audited(kept, principal, f"remove_{kind}", kind, record_id, content, None, at)
    return Response(status_code=204)


def same_id(path: str, body: str) -> None:
    """Refuse a body about another record than the address.

    Raises
    ------
    InputError
        ``id_differs``.
    """
    if path != body:
        parameters: dict[str, object] = {"path": path, "body": body}
        detail = FAULTS["id_differs"].say(RUSSIAN, parameters)
        raise InputError([Fault("id_differs", detail, "/id", parameters=parameters)])


def warnings_of(faults: Sequence[Fault], language: str) -> list[dict[str, object]]:
    """Warnings as the answer of an import shows them."""
    return [
        {
            "index": _index(f.pointer),
            "pointer": f.pointer,
            "code": f.code,
            "detail": fault_text(f.code, f.detail, f.parameters, language),
        }
        for f in faults
    ]


def _index(pointer: str) -> int | None:
    parts = pointer.split("/")
    return int(parts[2]) if len(parts) > 2 and parts[1] == "items" else None


@contextmanager
def writing(service: Service, principal: Principal) -> Iterator[tuple[Repositories, Any]]:
    """A writing transaction; once it is kept, engines of the new catalogue are built."""
    before = after = 0
    with service.store.writing(principal.tenant) as kept:
        before = kept.catalogue.version()
        yield kept, service.clock()
        after = kept.catalogue.version()
    if after != before:
        service.catalogue_changed(principal.tenant)


def _edits(
    kind: CatalogueKind, service: Service, principal: Principal, kept: Repositories
) -> CatalogueEdits[Any]:
    package = service.catalogues.of(principal.tenant, kept)
    today = service.clock().date()
    return CatalogueEdits(kind, package, kept, service.engine.framework, today)


def json_answer(
    answer: object, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    """Answer that needs no second check of its shape."""
    text = json.dumps(answer, ensure_ascii=False)
    return Response(text, status_code=status, headers=headers, media_type=JSON)
