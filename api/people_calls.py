"""What the calls about educators and their diagnostics do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fastapi import Response

from api.access.principal import Principal
from api.access.scope import check_educator
from api.audit import audited, digest
from api.catalogue_calls import same_id, warnings_of
from api.etags import Match, etag
from api.once import keep_answer
from api.people import Known
from api.people_filter import EVERYONE, AskedPeople, PeopleFilter
from api.record_checks import Rows, check_educator_rows
from api.refusals import Refused
from api.schemas.evidence import AnyDiagnostic
from api.schemas.people import EducatorBody
from api.schemas.people_records import NamedEducatorBody, OwnedEvidenceBody
from api.service import Service
from api.translate import evidence_of, to_educator
from engine.calendar import educator_zone
from engine.domain import DiagnosticResult, Educator, ItemResponse
from engine.errors import Fault
from engine.policy import load_policy
from engine.recommendation import to_dict
from engine.storage import KeptEducator, Repositories
from engine.storage.paging import cursor, text_of

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Found:
    """An educator with the version of the record; 0 = the data package's."""

    educator: Educator
    version: int = 0
    updated_at: dt.datetime | None = None

    @classmethod
    def of(cls, kept: KeptEducator) -> Found:
        """One of the store."""
        return cls(kept.educator, kept.version, kept.updated_at)


@dataclass(frozen=True, slots=True)
class _Page:
    """A part of the list; ``packaged`` are all of the package who meet the filter."""

    items: tuple[Found, ...]
    next: str | None
    packaged: tuple[Educator, ...]


class PeopleCalls:
    """Calls about the people of one tenant.

    Parameters
    ----------
    service
        Of the tenant.
    """

    def __init__(self, service: Service, principal: Principal) -> None:
        self._service = service
        self._principal = principal
        self._packaged = service.people.packaged()

    # ------------------------------------------------------------------ educators

    def listed(self, after: str | None, limit: int, asked: AskedPeople = EVERYONE) -> Response:
        """Part of the list of educators whom the caller may see, by id, and how many there are.

        Raises
        ------
        Forbidden
            Another organisation is asked for than the caller's own.
        CursorRefused
            ``after`` is no cursor.
        """
        wanted = PeopleFilter.of(asked, self._service, self._principal)
        with self._service.store.reading(self._principal.tenant) as kept:
            page = self._page(kept, after, limit, wanted)
            names = self._names(kept, [f.educator.id for f in page.items])
            total = len(page.packaged) + self._stored_total(kept, after, page, wanted)
        items = [_shown(f, names.get(f.educator.id)) for f in page.items]
        return _json({"items": items, "next": page.next, "total": total})

    def read(self, educator_id: str) -> Response:
        """One educator with the tag of the record."""
        with self._service.store.reading(self._principal.tenant) as kept:
            found = self._found(kept, educator_id)
            return _json(self._shown(found, kept), headers=etag(found.version))

    def busy(self, educator_id: str) -> Response:
        """Busy times that a route of the educator is built around."""
        with self._service.store.reading(self._principal.tenant) as kept:
            found = self._found(kept, educator_id)
            known = self._service.people.known_in(kept, educator_id)
        policy = load_policy(self._service.context.policy)
        slots = sorted(known.busy if known else (), key=lambda slot: (slot.start, slot.end))
        return _json(
            {
                "educator_id": educator_id,
                "time_zone": str(educator_zone(found.educator, policy)),
                "items": [{"start": s.start.isoformat(), "end": s.end.isoformat()} for s in slots],
            }
        )

    def put(self, educator_id: str, body: EducatorBody, match: Match) -> Response:
        """Insert or replace one educator.

        Raises
        ------
        InputError, Refused
            It is at fault, or the record has changed.
        """
        if body.id is not None:
            same_id(educator_id, body.id)
        at = self._service.clock()
        with self._service.store.writing(self._principal.tenant) as kept:
            before = self._present(kept, educator_id)
            match.check(None if before is None else before.version)
            rows = Rows((body,), single=True)
            check_educator_rows(rows, [educator_id], at.date()).refuse()
            educator = replace(to_educator(body, lambda: educator_id), id=educator_id)
            row = kept.educators.kept(educator_id)
            version = kept.educators.put(educator, at, 0 if row is None else row.version)
            self._adopt(kept, educator_id, new=row is None)
            _put_name(kept, educator_id, body)
            old = None if before is None else before.educator
            self._audit(kept, "put_educator", educator_id, old, educator, at)
            shown = self._shown(Found(educator, version, at), kept)
        return _json(shown, status=201 if before is None else 200, headers=etag(version))

    def put_all(
        self, bodies: Sequence[NamedEducatorBody], language: str, *, dry_run: bool
    ) -> Response:
        """Insert or replace many, all or none."""
        at = self._service.clock()
        warnings = self.check_all(bodies, at)
        with self._service.store.writing(self._principal.tenant) as kept:
            self.keep_all(kept, () if dry_run else bodies, at, "import_educators")
            answer = {
                "accepted": len(bodies),
                "dry_run": dry_run,
                "catalogue_version": None,
                "warnings": warnings_of(warnings, language),
            }
            return keep_answer(kept, _json(answer))

    def check_all(self, bodies: Sequence[NamedEducatorBody], at: dt.datetime) -> Sequence[Fault]:
        """Check many; gives the warnings.

        Raises
        ------
        InputError
            Every fault of every row.
        """
        found = check_educator_rows(Rows(bodies), [b.id for b in bodies], at.date())
        found.refuse()
        return found.warnings

    def keep_all(
        self,
        kept: Repositories,
        bodies: Sequence[NamedEducatorBody],
        at: dt.datetime,
        action: str,
    ) -> None:
        """Insert or replace checked ones within a transaction."""
        for body in bodies:
            educator = to_educator(body, lambda: "")
            row = kept.educators.kept(educator.id)
            kept.educators.put(educator, at)
            self._adopt(kept, educator.id, new=row is None)
            _put_name(kept, educator.id, body)
            old = None if row is None else row.educator
            self._audit(kept, action, educator.id, old, educator, at)

    def erase(self, educator_id: str) -> Response:
        """Erase a person.

        Raises
        ------
        Refused
            ``record_not_found``: nothing is there of this id, be it an educator, a route,
            feedback or a record of a register.
        """
        at = self._service.clock()
        with self._service.store.writing(self._principal.tenant) as kept:
            present = self._present(kept, educator_id)
            erased = kept.erase(educator_id, at)
            if present is None and not (erased.routes or erased.feedback or erased.registers):
                raise _absent(educator_id)
            # under the pseudonym: an audit that names whom it erased has not erased him
            self._audit(kept, "erase_educator", erased.pseudonym, None, None, at)
        answer = {
            "educator_id": educator_id,
            "routes": erased.routes,
            "in_package": educator_id in self._packaged,
            "feedback": erased.feedback,
            "registers": erased.registers,
        }
        return _json(answer)

    # ------------------------------------------------------------------ diagnostics

    def evidence_listed(self, after: str | None, limit: int) -> object:
        """Part of the list of evidence, by educator; who has none is left out."""
        wanted = PeopleFilter.of(EVERYONE, self._service, self._principal)
        with self._service.store.reading(self._principal.tenant) as kept:
            page = self._page(kept, after, limit, wanted)
            found = [self._evidence(kept, f.educator.id) for f in page.items]
        return {"items": [e for e in found if e["items"]], "next": page.next}

    def evidence(self, educator_id: str) -> Response:
        """Evidence of one educator with its tag."""
        with self._service.store.reading(self._principal.tenant) as kept:
            self._found(kept, educator_id)
            found = self._evidence(kept, educator_id)
        return _json(found, headers=etag(str(found["tag"])))

    def put_evidence(
        self, educator_id: str, items: Sequence[AnyDiagnostic], match: Match
    ) -> Response:
        """Replace the evidence of one educator."""
        at = self._service.clock()
        given = evidence_of(items, self._service.people.items, "/items")
        with self._service.store.writing(self._principal.tenant) as kept:
            self._found(kept, educator_id)
            before = self._evidence(kept, educator_id)
            match.check(str(before["tag"]))
            self._replace(kept, educator_id, given, at)
            found = self._evidence(kept, educator_id)
            self._audit(kept, "put_diagnostics", educator_id, before, found, at, "diagnostics")
        return _json(found, headers=etag(str(found["tag"])))

    def put_all_evidence(self, bodies: Sequence[OwnedEvidenceBody]) -> Response:
        """Replace the evidence of many educators, all or none."""
        at = self._service.clock()
        known = self._service.people.items
        given = [evidence_of(b.items, known, f"/items/{i}/items") for i, b in enumerate(bodies)]
        with self._service.store.writing(self._principal.tenant) as kept:
            for body, evidence in zip(bodies, given, strict=True):
                self._found(kept, body.educator_id)
                before = self._evidence(kept, body.educator_id)
                self._replace(kept, body.educator_id, evidence, at)
                after = self._evidence(kept, body.educator_id)
                action = "import_diagnostics"
                self._audit(kept, action, body.educator_id, before, after, at, "diagnostics")
            answer: dict[str, object] = {
                "accepted": len(bodies),
                "dry_run": False,
                "catalogue_version": None,
                "warnings": [],
            }
            return keep_answer(kept, _json(answer))

    def add_evidence(
        self,
        kept: Repositories,
        educator_id: str,
        given: tuple[Sequence[DiagnosticResult], Sequence[ItemResponse]],
        at: dt.datetime,
        action: str,
    ) -> None:
        """Add procedures within a transaction; one of a name that is there is replaced as a whole.

        Raises
        ------
        Refused, Forbidden
            There is no such educator, or the caller may not see him.
        """
        self._found(kept, educator_id)
        before = self._evidence(kept, educator_id)
        known = self._service.people.known_in(kept, educator_id)
        assert known is not None
        new = {entry.procedure_id for entries in given for entry in entries}
        results = [r for r in known.diagnostics if r.procedure_id not in new]
        responses = [r for r in known.responses if r.procedure_id not in new]
        self._replace(kept, educator_id, ([*results, *given[0]], [*responses, *given[1]]), at)
        after = self._evidence(kept, educator_id)
        self._audit(kept, action, educator_id, before, after, at, "diagnostics")

    def remove_evidence(self, educator_id: str, match: Match) -> Response:
        """Forget the evidence of one educator."""
        at = self._service.clock()
        with self._service.store.writing(self._principal.tenant) as kept:
            self._found(kept, educator_id)
            before = self._evidence(kept, educator_id)
            match.check(str(before["tag"]))
            self._replace(kept, educator_id, ((), ()), at)
            self._audit(kept, "remove_diagnostics", educator_id, before, None, at, "diagnostics")
        return Response(status_code=204)

    # ------------------------------------------------------------------ parts

    def _present(self, kept: Repositories, educator_id: str) -> Found | None:
        row = kept.educators.kept(educator_id)
        if row is not None:
            return Found.of(row)
        packaged = self._packaged.get(educator_id)
        return None if packaged is None else Found(packaged)

    def _found(self, kept: Repositories, educator_id: str) -> Found:
        found = self._present(kept, educator_id)
        if found is None:
            raise _absent(educator_id)
        check_educator(self._principal, found.educator)
        return found

    def _page(
        self, kept: Repositories, after: str | None, limit: int, wanted: PeopleFilter
    ) -> _Page:
        """The next educators who meet a filter, those of the store and of the package."""
        start = "" if after is None else text_of(after)
        page = kept.educators.page(after, limit, wanted.stored)
        # the store's record stands in the place of the package's of the same id
        stored = kept.educators.among(list(self._packaged))
        open_ = [e for i, e in self._packaged.items() if i not in stored]
        names = self._names(kept, [e.id for e in open_]) if wanted.stored.text else {}
        packaged = tuple(e for e in open_ if wanted.meets(e, names.get(e.id)))
        merged = sorted(
            [*map(Found.of, page.items), *(Found(e) for e in packaged if e.id > start)],
            key=lambda f: f.educator.id,
        )
        more = page.next is not None or len(merged) > limit
        items = tuple(merged[:limit])
        return _Page(items, cursor(items[-1].educator.id) if more else None, packaged)

    def _stored_total(
        self, kept: Repositories, after: str | None, page: _Page, wanted: PeopleFilter
    ) -> int:
        """How many of the store meet a filter; a list that ends at once is counted as it is."""
        if after is None and page.next is None:
            return sum(f.version > 0 for f in page.items)
        return kept.educators.count(wanted.stored)

    def _shown(self, found: Found, kept: Repositories) -> dict[str, Any]:
        educator_id = found.educator.id
        return _shown(found, self._names(kept, [educator_id]).get(educator_id))

    def _names(self, kept: Repositories, ids: Sequence[str]) -> Mapping[str, str]:
        """Names by id, of whom they are known; none for whoever may not see names."""
        if not self._principal.sees_names:
            return {}
        labels = self._service.package.labels
        return {i: labels[i] for i in ids if i in labels} | kept.labels.of(ids)

    def _adopt(self, kept: Repositories, educator_id: str, *, new: bool) -> None:
        """Take the package's evidence along: of a stored educator the store's alone counts."""
        if new and educator_id in self._packaged:
            package = self._service.package
            results = package.diagnostics.get(educator_id, ())
            kept.diagnostics.replace(educator_id, results, package.responses.get(educator_id, ()))

    def _replace(
        self,
        kept: Repositories,
        educator_id: str,
        given: tuple[Sequence[DiagnosticResult], Sequence[ItemResponse]],
        at: dt.datetime,
    ) -> None:
        """Replace evidence; an educator of the package becomes one of the store by it."""
        if kept.educators.kept(educator_id) is None:
            kept.educators.put(self._packaged[educator_id], at, 0)
        kept.diagnostics.replace(educator_id, *given)

    def _evidence(self, kept: Repositories, educator_id: str) -> dict[str, Any]:
        known = self._service.people.known_in(kept, educator_id)
        items = [] if known is None else list(_bodies(known))
        tag = (digest(items) or "")[:16]
        return {"educator_id": educator_id, "tag": tag, "items": items}

    def _audit(
        self,
        kept: Repositories,
        action: str,
        object_id: str,
        before: object | None,
        after: object | None,
        at: dt.datetime,
        kind: str = "educator",
    ) -> None:
        audited(kept, self._principal, action, kind, object_id, before, after, at)


def _shown(found: Found, name: str | None) -> dict[str, Any]:
    record = to_dict(found.educator, digits=None)
    assert isinstance(record, dict)
    record["display_name"] = name
    return {
        "version": found.version,
        "origin": "package" if found.version == 0 else "store",
        "updated_at": None if found.updated_at is None else found.updated_at.isoformat(),
        "record": record,
    }


def _put_name(kept: Repositories, educator_id: str, body: EducatorBody) -> None:
    """Keep or forget a name; where the body does not speak of it, it stays."""
    if "display_name" not in body.model_fields_set:
        return
    if body.display_name is None:
        kept.labels.erase(educator_id)
    else:
        kept.labels.put(educator_id, body.display_name)


def _bodies(known: Known) -> Iterator[Mapping[str, object]]:
    """Evidence in the form in which it is sent."""
    for result in known.diagnostics:
        yield dict(to_dict(result, digits=None))  # type: ignore[call-overload]
    for response in known.responses:
        yield dict(to_dict(response, digits=None))  # type: ignore[call-overload]


def _absent(educator_id: str) -> Refused:
    return Refused("record_not_found", {"id": educator_id[:80]})


def _json(answer: object, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    text = json.dumps(answer, ensure_ascii=False)
    return Response(text, status_code=status, headers=headers, media_type=JSON)
