"""Workbooks over HTTP: blank forms out, filled ones in, all or nothing."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.bodies import XLSX_TYPE
from tests.api.conftest import refused
from tests.api.kept_service import Kept, kept_service

PEOPLE = ["Шифр", "Должность", "Предметы", "Организация", "Дата рождения"]
SCORES = ["Педагог", "Дата", "Способ", "Компетенция", "Балл", "Максимум"]
COURSE = ["Идентификатор", "Вид", "Название", "Часы", "Форма"]
RUNS = ["Идентификатор", "Мероприятие", "Начало", "Окончание"]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def book(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook of sheets with their rows, the header first."""
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def send(kept: Kept, content: bytes, dry_run: bool = False, **headers: str) -> Any:
    headers = {"Content-Type": XLSX_TYPE, **headers}
    query = "?dry_run=true" if dry_run else ""
    return kept.caller.post(f"/imports{query}", content=content, headers=headers)


def faults(answer: Any) -> list[tuple[str, str | None, int | None, str | None]]:
    """Code, file, row and column of every fault."""
    document = refused(answer, 422, "invalid_input")
    return [(e["code"], e.get("file"), e.get("row"), e.get("column")) for e in document["errors"]]


def tables(kept: Kept) -> list[str]:
    """Tables that have a blank form, as the contract lists them."""
    document = kept.caller.get("/openapi.json").json()
    return list(document["components"]["schemas"]["BlankForm"]["enum"])


@pytest.mark.slow
def test_blank_forms_are_those_of_the_command(kept: Kept) -> None:
    """Each opens, has a sheet of its table and its example rows, and goes by its Russian name."""
    names = tables(kept)
    assert {"educators", "diagnostics", "activities", "labels", "corrections"} <= set(names)
    for name in names:
        answer = kept.caller.get(f"/templates/{name}.xlsx")
        assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX_TYPE)
        saved = answer.headers["content-disposition"]
        assert saved.startswith(f"attachment; filename=\"{name}.xlsx\"; filename*=UTF-8''%")
        sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
        assert sheet.max_row >= 2
    refused(kept.caller.get("/templates/history.xlsx"), 422, "invalid_input")
    refused(kept.caller.get("/templates/..%2f..%2fetc.xlsx"), 404, "not_found")


def test_an_unfilled_form_is_not_taken(kept: Kept) -> None:
    """Example rows are nobody: they are refused with what to do."""
    content = kept.caller.get("/templates/educators.xlsx").content
    assert [f[0] for f in faults(send(kept, content))] == ["workbook_of_examples"]
    refused(kept.caller.get("/educators/П-001"), 404, "record_not_found")


def test_a_filled_form_is_taken(kept: Kept) -> None:
    """A row below the examples becomes an educator; the examples do not."""
    made = openpyxl.load_workbook(io.BytesIO(kept.caller.get("/templates/educators.xlsx").content))
    sheet = made.worksheets[0]
    headers = [c.value for c in sheet[1]]
    row = sheet.max_row + 1
    for header, value in {"Шифр": "П-500", "Должность": "учитель"}.items():
        sheet.cell(row, headers.index(header) + 1, value)
    buffer = io.BytesIO()
    made.save(buffer)
    answer = send(kept, buffer.getvalue())
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"] == 1
    assert [n["code"] for n in answer.json()["notes"]].count("example_row_skipped") == 1
    assert kept.caller.get("/educators/П-500").json()["record"]["position"] == "teacher"
    refused(kept.caller.get("/educators/П-001"), 404, "record_not_found")


WHOLE = {
    "Мероприятия": [COURSE, ["курс-х", "вебинар", "Проба", 2, "неформальная"]],
    "Потоки": [RUNS, ["курс-х.1", "курс-х", "2026-10-01", "2026-10-01"]],
    "Педагоги": [PEOPLE, ["П-700", "учитель", "химия", "ш-9", "1990-05-01"]],
    "Диагностика": [SCORES, ["П-700", "2026-05-20", "тест", "MET.ASM.01", 4, 6]],
}


def test_a_workbook_of_everything_is_taken_at_once(kept: Kept) -> None:
    """Catalogue, people and results of one book, each where its JSON call would have put it."""
    answer = send(kept, book(**WHOLE))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["accepted"], found["dry_run"]) == (4, False)
    assert {t["table"]: t["taken"] for t in found["tables"]} == dict.fromkeys(
        ("activities", "offerings", "educators", "diagnostics"), 1
    )
    assert found["catalogue_version"] == 2
    assert kept.caller.get("/activities/курс-х").json()["record"]["title"] == "Проба"
    assert kept.caller.get("/offerings/курс-х.1").json()["record"]["activity_id"] == "курс-х"
    person = kept.caller.get("/educators/П-700").json()["record"]
    assert (person["subjects"], person["organisation"]["id"]) == (["химия"], "ш-9")
    (score,) = kept.caller.get("/diagnostics/П-700").json()["items"]
    assert (score["node"], score["score"], score["max_score"]) == ("MET.ASM.01", 4.0, 6.0)


def test_a_dry_run_finds_the_same_and_keeps_nothing(kept: Kept) -> None:
    """The answer is that of the import, and no record, version or entry of the audit is new."""
    before = kept.caller.get("/audit").json()
    answer = send(kept, book(**WHOLE), dry_run=True)
    assert (answer.json()["accepted"], answer.json()["dry_run"]) == (4, True)
    assert answer.json()["catalogue_version"] is None
    for path in ("/activities/курс-х", "/educators/П-700", "/offerings/курс-х.1"):
        refused(kept.caller.get(path), 404, "record_not_found")
    assert kept.caller.get("/audit").json() == before
    # what a run that was undone has merged must not be met by the next one
    assert send(kept, book(**WHOLE)).json()["catalogue_version"] == 2


def test_every_fault_has_its_sheet_row_and_column(kept: Kept) -> None:
    """Faults of several sheets come together, with headers as the file has them; all is left."""
    sheets = {
        **WHOLE,
        "Педагоги": [PEOPLE, ["П-700", "учитель"], ["П-701", "пекарь"]],
        "Диагностика": [SCORES, ["П-700", "2026-05-20", "тест", "НЕТ.01", 7, 6]],
    }
    found = set(faults(send(kept, book(**sheets))))
    people, scores = "книга.xlsx, лист «Педагоги»", "книга.xlsx, лист «Диагностика»"
    assert ("unknown_node", scores, 2, "Компетенция") in found
    assert ("score_above_maximum", scores, 2, "Балл") in found
    assert (people, 3, "Должность") in {f[1:] for f in found}
    refused(kept.caller.get("/activities/курс-х"), 404, "record_not_found")


def test_what_json_refuses_is_refused_in_a_sheet(kept: Kept) -> None:
    """A bound that only bodies have, and an id that is a name, at their rows."""
    long = book(Мероприятия=[COURSE, ["а", "вебинар", "Б" * 501, 2, "неформальная"]])
    assert faults(send(kept, long)) == [("string_too_long", "книга.xlsx", 2, "Название")]
    named = book(Педагоги=[PEOPLE, ["Иванова Анна Петровна", "учитель"]])
    assert ("educator_id_is_a_name", "книга.xlsx", 2, "Шифр") in faults(send(kept, named))


def test_results_of_people_whom_the_service_knows(kept: Kept) -> None:
    """A new procedure is added, one that is there is replaced, an unknown person is a fault."""
    before = kept.caller.get("/diagnostics/E02").json()["items"]
    head = [*SCORES, "Процедура"]
    row = ["E02", "2026-06-01", "тест", "MET.ASM.01", 3, 6, "лето"]
    assert send(kept, book(Диагностика=[head, row])).status_code == 200
    added = kept.caller.get("/diagnostics/E02").json()["items"]
    assert [i for i in added if i["procedure_id"] != "лето"] == before
    row[4] = 5
    assert send(kept, book(Диагностика=[head, row])).status_code == 200
    replaced = [
        i
        for i in kept.caller.get("/diagnostics/E02").json()["items"]
        if i["procedure_id"] == "лето"
    ]
    assert [i["score"] for i in replaced] == [5.0]
    unknown = book(Диагностика=[SCORES, ["никто", *row[1:6]]])
    assert faults(send(kept, unknown)) == [("unknown_educator", "книга.xlsx", 2, "Педагог")]


def test_an_organisation_that_is_known_comes_whole(kept: Kept) -> None:
    """An educator of a known school gets its title and district; a new id stands for itself."""
    school = kept.caller.get("/educators/E02").json()["record"]["organisation"]
    rows = [["П-1", "учитель", "", school["id"]], ["П-2", "учитель", "", "новая"]]
    assert send(kept, book(Педагоги=[PEOPLE, *rows])).status_code == 200
    assert kept.caller.get("/educators/П-1").json()["record"]["organisation"] == school
    assert kept.caller.get("/educators/П-2").json()["record"]["organisation"]["title"] == "новая"


@pytest.mark.slow
def test_names_and_corrections_of_sheets(kept: Kept) -> None:
    """Names of known people are kept apart; verdicts of a review list become corrections."""
    sheets = {
        "Имена": [["Шифр", "Имя"], ["E02", "Лис Анна Марковна"]],
        "Правки разметки": [
            ["Мероприятие", "Компетенция", "Оценка", "Доля верной"],
            ["web-ii", "MET.ASM.01", "верно", 0.7],
        ],
    }
    answer = send(kept, book(**sheets))
    assert answer.status_code == 200, answer.text
    shown = kept.caller.get("/educators?q=анна лис").json()
    assert [i["record"]["id"] for i in shown["items"]] == ["E02"]
    tags = kept.caller.get("/activities/web-ii/tags").json()
    assert (tags["source"], tags["tags"][0]["node"], tags["tags"][0]["share"]) == (
        "corrected", "MET.ASM.01", 0.7,
    )  # fmt: skip


def test_parts_come_with_the_whole_and_foreign_tables_stay_out(kept: Kept) -> None:
    """Coverage without its activities, and tables that nobody keeps, are named."""
    parts = book(Охват=[["Мероприятие", "Компетенция", "Доля"], ["web-ii", "MET.ASM.01", 1]])
    assert [f[0] for f in faults(send(kept, parts))] == ["whole_table_missing"]
    history = book(
        Пройдено=[["Педагог", "Мероприятие", "Название", "Завершено"],
                        ["E02", "", "Курсы", "2025-05-01"]]
    )  # fmt: skip
    assert [f[0] for f in faults(send(kept, history))] == ["table_not_kept"]
    assert [f[0] for f in faults(send(kept, book(Лист=[["а", "б"], [1, 2]])))] == [
        "workbook_without_tables"
    ]


def test_bodies_that_are_no_workbooks(kept: Kept) -> None:
    """Another type, another content, a bomb, a document type, a name that leads out."""
    wrong = kept.caller.post("/imports", json={"items": []})
    refused(wrong, 415, "workbook_expected")
    refused(send(kept, b"{}", **{"Content-Encoding": "gzip"}), 415, "workbook_expected")
    assert [f[0] for f in faults(send(kept, b"a;b\n1;2\n"))] == ["not_a_workbook"]
    assert [f[0] for f in faults(send(kept, b""))]
    for part, content, code in (
        ("xl/worksheets/sheet1.xml", bytes(70_000_000), "workbook_too_large"),
        ("xl/a.xml", "<!DOCTYPE a><a/>", "workbook_refused"),
        ("../a.xml", "<a/>", "workbook_refused"),
    ):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", "<workbook/>")
            archive.writestr(part, content)
        assert [f[0] for f in faults(send(kept, buffer.getvalue()))] == [code]


def test_the_same_key_takes_a_workbook_once(kept: Kept) -> None:
    """A repeated call is answered again, and the catalogue has no third version."""
    content, key = book(**WHOLE), {"Idempotency-Key": "book-1"}
    first, again = (send(kept, content, **key) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert send(kept, content).json()["catalogue_version"] == 4
