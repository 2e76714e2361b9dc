"""Widths of texts in pictures, and what is cut or wrapped by them."""

from __future__ import annotations

import json

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.lettering import fitted, text_width, wrapped

TITLES = (
    "Формирующее оценивание на уроках математики в основной школе",
    "ПРОГРАММА ПОВЫШЕНИЯ КВАЛИФИКАЦИИ УЧИТЕЛЕЙ ФИЗИКИ И МАТЕМАТИКИ",
    "ШШШШ ЩЩЩЩ ЖЖЖЖ ЮЮЮЮ",
    "Millimetre: how wide is a word? (2026, № 7)",
    "щшжмюф щшжмюф щшжмюф",
    "1234567890 %",
)


@pytest.mark.parametrize("text", TITLES)
def test_estimates_cover_the_width_that_a_font_really_takes(text):
    """No text is wider than estimated in the font of the PDF, and none half as wide."""
    quoted = json.dumps(text, ensure_ascii=False)
    letters = f'text(size: 100pt, font: "Libertinus Serif", {quoted})'
    source = f"#context [#metadata(measure({letters}).width.pt()) <width>]"
    found = typst.query(source.encode(), "<width>", field="value", one=True)
    real = float(json.loads(found))
    assert real <= text_width(text, 100) <= 1.6 * real


@given(st.text(min_size=1), st.floats(20, 400))
def test_wrapping_loses_no_letter_and_every_line_fits(text, room):
    """All letters come back in order; a line is wider than the room only as a single letter."""
    lines = wrapped(text, room, 13)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(text_width(line, 13) <= room or len(line) == 1 for line in lines)


@given(st.text(), st.floats(60, 400))
def test_what_is_fitted_fits(text, room):
    """A text that fits stays as it is, another is shorter, fits and ends with an ellipsis."""
    short = fitted(text, room, 13)
    if text_width(text, 13) <= room:
        assert short == text
    else:
        assert text_width(short, 13) <= room
        assert short.endswith("…")
        assert text.startswith(short[:-1])


def test_a_text_of_nothing_is_one_empty_line():
    """A row without a title still has a line."""
    assert wrapped("", 100, 13) == ("",)
    assert wrapped("  ", 100, 13) == ("",)
