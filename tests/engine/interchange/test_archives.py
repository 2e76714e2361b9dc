"""Archives that must not be unpacked are refused before they are, and honest ones are not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest

from engine.interchange import read_package
from engine.interchange.archives import archive_problem
from tests.engine.interchange.conftest import AS_OF, NODES

BOOK = "<workbook/>"
BOMB = """<!DOCTYPE a [<!ENTITY x "xx"><!ENTITY y "&x;&x;&x;&x;">]><a>&y;</a>"""
OUTSIDE = """<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"""


def packed(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with the one part that makes a workbook, and others."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in {"xl/workbook.xml": BOOK, **parts}.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def code(content: bytes, **limits: int) -> str | None:
    found = archive_problem(content, **limits)
    return None if found is None else found[0]


def test_a_workbook_of_openpyxl_is_admitted() -> None:
    """A book with many alike rows packs well and is honest all the same."""
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Лист")
    for _ in range(20_000):
        sheet.append(["П-001", "учитель", 1, 2.5])
    buffer = io.BytesIO()
    book.save(buffer)
    assert archive_problem(buffer.getvalue()) is None


@pytest.mark.parametrize(
    "name", ["../../evil.xml", "/etc/cron.d/x", "..\\evil.xml", "C:\\evil.xml", "xl/../../x", "C:x"]
)
def test_names_that_lead_out_are_refused(name: str) -> None:
    """Upwards, absolute, and in the way of Windows."""
    assert code(packed({name: "<a/>"})) == "workbook_refused"


def test_two_parts_of_one_name_are_refused() -> None:
    """One reader would take the first of them and another the last."""
    buffer = io.BytesIO(packed({}))
    with zipfile.ZipFile(buffer, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/workbook.xml", "<other/>")
    assert code(buffer.getvalue()) == "workbook_refused"


@pytest.mark.parametrize("text", [BOMB, OUTSIDE])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize(
    "name", ["xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels", "xl/odd.dat"]
)
def test_document_types_are_found_however_they_are_written(
    text: str, encoding: str, name: str
) -> None:
    """In every encoding, far behind a comment, and in a part of any name."""
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""
    prolog = f"<!--{'-x' * 3_000}-->"
    assert code(packed({name: mark + text.encode(encoding)})) == "workbook_refused"
    assert code(packed({name: mark + (prolog + text).encode(encoding)})) == "workbook_refused"


def test_a_prologue_without_end_is_refused() -> None:
    """A document type behind megabytes of comments is not looked for: nobody writes so."""
    text = "<!--" + "x" * 100_000 + "--><!DOCTYPE a><a/>"
    assert code(packed({"xl/a.xml": text})) == "workbook_refused"


def test_pictures_and_words_about_types_are_no_types() -> None:
    """What is no XML, and a cell that speaks of DOCTYPE, are admitted."""
    parts = {
        "xl/media/image1.png": b"\x89PNG\r\n\x1a\n" + bytes(5_000),
        "xl/sharedStrings.xml": "<sst><t>&lt;!DOCTYPE a&gt; и <b>ещё</b></t></sst>",
        "xl/empty.xml": "",
    }
    assert code(packed(parts)) is None


def test_a_bomb_is_refused_by_its_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    """30 MB of zeros in 30 kB: too dense, and nothing of it is unpacked."""
    content = packed({"xl/worksheets/sheet1.xml": bytes(30_000_000)})
    assert len(content) < 60_000

    def opened(*_: object, **__: object) -> None:
        raise AssertionError("a part was unpacked")

    monkeypatch.setattr(zipfile.ZipFile, "open", opened)
    assert code(content) == "workbook_too_large"


def test_a_dense_part_does_not_hide_behind_others() -> None:
    """Incompressible ballast mends the ratio of the whole, not that of the part."""
    ballast = b"".join(i.to_bytes(4, "little") for i in range(500_000))
    ballast = bytes(b * 97 % 251 for b in ballast)
    buffer = io.BytesIO(packed({"xl/worksheets/sheet1.xml": bytes(30_000_000)}))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("xl/media/ballast.bin", ballast)
    assert code(buffer.getvalue()) == "workbook_too_large"


def test_sizes_and_numbers_of_parts_are_bounded() -> None:
    """All parts together against the limit of the caller; two thousand parts against ours."""
    parts = {f"xl/{i}.xml": "<a>" + "x" * 1_000 + "</a>" for i in range(10)}
    assert code(packed(parts), unpacked_most=9_000) == "workbook_too_large"
    assert code(packed(parts), unpacked_most=20_000) is None
    assert code(packed({f"xl/{i}.xml": "<a/>" for i in range(2_001)})) == "workbook_too_large"


def test_a_stated_size_binds_whoever_unpacks(tmp_path: Path) -> None:
    """A directory that states less than there is does not get the rest unpacked."""
    content = bytearray(packed({"xl/worksheets/sheet1.xml": bytes(3_000_000)}))
    stated = (3_000_000).to_bytes(4, "little")
    while (place := content.find(stated)) >= 0:
        content[place : place + 4] = (10).to_bytes(4, "little")
    (tmp_path / "scores.xlsx").write_bytes(content)
    report = read_package(
        tmp_path / "scores.xlsx", known_nodes=NODES, as_of=AS_OF, require_catalogue=False
    )
    assert [f.code for f in report.faults] == ["workbook_damaged"]


@pytest.mark.slow
def test_far_cells_in_many_rows_are_not_filled_up(tmp_path: Path) -> None:
    """A row with an empty cell in the last column is 16 384 cells wide: they are counted."""
    path = tmp_path / "scores.xlsx"
    openpyxl.Workbook().save(path)
    rows = "".join(f'<row r="{i}"><c r="XFD{i}"/></row>' for i in range(1, 4_000))
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheet = f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'
    with zipfile.ZipFile(path) as old:
        parts = {n: old.read(n) for n in old.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in {**parts, "xl/worksheets/sheet1.xml": sheet}.items():
            new.writestr(name, content)
    report = read_package(path, known_nodes=NODES, as_of=AS_OF, require_catalogue=False)
    assert [f.code for f in report.faults] == ["workbook_too_large"]
