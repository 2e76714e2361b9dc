"""Statistics and tables of the benchmark, by hand and on data whose truth is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.bench.report import (
    contradictions,
    current,
    parts,
    ratio_of_medians,
    ratio_of_tails,
    table,
)

COMMON: dict[str, Any] = {
    "kind": "answer",
    "set": "s",
    "seed": 1,
    "educator": 0,
    "gap": 0.01,
    "status": "OPTIMAL",
    "value_mpt": 10_000_000,
    "bound_mpt": 10_000_000,
    "gap_ppm": 0,
    "capped": False,
    "stamp": "now",
    "limit_s": 60.0,
    "problem": "p",
}
OURS = {**COMMON, "method": "ours", "ms": 10.0, "limit_s": 1.5}
LIMITS = (1.5, 60.0)


def test_ratio_of_medians_by_hand() -> None:
    """Medians 2 and 30: 15; with every pair at ratio 10 the interval is the point 10."""
    assert ratio_of_medians([1, 2, 3], [40, 30, 20])[0] == 15
    assert ratio_of_medians([2, 2, 2], [20, 20, 20]) == (10, 10, 10)


def test_ratio_of_tails_by_hand() -> None:
    """Of 1 … 21 the 95th percentile is 20; five times as long everywhere is five at the tail."""
    ours = list(range(1, 22))
    assert ratio_of_tails(ours, [100.0] * 21)[0] == pytest.approx(5)
    middle, low, high = ratio_of_tails(ours, [5 * x for x in ours])
    assert (middle, low, high) == pytest.approx((5, 5, 5))


def test_the_interval_of_two_pairs_is_their_enumeration() -> None:
    """Pairs (1, 2) and (1, 8): draws give ratio 2, 5 or 8, each end with a quarter of the mass."""
    assert ratio_of_medians([1, 1], [2, 8]) == (5, 2, 8)


def test_pairs_stay_together() -> None:
    """Ratio 3 in every pair of very different sizes has no width: both medians move together."""
    ours = np.geomspace(1, 1_000, 40)
    assert ratio_of_medians(ours.tolist(), (3 * ours).tolist()) == pytest.approx((3, 3, 3))


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    """Of 200 samples of 40 log-normal pairs with true ratio 7, 90–99 % of intervals hold 7."""
    rng = np.random.default_rng(5)
    covered = 0
    for seed in range(200):
        ours = rng.lognormal(2.0, 0.6, 40)
        theirs = 7 * rng.lognormal(2.0, 0.6, 40)
        _, low, high = ratio_of_medians(ours.tolist(), theirs.tolist(), seed)
        covered += low <= 7 <= high
    assert 180 <= covered <= 198


def test_the_table_marks_capped_peers() -> None:
    """A peer that ran into its cap has an asterisk beside its times, the engine never."""
    scip = {**COMMON, "method": "scip", "ms": 60_000.0, "capped": True}
    rows = table([OURS, scip], 0.01).splitlines()
    assert "| 10 |" in rows[2]
    assert "60000*" in rows[3]
    assert "6000.0" in rows[3]


def test_the_best_peer_is_the_one_with_the_least_median() -> None:
    """Two educators, medians 55 and 60: the row repeats the first; an unpaired answer is out."""
    peers = {"scip": (10.0, 100.0), "highs": (60.0, 60.0)}
    records: list[dict[str, Any]] = [{**OURS, "educator": e} for e in (0, 1)]
    for method, times in peers.items():
        records += [
            {**COMMON, "method": method, "educator": e, "ms": ms} for e, ms in enumerate(times)
        ]
    records.append({**COMMON, "method": "scip", "educator": 2, "ms": 1.0})
    last = table(records, 0.01).splitlines()[-1]
    assert last.startswith("| s | best peer: scip | 2 | 55 |")


def test_a_worse_value_is_counted() -> None:
    """A peer's route worth a thousandth more is one; a solver's rounding is none."""
    better = {**COMMON, "method": "scip", "ms": 20.0, "value_mpt": 10_010_000}
    rounding = {**COMMON, "method": "highs", "ms": 20.0, "value_mpt": 10_000_001}
    rows = table([OURS, better, rounding], 0.01).splitlines()
    assert "| 1.0010 | 1 |" in rows[3]
    assert "| 1.0000 | 0 |" in rows[4]


def test_a_route_above_a_bound_is_a_contradiction() -> None:
    """A peer's route above our bound, and a route where another proves that there is none."""
    low = {**OURS, "bound_mpt": 9_000_000, "value_mpt": 8_000_000}
    peer = {**COMMON, "method": "scip", "ms": 20.0}
    none = {**peer, "method": "highs", "status": "Infeasible", "value_mpt": None}
    assert contradictions([OURS, peer]) == []
    assert len(contradictions([low, peer])) == 1
    assert len(contradictions([OURS, {**none, "bound_mpt": None}])) == 1


def test_stale_answers_do_not_count() -> None:
    """Other code, another deadline, another cap, or a problem that is no more."""
    peer = {**COMMON, "method": "scip", "ms": 20.0, "stamp": "peer"}
    stale = [
        {**OURS, "stamp": "old"},
        {**OURS, "limit_s": 3.0},
        {**peer, "stamp": "old"},
        {**peer, "limit_s": 10.0},
        {**peer, "problem": "another"},
        {"kind": "run"},
        {"kind": "memory", "stamp": "old"},
    ]
    memory = {"kind": "memory", "stamp": "now"}
    kept = current([*stale, OURS, peer, memory], "now", {"scip": "peer"}, LIMITS)
    assert kept == [OURS, peer, memory]


def test_the_parts_tell_first_routes_and_memory() -> None:
    """Two educators with a first route at 10 and 30 ms: one of them in 20 ms, median 20."""
    more = {"compile_ms": 4.0, "solve_ms": 6.0, "candidates": 100}
    rows: list[dict[str, Any]] = [
        {**OURS, **more, "first_ms": 10.0},
        {**OURS, **more, "educator": 1, "first_ms": 30.0},
    ]
    memory = {"kind": "memory", "set": "s", "seed": 1, "offerings": 5, "loaded_mib": 100}
    memory |= {"peak_mib": 150, "solves": 20, "drawing_counted": False}
    text = parts([*rows, memory], 0.01)
    assert "first route p50 20.0 / p95 29.0 ms, 1 of 2 in 20 ms" in text
    assert "holds 100 MiB, at most 150 MiB in 20 solves" in text
