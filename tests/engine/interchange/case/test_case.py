"""CASE packages: round trips, a package of others, and every fault by its name and place."""

from __future__ import annotations

import copy
import datetime as dt
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain import Position, Stage
from engine.errors import InputError
from engine.framework import Node, build_framework, load_framework
from engine.interchange.case import (
    Match,
    case_document,
    case_package,
    day_of_version,
    read_case,
    write_framework,
)
from engine.interchange.case.files import read_crosswalk
from engine.resources import data_root

DAY = dt.date(2026, 9, 1)
SCHEMA = json.loads(
    (data_root() / "schemas" / "case" / "case-v1p0-cfpackage-schema.json").read_text("utf-8")
)
FOREIGN = Path(__file__).parent / "foreign.json"
TIES = (
    Match("MET.ASM", "exactMatchOf", "x-1", "https://other.example/1", "Оценивание"),
    Match("SUB.HUM.01", "isRelatedTo", "x-2", "https://other.example/2", "Язык"),
)


def foreign() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FOREIGN.read_text("utf-8"))
    return loaded


def faults(document: object) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        case_package(document)
    return [(f.code, f.pointer) for f in caught.value.faults]


def test_our_framework_survives_the_way_there_and_back(tmp_path: Path) -> None:
    """The digest over every node is the same after CASE and after the table; ties stay, too."""
    framework = load_framework()
    document = json.loads(json.dumps(case_document(framework, DAY, crosswalk=TIES)))
    package = case_package(document)
    assert package.framework.digest == framework.digest
    assert package.framework.title == framework.title
    assert package.crosswalk == TIES
    folder = tmp_path / "again"
    write_framework(package.framework, folder, package.crosswalk)
    assert load_framework("again", tmp_path).digest == framework.digest
    assert read_crosswalk(folder) == TIES


def test_what_we_write_is_valid_and_the_same_each_time() -> None:
    """The published schema passes it; identifiers are UUIDs of version 5 that no day changes."""
    framework = load_framework()
    document = case_document(framework, DAY, crosswalk=TIES)
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    # What the schema calls formats, by the standard library: jsonschema skips those it lacks.
    for record in (r for part in ("CFItems", "CFAssociations") for r in document[part]):
        assert uuid.UUID(record["identifier"]).version == 5
        assert record["uri"] == uuid.UUID(record["identifier"]).urn
        assert dt.datetime.fromisoformat(record["lastChangeDateTime"]).utcoffset() == dt.timedelta()
    assert document == case_document(framework, DAY, crosswalk=TIES)
    later = case_document(framework, DAY + dt.timedelta(days=1), crosswalk=TIES)
    ids = [r["identifier"] for n in ("CFItems", "CFAssociations") for r in document[n]]
    assert ids == [r["identifier"] for n in ("CFItems", "CFAssociations") for r in later[n]]
    assert len(set(ids)) == len(ids) == 118 + 118 + 2
    assert document["CFItems"][0]["lastChangeDateTime"] == "2026-09-01T00:00:00+00:00"


def test_every_field_stands_where_case_has_it() -> None:
    """A package of three nodes, field by field as CASE 1.0 names them; written out by hand."""
    framework = build_framework("f", "2026-01-02", "Перечень", [
        Node("A", None, "Метод", "direction"),
        Node("A.2", "A", "Оценивание", "leaf", "Оценивает открыто", ("критерий", "балл"),
             stages=(Stage.BASIC,), human_code="1.2"),
        Node("A.1", "A", "План", "leaf"),
    ])  # fmt: skip
    tie = Match("A.1", "exactMatchOf", "x-1", "https://other.example/1", "План урока")
    document = case_document(framework, DAY, crosswalk=(tie,))
    ids = [item["identifier"] for item in document["CFItems"]]
    shown = ("humanCodingScheme", "abbreviatedStatement", "fullStatement", "CFItemType")
    assert [tuple(item[name] for name in shown) for item in document["CFItems"]] == [
        ("A", "Метод", "Метод", "Направление"),
        ("1.2", "Оценивание", "Оценивает открыто", "Компетенция"),
        ("A.1", "План", "План", "Компетенция"),
    ]
    second = document["CFItems"][1]
    assert second["conceptKeywords"] == ["критерий", "балл"]
    assert second["educationLevel"] == [Stage.BASIC.value]
    whole = document["CFDocument"]["identifier"]
    ties = [
        (a["associationType"], a["originNodeURI"]["identifier"],
         a["destinationNodeURI"]["identifier"], a.get("sequenceNumber"))
        for a in document["CFAssociations"]
    ]  # fmt: skip
    assert ties == [
        ("isChildOf", ids[0], whole, 1), ("isChildOf", ids[1], ids[0], 2),
        ("isChildOf", ids[2], ids[0], 3), ("exactMatchOf", ids[2], "x-1", None),
    ]  # fmt: skip
    types = {t["title"]: t["identifier"] for t in document["CFDefinitions"]["CFItemTypes"]}
    assert all(i["CFItemTypeURI"]["identifier"] == types[i["CFItemType"]]
               for i in document["CFItems"])  # fmt: skip


_WORDS = st.text("абвгд ,-", min_size=1, max_size=12).map(lambda t: t.strip(" ")).filter(bool)
_NAMES = st.lists(st.text("клмн", min_size=1, max_size=4), max_size=3, unique=True)


@st.composite
def nodes(draw: st.DrawFn) -> list[Node]:
    count = draw(st.integers(1, 7))
    parents = [None if i == 0 else draw(st.sampled_from([None, *range(i)])) for i in range(count)]
    inner = {p for p in parents if p is not None}
    found = []
    for i, parent in enumerate(parents):
        level = "leaf" if i not in inner else "direction" if parent is None else "block"
        found.append(Node(
            f"C{i}", None if parent is None else f"C{parent}", draw(_WORDS), level,  # type: ignore[arg-type]
            draw(st.one_of(st.just(""), _WORDS)), tuple(draw(_NAMES)),
            tuple(draw(st.lists(st.sampled_from(Position), max_size=2, unique=True))),
            tuple(tuple(g) for g in draw(st.lists(_NAMES.filter(bool), max_size=2))),
            tuple(draw(st.lists(st.sampled_from(Stage), max_size=2, unique=True))),
            tuple(draw(_NAMES)), draw(st.booleans()), draw(st.sampled_from(["", "тема"])),
            draw(st.sampled_from(["", f"not-a-uuid-{i}", f"{i:08d}-0000-4000-8000-000000000000"])),
            draw(st.sampled_from([f"C{i}", f"1.{i} б", ""])),
        ))  # fmt: skip
    return draw(st.permutations(found))


@given(nodes())
def test_any_framework_survives(drawn: list[Node]) -> None:
    """Whatever nodes hold, in whatever order they stand, comes back equal."""
    framework = build_framework("f", "2026-01-02", "Перечень", drawn)
    package = case_package(json.loads(json.dumps(case_document(framework, DAY))))
    assert package.framework.nodes == framework.nodes
    assert package.framework.digest == framework.digest


def test_a_package_of_others_becomes_a_usable_framework(tmp_path: Path) -> None:
    """Hierarchy, order, titles and keywords are taken; nothing is restricted; it loads again."""
    package = read_case(FOREIGN)
    framework = package.framework
    assert (framework.title, framework.version) == ("Teaching Practice Standards", "2025-06-30")
    assert [(n.code, n.parent, n.level, n.human_code) for n in framework.nodes] == [
        ("TP_1", None, "direction", "TP 1"),
        ("TP_1.a", "TP_1", "leaf", "TP 1.a"),
        ("TP_1.b", "TP_1", "leaf", "TP 1.b"),
        ("11111111-0000-4000-8000-000000000004", None, "leaf",
         "11111111-0000-4000-8000-000000000004"),
    ]  # fmt: skip
    first = framework.node("TP_1.a")
    assert first.title == "Plans assessment"
    assert first.description.endswith("aims of the course")
    assert first.keywords == ("assessment", "aims", "planning")
    assert framework.applies_to(Position.TEACHER).all()
    assert package.creator == "State Education Agency"
    assert [(m.code, m.kind, m.identifier) for m in package.crosswalk] == [
        ("TP_1.a", "exactMatchOf", "intasc-6")
    ]
    write_framework(framework, tmp_path / "f")
    assert load_framework("f", tmp_path).digest == framework.digest


def at(*path: str | int) -> Callable[[dict[str, Any], object], None]:
    """Setter of the value at a path; ``None`` takes it out."""

    def put(document: dict[str, Any], value: object) -> None:
        where: Any = document
        for step in path[:-1]:
            where = where[step]
        if value is None:
            del where[path[-1]]
        else:
            where[path[-1]] = value

    return put


ONE = "11111111-0000-4000-8000-000000000001"
FAULTS: list[tuple[Callable[[dict[str, Any], object], None], object, str, str]] = [
    (at("CFDocument"), None, "case_missing_property", ""),
    (at("CFDocument", "title"), 5, "case_wrong_type", "/CFDocument/title"),
    (at("CFItems", 0, "fullStatement"), None, "case_missing_property", "/CFItems/0"),
    (at("CFItems", 0, "uri"), "не адрес", "case_wrong_form", "/CFItems/0/uri"),
    (at("CFItems", 1, "lastChangeDateTime"), "вчера", "case_wrong_form",
     "/CFItems/1/lastChangeDateTime"),
    (at("CFItems", 1, "identifier"), "1", "case_wrong_form", "/CFItems/1/identifier"),
    (at("CFItems", 1, "identifier"), f"x{ONE}", "case_wrong_uuid", "/CFItems/1/identifier"),
    (at("CFItems", 0, "identifier"), ONE, "case_duplicate_identifier", "/CFItems/1/identifier"),
    (at("CFItems", 2, "humanCodingScheme"), "TP 1", "case_duplicate_code",
     "/CFItems/2/humanCodingScheme"),
    (at("CFItems"), [], "case_empty", "/CFItems"),
    (at("CFItems", 3, "fullStatement"), " ", "case_empty_statement", "/CFItems/3/fullStatement"),
    (at("CFAssociations", 0, "associationType"), "isLike", "case_unknown_value",
     "/CFAssociations/0/associationType"),
    (at("CFAssociations", 1, "destinationNodeURI", "identifier"), "gone",
     "case_dangling_association", "/CFAssociations/1/destinationNodeURI/identifier"),
    (at("CFAssociations", 1, "originNodeURI", "identifier"), "gone",
     "case_dangling_association", "/CFAssociations/1/originNodeURI/identifier"),
    (at("CFAssociations", 0, "destinationNodeURI", "identifier"), ONE, "case_cycle",
     "/CFItems/1"),
    (at("CFAssociations", 0, "destinationNodeURI", "identifier"),
     "11111111-0000-4000-8000-000000000003", "case_cycle", "/CFItems/0"),
    (at("extra"), {}, "case_unknown_property", ""),
    (at("CFItems", 0, "notes"), "learning-routes:{", "case_note_unreadable", "/CFItems/0/notes"),
    (at("CFItems", 0, "notes"), 'learning-routes:{"positions": ["царь"]}',
     "case_note_unreadable", "/CFItems/0/notes"),
]  # fmt: skip


@pytest.mark.parametrize(("put", "value", "code", "place"), FAULTS)
def test_a_fault_is_refused_by_name_and_place(
    put: Callable[[dict[str, Any], object], None], value: object, code: str, place: str
) -> None:
    """One thing made wrong in a good package is told by its code and its JSON pointer."""
    document = foreign()
    put(document, value)
    assert (code, place) in faults(document)


def test_a_type_that_is_nowhere_described_is_refused() -> None:
    """Where the package describes its types, an item of another type is a fault."""
    document = case_document(load_framework(), DAY)
    document["CFItems"][3]["CFItemTypeURI"]["identifier"] = ONE
    assert faults(document) == [("case_dangling_type", "/CFItems/3/CFItemTypeURI")]


def _paths(value: Any, *path: str | int) -> list[tuple[str | int, ...]]:
    if not isinstance(value, dict | list):
        return []
    found: list[tuple[str | int, ...]] = []
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        found += [(*path, key), *_paths(inner, *path, key)]
    return found


@pytest.mark.parametrize("value", [None, 7, "", [], {}], ids=repr)
def test_whatever_the_schema_refuses_we_refuse(value: object) -> None:
    """Every value of a good package in turn is taken out or made another: the schema's verdict."""
    whole = foreign()
    refused = 0
    for path in _paths(whole):
        document = copy.deepcopy(whole)
        at(*path)(document, value)
        if not jsonschema.Draft4Validator(SCHEMA).is_valid(document):
            refused += 1
            assert faults(document)
    assert refused > 20


def test_two_parents_are_told_and_the_first_is_taken() -> None:
    """A second parent is a remark with its place, since our hierarchy is a tree."""
    document = foreign()
    more = copy.deepcopy(document["CFAssociations"][2])
    more |= {"identifier": "11111111-0000-4000-8000-0000000000a9", "sequenceNumber": 9}
    more["destinationNodeURI"] = document["CFAssociations"][0]["destinationNodeURI"]
    document["CFAssociations"].append(more)
    package = case_package(document)
    assert package.framework.node("TP_1.a").parent == "TP_1"
    assert [(r.code, r.pointer) for r in package.remarks] == [
        ("case_second_parent", "/CFAssociations/4")
    ]


@pytest.mark.parametrize(
    ("id", "version", "day"),
    [("f", "2026-03-04", dt.date(2026, 3, 4)), ("educator-2026", "1.0.0", dt.date(2026, 1, 1)),
     ("f", "1.0.0", None), ("f", "2026-02-31", None)],
)  # fmt: skip
def test_the_day_of_a_version(id: str, version: str, day: dt.date | None) -> None:
    """A day in the version, else a year in it or the id; nothing is made up."""
    framework = build_framework(id, version, "", [Node("a", None, "А", "leaf")])
    assert day_of_version(framework) == day


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"{", "case_not_json"), (b"\xff\xfe\x00", "case_not_json"), (b"[1]", "case_wrong_type"),
     (b"null", "case_wrong_type")],
)  # fmt: skip
def test_what_is_no_package_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    """Broken JSON, other text and other JSON are input errors, each by its own name."""
    path = tmp_path / "p.json"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_case(path)
    assert {fault.code for fault in caught.value.faults} == {code}
