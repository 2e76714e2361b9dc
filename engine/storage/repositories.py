"""Repositories: domain values in, domain values out; rows stay inside.

All repositories of one ``Repositories`` share a transaction, so what belongs together is
written together or not at all.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from engine.domain import DiagnosticResult, Educator, ItemResponse, Method
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.storage.tables import (
    DiagnosticRow,
    EducatorRow,
    ItemResponseRow,
    PersonLabelRow,
    RouteRow,
)


@dataclass(frozen=True, slots=True)
class StoredRoute:
    """One answered request as it is kept.

    Parameters
    ----------
    created_at
        When it was stored, an instant with offset; comes from the caller, never from a clock here.
    answer
        JSON text of the recommendation, byte for byte as it was sent.
    problem
        Bytes of the problem file.
    problem_digest
        Digest of the provenance.
    request
        JSON text of the translated request, ``as_of`` included and nobody's name in it: from it
        every stage can be done again. ``None`` = stored before requests were kept.
    solution
        JSON text of what the solve said; ``None`` as for ``request``.
    """

    id: str
    created_at: dt.datetime
    educator_id: str
    as_of: dt.datetime
    status: str
    policy: str
    problem_digest: str
    answer: str
    problem: bytes
    request: str | None = None
    solution: str | None = None


class RouteRepository:
    """Routes; written once, never changed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, route: StoredRoute) -> None:
        """Store one route; its id must be new."""
        self._session.add(RouteRow(**_columns(route)))
        self._session.flush()

    def get(self, route_id: str) -> StoredRoute | None:
        """Route by id, ``None`` if there is none."""
        row = self._session.get(RouteRow, route_id)
        if row is None:
            return None
        return StoredRoute(
            **{f.name: getattr(row, f.name) for f in dataclasses.fields(StoredRoute)}
        )

    def count(self) -> int:
        """Return the number of stored routes."""
        return self._session.scalar(sa.select(sa.func.count()).select_from(RouteRow)) or 0


class EducatorRepository:
    """Educators, without their names."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, educator: Educator, at: dt.datetime) -> None:
        """Insert or replace; the display name is not kept here."""
        nameless = dataclasses.replace(educator, display_name=None)
        record = json.dumps(to_dict(nameless), ensure_ascii=False)
        self._session.merge(EducatorRow(id=educator.id, updated_at=at, record=record))
        self._session.flush()

    def get(self, educator_id: str) -> Educator | None:
        """Educator by id, ``None`` if there is none."""
        row = self._session.get(EducatorRow, educator_id)
        return None if row is None else record_from_dict(Educator, json.loads(row.record))

    def ids(self) -> tuple[str, ...]:
        """All ids in order."""
        return tuple(self._session.scalars(sa.select(EducatorRow.id).order_by(EducatorRow.id)))

    def remove(self, educator_id: str) -> None:
        """Remove an educator and with him his diagnostics."""
        self._session.execute(sa.delete(EducatorRow).where(EducatorRow.id == educator_id))


class DiagnosticRepository:
    """Evidence of stored educators, in the order in which it was given."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace(
        self,
        educator_id: str,
        results: Sequence[DiagnosticResult],
        responses: Sequence[ItemResponse] = (),
    ) -> None:
        """Replace all evidence of one educator, who must be stored."""
        for table in (DiagnosticRow, ItemResponseRow):
            self._session.execute(sa.delete(table).where(table.educator_id == educator_id))
        self._session.add_all(
            DiagnosticRow(educator_id=educator_id, position=i, **_columns(r))
            for i, r in enumerate(results)
        )
        self._session.add_all(
            ItemResponseRow(educator_id=educator_id, position=i, **_columns(r))
            for i, r in enumerate(responses)
        )
        self._session.flush()

    def results(self, educator_id: str) -> tuple[DiagnosticResult, ...]:
        """Scores of one educator."""
        chosen = sa.select(DiagnosticRow).where(DiagnosticRow.educator_id == educator_id)
        return tuple(map(_result, self._session.scalars(chosen.order_by(DiagnosticRow.position))))

    def responses(self, educator_id: str) -> tuple[ItemResponse, ...]:
        """Item responses of one educator."""
        chosen = sa.select(ItemResponseRow).where(ItemResponseRow.educator_id == educator_id)
        rows = self._session.scalars(chosen.order_by(ItemResponseRow.position))
        return tuple(map(_response, rows))


class PersonLabelRepository:
    """Names of people: the only place that knows them."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def put(self, educator_id: str, display_name: str) -> None:
        """Insert or replace."""
        self._session.merge(PersonLabelRow(educator_id=educator_id, display_name=display_name))
        self._session.flush()

    def get(self, educator_id: str) -> str | None:
        """Name, ``None`` if it is not known."""
        row = self._session.get(PersonLabelRow, educator_id)
        return None if row is None else row.display_name

    def erase(self, educator_id: str) -> None:
        """Erase the name; everything else about the educator stays."""
        chosen = PersonLabelRow.educator_id == educator_id
        self._session.execute(sa.delete(PersonLabelRow).where(chosen))


class Repositories:
    """The repositories of one transaction."""

    def __init__(self, session: Session) -> None:
        self.routes = RouteRepository(session)
        self.educators = EducatorRepository(session)
        self.diagnostics = DiagnosticRepository(session)
        self.labels = PersonLabelRepository(session)


def _columns(record: StoredRoute | DiagnosticResult | ItemResponse) -> dict[str, object]:
    """Fields by name, as the columns have them; NaN is kept as null."""
    values = {f.name: getattr(record, f.name) for f in dataclasses.fields(record)}
    return {k: _plain(v) for k, v in values.items()}


def _plain(value: object) -> object:
    if isinstance(value, Method):
        return value.value
    return None if isinstance(value, float) and math.isnan(value) else value


def _result(row: DiagnosticRow) -> DiagnosticResult:
    names = [f.name for f in dataclasses.fields(DiagnosticResult)]
    values = {name: getattr(row, name) for name in names}
    return DiagnosticResult(**{**values, "method": Method(row.method)})


def _response(row: ItemResponseRow) -> ItemResponse:
    response = math.nan if row.response is None else row.response
    return ItemResponse(row.procedure_id, row.date, row.item, response, row.node)
