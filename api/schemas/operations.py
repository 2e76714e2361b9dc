"""Answers of probes, version and demo data."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from pydantic import Field

from api.schemas.base import Answer


class HealthAnswer(Answer):
    """Состояние службы."""

    status: Literal["live", "ready"] = Field(description="live — отвечает, ready — загружена.")


class FrameworkAnswer(Answer):
    """Перечень компетенций."""

    id: str = Field(description="Код перечня.")
    version: str = Field(description="Версия перечня.")
    title: str = Field(description="Название.")


class CatalogueAnswer(Answer):
    """Каталог."""

    version: str = Field(description="Отпечаток содержания: тот же каталог — та же версия.")
    activities: int = Field(description="Число активностей.")
    offerings: int = Field(description="Число запусков.")


class RefusedModelAnswer(Answer):
    """Модель, которую служба не приняла."""

    version: str | None = Field(description="Версия; null — не читается сам реестр.")
    digest: str = Field(description="SHA-256 файла модели; пусто — неизвестен.")
    detail: str = Field(description="Что с ней не так и что делать.")


class ModelAnswer(Answer):
    """Модель подбора, которая работает."""

    version: str = Field(description="Версия.")
    digest: str | None = Field(description="SHA-256 файла модели; null — веса из поставки.")
    refused: RefusedModelAnswer | None = Field(
        description="Модель, которая должна работать, но не принята; null — такой нет."
    )


class VersionAnswer(Answer):
    """Что работает и на чём."""

    engine: str = Field(description="Версия программы.")
    policies: list[str] = Field(description="Имена профилей политики.")
    policy: str = Field(description="Профиль для запросов, в которых он не назван.")
    framework: FrameworkAnswer = Field(description="Перечень компетенций.")
    catalogue: CatalogueAnswer = Field(description="Каталог.")
    calibration: str | None = Field(
        description="День и отпечаток калибровки заданий; null — все задания средние."
    )
    model: ModelAnswer = Field(description="Модель подбора.")


class DemoItem(Answer):
    """Готовый запрос."""

    title: str = Field(description="О ком запрос.")
    body: dict[str, Any] = Field(description="Тело для POST /routes, годится как есть.")


class DemoAnswer(Answer):
    """Готовые запросы из демонстрационного пакета."""

    as_of: dt.datetime = Field(description="Момент, на который составлен пакет, со смещением.")
    items: list[DemoItem] = Field(description="По одному запросу на педагога.")
