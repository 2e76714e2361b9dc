"""Names of mentors, where the contract gives them to the caller."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from api.workbench.ask import quoted
from api.workbench.page import Page


async def named_mentors(page: Page, ids: Iterable[str]) -> dict[str, str]:
    """Names by cipher; whoever has none the caller may see is left out."""
    if not page.may("read_mentor"):
        return {}
    wanted = sorted(ids)
    answers = await asyncio.gather(
        *(page.ask.get(f"/mentors/{quoted(i)}", expect={403, 404}) for i in wanted)
    )
    records = (
        (i, a.data["record"]) for i, a in zip(wanted, answers, strict=True) if a.status == 200
    )
    return {i: name for i, record in records if (name := record.get("display_name"))}
