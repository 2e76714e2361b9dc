"""The people of a region: records of the frame, and the classes that audience rules know."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.analysis.results import Audience
from engine.deficits.group_measures import Targets
from engine.domain import Educator, IntArray, Organisation, Position, Stage
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.region_record import RegionRecord


@dataclass(frozen=True, slots=True, eq=False)
class RegionPeople:
    """Educators in the order of the frame, and their classes.

    Parameters
    ----------
    targets
        ``targets.profile`` is each person's class: same position, subjects and stages.
    audiences
        One for each class.
    """

    educators: tuple[Educator, ...]
    targets: Targets
    audiences: tuple[Audience, ...]

    @property
    def profile(self) -> IntArray:
        """Class of each person, shape (n_people,)."""
        return self.targets.profile

    def one_of(self, profile: int) -> Educator:
        """Somebody of a class; its rules look at no more than the class says."""
        audience = self.audiences[profile]
        return Educator("", audience.position, audience.subjects, audience.stages)


def people_of(record: RegionRecord, framework: Framework, policy: PolicyProfile) -> RegionPeople:
    """The people of a record."""
    organisations = {o.id: o for o in record.organisations}
    rows = record.educators.to_dict("list")
    stages: list[Any] = rows.get("stages") or [()] * len(record.educators)
    educators = tuple(
        Educator(
            id=rows["educator"][i],
            position=Position(rows["position"][i]),
            subjects=tuple(rows["subjects"][i]),
            stages=tuple(Stage(s) for s in stages[i]),
            organisation=_organisation(rows["organisation"][i], organisations),
            district=rows["district"][i] or "",
            turns_35_on=_day(rows["turns_35_on"][i]),
            pedagogical_start=_day(rows["pedagogical_start"][i]),
            post_start=_day(rows["post_start"][i]),
        )
        for i in range(len(record.educators))
    )
    targets = Targets.of(educators, framework, policy)
    _, first = np.unique(targets.profile, return_index=True)
    audiences = tuple(
        Audience(e.position, tuple(sorted(set(e.subjects))), e.stages)
        for e in (educators[i] for i in first.tolist())
    )
    return RegionPeople(educators, targets, audiences)


def _organisation(key: object, known: dict[str, Organisation]) -> Organisation | None:
    if not isinstance(key, str) or not key:
        return None
    return known.get(key) or Organisation(key, key)


def _day(value: object) -> dt.date | None:
    """A day of a frame; ``None`` = not known."""
    if value is None or value is pd.NaT or not isinstance(value, dt.date):
        return None
    return value.date() if isinstance(value, dt.datetime) else value
