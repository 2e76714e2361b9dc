"""Indicators of the regulations: values under every reading, parts, trend, who is counted."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from api.workbench.ask import AnswerProblem, quoted
from api.workbench.page import CurrentPage
from api.workbench.views import educators, indicators

PATH = "/workbench/indicators"

router = APIRouter(prefix=PATH)

Profile = Annotated[str, Path(max_length=64)]
Text = Annotated[str, Query(max_length=300)]
First = Annotated[str, Query(alias="from", max_length=10)]
Last = Annotated[str, Query(alias="to", max_length=10)]


@router.get("", name="workbench_indicators")
async def show_profiles(page: CurrentPage) -> Response:
    """The documents: what they ask for and what is due."""
    answer = await page.ask.get("/indicators")
    return page.render(
        "indicators/profiles.html.j2",
        profiles=answer.data["items"],
        days=lambda reminder: indicators.days_words(reminder, page.language),
        path=PATH,
        quoted=quoted,
    )


@router.get("/{profile}", name="workbench_indicator_report")
async def show_report(
    profile: Profile, page: CurrentPage, first: First = "", last: Last = "", by: Text = "district"
) -> Response:
    """Indicators of one document for a period."""
    known = await page.ask.get("/indicators")
    today = next((p for p in known.data["items"] if p["profile"] == profile), None)
    if today is None:
        raise AnswerProblem(404, {"status": 404, "code": "record_not_found"})
    days = indicators.chosen_days({"from": first, "to": last}, today["period"])
    by = by if by in indicators.DIMENSIONS else "district"
    asked = {**days, "by": by, "previous": str(indicators.PREVIOUS)}
    answer = await page.ask.get(educators.address(f"/indicators/{quoted(profile)}", asked))
    report: Any = answer.data
    return page.render(
        "indicators/report.html.j2",
        report=report,
        indicators=indicators.indicators_of(report, page.language),
        period=indicators.period_words(report["period"]),
        asked={**days, "by": by},
        dimensions=indicators.DIMENSIONS,
        here=f"{PATH}/{quoted(profile)}",
        address=educators.address,
        quoted=quoted,
        state=lambda control: indicators.control_words(control, page.language),
        days=lambda reminder: indicators.days_words(reminder, page.language),
        windows=indicators.period_words,
    )


@router.get("/{profile}/{indicator}/people", name="workbench_indicator_people")
async def show_counted(
    profile: Profile,
    indicator: Annotated[str, Path(max_length=128)],
    page: CurrentPage,
    first: First = "",
    last: Last = "",
    reading: Text = "",
    side: Text = "numerator",
    cursor: Annotated[str, Query(max_length=1_000)] = "",
) -> Response:
    """Who stands behind a number, by cipher."""
    side = side if side == "denominator" else "numerator"
    own = {"from": first, "to": last, "reading": reading, "side": side}
    base = f"/indicators/{quoted(profile)}"
    found, report = await asyncio.gather(
        page.ask.get(
            educators.address(
                f"{base}/{quoted(indicator)}/people", {**own, "cursor": cursor, "limit": "100"}
            )
        ),
        page.ask.get(educators.address(base, {"from": first, "to": last})),
    )
    one = next(i for i in report.data["indicators"] if i["id"] == indicator)
    here = f"{PATH}/{quoted(profile)}/{quoted(indicator)}/people"
    more = found.data["next"]
    return page.render(
        "indicators/people.html.j2",
        wording=one["wording"],
        clause=one["clause"],
        label=next(
            (indicators.label_of(r, page.language) for r in one["readings"] if r["id"] == reading),
            "",
        ),
        counted=found.data,
        side=side,
        back=educators.address(f"{PATH}/{quoted(profile)}", {"from": first, "to": last}),
        other=educators.address(
            here, {**own, "side": "numerator" if side == "denominator" else "denominator"}
        ),
        has_other=one["readings"][0]["denominator"] is not None,
        next=educators.address(here, {**own, "cursor": more}) if more else None,
        quoted=quoted,
    )
