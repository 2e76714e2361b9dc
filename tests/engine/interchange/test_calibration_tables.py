"""Tables of answers and Q-matrices: every form is read alike, every fault is named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from engine.errors import Fault, InputError
from engine.framework import load_framework
from engine.interchange.calibration_tables import CalibrationTables, read_calibration_tables

FRAMEWORK = load_framework()
A, B = (FRAMEWORK.codes[i] for i in FRAMEWORK.leaves[:2])
ANSWERS = "id,з1,з2,з3\nп1,1,0,\nп2,0,1,0.5\nп3,1,,1\n"
Q_MATRIX = "item,чтение,счёт\nз1,1,0\nз2,0,1\nз3,1,1\n"
TABLE = pd.DataFrame(
    [[1, 0, np.nan], [0, 1, 0.5], [1, np.nan, 1]],
    index=["п1", "п2", "п3"],
    columns=["з1", "з2", "з3"],
    dtype=float,
)
LONG = (
    "Педагог;Задание;Ответ\nп1;з1;1\nп1;з2;0\nп1;з3;\nп2;з1;0\nп2;з2;1\nп2;з3;0,5\n"
    "п3;з1;1\nп3;з3;1\n"
)


def read(
    folder: Path,
    answers: str | bytes = ANSWERS,
    q_matrix: str | bytes = Q_MATRIX,
    *,
    named: bool = False,
) -> CalibrationTables:
    paths = []
    for name, content in (("answers.csv", answers), ("q.csv", q_matrix)):
        path = folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        paths.append(path)
    return read_calibration_tables(paths[0], paths[1], FRAMEWORK, named=named)


def faults(folder: Path, *args: str | bytes, named: bool = False) -> list[Fault]:
    with pytest.raises(InputError) as error:
        read(folder, *args, named=named)
    return list(error.value.faults)


def places(found: list[Fault]) -> list[tuple[str, str | None, int | None, str | None]]:
    return [(f.code, f.file, f.row, f.column) for f in found]


def test_a_wide_table_with_its_q_matrix(tmp_path: Path) -> None:
    """Empty cells are not answered; items ask for one skill or several."""
    found = read(tmp_path)
    pd.testing.assert_frame_equal(found.responses, TABLE)
    expected = [[1, 0], [0, 1], [1, 1]]
    assert found.q_matrix.to_numpy().tolist() == expected
    assert list(found.q_matrix.columns) == ["чтение", "счёт"]
    assert list(found.q_matrix.index) == list(found.responses.columns)


def test_long_answers_give_the_same_table(tmp_path: Path) -> None:
    """Semicolons, decimal commas and Windows-1251 as Excel saves them."""
    pd.testing.assert_frame_equal(read(tmp_path, LONG.encode("cp1251")).responses, TABLE)


def test_a_long_q_matrix_gives_the_same_skills(tmp_path: Path) -> None:
    """A row per item and node; an item of two nodes has two rows."""
    rows = f"item,node\nз1,{A}\nз2,{B}\nз3,{A}\nз3,{B}\nз3,{B}\n"
    found = read(tmp_path, ANSWERS, rows)
    assert found.q_matrix.to_numpy().tolist() == [[1, 0], [0, 1], [1, 1]]
    assert list(found.q_matrix.columns) == [A, B]


def test_workbooks_are_read_as_well(tmp_path: Path) -> None:
    """Numbers of a sheet are answers, and ids that Excel made numbers are ids again."""
    tables: tuple[tuple[str, list[list[object]]], ...] = (
        ("answers.xlsx", [["id", 1, 2], [7, 1, 0], [8, 0.5, None], [9, 0, 1]]),
        ("q.xlsx", [["item", "s"], [1, 1], [2.0, 1]]),
    )
    for name, rows in tables:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        for row in rows:
            sheet.append(row)
        book.save(tmp_path / name)
    found = read_calibration_tables(
        tmp_path / "answers.xlsx", tmp_path / "q.xlsx", FRAMEWORK, named=False
    )
    assert list(found.responses.index) == ["7", "8", "9"]
    expected = pd.DataFrame(
        [[1, 0], [0.5, np.nan], [0, 1]], index=["7", "8", "9"], columns=["1", "2"], dtype=float
    )
    pd.testing.assert_frame_equal(found.responses, expected)


def test_of_several_sheets_the_named_one_is_taken(tmp_path: Path) -> None:
    """A book with both tables serves for both; one whose sheets say nothing is refused."""
    book = openpyxl.Workbook()
    sheets = {"Ответы": ANSWERS, "Задания": Q_MATRIX, "Лист3": "x,y\n1,1\n"}
    for name, text in sheets.items():
        sheet = book.create_sheet(name)
        for row in text.splitlines():
            sheet.append([float(c) if c.replace(".", "").isdigit() else c for c in row.split(",")])
    book.remove(book.worksheets[0])
    path = tmp_path / "всё.xlsx"
    book.save(path)
    found = read_calibration_tables(path, path, FRAMEWORK, named=False)
    pd.testing.assert_frame_equal(found.responses, TABLE)
    book["Ответы"].title = "Лист1"
    book.save(path)
    with pytest.raises(InputError) as error:
        read_calibration_tables(path, path, FRAMEWORK, named=False)
    assert [f.code for f in error.value.faults] == ["sheet_not_chosen"]


def test_procedures_of_one_person_are_rows_of_their_own(tmp_path: Path) -> None:
    """The same item in May and in October is no contradiction: the person may have learned."""
    rows = [
        f"п{p},{t},з{i},{(p + i + (t == 'осень')) % 2}"
        for p in (1, 2)
        for t in ("весна", "осень")
        for i in (1, 2)
    ]
    text = "\n".join(["educator_id,procedure_id,item,response", *rows])
    found = read(tmp_path, text, "item,s\nз1,1\nз2,1\n").responses
    assert found.to_dict("index") == {
        "п1 / весна": {"з1": 0, "з2": 1},
        "п1 / осень": {"з1": 1, "з2": 0},
        "п2 / весна": {"з1": 1, "з2": 0},
        "п2 / осень": {"з1": 0, "з2": 1},
    }


def test_codes_bind_a_bank_to_the_framework(tmp_path: Path) -> None:
    """Skills that are all codes bind it; names of their own leave it standing alone, and say so."""
    codes = Q_MATRIX.replace("чтение", A).replace("счёт", B)
    assert read(tmp_path, ANSWERS, codes).framework is FRAMEWORK
    alone = read(tmp_path)
    assert alone.framework is None
    assert [f.code for f in alone.notes] == ["bank_stands_alone"]
    third = "item,чтение,счёт,письмо\nз1,1,0,0\nз2,0,1,1\nз3,1,1,0\n"
    mixed = read(tmp_path, ANSWERS, third.replace("чтение", A))
    assert mixed.framework is None
    (warning,) = [f for f in mixed.warnings if f.code == "bank_stands_alone"]
    assert "счёт" in warning.detail


def test_an_unknown_code_of_a_named_framework_is_a_fault(tmp_path: Path) -> None:
    """It is named with its place and the code that looks like it."""
    wrong = A.replace(".", "")
    (fault,) = faults(
        tmp_path, ANSWERS, Q_MATRIX.replace("чтение", wrong).replace("счёт", B), named=True
    )
    assert places([fault]) == [("unknown_node", "q.csv", 1, wrong)]
    assert A in fault.detail


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("MET.PLAN", "MET.PLN"), ("МЕТ.PLN", "русские буквы (М, Е, Т)")],
)
def test_one_misspelt_code_among_codes_is_a_fault(
    tmp_path: Path, written: str, nearest: str
) -> None:
    """Where half of the skills are codes, the other one is misspelt and no name of its own."""
    codes = Q_MATRIX.replace("чтение", "MET.ASM").replace("счёт", written)
    (fault,) = faults(tmp_path, ANSWERS, codes)
    assert places([fault]) == [("unknown_node", "q.csv", 1, written)]
    assert nearest in fault.detail
    assert "--framework none" in fault.detail


def test_without_a_framework_codes_are_names(tmp_path: Path) -> None:
    """Whoever wants a bank of his own says so, and no code is asked for."""
    (tmp_path / "a.csv").write_text(ANSWERS)
    (tmp_path / "q.csv").write_text(Q_MATRIX.replace("чтение", "MET.PLN"))
    found = read_calibration_tables(tmp_path / "a.csv", tmp_path / "q.csv", None, named=True)
    assert found.framework is None
    assert "MET.PLN" in found.q_matrix.columns
    assert [f.code for f in found.notes] == ["bank_stands_alone"]


Case = tuple[str | bytes, list[tuple[str, str | None, int | None, str | None]]]
Q_FAULTS: dict[str, Case] = {
    "an empty row": (
        "item,a,b\nз1,1,0\nз2,0,0\nз3,1,1\n", [("item_without_nodes", "q.csv", 3, None)]
    ),
    "only an id": ("item,a,b\nз1,1,0\nз2\nз3,1,1\n", [("item_without_nodes", "q.csv", 3, None)]),
    "an empty node": (
        "item,node\nз1,a\nз2,\nз3,b\n", [("item_without_nodes", "q.csv", 3, None)]
    ),
    "a weight": ("item,a,b\nз1,1,0\nз2,0,0.5\nз3,1,1\n", [("q_matrix_value", "q.csv", 3, "b")]),
    "two rows that differ": (
        "item,a,b\nз1,1,0\nз2,0,1\nз3,1,1\nз2,1,1\n",
        [("duplicate_contradiction", "q.csv", 5, None)],
    ),
    "no row for an item": (
        "item,a,b\nз1,1,0\nз3,1,1\n", [("item_not_in_q_matrix", "answers.csv", 1, "з2")]
    ),
    "no header": ("з1,1,0\nз2,0,1\nз3,1,1\n", [("header_missing", "q.csv", 1, None)]),
    "a skill twice": ("item,a,a\nз1,1,0\nз2,0,1\nз3,1,1\n", [("column_twice", "q.csv", 1, "a")]),
    "nothing": ("", [("file_empty", "q.csv", None, None)]),
    "a header alone": (
        "item,a\n",
        [("no_rows", "q.csv", None, None), *(
            ("item_not_in_q_matrix", "answers.csv", 1, f"з{n}") for n in (1, 2, 3)
        )],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", Q_FAULTS)
def test_faults_of_a_q_matrix(tmp_path: Path, case: str) -> None:
    """Each is named with its file, row and column, and nothing else is."""
    text, expected = Q_FAULTS[case]
    assert places(faults(tmp_path, ANSWERS, text)) == expected


ANSWER_FAULTS: dict[str, Case] = {
    "outside 0 and 1": (
        "id,з1,з2,з3\nп1,1,0,2\nп2,-1,1,0\n",
        [("out_of_range", "answers.csv", 2, "з3"), ("out_of_range", "answers.csv", 3, "з1")],
    ),
    "a word": (
        "id,з1,з2,з3\nп1,1,0,верно\nп2,0,1,0\n",
        [("number_unreadable", "answers.csv", 2, "з3")],
    ),
    "one person twice, other answers": (
        "id,з1,з2,з3\nп1,1,0,1\nп2,0,1,0\nп1,1,1,0\n",
        [("duplicate_contradiction", "answers.csv", 4, "з2"),
         ("duplicate_contradiction", "answers.csv", 4, "з3")],
    ),
    "long, one answer twice": (
        "person,item,response\nп1,з1,1\nп2,з2,1\nп1,з1,0\n",
        [("duplicate_contradiction", "answers.csv", 4, "Ответ")],
    ),
    "no id": ("id,з1,з2,з3\n,1,0,1\nп2,0,1,0\n", [("cell_empty", "answers.csv", 2, "Человек")]),
    "an item twice": (
        "id,з1,з1,з3\nп1,1,0,1\n", [("column_twice", "answers.csv", 1, "з1")]
    ),
    "a value beyond the header": (
        "id,з1,з2,з3\nп1,1,0,1\nп2,0,1,0,1\n", [("header_missing", "answers.csv", 3, None)]
    ),
    "an item that the Q-matrix does not know": (
        "id,з1,итог,з3\nп1,1,27,1\nп2,0,12,1\n",
        [("item_not_in_q_matrix", "answers.csv", 1, "итог")],
    ),
    "all right": (
        "id,з1,з2,з3\nп1,1,1,1\nп2,1,1,1\n", [("answers_all_alike", "answers.csv", None, None)]
    ),
    "one answer": ("id,з1,з2,з3\nп1,,1,\n", [("answers_all_alike", "answers.csv", None, None)]),
    "no answer": ("id,з1,з2,з3\nп1,,,\nп2,,,\n", [("no_answers", "answers.csv", None, None)]),
    "one person": (
        "id,з1,з2,з3\nп1,1,0,1\n", [("too_little_to_calibrate", "answers.csv", None, None)]
    ),
    "nobody": ("id,з1,з2,з3\n", [("no_rows", "answers.csv", None, None)]),
    "nothing": ("", [("file_empty", "answers.csv", None, None)]),
    "a picture": (b"\x89PNG\r\n\x1a\n", [("file_is_image", "answers.csv", None, None)]),
}  # fmt: skip


@pytest.mark.parametrize("case", ANSWER_FAULTS)
def test_faults_of_answers(tmp_path: Path, case: str) -> None:
    """Each is named with its file, row and column, and nothing else is."""
    text, expected = ANSWER_FAULTS[case]
    assert places(faults(tmp_path, text)) == expected


def test_faults_of_both_files_are_named_at_once(tmp_path: Path) -> None:
    """Nobody has to mend one file to learn of the other."""
    found = faults(tmp_path, "id,з1,з2,з3\nп1,1,0,7\n", "item,a\nз1,1\nз2,0\nз3,1\n")
    assert {f.code for f in found} == {"item_without_nodes", "out_of_range"}


def test_what_is_left_out_is_named(tmp_path: Path) -> None:
    """An item nobody answered, a person without answers, and rows that say the same twice."""
    text = "id,з1,з2,з3\nп1,1,0,\nп2,0,1,\nп3,,,\nп1,1,,\n"
    found = read(tmp_path, text, Q_MATRIX + "з4,1,0\n")
    assert found.responses.to_dict("index") == {
        "п1": {"з1": 1, "з2": 0}, "п2": {"з1": 0, "з2": 1},
    }  # fmt: skip
    assert [(f.code, f.row) for f in found.warnings] == [
        ("item_without_answers", 4), ("item_without_answers", 5), ("few_people", None),
    ]  # fmt: skip
    assert {f.code for f in found.notes} == {
        "answers_repeated", "people_without_answers", "bank_stands_alone",
    }  # fmt: skip


def test_rows_of_one_person_that_complete_each_other_are_joined(tmp_path: Path) -> None:
    """An empty cell contradicts nothing."""
    text = "id,з1,з2,з3\nп1,1,,\nп2,0,1,0\nп1,,0,1\n"
    assert read(tmp_path, text).responses.to_dict("index")["п1"] == {"з1": 1, "з2": 0, "з3": 1}


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Missing is another fault than empty."""
    (tmp_path / "q.csv").write_text(Q_MATRIX)
    with pytest.raises(FileNotFoundError, match="answers"):
        read_calibration_tables(
            tmp_path / "answers.csv", tmp_path / "q.csv", FRAMEWORK, named=False
        )
