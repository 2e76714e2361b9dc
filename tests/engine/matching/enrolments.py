"""Enrolments with a planted order, for tests of what learns from order."""

from __future__ import annotations

import numpy as np

from engine.interactions import Interactions


def in_circles(people: int, activities: int, seed: int, *, circles: int = 6) -> Interactions:
    """No order: everybody has a circle and takes its activities, mostly, in random order."""
    rng = np.random.default_rng(seed)
    circle = rng.integers(circles, size=activities)
    popularity = rng.gamma(2.0, 1.0, activities)
    rows = []
    for person in range(people):
        weight = popularity * np.where(circle == rng.integers(circles), 12.0, 1.0)
        taken = rng.choice(activities, rng.integers(4, 12), replace=False, p=weight / weight.sum())
        rows += [(person, a, i) for i, a in enumerate(taken)]
    return _table(rows, activities, "order")


def in_calendar(
    people: int, activities: int, seed: int, *, days: bool = False, width: float = 0.06
) -> Interactions:
    """A planted calendar: activity j is taken around the time j / activities.

    Everybody begins somewhere and goes on; what is taken next lies a little ahead, by popularity.
    """
    rng = np.random.default_rng(seed)
    popularity = rng.gamma(2.0, 1.0, activities)
    place = (np.arange(activities) + 0.5) / activities
    rows = []
    for person in range(people):
        now = rng.random() * 0.7
        taken: list[int] = []
        for step in range(rng.integers(4, 10)):
            weight = popularity * np.exp(-0.5 * ((place - now) / width) ** 2)
            weight[taken] = 0.0
            chosen = int(rng.choice(activities, p=weight / weight.sum()))
            taken.append(chosen)
            rows.append((person, chosen, 1000 * now if days else step))
            now += rng.exponential(0.05)
    return _table(rows, activities, "days" if days else "order")


def _table(rows: list[tuple[int, int, float]], activities: int, clock: str) -> Interactions:
    return Interactions.from_columns(
        [f"p{p:05}" for p, _, _ in rows],
        [f"a{a:04}" for _, a, _ in rows],
        np.array([t for _, _, t in rows], dtype=float),
        activities=[f"a{i:04}" for i in range(activities)],
        clock=clock,  # type: ignore[arg-type]
    )
