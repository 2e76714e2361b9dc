"""Files as they come: encodings, delimiters, workbooks, and things that are no tables."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from engine.interchange import read_package
from engine.interchange.texts import sniff_delimiter
from tests.engine.interchange.conftest import ACTIVITIES, AS_OF, EDUCATORS, NODES, Import, places

RUSSIAN = """Идентификатор;Вид;Название;Часы;Цена
к1;ДПП ПК;"Урок: ""трудный"" разговор; и что, после";36,5;1 500 руб.
к2;вебинар;Ёлка, палка;2;
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters_are_found_out(
    importing: Import, encoding: str, delimiter: str
) -> None:
    """The same table in every usual encoding and delimiter gives the same activities."""
    lines = [
        ["Идентификатор", "Вид", "Название", "Часы"],
        ["к1", "ДПП ПК", "Урок: трудный; разговор, ёж", "36,5"],
        ["к2", "вебинар", "Палка", "2"],
    ]
    quoted = ["\r\n".join(delimiter.join(f'"{c}"' for c in line) for line in lines)]
    report = importing({"activities.csv": quoted[0].encode(encoding)})
    package = report.accepted()
    assert [(a.title, a.hours_academic) for a in package.activities] == [
        ("Урок: трудный; разговор, ёж", 36.5),
        ("Палка", 2),
    ]


def test_a_cp1251_semicolon_file_as_excel_saves_it(importing: Import) -> None:
    """Quotes doubled, decimal comma, roubles: as a Russian Excel writes CSV."""
    package = importing({"Мероприятия.csv": RUSSIAN.encode("cp1251")}, catalogue=False).accepted()
    assert package.activities[0].title == 'Урок: "трудный" разговор; и что, после'
    assert package.activities[0].hours_academic == 36.5
    assert package.activities[0].price_rub == 1500


def test_a_decimal_comma_does_not_pass_for_a_delimiter() -> None:
    """A file of semicolons stays so, though every row has a comma."""
    assert sniff_delimiter("a;b\n1,5;2,5\n3,5;4,5\n") == ";"
    assert sniff_delimiter("a,b\n1;x,2\n3;y,4\n") == ","
    assert sniff_delimiter("a\nb\n") == ","


def workbook(path: Path, sheets: dict[str, list[list[object]]]) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_a_workbook_of_many_sheets_is_a_package(tmp_path: Path) -> None:
    """Sheets are known by name; a title over the header, dates and numeric ids are understood."""
    path = tmp_path / "база.xlsx"
    workbook(
        path,
        {
            "Мероприятия": [["Каталог на осень"], [], ["Код", "Вид", "Название", "Часы"],
                            [101.0, "ДПП ПК", "Курс", 36]],
            "Потоки": [["Код", "Программа", "Начало", "Окончание"],
                       [1, 101, dt.datetime(2026, 10, 5), dt.date(2026, 11, 20)]],
            "Занятия": [["Поток", "Дата", "Начало", "Окончание"],
                        [1, dt.datetime(2026, 10, 7), dt.time(15), dt.time(18)]],
        },
    )  # fmt: skip
    report = read_package(path, known_nodes=NODES, as_of=AS_OF, time_zone="Asia/Vladivostok")
    package = report.accepted()
    (offering,) = package.offerings
    assert (offering.id, offering.activity_id) == ("1", "101")
    assert offering.start == dt.date(2026, 10, 5)
    # 15:00 in Vladivostok (UTC+10) is 05:00 UTC.
    assert offering.meetings[0].start == dt.datetime(2026, 10, 7, 5, tzinfo=dt.UTC)


def test_rows_are_counted_as_in_the_spreadsheet(importing: Import) -> None:
    """Blank rows and a title count, so that the row named is the row seen."""

    def write(path: Path) -> None:
        workbook(path, {"Баллы": [
            ["Итоги"], [], ["Шифр", "Дата", "Метод", "Компетенция", "Балл", "Максимум"],
            ["e1", "20.05.2026", "тест", "MET", 5, 10], [],
            ["e1", "20.05.2026", "самооценка", "MET", 11, 10],
        ]})  # fmt: skip

    report = importing({"educators.csv": EDUCATORS, "Диагностика.xlsx": write})
    assert places(report, "score_above_maximum") == [("Диагностика.xlsx", 6, "Балл")]


def _png(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))


def _bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)


def _foreign_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")


def _truncated(path: Path) -> None:
    buffer = io.BytesIO()
    openpyxl.Workbook().save(buffer)
    path.write_bytes(buffer.getvalue()[:2000])


def _doctype(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a/>'
        )


def _no_sheets(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")


def _formula(path: Path) -> None:
    # openpyxl writes formulas without values, as a book that no Excel has calculated.
    workbook(path, {"activities": [["kind", "title", "hours"], ["dpp_pk", "Курс", "=6*6"]]})


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("scores.xlsx", _png, "file_is_image"),
        ("scores.csv", _png, "file_is_image"),
        ("scores.xlsx", b"\xff\xd8\xff\xe0" + bytes(64), "file_is_image"),
        ("scores.csv", b"%PDF-1.7\n", "file_is_pdf"),
        ("scores.csv", b"{\\rtf1 }", "file_is_document"),
        ("scores.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(64),
         "workbook_encrypted_or_old"),
        ("scores.xlsx", "a,b\n1,2\n", "not_a_workbook"),
        ("scores.xlsx", _foreign_zip, "not_a_workbook"),
        ("scores.xlsx", _bomb, "workbook_too_large"),
        ("scores.xlsx", _truncated, "workbook_damaged"),
        ("scores.xlsx", _no_sheets, "workbook_damaged"),
        ("scores.xlsx", _doctype, "workbook_refused"),
        ("scores.csv", b"\x00\x01\x02\x03" * 9, "not_a_text_file"),
        ("scores.csv", b"a,b\n\x98\xff,1\n", "encoding_unknown"),
        ("scores.csv", 'a,b\n"open,1\n2,3\n', "csv_quote_left_open"),
        ("scores.csv", "a,b\n" + "x" * 200_000 + ",1\n", "csv_unreadable"),
        ("scores.csv", "a;" * 600 + "b\n", "too_many_columns"),
        ("scores.csv", "", "file_empty"),
        ("events.xlsx", _formula, "formula_without_value"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_named(
    importing: Import, name: str, content: object, code: str
) -> None:
    """A file that cannot be read gives one clear error of its code and no package."""
    report = importing({name: content})
    assert [f.code for f in report.faults] == [code]
    assert report.faults[0].file == name
    assert report.package is None


def test_a_wrong_workbook_of_another_size(
    importing: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files and tables over the bounds are refused by name."""
    monkeypatch.setattr("engine.interchange.files.FILE_MOST_BYTES", 40)
    assert [f.code for f in importing({}).faults] == ["file_too_large"]
    monkeypatch.setattr("engine.interchange.files.FILE_MOST_BYTES", 10_000)
    monkeypatch.setattr("engine.interchange.sheets.ROWS_MOST", 2)
    assert [f.code for f in importing({}).faults] == ["too_many_rows"]


def test_calculated_formulas_give_their_values(importing: Import) -> None:
    """A formula whose value Excel has stored reads as that value."""

    def write(path: Path) -> None:
        workbook(path, {"activities": [["kind", "title", "hours"], ["dpp_pk", "Курс", "=6*6"]]})
        with zipfile.ZipFile(path) as archive:
            parts = {n: archive.read(n) for n in archive.namelist()}
        sheet = "xl/worksheets/sheet1.xml"
        assert b"<f>6*6</f><v" in parts[sheet]
        for empty in (b"<v></v>", b"<v />", b"<v/>"):
            parts[sheet] = parts[sheet].replace(b"<f>6*6</f>" + empty, b"<f>6*6</f><v>36</v>")
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts.items():
                archive.writestr(part, content)

    package = importing({"activities.xlsx": write}, catalogue=False).accepted()
    assert package.activities[0].hours_academic == 36


SCORED = ["educator_id", "date", "method", "node", "score", "max_score"]
PER_CENT = ("0%", "0.00%", "# ##0,0%")


def scored(path: Path, rows: dict[str, float], *, maximum: float = 100) -> None:
    """Write a workbook of scores of one educator, each shown in its own number format."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(SCORED)
    for day, (shown, score) in enumerate(rows.items(), start=1):
        sheet.append(["e1", f"2026-05-{day:02}", "test", "MET", score, maximum])
        sheet.cell(day + 1, SCORED.index("score") + 1).number_format = shown
    book.save(path)


@pytest.mark.parametrize("shown", PER_CENT)
def test_a_score_shown_as_a_percentage_is_refused(importing: Import, shown: str) -> None:
    """Excel keeps 0.72 where a person sees 72%: read as it stands it were 0.72 of 100."""
    report = importing({"diagnostics.xlsx": lambda p: scored(p, {"0.0": 7.0, shown: 0.72})})
    assert places(report, "percent_cell") == [("diagnostics.xlsx", 3, "score")]
    assert "72%" in report.faults[0].detail
    assert report.package is None


def test_other_formats_and_shares_stay_numbers(importing: Import) -> None:
    """A per cent sign that is mere text shows the number itself; a share of answers may be 60%."""
    plain = {"0": 72.0, '0.0" %"': 71.5, "General": 70.0, "0\\%": 69.0}

    def answers(path: Path) -> None:
        book = openpyxl.Workbook()
        book.worksheets[0].append(
            ["educator_id", "procedure_id", "date", "item", "response", "node"]
        )
        book.worksheets[0].append(["e1", "p", "2026-06-01", "q", 0.6, "MET.01"])
        book.worksheets[0]["E2"].number_format = "0%"
        book.save(path)

    files = {"diagnostics.xlsx": lambda p: scored(p, plain), "responses.xlsx": answers}
    package = importing(files).accepted()
    assert [r.score for r in package.diagnostics["e1"]] == [72, 71.5, 70, 69]
    assert [r.response for r in package.responses["e1"]] == [0.6]


def test_a_file_of_any_name_may_be_given_by_hand(importing: Import, tmp_path: Path) -> None:
    """A file given for a table stands in the place of the package's own."""
    mine = tmp_path / "my.csv"
    mine.write_text("Шифр,Дата,Метод,Компетенция,Балл,Максимум\ne1,20.05.2026,тест,MET,7,10\n")
    files = {"educators.csv": EDUCATORS,
             "diagnostics.csv": "educator_id,date,method,node,score,max_score\n"
                                "e1,2026-05-01,test,MET,1,10\n"}  # fmt: skip
    package = importing(files, files={"diagnostics": mine}).accepted()
    assert [r.score for r in package.diagnostics["e1"]] == [7]
    with pytest.raises(ValueError, match="unknown table"):
        importing(files, files={"nonsense": mine})


def test_a_single_file_is_known_by_its_header(tmp_path: Path) -> None:
    """A file whose name says nothing is known by its columns, if they fit one table."""
    path = tmp_path / "выгрузка.csv"
    path.write_text(ACTIVITIES)
    report = read_package(path, known_nodes=NODES, as_of=AS_OF)
    assert len(report.accepted().activities) == 2


def test_two_files_of_one_table_are_taken_together(importing: Import) -> None:
    """Programmes and events may lie in two files."""
    package = importing({"events.csv": "id,kind,title\nb,forum,Форум\n"}).accepted()
    assert {a.id for a in package.activities} == {"a1", "a2", "b"}
