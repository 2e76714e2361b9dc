"""The published xAPI 1.0.1 schemas: whether a statement is one, and where it is not.

A compiled validator answers the first question for nearly every statement; whatever it does not
admit, the reference validator judges, which names every fault with its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from jsonschema import FormatChecker, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import Draft4Validator
from jsonschema_rs import Draft4Validator as CompiledValidator

from engine.interchange.json_schemas import is_uri
from engine.resources import data_root


def schema_faults(statement: Any) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the place within the statement, and the rule that is broken there.

    The rule is said in the schema's own words (``required: homePage``) and never repeats a
    value: names and mailboxes of people stand among them.
    """
    if _is_valid(statement):
        return
    errors = sorted(_validator().iter_errors(statement), key=lambda e: [str(p) for p in e.path])
    # The schemas say some things twice, once for all that is like a statement.
    yield from dict.fromkeys(_told(error) for error in errors)


def _told(error: ValidationError) -> tuple[tuple[str | int, ...], str]:
    while error.context:
        error = max(error.context, key=_says)
    return tuple(error.absolute_path), _rule(error)


def _says(error: ValidationError) -> tuple[int, bool]:
    """How much a branch says: most if it got furthest; hardly anything if it wants nothing."""
    return len(error.absolute_path), (error.validator, error.validator_value) != ("type", "null")


def _is_valid(statement: Any) -> bool:
    try:
        return _compiled().is_valid(statement)
    except ValueError:  # what it cannot hold (half a surrogate pair), the reference can
        return False


def _rule(error: ValidationError) -> str:
    name: str = str(error.validator)
    said: Any = error.validator_value
    given = error.instance if isinstance(error.instance, dict) else {}
    if name == "required":
        said = ", ".join(key for key in said if key not in given)
    elif name == "additionalProperties":
        said = ", ".join(sorted(_unknown(given, error.schema)))
    elif name == "enum":
        said = ", ".join(str(value) for value in said)
    elif name not in ("format", "type", "minimum", "minItems", "maxItems"):
        return name
    return f"{name}: {said}"


def _unknown(given: Mapping[str, Any], schema: Any) -> Iterator[str]:
    patterns = schema.get("patternProperties", {})
    for key in given.keys() - schema.get("properties", {}).keys():
        if not any(re.search(pattern, key) for pattern in patterns):
            yield str(key)


# --------------------------------------------------------------------------- compiled once


@cache
def _compiled() -> CompiledValidator:
    formats = {name: check for name, (check, _) in _formats().checkers.items()}
    return CompiledValidator(_schema(), formats=formats, validate_formats=True)


@cache
def _validator() -> Validator:
    made: Validator = Draft4Validator(_schema(), format_checker=_formats())
    return made


@cache
def _schema() -> dict[str, Any]:
    """Schema of one statement; the published files as one document of definitions."""
    folder = data_root() / "schemas" / "xapi-1.0.1"
    definitions: dict[str, Any] = {}
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.name.endswith(".json"):
            _define(json.loads(entry.read_text(encoding="utf-8")), definitions)
    return {"definitions": definitions, "$ref": "#/definitions/statement"}


def _define(value: Any, definitions: dict[str, Any]) -> Any:
    """Put every schema that has an ``id`` (``#agent``) among the definitions, and refer there."""
    if isinstance(value, list):
        return [_define(entry, definitions) for entry in value]
    if not isinstance(value, dict):
        return value
    made = {}
    for key, entry in value.items():
        if key == "$ref":
            made[key] = "#/definitions/" + str(entry).lstrip("#")
        elif key not in ("id", "$schema") or not isinstance(entry, str):
            # Addresses by their short form, as in ``_formats``.
            short = _ADDRESS if len(key) > _PATTERN_MOST else key
            made[short] = _define(entry, definitions)
    name = value.get("id")
    if isinstance(name, str):
        definitions[name.lstrip("#")] = made
    return made


_ADDRESS = r"^[A-Za-z][A-Za-z0-9+.-]*:\S+$"
_PATTERN_MOST = 1_000
_FORMS = ("uuid", "sha1", "sha2", "version", "mimetype", "iso_date", "iso_duration", "langtag")


@cache
def _formats() -> FormatChecker:
    """Formats as published; of addresses their short form (RFC 3987 has 6 000 signs of pattern)."""
    checker = FormatChecker(formats=())
    path = data_root() / "schemas" / "xapi-1.0.1" / "formats" / "formats.json"
    published = json.loads(path.read_text(encoding="utf-8"))
    for name in ("iri", "rfc3986-uri"):
        checker.checks(name)(is_uri)
    _check_form(checker, "mailto-iri", r"mailto:[^\s@<>]+@[^\s@<>]+")
    for name in _FORMS:
        _check_form(checker, name, published[name].removeprefix("^").removesuffix("$"))
    return checker


def _check_form(checker: FormatChecker, name: str, pattern: str) -> None:
    form = re.compile(pattern)
    checker.checks(name)(lambda value: not isinstance(value, str) or bool(form.fullmatch(value)))
