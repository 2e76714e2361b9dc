"""The page of a route: while it is built, and what it is; its questions and its files."""

from __future__ import annotations

import datetime as dt
import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Path, Query
from starlette.responses import Response

from api.access.decisions import may_decide
from api.messages import PROBLEMS
from api.workbench.ask import Answer, AnswerProblem, quoted
from api.workbench.page import CurrentPage, Page
from api.workbench.refusals import problem_context
from api.workbench.route_titles import route_titles, run_terms
from api.workbench.route_wishes import wishes_kept
from api.workbench.views import route_moves
from api.workbench.views import route_page as views
from api.workbench.views.activity_search import asked_activities
from api.workbench.views.keys import new_key, own_key
from api.workbench.views.used_busy import UsedBusy, used_busy
from engine.explanation import OUTRANKED

OFFERED_MOST = 12
"""Activities that a search for "why not" offers."""

LOOKED_THROUGH, PAGES_MOST = 200, 5
"""Activities asked for at once, and how often, where the contract cannot choose by form."""

FILES = ("calendar.ics", "document.docx", "document.pdf", "document.xlsx", "problem", "page")
PASSED_ON = (
    *("content-type", "content-disposition", "content-language"),
    *("content-security-policy", "cache-control"),
)
PASSING = (429, 503)
"""Refusals while a route is built that are over in a moment: asked again, nobody need know."""

router = APIRouter(prefix="/workbench/routes/{route_id}")
RouteId = Annotated[str, Path(max_length=128)]


@router.get("", name="workbench_route")
async def show_route(route_id: RouteId, page: CurrentPage) -> Response:
    """A route, or how far its building is, or why it was not built."""
    answer = await page.ask.get(_asked(route_id), expect={500})
    if answer.status == 500:
        return _failed(page, answer)
    if answer.status != 200:
        job = views.building(answer.data, page.language, dt.datetime.now(dt.UTC))
        return page.render("route_page/building.html.j2", **_own(route_id), job=job, seen="")
    # Who sees levels only is answered without the numbers that documents are made of.
    masked = page.principal.levels_only
    wishes = [] if masked else await wishes_kept(page, route_id)
    busy = None if masked else await _busy(page, route_id, answer.data["educator"]["id"])
    titles = await route_titles(page, answer.data)
    return page.render(
        f"route_page/{'levels' if masked else 'route'}.html.j2",
        **_own(route_id),
        **await _names(page, answer),
        answer=answer.data,
        life=answer.data["lifecycle"],
        version=answer.data["lifecycle"]["version"],
        shown=None if masked else views.shown(answer.data, page.language, busy),
        levels=views.levels(answer.data, page.language) if masked else (),
        wishes=route_moves.wishes_of(wishes, await run_terms(page, wishes)),
        moves=route_moves.build(answer.data, page.language, titles, wishes),
    )


@router.post("/variants", name="workbench_take_variant")
async def take_variant(
    route_id: RouteId,
    page: CurrentPage,
    name: Annotated[str, Form(max_length=20)],
    key: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Order a variant as a route of its own and go where it is being built."""
    headers = {"Prefer": "respond-async", "Idempotency-Key": own_key(key)}
    answer = await page.ask.post(f"{_asked(route_id)}/variants/{quoted(name)}", headers=headers)
    return page.redirect(_path(answer.data["id"]))


@router.get("/building", name="workbench_route_building")
async def show_building(
    route_id: RouteId, page: CurrentPage, seen: Annotated[str, Query(max_length=80)] = ""
) -> Response:
    """How far it is; when it is over, the page itself, which also tells what went wrong.

    ``seen`` is the mark of what the reader has been told: only news is announced again.
    """
    answer = await page.ask.get(_asked(route_id), expect=range(400, 600))
    if answer.status in PASSING and page.fragment:
        return Response(status_code=204)
    if answer.status != 202 or not page.fragment:
        return page.redirect(_path(route_id))
    job = views.building(answer.data, page.language, dt.datetime.now(dt.UTC))
    return page.render("route_page/progress.html.j2", **_own(route_id), job=job, seen=seen)


@router.post("/stop", name="workbench_route_stop")
async def stop(route_id: RouteId, page: CurrentPage) -> Response:
    """End the building with the best route that there is."""
    await page.ask.delete(f"{_asked(route_id)}/solve", expect={404, 409})
    return page.redirect(_path(route_id))


@router.get("/helps", name="workbench_route_helps")
async def show_prices(route_id: RouteId, page: CurrentPage) -> Response:
    """What one more hour, week or rouble would bring."""
    answer = await page.ask.get(f"{_asked(route_id)}/explanation")
    has_route = bool(answer.data["steps"] or answer.data["prices"])
    lines = views.prices(answer.data, has_route=has_route, language=page.language)
    return page.render("route_page/helps.html.j2", **_own(route_id), lines=lines)


@router.get("/why-not", name="workbench_route_why_not")
async def show_why_not(
    route_id: RouteId,
    page: CurrentPage,
    q: Annotated[str, Query(max_length=200)] = "",
    activity: Annotated[str, Query(max_length=128)] = "",
) -> Response:
    """Why an activity is not in the route; by words until one is chosen."""
    found: list[views.Offer] = []
    lines: tuple[views.Paragraph, ...] = ()
    title, verdict, version = "", "", None
    if activity:
        answer = await page.ask.get(f"{_asked(route_id)}/why-not/{quoted(activity)}")
        lines = views.why_not(answer.data, page.language)
        title, verdict = answer.data["title"], answer.data["verdict"]
        if verdict == OUTRANKED:
            version = await _open_version(page, route_id)
    elif q.strip():
        found = await _found(page, q)
    template = "why_not_part" if page.fragment else "why_not"
    return page.render(
        f"route_page/{template}.html.j2",
        **_own(route_id),
        q=q,
        found=found,
        lines=lines,
        title=title,
        activity=activity,
        verdict=verdict,
        version=version,
        new_key=new_key,
    )


@router.get("/files/{name}", name="workbench_route_file")
async def take_file(
    route_id: RouteId, name: Annotated[str, Path(max_length=40)], page: CurrentPage
) -> Response:
    """A document of the route as the contract makes it."""
    if name not in FILES:
        return page.redirect(_path(route_id))
    answer = await page.ask.get(f"{_asked(route_id)}/{name}")
    kept = {k: v for k in PASSED_ON if (v := answer.headers.get(k)) is not None}
    return Response(answer.content, headers=kept)


def _failed(page: Page, answer: Answer) -> Response:
    """Why the route was not built, and how to go on."""
    if answer.data.get("code") != "solve_failed":
        raise AnswerProblem(answer.status, answer.data)
    cause = PROBLEMS.get(answer.data.get("cause", ""))
    return page.render(
        "route_page/failed.html.j2",
        status=answer.status,
        cause="" if cause is None else cause.title.say(page.language),
        **problem_context(answer.data, page.language),
    )


async def _found(page: Page, words: str) -> list[views.Offer]:
    """Activities in which the words are written, then those of the kind and form they name."""
    asked = asked_activities(words)
    written = await page.ask.get("/activities", q=words.strip(), limit=OFFERED_MOST)
    items: list[dict[str, Any]] = list(written.data["items"])
    for kind in (asked.kinds or ("",)) if asked.by_labels else ():
        cursor = ""
        for _ in range(PAGES_MOST if asked.forms or asked.technologies else 1):
            limit = LOOKED_THROUGH if asked.forms or asked.technologies else OFFERED_MOST
            answer = await page.ask.get(
                "/activities", q=asked.words, kind=kind, cursor=cursor, limit=limit
            )
            items += [item for item in answer.data["items"] if asked.fits(item["record"])]
            cursor = answer.data["next"] or ""
            if not cursor or len(items) >= OFFERED_MOST:
                break
    return views.offers(items, page.language)[:OFFERED_MOST]


async def _open_version(page: Page, route_id: str) -> int | None:
    """Version of the route, if the caller may pin something in it now."""
    if not (page.may("decide") and may_decide(page.principal.role, "pin")):
        return None
    answer = await page.ask.get(_asked(route_id))
    life = answer.data.get("lifecycle")
    return int(life["version"]) if life and "replan" in life["legal"] else None


async def _busy(page: Page, route_id: str, educator_id: str) -> UsedBusy | None:
    """Busy times that the route was built around; ``None`` where its problem cannot be read."""
    if not page.may("read_problem"):
        return None
    file = await page.ask.get(f"{_asked(route_id)}/problem", expect={403, 404, 409, 410})
    if file.status != 200:
        return None
    known = None
    if page.may("read_busy"):
        path = f"/educators/{quoted(educator_id)}/busy"
        answer = await page.ask.get(path, expect={403, 404})
        known = answer.data if answer.status == 200 else None
    return used_busy(json.loads(file.content), known)


async def _names(page: Page, answer: Answer) -> dict[str, Any]:
    """Names of the educator and of the mentor where the caller may see them."""
    educator = answer.data["educator"]["id"]
    name = ""
    if page.may("read_educator"):
        told = await page.ask.get(f"/educators/{quoted(educator)}", expect={403, 404})
        if told.status == 200:
            name = told.data["record"].get("display_name") or ""
    mentor = ((answer.data["route"] or {}).get("mentor") or {}).get("id", "")
    mentor_name = ""
    if mentor and page.may("read_mentor"):
        told = await page.ask.get(f"/mentors/{quoted(mentor)}", expect={403, 404})
        if told.status == 200:
            mentor_name = told.data["record"].get("display_name") or ""
    return {"educator_id": educator, "educator_name": name, "mentor_name": mentor_name}


def _own(route_id: str) -> dict[str, Any]:
    return {"route_id": route_id, "path": _path(route_id)}


def _asked(route_id: str) -> str:
    return f"/routes/{quoted(route_id)}"


def _path(route_id: str) -> str:
    return f"/workbench/routes/{quoted(route_id)}"
