"""Published JSON schemas: every fault of a document with its JSON pointer."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import FormatChecker
from jsonschema.protocols import Validator
from jsonschema.validators import Draft4Validator

from engine.errors import Fault
from engine.resources import data_root

FAULTS_MOST = 100
"""Faults of one document that are told; the first ones, in the document's order."""

_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")

formats = FormatChecker(formats=())


@formats.checks("uri")
def is_uri(value: object) -> bool:
    """Whether a text is an absolute URI or IRI (RFC 3986, 3987); other types pass."""
    return not isinstance(value, str) or _URI.fullmatch(value) is not None


@formats.checks("date-time")
def is_instant(value: object) -> bool:
    """Whether a text is an instant with offset (RFC 3339); other types pass."""
    return not isinstance(value, str) or instant_of(value) is not None


@formats.checks("date")
def is_day(value: object) -> bool:
    """Whether a text is a day (RFC 3339); other types pass."""
    if not isinstance(value, str):
        return True
    try:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", value)) and bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def instant_of(text: str) -> dt.datetime | None:
    """Instant of an RFC 3339 text; ``None`` = it is none, or has no offset."""
    if not re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d", text):
        return None
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.utcoffset() is not None else None


@cache
def validator(name: str) -> Validator:
    """Validator of a published schema, by its path below ``data/schemas``."""
    text = (data_root() / "schemas").joinpath(*name.split("/")).read_text(encoding="utf-8")
    made: Validator = Draft4Validator(json.loads(text), format_checker=formats)
    return made


_CODES = {
    "required": ("missing_property", "нет обязательного свойства"),
    "additionalProperties": ("unknown_property", "такого свойства в стандарте нет"),
    "enum": ("unknown_value", "такого значения в стандарте нет"),
    "type": ("wrong_type", "значение другого типа, чем требует стандарт"),
    "pattern": ("wrong_form", "значение не того вида, который требует стандарт"),
    "format": ("wrong_form", "значение не того вида, который требует стандарт"),
}


def schema_faults(document: Any, name: str, prefix: str) -> Iterator[Fault]:
    """Faults of a document against a published schema, at most ``FAULTS_MOST``.

    Parameters
    ----------
    prefix
        What the codes begin with: ``case`` gives ``case_missing_property``.
    """
    errors = sorted(validator(name).iter_errors(document), key=lambda e: [str(p) for p in e.path])
    for error in errors[:FAULTS_MOST]:
        code, detail = _CODES.get(
            str(error.validator), ("wrong_form", "не так, как требует стандарт")
        )
        place = pointer(*error.absolute_path)
        yield Fault(
            f"{prefix}_{code}",
            f"{detail} ({error.message[:200]})",
            pointer=place,
            parameters={"rule": str(error.validator)},
        )


def pointer(*parts: str | int) -> str:
    """JSON pointer (RFC 6901); the whole document is ``/``-less and shown as ``""``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)
