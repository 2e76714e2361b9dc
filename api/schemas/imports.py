"""Answer of an import from a workbook."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from api.schemas.base import Answer, Body, Title


class NameBody(Body):
    """Имя человека, как его показывают документы."""

    display_name: Annotated[Title, Field(max_length=256)] = Field(description="Имя.")


class TableTaken(Answer):
    """Одна таблица книги."""

    table: str = Field(description="Имя таблицы.")
    title: str = Field(description="Её название.")
    read: int = Field(description="Прочитано строк.")
    taken: int = Field(
        description="Из них взято: строки-образцы и повторы не берутся; при dry_run — было бы."
    )


class SheetRemark(Answer):
    """Замечание, с которым книга всё же принята."""

    code: str = Field(description="Постоянный код замечания.")
    detail: str = Field(description="Что странно или решено за вас, и что сделать.")
    file: str | None = Field(description="Книга и лист; null — замечание обо всём.")
    row: int | None = Field(description="Строка, как в Excel, от 1; null — о листе или книге.")
    column: str | None = Field(description="Заголовок столбца; null — о строке целиком.")


class WorkbookAnswer(Answer):
    """Что внесено из книги."""

    accepted: int = Field(
        description="Сколько записей внесено: активностей, потоков, наставников, педагогов, имён, "
        "правок разметки, записей реестров, педагогов с диагностикой; при dry_run — было бы."
    )
    dry_run: bool = Field(description="true — только проверка, ничего не записано.")
    catalogue_version: int | None = Field(
        description="Версия каталога после правки; null — каталог не менялся."
    )
    tables: list[TableTaken] = Field(description="Узнанные таблицы.")
    warnings: list[SheetRemark] = Field(description="Что взято не так, как написано; пусто — всё.")
    notes: list[SheetRemark] = Field(description="Что решено за вас; пусто — ничего.")
