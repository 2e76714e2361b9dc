"""Times of the stages on the demo and on a catalogue made larger by copies.

``python -m tests.bench.stages [--copies 30] [--repeats 20]`` prints medians in milliseconds, so
that the figures of the README can be made again.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path

from engine.cli.inputs import demo_package
from engine.deficits import assess_deficits
from engine.diagnostics import estimate_proficiency
from engine.interchange import DataPackage, nodes_of, read_package, request_for, write_package
from engine.recommender import Recommender


def enlarged(package: DataPackage, copies: int) -> DataPackage:
    """The package with ``copies`` of every activity, its runs and prerequisites."""
    activities, offerings = [], []
    for n in range(copies):
        for a in package.activities:
            groups = tuple(tuple(f"{i}~{n}" for i in group) for group in a.prerequisites)
            activities.append(replace(a, id=f"{a.id}~{n}", prerequisites=groups))
        for o in package.offerings:
            offerings.append(replace(o, id=f"{o.id}~{n}", activity_id=f"{o.activity_id}~{n}"))
    return replace(package, activities=tuple(activities), offerings=tuple(offerings))


def median_ms(work: Callable[[], object], repeats: int) -> float:
    """Median wall-clock milliseconds of ``repeats`` calls after one to warm up."""
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return 1000 * statistics.median(times)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=30)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--educator", default="E02")
    options = parser.parse_args()
    package, framework = demo_package()
    request = request_for(package, options.educator)
    small = Recommender.from_package(package, framework)
    large_package = enlarged(package, options.copies)
    large = Recommender.from_package(large_package, framework)
    policy = small.policy_of(request.policy)

    def proficiency() -> object:
        return estimate_proficiency(
            request.diagnostics, request.responses, framework, policy, request.as_of
        )

    known = proficiency()

    def vector() -> object:
        return assess_deficits(request.educator, known, (), framework, policy, request.as_of)

    size = f"{len(large_package.activities)} activities, {len(large_package.offerings)} offerings"
    rows: list[tuple[str, float]] = [
        ("posterior of one educator", median_ms(proficiency, options.repeats)),
        ("deficit vector of one educator", median_ms(vector, options.repeats)),
        (f"deficits and ranking, {size}", median_ms(lambda: large.rank(request), options.repeats)),
        ("whole route, demo catalogue", median_ms(lambda: small.recommend(request), 5)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        write_package(large_package, Path(folder))
        nodes = nodes_of(framework)
        rows.append(
            (
                f"import of a package of {size}",
                median_ms(lambda: read_package(Path(folder), known_nodes=nodes), 1),
            )
        )
    names = ("ortools", "scikit-learn", "numpy")
    print(f"Python {platform.python_version()}, {platform.machine()}")
    print(", ".join(f"{name} {version(name)}" for name in names))
    for name, milliseconds in rows:
        print(f"{milliseconds:10.1f} ms  {name}")


if __name__ == "__main__":
    main()
