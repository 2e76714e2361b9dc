"""How long training takes and how much memory, by the number of interactions.

    python -m tests.bench.training --educators 20000 --jobs 2

One size a run, for the peak memory is that of the process and its children.
"""

from __future__ import annotations

import argparse
import resource
import time

from engine.framework import load_framework
from engine.policy import load_policy
from engine.simulation import HistoryPlan, simulate_history
from engine.training.data import TrainingData
from engine.training.fit import FitOptions, fit_matching_model


def _peak_mib(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--educators", type=int, default=20_000)
    parser.add_argument("--activities", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    framework, policy = load_framework(), load_policy("default")
    started = time.perf_counter()
    plan = HistoryPlan(educators=asked.educators, activities=asked.activities)
    history = simulate_history(plan, 0, framework, policy)
    data = TrainingData.from_history(history, framework, policy)
    print(
        f"{len(data.interactions)} interactions of {asked.educators} educators drawn in "
        f"{time.perf_counter() - started:.0f} s",
        flush=True,
    )
    started = time.perf_counter()

    def say(text: str) -> None:
        print(f"{time.perf_counter() - started:7.1f} s  {text}", flush=True)

    fitted = fit_matching_model(data, "bench", FitOptions(n_jobs=asked.jobs), say=say)
    say(f"fitted on {len(fitted.table)} outcomes")
    print(
        f"peak memory: {_peak_mib(resource.RUSAGE_SELF):.0f} MiB, largest child "
        f"{_peak_mib(resource.RUSAGE_CHILDREN):.0f} MiB"
    )


if __name__ == "__main__":
    main()
