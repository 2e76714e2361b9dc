"""The ИОМ as DOCX by docxtpl, from the bundled template or a region's own."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from engine.documents.archive import repeatable
from engine.documents.build_iom import build_iom
from engine.documents.iom import Iom
from engine.documents.parts import context_of, optional, shown
from engine.documents.pdf import png_of
from engine.documents.pictures import (
    deficit_bar_svg,
    deficit_profile_svg,
    timeline_svg,
    weekly_load_svg,
)
from engine.documents.text import JOINER
from engine.errors import ConfigurationError
from engine.lifecycle.states import RouteProgress
from engine.recommendation import Recommendation
from engine.wording import phrase

TEMPLATE = "iom.docx"
WIDTH_MM, BAR_MM = 184.0, 36.0
TEMPLATE_MOST_BYTES = 10_000_000
UNPACKED_MOST_BYTES = 100_000_000
"""Bounds of a template: a file of a few pages with pictures is far below, a ZIP bomb far above."""

_QUOTED = re.compile(r"'([^']+)'(?!.*')")
_FAULTS = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError)


class TemplateFault(ConfigurationError):
    """A DOCX template cannot be used.

    Parameters
    ----------
    kind
        ``unreadable`` (no DOCX, or too large), ``syntax`` or ``unknown_tag``.
    file
        Name of the file, without its folder.
    tag
        The tag at fault, or what is wrong with the file; never a text of a route.
    """

    def __init__(self, kind: str, file: str, tag: str) -> None:
        self.kind, self.file, self.tag = kind, file, tag
        super().__init__(f"шаблон ИОМ {file}: {_SAID[kind].format(tag=tag)}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.kind, self.file, self.tag)


_SAID = {
    "unreadable": "файл не читается как DOCX: {tag}; сохраните его в Word или LibreOffice заново",
    "syntax": "тег записан с ошибкой: {tag}; исправьте его по образцу из поставки",
    "unknown_tag": "неизвестное имя в теге: {tag}; возьмите имя из образца в поставке",
}


def render_docx(
    rec: Recommendation,
    *,
    language: str = "ru",
    progress: RouteProgress | None = None,
    display_name: str | None = None,
    mentor_name: str | None = None,
    template: Path | None = None,
) -> bytes:
    """The ИОМ for Word and LibreOffice, on A4, ready to be edited and signed.

    Parameters
    ----------
    rec
        The answer of the engine; without a route the document tells why there is none.
    language
        ``ru`` or ``en``.
    progress
        How far the route has come; ``None`` = not known, the report is left to be filled in.
    display_name, mentor_name
        Names; ``None`` leaves a line to fill in, and of the mentor the cipher alone.
    template
        A region's own template; ``None`` = the bundled one.

    Returns
    -------
    bytes
        DOCX. The same arguments and template give the same bytes.

    Raises
    ------
    DocumentUnavailable
        docxtpl or typst, which draws the pictures, is not installed.
    TemplateFault
        The template is no DOCX or has a faulty tag, which is named.
    """
    iom = build_iom(
        rec,
        language=language,
        progress=progress,
        display_name=display_name,
        mentor_name=mentor_name,
    )
    name = TEMPLATE if template is None else template.name
    document = _opened(_read(template), name)
    pictures = _pictures(rec, iom, document)
    try:
        document.render({**context_of(iom, _shown), "pictures": pictures}, _environment())
        made = io.BytesIO()
        document.save(made)
    except _FAULTS as error:
        raise _fault_of(error, name) from error
    return repeatable(made.getvalue(), iom.as_of)


def bundled_template() -> bytes:
    """The template that comes with the package: what a region starts its own from."""
    return (resources.files("engine.documents") / "templates" / TEMPLATE).read_bytes()


# ---------------------------------------------------------------------------- template


def _read(template: Path | None) -> bytes:
    if template is None:
        return bundled_template()
    try:
        if template.stat().st_size > TEMPLATE_MOST_BYTES:
            raise TemplateFault("unreadable", template.name, f"> {TEMPLATE_MOST_BYTES} B")
        return template.read_bytes()
    except OSError as error:
        raise TemplateFault("unreadable", template.name, error.strerror or "OSError") from error


def _opened(content: bytes, name: str) -> Any:
    docxtpl = optional("docx", "docxtpl")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > UNPACKED_MOST_BYTES:
                raise TemplateFault("unreadable", name, f"> {UNPACKED_MOST_BYTES} B")
        document = docxtpl.DocxTemplate(io.BytesIO(content))
        document.init_docx()
    except TemplateFault:
        raise
    except Exception as error:  # python-docx lets whatever a damaged part causes through
        raise TemplateFault("unreadable", name, type(error).__name__) from error
    return document


def _environment() -> SandboxedEnvironment:
    """Of a template that somebody else wrote: no access to Python, unknown names refused."""
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_literal)


def _literal(value: object) -> object:
    """A text as it is: docxtpl gives ``{_{`` and the like a meaning after they were escaped."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return Markup(str(escape(value)).replace("{", "&#123;").replace("}", "&#125;"))
    return value


def _fault_of(error: Exception, name: str) -> TemplateFault:
    said = getattr(error, "message", None) or str(error)
    if isinstance(error, TemplateSyntaxError):
        lines = (line.strip() for line in getattr(error, "docx_context", ()))
        near = next((line for line in lines if "{" in line), "")[:120]
        return TemplateFault("syntax", name, f"{said} {near}".strip())
    quoted = _QUOTED.search(said)
    return TemplateFault("unknown_tag", name, quoted[1] if quoted else said[:120])


# ---------------------------------------------------------------------------- pictures


class _Picture:
    """A picture that a template places by ``{{ name }}``; nothing else of it can be reached."""

    __slots__ = ("_alt", "_document", "_png", "_width")

    def __init__(self, document: Any, png: bytes, width_mm: float, alt: str) -> None:
        self._document, self._png, self._alt = document, png, alt
        self._width = round(width_mm * 36_000)  # English Metric Units

    def __html__(self) -> str:
        part = self._document.current_rendering_part
        inline = part.new_pic_inline(io.BytesIO(self._png), self._width, None)
        inline.docPr.set("descr", self._alt)
        for side in "TBLR":  # LibreOffice takes a missing distance for three millimetres
            inline.set(f"dist{side}", "0")
        return (
            f"</w:t></w:r><w:r><w:drawing>{inline.xml}</w:drawing></w:r><w:r>"
            '<w:t xml:space="preserve">'
        )


def _pictures(rec: Recommendation, iom: Iom, document: Any) -> Mapping[str, object]:
    """``bars`` by the place of a demand, and ``profile``, ``timeline``, ``load`` or ``None``."""
    language, view = iom.language, iom.view
    drawn = [
        (d, row)
        for d, row in zip(view.deficits, iom.deficits, strict=True)
        if row.drawn is not None
    ]
    bars = png_of(
        [deficit_bar_svg(d, language, uid=f"d{i}") for i, (d, _) in enumerate(drawn)], BAR_MM
    )
    large = {
        "profile": deficit_profile_svg(rec, language, view=view),
        "timeline": timeline_svg(rec, language, view=view),
        "load": weekly_load_svg(rec, language, view=view),
    }
    made = iter(png_of([svg for svg in large.values() if svg is not None], WIDTH_MM))
    alt = phrase("section_calendar", language)
    return {
        "bars": [
            _Picture(document, png, BAR_MM, row.size)
            for png, (_, row) in zip(bars, drawn, strict=True)
        ],
        **{
            name: None if svg is None else _Picture(document, next(made), WIDTH_MM, alt)
            for name, svg in large.items()
        },
    }


def _shown(text: str) -> str:
    return shown(text).replace(JOINER, "")  # Word shows a box for it in most fonts
