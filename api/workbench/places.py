"""Organisations and districts, asked of the contract for the lists that choose among them."""

from __future__ import annotations

from api.workbench.page import Page
from api.workbench.views.choices import Places, places_of


async def known_places(page: Page) -> Places:
    """Organisations and districts of the people whom the caller may see; none for other roles."""
    if not page.may("list_organisations"):
        return Places()
    answer = await page.ask.get("/organisations")
    return places_of(answer.data)
