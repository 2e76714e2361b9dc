"""Answer with the organisations and districts of the people whom the caller may see."""

from __future__ import annotations

from pydantic import Field

from api.schemas.base import Answer


class OrganisationEntry(Answer):
    """Организация."""

    id: str = Field(description="Код, которым организацию называют условия списков.")
    title: str = Field(description="Название.")
    district: str = Field(description="Район; пусто — не указан.")
    locality: str = Field(description="Населённый пункт; пусто — не указан.")
    rural: bool | None = Field(description="Сельская местность; null — не указано.")
    people: int = Field(
        description="Сколько педагогов, доступных вызывающему, в ней работает; 0 — организация "
        "есть в пакете данных, а педагогов в ней нет."
    )


class DistrictEntry(Answer):
    """Район."""

    title: str = Field(description="Название, как в данных; регистр при поиске не важен.")
    people: int = Field(
        description="Сколько доступных педагогов в нём: по своему району, а если он не указан — "
        "по району организации."
    )


class OrganisationList(Answer):
    """Организации и районы целиком."""

    items: list[OrganisationEntry] = Field(description="Организации по названию, затем по коду.")
    districts: list[DistrictEntry] = Field(description="Районы по названию.")
