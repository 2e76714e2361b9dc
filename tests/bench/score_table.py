"""Block scores of a whole region → proficiencies: seconds, and whether the intervals cover.

``python -m tests.bench.score_table [--people 35000] [--nodes 40] [--jobs 2]``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from engine.diagnostics.score_model import ScoreModel
from tests.bench.results import machine

SDS = (0.9, 0.4, 0.5)
DIFFICULTY_SD = 0.6
ENDS = 0.1
"""Share of the nodes that counts as the hardest, and as the easiest."""
MEAN = 0.62
DIRECTIONS = 4
N_TASKS = 6


def scores(people: int, nodes: int, seed: int) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Shares of simulated people, their proficiencies, and the direction of every node."""
    rng = np.random.default_rng(seed)
    direction = [k * DIRECTIONS // nodes for k in range(nodes)]
    odds = MEAN + rng.normal(0, DIFFICULTY_SD, nodes) + rng.normal(0, SDS[0], (people, 1))
    odds = odds + rng.normal(0, SDS[1], (people, DIRECTIONS))[:, direction]
    odds = odds + rng.normal(0, SDS[2], (people, nodes))
    return rng.binomial(N_TASKS, expit(odds)) / N_TASKS, expit(odds), direction


def main(argv: Sequence[str] | None = None) -> str:
    """Time fitting and the posterior table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=35_000)
    parser.add_argument("--nodes", type=int, default=40)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    shares, truth, direction = scores(options.people, options.nodes, options.seed)
    started = time.perf_counter()
    model = ScoreModel(N_TASKS, directions=direction, n_jobs=options.jobs).fit(shares)
    fitted = time.perf_counter()
    table = model.posterior(shares)
    done = time.perf_counter()
    inside = ((table["low"] <= truth.ravel()) & (truth.ravel() <= table["high"])).to_numpy()
    by_node = inside.reshape(truth.shape).mean(axis=0)[truth.mean(axis=0).argsort()]
    at_end = max(1, round(ENDS * options.nodes))
    info = machine()
    sds = ", ".join(f"{sd:.2f}" for sd in (model.person_sd_, model.direction_sd_, model.node_sd_))
    return "\n".join(
        [
            f"{info['cpu']}, Python {info['python']}, {info['versions']}",
            f"{options.people} people x {options.nodes} nodes, {options.jobs} processes",
            f"fit {fitted - started:.1f} s (sds {sds}), posterior {done - fitted:.1f} s",
            f"90 % intervals cover {100 * by_node.mean():.1f} % "
            f"(hardest nodes {100 * by_node[:at_end].mean():.1f} %, "
            f"easiest {100 * by_node[-at_end:].mean():.1f} %)",
        ]
    )


if __name__ == "__main__":
    print(main())
