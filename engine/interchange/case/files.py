"""CASE packages and framework packages on disk."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from engine.errors import Fault, InputError
from engine.framework import Framework, Node
from engine.framework_table import TABLE
from engine.interchange.case.model import CasePackage, Match
from engine.interchange.case.reading import case_package

CASE_MOST_BYTES = 64 * 1024 * 1024
CROSSWALK = "crosswalk.csv"
_COLUMNS = tuple(item.name for item in fields(Node))
_TIES = ("code", "kind", "identifier", "uri", "title")


def read_case(path: Path) -> CasePackage:
    """Read a CFPackage file.

    Raises
    ------
    InputError
        It is no JSON, too large, or wrong; see :func:`engine.interchange.case.case_package`.
    """
    if path.stat().st_size > CASE_MOST_BYTES:
        detail = f"файл больше {CASE_MOST_BYTES >> 20} МБ"
        raise InputError([Fault("case_too_large", detail, file=path.name)])
    try:
        document = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        row = getattr(error, "lineno", None)
        detail = "файл не разбирается как JSON в UTF-8"
        raise InputError([Fault("case_not_json", detail, file=path.name, row=row)]) from error
    return case_package(document)


def write_framework(
    framework: Framework, folder: Path, crosswalk: Sequence[Match] = ()
) -> tuple[Path, ...]:
    """Write a framework package that ``load_framework`` reads back equal.

    Parameters
    ----------
    folder
        Made if it is not there; its name is the name by which the framework is loaded.
    crosswalk
        Ties to other frameworks, into a file of their own; none = no file.

    Returns
    -------
    tuple of Path
        Files written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table, manifest = folder / TABLE, folder / "datapackage.json"
    table.write_bytes(_csv(_COLUMNS, [_row(node) for node in framework.nodes]))
    content = json.dumps(_manifest(framework), ensure_ascii=False, indent=2) + "\n"
    manifest.write_bytes(content.encode())
    if not crosswalk:
        return manifest, table
    ties = folder / CROSSWALK
    rows = [[getattr(match, name) for name in _TIES] for match in sorted(crosswalk)]
    ties.write_bytes(_csv(_TIES, rows))
    return manifest, table, ties


def read_crosswalk(folder: Path) -> tuple[Match, ...]:
    """Ties that stand beside a framework; empty where there are none."""
    path = folder / CROSSWALK
    if not path.is_file():
        return ()
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""))
    return tuple(Match(*(row[name] or "" for name in _TIES)) for row in reader)


def _manifest(framework: Framework) -> dict[str, Any]:
    return {
        "profile": "tabular-data-package",
        "name": framework.id.lower(),
        "id": framework.id,
        "version": framework.version,
        "title": framework.title,
        "resources": [
            {
                "name": "competencies",
                "path": TABLE,
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "schema": {
                    "primaryKey": "code",
                    "foreignKeys": [
                        {"fields": "parent", "reference": {"resource": "", "fields": "code"}}
                    ],
                    "fields": [{"name": name, "type": "string"} for name in _COLUMNS],
                },
            }
        ],
    }


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerows([head, *rows])
    return buffer.getvalue().encode()


def _row(node: Node) -> list[str]:
    return [_cell(getattr(node, name)) for name in _COLUMNS]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ";".join("=".join(v) if isinstance(v, tuple) else str(v) for v in value)
    return "" if value is None else str(value)
