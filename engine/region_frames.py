"""Columns of a region's record out of records of people, scores and interactions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain import MANAGER_POSITIONS, BoolArray, DiagnosticResult, Educator
from engine.interactions import STATES, Interactions, State
from engine.region_record import COLUMNS

YEARS = 35
DAY = "datetime64[ns]"

PARTICIPATION_STATES: Mapping[State, str] = MappingProxyType(
    {
        State.ACCEPTED: "planned",
        State.ENROLLED: "enrolled",
        State.DROPPED: "missed",
        State.COMPLETED: "completed",
    }
)
"""State of participation by state of an interaction; what nobody took up is none."""


def empty_frame(name: str) -> pd.DataFrame:
    """A frame of the record without rows."""
    return pd.DataFrame({column: pd.Series(dtype=object) for column in COLUMNS[name]})


def educators_frame(educators: Sequence[Educator]) -> pd.DataFrame:
    """Educators by column; the district is their own, else their organisation's."""
    return pd.DataFrame(
        {
            "educator": _objects(e.id for e in educators),
            "position": _objects(e.position.value for e in educators),
            "manager": np.array([e.position in MANAGER_POSITIONS for e in educators], dtype=bool),
            "organisation": _objects(
                None if e.organisation is None else e.organisation.id for e in educators
            ),
            "district": _objects(_district(e) for e in educators),
            "rural": _objects(_rural(e) for e in educators),
            "turns_35_on": _days(_turns(e) for e in educators),
            "pedagogical_start": _days(e.pedagogical_start for e in educators),
            "post_start": _days(e.post_start for e in educators),
            "subjects": _objects(e.subjects for e in educators),
            "stages": _objects(tuple(s.value for s in e.stages) for e in educators),
        }
    )


def sittings_frame(results: Mapping[str, Iterable[DiagnosticResult]]) -> pd.DataFrame:
    """Scores by column, by educator id in the given order."""
    flat = [(educator, r) for educator, own in results.items() for r in own]
    return pd.DataFrame(
        {
            "educator": _objects(educator for educator, _ in flat),
            "date": _days(r.date for _, r in flat),
            "procedure": _objects(r.procedure_id for _, r in flat),
            "method": _objects(r.method.value for _, r in flat),
            "node": _objects(r.node for _, r in flat),
            "score": np.array([r.score for _, r in flat], dtype=np.float64),
            "max_score": np.array([r.max_score for _, r in flat], dtype=np.float64),
            "n_tasks": np.array(
                [np.nan if r.n_tasks is None else r.n_tasks for _, r in flat], dtype=np.float64
            ),
        }
    )


def taken_up(interactions: Interactions) -> BoolArray:
    """Interactions that are participation: accepted or taken up.

    Raises
    ------
    ValueError
        If their times are no days.
    """
    if interactions.clock != "days":
        raise ValueError("a region's record needs days, not the order of interactions")
    wanted = [STATES.index(state) for state in PARTICIPATION_STATES]
    found: BoolArray = np.isin(interactions.state, wanted)
    return found


def participation_frame(interactions: Interactions) -> pd.DataFrame:
    """Participation by column; no run and no route are known of it.

    The row's date is that of the interaction; ``ended_on`` is stated of what was completed.
    """
    rows = interactions.select(taken_up(interactions))
    n = len(rows)
    words = _objects(PARTICIPATION_STATES.get(state, "") for state in STATES)
    done = rows.state == STATES.index(State.COMPLETED)
    return pd.DataFrame(
        {
            "educator": _objects(rows.people)[rows.person],
            "activity": _objects(rows.activities)[rows.activity],
            "offering": _nothing(n),
            "route": _nothing(n),
            "state": words[rows.state],
            "date": days_of(rows.time),
            "ended_on": days_of(np.where(done, rows.ended, np.nan)),
            "selected_by_deficit": _nothing(n),
        }
    )


def days_of(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.datetime64]:
    """Days since 1970-01-01 as days; NaN = not known."""
    known = np.isfinite(numbers)
    days = np.floor(np.where(known, numbers, 0.0)).astype("datetime64[D]").astype(DAY)
    return np.where(known, days, np.datetime64("NaT", "ns"))


def _turns(educator: Educator) -> dt.date | None:
    """Day on which an educator turns 35; one born on 29 February on 1 March, if need be."""
    if educator.turns_35_on is not None or educator.born_on is None:
        return educator.turns_35_on
    born = educator.born_on
    try:
        return born.replace(year=born.year + YEARS)
    except ValueError:
        return dt.date(born.year + YEARS, 3, 1)


def _district(educator: Educator) -> str:
    if educator.district or educator.organisation is None:
        return educator.district
    return educator.organisation.district


def _rural(educator: Educator) -> bool | None:
    if educator.conditions.rural is not None or educator.organisation is None:
        return educator.conditions.rural
    return educator.organisation.conditions.rural


def _days(values: Iterable[dt.date | None]) -> npt.NDArray[np.datetime64]:
    """Days of dates; ``None`` = NaT."""
    return np.array(list(values), dtype="datetime64[D]").astype(DAY)


def _objects(values: Iterable[Any]) -> npt.NDArray[np.object_]:
    """One object each, also where they are tuples."""
    found = list(values)
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array


def _nothing(n: int) -> npt.NDArray[np.object_]:
    return np.full(n, None, dtype=object)
