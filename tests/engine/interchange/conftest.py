"""Builders of small packages."""

from __future__ import annotations

import datetime as dt
import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.interchange import ImportReport, read_package

AS_OF = dt.datetime(2026, 8, 31, 9, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
NODES = {"MET": "Методические компетенции", "MET.01": "Формирующее оценивание",
         "PSY.01": "Профилактика выгорания"}  # fmt: skip
ACTIVITIES = "id,kind,title,hours_academic\na1,dpp_pk,Курс,36\na2,seminar,Семинар,4\n"
EDUCATORS = "id,position\ne1,teacher\n"

Import = Callable[..., ImportReport]


@pytest.fixture
def importing(tmp_path: Path) -> Import:
    """Write the given files (text, bytes or a writer of the path) and import the folder.

    ``files`` maps a file's name to its content; an activities table is added unless
    ``catalogue`` is false or there is one.
    """

    def run(
        files: dict[str, object], /, *, catalogue: bool = True, **options: object
    ) -> ImportReport:
        folder = tmp_path / "package"
        if catalogue and "activities.csv" not in files:
            files = {"activities.csv": ACTIVITIES, **files}
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, bytes):
                path.write_bytes(content)
            elif isinstance(content, str):
                path.write_bytes(inspect.cleandoc(content).encode())
            elif callable(content):
                content(path)
        arguments = {"known_nodes": NODES, "as_of": AS_OF, "time_zone": "Europe/Moscow", **options}
        return read_package(folder, **arguments)  # type: ignore[arg-type]

    return run


def places(report: ImportReport, code: str) -> list[tuple[str | None, int | None, str | None]]:
    """File, row and column of every finding of a code, whatever its severity."""
    found = (*report.faults, *report.warnings, *report.notes)
    return [(f.file, f.row, f.column) for f in found if f.code == code]
