"""Bad input through the command: a clear error, the right exit code, nothing half-done."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.cli.app import run

Spoil = Callable[[Path], None]


def rewritten(table: str, old: str, new: str) -> Spoil:
    """Replace the first ``old`` of a table; it must be there."""

    def spoil(folder: Path) -> None:
        path = folder / f"{table}.csv"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    return spoil


def declared(folder: Path, table: str, content: str) -> None:
    """Add a table to the package and to its description."""
    (folder / f"{table}.csv").write_text(content)
    manifest = folder / "datapackage.json"
    body = json.loads(manifest.read_text())
    body["resources"].append({"name": table, "path": f"{table}.csv"})
    manifest.write_text(json.dumps(body))


def cycle(folder: Path) -> None:
    declared(
        folder,
        "prerequisites",
        "activity_id,group,required_activity_id\npk-assess,1,web-assess\nweb-assess,1,pk-assess\n",
    )


def emptied(folder: Path) -> None:
    (folder / "datapackage.json").unlink()
    for path in folder.glob("*.csv"):
        if path.stem in ("offerings", "meetings", "coverage"):
            path.unlink()
    catalogue = folder / "activities.csv"
    catalogue.write_text(catalogue.read_text().splitlines()[0] + "\n")


SCORE = "MET.ASM,2,6,6"
CASES: list[tuple[str, Spoil, tuple[str, ...]]] = [
    ("score_above_maximum", rewritten("diagnostics", SCORE, "MET.ASM,7,6,6"),
     ("diagnostics.csv, строка 2, столбец «score»", "7 больше максимума 6")),
    ("unknown_node", rewritten("diagnostics", SCORE, "MET.AMS,2,6,6"),
     ("diagnostics.csv, строка 2, столбец «node»", "MET.ASM")),
    ("offering_ends_before_start", rewritten("offerings", "2026-12-13", "2026-08-13"),
     ("offerings.csv, строка 2, столбец «end»", "13.08.2026", "21.09.2026")),
    ("prerequisite_cycle", cycle,
     ("prerequisites.csv, строка 2", "pk-assess → web-assess → pk-assess")),
    ("mentor_without_consent", rewritten("mentors", "true", "false"),
     ("mentors.csv, строка 2, столбец «consent»", "«M1»")),
    ("empty_catalogue", emptied, ("нет ни одной активности",)),
    ("number_not_finite", rewritten("activities", "уроке,36,", "уроке,NaN,"),
     ("activities.csv, строка 2, столбец «hours_academic»", "NaN")),
    ("number_not_finite", rewritten("diagnostics", SCORE, "MET.ASM,1e309,6,6"),
     ("diagnostics.csv, строка 2, столбец «score»", "1e309")),
    ("number_not_finite", rewritten("diagnostics", SCORE, "MET.ASM,2,1e309,6"),
     ("diagnostics.csv, строка 2, столбец «max_score»", "1e309")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "spoil", "said"), CASES)
def test_bad_data_are_named_and_nothing_is_written(
    own: Path, capsys: pytest.CaptureFixture[str], code: str, spoil: Spoil, said: tuple[str, ...]
) -> None:
    """Building and importing both leave with 3, name the place, and write no file."""
    spoil(own)
    out = own.parent / "out"
    moment = ["--as-of", "2026-08-31T09:00:00+03:00", "--out", str(out)]
    for command in (["build", str(own), "--educator", "E1"], ["import", str(own)]):
        assert run([*command, *moment]) == 3
        printed = capsys.readouterr()
        assert f"[{code}]" in printed.err
        assert all(words in printed.err for words in said)
        assert "Traceback" not in printed.err
        assert not out.exists()


def test_two_pins_that_overlap_are_a_conflict(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two pinned runs that meet at one hour give no route, code 4, and both are named."""
    at_four = "2026-12-02T16:00:00+03:00,2026-12-02T19:00:00+03:00"
    rewritten("meetings", "mc-assess-1,2026-12-16T16:00:00+03:00,2026-12-16T19:00:00+03:00",
              f"mc-assess-1,{at_four}")(own)  # fmt: skip
    rewritten("offerings", "mc-assess,2026-12-16,2026-12-16", "mc-assess,2026-12-02,2026-12-02")(
        own
    )
    assert f"burnout-1,{at_four}" in (own / "meetings.csv").read_text()
    pins = ["--pin", "mc-assess-1", "--pin", "burnout-1", "--tempo", "300", "--json"]
    assert run(["build", str(own), "--educator", "E1", *pins]) == 4
    answer = json.loads(capsys.readouterr().out)
    assert answer["status"] == "INFEASIBLE"
    assert answer["route"] is None
    named = json.dumps(answer["conflict"])
    assert "mc-assess-1" in named
    assert "burnout-1" in named
    for alone in (pins[:2], pins[2:4]):
        assert run(["build", str(own), "--educator", "E1", *alone, *pins[4:]]) == 0


def test_a_tempo_of_zero_in_every_week_is_refused(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No week to learn in: code 3 and what to change, by option and by file."""
    assert run(["build", str(own), "--educator", "E1", "--tempo", "0"]) == 3
    assert "[no_tempo]" in capsys.readouterr().err
    educators = own / "educators.csv"
    head, first, *rest = educators.read_text().splitlines()
    lines = [head + ",tempo_min_per_week", first + ",0", *(r + "," for r in rest)]
    educators.write_text("\n".join(lines) + "\n")
    assert run(["build", str(own), "--educator", "E1"]) == 3
    assert "[no_tempo]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "file_is_image"),
        (b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8, "file_is_image"),
        (b"PK\x03\x04 but no book at all", "workbook_damaged"),
        (b"", "not_a_workbook"),
    ],
)
def test_a_file_that_is_no_workbook_is_refused(
    own: Path, capsys: pytest.CaptureFixture[str], content: bytes, code: str
) -> None:
    """A picture or a torn file named .xlsx: code 3 and what it is."""
    path = own.parent / "мои баллы.xlsx"
    path.write_bytes(content)
    assert run(["build", str(own), "--diagnostics", str(path)]) == 3
    printed = capsys.readouterr()
    assert f"[{code}]" in printed.err
    assert "мои баллы.xlsx" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    "option",
    [
        ("--deadline-ms", "0"), ("--deadline-ms", "30001"), ("--gap", "nan"), ("--gap", "1e309"),
        ("--tempo", "1e309"), ("--tempo", "-1"), ("--max-steps", "-1"), ("--language", "fr"),
        ("--hours", "семинар=nan"), ("--hours", "семинар=0"), ("--hours", "семнар=4"),
        ("--hours", "семинар"),
    ],
)  # fmt: skip
def test_numbers_of_options_are_bounded(
    own: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, str]
) -> None:
    """A deadline of 0, NaN, 1e309 and the like in an option are a wrong call that names it."""
    out = own.parent / "out"
    assert run(["build", str(own), "--educator", "E1", "--out", str(out), *option]) == 2
    printed = capsys.readouterr()
    # the parser may colour the name of the option inside the message
    assert option[0].removeprefix("--") in printed.err or option[1] in printed.err
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--pin", "нет такого"), "unknown_activity"),
        (("--ban", "нет такого"), "unknown_activity"),
        (("--policy", "mars"), "unknown_policy"),
        (("--as-of", "2026-08-31T09:00:00"), "as_of_invalid"),
        (("--as-of", "завтра"), "as_of_invalid"),
        (("--educator", "E2"), "nothing_to_plan"),
    ],
)
def test_options_that_name_nothing_are_refused(
    own: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, str], code: str
) -> None:
    """Names that lead nowhere leave with 3; whoever has no evidence is told what to do next."""
    chosen = () if "--educator" in options else ("--educator", "E1")
    assert run(["build", str(own), *chosen, *options]) == 3
    printed = capsys.readouterr()
    assert f"[{code}]" in printed.err
    assert ("→" in printed.err) == (code == "nothing_to_plan")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"problem": NaN}', '"a"', "\x00", "[" * 9_999])
def test_a_damaged_problem_file_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    """What is no problem file leaves solve and check with 3."""
    path = tmp_path / "problem.json"
    path.write_text(content)
    for command in (["solve", str(path)], ["check", str(path), str(path)]):
        assert run(command) == 3
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err


def test_a_place_that_cannot_be_written_is_named(
    own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file where the folder should be: code 3, the path, and what to do."""
    taken = own.parent / "занято"
    taken.write_text("не папка")
    for command in (
        ["build", str(own), "--educator", "E1", "--out", str(taken)],
        ["import", str(own), "--out", str(taken)],
        ["template", str(taken), "--table", "labels"],
        ["solve", str(own)],
    ):
        assert run(command) == 3
        assert "Нет доступа" in capsys.readouterr().err
    assert taken.read_text() == "не папка"
