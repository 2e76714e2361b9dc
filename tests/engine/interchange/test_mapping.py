"""Mapping files: drifted headers, values, constants and wide score sheets."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from engine.interchange.faults import FaultLog
from engine.interchange.mapping import read_mapping
from tests.engine.interchange.conftest import EDUCATORS, Import, places

WIDE = """
[files]
"Итоги_2026.xlsx#Лист1" = "diagnostics"

[diagnostics.columns]
"Участник тестирования" = "educator_id"

[diagnostics.values.method]
"Комп. работа" = "тест"

[diagnostics.constants]
date = "20.05.2026"
method = "самооценка"

[[diagnostics.scores]]
column = "Блок 1 (макс. 25)"
node = "MET"
max_score = 25
n_tasks = 6

[[diagnostics.scores]]
column = "Блок 2"
node = "PSY.01"
max_score = 20
"""


def wide_book(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Лист1"
    sheet.append(["Результаты регионального тестирования"])
    sheet.append(["Участник тестирования", "Метод", "Блок 1 (макс. 25)", "Блок 2", "Итого"])
    sheet.append(["e1", "Комп. работа", 11, None, 11])
    sheet.append(["e1", None, 26, 8, 34])
    book.save(path)


def test_a_wide_workbook_of_a_region_is_read(importing: Import, tmp_path: Path) -> None:
    """A column per block becomes a row per block; constants fill, values translate."""
    mapping = tmp_path / "m.toml"
    mapping.write_text(WIDE)
    files = {"educators.csv": EDUCATORS, "Итоги_2026.xlsx": wide_book}
    report = importing(files, mapping=mapping)
    # The second row's 26 of 25 is refused at the region's own column.
    assert places(report, "score_above_maximum") == [("Итоги_2026.xlsx", 4, "Блок 1 (макс. 25)")]
    mapping.write_text(WIDE.replace("max_score = 25", "max_score = 30"))
    package = importing(files, mapping=mapping).accepted()
    results = package.diagnostics["e1"]
    assert [(r.node, r.score, r.max_score, r.n_tasks, r.method) for r in results] == [
        ("MET", 11, 30, 6, "test"),
        ("MET", 26, 30, 6, "self"),
        ("PSY.01", 8, 20, None, "self"),
    ]
    assert {r.date for r in results} == {dt.date(2026, 5, 20)}
    assert results[0].procedure_id == "test-2026-05-20"


def test_a_missing_column_advises_the_line_to_write(importing: Import) -> None:
    """The fault of a drifted header holds the line of the mapping file that mends it."""
    scores = "Кто,Дата,Метод,Компетенция,Балл,Максимум\ne1,20.05.2026,тест,MET,5,10\n"
    report = importing({"educators.csv": EDUCATORS, "diagnostics.csv": scores})
    (fault,) = report.faults
    assert fault.detail.endswith('diagnostics.columns."Кто" = "educator_id"')


def test_the_advised_line_is_a_mapping_file(importing: Import, tmp_path: Path) -> None:
    """Copied as it stands, quotes in the header and all, the line makes the file readable."""
    scores = '"Кто ""он""",Дата,Метод,Компетенция,Балл,Максимум\ne1,20.05.2026,тест,MET,5,10\n'
    files = {"educators.csv": EDUCATORS, "diagnostics.csv": scores}
    (fault,) = importing(files).faults
    mapping = tmp_path / "m.toml"
    mapping.write_text(advised(fault.detail))
    assert importing(files, mapping=mapping).accepted().diagnostics["e1"][0].score == 5


def advised(detail: str) -> str:
    """The line of the mapping file that a fault advises, up to the next clause."""
    return detail.split("(--mapping): ")[1].split("; ")[0]


def test_a_sheet_with_a_column_per_block_gets_its_line(importing: Import, tmp_path: Path) -> None:
    """The advised lines, copied as they stand, make the wide sheet readable."""
    head = 'Шифр;Дата;Методические компетенции (макс. 25);"Ведение ""ЭЖ"", из 5 (5 б.)";Итого\n'
    files = {"educators.csv": EDUCATORS, "итоги.csv": head + "e1;20.05.2026;11;4;15\n"}
    report = importing(files)
    wide, method = report.faults
    assert (wide.code, method.code) == ("scores_in_columns", "column_missing")
    assert wide.parameters["columns"] == [
        "Методические компетенции (макс. 25)",
        'Ведение "ЭЖ", из 5 (5 б.)',
    ]
    constant = 'diagnostics.constants.method = "тест"'
    assert constant in method.detail
    mapping = tmp_path / "m.toml"
    line = advised(wide.detail).replace('"Ведение \\"ЭЖ\\", из 5"', '"PSY.01"')
    mapping.write_text(f"{constant}\n{line}\n")
    results = importing(files, mapping=mapping).accepted().diagnostics["e1"]
    assert [(r.node, r.score, r.max_score) for r in results] == [("MET", 11, 25), ("PSY.01", 4, 5)]


def test_blocks_without_a_maximum_leave_it_to_be_written(importing: Import) -> None:
    """Headers that state no maximum are named with a «?» in its place."""
    files = {"educators.csv": EDUCATORS, "итоги.csv": "Шифр;Дата;Метод;Блок А;Блок Б;ФИО\n"}
    (fault,) = importing(files).faults
    assert fault.parameters["columns"] == ["Блок А", "Блок Б"]
    assert "max_score = ?" in fault.detail


def test_a_csv_mapping_does_the_same(importing: Import, tmp_path: Path) -> None:
    """Columns and values may be mapped in a CSV."""
    mapping = tmp_path / "m.csv"
    mapping.write_text(
        "table;source;column;from_value;to_value\n"
        "diagnostics;Кто;educator_id;;\n"
        "diagnostics;;method;Комп.;тест\n"
    )
    scores = "Кто,Дата,Метод,Компетенция,Балл,Максимум\ne1,20.05.2026,комп.,MET,5,10\n"
    files = {"educators.csv": EDUCATORS, "diagnostics.csv": scores}
    package = importing(files, mapping=mapping).accepted()
    assert package.diagnostics["e1"][0].method == "test"


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("m.toml", "[", "mapping_unreadable"),
        ("m.toml", "files = 1", "mapping_unreadable"),
        ("m.toml", "[diagnostic.columns]\na = 'score'", "mapping_unknown_table"),
        ("m.toml", "[files]\n'a.csv' = 'scores'", "mapping_unknown_table"),
        ("m.toml", "[diagnostics.columns]\na = 'skore'", "mapping_unknown_column"),
        ("m.toml", "[diagnostics.names]\na = 'score'", "mapping_unreadable"),
        ("m.toml", "diagnostics = 3", "mapping_unreadable"),
        ("m.toml", "[diagnostics]\ncolumns = 3", "mapping_unreadable"),
        ("m.toml", "[[diagnostics.scores]]\ncolumn = 'a'", "mapping_unreadable"),
        ("m.toml", "[[mentors.scores]]\ncolumn='a'\nnode='b'\nmax_score=1", "mapping_unreadable"),
        ("m.csv", "table,source,column\ndiagnostics,,score\n", "mapping_unreadable"),
        ("no.toml", None, "mapping_unreadable"),
    ],
)
def test_a_wrong_mapping_file_is_named(
    tmp_path: Path, name: str, text: str | None, code: str
) -> None:
    """A mapping file that cannot be right is an error of its own."""
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    log = FaultLog()
    read_mapping(path, log)
    assert [(f.code, f.file) for f in log.errors] == [(code, name)]


def test_an_unused_mapping_is_said(importing: Import, tmp_path: Path) -> None:
    """A mapped header that the file does not have is a warning."""
    mapping = tmp_path / "m.toml"
    mapping.write_text("[activities.columns]\n'Нет такого' = 'title'\n")
    report = importing({}, mapping=mapping)
    assert places(report, "mapping_unused") == [("activities.csv", 1, None)]
