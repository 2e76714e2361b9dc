"""What pages show of matching models: the registry, the gate in words, the card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from api.workbench.words import said, say
from engine.documents.model_words import slice_words
from engine.wording import label
from engine.wording.quantities import number

Record = Mapping[str, Any]

_MARKDOWN = MarkdownIt("zero", {"html": False}).enable(
    ["heading", "list", "table", "emphasis", "escape", "backticks", "newline"]
)
"""No links, pictures or markup of its own: a card is text with tables."""

_TONES = {"in_service": "good", "former": "", "registered": "watch"}


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the gate in words."""

    title: str
    threshold: str
    value: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Slice:
    """What becomes of one group of educators."""

    name: str
    people: int
    change: str
    falls: bool


@dataclass(frozen=True, slots=True)
class Gate:
    """Report of the comparison with the model that was in service."""

    passed: bool
    against: str
    people: int
    checks: tuple[Check, ...]
    slices: tuple[Slice, ...]


@dataclass(frozen=True, slots=True)
class Model:
    """One version.

    Parameters
    ----------
    figures
        Name in words and value.
    fault
        What is wrong with its files; ``None`` = nothing.
    gate
        ``None`` = it was never compared.
    """

    version: str
    status: str
    tone: str
    in_service: bool
    created_on: str
    figures: tuple[tuple[str, str], ...]
    fault: str | None
    gate: Gate | None


def models_of(answer: Record, language: str) -> list[Model]:
    """Versions of ``GET /models``, newest first."""
    return [_model(item, language) for item in answer["items"]]


def model_of(answer: Record, version: str, language: str) -> Model | None:
    """One of them; ``None`` = there is no such version."""
    return next((m for m in models_of(answer, language) if m.version == version), None)


def _model(item: Record, language: str) -> Model:
    status = "refused" if item["fault"] else item["status"]
    return Model(
        version=item["version"],
        status=said(f"models.status_{status}", language, status),
        tone="bad" if item["fault"] else _TONES.get(status, ""),
        in_service=item["status"] == "in_service",
        created_on=item["created_on"],
        figures=tuple(
            (said(f"models.figure_{name}", language, name), _figure(value, language))
            for name, value in item["figures"].items()
        ),
        fault=item["fault"],
        gate=None if item["gate"] is None else gate_of(item["gate"], language),
    )


def gate_of(report: Record, language: str) -> Gate:
    """A gate report in words."""
    return Gate(
        passed=report["passed"],
        against=_against(report, language),
        people=report["closed"]["people"],
        checks=tuple(_check(report, check, language) for check in report["checks"]),
        slices=tuple(
            Slice(
                _slice_name(s["name"], language),
                s["people"],
                _signed_percent(s["change"], language),
                s["falls"],
            )
            for s in report["slices"]
        ),
    )


def _against(report: Record, language: str) -> str:
    """The model that was compared with; the weights of the package have no file."""
    if not report["in_service_digest"]:
        return say("models.prior", language, {})
    return str(report["in_service"])


def _check(report: Record, check: Record, language: str) -> Check:
    code, value, threshold = check["code"], check["value"], check["threshold"]
    before, after = {
        "calibration": report["calibration"],
        "latency": [1_000 * s if s is not None else None for s in report["latency_s"]],
    }.get(code, (None, None))
    percents = code in ("closed_deficit", "slices")
    form = _signed_percent if percents else _figure
    fallen = [_slice_name(s["name"], language) for s in report["slices"] if s["falls"]]
    values: dict[str, object] = {
        "value": form(value, language),
        "threshold": form(threshold, language),
        "before": _figure(before, language),
        "after": _figure(after, language),
        "change": _signed_percent(report["closed"]["change"], language),
        "people": report["thresholds"]["slice_people"],
        "fallen": fallen or None,
    }
    known = said(f"models.check_{code}", language, "")
    if not known:
        return Check(code, _figure(threshold, language), _figure(value, language), check["passed"])
    found = f"models.value_{code}"
    if code == "slices" and value is None:
        found = "models.value_no_slices"
    return Check(
        say(f"models.check_{code}", language, values),
        say(f"models.threshold_{code}", language, values),
        say(found, language, values),
        check["passed"],
    )


def _slice_name(name: str, language: str) -> str:
    if language == "ru":
        return slice_words(name)
    trait, _, value = name.partition(":")
    if trait == "position":
        value = label("position", value, language)
    return f"{trait}: {value}" if value else name


def _figure(value: float | None, language: str) -> str:
    return say("models.unknown", language, {}) if value is None else number(value, language, 3)


def _signed_percent(value: float | None, language: str) -> str:
    if value is None:
        return say("models.unknown", language, {})
    sign = "+" if value > 0 else ""
    return sign + number(100 * value, language) + (" %" if language == "ru" else "%")


def card_html(markdown: str) -> Markup:
    """A card as markup that fits below the heading of a page; nothing in it is active."""
    tokens = _MARKDOWN.parse(markdown)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + 1)}"
        if token.type in ("th_open", "td_open"):
            token.attrs.pop("style", None)  # alignment: the page allows no inline styles
    return Markup(_MARKDOWN.renderer.render(_without_title(tokens), _MARKDOWN.options, {}))


def _without_title(tokens: Sequence[Token]) -> list[Token]:
    """Tokens but for a heading at the begin: the page has its own."""
    if len(tokens) > 3 and tokens[0].type == "heading_open":
        return list(tokens[3:])
    return list(tokens)
