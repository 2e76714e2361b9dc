"""Answer of ``GET /audit``."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.base import Answer


class AuditEntryAnswer(Answer):
    """Одна запись: кто, что и когда изменил."""

    seq: int = Field(description="Номер записи в журнале региона, растёт.")
    at: dt.datetime = Field(description="Когда, момент со смещением.")
    actor: str = Field(
        description="Кто: код человека, иначе код ключа; из командной строки — имя учётной записи."
    )
    role: str = Field(description="В какой роли; terminal — команда на самой машине.")
    action: str = Field(
        description="Имя операции, operationId; маршрут из пачки или из варианта — build_route; "
        "ключи из командной строки — make_key, revoke_key."
    )
    object_kind: str = Field(description="Вид записи: route, educator, activity, key, …")
    object_id: str = Field(description="Код записи.")
    request_id: str | None = Field(
        description="Код запроса (заголовок X-Request-ID); null — не по HTTP."
    )
    before_digest: str | None = Field(
        description="SHA-256 записи до изменения, 64 шестнадцатеричные цифры; null — её не было."
    )
    after_digest: str | None = Field(
        description="SHA-256 записи после изменения, 64 шестнадцатеричные цифры; null — её нет."
    )


class AuditAnswer(Answer):
    """Страница журнала, новые записи первыми."""

    items: list[AuditEntryAnswer] = Field(description="Записи.")
    next: str | None = Field(
        description="Курсор следующей страницы для параметра cursor; null — это последняя."
    )
