"""Analysis of a region: where deficits concentrate, what is lacking, what would help."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.concurrency import run_in_threadpool

from api.access.deps import CurrentPrincipal
from api.analysis_calls import SUBJECT, AnalysisCalls, AskedAnalysis
from api.analysis_view import View
from api.computing.waiting import NOT_YET, Computing, Preference, answered
from api.deps import AcceptedLanguage, Loaded
from api.routers.responses import ALWAYS, COMPUTING, problems
from api.schemas.analysis import AnalysisAnswer
from api.schemas.base import Date, Id, Instant
from engine.analysis import AnalysisOptions
from engine.domain import Position

router = APIRouter(tags=["indicators"])

_USUAL = AnalysisOptions()
Kind = Literal["district", "school", "subject", "position"]


async def asked_analysis(
    by: Annotated[
        list[Kind] | None,
        Query(max_length=4, description="По каким группам искать скопления; нет — по всем."),
    ] = None,
    until: Annotated[
        Date | None,
        Query(description="Последний день потоков, которые учесть; нет — горизонт политики."),
    ] = None,
    run_seats: Annotated[
        int, Query(ge=1, le=1_000, description="Мест в потоке, который предложить.")
    ] = _USUAL.run_seats,
    runs: Annotated[
        int, Query(ge=0, le=50, description="Сколько потоков предложить, не больше.")
    ] = _USUAL.most_runs,
    as_of: Annotated[
        Instant | None,
        Query(
            description="На какой момент, со смещением: результаты диагностики позже него не "
            "учтены; нет — на нынешний."
        ),
    ] = None,
    district: Annotated[
        str | None, Query(max_length=200, description="Не показывать о других районах.")
    ] = None,
    organisation: Annotated[
        Id | None, Query(description="Не показывать о других организациях.")
    ] = None,
    position: Annotated[
        Position | None, Query(description="Не показывать о других должностях.")
    ] = None,
) -> AskedAnalysis:
    """What of the analysis is asked for."""
    kinds = tuple(kind for kind in _USUAL.by if by is None or kind.value in by)
    options = AnalysisOptions(until=until, run_seats=run_seats, most_runs=runs, by=kinds)
    return AskedAnalysis(options, as_of, View(district, organisation, position))


@router.get(
    "/analysis",
    response_model=AnalysisAnswer,
    responses={
        **NOT_YET,
        **problems(*ALWAYS, *COMPUTING, "runs_end_too_early", "invalid_input"),
    },
    summary="Анализ региона и адресные рекомендации",
)
async def read_analysis(
    service: Loaded,
    principal: CurrentPrincipal,
    language: AcceptedLanguage,
    computing: Computing,
    asked: Annotated[AskedAnalysis, Depends(asked_analysis)],
    prefer: Preference = None,
) -> Any:
    """Говорит, где скапливаются дефициты, чего не хватает в каталоге и что с этим делать.

    Считается один раз, пока данные те же; кто не дождался, получает 202 и спрашивает снова.
    Район, организация и должность отбирают из сказанного обо всём регионе: часть региона не
    скажет, чем она отличается. Руководителю — чем выделяется его организация, без чисел.
    """
    calls = AnalysisCalls(service, principal, language, computing)
    flight = await run_in_threadpool(calls.asked, asked)
    return await answered(
        computing, flight, SUBJECT, prefer, lambda found: calls.shown(found, asked.view)
    )
