"""Ready bodies for ``POST /routes`` out of a data package: the inverse of ``translate``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from api.people import Known
from api.schemas.operations import DemoAnswer, DemoItem
from engine.domain import Educator, ItemResponse, Slot
from engine.interchange import DataPackage
from engine.recommendation import to_dict
from engine.wording import label


def demo_answer(package: DataPackage) -> DemoAnswer:
    """Title and body for every educator of the package, ordered by id."""
    educators = sorted(package.educators, key=lambda e: e.id)
    items = [
        DemoItem(title=_title(e), body=demo_body(_known(e, package), package)) for e in educators
    ]
    return DemoAnswer(as_of=package.as_of, items=items)


def demo_body(known: Known, package: DataPackage) -> dict[str, Any]:
    """Body that asks for exactly what is known of one educator, and leans on nothing stored."""
    body: dict[str, Any] = {
        "as_of": package.as_of.isoformat(),
        "educator": _educator(known.educator),
        "diagnostics": [_stated(d) for d in (*known.diagnostics, *known.responses)],
        "requests": [_stated(r) for r in known.requests],
        "history": [_stated(h) for h in known.history],
        "constraints": {"busy": [_span(s) for s in known.busy]},
    }
    if package.policy is not None:
        body["policy"] = package.policy
    return body


def _known(educator: Educator, package: DataPackage) -> Known:
    return Known(
        educator,
        package.diagnostics.get(educator.id, ()),
        package.responses.get(educator.id, ()),
        package.requests.get(educator.id, ()),
        package.history.get(educator.id, ()),
        package.busy.get(educator.id, ()),
    )


def _title(educator: Educator) -> str:
    return ", ".join((label("position", educator.position, "ru"), *educator.subjects))


def _educator(educator: Educator) -> dict[str, Any]:
    body = _stated(educator)
    body["conditions"] = _stated(educator.conditions)
    if educator.organisation is not None:
        body["organisation"] = _stated(educator.organisation)
        body["organisation"]["conditions"] = _stated(educator.organisation.conditions)
    return {k: v for k, v in body.items() if v != {}}


def _stated(record: Any) -> dict[str, Any]:
    """Fields that differ from their defaults; a null answer to an item is stated as null."""
    values: Mapping[str, Any] = to_dict(record)  # type: ignore[assignment]
    keep = {"response"} if isinstance(record, ItemResponse) else set()
    return {
        f.name: values[f.name]
        for f in fields(record)
        if f.name in keep or getattr(record, f.name) != f.default
    }


def _span(slot: Slot) -> dict[str, str]:
    return {"start": slot.start.isoformat(), "end": slot.end.isoformat()}
