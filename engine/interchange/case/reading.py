"""A CFPackage as a framework: checked by the published schema, then by what must hang together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.domain import Position, Stage
from engine.errors import Fault, InputError
from engine.framework import Framework, Node, NodeLevel, build_framework, normalise_subject
from engine.interchange.case.model import MARK, SCHEMA, CasePackage, Match
from engine.interchange.json_schemas import pointer, schema_faults

_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_TITLE_MOST = 200
_LEVELS: tuple[NodeLevel, ...] = ("direction", "block", "leaf")

WORDS: Mapping[str, str] = {
    "case_wrong_uuid": "идентификатор «{value}» — не UUID",
    "case_duplicate_identifier": "идентификатор «{value}» уже есть: {other}",
    "case_duplicate_code": "код «{value}» уже есть: {other}; коды в перечне не повторяются",
    "case_dangling_association": "связь ведёт к «{value}», которого в пакете нет",
    "case_dangling_type": "вид «{value}» не описан в CFDefinitions.CFItemTypes",
    "case_cycle": "элемент «{value}» оказался собственным предком",
    "case_empty": "в пакете нет ни одного CFItem",
    "case_empty_statement": "у элемента нет формулировки: fullStatement пуст",
    "case_second_parent": "у элемента «{value}» несколько родителей: взят первый по порядку",
    "case_note_unreadable": "строка «learning-routes:» в notes не читается: исправьте или уберите",
}
"""Code of a fault → what is wrong, in Russian."""


@dataclass(slots=True)
class _Read:
    """What is known of a package while it is read."""

    faults: list[Fault] = field(default_factory=list)
    remarks: list[Fault] = field(default_factory=list)

    def fault(self, code: str, *place: str | int, **parameters: str) -> None:
        detail = WORDS[code].format(**parameters)
        self.faults.append(Fault(code, detail, pointer(*place), parameters=dict(parameters)))


def case_package(document: Any) -> CasePackage:
    """Read a CFPackage.

    Parameters
    ----------
    document
        The package as JSON gives it.

    Raises
    ------
    InputError
        Every fault with its JSON pointer: what the schema of CASE 1.0 refuses
        (``case_missing_property``, ``case_wrong_type``, ``case_wrong_form``,
        ``case_unknown_value``, ``case_unknown_property``), then what does not hang together (see
        ``WORDS``).
    """
    faults = list(schema_faults(document, SCHEMA, "case"))
    if faults:
        raise InputError(faults)
    read = _Read()
    items: list[dict[str, Any]] = document.get("CFItems", [])
    if not items:
        read.fault("case_empty", "CFItems")
    _check_identifiers(document, read)
    codes = _codes(items, read)
    ties = _ties(document, codes, read)
    notes = [_note(item.get("notes"), read, "CFItems", i, "notes") for i, item in enumerate(items)]
    own = _note(document["CFDocument"].get("notes"), read, "CFDocument", "notes")
    _check_types(document, read)
    _check_cycles(items, ties.parents, read)
    if read.faults:
        raise InputError(read.faults)
    return _package(document, items, codes, ties, notes, own, read)


# --------------------------------------------------------------------------- what must hold


def _records(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    yield ("CFDocument",), document["CFDocument"]
    for name in ("CFItems", "CFAssociations"):
        for place, record in enumerate(document.get(name, [])):
            yield (name, place), record


def _check_identifiers(document: Mapping[str, Any], read: _Read) -> None:
    seen: dict[str, str] = {}
    for place, record in _records(document):
        value = record["identifier"]
        if not _UUID.fullmatch(value):
            read.fault("case_wrong_uuid", *place, "identifier", value=value)
        elif value.lower() in seen:
            read.fault(
                "case_duplicate_identifier",
                *place,
                "identifier",
                value=value,
                other=seen[value.lower()],
            )
        seen.setdefault(value.lower(), pointer(*place))


def _codes(items: Sequence[Mapping[str, Any]], read: _Read) -> dict[str, str]:
    """Code by identifier: the human code, without the marks that our tables are split at."""
    found: dict[str, str] = {}
    first: dict[str, int] = {}
    for place, item in enumerate(items):
        note = _note(item.get("notes"), _Read())
        human = str(note.get("code") or item.get("humanCodingScheme", "")).strip()
        code = re.sub(r"[\s:;]+", "_", human) or item["identifier"].lower()
        if code in first:
            other = pointer("CFItems", first[code], "humanCodingScheme")
            read.fault(
                "case_duplicate_code",
                "CFItems",
                place,
                "humanCodingScheme",
                value=code,
                other=other,
            )
        first.setdefault(code, place)
        found[item["identifier"].lower()] = code
        if not item["fullStatement"].strip() and not item.get("abbreviatedStatement", "").strip():
            read.fault("case_empty_statement", "CFItems", place, "fullStatement")
    return found


@dataclass(slots=True)
class _Ties:
    """Parent (identifier; ``None`` = the document) and place of every item, and the rest."""

    parents: dict[str, str | None] = field(default_factory=dict)
    order: dict[str, int] = field(default_factory=dict)
    matches: list[Match] = field(default_factory=list)


def _ties(document: Mapping[str, Any], codes: Mapping[str, str], read: _Read) -> _Ties:
    ties = _Ties()
    top = document["CFDocument"]["identifier"].lower()
    given = list(enumerate(document.get("CFAssociations", [])))
    given.sort(key=lambda pair: (pair[1].get("sequenceNumber", len(given) + 1), pair[0]))
    for place, record in given:
        origin = record["originNodeURI"]["identifier"].lower()
        target = record["destinationNodeURI"]
        if origin not in codes:
            # CASE lets others' items be tied to ours; only our own say anything of ours.
            if (
                target["identifier"].lower() not in codes
                or record["associationType"] == "isChildOf"
            ):
                read.fault(
                    "case_dangling_association",
                    "CFAssociations",
                    place,
                    "originNodeURI",
                    "identifier",
                    value=origin,
                )
            continue
        if record["associationType"] != "isChildOf":
            link = (target["identifier"], target["uri"], target["title"])
            ties.matches.append(Match(codes[origin], record["associationType"], *link))
            continue
        parent = target["identifier"].lower()
        if parent != top and parent not in codes:
            read.fault(
                "case_dangling_association",
                "CFAssociations",
                place,
                "destinationNodeURI",
                "identifier",
                value=parent,
            )
        elif origin in ties.parents:
            _second_parent(codes[origin], place, read)
        else:
            ties.parents[origin] = None if parent == top else parent
            ties.order[origin] = record.get("sequenceNumber", len(given) + 1)
    return ties


def _second_parent(code: str, place: int, read: _Read) -> None:
    detail = WORDS["case_second_parent"].format(value=code)
    read.remarks.append(Fault("case_second_parent", detail, pointer("CFAssociations", place)))


def _check_types(document: Mapping[str, Any], read: _Read) -> None:
    definitions = document.get("CFDefinitions") or {}
    if not isinstance(definitions, dict) or "CFItemTypes" not in definitions:
        return  # types of others may be described elsewhere
    known = {record["identifier"].lower() for record in definitions["CFItemTypes"]}
    for place, item in enumerate(document.get("CFItems", [])):
        link = item.get("CFItemTypeURI")
        if link is not None and link["identifier"].lower() not in known:
            read.fault(
                "case_dangling_type", "CFItems", place, "CFItemTypeURI", value=link["identifier"]
            )


def _check_cycles(
    items: Sequence[Mapping[str, Any]], parents: Mapping[str, str | None], read: _Read
) -> None:
    for place, item in enumerate(items):
        start = item["identifier"].lower()
        seen, step = {start}, parents.get(start)
        while step is not None and step not in seen:
            seen.add(step)
            step = parents.get(step)
        if step == start:
            value = str(item.get("humanCodingScheme") or start)
            read.fault("case_cycle", "CFItems", place, value=value)


def _note(text: str | None, read: _Read, *place: str | int) -> dict[str, Any]:
    """What our own line of ``notes`` says; empty where there is none."""
    line = next((ln for ln in (text or "").splitlines() if ln.startswith(MARK)), None)
    if line is None:
        return {}
    try:
        found = json.loads(line.removeprefix(MARK))
        if not isinstance(found, dict):
            raise ValueError("not an object")
        for position in found.get("positions", ()):
            Position(position)
        for name in ("positions", "functions_544n", "subjects"):
            if not isinstance(found.get(name, []), list):
                raise ValueError(name)
        for group in found.get("subjects", ()):
            if not isinstance(group, list) or not all(isinstance(s, str) for s in group):
                raise ValueError("subjects")
    except (ValueError, RecursionError):
        read.fault("case_note_unreadable", *place)
        return {}
    return found


# --------------------------------------------------------------------------- the framework


def _package(
    document: Mapping[str, Any],
    items: Sequence[Mapping[str, Any]],
    codes: Mapping[str, str],
    ties: _Ties,
    notes: Sequence[Mapping[str, Any]],
    own: Mapping[str, Any],
    read: _Read,
) -> CasePackage:
    inner = {parent for parent in ties.parents.values() if parent is not None}
    nodes = {}
    for item, note in zip(items, notes, strict=True):
        key = item["identifier"].lower()
        parent = ties.parents.get(key)
        place = 2 if key not in inner else 0 if parent is None else 1
        nodes[key] = _node(item, note, codes[key], codes.get(parent or ""), _LEVELS[place])
    head = document["CFDocument"]
    framework: Framework = build_framework(
        str(own.get("id") or head["identifier"].lower()),
        str(head.get("version") or head["lastChangeDateTime"][:10]),
        str(own.get("title", head["title"])),
        [nodes[key] for key in _order(items, ties)],
    )
    creator = "" if own else head["creator"]
    matches = tuple(sorted(set(ties.matches)))
    return CasePackage(framework, matches, creator, tuple(read.remarks))


def _order(items: Sequence[Mapping[str, Any]], ties: _Ties) -> list[str]:
    """Items as their sequence tells them: all numbered apart, or by siblings from the top."""
    keys = [item["identifier"].lower() for item in items]
    numbers = [ties.order.get(key) for key in keys]
    if None not in numbers and len(set(numbers)) == len(numbers):
        return sorted(keys, key=lambda key: ties.order[key])
    rank = {key: (ties.order.get(key, len(keys)), place) for place, key in enumerate(keys)}
    below: dict[str | None, list[str]] = {}
    for key in sorted(keys, key=lambda key: rank[key]):
        below.setdefault(ties.parents.get(key), []).append(key)
    found: list[str] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        key = stack.pop()
        found.append(key)
        stack.extend(reversed(below.get(key, [])))
    return found


def _node(
    item: Mapping[str, Any],
    note: Mapping[str, Any],
    code: str,
    parent: str | None,
    level: NodeLevel,
) -> Node:
    full = item["fullStatement"].strip()
    title = item.get("abbreviatedStatement", "").strip() or _short(full)
    described = note.get("described", bool(note) or full != title)
    keywords = item.get("conceptKeywords") or []
    stages = item.get("educationLevel") or []
    stages = [stages] if isinstance(stages, str) else stages
    return Node(
        code=code,
        parent=parent,
        title=title,
        level=level,
        description=full if described else "",
        keywords=tuple(k.strip() for word in keywords for k in word.split(";") if k.strip()),
        positions=tuple(Position(p) for p in note.get("positions", ())),
        subjects=tuple(
            tuple(normalise_subject(s) for s in group) for group in note.get("subjects", ())
        ),
        stages=tuple(Stage(s) for s in stages if s in set(Stage)),
        functions_544n=tuple(str(f) for f in note.get("functions_544n", ())),
        verified=note.get("verified") is True,
        theme=str(note.get("theme", "")),
        identifier=str(note.get("identifier", item["identifier"])),
        human_code=str(note.get("human_code", item.get("humanCodingScheme", "").strip() or code)),
    )


def _short(text: str) -> str:
    """Return a statement as a title: cut at a word."""
    text = " ".join(text.split())
    return text if len(text) <= _TITLE_MOST else text[:_TITLE_MOST].rpartition(" ")[0] + "…"
