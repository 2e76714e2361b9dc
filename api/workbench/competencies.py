"""Names of competencies, and a search in them, as the contract tells them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from api.workbench.page import Page
from api.workbench.views.choices import Group

KEPT_MOST = 4
"""Lists of competencies that are kept by their tags; there is one for each version in use."""

_kept: dict[str, Framework] = {}


@dataclass(frozen=True, slots=True)
class Competency:
    """A node of the framework."""

    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Framework:
    """The list of competencies.

    Parameters
    ----------
    titles
        By code, in the order of the list.
    leaves
        Competencies without any below them, below the titles of what they belong to.
    subjects
        Subjects that competencies are about, each once, in order.
    """

    titles: Mapping[str, str] = field(default_factory=dict)
    leaves: tuple[Group, ...] = ()
    subjects: tuple[str, ...] = ()

    def named(self, words: str) -> Competency | None:
        """The competency whose code or whole title these are, whatever their case."""
        wanted = " ".join(words.casefold().split())
        for code, title in self.titles.items():
            if wanted and wanted in (code.casefold(), title.casefold()):
                return Competency(code, title)
        return None


async def framework_of(page: Page) -> Framework:
    """The list of competencies in use; read again only when it is another one."""
    if not page.may("read_framework"):
        return Framework()
    known = {"If-None-Match": ", ".join(_kept)} if _kept else {}
    answer = await page.ask.get("/framework", headers=known)
    if answer.status == 304 and answer.etag in _kept:
        return _kept[answer.etag]
    found = framework_from(answer.data["nodes"])
    while len(_kept) >= KEPT_MOST:
        del _kept[next(iter(_kept))]
    _kept[answer.etag] = found
    return found


def framework_from(nodes: Sequence[Mapping[str, Any]]) -> Framework:
    """The list from the nodes of ``GET /framework``."""
    titles = {node["code"]: str(node["title"]) for node in nodes}
    groups: dict[str, list[tuple[str, str]]] = {}
    for node in nodes:
        if node["leaf"]:
            above = titles.get(node["parent"] or "", "")
            groups.setdefault(above, []).append((node["code"], node["title"]))
    subjects = {group[0] for node in nodes for group in node["subjects"] if group}
    leaves = tuple(Group(title, tuple(pairs)) for title, pairs in groups.items())
    return Framework(titles, leaves, tuple(sorted(subjects)))


async def titles_of(page: Page, codes: Iterable[str]) -> dict[str, str]:
    """Titles by code; those of unknown codes are left out."""
    wanted = set(codes)
    if not wanted:
        return {}
    known = (await framework_of(page)).titles
    return {code: known[code] for code in sorted(wanted) if code in known}


async def search(page: Page, words: str) -> list[Competency]:
    """Competencies that words speak of, the nearest first; empty = none or not for this role.

    A request in these words, which nobody has made, is understood by ``POST /deficits``. Its
    position does not matter, as requests may name any leaf.
    """
    if not words.strip() or not page.may("assess_deficits"):
        return []
    body = {
        "educator": {"position": "methodist"},
        "diagnostics": [],
        "history": [],
        "requests": [{"text": words[:500]}],
    }
    answer = await page.ask.post("/deficits", body, expect={422})
    if answer.status != 200:
        return []
    codes = [node for demand in answer.data["demands"] for node in demand["nodes"]]
    titles = await titles_of(page, codes)
    return [Competency(code, titles[code]) for code in codes if code in titles]
