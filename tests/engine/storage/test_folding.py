"""Folded texts: one spelling for searching."""

from __future__ import annotations

import pytest

from engine.storage.folding import folded, folded_entry, folded_list


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Семёнова   АННА\tПавловна ", "семенова анна павловна"),
        ("П-017/ё", "п-017/е"),
        ("", ""),
        ("STRASSE straße", "strasse strasse"),
    ],
)
def test_case_yo_and_spaces_do_not_tell_texts_apart(text: str, expected: str) -> None:
    """Hand-written spellings, Cyrillic and Latin."""
    assert folded(text) == expected


def test_an_entry_is_found_whole_in_a_list() -> None:
    """«Химия» is not found in «Геохимия», nor across two neighbours."""
    column = folded_list(["Геохимия", "Физика и  химия", "Ёлка"])
    assert folded_entry("ЕЛКА") in column
    assert folded_entry("физика и химия") in column
    assert folded_entry("химия") not in column
    assert folded_entry("химия елка") not in column
    assert folded_list([]) == ""
