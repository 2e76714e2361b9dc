"""The route for people: terminal, page, calendar; routes side by side and checked."""

from engine.documents.changes_text import render_dynamics
from engine.documents.group_text import render_groups
from engine.documents.html import render_html
from engine.documents.ics import render_ics
from engine.documents.side_text import render_check, render_comparison
from engine.documents.terminal import render_terminal

__all__ = [
    "render_check",
    "render_comparison",
    "render_dynamics",
    "render_groups",
    "render_html",
    "render_ics",
    "render_terminal",
]
