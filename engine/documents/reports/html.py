"""A report as one self-contained printable page."""

from __future__ import annotations

from functools import partial

from markupsafe import Markup

from engine.documents.environment import template_environment
from engine.documents.reports.model import (
    Amount,
    Block,
    Bullets,
    Cell,
    Facts,
    Figure,
    Heading,
    Paragraph,
    Report,
    Table,
)
from engine.documents.reports.pictures import figure_svgs
from engine.documents.reports.speak import Speaker
from engine.wording import sentence

TEMPLATE = "reports/report.html.j2"
_KINDS = {
    Paragraph: "paragraph",
    Heading: "heading",
    Facts: "facts",
    Bullets: "bullets",
    Table: "table",
    Figure: "figure",
}


def render_html(report: Report, language: str = "ru") -> str:
    """The page: no scripts, nothing loaded from elsewhere, A4 when printed.

    Parameters
    ----------
    language
        ``ru`` or ``en``.

    Returns
    -------
    str
        HTML. The same arguments give the same text.
    """
    speaker = Speaker(language)
    template = template_environment().get_template(TEMPLATE)
    return template.render(
        report=report,
        language=speaker.language,
        words=partial(_words, speaker),
        say=speaker.text,
        cell=speaker.cell,
        sentences=partial(_sentences, speaker),
        kind=_kind,
        is_list=_is_list,
        is_number=_is_number,
        percents=_percents,
        drawn=partial(_drawn, speaker),
    )


def _words(speaker: Speaker, code: str, **parameters: object) -> str:
    return speaker.say(code, parameters)


def _sentences(speaker: Speaker, paragraph: Paragraph) -> str:
    return " ".join(sentence(speaker.text(text)) for text in paragraph.texts)


def _kind(block: Block) -> str:
    return _KINDS[type(block)]


def _is_list(cell: Cell) -> bool:
    return isinstance(cell, tuple)


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Amount)


def _percents(table: Table) -> tuple[int, ...]:
    """Widths of the columns in per cent."""
    whole = sum(column.width for column in table.columns)
    return tuple(round(100 * column.width / whole) for column in table.columns)


def _drawn(speaker: Speaker, figure: Figure, uid: str) -> tuple[Markup, ...]:
    # Our own template made them, with every text escaped.
    return tuple(Markup(svg) for svg in figure_svgs(figure, speaker, uid))
