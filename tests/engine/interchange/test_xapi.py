"""xAPI statements: what the published schemas refuse we refuse, the rest is read as meant."""

from __future__ import annotations

import copy
import datetime as dt
import json
import re
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4

from engine.errors import InputError
from engine.interactions import State
from engine.interchange.xapi import VERBS, Given, outcomes, read_placed, read_statements
from engine.resources import data_root
from tests.engine.interchange.statements import nearly_right, statements

ADL = "http://adlnet.gov/expapi/verbs/"
FOLDER = data_root() / "schemas" / "xapi-1.0.1"
GOOD: dict[str, Any] = {
    "id": "6690e6c9-3ef0-4ed3-8b37-7f3964730bee",
    "actor": {"objectType": "Agent", "name": "Мария Тестова",
              "account": {"homePage": "https://lms.example", "name": "e-2"}},
    "verb": {"id": f"{ADL}passed", "display": {"ru-RU": "сдал", "en": "passed"}},
    "object": {"id": "https://lms.example/courses/a-1", "objectType": "Activity",
               "definition": {"name": {"ru": "Курс"}, "type": "http://example.org/course"}},
    "result": {"score": {"scaled": 0.5, "raw": 15, "min": 0, "max": 30}, "success": True,
               "completion": True, "duration": "PT1H30M"},
    "timestamp": "2026-09-02T10:00:00.123Z", "version": "1.0.3",
}  # fmt: skip


def stated(**changes: Any) -> dict[str, Any]:
    made = copy.deepcopy(GOOD) | changes
    return {k: v for k, v in made.items() if v is not None}


def faults(*statements: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        outcomes(list(statements))
    return [(f.code, f.pointer) for f in caught.value.faults]


@pytest.fixture(scope="module", name="published")
def _published() -> Draft4Validator:
    return published_schemas()


@cache
def published_schemas() -> Draft4Validator:
    """The schemas as they stand, each a document of its own, formats by their own patterns."""
    checker = FormatChecker(formats=())
    patterns = json.loads((FOLDER / "formats" / "formats.json").read_text("utf-8"))
    for name, pattern in patterns.items():
        # The patterns of addresses join surrogates into ranges that Python does not have.
        text = r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$" if name in ("iri", "rfc3986-uri") else pattern
        text = r"^mailto:[^\s@]+@[^\s@]+$" if name.startswith("mailto") else text
        if "reference" in name:
            continue
        form = re.compile(text)
        checker.checks(name)(lambda v, form=form: not isinstance(v, str) or bool(form.search(v)))
    registry: Registry[Any] = Registry()
    for entry in FOLDER.iterdir():
        if entry.name.endswith(".json"):
            name = entry.name.removesuffix(".json")
            text = entry.read_text("utf-8").replace('"#', '"urn:xapi:')
            text = re.sub(r'"\^\(\?:\[A-Za-z\]\(.{1000,}?"(?=:)', r'"^[A-Za-z][^ ]*:\\\\S+$"', text)
            registry = registry.with_resource(
                f"urn:xapi:{name}", Resource(json.loads(text), DRAFT4)
            )
    return Draft4Validator(
        {"$ref": "urn:xapi:statement"}, registry=registry, format_checker=checker
    )


def _paths(value: Any, *path: str | int) -> list[tuple[str | int, ...]]:
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += [(*path, key), *_paths(inner, *path, key)]
    return found


_ODD = [None, 7, "", "мусор", [], {}, True, -1.5, "2026-13-45", {"und er": 1}]


@pytest.mark.slow
@pytest.mark.parametrize("value", _ODD, ids=repr)
def test_whatever_the_schemas_refuse_we_refuse(value: object, published: Draft4Validator) -> None:
    """Every value of a good statement in turn is made another: their verdict is ours."""
    assert published.is_valid(GOOD)
    refused = 0
    for path in _paths(GOOD):
        made = copy.deepcopy(GOOD)
        where: Any = made
        for step in path[:-1]:
            where = where[step]
        where[path[-1]] = value
        if not published.is_valid(made):
            refused += 1
            assert faults(made)
    assert refused > 5


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("e-2", "a-1", State.COMPLETED, 0.5, 90.0)),
        ({"verb": {"id": f"{ADL}completed"}, "result": None},
         ("e-2", "a-1", State.COMPLETED, None, None)),
        ({"verb": {"id": f"{ADL}failed"}, "result": None},
         ("e-2", "a-1", State.COMPLETED, 0.0, None)),
        ({"verb": {"id": f"{ADL}terminated"}, "result": {"duration": "P1DT30M"}},
         ("e-2", "a-1", State.DROPPED, None, 1470.0)),
        ({"verb": {"id": f"{ADL}registered"}, "result": None},
         ("e-2", "a-1", State.ENROLLED, None, None)),
        ({"result": {"score": {"raw": 7, "min": 5, "max": 9}}},
         ("e-2", "a-1", State.COMPLETED, 0.5, None)),
        ({"result": {"score": {"scaled": -0.5}}}, ("e-2", "a-1", State.COMPLETED, 0.0, None)),
        ({"result": {"success": False, "duration": "P1Y"}},
         ("e-2", "a-1", State.COMPLETED, 0.0, None)),
        ({"actor": {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}, "result": None},
         ("ebd31e95054c018b10727ccffd2ef2ec3a016ee9", "a-1", State.COMPLETED, 1.0, None)),
        ({"id": None, "object": {"id": "urn:activity/x/"}, "result": None},
         ("e-2", "x", State.COMPLETED, 1.0, None)),
    ],
)  # fmt: skip
def test_a_statement_is_read_as_xapi_means_it(
    changes: dict[str, Any], expected: tuple[Any, ...], published: Draft4Validator
) -> None:
    """Person, activity, state, success in [0, 1] and minutes, worked out by hand."""
    statement = stated(**changes)
    assert published.is_valid(statement)
    (found,) = outcomes([statement])
    assert (found.person, found.activity, found.state, found.score, found.minutes) == expected
    assert "Тестова" not in repr(found)


@pytest.mark.parametrize(
    ("changes", "code", "place"),
    [
        ({"actor": {"mbox": "mailto:x@example.org"}}, "xapi_no_person", "/0/actor"),
        ({"actor": {"objectType": "Group", "member": [{"mbox": "mailto:x@example.org"}]}},
         "xapi_no_person", "/0/actor"),
        ({"verb": {"id": "http://example.org/danced"}}, "xapi_unknown_verb", "/0/verb/id"),
        ({"object": {"objectType": "Agent", "mbox": "mailto:x@example.org"}},
         "xapi_no_activity", "/0/object"),
        ({"timestamp": "2026-09-02T10:00:00"}, "xapi_no_time", "/0/timestamp"),
        ({"timestamp": None}, "xapi_no_time", "/0/timestamp"),
        ({"result": {"score": {"raw": 31, "max": 30}}}, "xapi_score_range",
         "/0/result/score/raw"),
        ({"result": {"score": {"raw": 1, "min": 5, "max": 2}}}, "xapi_score_range",
         "/0/result/score"),
        ({"result": {"duration": "полтора часа"}}, "xapi_schema", "/0/result/duration"),
        ({"verb": {"id": f"{ADL}passed", "display": {"по-русски": "сдал"}}}, "xapi_schema",
         "/0/verb/display"),
        ({"actor": {"account": {"name": "e-2"}}}, "xapi_schema", "/0/actor"),
        ({"more": 1}, "xapi_schema", "/0"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(changes: dict[str, Any], code: str, place: str) -> None:
    """What cannot be read is told by code and JSON pointer; a plain mailbox is never a person."""
    found = faults(stated(**changes))
    assert [(c, p) for c, p in found if c == code and p.startswith(place)]


def test_a_statement_counts_once_and_a_voided_one_not_at_all() -> None:
    """The same id again is the same statement; another under it is a fault; voided ones go."""
    again = stated(stored="2026-09-03T00:00:00Z")
    assert len(outcomes([GOOD, again])) == 1
    other = stated(verb={"id": f"{ADL}failed"})
    assert faults(GOOD, other) == [("xapi_id_twice", "/1/id")]
    void = stated(
        id="0690e6c9-3ef0-4ed3-8b37-7f3964730bee", verb={"id": f"{ADL}voided"}, result=None,
        object={"objectType": "StatementRef", "id": GOOD["id"].upper()},
    )  # fmt: skip
    assert outcomes([GOOD, void]) == outcomes([void, GOOD]) == ()


def test_lists_results_of_stores_and_lines_are_read() -> None:
    """A list, one statement, a ``StatementResult`` and one object a line say the same."""
    expected = outcomes([GOOD])
    line = json.dumps(GOOD)
    for text in (line, f"[{line}]", json.dumps({"statements": [GOOD], "more": ""}),
                 f"{line}\n\n{line}\n"):  # fmt: skip
        assert read_statements(text) == expected
    with pytest.raises(InputError) as caught:
        read_statements(f"{line}\n{{\n")
    assert [(f.code, f.row) for f in caught.value.faults] == [("xapi_not_json", 2)]


def test_every_verb_is_an_address_of_a_public_vocabulary() -> None:
    """No verb of our own making is read."""
    homes = (ADL, "https://w3id.org/xapi/", "http://activitystrea.ms/schema/")
    assert all(verb.startswith(homes) for verb in VERBS)


def _stands(pointer: str, document: Any) -> bool:
    """Whether a pointer names a place of the document, or a member that the place lacks."""
    *steps, last = pointer.split("/")[1:] or [""]
    for step in steps:
        document = document[int(step)] if isinstance(document, list) else document[step]
    return last == "" or isinstance(document, dict) or 0 <= int(last) < len(document)


@settings(max_examples=200, deadline=None)
@given(statement=st.one_of(nearly_right(), statements))
def test_an_odd_statement_is_read_or_refused_with_its_place(statement: dict[str, Any]) -> None:
    """Never another exception; what the schemas refuse is refused, each fault at a place."""
    try:
        found = outcomes([statement])
    except InputError as error:
        for fault in error.faults:
            assert _stands(fault.pointer, [statement]), fault.pointer
            json.dumps([fault.pointer, fault.detail], ensure_ascii=False).encode()
        told = {fault.code for fault in error.faults}
        # NaN has no order, so only our own rule refuses it.
        assert ("xapi_schema" in told) == (not published_schemas().is_valid(statement))
        return
    assert published_schemas().is_valid(statement)
    for outcome in found:
        assert outcome.score is None or 0 <= outcome.score <= 1
        assert outcome.minutes is None or 0 <= outcome.minutes < float("inf")
        assert 1 <= len(outcome.person) <= 128
        assert not re.search(r"[\x00-\x1f\ud800-\udfff]", outcome.person + outcome.activity)
        assert outcome.at.astimezone(dt.UTC).year in range(1999, 2101)


def test_faults_repeat_no_value_of_a_person() -> None:
    """Neither name nor mailbox of a refused statement stands in what is told or logged."""
    mailbox = "mailto:ivanova@example.org"
    wrong = stated(
        actor={"name": "Иванова Анна", "mbox": mailbox, "objectType": "Robot"},
        context={"instructor": {"name": "Петров", "mbox": "petrov@example.org"}},
    )
    with pytest.raises(InputError) as caught:
        outcomes([wrong])
    text = str(caught.value) + repr(caught.value.faults)
    assert not re.search("Иванова|Петров|ivanova|petrov", text)


def test_a_fault_stands_where_the_document_has_it() -> None:
    """Pointers begin at the list, the ``StatementResult``, the one object or the line."""
    wrong = json.dumps(stated(verb={"id": "http://example.org/danced"}))
    for text, place in (
        (wrong, (None, "/verb/id")), (f"[{wrong}]", (None, "/0/verb/id")),
        (f'{{"more": "", "statements": [{wrong}]}}', (None, "/statements/0/verb/id")),
        (f"\n{wrong}\n\n{json.dumps(GOOD)}", (2, "/verb/id")),
    ):  # fmt: skip
        with pytest.raises(InputError) as caught:
            read_statements(text)
        assert [(f.row, f.pointer) for f in caught.value.faults] == [place]


def test_a_store_that_forgets_none_needs_ids_and_takes_nothing_back() -> None:
    """Kept statements without an id, and ones that void others, are faults at their places."""
    void = stated(verb={"id": f"{ADL}voided"}, result=None, id="0" * 8 + GOOD["id"][8:],
                  object={"objectType": "StatementRef", "id": GOOD["id"]})  # fmt: skip
    given_ones = [Given(s, ("items", i)) for i, s in enumerate((GOOD, stated(id=None), void))]
    with pytest.raises(InputError) as caught:
        read_placed(given_ones, kept=True)
    assert [(f.code, f.pointer) for f in caught.value.faults] == [
        ("xapi_no_id", "/items/1"), ("xapi_voiding", "/items/2/verb/id")
    ]  # fmt: skip
    assert list(read_placed(given_ones[:1] * 2, kept=True)) == [0]


def test_the_widest_scores_are_shares() -> None:
    """From −1e308 to 1e308 a raw 0 is a half, though the width is no float."""
    score = {"raw": 0, "min": -1e308, "max": 1e308}
    assert outcomes([stated(result={"score": score})])[0].score == 0.5
