"""The catalogue: search, and one activity with its runs and coverage."""

from __future__ import annotations

import asyncio
import datetime as dt
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from api.workbench.ask import quoted
from api.workbench.competencies import Competency, framework_of, search, titles_of
from api.workbench.page import CurrentPage, Page
from api.workbench.views import catalogue
from api.workbench.views.educators import address

PATH = "/workbench/catalogue"
PAGE_ROWS = 20
RUNS_MOST = 500
"""As many as the contract gives at once."""

router = APIRouter(prefix="/workbench")

Text = Annotated[str, Query(max_length=1_000)]


async def asked_activities(
    q: Text = "", kind: Text = "", about: Text = "", covers: Text = ""
) -> dict[str, str]:
    """Conditions of the search as they were typed; ``about`` is a competency in words."""
    return {"q": q.strip(), "kind": kind, "about": about.strip(), "covers": covers.strip()}


@dataclass(frozen=True, slots=True)
class _Meant:
    """Competency that is searched for, and others that the words may mean."""

    code: str
    title: str
    others: tuple[Competency, ...] = ()


@router.get("/catalogue", name="workbench_catalogue")
async def show_catalogue(
    page: CurrentPage,
    asked: Annotated[dict[str, str], Depends(asked_activities)],
    cursor: Text = "",
) -> Response:
    """Activities that fit words, kind and competency."""
    meant = await _meant(page, asked)
    unknown = bool(asked["about"]) and meant is None
    covers = meant.code if meant else ""
    query = {"q": asked["q"][:500], "kind": asked["kind"], "covers": covers}
    answer = await page.ask.get("/activities", query=query, cursor=cursor, limit=PAGE_ROWS)
    records = [] if unknown else [item["record"] for item in answer.data["items"]]
    titles = await titles_of(page, (code for record in records for code in record["coverage"]))
    return page.render(
        "catalogue/found.html.j2" if page.fragment else "catalogue/list.html.j2",
        competencies=() if page.fragment else (await framework_of(page)).leaves,
        hits=[catalogue.hit_of(record, titles, page.language) for record in records],
        total=0 if unknown else answer.data["total"],
        asked=asked,
        meant=meant,
        unknown=unknown,
        narrowed=any(asked.values()),
        kinds=catalogue.kinds(page.language),
        address=address,
        next=None if unknown else answer.data["next"],
        first=not cursor,
    )


@router.get("/catalogue/{activity_id}", name="workbench_activity")
async def show_activity(
    activity_id: Annotated[str, Path(max_length=128)], page: CurrentPage
) -> Response:
    """One activity: all that is known of it."""
    path = f"/activities/{quoted(activity_id)}"
    found, tags, runs = await asyncio.gather(
        page.ask.get(path),
        page.ask.get(f"{path}/tags"),
        page.ask.get("/offerings", activity_id=activity_id, limit=RUNS_MOST),
    )
    record, today = found.data["record"], dt.date.today()
    return page.render(
        "catalogue/one.html.j2",
        record=record,
        facts=catalogue.facts_of(record, page.language),
        before=await _before(page, record["prerequisites"]),
        runs=catalogue.runs_of(runs.data["items"], record, today, page.language),
        tags=tags.data,
        covered=catalogue.tags_of(tags.data, page.language),
    )


async def _meant(page: Page, asked: dict[str, str]) -> _Meant | None:
    """The competency that is asked for, by its code or else by words; ``None`` = none."""
    if asked["covers"]:
        titles = await titles_of(page, [asked["covers"]])
        return _Meant(asked["covers"], titles.get(asked["covers"], asked["covers"]))
    named = (await framework_of(page)).named(asked["about"])
    if named is not None:
        return _Meant(named.code, named.title)
    found = await search(page, asked["about"])
    if not found:
        return None
    return _Meant(found[0].code, found[0].title, tuple(found[1:]))


async def _before(page: Page, groups: list[list[str]]) -> list[list[tuple[str, str]]]:
    """Code and title of what is to be completed before, one of each group."""
    ids = sorted({i for group in groups for i in group})[:20]
    answers = await asyncio.gather(
        *(page.ask.get(f"/activities/{quoted(i)}", expect={404}) for i in ids)
    )
    titles = {
        i: a.data["record"]["title"] for i, a in zip(ids, answers, strict=True) if a.status == 200
    }
    return [[(i, titles.get(i, i)) for i in group] for group in groups]
