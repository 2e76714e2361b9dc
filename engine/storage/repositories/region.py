"""What the store knows of a whole region, by column.

Rows, not records: tens of thousands of educators with hundreds of thousands of scores are read in
seconds, and nothing longer than a record of an educator is parsed. Answers of routes are not
touched; what ties them to diagnostics stands in ``route_links``.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import sqlalchemy as sa

from engine.domain import MANAGER_POSITIONS, Method
from engine.interactions import State
from engine.lifecycle.states import RouteState, StepState
from engine.region_frames import PARTICIPATION_STATES, empty_frame
from engine.region_record import COLUMNS, MORE_COLUMNS
from engine.storage.bound import Bound, Row
from engine.storage.tables import (
    DIAGNOSTICS,
    EDUCATORS,
    EVENTS,
    FEEDBACK,
    LINKS,
    RESPONSES,
    ROUTES,
)

YEARS = 35
DAY = "datetime64[ns]"
_AGREED = frozenset({RouteState.AGREED, RouteState.ACTIVE, RouteState.COMPLETED})
"""States of a route whose planned steps count as planned participation."""


@dataclass(frozen=True, slots=True, eq=False)
class RegionFrames:
    """Frames of a ``RegionRecord``, each as described there."""

    educators: pd.DataFrame
    sittings: pd.DataFrame
    routes: pd.DataFrame
    participation: pd.DataFrame


class RegionRepository:
    """A region by column."""

    def __init__(self, bound: Bound) -> None:
        self._bound = bound

    def frames(self, zone: ZoneInfo) -> RegionFrames:
        """Everything that the store knows, in the order of ids.

        Parameters
        ----------
        zone
            Of the region: an instant's day is the day there.
        """
        links = {
            row.route_id: (bool(row.diagnosed), frozenset(json.loads(row.selected)))
            for row in self._bound.rows(LINKS)
        }
        routes = self._bound.rows(
            ROUTES,
            columns=[
                ROUTES.c[name]
                for name in ("id", "educator_id", "created_at", "state", "mentor_id", "steps")
            ],
            order=(ROUTES.c.id,),
        )
        moves = _Moves.of(self._bound, zone)
        return RegionFrames(
            educators=self._educators(),
            sittings=self._sittings(),
            routes=_routes(routes, links, moves, zone),
            participation=_joined(
                "participation",
                _steps(routes, links, moves),
                self._feedback(zone, frozenset(links)),
            ),
        )

    def _educators(self) -> pd.DataFrame:
        columns = (EDUCATORS.c.id, EDUCATORS.c.record)
        rows = self._bound.rows(EDUCATORS, columns=columns, order=(EDUCATORS.c.id,))
        return _frame("educators", [_educator(row.id, json.loads(row.record)) for row in rows])

    def _sittings(self) -> pd.DataFrame:
        names = ("educator_id", "date", "procedure_id", "method", "node", "score", "max_score")
        columns = [DIAGNOSTICS.c[name] for name in (*names, "n_tasks")]
        order = (DIAGNOSTICS.c.educator_id, DIAGNOSTICS.c.position)
        scores = _sittings(self._bound.rows(DIAGNOSTICS, columns=columns, order=order))
        answers = _sittings(self._answers())
        if answers.empty or scores.empty:
            return scores if answers.empty else answers
        told = pd.MultiIndex.from_frame(scores[["educator", "procedure"]])
        new = ~pd.MultiIndex.from_frame(answers[["educator", "procedure"]]).isin(told)
        return pd.concat([scores, answers[new]], ignore_index=True)

    def _answers(self) -> Sequence[Row]:
        """Answers to single items summed to scores: right ones out of those that were given."""
        r = RESPONSES.c
        key = (r.educator_id, r.date, r.procedure_id, r.node)
        given = sa.func.count(r.response)
        columns = (
            *key[:3],
            sa.literal(Method.TEST.value).label("method"),
            r.node,
            sa.func.sum(r.response).label("score"),
            given.label("max_score"),
            given.label("n_tasks"),
        )
        return self._bound.grouped(RESPONSES, columns, key, r.response.is_not(None))

    def _feedback(self, zone: ZoneInfo, routes: frozenset[str]) -> pd.DataFrame:
        """What was told otherwise; what a kept route tells of itself is not counted twice."""
        names = ("educator_id", "activity_id", "offering_id", "route_id", "state", "at", "ended_at")
        columns = [FEEDBACK.c[name] for name in names]
        rows = self._bound.rows(FEEDBACK, columns=columns, order=(FEEDBACK.c.at, FEEDBACK.c.id))
        found = []
        for row in rows:
            state = PARTICIPATION_STATES.get(State(row.state))
            if state is None or row.route_id in routes:
                continue
            ended = row.ended_at or row.at
            found.append(
                (
                    row.educator_id,
                    row.activity_id,
                    row.offering_id,
                    None,
                    state,
                    _day(row.at, zone),
                    _day(ended, zone) if state == "completed" else None,
                    None,
                )
            )
        return _frame("participation", found)


# ------------------------------------------------------------------------------- educators


def _educator(educator_id: str, record: Mapping[str, Any]) -> tuple[Any, ...]:
    organisation = record.get("organisation") or {}
    rural = (record.get("conditions") or {}).get("rural")
    if rural is None:
        rural = (organisation.get("conditions") or {}).get("rural")
    return (
        educator_id,
        record["position"],
        record["position"] in MANAGER_POSITIONS,
        organisation.get("id"),
        record.get("district") or organisation.get("district") or "",
        rural,
        _turns(record),
        _date(record.get("pedagogical_start")),
        _date(record.get("post_start")),
        tuple(record.get("subjects") or ()),
        tuple(record.get("stages") or ()),
    )


def _turns(record: Mapping[str, Any]) -> dt.date | None:
    """Day on which an educator turns 35; one born on 29 February on 1 March, if need be."""
    turns, born = _date(record.get("turns_35_on")), _date(record.get("born_on"))
    if turns is not None or born is None:
        return turns
    try:
        return born.replace(year=born.year + YEARS)
    except ValueError:
        return dt.date(born.year + YEARS, 3, 1)


def _date(text: str | None) -> dt.date | None:
    return None if text is None else dt.date.fromisoformat(text)


def _sittings(rows: Sequence[Row]) -> pd.DataFrame:
    return _frame("sittings", [tuple(row) for row in rows])


# ------------------------------------------------------------------------------- routes


@dataclass(frozen=True, slots=True)
class _Moves:
    """Days of moves: of routes by (route, state), of steps by (route, step, state)."""

    of_route: Mapping[tuple[str, str], dt.date]
    of_step: Mapping[tuple[str, str, str], dt.date]

    @classmethod
    def of(cls, bound: Bound, zone: ZoneInfo) -> _Moves:
        columns = [EVENTS.c[name] for name in ("route_id", "step_id", "before", "after", "at")]
        order = (EVENTS.c.route_id, EVENTS.c.seq)
        routes: dict[tuple[str, str], dt.date] = {}
        steps: dict[tuple[str, str, str], dt.date] = {}
        for row in bound.rows(EVENTS, columns=columns, order=order):
            if row.before == row.after:
                continue
            day = _day(row.at, zone)
            # the last time counts: a lapsed agreement may be followed by another
            if row.step_id is None:
                routes[row.route_id, row.after] = day
            else:
                steps[row.route_id, row.step_id, row.after] = day
        return cls(routes, steps)


def _routes(
    rows: Iterable[Row],
    links: Mapping[str, tuple[bool, frozenset[str]]],
    moves: _Moves,
    zone: ZoneInfo,
) -> pd.DataFrame:
    final = (RouteState.COMPLETED.value, RouteState.CANCELLED.value)
    found = []
    for row in rows:
        agreed = moves.of_route.get((row.id, RouteState.AGREED.value))
        ended = [moves.of_route.get((row.id, state)) for state in final if row.state == state]
        found.append(
            (
                row.id,
                row.educator_id,
                _day(row.created_at, zone),
                row.state,
                agreed,
                ended[0] if ended else None,
                links.get(row.id, (False, frozenset()))[0],
                row.mentor_id,
            )
        )
    return _frame("routes", found)


def _steps(
    rows: Iterable[Row], links: Mapping[str, tuple[bool, frozenset[str]]], moves: _Moves
) -> pd.DataFrame:
    """Steps that were enrolled in, and planned ones of routes that were agreed."""
    found = []
    for row in rows:
        agreed = RouteState(row.state) in _AGREED
        selected = links.get(row.id, (False, frozenset()))[1]
        for step in json.loads(row.steps):
            state = step["state"]
            if state == StepState.PLANNED and not agreed:
                continue
            key = (row.id, step["step_id"])
            enrolled = moves.of_step.get((*key, StepState.ENROLLED.value))
            ended = moves.of_step.get((*key, StepState.COMPLETED.value))
            found.append(
                (
                    row.educator_id,
                    step["activity_id"],
                    step["offering_id"],
                    row.id,
                    state,
                    enrolled or dt.date.fromisoformat(step["start"]),
                    (ended or dt.date.fromisoformat(step["end"]))
                    if state == StepState.COMPLETED
                    else None,
                    step["activity_id"] in selected,
                )
            )
    return _frame("participation", found)


# ------------------------------------------------------------------------------- frames

_DAYS = frozenset(
    {
        "date",
        "turns_35_on",
        "pedagogical_start",
        "post_start",
        "created_on",
        "agreed_on",
        "ended_on",
    }
)
_NUMBERS = frozenset({"score", "max_score", "n_tasks"})
_FLAGS = frozenset({"manager", "diagnosed"})


def _frame(name: str, rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    """Rows as a frame; days as days, numbers as numbers, everything else as it is."""
    columns = (*COLUMNS[name], *MORE_COLUMNS.get(name, ()))
    if not rows:
        return empty_frame(name)
    return pd.DataFrame(
        {
            column: _column(column, values)
            for column, values in zip(columns, zip(*rows, strict=True), strict=True)
        }
    )


def _column(name: str, values: tuple[Any, ...]) -> np.ndarray[Any, Any]:
    if name in _DAYS:
        return np.array(values, dtype="datetime64[D]").astype(DAY)
    if name in _NUMBERS:
        return np.array([np.nan if v is None else v for v in values], dtype=np.float64)
    if name in _FLAGS:
        return np.array(values, dtype=bool)
    found = np.empty(len(values), dtype=object)
    found[:] = values
    return found


def _joined(name: str, *frames: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    if len(filled) < 2:
        return filled[0] if filled else empty_frame(name)
    return pd.concat(filled, ignore_index=True)


def _day(instant: dt.datetime, zone: ZoneInfo) -> dt.date:
    return instant.astimezone(zone).date()
