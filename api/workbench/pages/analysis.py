"""Analysis of the region: what to do, where deficits concentrate, what is lacking."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from api.workbench.ask import AnswerProblem, quoted
from api.workbench.page import CurrentPage, Page
from api.workbench.refusals import problem_context
from api.workbench.views import analysis, educators

PATH = "/workbench/analysis"
PATIENCE_S = 2
"""How long the page itself waits; what takes longer is told and comes later."""

router = APIRouter(prefix=PATH)

Text = Annotated[str, Query(max_length=200)]


@router.get("", name="workbench_analysis")
async def show_analysis(
    page: CurrentPage, district: Text = "", organisation: Text = "", position: Text = ""
) -> Response:
    """The analysis, or that it is being computed; the part that is looked at again by itself."""
    asked = {
        "district": district.strip(),
        "organisation": organisation.strip(),
        "position": position,
    }
    prefer = {"prefer": f"wait={PATIENCE_S}"}
    own = _choices(page, asked)
    try:
        answer = await page.ask.get("/analysis", headers=prefer, query=asked)
    except AnswerProblem as refused:
        if refused.status != 422:
            raise
        told = problem_context(refused.document, page.language)
        return page.render("analysis/page.html.j2", status=422, state="refused", **own, **told)
    template = "analysis/part.html.j2" if page.fragment else "analysis/page.html.j2"
    if answer.status != 200:
        again = answer.headers.get("retry-after", "5")
        return page.render(template, state="computing", job=answer.data, again=again, **own)
    report: Any = answer.data
    if report["organisation"] is not None:
        return page.render(template, state="own", report=report, **own)
    shown = await asyncio.to_thread(_shown, report, page.language)
    return page.render(template, state="ready", report=report, **shown, **own)


def _choices(page: Page, asked: dict[str, str]) -> dict[str, Any]:
    return {
        "asked": asked,
        "here": educators.address(PATH, asked),
        "positions": educators.positions(page.language),
        "quoted": quoted,
    }


def _shown(report: Any, language: str) -> dict[str, Any]:
    return {
        "advice": analysis.advice_of(report, language),
        "kinds": analysis.kinds_of(report, language),
        "nodes": analysis.nodes_of(report),
        "audience": lambda audiences: analysis.audience_words(audiences, language),
        "rows_open": analysis.ROWS_OPEN,
    }
