"""Columns of measurements, and which measurement follows which."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from engine.domain import DiagnosticResult, Method
from engine.errors import ConfigurationError
from engine.training.effects_evidence import EPOCH, batches_of, measurements_of
from tests.engine.training.effect_world import NODES, POLICY, Plan, draw_world

A, B, C = NODES[:3]
RULE = POLICY.diagnostics


def result(node, day, share, procedure="p", method=Method.TEST, tasks=8):
    """One score of ``tasks`` tasks on a day of 2025."""
    date = dt.date(2025, 1, 1) + dt.timedelta(days=day)
    return DiagnosticResult(
        f"{procedure}{day}", date, method, node, share * tasks, float(tasks), n_tasks=tasks
    )


def test_columns_by_hand():
    """Two people, three rows: positions, days since 1970, shares, tasks times reliability."""
    table = measurements_of(
        {
            "e2": [result(B, 40, 0.5, method=Method.OBSERVATION)],
            "e1": [result(A, 40, 0.75), result(A, 0, 0.25)],
        },
        RULE,
    )
    first = dt.date(2025, 1, 1).toordinal() - EPOCH
    assert table.people == ("e1", "e2")
    assert [table.nodes[k] for k in table.node] == [A, A, B]
    assert (table.day - first).tolist() == [0, 40, 40]
    assert table.share.tolist() == [0.25, 0.75, 0.5]
    np.testing.assert_allclose(table.tasks, [8.0, 8.0, 8 * RULE.reliability[Method.OBSERVATION]])
    assert table.before.tolist() == [-1, 0, -1]
    assert table.repeated.tolist() == [1]


def test_before_is_the_newest_on_an_earlier_day():
    """Two procedures of one day both follow the newest row of the days before."""
    rows = [result(A, 0, 0.1), result(A, 30, 0.2), result(A, 60, 0.3), result(A, 60, 0.4, "q")]
    table = measurements_of({"e": rows}, RULE)
    assert table.before.tolist() == [-1, 0, 1, 1]


def test_batches_hold_all_evidence_before():
    """The sitting of day 60 rests on all three rows before it, the base is its own node's."""
    rows = [result(A, 0, 0.1), result(B, 0, 0.2), result(C, 30, 0.3), result(B, 60, 0.4)]
    (batch,) = batches_of(measurements_of({"e": rows}, RULE))
    assert batch.evidence.tolist() == [[0, 1, 2]]
    assert batch.rows.tolist() == [[3]]
    assert batch.base.tolist() == [[1]]


def test_every_repeated_row_is_in_one_batch():
    """In a drawn world the batches' rows are the repeated rows, and bases are ``before``."""
    world = draw_world(3, Plan(people=60, sittings=4))
    table = measurements_of(world.diagnostics, RULE)
    found = batches_of(table)
    rows = np.sort(np.concatenate([b.rows.ravel() for b in found]))
    np.testing.assert_array_equal(rows, table.repeated)
    for b in found:
        base = np.take_along_axis(b.evidence, b.base, axis=1)
        np.testing.assert_array_equal(base, table.before[b.rows])
        assert (table.day[b.evidence].max(axis=1) < table.day[b.rows].min(axis=1)).all()


def test_order_of_rows_does_not_matter():
    """The same results in another order give the same columns."""
    rows = [result(A, 0, 0.1), result(B, 0, 0.2), result(A, 90, 0.5)]
    one = measurements_of({"x": rows, "y": rows[:1]}, RULE)
    other = measurements_of({"y": rows[:1], "x": rows[::-1]}, RULE)
    for name in ("person", "node", "day", "share", "tasks", "sheet", "before"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_method_without_reliability_is_refused():
    """A method that the policy says nothing of is a fault of the configuration."""
    from dataclasses import replace

    rule = replace(RULE, reliability={Method.OBSERVATION: 0.8})
    with pytest.raises(ConfigurationError, match="test"):
        measurements_of({"e": [result(A, 0, 0.5)]}, rule)
