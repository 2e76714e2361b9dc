"""Claims about outcomes joined to a table of interactions, on rows counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from engine.interactions import STATES, Interactions, State
from engine.training.outcomes import Outcome, with_outcomes


def told(table: Interactions) -> list[tuple[str, str, float, str]]:
    """Person, activity, day and state of every row, in the order of the table."""
    return [
        (table.people[p], table.activities[a], t, STATES[s].value)
        for p, a, t, s in zip(
            table.person.tolist(),
            table.activity.tolist(),
            table.time.tolist(),
            table.state.tolist(),
            strict=True,
        )
    ]


def packed() -> Interactions:
    """E1 was proposed a twice, in slates 0 and 1; E2 dropped b."""
    return Interactions.from_columns(
        ["E1", "E1", "E2"],
        ["a", "a", "b"],
        np.array([10.0, 20.0, 12.0]),
        ["rejected", "accepted", "dropped"],
        ended=np.array([np.nan, np.nan, 15.0]),
        slate=np.array([0, 1, -1]),
        propensity=np.array([0.5, 0.25, np.nan]),
    )


def test_what_is_told_twice_is_one_interaction() -> None:
    """Enrolled, completed and the same again: one row from the first day, in the last state."""
    rows = [
        Outcome("E1", "a", 30.0, State.COMPLETED, outcome=0.8, ended=30.0),
        Outcome("E1", "a", 10.0, State.ENROLLED),
        Outcome("E1", "a", 30.0, State.COMPLETED, outcome=0.8, ended=30.0),
        Outcome("E1", "b", 5.0, State.PROPOSED),
    ]
    for order in (rows, rows[::-1]):
        table = with_outcomes(None, order)
        assert told(table) == [("E1", "a", 10.0, "completed"), ("E1", "b", 5.0, "proposed")]
        assert table.outcome[0] == 0.8
        assert table.ended[0] == 30.0
        assert np.isnan(table.outcome[1])


def test_a_known_pair_is_carried_on_where_it_stands() -> None:
    """The latest row of the pair gets the further state; slate, chance and day stay."""
    table = with_outcomes(packed(), [Outcome("E1", "a", 25.0, State.COMPLETED, 0.9, 40.0)])
    assert told(table) == [
        ("E1", "a", 10.0, "rejected"),
        ("E1", "a", 20.0, "completed"),
        ("E2", "b", 12.0, "dropped"),
    ]
    assert table.slate.tolist() == [0, 1, -1]
    assert table.propensity[:2].tolist() == [0.5, 0.25]
    assert (table.outcome[1], table.ended[1]) == (0.9, 40.0)


def test_a_state_that_is_less_far_changes_nothing() -> None:
    """An agreed step says less than that its activity was dropped."""
    table = with_outcomes(packed(), [Outcome("E2", "b", 30.0, State.ACCEPTED)])
    assert told(table) == told(packed())
    assert table.ended[2] == 15.0


def test_new_pairs_are_added_with_new_people_and_activities() -> None:
    """Ids that the table has never met are mapped too, and no other row moves."""
    table = with_outcomes(packed(), [Outcome("E0", "c", 7.0, State.ENROLLED)])
    assert told(table) == [*told(packed()), ("E0", "c", 7.0, "enrolled")]
    assert table.people == ("E0", "E1", "E2")
    assert table.slate[-1] == -1


@pytest.mark.parametrize("table", [None, packed()])
def test_nothing_told_changes_nothing(table: Interactions | None) -> None:
    """No outcomes: the same rows."""
    assert told(with_outcomes(table, [])) == ([] if table is None else told(table))
