"""Whether learning from outcomes helps: routes under the learned model and under similarity alone.

    python -m tests.bench.outcomes --seeds 5 --jobs 2

Every seed draws a region with known truth and trains on its earlier part; routes of the same
educators, 20 clock hours at the most, are built under the learned model (with its effects, and
without), and under the package's weights, which know the similarity of deficits and texts. What
they close of the true deficits is compared, educator by educator.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

import numpy as np
from joblib import Parallel, delayed

from engine.evaluation.bootstrap import paired_ratio
from engine.framework import load_framework
from engine.matching.model import MatchingModel
from engine.policy import load_policy
from engine.simulation import HistoryPlan, closed_true_deficit, simulate_history
from engine.training.data import TrainingData
from engine.training.evaluate import EvaluationOptions, evaluate_models
from engine.training.fit import FitOptions
from engine.training.run import TrainingOptions, split_day, train

PLANS = 200
NAMES = ("learned", "learned_policy_effects", "prior-1")


def one_seed(seed: int, educators: int) -> tuple[np.ndarray, float, float]:
    """True closed deficit, shape (plans, 3) as ``NAMES``; log-loss of the model and the prior."""
    framework, policy = load_framework(), load_policy("default")
    history = simulate_history(HistoryPlan(educators=educators), seed, framework, policy)
    data = TrainingData.from_history(history, framework, policy)
    evaluation = EvaluationOptions(plans=PLANS, ranked=0, seed=seed, n_jobs=1)
    options = TrainingOptions(fit=FitOptions(n_jobs=1), evaluation=evaluation)
    trained = train(data, "learned", MatchingModel.prior(), options)
    model = trained.fitted.model
    without = replace(model, version="learned_policy_effects", effects=None)
    rest = evaluate_models(
        data, split_day(data, options.test_share), [without], replace(evaluation, plans=PLANS)
    )
    routes = {**trained.evaluation.routes, **rest.routes}
    people = trained.evaluation.people
    closed = np.array(
        [
            [closed_true_deficit(history, id, routes[name][i], policy) for name in NAMES]
            for i, id in enumerate(people)
        ]
    )
    losses = {m.version: m.outcomes.log_loss.estimate for m in trained.evaluation.models}
    return closed, losses["learned"], losses["prior-1"]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--educators", type=int, default=1_500)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    started = time.perf_counter()
    tasks = (delayed(one_seed)(seed, asked.educators) for seed in range(asked.seeds))
    found = []
    for seed, one in enumerate(Parallel(n_jobs=asked.jobs, return_as="generator")(tasks)):
        found.append(one)
        closed, learned, prior = one
        gain = closed.mean(axis=0) / closed[:, 2].mean() - 1
        print(
            f"seed {seed}: true closed deficit beside similarity: learned {100 * gain[0]:+.1f} %, "
            f"with the policy's effects {100 * gain[1]:+.1f} %; log-loss {learned:.3f}, "
            f"{prior:.3f}",
            flush=True,
        )
    closed = np.concatenate([one[0] for one in found])
    for i, name in enumerate(NAMES[:2]):
        ratio = paired_ratio(closed[:, i], closed[:, 2], seed=0)
        print(
            f"{name} ÷ similarity: {ratio.estimate:.3f} ({ratio.low:.3f}–{ratio.high:.3f}), "
            f"n = {len(closed)}"
        )
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
