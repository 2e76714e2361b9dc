"""Tagging: what is most worth correcting, one activity after the other."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api.workbench.ask import quoted
from api.workbench.competencies import search, titles_of
from api.workbench.page import CurrentPage, Page
from api.workbench.views import tagging
from api.workbench.views.tagging import Proposal

PATH = "/workbench/tagging"
LISTED = 8

router = APIRouter(prefix="/workbench")

Id = Annotated[str, Query(max_length=128)]
Words = Annotated[str, Query(max_length=500)]


@router.get("/tagging", name="workbench_tagging")
async def show_tagging(
    page: CurrentPage,
    activity: Id = "",
    saved: Id = "",
    find: Words = "",
    nothing: Annotated[str, Query(max_length=5)] = "",
) -> Response:
    """The activity that is most worth correcting, or the one asked for, and what waits after."""
    listed = await page.ask.get("/tagging", limit=LISTED)
    items = listed.data["items"]
    chosen = activity or (items[0]["activity_id"] if items else "")
    context = await _one(page, chosen, items, find) if chosen else {"record": None}
    title = await _title(page, saved) if saved else None
    return page.render(
        "tagging/tagging.html.j2",
        waiting=tagging.waiting_of(items),
        untagged=listed.data["untagged"],
        chosen=chosen,
        saved=title,
        nothing=bool(nothing),
        find=find,
        **context,
    )


@router.get("/tagging/found", name="workbench_tagging_found")
async def find_more(page: CurrentPage, request: Request, find: Words = "") -> Response:
    """Competencies that words speak of and the form has not yet, as rows of it."""
    have = tagging.judged(request.query_params)
    found = [c for c in await search(page, find) if c.code not in have]
    rows = [Proposal(c.code, c.title) for c in found]
    return page.render("tagging/found.html.j2", rows=rows, find=find)


@router.post("/tagging/{activity_id}", name="workbench_tagging_save")
async def save(
    activity_id: Annotated[str, Path(max_length=128)], page: CurrentPage, request: Request
) -> Response:
    """Keep the verdicts and go on to the next activity."""
    async with request.form() as sent:
        form = {name: value for name, value in sent.items() if isinstance(value, str)}
    forget = form.get("do") == "forget"
    verdicts = [] if forget else tagging.verdicts_of(form)
    if not verdicts and not forget:
        return page.redirect(f"{PATH}?activity={quoted(activity_id)}&nothing=1")
    await page.ask.put(
        f"/activities/{quoted(activity_id)}/tags",
        {"verdicts": verdicts},
        headers={"If-Match": form.get("version", "")[:100]},
    )
    return page.redirect(f"{PATH}?saved={quoted(activity_id)}")


async def _one(page: Page, activity_id: str, items: list[Any], find: str) -> dict[str, Any]:
    path = f"/activities/{quoted(activity_id)}"
    found, tags, more = await asyncio.gather(
        page.ask.get(path), page.ask.get(f"{path}/tags"), search(page, find)
    )
    listed = next((i for i in items if i["activity_id"] == activity_id), None)
    known = {t["node"] for t in tags.data["tags"]}
    said = [v["node"] for v in tags.data["verdicts"] if v["node"] not in known]
    proposals = tagging.proposals_of(tags.data, listed, await titles_of(page, said))
    have = {p.code for p in proposals}
    following = [i["activity_id"] for i in items if i["activity_id"] != activity_id]
    return {
        "record": found.data["record"],
        "tags": tags.data,
        "version": tags.etag,
        "proposals": proposals,
        "more": [Proposal(c.code, c.title) for c in more if c.code not in have],
        "about": tagging.waiting_of([listed])[0] if listed else None,
        "following": _after(items, activity_id) or (following[0] if following else None),
    }


def _after(items: list[Any], activity_id: str) -> str | None:
    """The next one on the list; ``None`` = the last or not on it."""
    ids = [i["activity_id"] for i in items]
    place = ids.index(activity_id) + 1 if activity_id in ids else len(ids)
    return ids[place] if place < len(ids) else None


async def _title(page: Page, activity_id: str) -> str:
    answer = await page.ask.get(f"/activities/{quoted(activity_id)}", expect={404, 422})
    return str(answer.data["record"]["title"]) if answer.status == 200 else activity_id
