"""The table of groups as a person reads it."""

from __future__ import annotations

import pytest

from engine.deficits.group_table import GroupRow, GroupTable, ShareEstimate
from engine.deficits.groupings import Group, Grouping
from engine.documents import render_groups
from engine.domain import Reason

SHARES = (
    ShareEstimate(0.084, (0.0, 0.25)),
    ShareEstimate(0.5, (0.25, 0.75)),
    ShareEstimate(0.416, (0.25, 0.625)),
)
SHOWN = GroupRow(
    Group(Grouping.POSITION, "teacher", "teacher"),
    "MET.ASM",
    "Оценивание образовательных результатов и подготовка к итоговой аттестации школьников",
    n_members=1300,
    n_measured=24,
    official=(None, None, 9),
    shares=SHARES,
    mean_deficit=0.125,
    deficit_interval_90=(0.07, 0.18),
    official_withheld=Reason("group_protected", {"least": 5}),
)
FEW = GroupRow(
    Group(Grouping.POSITION, "head", "head"),
    "MAN.HR",
    "Кадры",
    n_members=7,
    n_measured=4,
    withheld=Reason("group_too_few", {"least": 21}),
    official_withheld=Reason("group_too_few", {"least": 21}),
)


def table(*rows: GroupRow) -> GroupTable:
    return GroupTable(Grouping.POSITION, "spb", 5, 1307, rows)


def test_a_line_by_hand() -> None:
    """Numbers in Russian typography; what is withheld is a dot and never a zero."""
    lines = render_groups(table(SHOWN), width=160).splitlines()
    assert lines[0] == "Дефициты по группам: должность"
    assert "Должность: Учитель" in lines
    row = next(line for line in lines if "MET.ASM" in line)
    assert row.endswith(
        "24 из 1300   · / · / 9  8,4 % (0–25)  50 % (25–75)  42 % (25–63)  0,13 (0,07–0,18)"
    )


def test_what_is_withheld_is_counted_with_its_reason() -> None:
    """One line a reason, in both languages, with the right form of the noun."""
    text = render_groups(table(FEW))
    assert "не показано компетенций: 1 — оценено меньше 21 человека" in text
    assert "Официально —" not in text
    assert "fewer than 21 people assessed" in render_groups(table(FEW), "en")


def test_a_table_without_rows() -> None:
    """It says why there is nothing."""
    assert "Никто из педагогов не оценивался" in render_groups(table())
    assert "No educator was assessed" in render_groups(table(), "en")


@pytest.mark.parametrize("width", [40, 90, 130])
@pytest.mark.parametrize("language", ["ru", "en"])
def test_lines_fit_the_width(width: int, language: str) -> None:
    """From 90 columns on nothing runs over; plain text has no escape sequences."""
    text = render_groups(table(SHOWN, FEW), language, width=width)
    assert max(map(len, text.splitlines())) <= max(90, width)
    assert "\x1b" not in text
    assert "\x1b" in render_groups(table(SHOWN), language, width=width, colour=True)
