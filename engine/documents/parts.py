"""What DOCX and PDF have in common: optional libraries, words, texts, faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from types import ModuleType

from engine.documents.build_iom import head_of
from engine.documents.iom import Iom
from engine.documents.text import clean, typeset
from engine.errors import ConfigurationError
from engine.wording import label, phrase, sentence

EXTRA = "learning-routes[documents]"
"""What to install for the documents that need a library of their own."""

HEADINGS = (
    "title", "period", "section_about", "name", "document_diagnostics", "input_requests",
    "section_inputs", "section_map", "section_calendar",
    "section_checkpoints", "section_unmet", "section_notes", "section_no_route", "section_report",
    "section_reflection", "section_signatures", "section_provenance", "column_competency",
    "column_size", "document_column_evidence", "level_rule", "bar_desc",
    "nothing_measured", "no_steps",
    "closing_note", "no_checkpoints", "column_number", "document_column_activity",
    "column_against", "document_column_terms", "document_column_document", "column_stage",
    "column_diagnostic", "column_date", "column_duration", "column_activity", "column_done",
    "column_link", "column_accepted", "sign_tutor", "document_route_state",
    "document_status", "document_level", "document_accompaniment", "mentor_meetings",
    "column_terms", "document_page", "document_of", "sign_signature", "sign_date",
)  # fmt: skip
"""Fixed phrases that a template may place as ``words.<key>``."""


FACTS = (
    "position", "subjects", "stages", "organisation", "district", "strengths", "group", "as_of",
    "content", "forms", "technologies", "tempo", "total_time",
    "input_deficits", "input_requests", "input_conditions", "input_resources",
)  # fmt: skip
"""General data, descriptors and inputs one by one, for a template that places ``facts.<key>``."""


class DocumentUnavailable(ConfigurationError):
    """A document needs a library that is not installed.

    Parameters
    ----------
    kind
        Kind of the document: ``docx`` or ``pdf``.
    part
        The library that is missing.
    """

    def __init__(self, kind: str, part: str) -> None:
        self.kind, self.part = kind, part
        super().__init__(
            f"документ {kind} не собрать: не установлена библиотека {part}; "
            f"установите её: pip install '{EXTRA}'"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.kind, self.part)


def optional(kind: str, name: str) -> ModuleType:
    """An optional library, loaded when the first document needs it.

    Raises
    ------
    DocumentUnavailable
        It is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != name.partition(".")[0]:
            raise
        raise DocumentUnavailable(kind, name.partition(".")[0]) from error


def words_of(language: str) -> Mapping[str, str]:
    """The fixed phrases by key."""
    return {key: phrase(key, language) for key in HEADINGS}


def shown(text: str) -> str:
    """A text as documents print it: one line, without control characters, typeset."""
    return typeset(clean(text))


def context_of(iom: Iom, show: Callable[[str], str] = shown) -> dict[str, object]:
    """All that a template may place: the fields of ``Iom``, the head of the map, the words."""
    named = {f.name: getattr(iom, f.name) for f in fields(iom) if f.name != "view"}
    caption = phrase("timeline_desc", iom.language, busiest=sentence(iom.view.busiest))
    made = {
        "head": head_of(iom),
        "timeline_caption": caption,
        "document_number": phrase("document_number", iom.language, id=iom.route_id),
    }
    told = dict([*iom.about, *iom.descriptors, *iom.inputs])
    nothing = label("common", None, iom.language)
    facts = {key: told.get(phrase(key, iom.language), nothing) for key in FACTS}
    context = plain({**named, **made, "facts": facts}, show)
    assert isinstance(context, dict)
    return {**context, "words": plain(words_of(iom.language), show)}


def plain(value: object, show: Callable[[str], str] = shown) -> object:
    """Any record as dictionaries, lists and scalars, every text shown; what templates are given.

    Dates become their ISO form.
    """
    if isinstance(value, str):
        return show(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name), show) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item, show) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, show) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return getattr(value, "isoformat", value.__str__)()
