"""Writing a data package: CSV tables and ``datapackage.json`` that read back equal."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
import re
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from engine.domain import Activity, Conditions, Educator, Mentor, Offering, Organisation, Slot
from engine.interchange.columns import Table
from engine.interchange.interactions import rows_of
from engine.interchange.manifest import MANIFEST
from engine.interchange.package import DataPackage
from engine.interchange.registers import register_rows
from engine.interchange.schema import TABLES
from engine.interchange.table_schema import table_schema
from engine.interchange.tag_corrections import rows_of_corrections
from engine.interchange.values import join_list
from engine.register_kinds import RegisterName

Row = Mapping[str, object]


def write_package(package: DataPackage, directory: Path) -> tuple[Path, ...]:
    """Write a package; the same package gives the same bytes.

    Tables without rows are not written. Texts lose white space at their ends, ids of the form
    ``123.0`` lose their tail on reading; all else reads back equal.

    Parameters
    ----------
    directory
        Made if it is not there; files of the same names are replaced.

    Returns
    -------
    tuple of Path
        Files written, the manifest first.

    Raises
    ------
    ValueError
        If an educator or mentor carries a name (names belong in ``labels``), an educator's
        organisation is not among the package's, or interactions are not timed by days.
    """
    _refuse_names(package)
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    resources = []
    tables = [(table, rows) for table, rows in _tables(package) if rows]
    names = {table.name for table, _ in tables}
    for table, rows in tables:
        path = directory / f"{table.name}.csv"
        columns = _columns(table, rows)
        path.write_bytes(_csv(columns, rows).encode())
        written.append(path)
        resources.append(_resource(table, path.name, table_schema(table, columns, names)))
    manifest = directory / MANIFEST
    content = json.dumps(_manifest(package, resources), ensure_ascii=False, indent=2)
    manifest.write_bytes((content + "\n").encode())
    return (manifest, *written)


def _refuse_names(package: DataPackage) -> None:
    people: tuple[Educator | Mentor, ...] = (*package.educators, *package.mentors)
    for person in people:
        if person.display_name is not None:
            raise ValueError(f"{person.id}: names belong in labels, not in display_name")
    known = {o.id: o for o in package.organisations}
    for educator in package.educators:
        organisation = educator.organisation
        if organisation is not None and known.get(organisation.id) != organisation:
            raise ValueError(f"{educator.id}: organisation is not among the package's")


# --------------------------------------------------------------------------- manifest


def _manifest(package: DataPackage, resources: list[dict[str, Any]]) -> dict[str, Any]:
    entries: dict[str, Any] = {
        "profile": "tabular-data-package",
        **(_named(package.name) if package.name else {}),
        "title": package.title,
        "as_of": package.as_of.isoformat(),
        "time_zone": package.time_zone,
        "framework": package.framework,
        "policy": package.policy,
        "licenses": [_licence(name) for name in package.licences],
        "sources": [{"title": title} for title in package.sources],
        "resources": resources,
    }
    return {k: v for k, v in entries.items() if v not in (None, "", [])}


def _resource(table: Table, path: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": table.name,
        "title": table.title,
        "path": path,
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ","},
        "schema": schema,
    }


_SLUG = re.compile(r"[-a-z0-9._/]+")
_SHORT_NAME = re.compile(r"[-a-zA-Z0-9._]+")


def _named(name: str) -> dict[str, str]:
    """Name of a package; one that Frictionless does not admit stands beside a plain one."""
    return {"name": name} if _SLUG.fullmatch(name) else {"name": "package", "own_name": name}


def _licence(name: str) -> dict[str, str]:
    short = _SHORT_NAME.fullmatch(name) and name != "other"
    return {"name": name} if short else {"name": "other", "title": name}


# --------------------------------------------------------------------------- tables


def _columns(table: Table, rows: list[Row]) -> list[str]:
    """Names of the columns that hold anything, or of those that must be there."""
    filled = (
        c for c in table.columns if c.required or any(r.get(c.name) not in _EMPTY for r in rows)
    )
    return [c.name for c in filled]


def _csv(names: list[str], rows: list[Row]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([cell_text(row.get(name)) for name in names])
    return buffer.getvalue()


_EMPTY: tuple[object, ...] = (None, "", ())


def cell_text(value: object) -> str:
    """Text of one value as it is written into a cell; NaN and ``None`` are empty."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return repr(value) if value != int(value) or abs(value) > 1e15 else str(int(value))
    if isinstance(value, tuple):
        return join_list(tuple(cell_text(v) for v in value))
    return str(value)


def _tables(package: DataPackage) -> Iterator[tuple[Table, list[Row]]]:
    made: dict[str, list[Row]] = {
        "activities": [_activity(a) for a in package.activities],
        "offerings": [_offering(o) for o in package.offerings],
        "meetings": [m for o in package.offerings for m in _meetings(o)],
        "prerequisites": [p for a in package.activities for p in _prerequisites(a)],
        "coverage": [c for a in package.activities for c in _coverage(a)],
        "corrections": rows_of_corrections(package.corrections),
        "organisations": [_organisation(o) for o in package.organisations],
        "educators": [_educator(e) for e in package.educators],
        "mentors": [_mentor(m) for m in package.mentors],
        "mentor_slots": [s for m in package.mentors for s in _slots("mentor_id", m.id, m.slots)],
        "busy": [s for e, slots in package.busy.items() for s in _slots("educator_id", e, slots)],
        "labels": [{"id": k, "display_name": v} for k, v in package.labels.items()],
        "diagnostics": _by_educator(package.diagnostics),
        "responses": _by_educator(package.responses),
        "items": [{"item": k, "node": v} for k, nodes in package.items.items() for v in nodes],
        "requests": _by_educator(package.requests),
        "history": _by_educator(package.history),
        "interactions": [] if package.interactions is None else rows_of(package.interactions),
        **{name: list(register_rows(package.registers, name)) for name in RegisterName},
    }
    for name, table in TABLES.items():
        yield table, made[name]


def _fields(value: Any, table: str) -> Row:
    """Values of an object for the columns of a table that have an attribute of the same name."""
    names = (c.name for c in TABLES[table].columns)
    return {name: getattr(value, name) for name in names if hasattr(value, name)}


def _by_educator(values: Mapping[str, tuple[Any, ...]]) -> list[Row]:
    rows: list[Row] = []
    for educator, entries in values.items():
        for entry in entries:
            names = type(entry).__dataclass_fields__
            rows.append({"educator_id": educator, **{n: getattr(entry, n) for n in names}})
    return rows


def _activity(activity: Activity) -> Row:
    return _fields(activity, "activities")


def _offering(offering: Offering) -> Row:
    return _fields(offering, "offerings")


def _meetings(offering: Offering) -> Iterator[Row]:
    for m in offering.meetings:
        yield {"offering_id": offering.id, "start": m.start, "end": m.end, "place": m.place}


def _prerequisites(activity: Activity) -> Iterator[Row]:
    for number, group in enumerate(activity.prerequisites, start=1):
        for required in group:
            yield {
                "activity_id": activity.id,
                "group": str(number),
                "required_activity_id": required,
            }


def _coverage(activity: Activity) -> Iterator[Row]:
    for node, share in activity.coverage.items():
        yield {
            "activity_id": activity.id,
            "node": node,
            "share": share,
            "confidence": activity.coverage_confidence,
        }


def _conditions(conditions: Conditions) -> Row:
    return {
        "rural": conditions.rural,
        "internet": conditions.internet,
        "shift": conditions.shift,
        "forbidden_weekdays": tuple(str(d) for d in conditions.forbidden_weekdays),
    }


def _organisation(organisation: Organisation) -> Row:
    return {**_fields(organisation, "organisations"), **_conditions(organisation.conditions)}


def _educator(educator: Educator) -> Row:
    organisation = educator.organisation
    return {
        **_fields(educator, "educators"),
        **_conditions(educator.conditions),
        "organisation_id": organisation.id if organisation else None,
    }


def _mentor(mentor: Mentor) -> Row:
    return _fields(mentor, "mentors")


def _slots(person: str, person_id: str, slots: tuple[Slot, ...]) -> Iterator[Row]:
    for slot in slots:
        yield {person: person_id, "start": slot.start, "end": slot.end}
