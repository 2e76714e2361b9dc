"""The ranking bench: turns, figures by hand, and what it prints on a small region."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.bench.ranking import LEARNED, PACKAGE, Figures, main, measure


def test_models_take_turns_and_first_rankings_stand_apart():
    """A clock that only rankings move: 2 ms and 1 ms, the first of each educator 9 ms more."""
    now, order = [0.0], []

    def rank(name: str, cost: float) -> Any:
        seen: set[int] = set()

        def rank_for(request: int, deficits: None) -> None:
            order.append((name, request))
            now[0] += cost + (0.009 if request not in seen else 0.0)
            seen.add(request)

        return SimpleNamespace(rank_for=rank_for)

    models = {LEARNED: rank("l", 0.002), PACKAGE: rank("p", 0.001)}
    asked: Any = [(1, None), (2, None)]
    figures = measure(models, asked, rounds=3, clock=lambda: now[0])
    assert order[:4] == [("l", 1), ("p", 1), ("l", 2), ("p", 2)]
    assert len(order) == 4 * 4
    np.testing.assert_allclose(figures.first[LEARNED], [0.011, 0.011])
    np.testing.assert_allclose(figures.seconds[PACKAGE], np.full((3, 2), 0.001))
    assert (
        str(figures).splitlines()[0] == "learned ÷ package: median 2.00, p95 2.00; first time 1.10"
    )


def test_quantiles_by_hand():
    """Median and 95 % quantile over rounds and educators together, in ms."""
    times = np.arange(1.0, 22.0).reshape(3, 7) / 1_000
    figures = Figures({LEARNED: times, PACKAGE: times / 4}, {LEARNED: times[0], PACKAGE: times[0]})
    assert figures.quantile_ms(LEARNED, 0.5) == 11.0
    np.testing.assert_allclose(figures.quantile_ms(LEARNED, 0.95), 20.0)
    np.testing.assert_allclose(figures.ratio(0.95), 4.0)


@pytest.mark.slow
def test_bench_prints_what_it_measured(capsys):
    """A small region, both models, the ratio before the milliseconds."""
    region = ["--activities", "24", "--people", "120"]
    main([*region, "--educators", "4", "--rounds", "1", "--jobs", "1"])
    printed = capsys.readouterr().out.splitlines()
    assert printed[0].startswith("24 activities, ")
    assert "; 4 educators" in printed[0]
    assert [line.split()[0] for line in printed[1:]] == ["learned", "learned", "package"]
    assert printed[1].startswith("learned ÷ package")
