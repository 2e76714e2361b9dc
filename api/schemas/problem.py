"""Problem document of the contract (RFC 9457)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from api.schemas.base import Answer


class ProblemError(Answer):
    """Одно замечание."""

    pointer: str = Field(description="JSON-указатель (RFC 6901) на поле тела; пусто — всё тело.")
    code: str = Field(description="Постоянный код замечания.")
    detail: str = Field(description="Что не так и что сделать.")
    file: str | None = Field(
        default=None, description="Книга и лист, если ошибка в таблице; поля нет — не в ней."
    )
    row: int | None = Field(
        default=None, description="Строка, как в Excel, от 1; поля нет — не о строке."
    )
    column: str | None = Field(
        default=None, description="Заголовок столбца; поля нет — не о столбце."
    )
    parameters: dict[str, Any] | None = Field(
        default=None, description="Величины, стоящие за текстом; поля нет — их нет."
    )


class Problem(Answer):
    """Ошибка. Тип содержимого — application/problem+json."""

    type: str = Field(description="Постоянное имя вида ошибки (URN).")
    title: str = Field(description="Вид ошибки словами.")
    status: int = Field(description="Статус HTTP.")
    code: str = Field(description="Постоянный код вида ошибки, последняя часть type.")
    detail: str = Field(description="Что случилось и что сделать.")
    errors: list[ProblemError] = Field(description="Все замечания; пусто — их нет.")
    next_actions: list[str] | None = Field(
        default=None, description="Что можно сделать вместо этого; поля нет — подсказок нет."
    )
