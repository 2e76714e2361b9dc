"""Answer with the list of competencies."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Answer
from engine.domain import Position, Stage
from engine.framework import NodeLevel


class CompetencyAnswer(Answer):
    """Узел перечня компетенций."""

    code: str = Field(description="Код, которым узел называют все вызовы.")
    parent: str | None = Field(description="Код узла выше; null — направление.")
    level: NodeLevel = Field(description="Уровень узла в перечне.")
    leaf: bool = Field(description="Ниже узлов нет: отдельная компетенция.")
    title: str = Field(description="Название.")
    description: str = Field(description="О чём узел; пусто — не описан.")
    positions: list[Position] = Field(description="Кому он относится; пусто — всем.")
    subjects: list[list[str]] = Field(
        description="К каким предметам: группы названий одного предмета; пусто — ко всем."
    )
    stages: list[Stage] = Field(description="К каким уровням образования; пусто — ко всем.")


class FrameworkAnswer(Answer):
    """Перечень компетенций."""

    id: str = Field(description="Имя перечня.")
    version: str = Field(description="Версия.")
    title: str = Field(description="Название.")
    digest: str = Field(description="SHA-256 узлов; к нему привязаны модели. Он же ETag.")
    nodes: list[CompetencyAnswer] = Field(description="Узлы в порядке перечня, выше — раньше.")
