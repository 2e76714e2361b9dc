"""Worth of news by hand and by trying every plan; the choice among diagnostics."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from engine.domain import Outcomes
from engine.planning.measuring import choose_diagnostic, grouped, nodes_and_tasks
from engine.policy import load_policy
from tests.engine.planning.measuring_cases import N_POINTS, certain, diagnostic, menu, room, told

RULES = load_policy("default").measure_first
TWO = menu(([(0, 0.2)], [(1, 300)]), ([(1, 0.2)], [(1, 300)]))
"""Activity 0 closes 0.2 of demand 0, activity 1 as much of demand 1; each takes week 1's half."""

DOUBT = told((0, (0.5, 0.5), (0.2, 0.0)))
"""Demand 0 is 0.2 or nothing with even odds: 1 000 points are expected of activity 0."""


def worth_of(forecast=DOUBT, second=0.09, where=None, **changes):
    """Points of the news where demand 1 is a certain deficit of this size."""
    demands = [certain(0.1), certain(second)]
    option = diagnostic(**changes)
    found = choose_diagnostic([option], TWO, demands, forecast, where or room(steps=2))
    return 0 if found is None else found.worth


def test_news_that_changes_the_choice():
    """One step is left after measuring. Without news: activity 0 for 1 000 points, for the other
    closes 900. With news: 2 000 or 900 with even odds = 1 450. News is worth 450."""
    assert worth_of() == 450


@pytest.mark.parametrize(("second", "worth"), [(0.0, 0), (0.09, 450), (0.15, 250), (0.2, 0)])
def test_news_by_what_stands_beside_it(second, worth):
    """Beside 0, 900, 1 500 and 2 000 points: E[max] − max E is 1 000 − 1 000, 1 450 − 1 000,
    1 750 − 1 500 and 2 000 − 2 000."""
    assert worth_of(second=second) == worth


@pytest.mark.parametrize("where", [room(steps=3), room(steps=1), room(steps=2, weeks=(600, 0, 0))])
def test_no_news_where_nothing_is_to_be_chosen(where):
    """Room for both activities, for no step after the diagnostic, or no time to learn in."""
    assert worth_of(where=where) == 0


def test_a_certain_deficit_has_no_news():
    """Both outcomes say the same."""
    assert worth_of(told((0, (0.5, 0.5), (0.1, 0.1)))) == 0


def test_news_grows_with_doubt():
    """0.1 ± d with even odds beside 900 points: 5 000·d·2 − … = max(0, (1 000 + 10 000 d + 900)/2
    − 1 000) from d = 0.01 on, at points that the tables tell exactly."""
    found = [worth_of(told((0, (0.5, 0.5), (0.1 + d, 0.1 - d)))) for d in (0.0, 0.1)]
    assert found == [0, 450]
    spread = np.linspace(0.0, 0.1, 6)
    all_ = [worth_of(told((0, (0.5, 0.5), (0.1 + d, 0.1 - d)))) for d in spread]
    assert all_ == sorted(all_)


def test_news_needs_no_price_taken_off():
    """Minutes and step are the solver's to weigh: the worth is that of the news alone."""
    assert worth_of(price=10_000.0) == 450


def test_a_trifle_is_no_step():
    """News for 450 points is a step where at least 450 are asked, not where 451 are."""
    demands = [certain(0.1), certain(0.09)]

    def found(least):
        return choose_diagnostic([diagnostic()], TWO, demands, DOUBT, room(steps=2), least)

    assert found(450).worth == 450
    assert found(451) is None


def test_learning_in_the_same_time_is_told_beside():
    """Two steps without the diagnostic close 1 000 + 900, one after it 1 000: 900 points."""
    demands = [certain(0.1), certain(0.09)]
    found = choose_diagnostic([diagnostic()], TWO, demands, DOUBT, room(steps=2))
    assert found.instead == pytest.approx(900.0)
    assert (found.demands, found.tasks) == ((0,), 6)


def test_the_diagnostic_that_tells_most_for_its_time():
    """Of two that tell the same the cheaper one; one that cannot measure demand 0 tells nothing;
    one that is pinned goes before any other."""
    demands = [certain(0.1), certain(0.09)]

    def chosen(*options):
        found = choose_diagnostic(options, TWO, demands, DOUBT, room(steps=2))
        return None if found is None else found.activity

    plain, dear = diagnostic(7), diagnostic(8, price=100.0)
    blind = diagnostic(9, measures=np.array([False, True]))
    assert chosen(plain, dear) == chosen(dear, plain) == 7
    assert chosen(blind) is None
    assert chosen(blind, dear) == 8
    assert chosen(plain, replace(dear, pinned=True)) == 8


def test_two_demands_measured_together():
    """Each 0.2 or nothing with even odds, one step: without news 1 000, with both told 2 000
    unless both are nothing: 1 500. Alone either tells (2 000 + 1 000) / 2 − 1 000 = 500, so
    together they are worth 500 and not 1 000."""
    both = told((0, (0.5, 0.5), (0.2, 0.0)), (1, (0.5, 0.5), (0.2, 0.0)))
    option = diagnostic(tasks=12, most_nodes=2)
    demands = [certain(0.1), certain(0.1)]
    found = choose_diagnostic([option], TWO, demands, both, room(steps=2))
    assert (sorted(found.demands), found.tasks, found.worth) == ([0, 1], 6, 500)


def test_grouped_outcomes_keep_the_mean_and_tell_less():
    """Ten outcomes in three groups: probabilities add up, worths average, news is not more."""
    rng = np.random.default_rng(5)
    probability = rng.dirichlet(np.ones(10), size=2)
    worth = np.sort(rng.random((2, 10, N_POINTS)), axis=1)
    fine = Outcomes(np.array([0, 1]), probability, worth)
    coarse = grouped(fine, 3)
    assert coarse.probability.shape == (2, 3)
    assert coarse.probability.sum(axis=1) == pytest.approx(np.ones(2))
    for told_ in (fine, coarse):
        mean = np.einsum("my,myg->mg", told_.probability, told_.worth)
        assert mean == pytest.approx(np.einsum("my,myg->mg", probability, worth))
    threshold = worth.mean()
    best = [
        (o.probability[:, :, None] * np.maximum(o.worth, threshold)).sum(1) for o in (fine, coarse)
    ]
    assert (best[1] <= best[0] + 1e-12).all()
    assert grouped(fine, 10) is fine


@pytest.mark.parametrize(
    ("minutes", "measurable", "expected"),
    [
        (45, 9, (12, 2)),  # 45 / 3.5 = 12.9: 12 tasks, 6 on each of two
        (90, 9, (25, 3)),  # four blocks of six, at most three nodes
        (90, 1, (25, 1)),
        (20, 9, (5, 1)),  # less than a block is still one node
        (3, 9, (0, 0)),
        (45, 0, (0, 0)),
    ],
)
def test_tasks_and_nodes_of_a_diagnostic(minutes, measurable, expected):
    """3.5 minutes a task, six tasks a node, at most three nodes."""
    assert nodes_and_tasks(minutes, measurable, RULES) == expected


def test_tasks_that_weigh_half():
    """Twelve tasks of weight 0.5 tell as much as six, of the same two nodes."""
    assert nodes_and_tasks(45, 9, replace(RULES, task_weight=0.5)) == (6, 2)


# ----------------------------------------------------------------- beside every plan there is


def every_plan(columns, where):
    """All sets of runs within the room, as index tuples."""
    n = len(columns.net)
    for chosen in itertools.product((0, 1), repeat=n):
        picked = [j for j in range(n) if chosen[j]]
        weeks = where.weeks.copy()
        for j in picked:
            for e in range(columns.week_ptr[j], columns.week_ptr[j + 1]):
                weeks[columns.week[e]] -= columns.week_min[e]
        if len(picked) <= where.total[1] and (weeks >= 0).all():
            yield picked


def exact_worth(columns, where, certain_sizes, forecast, measured):
    """E[max] − max E over every plan there is, the diagnostic's step and minutes left free."""
    outcomes = forecast.after(1)
    z = []
    for picked in every_plan(columns, where):
        closed = np.zeros(len(certain_sizes))
        for j in picked:
            for e in range(columns.gain_ptr[j], columns.gain_ptr[j + 1]):
                closed[columns.gain_demand[e]] += columns.gain[e]
        z.append(closed)
    closed = np.array(z)
    sizes = np.array(certain_sizes)
    other = np.minimum(closed, sizes).sum(axis=1) - np.minimum(closed, sizes)[:, measured]
    grid = np.linspace(0.0, 1.0, N_POINTS)
    after = [np.interp(closed[:, measured], grid, worth) for worth in outcomes.worth[0]]
    p = outcomes.probability[0]
    with_news = sum(q * (other + now).max() for q, now in zip(p, after, strict=True))
    without = (other + sum(q * now for q, now in zip(p, after, strict=True))).max()
    return 10_000 * (with_news - without)


def random_case(seed):
    """Seven activities of one or two of three demands, three crowded weeks, four steps."""
    rng = np.random.default_rng(seed)
    runs = []
    for _ in range(7):
        demands = rng.choice(3, size=int(rng.integers(1, 3)), replace=False)
        gains = [(int(k), float(rng.choice([0.1, 0.2, 0.3]))) for k in sorted(demands)]
        week = int(rng.integers(0, 3))
        runs.append((gains, [(week, int(rng.integers(60, 240)))]))
    p = float(rng.uniform(0.25, 0.75))
    forecast = told((0, (p, 1 - p), (float(rng.choice([0.5, 0.6])), float(rng.choice([0.0, 0.1])))))
    sizes = [0.3, float(rng.choice([0.2, 0.3])), float(rng.choice([0.2, 0.4]))]
    return menu(*runs), forecast, sizes


def test_the_worth_of_news_beside_every_plan_there_is():
    """40 random menus: never negative, near the worth over all plans, and zero where that is."""
    found, exact = [], []
    for seed in range(40):
        columns, forecast, sizes = random_case(seed)
        option = diagnostic(n_demands=3, minutes=0, weekly=np.zeros((0, 2), dtype=np.int64))
        demands = [certain(size) for size in sizes]
        where = room(steps=4, weeks=(300, 300, 300))
        told_ = choose_diagnostic([option], columns, demands, forecast, where)
        left = room(steps=3, weeks=(300, 300, 300))
        found.append(0 if told_ is None else told_.worth)
        exact.append(exact_worth(columns, left, sizes, forecast, 0))
    found, exact = np.array(found), np.array(exact)
    assert (found >= 0).all()
    assert np.count_nonzero(exact > 50) >= 10, "the cases must have news to tell"
    assert np.corrcoef(found, exact)[0, 1] > 0.85
    assert np.abs(found - exact).mean() < 0.2 * exact.mean()
