"""Long tables by column: the same cells, rows and faults as row by row, in bounded memory."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InputError
from engine.interchange.coded_tables import CodedTable, LongFile, long_files
from engine.interchange.faults import FaultLog
from engine.interchange.files import read_file
from engine.interchange.interaction_columns import ENROLMENTS
from engine.interchange.interaction_tables import read_interaction_tables
from engine.interchange.one_sheet import long_layout


def coded(path: Path, log: FaultLog) -> CodedTable | None:
    [file] = long_files(path, path.name, log)
    layout = file.layout(ENROLMENTS)
    assert layout is not None
    return file.coded(layout, log)


WORDS = st.sampled_from(["", " ", "a", "b", "a ", '"', "две\nстроки", "1", "1.0"])
ROWS = st.lists(st.lists(WORDS, max_size=5), max_size=30)


@given(ROWS)
def test_columns_hold_what_rows_hold(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    """Short, long, blank and quoted rows: numbers and cells are those of the reader of packages."""
    path = tmp_path_factory.mktemp("t") / "t.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([["person", "activity", "date"], *rows])
    log = FaultLog()
    [sheet] = read_file(path, path.name, log)
    layout = long_layout(sheet, ENROLMENTS)
    found = coded(path, log)
    assert found is not None
    assert layout is not None
    assert not log.failed
    assert found.rows.tolist() == [number for number, _ in layout.rows]
    for name, column in found.columns.items():
        # the reader of packages cuts blank cells off the end of a row
        own = [layout.cell(cells, name) or "" for _, cells in layout.rows]
        ours = [str(column.cells[c] or "") for c in column.codes.tolist()]
        assert [c.strip() for c in ours] == [str(c).strip() for c in own]
        assert len(set(column.cells)) == len(column.cells)


def test_cells_that_compare_equal_stay_apart(tmp_path: Path) -> None:
    """1, 1.0 and a true of a workbook are three cells; the first of each is kept."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["person", "activity"], [1, "a"], [True, "a"], [1, "a"], ["1", "b"]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    found = coded(tmp_path / "t.xlsx", FaultLog())
    assert found is not None
    assert [type(c) for c in found.columns["person"].cells] == [int, bool, str]
    np.testing.assert_array_equal(found.columns["person"].codes, [0, 1, 0, 2])


def test_chosen_rows_forget_the_cells_of_others(tmp_path: Path) -> None:
    """What only left-out rows hold is gone, numbers of rows stay."""
    path = tmp_path / "t.csv"
    path.write_text("person,activity\np,a\nq,b\np,c\n", encoding="utf-8")
    found = coded(path, FaultLog())
    assert found is not None
    kept = found.select(np.array([True, False, True]))
    assert kept.columns["person"].cells == ("p",)
    assert kept.columns["activity"].cells == ("a", "c")
    np.testing.assert_array_equal(kept.rows, [2, 4])


def test_one_bad_cell_in_many_rows_is_told_for_each(tmp_path: Path) -> None:
    """It is parsed once; twenty of its rows are named and the rest are counted."""
    rows = "".join(f"p{i},a,{'скоро' if i % 2 else '2025-01-01'}\n" for i in range(60))
    path = tmp_path / "t.csv"
    path.write_text(f"person,activity,date\n{rows}", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_interaction_tables(path)
    assert [f.row for f in error.value.faults] == [*range(3, 43, 2), None]
    assert error.value.faults[-1].parameters == {"more": 10}


def test_more_rows_than_a_package_may_have(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound of packages does not hold for enrolments; their own one is told with its row."""
    path = tmp_path / "t.csv"
    path.write_text("person,activity\n" + "p,a\nq,b\n" * 4, encoding="utf-8")
    monkeypatch.setattr("engine.interchange.sheets.ROWS_MOST", 5)
    assert len(read_interaction_tables(path).interactions) == 8
    monkeypatch.setattr("engine.interchange.coded_tables.ROWS_MOST", 7)
    with pytest.raises(InputError) as error:
        read_interaction_tables(path)
    assert [(f.code, f.row) for f in error.value.faults] == [("too_many_rows", 9)]
    monkeypatch.setattr("engine.interchange.coded_tables.FILE_MOST_BYTES", 40)
    with pytest.raises(InputError) as error:
        read_interaction_tables(path)
    assert error.value.faults[0].code == "file_too_large"


def test_a_record_that_breaks_below_the_head_refuses_the_table(tmp_path: Path) -> None:
    """A field longer than the reader takes is an error with its line, not a shorter table."""
    path = tmp_path / "t.csv"
    long = "x" * (csv.field_size_limit() + 1)
    path.write_text("person,activity\n" + "p,a\n" * 20 + f"p,{long}\nq,b\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_interaction_tables(path)
    assert [(f.code, f.row) for f in error.value.faults] == [("csv_unreadable", 22)]


def test_a_sheet_of_a_workbook_is_whole_at_once(tmp_path: Path) -> None:
    """Only of a CSV file the head alone is kept."""
    book = openpyxl.Workbook()
    assert book.active is not None
    for i in range(30):
        book.active.append(["person", "activity"] if i == 0 else [f"p{i}", "a"])
    book.save(tmp_path / "t.xlsx")
    [file] = long_files(tmp_path / "t.xlsx", "t.xlsx", FaultLog())
    assert isinstance(file, LongFile)
    assert file.text is None
    assert file.whole(FaultLog()) is file.head
    assert len(file.head.rows) == 30
