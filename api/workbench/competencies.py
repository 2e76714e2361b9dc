"""Names of competencies, and a search in them, as far as the contract tells.

The contract has no list of the framework's nodes. What a request asks for is named by
``POST /deficits``, by nodes and by words: so a request that nobody has made names them here. Its
position does not matter, as requests may name any leaf.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from api.workbench.page import Page

NAMED_MOST = 50
"""Requests that the contract takes at once."""


@dataclass(frozen=True, slots=True)
class Competency:
    """A node of the framework."""

    code: str
    title: str


async def titles_of(page: Page, codes: Iterable[str]) -> dict[str, str]:
    """Titles by code, of ``NAMED_MOST`` at most; those of unknown codes are left out.

    A role that may not ask gets none: pages then show the codes.
    """
    wanted = sorted(set(codes))[:NAMED_MOST]
    for _ in range(2):
        if not wanted or not page.may("assess_deficits"):
            break
        body = _asking([{"node": code} for code in wanted])
        answer = await page.ask.post("/deficits", body, expect={422})
        if answer.status == 200:
            demands = answer.data["demands"]
            return {d["nodes"][0]: d["title"] for d in demands if len(d["nodes"]) == 1}
        # one code that is not known any more must not cost the others their names
        wrong = {e["parameters"].get("node") for e in answer.data.get("errors", ())}
        wanted = [code for code in wanted if code not in wrong]
    return {}


async def search(page: Page, words: str) -> list[Competency]:
    """Competencies that words speak of, the nearest first; empty = none or not for this role."""
    if not words.strip() or not page.may("assess_deficits"):
        return []
    answer = await page.ask.post("/deficits", _asking([{"text": words[:500]}]), expect={422})
    if answer.status != 200:
        return []
    codes = [node for demand in answer.data["demands"] for node in demand["nodes"]]
    titles = await titles_of(page, codes)
    return [Competency(code, titles[code]) for code in codes if code in titles]


def _asking(requests: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "educator": {"position": "methodist"},
        "diagnostics": [],
        "history": [],
        "requests": requests,
    }
