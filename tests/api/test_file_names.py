"""Names of files: readable, safe in a header, safe on a disk."""

from __future__ import annotations

import datetime as dt
from urllib.parse import unquote

import pytest

from api.file_names import NAME_MOST, attachment, of_person, readable


def parts(said: str) -> tuple[str, str]:
    """The ASCII name and the readable one."""
    plain, mark, coded = said.partition("; filename*=UTF-8''")
    assert mark
    assert said.isascii()
    return plain.removeprefix('attachment; filename="').removesuffix('"'), unquote(coded)


def test_both_names_are_given() -> None:
    """RFC 6266: one for everybody, one that programs of today take."""
    found = parts(attachment("ИОМ П-001 2026-09-01", "docx", "iom-П1"))
    assert found == ("iom-_1.docx", "ИОМ П-001 2026-09-01.docx")


@pytest.mark.parametrize(
    "title",
    [
        'a"; filename="evil.exe',
        "a\r\nSet-Cookie: x=1",
        "../../etc/passwd",
        "a\\b",
        "а\u202excod.exe",
        "a\x00b",
        "\ud800",
    ],
)
def test_nothing_in_a_name_leaves_it(title: str) -> None:
    """No second parameter, header or folder, and no letters that read the other way round."""
    said = attachment(title, "pdf", title)
    assert said.count('"') == 2
    assert not set("\r\n\0") & set(said)
    for name in parts(said):
        assert not set('<>:"/\\|?*\r\n\u202e\0') & set(name)
        assert name.endswith(".pdf")


def test_an_empty_name_falls_back_and_a_long_one_is_cut() -> None:
    """There is always a name, and a file system takes it."""
    assert parts(attachment(" ./ ", "ics", "route-1")) == ("route-1.ics", "route-1.ics")
    assert len(readable("я" * 300)) == NAME_MOST


def test_the_day_is_that_of_the_person() -> None:
    """Late evening in UTC is the next day in Vladivostok."""
    at = dt.datetime(2026, 9, 1, 20, tzinfo=dt.UTC)
    assert of_person("ИОМ", "П-1", at, "Asia/Vladivostok") == "ИОМ П-1 2026-09-02"
