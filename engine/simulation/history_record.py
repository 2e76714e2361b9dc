"""A drawn history as a region's record: its slates are the routes.

What a slate proposed together is one route, agreed where anything of it was taken up. Routes keep
the link that real ones keep: an activity was chosen for a measured deficit where it truly covers
a competency whose latest score before the route shows one.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain import BoolArray
from engine.interactions import STATES, State
from engine.region_frames import (
    days_of,
    educators_frame,
    empty_frame,
    participation_frame,
    sittings_frame,
    taken_up,
)
from engine.region_record import COLUMNS, RegionRecord
from engine.registers import Registers
from engine.simulation.history import History
from engine.simulation.history_registers import draw_registers

MINIMAL_ABOVE = 0.8
"""Share of the maximum above which a score shows no deficit (Р-201, table 1)."""

ACTIVE, COMPLETED, AGREED, PROPOSED = "active", "completed", "agreed", "proposed"


def record_of_history(history: History, registers: Registers | None = None) -> RegionRecord:
    """Record of a drawn history.

    Parameters
    ----------
    registers
        ``None`` = drawn as of ``draw_registers``.
    """
    educators = educators_frame([person.educator for person in history.educators])
    sittings = sittings_frame({p.educator.id: p.diagnostics for p in history.educators})
    kept = draw_registers(history) if registers is None else registers
    participation = participation_frame(history.interactions)
    rows = np.flatnonzero(taken_up(history.interactions))
    slate = history.interactions.slate[rows]
    participation["route"] = _route_ids(slate)
    linked = _linked(history, rows, sittings)
    participation["selected_by_deficit"] = np.where(
        slate >= 0, linked.astype(object), np.full(len(rows), None, dtype=object)
    )
    return RegionRecord(
        as_of=history.as_of,
        educators=educators,
        sittings=sittings,
        routes=_routes(history, sittings, kept),
        participation=participation,
        activities=history.activities,
        offerings=history.offerings,
        organisations=history.organisations,
        mentors=history.mentors,
        registers=kept,
    )


def _route_ids(slate: npt.NDArray[np.int64]) -> npt.NDArray[np.object_]:
    found = np.full(len(slate), None, dtype=object)
    known = slate >= 0
    found[known] = [f"R{number:07d}" for number in slate[known].tolist()]
    return found


def _routes(history: History, sittings: pd.DataFrame, registers: Registers) -> pd.DataFrame:
    """One route for each slate."""
    told = history.interactions
    rows = np.flatnonzero(told.slate >= 0)
    if not len(rows):
        return empty_frame("routes")
    frame = pd.DataFrame(
        {
            "slate": told.slate[rows],
            "person": told.person[rows],
            "time": told.time[rows],
            "open": told.state[rows] == STATES.index(State.ENROLLED),
            "taken": taken_up(told)[rows],
            "done": told.state[rows] == STATES.index(State.COMPLETED),
            "ended": told.ended[rows],
        }
    )
    found = frame.groupby("slate", sort=True).agg(
        {"person": "first", "time": "min", "open": "any", "taken": "any", "done": "any",
         "ended": "max"}
    )  # fmt: skip
    over = found["done"] & ~found["open"]
    states = np.select(
        [over, found["open"], found["taken"]], [COMPLETED, ACTIVE, AGREED], default=PROPOSED
    )
    created = days_of(found["time"].to_numpy(dtype=np.float64))
    ids = np.array(told.people, dtype=object)[found["person"].to_numpy()]
    mentors = {a.educator_id: a.by for a in registers.accompaniments}
    routes = {
        "route": _route_ids(found.index.to_numpy(dtype=np.int64)),
        "educator": ids,
        "created_on": created,
        "state": states.astype(object),
        "agreed_on": np.where(found["taken"], created, np.datetime64("NaT", "ns")),
        "ended_on": days_of(np.where(over, found["ended"], np.nan).astype(np.float64)),
        "diagnosed": _diagnosed(ids, created, sittings),
        "mentor": np.array([mentors.get(person) for person in ids], dtype=object),
    }
    return pd.DataFrame({name: routes[name] for name in COLUMNS["routes"]})


def _diagnosed(
    ids: npt.NDArray[np.object_], created: npt.NDArray[np.datetime64], sittings: pd.DataFrame
) -> BoolArray:
    """Whether anything had been measured of each by the day of the route."""
    first = sittings.groupby("educator")["date"].min()
    days = first.reindex(ids).to_numpy()
    found: BoolArray = days <= created
    return found


def _linked(history: History, rows: npt.NDArray[np.int64], sittings: pd.DataFrame) -> BoolArray:
    """Whether each interaction's activity truly covers a competency then measured as lacking."""
    told, traits = history.interactions, history.truth.activities
    person, activity = told.person[rows], told.activity[rows]
    row, place = np.nonzero(traits.share[activity] > 0)
    leaves = np.array(history.truth.leaves, dtype=object)
    wanted = pd.DataFrame(
        {
            "row": row,
            "educator": np.array(told.people, dtype=object)[person[row]],
            "node": leaves[traits.nodes[activity[row], place]],
            "date": days_of(told.time[rows][row]),
        }
    )
    scores = sittings[["educator", "node", "date"]].assign(
        lacks=sittings["score"] <= MINIMAL_ABOVE * sittings["max_score"]
    )
    found = np.zeros(len(rows), dtype=np.bool_)
    if not len(scores) or not len(wanted):
        return found
    latest = pd.merge_asof(
        wanted.sort_values("date", kind="stable"),
        scores.sort_values("date", kind="stable"),
        on="date",
        by=["educator", "node"],
    )
    found[latest.loc[latest["lacks"].eq(True), "row"].to_numpy()] = True
    return found
