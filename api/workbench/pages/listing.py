"""The list of routes, and routes side by side."""

from __future__ import annotations

import asyncio
import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from api.workbench.ask import quoted
from api.workbench.mentor_names import named_mentors
from api.workbench.page import CurrentPage, Page
from api.workbench.places import known_places
from api.workbench.views import comparison, listing
from api.workbench.views.educators import address
from api.workbench.views.keys import new_key
from api.workbench.zones import region_zone, zone_of_policy

PATH = "/workbench/routes"
PAGE_ROWS = 20
COUNTED_MOST = 500
"""As many as the contract gives at once."""
PEOPLE_OFFERED = 6
"""People who are offered where a name fits several."""

router = APIRouter(prefix="/workbench")

Text = Annotated[str, Query(max_length=1_000)]


async def asked_routes(
    state: Text = "",
    status: Text = "",
    policy: Text = "",
    organisation_id: Text = "",
    mentor_id: Text = "",
    educator_id: Text = "",
    created_from: Text = "",
    created_to: Text = "",
) -> dict[str, str]:
    """Conditions of the list as they were typed."""
    typed = (
        *(state, status, policy, organisation_id, mentor_id, educator_id),
        *(created_from, created_to),
    )
    return dict(zip(listing.FILTERS, (text.strip() for text in typed), strict=True))


@router.get("/routes", name="workbench_routes")
async def show_routes(
    page: CurrentPage, asked: Annotated[dict[str, str], Depends(asked_routes)], cursor: Text = ""
) -> Response:
    """List of routes with the counts of their states: what has become of many."""
    person = await _person(page, asked["educator_id"])
    policies = await page.ask.get("/version")
    zone = zone_of_policy(policies.data["policy"])
    query = listing.query_of({**asked, "educator_id": person.code}, zone)
    every = {k: v for k, v in query.items() if k not in ("state", "status")}
    answer, counted = await asyncio.gather(
        page.ask.get("/routes", query=query, cursor=cursor, limit=PAGE_ROWS),
        page.ask.get("/routes", query=every, limit=COUNTED_MOST),
    )
    items = answer.data["items"]
    people, routes, mentor_names = await asyncio.gather(
        _people(page, {item["educator_id"] for item in items}),
        _routes(page, items),
        named_mentors(page, {item["mentor_id"] for item in items if item["mentor_id"]}),
    )
    language = page.language
    whole = {} if page.fragment else await _lists(page)
    return page.render(
        "listing/found.html.j2" if page.fragment else "listing/list.html.j2",
        **whole,
        person=person,
        rows=[
            listing.row_of(
                item,
                people.get(item["educator_id"]),
                language,
                zone,
                answer=routes.get(item["id"]),
                mentor=mentor_names.get(item["mentor_id"]),
            )
            for item in items
        ],
        counts=listing.counts_of(counted.data["items"], counted.data["next"] is not None, language),
        asked=asked,
        narrowed=any(asked.values()),
        states=listing.states(language),
        statuses=listing.statuses(language),
        policies=[(name, name) for name in policies.data["policies"]],
        own_policy=policies.data["policy"],
        today=dt.datetime.now(zone).date().isoformat(),
        address=address,
        next=answer.data["next"],
        first=not cursor,
    )


@router.get("/compare", name="workbench_compare")
async def show_comparison(
    page: CurrentPage, routes: Annotated[list[str] | None, Query(max_length=20)] = None
) -> Response:
    """Two or three routes of one educator side by side, or the variants of one."""
    chosen = list(dict.fromkeys(routes or ()))
    if not chosen:
        return page.render("compare/choose.html.j2")
    answer = await page.ask.post("/routes/compare", {"routes": chosen})
    educator = answer.data["educator"]
    people, known = await asyncio.gather(
        _people(page, {educator}),
        page.ask.get("/routes", educator_id=educator, limit=COUNTED_MOST),
    )
    mentor_names = await named_mentors(
        page, {route["mentor"] for route in answer.data["routes"] if route["mentor"]}
    )
    return page.render(
        "compare/compare.html.j2",
        compared=comparison.compared(
            answer.data, known.data["items"], page.language, await region_zone(page), mentor_names
        ),
        educator_id=educator,
        name=people.get(educator, {}).get("display_name"),
        variants_of=chosen[0] if len(chosen) == 1 else None,
        new_key=new_key,
    )


async def _person(page: Page, typed: str) -> listing.Person:
    """The educator who is meant by a cipher or a part of a name, or those who may be."""
    if not typed or not page.may("list_educators"):
        return listing.Person(typed)
    found = await page.ask.get("/educators", q=typed[:500], limit=PEOPLE_OFFERED)
    return listing.meant([item["record"] for item in found.data["items"]], typed)


async def _lists(page: Page) -> dict[str, Any]:
    """What the conditions are chosen from."""
    if not page.may("list_mentors"):
        return {"places": await known_places(page), "mentors": ()}
    places, mentors = await asyncio.gather(
        known_places(page), page.ask.get("/mentors", limit=COUNTED_MOST)
    )
    records = [item["record"] for item in mentors.data["items"]]
    return {"places": places, "mentors": listing.mentors(records, places, page.language)}


async def _routes(page: Page, items: list[listing.Record]) -> dict[str, listing.Record]:
    """The routes themselves by id; none where the role sees levels and no numbers."""
    if page.principal.levels_only or not page.may("read_route"):
        return {}
    wanted = [item["id"] for item in items if item["status"] not in listing.WITHOUT_ROUTE]
    # between two calls a route may have been erased with its educator
    answers = await asyncio.gather(
        *(page.ask.get(f"/routes/{quoted(i)}", expect={403, 404}) for i in wanted)
    )
    return {i: a.data for i, a in zip(wanted, answers, strict=True) if a.status == 200}


async def _people(page: Page, ids: set[str]) -> dict[str, listing.Record]:
    """Records of educators by id, of those that the caller may see and that are still there."""
    if not page.may("read_educator"):
        return {}
    wanted = sorted(ids)
    # routes are kept of people, too, whose records were erased or never sent
    answers = await asyncio.gather(
        *(page.ask.get(f"/educators/{quoted(i)}", expect={403, 404}) for i in wanted)
    )
    return {i: a.data["record"] for i, a in zip(wanted, answers, strict=True) if a.status == 200}
