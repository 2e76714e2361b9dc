"""The page of imports: forms out, a check before anything is loaded, places of faults."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from api.access.principal import Role
from api.bodies import XLSX_TYPE
from api.workbench.views import imports
from tests.api.fakes import FakeEngine
from tests.api.workbench.desks import HOSTILE, HTMX, Desk, open_desk
from tests.api.workbench.markup import Markup, sound

PATH = "/workbench/imports"
HEAD = ["Шифр", "Должность", "Предметы"]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Desk]:
    with open_desk(tmp_path_factory.mktemp("imports"), migrated, FakeEngine()) as found:
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


def send(
    desk: Desk,
    content: bytes,
    name: str = "люди.xlsx",
    role: Role = Role.METHODIST,
    data: dict[str, str] | None = None,
    **headers: str,
) -> Any:
    files = {"file": (name, content, XLSX_TYPE)}
    return desk.post(PATH, data or {"do": "check"}, role, files=files, **headers)


def hidden(page: Markup) -> dict[str, str]:
    """What the report's button sends along."""
    fields = [a for a in page.of("input") if a.get("name") in ("checked", "key")]
    return {str(a["name"]): str(a["value"]) for a in fields}


def known(desk: Desk, educator_id: str) -> bool:
    return desk.caller.get(f"/educators/{educator_id}").status_code == 200


def test_every_blank_form_is_offered_and_opens(desk: Desk) -> None:
    """The page links to each form that the contract has, once, and each is a workbook."""
    document = desk.api("GET", "/openapi.json")
    kinds = document["components"]["schemas"]["BlankForm"]["enum"]
    links = [a["href"] or "" for a in desk.page(PATH).of("a")]
    found = [m[1] for m in (re.fullmatch(rf"{PATH}/forms/(\w+)\.xlsx", x) for x in links) if m]
    assert sorted(found) == sorted(kinds)
    for kind in found:
        answer = desk.get(f"{PATH}/forms/{kind}.xlsx")
        assert answer.headers["content-type"] == XLSX_TYPE
        assert answer.headers["content-disposition"].startswith("attachment")
        openpyxl.load_workbook(io.BytesIO(answer.content))
    assert desk.get(f"{PATH}/forms/history.xlsx").status_code == 422
    assert desk.get(f"{PATH}/forms/..%2f..%2fx.xlsx").status_code in (404, 422)


def test_a_check_loads_nothing_and_a_load_what_was_checked(desk: Desk) -> None:
    """The first sending says what would be loaded, the second loads it and leads to the result."""
    content = book(Педагоги=[HEAD, ["л-1", "учитель", "химия"], ["л-2", "воспитатель", None]])
    checked = send(desk, content)
    assert checked.status_code == 200
    page = sound(checked.text)
    assert "Ошибок нет: люди.xlsx" in page.said
    assert not known(desk, "л-1")
    again = {"do": "load", **hidden(page)}
    done = send(desk, content, data=again)
    assert done.status_code == 303
    assert known(desk, "л-1")
    assert known(desk, "л-2")
    result = desk.page(done.headers["location"])
    assert "Педагоги: строк: 2" in result.said
    assert "/workbench" in [
        a["href"] for a in result.of("a") if "primary" in (a.get("class") or "")
    ]
    version = desk.api("GET", "/educators/л-1")["version"]
    repeated = send(desk, content, data=again)
    assert repeated.headers["location"] == done.headers["location"]
    assert desk.api("GET", "/educators/л-1")["version"] == version


def test_another_file_than_the_checked_one_is_checked_first(desk: Desk) -> None:
    """What nobody has looked at is not loaded, whatever the button says."""
    first = book(Педагоги=[HEAD, ["ч-1", "учитель", ""]])
    other = book(Педагоги=[HEAD, ["ч-2", "учитель", ""]])
    fields = hidden(sound(send(desk, first).text))
    answer = send(desk, other, data={"do": "load", **fields})
    assert answer.status_code == 200
    assert "не тот файл" in sound(answer.text).said
    assert not known(desk, "ч-2")
    bare = send(desk, other, data={"do": "load"})
    assert bare.status_code == 200
    assert not known(desk, "ч-2")


def test_faults_are_told_with_sheet_row_and_column(desk: Desk) -> None:
    """Each fault stands in the row of its place; nothing can be loaded then."""
    content = book(
        Педагоги=[HEAD, ["ф-1", "учитель", ""], ["ф-2", "волшебник", ""]],
        Имена=[["Шифр", "Имя"], ["ф-9", "Кто-то"]],
    )
    answer = send(desk, content)
    assert answer.status_code == 422
    page = sound(answer.text)
    assert "Загрузить пока нельзя" in page.said
    told = desk.caller.post(
        "/imports?dry_run=true", content=content, headers={"Content-Type": XLSX_TYPE}
    ).json()["errors"]
    wizard = next(e for e in told if "волшебник" in e["detail"])
    assert (wizard["row"], wizard["column"]) == (3, "Должность")
    assert re.search(r"Педагоги ?3 ?Должность ?Значение «волшебник» неизвестно", page.said)
    assert page.said.count("Педагоги3") == sum(e["row"] == 3 for e in told)
    assert not hidden(page)
    assert not known(desk, "ф-1")


def test_a_script_gets_the_report_alone(desk: Desk) -> None:
    """A dropped file is answered with the report, its button included; a load leads on."""
    content = book(Педагоги=[HEAD, ["с-1", "учитель", ""]])
    answer = send(desk, content, **HTMX)
    part = sound(answer.text)
    assert not part.of("html")
    assert not part.of("form")
    assert "ещё раз" not in part.said  # the file is still in its field
    done = send(desk, content, data={"do": "load", **hidden(part)}, **HTMX)
    assert (done.status_code, done.text) == (204, "")
    assert done.headers["hx-redirect"] == f"{PATH}?loaded=educators:1"


def _bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "<Types/>")
        made.writestr("xl/worksheets/sheet1.xml", b"0" * 100_000_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content", [b"hello", b"PK\x03\x04broken", b"\x00" * 64, b"=cmd|' /C calc'!A0", _bomb()]
)
def test_what_is_no_workbook_is_refused_in_words(desk: Desk, content: bytes) -> None:
    """Damaged files, other files and archives that would burst give a report with a way out."""
    answer = send(desk, content)
    assert answer.status_code == 422
    assert "Загрузить пока нельзя" in sound(answer.text).said


def test_no_file_is_told_and_too_large_a_file_is_refused(desk: Desk) -> None:
    """Without a file the page says so; a file above the bound is not read."""
    answer = desk.post(PATH, {"do": "check"}, files={"file": ("", b"", "")})
    assert answer.status_code == 422
    assert "Файл не выбран" in sound(answer.text).said
    assert desk.post(PATH, {"do": "check"}).status_code == 422
    assert send(desk, b"\x00" * 2_100_000).status_code == 413


def test_hostile_text_stays_text(desk: Desk) -> None:
    """Cells, headers and names of files and sheets are shown as text."""
    rows = [[*HEAD, HOSTILE], ["=1+1", HOSTILE, HOSTILE, "x"]]
    answer = send(desk, book(**{"<b>": rows, "Педагоги": rows}), name=f"{HOSTILE[:40]}.xlsx")
    page = sound(answer.text)
    assert not page.of("img")
    assert "<script>alert(1)</script>" in page.said


def test_who_may_not_load_sees_the_forms_alone(desk: Desk) -> None:
    """A tutor gets blank forms, and his sending is refused."""
    page = desk.page(PATH, Role.TUTOR)
    assert not [a for a in page.of("input") if a.get("type") == "file"]
    assert f"{PATH}/forms/educators.xlsx" in [a["href"] for a in page.of("a")]
    content = book(Педагоги=[HEAD, ["т-1", "учитель", ""]])
    assert send(desk, content, role=Role.TUTOR).status_code == 403
    fields = {"do": "load", "checked": "0" * 64, "key": str(uuid.uuid4())}
    assert send(desk, content, role=Role.TUTOR, data=fields).status_code == 403
    assert not known(desk, "т-1")


def test_an_address_tells_only_what_may_have_been_loaded(desk: Desk) -> None:
    """Words in an address that are no tables of ours do not reach the page."""
    assert imports.taken_of("educators:3,<b>:4,labels:x,models:2,diagnostics:1") == [
        *(("educators", 3), ("diagnostics", 1))
    ]
    page = desk.page(f"{PATH}?loaded=%3Cscript%3E:1")
    assert "Загружено" not in page.said
