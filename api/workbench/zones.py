"""The zone in which pages that are about many people tell the time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from api.workbench.page import Page
from engine.policy import load_policy


async def region_zone(page: Page) -> ZoneInfo:
    """Zone of the region, by the policy that the contract names; never that of the machine."""
    answer = await page.ask.get("/version")
    return zone_of_policy(answer.data["policy"])


def zone_of_policy(policy: str) -> ZoneInfo:
    """Zone of a policy profile."""
    return ZoneInfo(load_policy(policy).time_zone)
