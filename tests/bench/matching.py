"""How well rankings find what people took next, on any table of enrolments.

``python -m tests.bench.matching --enrolments FOLDER [--seeds N]`` reads the table, keeps back the
last fifth of everybody's rows in order, and prints Markdown: Recall@10 and NDCG@10 of the engine's
ranker beside random, popular, item-kNN, ALS, EASE. What the others leave open is chosen on an
inner split of the same kind, made of the training part alone.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from engine.evaluation.bootstrap import Interval, paired_ratio
from engine.evaluation.protocol import RankingResult, RankingTask, measure
from engine.evaluation.splits import Rounding, last_share_split
from engine.interchange.interaction_tables import InteractionTables, read_interaction_tables
from tests.bench.matching_models import DRAWS, IMPLICIT, Make, rankers
from tests.bench.results import machine

SHARE, K = 0.2, 10
PACKAGES = ("numpy", "scipy", "scikit-learn")
RIVALS = ("ALS (implicit)", "ALS (own)", "EASE")


@dataclass(frozen=True, slots=True)
class Measured:
    """One ranker under every seed, with the parameters that the inner split chose."""

    name: str
    parameters: dict[str, Any]
    results: tuple[RankingResult, ...]
    tuning_seconds: float

    @property
    def averaged(self) -> RankingResult:
        """Metrics of each person averaged over the seeds."""
        first = self.results[0]
        mean = {m: np.mean([r.by_person[m] for r in self.results], axis=0) for m in first.by_person}
        return replace(first, by_person=mean)


def measured(
    name: str,
    make: Make,
    choices: Sequence[dict[str, Any]],
    tables: InteractionTables,
    tasks: tuple[RankingTask, RankingTask],
    seeds: Sequence[int],
) -> Measured:
    """Choose on the inner task, measure on the outer one."""
    inner, outer = tasks
    started = time.perf_counter()
    best: dict[str, Any] = {}
    if len(choices) > 1:
        found = [measure(name, make(**c), inner, k=K) for c in choices]
        # of equal ones the first
        best = choices[int(np.argmax([r.mean("ndcg") for r in found]))]
    elif choices:
        best = choices[0]
    tuned = time.perf_counter() - started
    drawn = [{"seed": s} for s in seeds] if name in DRAWS else [{}]
    results = tuple(
        measure(name, make(**best, **d), outer, k=K, attributes=tables.attributes) for d in drawn
    )
    return Measured(name, best, results, tuned)


def tasks_of(
    tables: InteractionTables, rounding: Rounding
) -> tuple[RankingTask, RankingTask, dict[str, int]]:
    """Inner task, outer task, and the sizes of what is learned and tested."""
    taken = tables.interactions.select(tables.interactions.taken)
    split = last_share_split(taken, SHARE, rounding)
    inner = last_share_split(split.train, SHARE, rounding)
    sizes = {
        "people": len(taken.people),
        "activities": len(taken.activities),
        "rows": len(taken),
        "tested": len(split.test),
    }
    return RankingTask.of(inner), RankingTask.of(split), sizes


# --------------------------------------------------------------------------- the report


def report(found: Sequence[Measured], sizes: dict[str, int]) -> str:
    """Markdown of everything measured."""
    text = ", ".join(f"{n} {what}" for what, n in sizes.items())
    lines = [f"{text}; last {SHARE:.0%} of every person's rows in order kept back.", ""]
    lines += [
        "| ranker | Recall@10 | NDCG@10 | MAP@10 | coverage | s to fit | chosen |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found:
        mean = one.averaged
        recall, ndcg = mean.interval("recall"), mean.interval("ndcg")
        seconds = np.median([r.fit_seconds for r in one.results])
        chosen = ", ".join(f"{k} {v:g}" for k, v in one.parameters.items())
        lines.append(
            f"| {one.name} | {_interval(recall)} | {_interval(ndcg)} | {mean.mean('map'):.4f} "
            f"| {np.mean([r.overall['coverage'] for r in one.results]):.2f} | {seconds:.1f} "
            f"| {chosen} |"
        )
    return "\n".join([*lines, "", *_ratios(found), "", _caption()])


def _ratios(found: Sequence[Measured]) -> list[str]:
    by_name = {one.name: one.averaged for one in found}
    lines = ["| ours / … | Recall@10 | NDCG@10 |", "|---|---|---|"]
    for rival in RIVALS:
        if rival in by_name:
            cells = [
                _interval(paired_ratio(by_name["ours"].by_person[m], values, seed=0))
                for m, values in by_name[rival].by_person.items()
                if m in ("recall", "ndcg")
            ]
            lines.append(f"| {rival} | {' | '.join(cells)} |")
    return lines


def _interval(found: Interval) -> str:
    return f"{found.estimate:.4f} ({found.low:.4f}–{found.high:.4f})"


def _caption() -> str:
    packages = [*PACKAGES, *(["implicit"] if IMPLICIT else [])]
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    info = machine()
    word = "" if IMPLICIT else " ALS of implicit left out: it is not installed."
    return f"{info['cpu']}, Python {info['python']}, {versions}. 95 % intervals over people.{word}"


def run(
    enrolments: Path,
    activities: Path | None,
    seeds: Sequence[int],
    say: Callable[[str], None],
    *,
    rounding: Rounding = "ceil",
    quick: bool = False,
) -> str:
    """Measure every ranker on a table of enrolments, as Markdown."""
    tables = read_interaction_tables(enrolments, activities)
    inner, outer, sizes = tasks_of(tables, rounding)
    found = []
    for name, (make, choices) in rankers(quick).items():
        if name == "TF-IDF" and (tables.attributes is None or tables.attributes.texts is None):
            say("TF-IDF left out: the activities have no text")
            continue
        one = measured(name, make, choices, tables, (inner, outer), seeds)
        say(f"{name}: {one.averaged.mean('recall'):.4f}, tuned in {one.tuning_seconds:.0f} s")
        found.append(one)
    return report(found, sizes)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--enrolments", type=Path, required=True, help="table, or folder with it")
    parser.add_argument("--activities", type=Path, help="table of activities, if not in the folder")
    parser.add_argument("--seeds", type=int, default=3, help="of whatever draws: 0, 1, …")
    parser.add_argument("--rounding", choices=("ceil", "floor"), default="ceil")
    options = parser.parse_args(arguments)

    def say(text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    print(
        run(
            options.enrolments,
            options.activities,
            range(options.seeds),
            say,
            rounding=options.rounding,
        )
    )


if __name__ == "__main__":
    main()
