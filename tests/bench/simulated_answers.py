"""Tables of answers with known people, in any shape, to try the benchmark on.

``python -m tests.bench.simulated_answers FOLDER --people 150 --items 60 --skills 10 --missing 0.6``
writes ``responses.csv`` and ``q_matrix.csv``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit


@dataclass(frozen=True)
class Shape:
    """What a table looks like.

    Parameters
    ----------
    missing
        Part of the cells left empty at random.
    points
        Points of an item; 1 = right or wrong, 4 = shares 0, ¼, ½, ¾, 1.
    several
        Part of the items that ask for two skills.
    skewed
        Ability from a shifted exponential instead of a normal distribution.
    """

    people: int = 150
    items: int = 60
    skills: int = 10
    missing: float = 0.6
    points: int = 1
    several: float = 0.2
    skewed: bool = False


def simulated(shape: Shape, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A table of answers and its Q-matrix; every item and every person has an answer."""
    rng = np.random.default_rng(seed)
    q_matrix = np.zeros((shape.items, shape.skills))
    q_matrix[np.arange(shape.items), np.arange(shape.items) % shape.skills] = 1
    for i in np.flatnonzero(rng.random(shape.items) < shape.several):
        q_matrix[i, rng.integers(shape.skills)] = 1
    draw = (
        (rng.exponential(size=shape.people) - 1) if shape.skewed else rng.normal(size=shape.people)
    )
    skills = 0.3 + 0.9 * draw[:, None] + 0.6 * rng.normal(size=(shape.people, shape.skills))
    slopes = np.exp(rng.normal(0, 0.35, shape.items))
    easiness = rng.normal(0, 1, shape.items)
    chance = expit(
        slopes * (skills @ (q_matrix / q_matrix.sum(axis=1, keepdims=True)).T) + easiness
    )
    values = rng.binomial(shape.points, chance) / shape.points
    empty = rng.random(values.shape) < shape.missing
    empty[np.arange(shape.people), rng.integers(shape.items, size=shape.people)] = False
    empty[rng.integers(shape.people, size=shape.items), np.arange(shape.items)] = False
    items = [f"i{n + 1}" for n in range(shape.items)]
    people = pd.Index([f"p{n + 1}" for n in range(shape.people)], name="id")
    skill_names = [f"s{n + 1}" for n in range(shape.skills)]
    return (
        pd.DataFrame(np.where(empty, np.nan, values), index=people, columns=items),
        pd.DataFrame(
            q_matrix.astype(np.int64), index=pd.Index(items, name="item"), columns=skill_names
        ),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for name, default in (("people", 150), ("items", 60), ("skills", 10), ("points", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    for name, share in (("missing", 0.6), ("several", 0.2)):
        parser.add_argument(f"--{name}", type=float, default=share)
    parser.add_argument("--skewed", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options = vars(parser.parse_args(arguments))
    folder, seed = options.pop("folder"), options.pop("seed")
    responses, q_matrix = simulated(Shape(**options), seed)
    folder.mkdir(parents=True, exist_ok=True)
    responses.to_csv(folder / "responses.csv")
    q_matrix.to_csv(folder / "q_matrix.csv")


if __name__ == "__main__":
    main()
