"""Educators and their diagnostics as records: bodies and answers."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from api.schemas.base import DIAGNOSTICS_MOST, Answer, Body, Id
from api.schemas.catalogue import ROWS_MOST
from api.schemas.evidence import AnyDiagnostic
from api.schemas.people import EducatorBody


class NamedEducatorBody(EducatorBody):
    """Педагог целиком, под своим кодом; служба его запоминает."""

    id: Id = Field(description="Код педагога, псевдоним.")


class EducatorsBody(Body):
    """Педагоги, которых внести или заменить: все или ни одного."""

    items: tuple[NamedEducatorBody, ...] = Field(
        min_length=1, max_length=ROWS_MOST, description="Записи; коды не повторяются."
    )


class EducatorRecord(Answer):
    """Педагог с версией записи."""

    version: int = Field(
        description="Версия записи: растёт с каждой правкой, она же ETag; 0 — запись пакета "
        "данных, которую не правили."
    )
    origin: Literal["package", "store"] = Field(
        description="package — из пакета данных, store — внесён вызовом."
    )
    updated_at: dt.datetime | None = Field(
        description="Момент последней правки; null — запись пакета данных."
    )
    record: NamedEducatorBody = Field(
        description="Сам педагог, в том же виде, в каком его вносят. display_name есть только у "
        "тех, кому имя положено видеть; null — имени нет или оно не для этой роли."
    )


class EducatorList(Answer):
    """Часть списка педагогов, по коду."""

    items: list[EducatorRecord] = Field(description="Записи.")
    next: str | None = Field(
        description="Курсор следующей части (параметр cursor); null — это последняя."
    )
    total: int = Field(description="Сколько педагогов подходит под условия во всех частях.")


class EvidenceBody(Body):
    """Все результаты диагностики одного педагога."""

    items: tuple[AnyDiagnostic, ...] = Field(
        max_length=DIAGNOSTICS_MOST, description="Результаты; прежние заменяются целиком."
    )


class OwnedEvidenceBody(Body):
    """Результаты диагностики одного педагога среди других."""

    educator_id: Id = Field(description="Код педагога, которого служба знает.")
    items: tuple[AnyDiagnostic, ...] = Field(
        max_length=DIAGNOSTICS_MOST, description="Результаты; прежние заменяются целиком."
    )


class AllEvidenceBody(Body):
    """Результаты диагностики многих педагогов: все или ни одного."""

    items: tuple[OwnedEvidenceBody, ...] = Field(
        min_length=1, max_length=1_000, description="По одной записи на педагога."
    )


class EvidenceRecord(Answer):
    """Результаты диагностики одного педагога."""

    educator_id: str = Field(description="Код педагога.")
    tag: str = Field(description="Отпечаток содержания, он же ETag.")
    items: list[AnyDiagnostic] = Field(description="Результаты в том порядке, в каком внесены.")


class EvidenceList(Answer):
    """Часть списка результатов, по коду педагога."""

    items: list[EvidenceRecord] = Field(description="Записи; педагоги без результатов пропущены.")
    next: str | None = Field(
        description="Курсор следующей части (параметр cursor); null — это последняя."
    )


class BusySpan(Answer):
    """Промежуток, в который педагог занят."""

    start: dt.datetime = Field(description="Начало, момент со смещением.")
    end: dt.datetime = Field(description="Конец, момент со смещением.")


class BusyRecord(Answer):
    """Занятость педагога, известная службе: вокруг неё строятся маршруты с educator.id."""

    educator_id: str = Field(description="Код педагога.")
    time_zone: str = Field(description="Часовой пояс педагога, имя IANA.")
    items: list[BusySpan] = Field(description="Промежутки по началу; пусто — не известна.")


class ErasedAnswer(Answer):
    """Что сталось с данными стёртого педагога."""

    educator_id: str = Field(description="Код, который был.")
    routes: int = Field(
        description="Маршрутов, оставшихся для сводок под случайным кодом, без запросов и имени."
    )
    in_package: bool = Field(
        description="true — педагог есть и в файлах пакета данных, их службе не изменить: уберите "
        "его и оттуда."
    )
    feedback: int = Field(description="Строк обратной связи, оставшихся под случайным кодом.")
    registers: int = Field(
        description="Записей реестров, в которых он был: своя убрана, из прочих он вычеркнут."
    )
