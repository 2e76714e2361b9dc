"""Blank forms."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from engine.framework import load_framework
from engine.interchange import TABLES, ImportReport, nodes_of, read_package, write_templates
from tests.engine.interchange.conftest import AS_OF, NODES


def importing(folder: Path, **options: object) -> ImportReport:
    return read_package(folder, known_nodes=NODES, as_of=AS_OF, **options)  # type: ignore[arg-type]


def test_forms_read_back_unchanged_are_accepted(tmp_path: Path) -> None:
    """All blank forms together are a valid package of their examples, with a word about it."""
    written = write_templates(tmp_path, NODES)
    assert [p.stem for p in written] == [t.title for t in TABLES.values()]
    report = importing(tmp_path)
    package = report.accepted()
    assert [w.code for w in report.warnings if w.code == "only_example_rows"]
    assert set(report.counts) == set(TABLES)
    assert all(c.taken == c.read >= 1 for c in report.counts.values())
    # the first code of the framework is a direction; the forms ask for a block or a leaf
    assert package.diagnostics["П-001"][0].node == "MET.01"
    assert package.offerings[0].meetings[0].start.hour == 15


@pytest.mark.parametrize("table", [t for t in TABLES if t != "labels"])
def test_each_form_alone_reads_back(tmp_path: Path, table: str) -> None:
    """One blank form by itself is accepted where no catalogue is asked for."""
    write_templates(tmp_path, NODES, [table])
    report = importing(tmp_path, require_catalogue=False)
    assert report.faults == ()
    assert set(report.counts) == {table}


def test_examples_go_as_soon_as_there_is_a_row_of_ones_own(tmp_path: Path) -> None:
    """The own row is taken, every form's example is skipped and noted."""
    write_templates(tmp_path, NODES)
    path = tmp_path / "Мероприятия.xlsx"
    book = openpyxl.load_workbook(path)
    sheet = book["Мероприятия"]
    names = list(TABLES["activities"].columns)
    row = sheet.max_row + 1
    for header, value in {"Вид": "вебинар", "Название": "Свой вебинар", "Часы": 2}.items():
        place = next(i for i, column in enumerate(names, 1) if column.header == header)
        sheet.cell(row, place, value)
    book.save(path)
    report = importing(tmp_path)
    package = report.accepted()
    assert [a.title for a in package.activities] == ["Свой вебинар"]
    assert package.offerings == package.educators == package.mentors == ()
    (note,) = (n for n in report.notes if n.code == "example_row_skipped")
    assert note.parameters["count"] == sum(len(t.examples) for t in TABLES.values())


@pytest.mark.parametrize("node", ["MET.01", "PSY.01"])
def test_a_row_of_ones_own_is_never_taken_for_the_example(tmp_path: Path, node: str) -> None:
    """«з1» is what people call their first item, whichever competency it measures."""
    (path,) = write_templates(tmp_path, NODES, ["items"])
    fill(path, {2: ("з1", node), 3: ("з2", node)})
    package = importing(tmp_path, require_catalogue=False).accepted()
    assert package.items == {"з1": (node,), "з2": (node,)}


def test_examples_of_earlier_forms_are_still_known(tmp_path: Path) -> None:
    """They named the framework's first code and the item «з1»; one other cell: a real row."""
    written = write_templates(tmp_path, NODES, ["responses"])
    former = ("П-001", "тест-2025-05", "2025-05-20", "з1", "1", "MET")
    own = ("П-001", "тест-2025-05", "2025-05-20", "з1", "0", "MET.01")
    fill(written[0], {2: former, 3: own})
    report = importing(tmp_path, require_catalogue=False)
    (answer,) = report.accepted().responses["П-001"]
    assert (answer.item, answer.response, answer.node) == ("з1", 0, "MET.01")
    assert [n.parameters["count"] for n in report.notes if n.code == "example_row_skipped"] == [1]


def test_the_example_names_a_leaf_of_the_framework(tmp_path: Path) -> None:
    """As the hint of the column says; each framework has its own."""
    framework = load_framework()
    (path,) = write_templates(tmp_path, nodes_of(framework), ["items"])
    (_, node), *_ = openpyxl.load_workbook(path)["Задания"].iter_rows(min_row=2, values_only=True)
    assert node in {framework.codes[i] for i in framework.leaves}


def fill(path: Path, rows: dict[int, tuple[str, ...]]) -> None:
    """Type rows into a form."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    for number, cells in rows.items():
        for index, cell in enumerate(cells, start=1):
            sheet.cell(number, index, cell)
    book.save(path)


def test_forms_help_the_one_who_fills_them(tmp_path: Path) -> None:
    """Headers are Russian and explained, short lists can be chosen from, hints are complete."""
    (path,) = write_templates(tmp_path, NODES, ["diagnostics"])
    book = openpyxl.load_workbook(path)
    table = TABLES["diagnostics"]
    assert book.sheetnames == [table.title, "Пояснения", "Компетенции"]
    sheet = book[table.title]
    assert [c.value for c in sheet[1]] == [c.head for c in table.columns]
    assert all(c.comment is not None for c in sheet[1])
    assert all(c.font.italic for c in sheet[2] if c.value)
    rules = sheet.data_validations.dataValidation
    assert [r.formula1 for r in rules] == ['"тест,наблюдение,самооценка,экспертная оценка"']
    hints = {row[0].value for row in book["Пояснения"].iter_rows()}
    assert {c.header for c in table.columns} <= hints
    assert [r[0].value for r in book["Компетенции"].iter_rows(min_row=2)] == list(NODES)


def test_heads_say_the_unit(tmp_path: Path) -> None:
    """Whoever fills the form need not look into the hints to learn that tempo is in minutes."""
    (path,) = write_templates(tmp_path, NODES, ["educators"])
    sheet = openpyxl.load_workbook(path).worksheets[0]
    heads = [c.value for c in sheet[1]]
    assert {"Темп (мин в неделю)", "Всего не больше (мин)", "Шифр"} <= set(heads)


def test_wrong_calls_are_refused(tmp_path: Path) -> None:
    """An unknown table or no competency at all is the caller's fault."""
    with pytest.raises(ValueError, match="unknown tables"):
        write_templates(tmp_path, NODES, ["people"])
    with pytest.raises(ValueError, match="nodes"):
        write_templates(tmp_path, {})
