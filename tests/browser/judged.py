"""What axe-core finds in a page, and whether the page fits its screen."""

from __future__ import annotations

from functools import cache
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def _axe() -> Axe:
    return Axe()


def serious(page: Page) -> list[str]:
    """Serious and critical faults by WCAG 2.2 AA, and what stands out over the screen's edge."""
    options: dict[str, Any] = {
        "resultTypes": ["violations"],
        "runOnly": {"type": "tag", "values": _WCAG},
    }
    found = _axe().run(page, options=options).response["violations"]
    told = [
        f"{v['id']}: {v['help']} — {[n['target'] for n in v['nodes']][:4]}"
        for v in found
        if v["impact"] in ("serious", "critical")
    ]
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if over > 0:
        told.append(f"{over} px wider than the screen")
    return told
