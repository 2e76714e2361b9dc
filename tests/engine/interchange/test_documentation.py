"""The documentation of the tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.interchange import TABLES
from engine.interchange.documentation import MARK_END, MARK_START, document_tables, refreshed

README = Path(__file__).parents[3] / "data" / "README.md"


def test_the_committed_text_is_the_generated_one() -> None:
    """``data/README.md`` speaks of the tables as the schema does.

    To make it anew: ``python -m engine.interchange.documentation data/README.md``.
    """
    text = README.read_text(encoding="utf-8")
    assert text == refreshed(text)


def test_every_table_and_column_is_documented() -> None:
    """Each column stands in the text with its type, and required ones say so."""
    text = document_tables()
    for table in TABLES.values():
        section = text.split(f"### `{table.name}`")[1].split("### ")[0]
        for column in table.columns:
            (line,) = [x for x in section.splitlines() if x.startswith(f"| `{column.name}` |")]
            cells = [c.strip() for c in line.strip("|").split(" | ")]
            assert cells[1] == column.header
            assert (cells[4] == "да") == column.required
            assert column.unit in cells[3]


def test_only_the_part_between_the_marks_is_made_anew() -> None:
    """The words around the generated part stay; missing marks are refused."""
    text = f"До\n\n{MARK_START}\nстарое\n{MARK_END}\n\nПосле\n"
    made = refreshed(text)
    assert made.startswith(f"До\n\n{MARK_START}\n")
    assert made.endswith(f"{MARK_END}\n\nПосле\n")
    assert "старое" not in made
    assert refreshed(made) == made
    with pytest.raises(ValueError, match="mark"):
        refreshed("без меток")
