"""Educators, their evidence and, apart from them, their names."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import TypeVar

import sqlalchemy as sa

from engine.domain import DiagnosticResult, Educator, ItemResponse, Method, Organisation
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict
from engine.storage.bound import Bound, Row
from engine.storage.faults import VersionConflict
from engine.storage.folding import folded
from engine.storage.paging import IDS_MOST, MOST_ROWS, check_limit, page_of, text_of
from engine.storage.repositories.people_search import conditions, district_of, search_columns
from engine.storage.tables import DIAGNOSTICS, EDUCATORS, LABELS, RESPONSES, SEARCH
from engine.storage.values import CountedPlace, EducatorFilter, KeptEducator, Page

Item = TypeVar("Item")

ANYBODY = EducatorFilter()

_ID = (EDUCATORS.c.id,)
_RESULT = [f.name for f in dataclasses.fields(DiagnosticResult)]


class EducatorRepository:
    """Educators, without their names."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def put(self, educator: Educator, at: dt.datetime, expected: int | None = None) -> int:
        """Insert or replace; the display name is not kept here.

        Parameters
        ----------
        expected
            Version that is to be replaced, 0 = there is to be none; ``None`` = whatever is there.

        Returns
        -------
        int
            Version that the record has now.

        Raises
        ------
        VersionConflict
            Another version is there.
        """
        nameless = dataclasses.replace(educator, display_name=None)
        record = json.dumps(to_dict(nameless), ensure_ascii=False)
        self._bound.serialise([("educator", educator.id)])
        row = self._bound.row(EDUCATORS, EDUCATORS.c.id == educator.id)
        found = None if row is None else int(row.version)
        if expected is not None and expected != (found or 0):
            raise VersionConflict(expected, found)
        version = (found or 0) + 1
        kept = {"id": educator.id, "updated_at": at, "version": version, "record": record}
        self._bound.put(EDUCATORS, [kept])
        self._bound.put(SEARCH, [search_columns(educator)])
        return version

    def get(self, educator_id: str) -> Educator | None:
        """Educator by id, ``None`` if there is none."""
        found = self.kept(educator_id)
        return None if found is None else found.educator

    def kept(self, educator_id: str) -> KeptEducator | None:
        """Educator with the version of his record, ``None`` if there is none."""
        row = self._bound.row(EDUCATORS, EDUCATORS.c.id == educator_id)
        return None if row is None else _kept(row)

    def ids(self) -> tuple[str, ...]:
        """All ids in order."""
        rows = self._bound.rows(EDUCATORS, columns=(EDUCATORS.c.id,), order=(EDUCATORS.c.id,))
        return tuple(row.id for row in rows)

    def among(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of some ids that are stored."""
        if len(ids) > IDS_MOST:
            return frozenset(self.ids()) & frozenset(ids)
        where = EDUCATORS.c.id.in_(ids)
        return frozenset(r.id for r in self._bound.rows(EDUCATORS, where, columns=_ID))

    def page(
        self,
        after: str | None = None,
        limit: int = 50,
        wanted: EducatorFilter = ANYBODY,
    ) -> Page[KeptEducator]:
        """Educators in the order of their ids.

        Raises
        ------
        CursorRefused
            ``after`` is no cursor of this list.
        """
        where = conditions(self._bound, wanted)
        if after is not None:
            where.append(SEARCH.c.educator_id > text_of(after))
        # Ids first: records are read of this part alone, however many others meet the filter.
        key = SEARCH.c.educator_id
        asked = check_limit(limit) + 1
        ids = self._bound.rows(SEARCH, *where, columns=(key,), order=(key,), limit=asked)
        rows: list[Row] = []
        for i in range(0, len(ids), IDS_MOST):
            part = [row.educator_id for row in ids[i : i + IDS_MOST]]
            mine = EDUCATORS.c.id.in_(part)
            rows += self._bound.rows(EDUCATORS, mine, order=(EDUCATORS.c.id,))
        return page_of(rows, limit, _kept, lambda row: row.id)

    def count(self, wanted: EducatorFilter = ANYBODY) -> int:
        """How many educators meet a filter."""
        where = conditions(self._bound, wanted)
        return int(self._bound.scalar(SEARCH, sa.func.count(), *where))

    def every(self, wanted: EducatorFilter = ANYBODY) -> Iterator[Educator]:
        """All who meet a filter, in the order of their ids, read in large parts."""
        after: str | None = None
        while True:
            page = self.page(after, MOST_ROWS, wanted)
            yield from (kept.educator for kept in page.items)
            if page.next is None:
                return
            after = page.next

    def places(self, wanted: EducatorFilter = ANYBODY) -> tuple[CountedPlace, ...]:
        """Organisations and districts of those who meet a filter, with how many share each pair.

        Counted by the database; of each pair one record is read, that of the greatest id. They
        are in the order of these ids, so of two titles of one organisation the last one holds.
        """
        key = (SEARCH.c.organisation_id, SEARCH.c.district)
        people, one = sa.func.count(), sa.func.max(SEARCH.c.educator_id)
        columns = (people.label("people"), one.label("one"))
        rows = self._bound.grouped(SEARCH, columns, key, *conditions(self._bound, wanted))
        counted = {str(row.one): int(row.people) for row in rows}
        found = []
        for kept in self._records(sorted(counted)):
            educator = kept.educator
            found.append(
                CountedPlace(educator.organisation, district_of(educator), counted[educator.id])
            )
        return tuple(found)

    def organisations(self) -> dict[str, Organisation]:
        """Organisations by id, each as the record of one of its educators has it."""
        found = (place.organisation for place in self.places())
        return {o.id: o for o in found if o is not None}

    def _records(self, ids: Sequence[str]) -> Iterator[KeptEducator]:
        """Those of some ids in order who are stored."""
        for i in range(0, len(ids), IDS_MOST):
            mine = EDUCATORS.c.id.in_(ids[i : i + IDS_MOST])
            yield from map(_kept, self._bound.rows(EDUCATORS, mine, order=_ID))

    def remove(self, educator_id: str) -> None:
        """Remove an educator and with him his diagnostics."""
        self._bound.delete(EDUCATORS, EDUCATORS.c.id == educator_id)


class DiagnosticRepository:
    """Evidence of stored educators, in the order in which it was given."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def replace(
        self,
        educator_id: str,
        results: Sequence[DiagnosticResult],
        responses: Sequence[ItemResponse] = (),
    ) -> None:
        """Replace all evidence of one educator, who must be stored."""
        for table in (DIAGNOSTICS, RESPONSES):
            self._bound.delete(table, table.c.educator_id == educator_id)
        self._bound.insert(DIAGNOSTICS, _numbered(educator_id, results))
        self._bound.insert(RESPONSES, _numbered(educator_id, responses))

    def results(self, educator_id: str) -> tuple[DiagnosticResult, ...]:
        """Scores of one educator."""
        mine = DIAGNOSTICS.c.educator_id == educator_id
        rows = self._bound.rows(DIAGNOSTICS, mine, order=(DIAGNOSTICS.c.position,))
        return tuple(map(_result, rows))

    def responses(self, educator_id: str) -> tuple[ItemResponse, ...]:
        """Item responses of one educator."""
        mine = RESPONSES.c.educator_id == educator_id
        rows = self._bound.rows(RESPONSES, mine, order=(RESPONSES.c.position,))
        return tuple(map(_response, rows))

    def results_of(self, ids: Sequence[str]) -> dict[str, tuple[DiagnosticResult, ...]]:
        """Scores of those of some educators who have any, by educator."""
        return _grouped(self._of(DIAGNOSTICS, ids), _result)

    def responses_of(self, ids: Sequence[str]) -> dict[str, tuple[ItemResponse, ...]]:
        """Item responses of those of some educators who have any, by educator."""
        return _grouped(self._of(RESPONSES, ids), _response)

    def _of(self, table: sa.Table, ids: Sequence[str]) -> Iterator[Row]:
        order = (table.c.educator_id, table.c.position)
        for i in range(0, len(ids), IDS_MOST):
            mine = table.c.educator_id.in_(ids[i : i + IDS_MOST])
            yield from self._bound.rows(table, mine, order=order)


class PersonLabelRepository:
    """Names of people: the only place that knows them."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def put(self, educator_id: str, display_name: str) -> None:
        """Insert or replace."""
        row = {"educator_id": educator_id, "display_name": display_name}
        self._bound.put(LABELS, [{**row, "folded_name": folded(display_name)}])

    def get(self, educator_id: str) -> str | None:
        """Name, ``None`` if it is not known."""
        row = self._bound.row(LABELS, LABELS.c.educator_id == educator_id)
        return None if row is None else str(row.display_name)

    def of(self, ids: Sequence[str]) -> dict[str, str]:
        """Names of those of some ids who have one, by id."""
        columns = (LABELS.c.educator_id, LABELS.c.display_name)
        if len(ids) > IDS_MOST:
            wanted = frozenset(ids)
            rows = self._bound.rows(LABELS, columns=columns)
            return {r.educator_id: r.display_name for r in rows if r.educator_id in wanted}
        where = LABELS.c.educator_id.in_(ids)
        return {
            r.educator_id: r.display_name for r in self._bound.rows(LABELS, where, columns=columns)
        }

    def erase(self, educator_id: str) -> None:
        """Erase the name; everything else about the educator stays."""
        self._bound.delete(LABELS, LABELS.c.educator_id == educator_id)


def _grouped(rows: Iterable[Row], item: Callable[[Row], Item]) -> dict[str, tuple[Item, ...]]:
    """Items of rows that stand together by educator."""
    return {
        educator_id: tuple(map(item, mine))
        for educator_id, mine in groupby(rows, key=lambda row: str(row.educator_id))
    }


def _kept(row: Row) -> KeptEducator:
    educator = record_from_dict(Educator, json.loads(row.record))
    return KeptEducator(educator, row.version, row.updated_at)


def _numbered(
    educator_id: str, records: Sequence[DiagnosticResult | ItemResponse]
) -> list[dict[str, object]]:
    mine = {"educator_id": educator_id}
    return [{**mine, "position": i, **_columns(r)} for i, r in enumerate(records)]


def _columns(record: DiagnosticResult | ItemResponse) -> dict[str, object]:
    """Fields by name, as the columns have them; NaN is kept as null."""
    return {f.name: _plain(getattr(record, f.name)) for f in dataclasses.fields(record)}


def _plain(value: object) -> object:
    if isinstance(value, Method):
        return value.value
    return None if isinstance(value, float) and math.isnan(value) else value


def _result(row: Row) -> DiagnosticResult:
    values = {name: getattr(row, name) for name in _RESULT}
    return DiagnosticResult(**{**values, "method": Method(row.method)})


def _response(row: Row) -> ItemResponse:
    response = math.nan if row.response is None else row.response
    return ItemResponse(row.procedure_id, row.date, row.item, response, row.node)
