"""Bodies of ``POST /routes/compare`` and ``POST /routes/check``."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Body, Date, Id
from api.schemas.route_body import RouteBody

STEPS_MOST = 100


class CompareBody(Body):
    """Какие маршруты сравнить."""

    routes: tuple[Id, ...] = Field(
        min_length=1,
        max_length=3,
        description="Коды двух или трёх сохранённых маршрутов одного педагога; один код — "
        "сравнить варианты этого маршрута.",
    )


class StepBody(Body):
    """Шаг маршрута, составленного вручную: поток или активность с днём начала."""

    offering: Id | None = Field(default=None, description="Код потока; null — назван activity.")
    activity: Id | None = Field(
        default=None, description="Код активности; null — она известна по потоку."
    )
    start: Date | None = Field(
        default=None,
        description="День начала; null — он единственный. У самостоятельного изучения нужен.",
    )


class CheckBody(RouteBody):
    """Запрос на проверку маршрута: тот же, что на построение, и шаги."""

    steps: tuple[StepBody, ...] = Field(
        max_length=STEPS_MOST, description="Шаги проверяемого маршрута; пусто — пустой маршрут."
    )
    mentor: Id | None = Field(
        default=None, description="Код наставника; null — подобрать подходящего."
    )
