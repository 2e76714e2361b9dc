"""Exploration through the whole chain: off by default, and repeatable where it is on."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace

import numpy as np
import pytest

from engine.framework import load_framework
from engine.matching.exploration import exploration_seed
from engine.planning.problem_json import (
    problem_digest,
    read_problem_file,
    replay_options,
    write_problem_file,
)
from engine.planning.solver import solve
from engine.recommendation import to_dict
from engine.recommendation_json import recommendation_from_dict
from engine.recommender import (
    OutdatedRoute,
    Recommender,
    RouteRequest,
    request_from_json,
    request_to_json,
)
from tests.engine.recommender.mini import (
    ACTIVITIES,
    AS_OF,
    MENTORS,
    OFFERINGS,
    ask,
    day,
    educator,
    recommender,
)

EPSILON = 0.9
"""So wide that the whole catalogue is one band and orders differ between people."""


def exploring(epsilon: float = EPSILON, first: int = 3) -> Recommender:
    made = Recommender(
        activities=ACTIVITIES, offerings=OFFERINGS, mentors=MENTORS, framework=load_framework()
    )
    policy = made.policy_of(None)
    drawn = replace(policy.exploration, enabled=True, epsilon=epsilon, first=first)
    made.policies["default"] = replace(policy, exploration=drawn)
    return made


@pytest.fixture(scope="module")
def drawing() -> Recommender:
    return exploring()


def of(person: str) -> RouteRequest:
    return ask(educator=educator(person))


def text(answer: object) -> str:
    return json.dumps(to_dict(answer), ensure_ascii=False)


def test_nothing_is_drawn_unless_the_policy_says_so() -> None:
    """By default the answer knows of no draw and the ranking is that of the matcher."""
    answer = recommender().recommend(ask()).recommendation
    assert answer.exploration is None
    assert recommender().rank(ask())[1].draw is None


def test_the_same_request_gives_the_same_bytes(drawing: Recommender) -> None:
    """Asked twice, and of two recommenders, the drawn answer is the same to the byte."""
    first = text(drawing.recommend(of("E1")).recommendation)
    assert text(drawing.recommend(of("E1")).recommendation) == first
    assert text(exploring().recommend(of("E1")).recommendation) == first


def test_people_and_days_are_drawn_apart(drawing: Recommender) -> None:
    """The head of the list differs between people, and for one person between days."""

    def head(request: RouteRequest) -> tuple[str, ...]:
        entry = drawing.recommend(request).recommendation.exploration
        assert entry is not None
        return tuple(d.activity for d in entry.ranking)

    assert len({head(of(f"E{i}")) for i in range(12)}) > 3
    days = [replace(of("E1"), as_of=AS_OF.replace(day=d)) for d in range(24, 31)]
    assert len({head(request) for request in days}) > 2


def test_the_answer_carries_seed_and_chances(drawing: Recommender) -> None:
    """Seed, ε, model, and for the head and the steps the chance k / m of one band of m."""
    outcome = drawing.recommend(of("E1"))
    answer = outcome.recommendation
    entry = answer.exploration
    ranking = drawing.rank(of("E1"))[1]
    assert entry is not None
    assert answer.route is not None
    assert ranking.draw is not None
    assert (entry.epsilon, entry.first, entry.model) == (EPSILON, 3, answer.provenance.model)
    # 31 August, 9:00 in Moscow is that day in the educator's zone
    assert entry.seed == exploration_seed("E1", entry.model, day(8, 31))
    eligible = len(ACTIVITIES) - len(ranking.ineligible)
    assert [d.propensity for d in entry.ranking] == [pytest.approx(3 / eligible)] * 3
    assert [d.activity for d in entry.steps] == [s.activity for s in answer.route.steps]
    assert {d.propensity for d in entry.steps} == {entry.ranking[0].propensity}
    relevance = dict(zip(ranking.activity_ids, ranking.relevance, strict=True))
    shown = [relevance[d.activity] for d in entry.ranking]
    assert shown == sorted(shown, reverse=True)
    assert all(s.relevance == pytest.approx(relevance[s.activity]) for s in answer.route.steps)
    assert recommendation_from_dict(json.loads(text(answer))).exploration is not None


def test_the_day_is_that_of_the_educators_zone(drawing: Recommender) -> None:
    """One instant, written with two offsets, is one day and one draw."""
    late = AS_OF.replace(hour=23, minute=30)
    utc = late.astimezone(dt.UTC)
    seeds = set()
    for as_of in (late, utc):
        draw = drawing.rank(replace(of("E1"), as_of=as_of))[1].draw
        assert draw is not None
        seeds.add(draw.seed)
    assert len(seeds) == 1


def test_a_kept_drawn_route_is_replayed(drawing: Recommender) -> None:
    """From its problem file alone, and from the request kept with it, the same route comes."""
    outcome = drawing.recommend(of("E1"))
    options = replay_options(outcome.options, outcome.solution)
    problem, read = read_problem_file(write_problem_file(outcome.problem, options))
    assert solve(problem, read).route == outcome.solution.route
    kept = request_from_json(request_to_json(of("E1")))
    digest = problem_digest(outcome.problem)
    explained = drawing.explain(kept, known=outcome.solution, digest=digest)
    assert explained.problem_digest == digest
    with pytest.raises(OutdatedRoute):
        recommender().explain(kept, known=outcome.solution, digest=digest)


def test_a_draw_costs_at_most_epsilon() -> None:
    """No activity is given a relevance further than ε from its own."""
    narrow = exploring(epsilon=0.05)
    for person in ("E1", "E2", "E3"):
        plain = recommender().rank(of(person))[1].relevance
        drawn = narrow.rank(of(person))[1].relevance
        assert np.abs(plain - drawn).max() <= 0.05
        np.testing.assert_array_equal(np.sort(plain), np.sort(drawn))
