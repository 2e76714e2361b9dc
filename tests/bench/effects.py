"""Effects from outcomes on simulated histories: what they recover, how fast.

::

    python -m tests.bench.effects [--educators N] [--activities N] [--seeds N]

The true coverage is given, so that tagging is not measured here. Truth of an activity at a node
is its planted effect times the share of its completions that brought benefit, divided by the same
share of its kind, which planning's relevance holds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from engine.catalogue import KINDS
from engine.domain import Kind
from engine.framework import Framework, load_framework
from engine.interactions import STATES, State
from engine.policy import PolicyProfile, load_policy
from engine.simulation.history import History, simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.training.effects import EffectDiagnostics, estimate_effects


@dataclass(frozen=True)
class Recovery:
    """What one history showed.

    Parameters
    ----------
    coverage_90
        Share of pairs of activity and node whose truth lies in the interval.
    rmse, rmse_policy
        Of the estimates and of the policy's effects, each pair weighted by its completions.
    bias_rel
        (Σ estimate − Σ truth) / Σ truth, so weighted.
    """

    n_pairs: int
    n_completions: int
    coverage_90: float
    rmse: float
    rmse_policy: float
    bias_rel: float
    seconds: float
    diagnostics: EffectDiagnostics


def true_coverage(history: History, framework: Framework) -> sp.csr_array:
    """Shape (n_activities, n_nodes)."""
    traits = history.truth.activities
    nodes = np.array(framework.leaves)[traits.nodes]
    row = np.repeat(np.arange(len(nodes)), nodes.shape[1])
    shape = (len(nodes), len(framework))
    found = sp.csr_array((traits.share.ravel(), (row, nodes.ravel())), shape=shape)
    found.sum_duplicates()
    found.eliminate_zeros()
    return found


def benefit_shares(history: History) -> tuple[dict[Kind, float], np.ndarray]:
    """Share of completions with benefit by kind, and by activity (NaN without completions)."""
    rows = history.interactions
    done = rows.state == STATES.index(State.COMPLETED)
    activity, gained = rows.activity[done], history.benefited[done].astype(float)
    n = len(history.activities)
    count = np.bincount(activity, minlength=n)
    total = np.bincount(activity, weights=gained, minlength=n)
    kind = history.truth.activities.kind
    by_kind = {
        KINDS[k]: float(total[kind == k].sum() / count[kind == k].sum())
        for k in np.unique(kind)
        if total[kind == k].sum() > 0
    }
    with np.errstate(invalid="ignore"):
        return by_kind, total / count


def recover(history: History, framework: Framework, policy: PolicyProfile) -> Recovery:
    """Estimate on a history and compare with its truth."""
    rate, own_rate = benefit_shares(history)
    started = time.perf_counter()
    found = estimate_effects(
        {e.educator.id: e.diagnostics for e in history.educators},
        history.interactions,
        history.activities,
        true_coverage(history, framework),
        framework,
        policy,
        educators={e.educator.id: e.educator for e in history.educators},
        benefit_rate=rate,
    )
    seconds = time.perf_counter() - started
    traits, leaves = history.truth.activities, history.truth.leaves
    rows = []
    for j, activity in enumerate(history.activities):
        for m in np.flatnonzero(traits.share[j]):
            effect = found.effects.by_node.get(activity.id, {}).get(leaves[traits.nodes[j, m]])
            if effect is not None:
                truth = traits.effect[j, m] * own_rate[j] / rate[activity.kind]
                by_policy = policy.value.effect[activity.kind]
                rows.append((truth, effect.mean, *effect.interval_90, by_policy, effect.n))
    truth, mean, low, high, by_policy, n = np.array(rows).T
    assert found.diagnostics is not None
    return Recovery(
        n_pairs=len(rows),
        n_completions=found.diagnostics.n_completions,
        coverage_90=float(((low <= truth) & (truth <= high)).mean()),
        rmse=float(np.sqrt(np.average((mean - truth) ** 2, weights=n))),
        rmse_policy=float(np.sqrt(np.average((by_policy - truth) ** 2, weights=n))),
        bias_rel=float(n @ (mean - truth) / (n @ truth)),
        seconds=seconds,
        diagnostics=found.diagnostics,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line per seed and the means."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--educators", type=int, default=2_000)
    parser.add_argument("--activities", type=int, default=300)
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args(arguments)
    framework, policy = load_framework(), load_policy("default")
    plan = HistoryPlan(activities=asked.activities, educators=asked.educators)
    found = []
    for seed in range(asked.seeds):
        found.append(recover(simulate_history(plan, seed, framework, policy), framework, policy))
        one = found[-1]
        fit = one.diagnostics
        print(
            f"seed {seed}: {one.n_completions} completions measured, {one.n_pairs} pairs; "
            f"intervals hold {one.coverage_90:.1%}; RMSE {one.rmse:.4f}, "
            f"policy {one.rmse_policy:.4f}; bias {one.bias_rel:+.1%}; {one.seconds:.1f} s"
        )
        print(
            f"    sd { ({k: round(v, 2) for k, v in fit.sd.items()}) }, "
            f"noise { ({k: round(v, 3) for k, v in fit.noise_sd.items()}) }, "
            f"drift { ({k: (round(m, 3), round(s, 3)) for k, (m, s) in fit.drift.items()}) }, "
            f"calibration {fit.calibration:.2f}, {fit.n_people} people, {fit.n_rows} rows, "
            f"{fit.n_folded} folded, converged {fit.converged}"
        )
    ratio = np.mean([one.rmse / one.rmse_policy for one in found])
    print(
        f"mean: intervals hold {np.mean([one.coverage_90 for one in found]):.1%}, "
        f"RMSE ÷ policy's {ratio:.2f}"
    )


if __name__ == "__main__":
    main()
