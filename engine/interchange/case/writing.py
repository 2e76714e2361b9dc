"""A framework as a CFPackage: the same framework gives the same bytes."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Sequence
from typing import Any

from engine.framework import Framework, Node
from engine.interchange.case.model import MARK, Match

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "learning-routes")
"""Root of the identifiers that are derived (UUID version 5)."""

_TYPES = {"direction": "1", "block": "2", "leaf": "3"}
_TITLES = {"direction": "Направление", "block": "Блок", "leaf": "Компетенция"}
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def case_document(
    framework: Framework,
    changed: dt.date,
    *,
    crosswalk: Sequence[Match] = (),
    creator: str = "learning-routes",
    base_uri: str = "urn:uuid:",
    language: str = "ru",
) -> dict[str, Any]:
    """CFPackage of a framework.

    Parameters
    ----------
    changed
        Day of the last change; it becomes every ``lastChangeDateTime``. See
        :func:`day_of_version`.
    crosswalk
        Ties to other frameworks.
    base_uri
        What identifiers follow in a ``uri``; a service that publishes the framework gives its own.

    Raises
    ------
    ValueError
        A tie of a code that the framework does not have.
    """
    for match in crosswalk:
        if match.code not in framework:
            raise ValueError(f"crosswalk names an unknown code: {match.code}")
    made = _Maker(framework, f"{changed.isoformat()}T00:00:00+00:00", base_uri, language)
    document = {
        **made.head("document", framework.id, made.document_id),
        "creator": creator or "learning-routes",
        "title": framework.title or framework.id,
        "version": framework.version,
        "language": language,
        "notes": _note({"id": framework.id, "title": framework.title}),
    }
    children = [made.child(place, node) for place, node in enumerate(framework.nodes, start=1)]
    return {
        "CFDocument": document,
        "CFItems": [made.item(node) for node in framework.nodes],
        "CFAssociations": [*children, *map(made.match, sorted(crosswalk))],
        "CFDefinitions": {"CFItemTypes": [made.type(level) for level in _TYPES]},
    }


def day_of_version(framework: Framework) -> dt.date | None:
    """Day that a framework's version names (``2026-09-01``), else 1 January of the year in its id.

    ``None`` = neither says one; the caller must.
    """
    found = re.search(r"(\d{4})-(\d\d)-(\d\d)", framework.version)
    year = re.search(r"(?<!\d)(20\d\d)(?!\d)", f"{framework.version} {framework.id}")
    try:
        if found:
            return dt.date(*(int(part) for part in found.groups()))
    except ValueError:
        return None
    return dt.date(int(year[1]), 1, 1) if year else None


class _Maker:
    """Makes the records of one framework."""

    def __init__(self, framework: Framework, changed: str, base_uri: str, language: str) -> None:
        self.framework = framework
        self.changed = changed
        self.base_uri = base_uri
        self.language = language
        self.document_id = str(uuid.uuid5(NAMESPACE, framework.id))

    def derived(self, kind: str, key: str) -> str:
        return str(uuid.uuid5(uuid.UUID(self.document_id), f"{kind}/{key}"))

    def identifier(self, node: Node) -> str:
        given = node.identifier if _UUID.fullmatch(node.identifier) else ""
        return given or self.derived("item", node.code)

    def head(self, kind: str, key: str, identifier: str | None = None) -> dict[str, Any]:
        given = identifier or self.derived(kind, key)
        return {
            "identifier": given,
            "uri": self.base_uri + given,
            "lastChangeDateTime": self.changed,
        }

    def link(self, title: str, identifier: str) -> dict[str, str]:
        return {"title": title, "identifier": identifier, "uri": self.base_uri + identifier}

    def item(self, node: Node) -> dict[str, Any]:
        record = {
            **self.head("item", node.code, self.identifier(node)),
            "humanCodingScheme": node.human_code or node.code,
            "fullStatement": node.description or node.title,
            "abbreviatedStatement": node.title,
            "CFItemType": _TITLES[node.level],
            "CFItemTypeURI": self.link(_TITLES[node.level], self.derived("type", node.level)),
            "language": self.language,
            "notes": _note(_unplaced(node)),
        }
        if node.keywords:
            record["conceptKeywords"] = list(node.keywords)
        if node.stages:
            record["educationLevel"] = [stage.value for stage in node.stages]
        return record

    def child(self, place: int, node: Node) -> dict[str, Any]:
        parent = None if node.parent is None else self.framework.node(node.parent)
        document = self.link(self.framework.title or self.framework.id, self.document_id)
        return {
            **self.head("child", node.code),
            "associationType": "isChildOf",
            "sequenceNumber": place,
            "originNodeURI": self.link(node.title, self.identifier(node)),
            "destinationNodeURI": document
            if parent is None
            else self.link(parent.title, self.identifier(parent)),
        }

    def match(self, match: Match) -> dict[str, Any]:
        node = self.framework.node(match.code)
        return {
            **self.head("match", f"{match.code}/{match.kind}/{match.identifier}"),
            "associationType": match.kind,
            "originNodeURI": self.link(node.title, self.identifier(node)),
            "destinationNodeURI": {
                "title": match.title,
                "identifier": match.identifier,
                "uri": match.uri,
            },
        }

    def type(self, level: str) -> dict[str, Any]:
        return {
            **self.head("type", level),
            "title": _TITLES[level],
            "hierarchyCode": _TYPES[level],
            "typeCode": level,
        }


def _unplaced(node: Node) -> dict[str, Any]:
    """What CASE 1.0 has no field for."""
    found: dict[str, Any] = {
        "code": node.code if node.human_code not in ("", node.code) else None,
        "human_code": "" if node.human_code == "" else None,
        "described": False if not node.description else None,
        "identifier": None if _UUID.fullmatch(node.identifier) else node.identifier,
        "positions": [position.value for position in node.positions],
        "subjects": [list(group) for group in node.subjects],
        "functions_544n": list(node.functions_544n),
        "verified": node.verified or None,
        "theme": node.theme,
    }
    kept = {"identifier", "described", "human_code"}
    return {
        k: v for k, v in found.items() if v not in (None, "", []) or (k in kept and v is not None)
    }


def _note(values: dict[str, Any]) -> str:
    return MARK + json.dumps(values, ensure_ascii=False, sort_keys=True)
