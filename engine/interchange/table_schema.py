"""Tables as Frictionless Table Schemas: types, constraints, keys, references."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from engine.interchange.columns import NODE, Column, ColumnType, Table

_TYPES = {
    ColumnType.INTEGER: "integer",
    ColumnType.NUMBER: "number",
    ColumnType.BOOLEAN: "boolean",
    ColumnType.DATE: "date",
    ColumnType.MOMENT: "datetime",
}
"""Types that Table Schema 1 has; ids, lists and words are strings there."""

_REFERRED = {"items": "item"}
"""Column that names a row, where it is not ``id``."""


def table_schema(table: Table, columns: Sequence[str], written: Collection[str]) -> dict[str, Any]:
    """Table Schema of the columns of a table that a file holds.

    Parameters
    ----------
    columns
        Names of the columns, in the file's order.
    written
        Tables that the package holds: only to them can a reference lead.

    Notes
    -----
    A key of several columns some of which may be empty is no primary key of Table Schema, and is
    left out; so are references of list columns and to the framework, which is another package.
    """
    held = [table.column(name) for name in columns]
    schema: dict[str, Any] = {"fields": [_field(column) for column in held], "missingValues": [""]}
    names = {column.name for column in held}
    if table.key and all(name in names and table.column(name).required for name in table.key):
        schema["primaryKey"] = list(table.key)
    keys = [key for column in held if (key := _foreign_key(column, table, written)) is not None]
    if keys:
        schema["foreignKeys"] = keys
    return schema


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "title": column.header,
        "type": _TYPES.get(column.type, "string"),
        "description": column.description,
    }
    if column.type is ColumnType.BOOLEAN:
        field |= {"trueValues": ["true"], "falseValues": ["false"]}
    constraints: dict[str, Any] = {"required": column.required}
    if field["type"] in ("integer", "number"):
        bounds = (("minimum", column.least), ("maximum", column.most))
        constraints |= {name: _whole(bound) for name, bound in bounds if bound is not None}
    if column.type is ColumnType.ENUM and column.words:
        constraints["enum"] = list(column.words)
    return {**field, "constraints": constraints}


def _whole(bound: float) -> float | int:
    return int(bound) if bound == int(bound) else bound


def _foreign_key(column: Column, table: Table, written: Collection[str]) -> dict[str, Any] | None:
    other = column.references
    single = column.type in (ColumnType.ID, ColumnType.TEXT)
    if not single or other in ("", NODE) or other not in written:
        return None
    resource = "" if other == table.name else other
    return {
        "fields": [column.name],
        "reference": {"resource": resource, "fields": [_REFERRED.get(other, "id")]},
    }
