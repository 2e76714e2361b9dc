"""Files whose bytes do not depend on the clock."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import openpyxl
import pytest

from engine.documents.archive import repeatable


def book() -> bytes:
    made = io.BytesIO()
    openpyxl.Workbook().save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("year", "written"), [(1901, 1980), (1980, 1980), (2026, 2026), (2107, 2107), (2199, 2107)]
)
def test_every_year_that_a_call_may_name_can_be_written(year: int, written: int) -> None:
    """ZIP knows 1980 to 2107; the nearest stands for others, and the file still opens."""
    content = repeatable(book(), dt.datetime(year, 6, 1, 12, tzinfo=dt.UTC))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {written}
    assert openpyxl.load_workbook(io.BytesIO(content)).sheetnames == ["Sheet"]
