"""The file of a route problem: round trip, schema, canonical bytes, and what is refused."""

from __future__ import annotations

import copy
import dataclasses
import hashlib
import json
import time
from collections.abc import Iterator
from importlib import resources
from typing import Any

import jsonschema
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ArtefactError, Fault, InputError
from engine.planning import problem_json
from engine.planning.problem import (
    CheckpointOffer,
    CheckpointRules,
    FormLimit,
    Limits,
    MentorRules,
    Pin,
    ProblemActivity,
    ProblemDemand,
    ProblemMentor,
    Ragged,
    Revision,
    RouteProblem,
)
from engine.planning.problem_json import (
    FORMAT,
    NO_CLOCK_MS,
    VERSION,
    problem_digest,
    problem_from_dict,
    problem_to_dict,
    read_problem_file,
    write_problem_file,
)
from engine.planning.solution import SolveOptions
from tests.engine.planning.problems import at, candidate, make_problem, random_problem

OPTIONS = SolveOptions(gap_ppm=5, deadline_ms=77, work_milli=8, seed=3)
SCHEMA: dict[str, Any] = json.loads(
    (resources.files("engine.planning") / "route_problem.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def same(left: object, right: object) -> bool:
    """Equal in every field, arrays by type and content."""
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.dtype == right.dtype and left.shape == right.shape and (left == right).all()
    if dataclasses.is_dataclass(left) and type(left) is type(right):
        names = (field.name for field in dataclasses.fields(left))
        return all(same(getattr(left, name), getattr(right, name)) for name in names)
    return type(left) is type(right) and left == right


def file_of(problem: RouteProblem) -> dict[str, Any]:
    loaded = json.loads(write_problem_file(problem, OPTIONS))
    assert isinstance(loaded, dict)
    return loaded


def small_file() -> dict[str, Any]:
    runs = [
        candidate(0, 0, 6, label="первый", gains=((0, 5),), weekly=((0, 60),)),
        candidate(1, 7, 9, meetings=((at(8, 9), at(8, 10), -1),)),
    ]
    mentor = MentorRules(options=(ProblemMentor("m", 1, 1, 1, ((at(3, 9), at(3, 10), -1),)),))
    return file_of(make_problem(runs, n_weeks=2, busy=[(0, 5)], mentor=mentor))


@pytest.mark.parametrize("size", ["small", "medium"])
@pytest.mark.parametrize("seed", range(15))
def test_round_trip_keeps_everything(seed: int, size: str) -> None:
    """What was written is read back equal, and is written again as the same bytes."""
    problem = random_problem(seed, size)
    data = write_problem_file(problem, OPTIONS)
    again, options = read_problem_file(data)
    assert same(again, problem)
    assert options == OPTIONS
    assert write_problem_file(again, options) == data
    assert same(problem_from_dict(problem_to_dict(problem)), problem)


def test_the_file_is_canonical_and_its_problem_is_what_the_digest_is_of() -> None:
    """Sorted keys, no spaces, a line feed at the end; whichever of the two is asked first."""
    problem = random_problem(3, "medium")
    told = {
        "format": FORMAT,
        "version": VERSION,
        "options": dataclasses.asdict(OPTIONS),
        "problem": problem_to_dict(problem),
    }

    def text(value: object) -> bytes:
        form = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"{form}\n".encode()

    assert problem_digest(problem) == hashlib.sha256(text(told["problem"])).hexdigest()
    assert write_problem_file(problem, OPTIONS) == text(told)
    other = random_problem(3, "medium")
    assert write_problem_file(other, OPTIONS) == text(told)
    assert problem_digest(other) == problem_digest(problem)


def test_extreme_options_are_kept() -> None:
    """The greatest seed that the service takes, no clock and no work are read back."""
    options = SolveOptions(0, NO_CLOCK_MS, 0, 2**31 - 1)
    data = write_problem_file(random_problem(0), options)
    VALIDATOR.validate(json.loads(data))
    assert read_problem_file(data)[1] == options


@pytest.mark.parametrize("seed", range(15))
def test_written_files_fit_the_schema(seed: int) -> None:
    """JSON Schema 2020-12 accepts every file that is written."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    VALIDATOR.validate(file_of(random_problem(seed)))
    VALIDATOR.validate(file_of(make_problem([])))


def test_canonical_bytes() -> None:
    """Sorted keys, no blanks, letters as they are, one newline at the end."""
    data = write_problem_file(make_problem([candidate(label="поток")]), OPTIONS)
    text = data.decode("utf-8")
    assert text.endswith("}\n")
    assert "поток" in text
    assert ": " not in text
    assert (
        text
        == json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        + "\n"
    )


def test_digest_tells_problems_apart_and_ignores_options() -> None:
    """sha256 of the problem's own canonical JSON."""
    digests = {problem_digest(random_problem(seed)) for seed in range(20)}
    assert len(digests) == 20
    assert all(len(digest) == 64 for digest in digests)
    assert problem_digest(random_problem(1)) in digests
    changed = dataclasses.replace(random_problem(1), limits=Limits(steps_max=99))
    assert problem_digest(changed) not in digests


def nodes(schema: object, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object schema with its properties."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield path, schema
        for name, value in schema.items():
            yield from nodes(value, f"{path}/{name}")


OPTIONAL = {"/$defs/problem": {"revision"}}
"""Fields that a file may leave out: a new route revises none."""


def test_the_schema_describes_every_field() -> None:
    """Each property has a description of its own or by reference, is required, and no other."""
    found = dict(nodes(SCHEMA))
    assert len(found) >= 15
    for path, node in found.items():
        assert node["additionalProperties"] is False, path
        needed = node["properties"].keys() - OPTIONAL.get(path, frozenset())
        assert sorted(node["required"]) == sorted(needed), path
        for name, value in node["properties"].items():
            assert value.get("description") or value.get("$ref"), f"{path}/{name}"


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        (SolveOptions, "options"),
        (RouteProblem, "problem"),
        (ProblemDemand, "demand"),
        (ProblemActivity, "activity"),
        (Limits, "limits"),
        (FormLimit, "form_limit"),
        (Pin, "pin"),
        (Revision, "revision"),
        (ProblemMentor, "mentor_option"),
        (MentorRules, "mentor"),
        (CheckpointOffer, "checkpoint_offer"),
        (CheckpointRules, "checkpoints"),
    ],
)
def test_the_schema_has_the_fields_of_the_contract(cls: Any, name: str) -> None:
    """A field that is added to the contract is added to the schema."""
    declared = {field.name for field in dataclasses.fields(cls)}
    assert set(SCHEMA["$defs"][name]["properties"]) == declared


Edit = tuple[tuple[str | int, ...], Any]
REMOVE = object()

WRONG: list[tuple[Edit, str, bool]] = [
    ((("problem", "tempo_min", 1), 60.0), "wrong_type", False),
    ((("problem", "tempo_min", 1), 60.5), "wrong_type", True),
    ((("problem", "tempo_min", 1), True), "wrong_type", True),
    ((("problem", "tempo_min", 1), "60"), "wrong_type", True),
    ((("problem", "tempo_min", 1), None), "wrong_type", True),
    ((("problem", "tempo_min", 1), 10**400), "number_too_large", True),
    ((("problem", "tempo_min", 1), -1), "out_of_range", True),
    ((("problem", "tempo_min"), {}), "wrong_type", True),
    ((("problem", "holiday_week", 0), 0), "wrong_type", True),
    ((("problem", "limits", "online_allowed"), 1), "wrong_type", True),
    ((("problem", "limits", "steps_max"), True), "wrong_type", True),
    ((("problem", "limits", "steps"), 5), "unknown_field", True),
    ((("problem", "limits", "steps_max"), REMOVE), "missing_field", True),
    ((("problem", "limits"), 5), "wrong_type", True),
    ((("problem", "candidates"), []), "wrong_type", True),
    ((("problem", "candidates", "label", 0), 5), "wrong_type", True),
    ((("problem", "candidates", "seats"), REMOVE), "missing_field", True),
    ((("problem", "candidates", "seats"), [1]), "wrong_shape", False),
    ((("problem", "candidates", "gains", "demand"), []), "unequal_columns", False),
    ((("problem", "candidates", "gains", "indptr", 1), 9), "broken_rows", False),
    ((("problem", "candidates", "excluded", 1), "no"), "wrong_type", True),
    ((("problem", "busy", 0), [1, 2, 3]), "wrong_length", True),
    ((("problem", "busy", 0, 1), 0), "bad_span", True),
    ((("problem", "demands", 0, "pieces", 0), [5]), "wrong_length", True),
    ((("problem", "demands", 0, "label"), 5), "wrong_type", True),
    ((("problem", "activities", 0, "prerequisites"), [3]), "wrong_type", True),
    ((("problem", "mentor", "options", 0, "slots", 0, 2), 1.5), "wrong_type", True),
    ((("problem", "candidates", "activity", 0), 99), "index_out_of_range", False),
    ((("options", "deadline_ms"), 0), "out_of_range", True),
    ((("options", "gap_ppm"), 1.0), "wrong_type", False),
    ((("options", "work_milli"), -1), "out_of_range", True),
    ((("options", "seed"), 2**31), "number_too_large", True),
    ((("surprise",), 1), "unknown_field", True),
    ((("problem",), REMOVE), "missing_field", True),
]


def edited(file: dict[str, Any], edit: Edit) -> dict[str, Any]:
    path, value = edit
    changed = copy.deepcopy(file)
    place: Any = changed
    for key in path[:-1]:
        place = place[key]
    if value is REMOVE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed


@pytest.mark.parametrize(("edit", "code", "in_schema"), WRONG)
def test_broken_files_are_refused_with_the_place(edit: Edit, code: str, in_schema: bool) -> None:
    """The one mistake is the one fault, at its JSON pointer; the schema sees it where it can.

    JSON Schema takes 60.0 for an integer and does not compare lengths of columns.
    """
    file = edited(small_file(), edit)
    with pytest.raises(InputError) as caught:
        read_problem_file(json.dumps(file).encode())
    place = "".join(f"/{key}" for key in edit[0])
    fault = caught.value.faults[0]
    assert fault.code == code
    assert fault.pointer.startswith(place.rsplit("/", 1)[0])
    assert fault.detail
    if code in ("wrong_type", "unknown_field", "missing_field", "number_too_large"):
        assert fault.pointer.startswith(place)
        assert len(caught.value.faults) == 1
    assert VALIDATOR.is_valid(file) is not in_schema


@pytest.mark.parametrize("number", ["NaN", "1e309", "-Infinity", "1e2", "0.5"])
def test_numbers_that_are_no_integers_are_named(number: str) -> None:
    """NaN, infinities and floats stand nowhere in a problem, and the pointer says where."""
    file = edited(small_file(), (("problem", "limits", "steps_max"), "@"))
    with pytest.raises(InputError) as caught:
        read_problem_file(json.dumps(file).replace('"@"', number).encode())
    assert [(f.code, f.pointer) for f in caught.value.faults] == [
        ("wrong_type", "/problem/limits/steps_max")
    ]


def test_all_faults_are_told_at_once() -> None:
    """Three mistakes in three places give three faults."""
    file = small_file()
    file = edited(file, (("problem", "first_day"), 5))
    file = edited(file, (("problem", "tempo_min", 0), "x"))
    file = edited(file, (("options", "seed"), None))
    with pytest.raises(InputError) as caught:
        read_problem_file(json.dumps(file).encode())
    assert sorted(f.pointer for f in caught.value.faults) == [
        "/options/seed",
        "/problem/first_day",
        "/problem/tempo_min/0",
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not_json"),
        (b"{", "not_json"),
        (b"\xff\xfe{}", "not_json"),
        (b"\x89PNG\r\n\x1a\n", "not_json"),
        (b'{"a":1,"a":2}', "not_json"),
        (b"[" * 200_000, "not_json"),
        (b'{"a":' + b"1" * 5_000 + b"}", "not_json"),
    ],
)
def test_what_is_no_json_is_refused(data: bytes, code: str) -> None:
    """Damaged, deep, repeated and endless: an ArtefactError, never another exception."""
    with pytest.raises(ArtefactError) as caught:
        read_problem_file(data)
    assert [fault.code for fault in caught.value.faults] == [code]


@pytest.mark.parametrize(("field", "value"), [("format", "other"), ("version", 2)])
def test_foreign_files_are_refused(field: str, value: object) -> None:
    """Another format or version is told as such before its content is looked at."""
    file = edited(small_file(), ((field,), value))
    with pytest.raises(ArtefactError) as caught:
        read_problem_file(json.dumps(file).encode())
    assert [fault.code for fault in caught.value.faults] == ["foreign_file"]


def test_size_limit() -> None:
    """A file of exactly the limit is read, one byte more is refused."""
    data = write_problem_file(make_problem([candidate()]), OPTIONS)
    read_problem_file(data, limit_bytes=len(data))
    with pytest.raises(ArtefactError) as caught:
        read_problem_file(data, limit_bytes=len(data) - 1)
    assert caught.value.faults[0].code == "file_too_large"


def test_half_surrogates_are_refused() -> None:
    """A text that cannot be written as UTF-8 is a fault, as value and as field name."""
    text = json.dumps(small_file()).replace('"d0"', '"\\ud800"')
    with pytest.raises(InputError) as caught:
        read_problem_file(text.encode())
    assert caught.value.faults[0].pointer == "/problem/demands/0/label"
    named = json.dumps(small_file()).replace('"options"', '"\\ud800/~"', 1)
    with pytest.raises(InputError) as caught:
        read_problem_file(named.encode())
    str(caught.value).encode()


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Paths to every value of a JSON tree."""
    found = [path] if path else []
    if isinstance(value, dict):
        items: list[tuple[str | int, object]] = list(value.items())
    else:
        items = list(enumerate(value)) if isinstance(value, list) else []
    for key, item in items:
        found += places(item, (*path, key))
    return found


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject) -> None:
    """Whatever stands anywhere, the reader answers with a sound problem or an InputError."""
    file = small_file()
    path = data.draw(st.sampled_from(places(file)))
    changed = edited(file, (path, data.draw(JSON_VALUES)))
    text = json.dumps(changed).encode()
    problem, options, faults = read_or_faults(text)
    if problem is None or options is None:
        assert faults
    else:
        assert json.loads(write_problem_file(problem, options)) == changed


def read_or_faults(
    text: bytes,
) -> tuple[RouteProblem | None, SolveOptions | None, tuple[Fault, ...]]:
    try:
        return *read_problem_file(text), ()
    except InputError as error:
        return None, None, error.faults


def test_five_thousand_candidates_are_written_in_fifty_milliseconds() -> None:
    """Best of five on a file of about 2 MiB, by the processor's time: neighbours are not ours."""
    runs = [
        candidate(
            j % 900,
            j % 40,
            j % 40 + 55,
            label=f"offering-{j}",
            gains=((0, 10),),
            weekly=tuple((j % 40 // 7 + w, 90) for w in range(8)),
            meetings=tuple((at(j % 40 + 7 * d, 9), at(j % 40 + 7 * d, 10), 0) for d in range(6)),
        )
        for j in range(5_000)
    ]
    problem = make_problem(runs, n_weeks=20)
    elapsed = []
    for _ in range(5):
        started = time.process_time()
        data = write_problem_file(problem, OPTIONS)
        elapsed.append(time.process_time() - started)
    assert len(data) < problem_json.SIZE_MAX_BYTES / 4
    assert min(elapsed) < 0.05


def test_ragged_rows_stay_apart() -> None:
    """Empty rows at both ends and in the middle survive."""
    runs = [candidate(a, 0, 6, weekly=((0, 9),) if a == 2 else ()) for a in range(5)]
    again, _ = read_problem_file(write_problem_file(make_problem(runs), OPTIONS))
    rows: Ragged = again.candidates.weekly
    assert rows.rows() == [[], [], [[0, 9]], [], []]
