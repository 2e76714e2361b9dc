"""What ranking a catalogue costs with a learned model, beside the weights of the package.

    python -m tests.bench.ranking --activities 5000 --educators 60 --people 400

A region is drawn and a model fitted on its history; then both rank the catalogue for the same
educators by turns, each with its history. The first round stands apart: nothing is remembered of
these educators' histories yet. The ratio comes first, for it hardly depends on the machine; the
promotion gate refuses a model whose p95 is twice that of the one in service.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import DeficitVector, FloatArray
from engine.errors import NothingToPlan
from engine.framework import load_framework
from engine.matching.model import MatchingModel
from engine.policy import load_policy
from engine.recommender import Recommender, RouteRequest
from engine.simulation import HistoryPlan, simulate_history
from engine.training.data import TrainingData
from engine.training.fit import FitOptions, fit_matching_model
from engine.training.plan_metrics import recommender_of

LEARNED, PACKAGE = "learned", "package"

Asked = tuple[RouteRequest, DeficitVector]


@dataclass(frozen=True)
class Figures:
    """Times of single rankings.

    Parameters
    ----------
    seconds
        By model, each of shape (n_rounds, n_educators).
    first
        By model, each of shape (n_educators,): the ranking before those.
    """

    seconds: dict[str, FloatArray]
    first: dict[str, FloatArray]

    def quantile_ms(self, model: str, q: float) -> float:
        """Quantile of a model's times over all rounds and educators, ms."""
        return float(np.quantile(self.seconds[model], q) * 1_000)

    def ratio(self, q: float) -> float:
        """The learned model's quantile in parts of the package's."""
        return self.quantile_ms(LEARNED, q) / self.quantile_ms(PACKAGE, q)

    def __str__(self) -> str:
        first = {model: float(np.median(times)) for model, times in self.first.items()}
        rows = [
            f"learned ÷ package: median {self.ratio(0.5):.2f}, p95 {self.ratio(0.95):.2f}; "
            f"first time {first[LEARNED] / first[PACKAGE]:.2f}"
        ]
        for model in (LEARNED, PACKAGE):
            median, late = (self.quantile_ms(model, q) for q in (0.5, 0.95))
            rows.append(
                f"{model:8s} median {median:6.2f} ms, p95 {late:6.2f} ms; "
                f"first time {first[model] * 1_000:6.2f} ms"
            )
        return "\n".join(rows)


def region(activities: int, people: int, seed: int) -> TrainingData:
    """A simulated region with the histories of its people."""
    framework, policy = load_framework(), load_policy("default")
    plan = HistoryPlan(activities=activities, educators=people)
    history = simulate_history(plan, seed, framework, policy)
    return TrainingData.from_history(history, framework, policy)


def recommenders(data: TrainingData, jobs: int) -> dict[str, Recommender]:
    """The catalogue under both models."""
    learned = fit_matching_model(data, LEARNED, FitOptions(n_jobs=jobs)).model
    return {
        LEARNED: recommender_of(data, learned),
        PACKAGE: recommender_of(data, MatchingModel.prior()),
    }


def asked_for(data: TrainingData, recommender: Recommender, most: int) -> list[Asked]:
    """The first ``most`` educators, by id, who have anything to plan, with their deficits."""
    found: list[Asked] = []
    for id in sorted(data.people):
        if len(found) == most:
            break
        try:
            found.append((data.people[id], recommender.deficits(data.people[id])))
        except NothingToPlan:
            continue
    return found


def measure(
    models: dict[str, Recommender],
    asked: Sequence[Asked],
    rounds: int,
    clock: Callable[[], float] = time.perf_counter,
) -> Figures:
    """Time every educator under every model, turn and turn about, ``rounds`` after a first."""
    spent = {name: np.zeros((rounds + 1, len(asked))) for name in models}
    for turn in range(rounds + 1):
        for i, (request, deficits) in enumerate(asked):
            for name, recommender in models.items():
                started = clock()
                recommender.rank_for(request, deficits)
                spent[name][turn, i] = clock() - started
    return Figures(
        {name: seconds[1:] for name, seconds in spent.items()},
        {name: seconds[0] for name, seconds in spent.items()},
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--activities", type=int, default=5_000)
    parser.add_argument("--educators", type=int, default=60, help="that are ranked for")
    parser.add_argument("--people", type=int, default=400, help="of the region, to learn from")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args(argv)
    data = region(options.activities, options.people, options.seed)
    models = recommenders(data, options.jobs)
    asked = asked_for(data, models[LEARNED], options.educators)
    past = np.mean([len(request.history) for request, _ in asked])
    print(
        f"{options.activities} activities, {len(data.interactions)} interactions of "
        f"{options.people} people; {len(asked)} educators ({past:.1f} completions each), "
        f"{options.rounds} rounds"
    )
    print(measure(models, asked, options.rounds))


if __name__ == "__main__":
    main()
