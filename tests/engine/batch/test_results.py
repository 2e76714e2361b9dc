"""The file of results: whole lines, torn ones, going on where it ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from engine.batch import Line, open_results
from engine.errors import InputError

LINES = tuple(Line(number, f'{{"educator": "Ё-{number}"}}') for number in (1, 2, 4))


def mark(line: Line) -> str:
    return line.mark("setting")


def written(path: Path, lines: Sequence[Line], *, resume: bool = False) -> None:
    with closing(open_results(path, resume=resume)) as results:
        for line in results.remaining(lines, mark):
            results.write(line, mark(line), f'"route": "Маршрут {line.number}"')


def test_every_line_is_an_object_with_number_and_mark(tmp_path: Path) -> None:
    """The file is NDJSON in UTF-8; numbers are those of the input."""
    path = tmp_path / "out.ndjson"
    written(path, LINES)
    entries = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
    assert [(e["line"], e["route"]) for e in entries] == [
        (1, "Маршрут 1"), (2, "Маршрут 2"), (4, "Маршрут 4")
    ]  # fmt: skip
    assert len({e["input"] for e in entries}) == 3


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_file_cut_anywhere_is_completed_to_the_same_bytes(tmp_path: Path, cut: int) -> None:
    """Whatever of the last lines is torn off, going on gives the file that never was cut."""
    path = tmp_path / "out.ndjson"
    written(path, LINES)
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])
    written(path, LINES, resume=True)
    assert path.read_bytes() == whole


def test_going_on_with_a_whole_file_does_nothing(tmp_path: Path) -> None:
    """All lines are done, so none is left."""
    path = tmp_path / "out.ndjson"
    written(path, LINES)
    with closing(open_results(path, resume=True)) as results:
        assert list(results.remaining(LINES, mark)) == []


def test_results_are_never_overwritten(tmp_path: Path) -> None:
    """Hours of work are not lost by a repeated command."""
    path = tmp_path / "out.ndjson"
    written(path, LINES)
    with pytest.raises(InputError, match="уже есть") as raised:
        open_results(path, resume=False)
    assert raised.value.faults[0].code == "output_exists"


@pytest.mark.parametrize(
    "other",
    [
        (Line(1, '{"educator": "other"}'), *LINES[1:]),
        (Line(2, LINES[0].text), *LINES[1:]),
        LINES[:1],
    ],
    ids=["text", "number", "shorter"],
)
def test_results_of_another_input_are_refused(tmp_path: Path, other: Sequence[Line]) -> None:
    """Answers would else be put to lines that did not ask for them."""
    path = tmp_path / "out.ndjson"
    written(path, LINES)
    before = path.read_bytes()
    with pytest.raises(InputError) as raised:
        written(path, other, resume=True)
    assert raised.value.faults[0].code == "resume_mismatch"
    assert path.read_bytes() == before


def test_results_under_other_settings_are_refused(tmp_path: Path) -> None:
    """The mark covers the settings: half a file of one policy, half of another is no result."""
    path = tmp_path / "out.ndjson"
    written(path, LINES)
    with (
        closing(open_results(path, resume=True)) as results,
        pytest.raises(InputError, match="настройках"),
    ):
        results.remaining(LINES, lambda line: line.mark("another"))


def test_a_foreign_file_is_left_alone(tmp_path: Path) -> None:
    """A file that holds something else is refused, and not a byte of it is cut."""
    path = tmp_path / "notes.ndjson"
    path.write_text('{"note": 1}\n{"no', encoding="utf-8")
    with pytest.raises(InputError) as raised:
        open_results(path, resume=True)
    assert (raised.value.faults[0].code, raised.value.faults[0].row) == ("resume_unreadable", 1)
    assert path.read_text("utf-8") == '{"note": 1}\n{"no'
