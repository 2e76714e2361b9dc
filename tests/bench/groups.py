"""Time of a group view: ``python -m tests.bench.groups [--people N] [--nodes N] [--schools N]``.

People of a made-up region with one to three of 25 subjects, every one measured at every node; the
table by school, district and subject, from arrays and from records of every person. With
``--coverage`` instead: how often intervals of simulated groups hold the truth. Nothing is asserted.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from engine.deficits.group_measures import Measurements
from engine.deficits.group_table import GroupTable
from engine.deficits.group_view import Member, group_view, view_measurements
from engine.deficits.groupings import Grouping
from engine.domain import Educator, NodeProficiency, Organisation, Position, Proficiency
from engine.framework import Framework, load_framework
from engine.policy import load_policy
from tests.engine.deficits.simulated_groups import World, coverage

SCHOOLS_PER_DISTRICT = 50
SUBJECTS = 25
WORLDS = {
    "from the model": {"own_sd": 0.2},
    "one test for all": {"common_sd": 0.2},
    "median 0.75": {"median": 0.75, "own_sd": 0.2},
    "both": {"median": 0.75, "common_sd": 0.2},
    "one test of 25 tasks": {"common_sd": 0.2, "tasks": 25},
    "ten districts": {"common_sd": 0.2, "districts": 10, "district_sd": 0.3},
}


def draw_people(rng: np.random.Generator, count: int, schools: int) -> list[Educator]:
    """Teachers in schools of random sizes."""
    places = [
        Organisation(f"s{i}", f"Школа {i}", f"Район {i // SCHOOLS_PER_DISTRICT}")
        for i in range(schools)
    ]
    where = rng.integers(0, schools, count).tolist()
    return [
        Educator(f"e{i}", Position.TEACHER, _subjects(rng), organisation=places[s])
        for i, s in enumerate(where)
    ]


def _subjects(rng: np.random.Generator) -> tuple[str, ...]:
    taught = rng.choice(SUBJECTS, rng.integers(1, 4), replace=False)
    return tuple(f"предмет {s}" for s in taught.tolist())


def draw_measurements(
    rng: np.random.Generator, people: int, nodes: int, framework: Framework
) -> Measurements:
    """Posteriors worth 6 to 15 tasks, and the raw shares of six tasks."""
    able = np.flatnonzero(framework.applies_to(Position.TEACHER))[:nodes]
    person, node = np.repeat(np.arange(people), len(able)), np.tile(able, people)
    mean = rng.beta(6, 2.5, len(person))
    sd = np.sqrt(mean * (1 - mean) / rng.uniform(6, 15, len(person)))
    return Measurements(person, node, mean, sd, rng.binomial(6, mean) / 6)


def records_of(
    educators: list[Educator], measured: Measurements, framework: Framework
) -> list[Member]:
    """The same as records, as ``estimate_proficiency`` makes them."""
    found: list[list[NodeProficiency]] = [[] for _ in educators]
    columns = (measured.person, measured.node, measured.mean, measured.sd, measured.raw_share)
    for i, k, mean, sd, share in zip(*(c.tolist() for c in columns), strict=True):
        node = NodeProficiency(framework.codes[k], mean, sd, 6, 0, share, 6 * share, 6.0)
        found[i].append(node)
    return [
        Member(e, Proficiency(tuple(own), 0.6, 0.1))
        for e, own in zip(educators, found, strict=True)
    ]


def _timed(what: str, make: Callable[[], GroupTable]) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    table = make()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    shown = sum(row.shares is not None for row in table.rows)
    print(f"{what}: {wall:.1f} s ({cpu:.1f} s of work), {len(table.rows)} rows, {shown} shown")


def _print_coverage() -> None:
    policy = load_policy("default")
    for people in (30, 200, 1000):
        for name, world in WORLDS.items():
            found = coverage(World(people=people, **world), policy, seed=1, tables=150)  # type: ignore[arg-type]
            held = f"shares {found.shares:.3f}, mean deficits {found.deficits:.3f}"
            print(f"{people} people, {name}: {held}; width of shares {found.width:.3f}")


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=35_000)
    parser.add_argument("--nodes", type=int, default=40)
    parser.add_argument("--schools", type=int, default=1_000)
    parser.add_argument("--coverage", action="store_true")
    asked = parser.parse_args()
    if asked.coverage:
        _print_coverage()
        return
    rng = np.random.default_rng(0)
    framework, policy = load_framework(), load_policy("default")
    educators = draw_people(rng, asked.people, asked.schools)
    measured = draw_measurements(rng, asked.people, asked.nodes, framework)
    members = records_of(educators, measured, framework)
    for by in (Grouping.SCHOOL, Grouping.DISTRICT, Grouping.SUBJECT):
        from_arrays = partial(view_measurements, educators, measured, by, framework, policy)
        _timed(f"{by}, from arrays", from_arrays)
        _timed(f"{by}, from records", partial(group_view, members, by, framework, policy))


if __name__ == "__main__":
    main()
