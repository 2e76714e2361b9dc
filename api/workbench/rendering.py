"""Templates of the pages: escaped, strict about names, with the formats of the documents."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.workbench.ask import quoted
from api.workbench.views.choices import many, offered
from engine.documents.text import clean, typeset
from engine.wording import sentence
from engine.wording.values import FORMATS, as_written

MEDIA_TYPES: Mapping[str, str] = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@cache
def static_files() -> Mapping[str, bytes]:
    """Everything that pages are drawn with, by name; nothing else can be asked for."""
    folder = files("api.workbench").joinpath("static")
    found = (f for f in folder.iterdir() if "." + f.name.rpartition(".")[2] in MEDIA_TYPES)
    return {file.name: file.read_bytes() for file in found}


@cache
def static_path(name: str) -> str:
    """Address of a file: it changes with the content, so that browsers may keep it."""
    digest = hashlib.sha256(static_files()[name]).hexdigest()[:16]
    return f"/workbench/static/{name}?v={digest}"


def _shown(value: object) -> object:
    # Runs on every expression before escaping; Markup comes from our own macros only.
    if isinstance(value, str) and not isinstance(value, Markup):
        return typeset(clean(value))
    return value


@cache
def environment(language: str) -> Environment:
    """Templates of one language.

    Formats of ``engine.wording`` are filters, e.g. ``{{ day|date }}``, ``{{ 3|count('step') }}``;
    ``asis`` shows what is absent, numbers and lists. ``raw_value`` is for attributes whose text
    must come back unchanged (no-break spaces are for eyes).
    """
    made = Environment(
        loader=PackageLoader("api.workbench", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    for name, form in FORMATS.items():
        made.filters[name] = partial(_formatted, form, language)
    made.filters["sentence"] = sentence
    made.filters["asis"] = partial(as_written, language=language)
    made.filters["quoted"] = lambda part: quoted(str(part))
    made.filters["raw_value"] = lambda value: Markup.escape("" if value is None else str(value))
    made.globals["static"] = static_path
    made.globals["offered"] = offered
    made.globals["many"] = many
    return made


def _formatted(form: object, language: str, value: object, argument: str = "") -> str:
    return str(form(value, language, argument))  # type: ignore[operator]
