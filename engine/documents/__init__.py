"""The route for people: terminal, page, calendar."""

from engine.documents.html import render_html
from engine.documents.ics import render_ics
from engine.documents.terminal import render_terminal

__all__ = ["render_html", "render_ics", "render_terminal"]
