"""What an answer says of a drawn order: the seed, and the chances that outcomes are weighed by."""

from __future__ import annotations

from collections.abc import Iterable

from engine.domain import FloatArray, Ranking
from engine.recommendation import DrawnActivity, ExplorationEntry, RouteEntry


def exploration_entry(
    ranking: Ranking, route: RouteEntry | None, first: int | None = None
) -> ExplorationEntry | None:
    """Seed and chances of a drawn ranking; ``None`` where the order was not drawn.

    Parameters
    ----------
    first
        Length of the head that the chances refer to; ``None`` = the policy's.
    """
    draw = ranking.draw
    if draw is None:
        return None
    first = draw.first if first is None else first
    chance = draw.propensity(first)
    ids = ranking.activity_ids
    index = {id: i for i, id in enumerate(ids)}
    # A step that has begun may be of an activity that the catalogue has lost.
    steps = [index[s.activity] for s in route.steps if s.activity in index] if route else []
    return ExplorationEntry(
        seed=draw.seed,
        epsilon=draw.epsilon,
        model=ranking.model_version,
        first=first,
        ranking=_drawn(ids, chance, draw.head(first).tolist()),
        steps=_drawn(ids, chance, steps),
    )


def _drawn(
    ids: tuple[str, ...], chance: FloatArray, indices: Iterable[int]
) -> tuple[DrawnActivity, ...]:
    return tuple(DrawnActivity(ids[i], chance.item(i)) for i in indices)
