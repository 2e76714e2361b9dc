"""What has become of activities since a table of interactions was made, joined to that table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from engine.interactions import STATES, Interactions, State


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one source says of one person and one activity.

    Parameters
    ----------
    at
        Days since 1970-01-01: when it was proposed or taken up.
    outcome
        Success in [0, 1]; NaN = not stated.
    ended
        Days since 1970-01-01: when it was completed or dropped; NaN = not known.
    """

    person: str
    activity: str
    at: float
    state: State
    outcome: float = np.nan
    ended: float = np.nan


def with_outcomes(table: Interactions | None, outcomes: Iterable[Outcome]) -> Interactions:
    """The table with the outcomes in it, each pair of person and activity told once more at most.

    Sources speak of one thing in several rows: proposed on a day, completed on another, and both
    again by the platform. So all that is said of a pair is one interaction, from its earliest day
    on and in the state that got furthest (``STATES`` are in that order). If the table knows the
    pair, its latest row is carried on; its day, slate and propensity stay.

    Parameters
    ----------
    table
        By days; ``None`` = there was none.
    """
    latest: dict[tuple[str, str], Outcome] = {}
    for told in sorted(outcomes, key=lambda o: (o.person, o.activity, o.at, STATES.index(o.state))):
        pair = told.person, told.activity
        latest[pair] = _joined(latest[pair], told) if pair in latest else told
    if table is None:
        return _table(latest.values())
    rows = _latest_rows(table)
    state, outcome, ended = table.state.copy(), table.outcome.copy(), table.ended.copy()
    for pair in sorted(rows.keys() & latest.keys()):
        i, told = rows[pair], latest.pop(pair)
        rank = STATES.index(told.state)
        if rank < state[i]:
            continue
        state[i] = rank
        outcome[i] = outcome[i] if np.isnan(told.outcome) else told.outcome
        ended[i] = ended[i] if np.isnan(told.ended) else told.ended
    carried = replace(table, state=state, outcome=outcome, ended=ended)
    return _appended(carried, _table(latest.values()))


def _joined(first: Outcome, later: Outcome) -> Outcome:
    """Two statements of one pair, the first not later than the other."""
    further = later if STATES.index(later.state) >= STATES.index(first.state) else first
    other = first if further is later else later
    return replace(
        further,
        at=first.at,
        outcome=other.outcome if np.isnan(further.outcome) else further.outcome,
        ended=other.ended if np.isnan(further.ended) else further.ended,
    )


def _latest_rows(table: Interactions) -> dict[tuple[str, str], int]:
    """Row of each pair's latest interaction; of one day the last in the table."""
    people, activities = table.people, table.activities
    return {
        (people[table.person[i]], activities[table.activity[i]]): i
        for i in np.argsort(table.time, kind="stable").tolist()
    }


def _table(outcomes: Iterable[Outcome]) -> Interactions:
    told = list(outcomes)
    return Interactions.from_columns(
        [o.person for o in told],
        [o.activity for o in told],
        np.array([o.at for o in told], dtype=np.float64),
        [o.state for o in told],
        outcome=np.array([o.outcome for o in told], dtype=np.float64),
        ended=np.array([o.ended for o in told], dtype=np.float64),
    )


def _appended(first: Interactions, second: Interactions) -> Interactions:
    """Rows of both; ids are mapped anew."""

    def ids(names: str, at: str) -> list[str]:
        return [
            getattr(t, names)[i] for t in (first, second) for i in getattr(t, at).tolist()
        ]  # fmt: skip

    def column(name: str) -> np.ndarray:
        return np.concatenate([getattr(first, name), getattr(second, name)])

    return Interactions.from_columns(
        ids("people", "person"),
        ids("activities", "activity"),
        column("time"),
        column("state"),
        outcome=column("outcome"),
        ended=column("ended"),
        slate=column("slate"),
        propensity=column("propensity"),
        clock=first.clock,
    )
