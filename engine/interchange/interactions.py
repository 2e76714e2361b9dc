"""Interactions in a data package: checks of their records, records → columns, columns → rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from math import isnan, nan

import numpy as np

from engine.interactions import STATES, Interactions, State
from engine.interchange.faults import FaultLog
from engine.interchange.records import Record, Records

EPOCH = dt.date(1970, 1, 1).toordinal()
_OVER = frozenset({State.COMPLETED, State.DROPPED})


def check_interactions(interactions: Records, today: dt.date, log: FaultLog) -> None:
    """Days gone by and in order; a slate is of one educator, its chances are of a slate."""
    slates: defaultdict[int, list[Record]] = defaultdict(list)
    for record in interactions:
        _check_days(record, today, log)
        if record["slate"] is not None:
            slates[record["slate"]].append(record)
        elif record["propensity"] is not None:
            log.error(
                "propensity_without_slate",
                "указана вероятность показа, а подборки нет: впишите номер подборки или уберите "
                "вероятность",
                record.at("propensity"),
            )
    for rows in slates.values():
        for record in rows[1:]:
            if record["educator_id"] != rows[0]["educator_id"]:
                log.error(
                    "slate_of_several",
                    f"подборка {record['slate']} составлена для «{rows[0]['educator_id']}» "
                    f"(строка {rows[0].place.row}), а здесь — «{record['educator_id']}»: дайте "
                    "подборкам разные номера",
                    record.at("slate"),
                    slate=record["slate"],
                )


def _check_days(record: Record, today: dt.date, log: FaultLog) -> None:
    begun, ended = record["date"], record["ended_on"]
    for column, day in (("date", begun), ("ended_on", ended)):
        if day is not None and day > today:
            log.error(
                "interaction_in_future",
                f"{day:%d.%m.%Y} — позже дня расчёта {today:%d.%m.%Y}: исправьте дату",
                record.at(column),
            )
    if ended is None:
        return
    if ended < begun:
        log.error(
            "ended_before_begun",
            f"окончено {ended:%d.%m.%Y} — раньше даты {begun:%d.%m.%Y}: исправьте одну из дат",
            record.at("ended_on"),
        )
    elif State(record["state"]) not in _OVER:
        log.error(
            "ended_but_not_over",
            "указан день окончания, а по состоянию ничего не окончено: исправьте состояние или "
            "уберите день",
            record.at("ended_on"),
        )


def build_interactions(interactions: Records | None) -> Interactions | None:
    """Columns from checked records; ``None`` where there is no such table.

    People and activities are those that occur, sorted; an activity may be out of the catalogue.
    """
    if interactions is None:
        return None
    rows = interactions.rows
    return Interactions.from_columns(
        person=[r["educator_id"] for r in rows],
        activity=[r["activity_id"] for r in rows],
        time=np.array([_day(r["date"]) for r in rows], dtype=np.float64),
        state=np.array([STATES.index(State(r["state"])) for r in rows], dtype=np.int64),
        outcome=_numbers(interactions, "outcome"),
        ended=np.array([_day(r["ended_on"]) for r in rows], dtype=np.float64),
        slate=np.array([-1 if r["slate"] is None else r["slate"] for r in rows], dtype=np.int64),
        propensity=_numbers(interactions, "propensity"),
    )


def _numbers(interactions: Records, column: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([nan if r[column] is None else r[column] for r in interactions], np.float64)


def _day(date: dt.date | None) -> float:
    """Days since 1970-01-01; NaN = not known."""
    return nan if date is None else float(date.toordinal() - EPOCH)


def rows_of(interactions: Interactions) -> list[Mapping[str, object]]:
    """Rows of the table, in order; the hour of a time is lost.

    Raises
    ------
    ValueError
        If times are a person's own count and no days.
    """
    if interactions.clock != "days":
        raise ValueError("interactions need days to be written as a table")
    columns = (
        interactions.person,
        interactions.activity,
        interactions.time,
        interactions.state,
        interactions.outcome,
        interactions.ended,
        interactions.slate,
        interactions.propensity,
    )
    return [
        {
            "educator_id": interactions.people[person],
            "activity_id": interactions.activities[activity],
            "date": _date(time),
            "state": STATES[state],
            "outcome": _known(outcome),
            "ended_on": _date(ended),
            "slate": None if slate < 0 else slate,
            "propensity": _known(propensity),
        }
        for person, activity, time, state, outcome, ended, slate, propensity in zip(
            *(c.tolist() for c in columns), strict=True
        )
    ]


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def _date(time: float) -> dt.date | None:
    return None if isnan(time) else dt.date.fromordinal(EPOCH + int(time // 1))
