"""Codes with parameters → sentences.

A message is a template::

    closes_deficit = "уменьшает дефицит «{title}»[[: ожидаемо на {expected:number}]]"

``{name}`` is a parameter, ``{name:format}`` a parameter in a format of ``values.FORMATS``,
``{name:count hour}`` a number with the right form of a word from the table ``plurals``,
``{name:code}`` the wording of another code (``{name:code repair}`` in that family). A part in
``[[ ]]`` is left out where one of its parameters is absent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from engine.wording.tables import known_language, tables
from engine.wording.values import FORMATS, as_written, is_absent

FAMILIES: tuple[str, ...] = (
    "reason",
    "unmet",
    "conflict",
    "repair",
    "rule",
    "action",
    "change",
    "variant",
    "violation",
    "edit",
    "move",
    "recommendation",
    "missing",
    "assignment",
)
"""Tables in which a code is looked up, after the family that was asked for."""

_OPTIONAL = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)
_PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)(?::([a-z_]+)(?: ([a-z_]+))?)?\}")


class Coded(Protocol):
    """Anything with a code and parameters, such as ``Reason``, ``Unmet`` or ``Repair``."""

    @property
    def code(self) -> str:
        """Stable code, snake_case."""

    @property
    def parameters(self) -> Mapping[str, object]:
        """Values behind the wording."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a template that is always there, or only with all of its parameters."""

    text: str
    optional: bool

    def names(self) -> frozenset[str]:
        """Parameters that the piece uses."""
        return frozenset(match[1] for match in _PLACEHOLDER.finditer(self.text))

    def filled(self, parameters: Mapping[str, object], language: str) -> str:
        """The piece with its parameters put in; empty where it is left out."""
        if self.optional and any(is_absent(parameters.get(name)) for name in self.names()):
            return ""

        def value(match: re.Match[str]) -> str:
            name, form, argument = match[1], match[2] or "", match[3] or ""
            if form == "code" and not is_absent(parameters.get(name)):
                return _nested(parameters[name], language, argument or "reason")
            return FORMATS.get(form, as_written)(parameters.get(name), language, argument)

        return _PLACEHOLDER.sub(value, self.text)


def _nested(value: object, language: str, family: str) -> str:
    """Wording of a code, of a mapping with one under ``code``, or of several of them."""
    if isinstance(value, Mapping):
        return word(str(value.get("code", "")), value, language, family=family)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "; ".join(_nested(item, language, family) for item in value)
    return word(str(value), None, language, family=family)


@cache
def parse(template: str) -> tuple[Part, ...]:
    """The pieces of a template, in order."""
    # re.split with one group alternates: outside, inside, outside, …
    pieces = _OPTIONAL.split(template)
    return tuple(Part(text, bool(i % 2)) for i, text in enumerate(pieces) if text)


def parameters_of(template: str) -> frozenset[str]:
    """Names of all parameters of a template."""
    return frozenset().union(*(part.names() for part in parse(template)))


def fill(template: str, parameters: Mapping[str, object], language: str) -> str:
    """The template with its parameters put in; absent ones read «не указано»."""
    return "".join(part.filled(parameters, language) for part in parse(template))


def _template(code: str, language: str, family: str) -> str | None:
    found = tables(language)
    for table in (family, *FAMILIES, "label_solve_status"):
        if code in found.get(table, {}):
            return found[table][code]
    return None


def word(
    reason: Coded | str,
    parameters: Mapping[str, object] | None = None,
    language: str = "ru",
    *,
    family: str = "reason",
) -> str:
    """Wording of a code with its parameters; never raises.

    Parameters
    ----------
    reason
        A code, or a record with ``code`` and ``parameters``.
    parameters
        Values by name; added to those of the record.
    language
        ``ru`` or ``en``; an unknown one is worded in Russian.
    family
        Which side of the code is meant, for codes that are a reason here and an unmet demand
        there: one of ``FAMILIES``.

    Returns
    -------
    str
        A phrase without a capital letter and a full stop; for an unknown code the code itself
        with its parameters.
    """
    language = known_language(language)
    code, values = (reason, {}) if isinstance(reason, str) else (reason.code, reason.parameters)
    values = {**values, **(parameters or {})}
    template = _template(code, language, family)
    if template is not None:
        return fill(template, values, language)
    if not values:
        return code
    pairs = (f"{name}: {as_written(values[name], language)}" for name in sorted(values))
    return f"{code} ({', '.join(pairs)})"


def phrase(key: str, language: str = "ru", **parameters: object) -> str:
    """A fixed phrase of the documents, from the table ``page``."""
    language = known_language(language)
    return fill(tables(language)["page"].get(key, key), parameters, language)


def sentence(text: str) -> str:
    """The phrase with a capital letter and a full stop."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?…" else ".")
