"""Educators: the list with search and filters, and one educator."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query
from starlette.responses import Response

from api.workbench.ask import Answer, quoted
from api.workbench.competencies import framework_of
from api.workbench.page import CurrentPage, Page
from api.workbench.places import known_places
from api.workbench.refusals import problem_context
from api.workbench.views import deficits, educators
from api.workbench.zones import region_zone

PAGE_ROWS = 20
ROUTES_SHOWN = 20
RANKED_MOST = 1_000
"""As many as the contract gives at once."""

router = APIRouter(prefix="/workbench")

EducatorId = Annotated[str, Path(max_length=128)]
Text = Annotated[str, Query(max_length=1_000)]


async def asked_people(
    q: Text = "",
    position: Text = "",
    organisation_id: Text = "",
    district: Text = "",
    subject: Text = "",
    young: Text = "",
) -> dict[str, str]:
    """Conditions of the list as they were typed."""
    typed = (q, position, organisation_id, district, subject, young)
    return dict(zip(educators.FILTERS, (text.strip() for text in typed), strict=True))


@router.get("", name="workbench_educators")
async def show_educators(
    page: CurrentPage, asked: Annotated[dict[str, str], Depends(asked_people)], cursor: Text = ""
) -> Response:
    """List of educators; the first page for everybody who may see it."""
    if not page.may("list_educators"):
        return page.redirect(_first_page(page))
    answer = await page.ask.get("/educators", query=asked, cursor=cursor, limit=PAGE_ROWS)
    zone = await region_zone(page)
    rows = await asyncio.gather(*(_row(page, item, zone) for item in answer.data["items"]))
    whole: dict[str, Any] = {}
    if not page.fragment:
        places, framework = await asyncio.gather(known_places(page), framework_of(page))
        whole = {"places": places, "subjects": framework.subjects}
    return page.render(
        "educators/found.html.j2" if page.fragment else "educators/list.html.j2",
        **whole,
        rows=rows,
        total=answer.data["total"],
        asked=asked,
        narrowed=any(asked.values()),
        positions=educators.positions(page.language),
        address=educators.address,
        next=answer.data["next"],
        first=not cursor,
    )


@router.get("/educators/{educator_id}", name="workbench_educator")
async def show_educator(educator_id: EducatorId, page: CurrentPage) -> Response:
    """One educator: who it is, deficits, diagnostics, routes."""
    person = quoted(educator_id)
    known = await page.ask.get(f"/educators/{person}")
    assessed, evidence, routes = await asyncio.gather(
        _assessed(page, educator_id), _evidence(page, person), _routes(page, educator_id)
    )
    profile = _profile(page, assessed)
    zone = await region_zone(page)
    return page.render(
        "educators/one.html.j2",
        record=known.data["record"],
        organisation=known.data["record"]["organisation"],
        district=educators.district_of(known.data["record"]),
        conditions=educators.conditions_of(known.data["record"]),
        years=educators.years_since(
            known.data["record"]["pedagogical_start"], profile.today if profile else None
        ),
        profile=profile,
        refused=_refused(page, assessed),
        procedures=_procedures(page, evidence, assessed, profile),
        routes=[educators.route_line(route, page.language, zone) for route in routes],
        may_build=page.may("build_route"),
    )


@router.get("/educators/{educator_id}/completed", name="workbench_completed")
async def show_completed(educator_id: EducatorId, page: CurrentPage) -> Response:
    """What the educator has completed, as the ranking of the catalogue knows it."""
    body = {"educator": {"id": educator_id}}
    path = f"/recommendations?limit={RANKED_MOST}"
    answer = await page.ask.post(path, body, expect={422})
    items = answer.data["items"] if answer.status == 200 else []
    return page.render(
        "educators/completed_part.html.j2" if page.fragment else "educators/completed.html.j2",
        educator_id=educator_id,
        completed=educators.completed(items),
        known=answer.status == 200,
    )


def _first_page(page: Page) -> str:
    """Where a role begins that sees no educators."""
    others = (("list_routes", "routes"), ("list_models", "models"))
    found = next((path for operation, path in others if page.may(operation)), "catalogue")
    return f"/workbench/{found}"


async def _row(page: Page, item: educators.Record, zone: dt.tzinfo) -> educators.Row:
    educator_id = item["record"]["id"]
    evidence, routes = await asyncio.gather(
        _evidence(page, quoted(educator_id)), _routes(page, educator_id, most=1)
    )
    return educators.row_of(item, page.language, evidence, routes, zone)


async def _evidence(page: Page, person: str) -> list[educators.Record]:
    if not page.may("read_diagnostics"):
        return []
    # between two calls somebody may have been erased
    answer = await page.ask.get(f"/diagnostics/{person}", expect={404})
    return list(answer.data["items"]) if answer.status == 200 else []


async def _routes(page: Page, educator_id: str, most: int = ROUTES_SHOWN) -> list[educators.Record]:
    if not page.may("list_routes"):
        return []
    answer = await page.ask.get("/routes", educator_id=educator_id, limit=most)
    return list(answer.data["items"])


async def _assessed(page: Page, educator_id: str) -> Answer | None:
    """Answer of the assessment, also where there is nothing to assess; ``None`` = not allowed."""
    if not page.may("assess_deficits"):
        return None
    return await page.ask.post("/deficits", {"educator": {"id": educator_id}}, expect={422})


def _profile(page: Page, assessed: Answer | None) -> deficits.Profile | None:
    if assessed is None or assessed.status != 200:
        return None
    return deficits.profile_of(assessed.data, page.language)


def _refused(page: Page, assessed: Answer | None) -> Mapping[str, Any] | None:
    """Why there is no assessment; ``None`` = there is one, or the role gets none."""
    if assessed is None or assessed.status == 200:
        return None
    found: Mapping[str, Any] = problem_context(assessed.data, page.language)["problem"]
    return found


def _procedures(
    page: Page,
    evidence: list[educators.Record],
    assessed: Answer | None,
    profile: deficits.Profile | None,
) -> list[deficits.ProcedureLine]:
    if profile is None or assessed is None:
        return deficits.procedures_of(evidence, None, {}, page.language)
    return deficits.procedures_of(evidence, assessed.data, profile.titles, page.language)
