"""Calibrated items: how hard each is and how much it says of its nodes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from engine.errors import Fault, InputError


@dataclass(frozen=True, slots=True)
class ItemParameters:
    """Two-parameter logistic item: P(right) = σ(slope · mean log odds of its nodes + intercept).

    Parameters
    ----------
    nodes
        Codes of the nodes (skills) that the item measures together, at least one, sorted.
    slope
        Discrimination, > 0; 1 = an average item.
    intercept
        Easiness in log odds: 0 = an item that an educator of proficiency 0.5 does in half of the
        cases.
    tasks
        Effective tasks of one answer, > 0: 1 for right or wrong, more where it may be right in
        part.
    """

    item: str
    nodes: tuple[str, ...]
    slope: float
    intercept: float
    tasks: float = 1.0


@dataclass(frozen=True, slots=True)
class SkillPrior:
    """Skills of the people that the items were calibrated on, in log odds.

    Parameters
    ----------
    mean
        Of every skill.
    person_sd, skill_sd
        Sd of the general ability and of each skill's own part, ≥ 0.
    """

    mean: float
    person_sd: float
    skill_sd: float

    @property
    def sd(self) -> float:
        """Sd of a skill among these people."""
        return math.hypot(self.person_sd, self.skill_sd)


@dataclass(frozen=True, slots=True)
class ItemBank:
    """Items of one calibration by id.

    Parameters
    ----------
    people
        Whom they were calibrated on; ``None`` = not known, then the policy's prior stands.
    version
        Name of the calibration for the provenance; empty = given by hand.
    """

    items: Mapping[str, ItemParameters] = field(default_factory=dict)
    version: str = ""
    people: SkillPrior | None = None

    @classmethod
    def of(
        cls,
        items: Iterable[ItemParameters],
        version: str = "",
        *,
        people: SkillPrior | None = None,
    ) -> ItemBank:
        """Build a bank and check it.

        Raises
        ------
        InputError
            With every fault: an item twice, without nodes, or with parameters that are no finite
            numbers or a slope of 0 or less.
        """
        found: dict[str, ItemParameters] = {}
        faults: list[Fault] = []
        for i, item in enumerate(items):
            code = _fault_of(item, found)
            if code:
                faults.append(
                    Fault(code[0], code[1], f"/items/{i}", parameters={"item": item.item})
                )
            found.setdefault(item.item, item)
        if faults:
            raise InputError(faults)
        return cls(found, version, people)


def _fault_of(item: ItemParameters, known: Mapping[str, ItemParameters]) -> tuple[str, str] | None:
    if item.item in known:
        return "duplicate_item", f"Задание «{item.item}» указано дважды: оставьте одно"
    if not item.nodes:
        return (
            "item_without_nodes",
            f"Задание «{item.item}» не связано ни с одной компетенцией: "
            "отметьте хотя бы одну или уберите задание",
        )
    numbers = (item.slope, item.intercept, item.tasks)
    if not (all(map(math.isfinite, numbers)) and item.slope > 0 and item.tasks > 0):
        return (
            "item_parameters",
            f"Параметры задания «{item.item}» негодны: наклон и вес ответа должны быть "
            "больше нуля, все параметры — конечными числами",
        )
    return None
