"""Indicators of the regulations."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query

from api.access.deps import CurrentPrincipal
from api.deps import AcceptedLanguage, Loaded
from api.indicator_calls import TREND_MOST, AskedReport, IndicatorCalls, dimensions
from api.routers.paging import Cursor, Limit
from api.routers.responses import ALWAYS, problems
from api.schemas.base import Date
from api.schemas.indicators import CountedList, IndicatorReportAnswer, ProfileList

router = APIRouter(tags=["indicators"])

Dimension = Literal["district", "organisation", "position", "young", "level", "kind", "provider"]
Profile = Annotated[str, Path(max_length=64, description="Код профиля из GET /indicators.")]
First = Annotated[
    Date | None,
    Query(alias="from", description="Первый день; нет — начало периода документа."),
]
Last = Annotated[
    Date | None,
    Query(alias="to", description="Последний день; нет — конец периода документа."),
]
_NOT_FOUND = problems(*ALWAYS, "record_not_found", "period_reversed", "invalid_input")


async def indicator_calls(
    service: Loaded, principal: CurrentPrincipal, language: AcceptedLanguage
) -> IndicatorCalls:
    """Calls about indicators."""
    return IndicatorCalls(service, principal, language)


Calls = Annotated[IndicatorCalls, Depends(indicator_calls)]


@router.get(
    "/indicators",
    response_model=ProfileList,
    responses=problems(*ALWAYS),
    summary="Документы с показателями",
)
def list_indicators(calls: Calls) -> dict[str, object]:
    """Отдаёт документы: их показатели, как часто отчитываться и что пора сделать."""
    return calls.profiles()


@router.get(
    "/indicators/{profile}",
    response_model=IndicatorReportAnswer,
    responses=_NOT_FOUND,
    summary="Показатели документа",
)
def read_indicators(
    calls: Calls,
    profile: Profile,
    first: First = None,
    last: Last = None,
    by: Annotated[
        list[Dimension] | None, Query(max_length=7, description="Разрезы; нет — без разрезов.")
    ] = None,
    previous: Annotated[
        int, Query(ge=0, le=TREND_MOST, description="Сколько прежних периодов добавить.")
    ] = 0,
) -> dict[str, object]:
    """Считает показатели при каждом прочтении того, что документ не уточнил.

    Руководителю — по своей организации; числа, за которыми меньше 5 человек, ему не показаны.
    Люди — нынешние и в прежних периодах: кто с тех пор ушёл, службе не известно.
    """
    return calls.report(AskedReport(profile, first, last, dimensions(by or ()), previous))


@router.get(
    "/indicators/{profile}/{indicator}/people",
    response_model=CountedList,
    responses=problems(
        *ALWAYS, "record_not_found", "period_reversed", "invalid_input", "forbidden"
    ),
    summary="Кто стоит за показателем",
)
def list_counted(
    calls: Calls,
    profile: Profile,
    indicator: Annotated[str, Path(max_length=128, description="Код показателя.")],
    first: First = None,
    last: Last = None,
    reading: Annotated[
        str | None, Query(max_length=300, description="Код прочтения; нет — выбранное.")
    ] = None,
    side: Annotated[
        Literal["numerator", "denominator"], Query(description="Кто учтён или из кого.")
    ] = "numerator",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> dict[str, object]:
    """Отдаёт псевдонимы тех, кто посчитан."""
    asked = AskedReport(profile, first, last, (), 0)
    return calls.people(asked, indicator, reading, side, cursor, limit)
