"""Titles of the activities that a route has, had and may have again."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from api.workbench.ask import quoted
from api.workbench.page import Page
from api.workbench.views.route_history import named_activities, titles_of
from engine.wording.dates import span
from engine.wording.values import as_date

LOOKED_UP_MOST = 30
"""Titles that one page asks of the catalogue; further ones stay codes."""


async def route_titles(page: Page, answer: Mapping[str, Any]) -> dict[str, str]:
    """Title by code of every activity that the route has and that its history names.

    Parameters
    ----------
    answer
        Of ``GET /routes/{route_id}``. Only what it does not tell is asked of the catalogue.
    """
    known = titles_of(answer)
    wanted = [i for i in named_activities(answer["lifecycle"]) if i not in known]
    asked = wanted[-LOOKED_UP_MOST:]
    found = await asyncio.gather(*(activity_title(page, i) for i in asked))
    return known | dict(zip(asked, found, strict=True))


async def run_titles(page: Page, offerings: list[str]) -> dict[str, str]:
    """Title of the activity of each run, by the run's code."""
    found = await asyncio.gather(*(_run_title(page, i) for i in offerings))
    return dict(zip(offerings, found, strict=True))


async def run_terms(page: Page, wishes: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """First and last day of each run that a wish names, by the run's code.

    Runs without days and those that the catalogue has lost are left out.
    """
    named = dict.fromkeys(w["offering"] for w in wishes if w["offering"])
    asked = list(named)[:LOOKED_UP_MOST]
    paths = (f"/offerings/{quoted(i)}" for i in asked)
    found = await asyncio.gather(*(page.ask.get(p, expect={403, 404, 422}) for p in paths))
    terms = {}
    for code, answer in zip(asked, found, strict=True):
        record = answer.data["record"] if answer.status == 200 else {}
        start, end = as_date(record.get("start")), as_date(record.get("end"))
        if start is not None and end is not None:
            terms[code] = span(start, end, page.language)
    return terms


async def activity_title(page: Page, activity_id: str) -> str:
    """Title of an activity; its code where the catalogue has lost it."""
    answer = await page.ask.get(f"/activities/{quoted(activity_id)}", expect={404, 422})
    return str(answer.data["record"]["title"]) if answer.status == 200 else activity_id


async def _run_title(page: Page, offering_id: str) -> str:
    answer = await page.ask.get(f"/offerings/{quoted(offering_id)}", expect={404, 422})
    if answer.status != 200:
        return offering_id
    return await activity_title(page, answer.data["record"]["activity_id"])
