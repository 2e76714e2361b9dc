"""Effects on a simulated history: the bench's own figures, on a small region."""

from __future__ import annotations

import pytest

from engine.framework import load_framework
from engine.policy import load_policy
from engine.simulation.history import simulate_history
from engine.simulation.history_plan import HistoryPlan
from tests.bench.effects import main, recover


@pytest.mark.slow
def test_planted_effects_of_a_region_are_recovered():
    """1 200 educators, 80 activities: intervals hold 85 to 95 % of about 200 planted effects.

    The estimates are nearer to the truth than the policy's effects, and biased by less than 15 %
    although people take, beyond what was measured, what they truly need.
    """
    framework, policy = load_framework(), load_policy("default")
    plan = HistoryPlan(activities=80, educators=1_200)
    found = [
        recover(simulate_history(plan, s, framework, policy), framework, policy) for s in (0, 1)
    ]
    assert sum(one.n_pairs for one in found) > 200
    held = sum(one.coverage_90 * one.n_pairs for one in found) / sum(one.n_pairs for one in found)
    assert 0.85 <= held <= 0.95
    for one in found:
        assert one.rmse < one.rmse_policy
        assert abs(one.bias_rel) < 0.15
        assert one.diagnostics.converged


def test_bench_prints_what_it_measured(capsys):
    """The command line says coverage, errors and time of every seed, and the means."""
    main(["--educators", "300", "--activities", "40", "--seeds", "1"])
    printed = capsys.readouterr().out
    assert "seed 0:" in printed
    assert "intervals hold" in printed
    assert "RMSE ÷ policy's" in printed
