"""Where one can go from a page that could not be shown: the form, whose it was, the section."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from api.workbench.ask import quoted

PAGES = "/workbench"
FORMS: Mapping[tuple[str, str], str] = {
    ("educators", "build"): "new-route",
    ("educators", "diagnostics"): "diagnostics",
    ("routes", "replan"): "",
    ("routes", "decisions"): "",
    ("routes", "undo"): "",
    ("routes", "progress"): "",
}
"""Last parts of addresses that forms are sent to → those of the pages with the forms."""

PASSING = (409, 412, 429)
"""Refusals that may be over when the page is asked for once more."""

OWNED: Mapping[str, str] = {"educators": "educator", "routes": "route", "models": "model"}
"""Sections whose addresses name a record with a page of its own."""

SECTIONS: Mapping[str, str] = {
    "routes": "nav_routes",
    "groups": "nav_groups",
    "analysis": "nav_analysis",
    "indicators": "nav_indicators",
    "catalogue": "nav_catalogue",
    "check": "nav_check",
    "compare": "nav_routes",
    "tagging": "nav_tagging",
    "imports": "nav_imports",
    "models": "nav_models",
    "new-educator": "nav_person",
}


@dataclass(frozen=True, slots=True)
class Way:
    """One way on.

    Parameters
    ----------
    key
        Of its words.
    """

    path: str
    key: str


def ways_back(method: str, path: str, query: str = "", status: int = 500) -> tuple[Way, ...]:
    """Ways from an address at which something was refused, the nearest first.

    Parameters
    ----------
    method
        What was only read may be asked for again; what was sent is never sent again by a link.
    path
        Decoded, below the pages.
    query
        As it was sent, without the question mark.
    status
        Of the refusal: what is not there or not allowed is not asked for again.
    """
    found: dict[str, Way] = {}
    for way in _ways(method, path, query, again=status in PASSING or status >= 500):
        found.setdefault(way.path, way)
    return tuple(found.values())


def _ways(method: str, path: str, query: str, *, again: bool) -> Iterator[Way]:
    parts = [part for part in path.removeprefix(PAGES).split("/") if part]
    section, owner, last = (*parts, "", "", "")[:3]
    base = f"{PAGES}/{section}"
    if method in ("GET", "HEAD"):
        here = PAGES + "".join(f"/{quoted(part)}" for part in parts)
        if again:
            yield Way(f"{here}?{query}" if query else here, "problems.way_again")
    elif section in OWNED and FORMS.get((section, last)):
        yield Way(f"{base}/{quoted(owner)}/{FORMS[section, last]}", "problems.way_form")
    elif section == "tagging" and owner:
        yield Way(f"{base}?activity={quoted(owner)}", "problems.way_form")
    elif section in ("check", "imports", "new-educator"):
        yield Way(base, "problems.way_form")
    if section in OWNED and owner:
        yield Way(f"{base}/{quoted(owner)}", f"problems.way_{OWNED[section]}")
    if section in SECTIONS:
        to = f"{PAGES}/routes" if section == "compare" else base
        yield Way(to, f"base.{SECTIONS[section]}")
    yield Way(PAGES, "problems.back")
