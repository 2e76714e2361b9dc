"""What a route is held to, as the contract keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.workbench.ask import quoted
from api.workbench.page import Page


async def wishes_kept(page: Page, route_id: str) -> list[Mapping[str, Any]]:
    """Pins and bans of a route, as ``GET /routes/{route_id}/wishes`` lists them.

    Returns
    -------
    list of mapping
        Empty for roles that may not read them, and where the route's request is not kept.
    """
    if not page.may("read_wishes"):
        return []
    path = f"/routes/{quoted(route_id)}/wishes"
    answer = await page.ask.get(path, expect={403, 404, 409, 410})
    return list(answer.data["items"]) if answer.status == 200 else []
