"""Deficits of groups: where which competency is missing, as a picture and as a table."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from markupsafe import Markup
from starlette.responses import Response

from api.workbench.page import CurrentPage, Page
from api.workbench.places import known_places
from api.workbench.views import educators, groups
from engine.documents.pictures import group_heat_map_svg
from engine.wording.summaries import LEVELS

PATH = "/workbench/groups"
TABLE = f"{PATH}/table"

router = APIRouter(prefix=PATH)

Text = Annotated[str, Query(max_length=1_000)]
Number = Annotated[int, Query(ge=0, le=100_000)]


async def asked_groups(
    by: Text = "district",
    nodes: Text = "any",
    level: Text = "high",
    organisation_id: Text = "",
    district: Text = "",
    position: Text = "",
) -> dict[str, str]:
    """What is asked for; a choice that there is not becomes the usual one."""
    return {
        "by": by if by in groups.GROUPINGS else "district",
        "nodes": nodes if nodes in groups.NODE_LEVELS else "any",
        "level": level if level in LEVELS else "high",
        "organisation_id": organisation_id.strip(),
        "district": district.strip(),
        "position": position,
    }


Asked = Annotated[dict[str, str], Depends(asked_groups)]


@router.get("", name="workbench_groups")
async def show_groups(page: CurrentPage, asked: Asked) -> Response:
    """The choice; the table itself is asked for by the page, as many people take their time."""
    places = await known_places(page)
    return page.render("groups/page.html.j2", heat=None, places=places, **_choices(page, asked))


@router.get("/table", name="workbench_groups_table")
async def show_table(
    page: CurrentPage, asked: Asked, first: Number = 0, skip: Number = 0
) -> Response:
    """Picture and table of one choice."""
    answer = await page.ask.post("/deficits/groups", groups.body_of(asked))
    heat = groups.heat_of(answer.data, asked["level"], page.language, first=first, skip=skip)
    whole: dict[str, Any] = {} if page.fragment else {"places": await known_places(page)}
    return page.render(
        "groups/table.html.j2" if page.fragment else "groups/page.html.j2",
        headers={"HX-Replace-Url": educators.address(PATH, asked)},
        **whole,
        heat=heat,
        picture=_picture(page, answer.data, heat, asked["level"]),
        people=answer.data["n_people"],
        least=answer.data["least_people"],
        left_out=len(answer.data["left_out"]),
        as_of=answer.data["as_of"],
        first=first,
        skip=skip,
        **_choices(page, asked),
    )


def _picture(page: Page, table: Any, heat: groups.Heat, level: str) -> Markup | None:
    if not heat.shown:
        return None
    drawn = group_heat_map_svg(
        {**table, "rows": heat.picked},
        page.language,
        level=level,
        nodes=[node for node, _ in heat.nodes],
    )
    # Made by our own template, which escapes whatever stands in it.
    return None if drawn is None else Markup(drawn)


def _choices(page: Page, asked: dict[str, str]) -> dict[str, Any]:
    return {
        "asked": asked,
        "groupings": groups.GROUPINGS,
        "node_levels": groups.NODE_LEVELS,
        "levels": LEVELS,
        "positions": educators.positions(page.language),
        "here": educators.address(TABLE, asked),
        "address": educators.address,
    }
