"""Benchmark of deficits: simulated people with known truth, and what routes close in truth.

::

    python -m tests.bench.deficits                          # five minutes
    python -m tests.bench.deficits --parts people --people 2000
    python -m tests.bench.deficits --parts routes --activities 1000 --hours 40

People: coverage of the 90 % and 50 % intervals, and how well the posterior tells who is truly below
the target (AUC of its probability against the plain share of tasks done right). First people of
the engine's own model, then people and measurements that it does not assume.

Routes: what the planner's route closes in truth when it knows the posterior, point scores, the
truth itself, or somebody else's results, with the same hours.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields

import numpy as np

from engine.domain import FloatArray
from tests.bench.deficit_routes import ARMS, Closed, Truth, Weights, run_region
from tests.bench.deficit_statistics import (
    Interval,
    Share,
    clustered_share,
    compare_auc,
    relative_difference,
)
from tests.bench.results import machine
from tests.engine.diagnostics.simulated_people import (
    TASKS,
    Cards,
    Estimates,
    Study,
    block_tests,
    item_tests,
    mixed_history,
    run_study,
    study_policy,
)

PARTS = ("people", "routes")
EARLIER = (-700, -300, -30)
"""Days of the measurements of people who were measured more than once."""

SHIFT = 0.3
"""Lean of all observers together that no model knows of, log odds: about 7 points of 100."""

TWO_SKILLS = 0.5
"""Share of items that need a second node of the framework besides the one they are filed under."""

SAME_HOURS = 0.05
"""Two routes have the same hours if they differ by no more than this part of the limit."""


@dataclass(frozen=True)
class Group:
    """Studies under one heading of the table."""

    title: str
    studies: tuple[Study, ...]


def groups() -> tuple[Group, ...]:
    """Every study, from the model outwards."""
    items = item_tests(1)
    mixed = item_tests(1, TWO_SKILLS)
    single = item_tests(1, TWO_SKILLS, as_single=True)
    worst = item_tests(1, 1.0, as_single=True)
    by_region, lenient = Cards(regional=True), Cards(shift=SHIFT, regional=True)
    return (
        Group(
            "from the model",
            (
                Study("block test", block_tests),
                Study("observation card, one observer", Cards()),
                Study("observation card, two observers", Cards(observers=2)),
                Study("items, calibrated", items, bank=items.bank()),
                Study("items of one and two skills, calibrated", mixed, bank=mixed.bank()),
                Study("three block tests in two years", block_tests, EARLIER),
                Study("the same, a card and a self-assessment", mixed_history, EARLIER),
            ),
        ),
        Group(
            "misspecified",
            (
                Study("ability skewed towards the weak", block_tests, shape="weak_tail"),
                Study("ability skewed towards the strong", block_tests, shape="strong_tail"),
                Study("two groups of people", block_tests, shape="two_groups"),
                Study("each observer the same for all", by_region),
                Study(f"and all of them lenient by {SHIFT}", lenient),
                Study(f"and all of them strict by {SHIFT}", Cards(shift=-SHIFT, regional=True)),
                Study("half of the items need a second skill", single, bank=single.bank()),
            ),
        ),
        Group(
            "further from the model than can be expected to hold",
            (
                Study("items, none calibrated", items),
                Study("all items need a second skill", worst, bank=worst.bank()),
                Study(f"all observers lenient by {3 * SHIFT:.1f}", Cards(1, 3 * SHIFT, True)),
            ),
        ),
    )


def estimates(study: Study, people: int, seeds: Sequence[int]) -> Estimates:
    """People of all seeds in one table."""
    parts = [run_study(study, people, seed=seed) for seed in seeds]
    columns = {
        f.name: np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Estimates)
    }
    owners = [p.person + i * people for i, p in enumerate(parts)]
    return Estimates(**{**columns, "person": np.concatenate(owners)})


def people_report(options: argparse.Namespace) -> Iterator[str]:
    """Table of the studies, then coverage by the number of tasks."""
    target = study_policy().targets.default
    header = ("measured", "nodes", "90 % covers", "50 % covers")
    yield row((*header, f"AUC below {target:g}", "by share", "difference (95 %)"))
    yield row(["---"] * 7)
    counted: dict[str, Estimates] = {}
    for group in groups():
        yield row([f"*{group.title}*", *[""] * 6])
        for study in group.studies:
            found = estimates(study, options.people, options.seeds)
            counted[study.name] = found
            yield row(study_cells(study.name, found, target))
    names = ("block test", "items, calibrated", "observation card, one observer")
    yield ""
    yield row(["90 % covers, by tasks of the node", *map(str, TASKS)])
    yield row(["---"] * (1 + len(TASKS)))
    for name in names:
        yield row([name, *by_tasks(counted[name])])


def study_cells(name: str, found: Estimates, target: float) -> list[str]:
    """A line of the table."""
    auc = compare_auc(found.below(target), -found.share, found.truth < target, found.person)
    return [
        name,
        str(len(found.truth)),
        percent(clustered_share(found.inside_90, found.person)),
        percent(clustered_share(found.inside_50, found.person)),
        f"{auc.ours:.3f}",
        f"{auc.other:.3f}",
        interval(auc.difference, "{:+.3f}"),
    ]


def by_tasks(found: Estimates) -> Iterator[str]:
    """Coverage of the nodes with each number of tasks."""
    for n in TASKS:
        rows = found.where(found.tasks == n)
        yield percent(clustered_share(rows.inside_90, rows.person)) if len(rows.truth) else ""


def routes_report(options: argparse.Namespace) -> Iterator[str]:
    """One block per kind of people and of weights."""
    yield (
        f"{options.educators} educators in each of {len(options.seeds)} regions of "
        f"{options.activities} activities, at most {options.hours:g} clock hours"
    )
    for truth in options.truth:
        for weights in options.weights:
            yield ""
            yield f"People of the {truth}; weights: {weights}"
            yield ""
            yield from arms_report(outcomes(options, truth, weights), options.hours)


def outcomes(
    options: argparse.Namespace, truth: Truth, weights: Weights
) -> list[dict[str, Closed]]:
    """Educators of all regions."""
    return [
        found
        for seed in options.seeds
        for found in run_region(
            options.activities, options.educators, seed, truth, weights, options.hours
        )
    ]


def arms_report(found: Sequence[dict[str, Closed]], limit_hours: float) -> Iterator[str]:
    """Means by arm, then the posterior against point scores."""
    measures = ("by_true_level", "by_share", "unweighted", "hours", "steps")
    yield row(["planned on", *(m.replace("_", " ") for m in measures)])
    yield row(["---"] * 6)
    for arm in ARMS:
        yield row([arm, *(f"{column(found, arm, m).mean():.3f}" for m in measures)])
    hours = [column(found, arm, "hours") for arm in ("posterior", "points")]
    same = np.abs(hours[0] - hours[1]) <= SAME_HOURS * limit_hours
    yield ""
    yield row(
        ["posterior / points − 1 (95 %)", "educators", *(m.replace("_", " ") for m in measures[:4])]
    )
    yield row(["---"] * 6)
    for name, rows in (("all", np.ones(len(found), dtype=np.bool_)), ("same hours", same)):
        kept = [outcome for outcome, keep in zip(found, rows, strict=True) if keep]
        yield row([name, str(len(kept)), *(gain(kept, m) for m in measures[:4])])


def gain(found: Sequence[dict[str, Closed]], measure: str) -> str:
    """How much more the posterior's routes have than those of point scores."""
    ours, other = (column(found, arm, measure) for arm in ("posterior", "points"))
    return interval(relative_difference(ours, other), "{:+.1%}")


def column(found: Sequence[dict[str, Closed]], arm: str, measure: str) -> FloatArray:
    """One measure of one arm, shape (n_educators,)."""
    return np.array([getattr(outcome[arm], measure) for outcome in found], dtype=np.float64)


def row(cells: Iterable[str]) -> str:
    """Line of a Markdown table."""
    return "| " + " | ".join(cells) + " |"


def percent(share: Share) -> str:
    """Per cent with its standard error."""
    return f"{100 * share.value:.1f} ± {100 * share.error:.1f}"


def interval(found: Interval, form: str) -> str:
    """Value with the ends of its interval."""
    return " ".join((form, f"({form}", "…", f"{form})")).format(*found)


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=PARTS)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--people", type=int, default=1_000, help="per study and seed")
    parser.add_argument("--educators", type=int, default=300, help="per region")
    parser.add_argument("--activities", type=int, default=300)
    parser.add_argument("--hours", type=float, default=20.0, help="clock hours of a route")
    parser.add_argument("--truth", nargs="+", default=["model"], choices=["model", "region"])
    parser.add_argument(
        "--weights", nargs="+", default=["policy", "equal"], choices=["policy", "equal"]
    )
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> str:
    """Run the parts that were asked for and return their tables."""
    options = arguments(argv)
    info = machine()
    lines = [f"{info['cpu']}, Python {info['python']}, {info['versions']}"]
    lines += [f"Seeds {', '.join(map(str, options.seeds))}; ± one standard error over people", ""]
    for part in options.parts:
        report = people_report if part == "people" else routes_report
        lines += [*report(options), ""]
    return "\n".join(lines)


if __name__ == "__main__":
    print(main())
