"""Training data: the past knows nothing of the future, and nothing of strangers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from engine.domain import DiagnosticResult, HistoryItem, Method
from engine.errors import InputError
from engine.interactions import STATES, Interactions, State
from engine.matching.signals import EPOCH
from engine.training.data import TrainingData, completed_before
from engine.training.table import build_table
from tests.engine.training.histories import matcher, part, region, split_day

COMPLETED, ENROLLED = STATES.index(State.COMPLETED), STATES.index(State.ENROLLED)


def another_future(data: TrainingData, at: float, seed: int) -> TrainingData:
    """Everything from a day on is different: sittings, completions, ends, whole interactions."""
    rng = np.random.default_rng(seed)
    day = dt.date.fromordinal(EPOCH + int(at))
    people = {}
    for id, person in data.people.items():
        old = tuple(d for d in person.diagnostics if d.date < day)
        node = data.framework.codes[int(rng.choice(data.framework.leaves))]
        later = day + dt.timedelta(int(rng.integers(0, 60)))
        new = DiagnosticResult("new", later, Method.TEST, node, 1.0, 10.0, 10)
        done = tuple(h for h in person.history if h.completed_on < day)
        item = HistoryItem(later, data.activities[int(rng.integers(len(data.activities)))].id)
        people[id] = replace(person, diagnostics=(*old, new), history=(*done, item))
    table = data.interactions
    keep = (table.time < at) | (rng.random(len(table)) < 0.5)
    table = table.select(keep)
    n = len(table)
    after = table.time >= at
    end = np.where(np.isnan(table.ended), table.time, table.ended)
    over = np.isin(table.state, [COMPLETED, STATES.index(State.DROPPED)])
    # whatever ended later ends in another way; on the day itself nobody could know
    open_still = ~after & over & (end >= at)
    state = np.where(open_still, rng.choice([ENROLLED, COMPLETED], n), table.state)
    ended = np.where(open_still, at + rng.integers(0, 90, n), table.ended)
    table = replace(
        table,
        activity=np.where(after, rng.integers(len(data.activities), size=n), table.activity),
        time=np.where(after, at + rng.integers(0, 200, n), table.time),
        state=np.where(after, COMPLETED, state),
        outcome=np.where(open_still & (state == COMPLETED), rng.random(n), table.outcome),
        ended=np.where(after, at + 300.0, ended),
    )
    return replace(data, people=people, interactions=table.in_order())


def test_before_a_day_nothing_later_is_known() -> None:
    """No sitting, completion, interaction or end of the day or later is left; the rest is."""
    data = region()
    at = split_day(data)
    day = dt.date.fromordinal(EPOCH + int(at))
    past = data.before(at)
    assert past.as_of.date() == day
    rows, every = past.interactions, data.interactions
    assert rows.time.max() < at
    assert not (rows.ended >= at).any()
    assert len(rows) == np.count_nonzero(every.time < at)
    # the simulation states every end, so the states follow from the ends alone
    cut = every.select(every.time < at)
    late = np.isin(cut.state, [COMPLETED, STATES.index(State.DROPPED)]) & (cut.ended >= at)
    assert late.any()
    np.testing.assert_array_equal(rows.state, np.where(late, ENROLLED, cut.state))
    for id, person in past.people.items():
        whole = data.people[id]
        assert person.diagnostics == tuple(d for d in whole.diagnostics if d.date < day)
        assert person.history == tuple(h for h in whole.history if h.completed_on < day)
    lost = sum(
        len(data.people[id].diagnostics) - len(p.diagnostics) for id, p in past.people.items()
    )
    assert lost > 0


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_what_is_learned_from_the_past_is_the_same_whatever_came_later(seed: int) -> None:
    """Another future, also of other people, changes no feature, label or weight of the past."""
    data = part(region(), 40)
    at = split_day(data, 0.6)
    tables = [
        build_table(d.before(at), matcher(), n_jobs=1)
        for d in (data, another_future(data, at, seed))
    ]
    assert len(tables[0]) > 60
    for name in ("X", "label", "weight", "measured", "row"):
        np.testing.assert_array_equal(getattr(tables[0], name), getattr(tables[1], name))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.long)])
def test_features_of_a_day_do_not_depend_on_what_came_after_it(seed: int) -> None:
    """In one table with its own future, the features of earlier rows stand as without it."""
    data = part(region(), 40)
    at = split_day(data, 0.6)
    now, other = (
        build_table(d, matcher(), rows=np.flatnonzero(d.interactions.time < at), n_jobs=1)
        for d in (data, another_future(data, at, seed))
    )
    assert len(now) == len(other) > 100
    np.testing.assert_array_equal(now.X, other.X)


def test_activities_are_put_in_order_of_ids() -> None:
    """A catalogue in any order gives the same table: positions follow the ids."""
    data = region()
    again = TrainingData.of(
        data.framework,
        data.policy,
        data.activities[::-1],
        data.offerings,
        tuple(data.people.values())[::-1],
        replace(
            data.interactions,
            activities=data.interactions.activities[::-1],
            activity=len(data.activities) - 1 - data.interactions.activity,
        ),
        data.as_of,
    )
    assert again.activities == data.activities
    np.testing.assert_array_equal(again.interactions.activity, data.interactions.activity)


def test_rows_of_people() -> None:
    """Every row belongs to its person once, in order of time; who has none is absent."""
    data = region()
    found = data.rows_of_people()
    table = data.interactions
    for id, rows in found.items():
        assert {table.people[p] for p in table.person[rows].tolist()} == {id}
        assert (np.diff(table.time[rows]) >= 0).all()
    every = np.sort(np.concatenate(list(found.values())))
    np.testing.assert_array_equal(every, np.arange(len(table)))
    assert len(part(data, 5).rows_of_people()) <= 5


def test_strangers_and_tables_without_days_are_refused_at_once() -> None:
    """Every fault is told, each once, with an example and what to do."""
    data = region()
    table = Interactions.from_columns(["nobody", "none"], ["?", "??"], np.zeros(2), clock="order")
    with pytest.raises(InputError) as caught:
        TrainingData.of(
            data.framework,
            data.policy,
            data.activities,
            data.offerings,
            data.people.values(),
            table,
            data.as_of,
        )
    assert [f.code for f in caught.value.faults] == [
        "unknown_educator",
        "unknown_activity",
        "no_days",
    ]
    assert caught.value.faults[0].parameters == {"id": "nobody"}
    assert "2 активностей" in caught.value.faults[1].detail


def test_completed_before_a_day_by_hand() -> None:
    """Completed and ended before the day; an end that is not known counts as the beginning.

    An end stated before the beginning is an error of the source: the row must not know itself.
    """
    table = Interactions.from_columns(
        ["p"] * 6,
        ["a", "b", "c", "d", "e", "f"],
        np.array([10.0, 20.0, 30.0, 40.0, 50.0, 60.0]),
        ["completed", "dropped", "completed", "completed", "enrolled", "completed"],
        ended=np.array([15.0, 25.0, np.nan, 70.0, np.nan, 5.0]),
    )
    rows = np.arange(6)

    def found(day: float) -> list[tuple[int, str | None]]:
        items = completed_before(table, rows, day)
        return [(i.completed_on.toordinal() - EPOCH, i.activity_id) for i in items]

    assert found(15) == []
    assert found(16) == [(15, "a")]
    assert found(60) == [(15, "a"), (30, "c")]
    assert found(71) == [(15, "a"), (30, "c"), (70, "d"), (60, "f")]
    assert completed_before(table, rows[2:3], 100.0) == (HistoryItem(dt.date(1970, 1, 31), "c"),)
