"""Whatever comes in, the answer is a report and never an exception."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.interchange import TABLES, ImportReport, read_package, write_templates
from tests.engine.interchange.conftest import AS_OF, NODES

odd = st.sampled_from(
    ["", "NaN", "1e309", "-1", "0", "99999999999999999999", "9999-12-31", "0001-01-01",
     "9999-12-31T23:59:59+14:00", "0001-01-01 00:00", "24:00", "31.02.2026", "да", "-", "a;b;;\\",
     "Europe", "/etc", "../x", "=1+1", "#REF!", "1", "MET", "a1", "e1", "пн", "с 1 по 2 мая",
     "2026-10-05", "10:00", "\u0660", "٣", "½", "²"]
)  # fmt: skip
cells = odd | st.text(max_size=12) | st.sampled_from(
    [c.example for t in TABLES.values() for c in t.columns]
)  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    """Some tables with all of their columns and any cells."""
    made = {}
    for name in draw(st.lists(st.sampled_from(list(TABLES)), min_size=1, max_size=4, unique=True)):
        width = len(TABLES[name].columns)
        row = st.lists(cells, min_size=width, max_size=width)
        made[name] = draw(st.lists(row, max_size=3))
    return made


def checked(report: ImportReport) -> None:
    """All or nothing, and each finding says something."""
    assert (report.package is None) == bool(report.faults)
    for finding in (*report.faults, *report.warnings, *report.notes):
        assert finding.code
        assert len(finding.detail) > 10


@pytest.mark.slow
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(tables())
def test_any_cells_give_a_report(content: dict[str, list[list[str]]]) -> None:
    """Any texts in any columns are taken or named."""
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in content.items():
            buffer = io.StringIO(newline="")
            writer = csv.writer(buffer)
            writer.writerow([c.name for c in TABLES[name].columns])
            writer.writerows(rows)
            (Path(folder) / f"{name}.csv").write_text(buffer.getvalue(), "utf-8", "replace")
        checked(read_package(Path(folder), known_nodes=NODES, as_of=AS_OF))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "activities.csv", "activities.xlsx",
                                                 "datapackage.json", "busy/e1.ics"]))  # fmt: skip
def test_any_bytes_give_a_report(content: bytes, name: str) -> None:
    """Any bytes under any name are taken or named."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        checked(read_package(Path(folder), known_nodes=NODES, as_of=AS_OF))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.9999), st.integers(0, 255)), min_size=1, max_size=20))
def test_a_damaged_workbook_gives_a_report(damage: list[tuple[float, int]]) -> None:
    """A form with bytes overwritten anywhere is read or refused, never an exception."""
    with tempfile.TemporaryDirectory() as folder:
        (path,) = write_templates(Path(folder), NODES, ["activities"])
        content = bytearray(path.read_bytes())
        for share, byte in damage:
            content[int(share * len(content))] = byte
        path.write_bytes(bytes(content))
        checked(read_package(Path(folder), known_nodes=NODES, as_of=AS_OF))


def test_a_sheet_of_far_cells_is_bounded() -> None:
    """One stray cell far to the right is named and not read as thousands of columns."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "activities.xlsx"
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append(["kind", "title"])
        sheet["XFD3"] = "x"
        book.save(path)
        report = read_package(path, known_nodes=NODES, as_of=AS_OF)
        assert [f.code for f in report.faults] == ["too_many_columns"]
