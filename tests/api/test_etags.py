"""Conditions of edits, read from headers."""

from __future__ import annotations

import pytest

from api.etags import Match, tags_of
from api.refusals import Refused


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ('"1"', {"1"}),
        ('"1", "2"', {"1", "2"}),
        (' "a,b" ,W/"3","4" ', {"a,b", "4"}),
        ('W/"1"', set()),
        ('""', {""}),
    ],
)
def test_a_list_of_tags_is_read(header: str, tags: set[str]) -> None:
    """Strong tags count, weak ones do not, a comma may stand in a tag."""
    assert tags_of(header) == tags
    assert tags <= tags_of(header, weak=True)


@pytest.mark.parametrize("header", ["", "1", '"1', '"1" x', '"1""2"', "*", '"1",,', '"' * 2_000])
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    """Nothing is guessed from a malformed condition."""
    with pytest.raises(Refused) as error:
        tags_of(header)
    assert error.value.code == "condition_unreadable"


def test_who_may_edit_what() -> None:
    """RFC 9110, 13.1: tags admit their versions, * any that there is, absent only nothing."""
    named, any_, absent = Match(frozenset({"2"})), Match(any=True), Match(absent=True)
    admitted = [[m.admits(found) for found in (None, 1, 2)] for m in (named, any_, absent)]
    assert admitted == [[False, False, True], [False, True, True], [True, False, False]]
