"""The ИОМ as one self-contained printable page."""

from __future__ import annotations

from functools import partial

from engine.documents.build_view import build_view
from engine.documents.environment import template_environment
from engine.documents.timeline import WIDTH, build_timeline
from engine.recommendation import Recommendation
from engine.wording import known_language, phrase

TEMPLATE = "iom.html.j2"


def render_html(
    rec: Recommendation,
    *,
    language: str = "ru",
    display_name: str | None = None,
    mentor_name: str | None = None,
) -> str:
    """The page of the ИОМ: no scripts, nothing loaded from elsewhere, A4 when printed.

    Parameters
    ----------
    rec
        The answer of the engine; without a route the page tells the conflict and the repairs.
    language
        ``ru`` or ``en``.
    display_name
        Name of the educator; ``None`` leaves a line to fill in by hand.
    mentor_name
        Name of the mentor; ``None`` = only the cipher is printed.

    Returns
    -------
    str
        HTML. The same arguments give the same bytes.
    """
    language = known_language(language)
    view = build_view(rec, language)
    template = template_environment().get_template(TEMPLATE)
    return template.render(
        rec=rec,
        view=view,
        timeline=build_timeline(rec.route, view) if rec.route else None,
        timeline_width=WIDTH,
        display_name=display_name,
        mentor_name=mentor_name,
        language=language,
        t=partial(phrase, language=language),
    )
