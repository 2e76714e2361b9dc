"""Pairs of activities: against loops over everybody's history."""

from __future__ import annotations

import numpy as np

from engine.matching.collaborative_pairs import (
    ordered_pairs,
    shrunk_cosine,
    strongest,
    together,
)
from engine.matching.order_histories import Histories
from tests.engine.matching.enrolments import in_calendar

HISTORIES = Histories.of(in_calendar(30, 12, 3, days=True))


def test_ordered_pairs_are_those_of_a_loop() -> None:
    """Weights by rows and days apart, within the window."""
    expected = np.zeros((12, 12))
    for i in range(len(HISTORIES)):
        rows = range(HISTORIES.start[i], HISTORIES.start[i + 1])
        for a in rows:
            for b in rows:
                if a < b <= a + 3:
                    days = HISTORIES.time[b] - HISTORIES.time[a]
                    weight = 0.5 ** ((b - a - 1) / 2.0) * 0.5 ** (days / 90.0)
                    expected[HISTORIES.activity[a], HISTORIES.activity[b]] += weight
    found = ordered_pairs(HISTORIES, 12, 3, 2.0, 90.0)
    np.testing.assert_allclose(found.toarray(), expected)


def test_cosine_of_takers_by_its_definition() -> None:
    """Shared takers over the root of both, shrunk, nothing on the diagonal."""
    table = HISTORIES.table(12).toarray()
    both = together(HISTORIES, 12)
    np.testing.assert_array_equal(both.toarray(), table.T @ table)
    n = table.sum(axis=0)
    expected = (table.T @ table) / (np.sqrt(np.outer(n, n)) + 4.0)
    np.fill_diagonal(expected, 0)
    np.testing.assert_allclose(shrunk_cosine(both, 4.0).toarray(), expected)


def test_the_strongest_of_every_row_are_kept() -> None:
    """By magnitude, with their signs."""
    found = strongest(np.array([[1.0, -5, 3, 0.5], [0.1, 0.2, 0.3, -0.4]]), 2)
    np.testing.assert_array_equal(found.toarray(), [[0, -5, 3, 0], [0, 0, 0.3, -0.4]])
