"""The one template environment of pages and pictures."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from engine.documents.text import clean, typeset
from engine.wording import sentence


def _shown(value: object) -> object:
    # Runs on every expression before escaping; Markup comes from our own macros only.
    if isinstance(value, str) and not isinstance(value, Markup):
        return typeset(clean(value))
    return value


@cache
def template_environment() -> Environment:
    """Escapes everything, cleans and typesets every text, refuses unknown names."""
    environment = Environment(
        loader=PackageLoader("engine.documents", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    environment.filters["sentence"] = sentence
    return environment
