"""The judge of plans: from held-out outcomes alone, right on the average, fair to slices."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from engine.calendar import effective_conditions
from engine.domain import FloatArray
from engine.effects import ActivityEffects
from engine.errors import InputError
from engine.interactions import STATES, State
from engine.training.fit import benefit_rates
from engine.training.judge import LEAST_ROWS, Judge
from engine.training.table import LabelledTable
from tests.engine.training.histories import history, region, table

pytestmark = pytest.mark.slow

COMPLETED = STATES.index(State.COMPLETED)


@cache
def judge() -> Judge:
    return Judge.fit(region(), table())


def chances(found: Judge, rows: LabelledTable) -> FloatArray:
    data = region()
    at = data.interactions
    chance = np.empty(len(rows))
    for person in np.unique(at.person[rows.row]):
        own = np.flatnonzero(at.person[rows.row] == person)
        activities = [data.activities[i] for i in at.activity[rows.row[own]]]
        request = data.people[at.people[person]]
        chance[own] = found.chance(request, data.policy, activities, rows.X[own])
    return chance


def taken_up(rows: LabelledTable) -> LabelledTable:
    state = region().interactions.state[rows.row]
    ended = np.isin(state, [COMPLETED, STATES.index(State.DROPPED)])
    return rows.select(np.flatnonzero(ended))


def test_on_the_average_it_says_what_came() -> None:
    """Mean chance over what was taken up = share completed · share who benefit, within 0.02."""
    rows = taken_up(table())
    completed = region().interactions.state[rows.row] == COMPLETED
    benefit = np.average(rows.label[completed])
    assert chances(judge(), rows).mean() == pytest.approx(completed.mean() * benefit, abs=0.02)


def test_it_knows_something_of_the_truth() -> None:
    """Its chances go with the true ones over the whole catalogue of people, beyond their mean."""
    world, rows = history(), taken_up(table())
    at = region().interactions
    true = world.truth.chance(at.person[rows.row], at.activity[rows.row], world.season[rows.row])
    assert np.corrcoef(chances(judge(), rows), true)[0, 1] > 0.35


def test_only_the_rows_given_and_only_what_was_taken_up_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Refusals, consents and rows of others, turned round at will, change nothing."""
    monkeypatch.setattr("engine.training.judge.TREES", 20)
    data, known = region(), table()
    held_out = known.select(np.arange(0, len(known), 2))
    state = data.interactions.state
    before = ~np.isin(state, [COMPLETED, STATES.index(State.DROPPED)])
    others = np.setdiff1d(np.arange(len(state)), held_out.row)
    turned = state.copy()
    turned[others] = STATES.index(State.REJECTED)
    another = replace(data, interactions=replace(data.interactions, state=turned))
    opinion = before[held_out.row]
    label = np.where(opinion, 1 - held_out.label, held_out.label)
    one = Judge.fit(data, held_out)
    two = Judge.fit(another, replace(held_out, label=label))
    assert one.n == two.n == np.count_nonzero(~opinion)
    np.testing.assert_array_equal(chances(one, held_out), chances(two, held_out))


def test_completion_is_learned_and_benefit_goes_by_kind() -> None:
    """Labels of completions alter only the share who benefit; twice the share, twice the chance."""
    data, known = region(), table()
    completed = data.interactions.state[known.row] == COMPLETED
    half = replace(known, label=np.where(completed, known.label / 2, known.label))
    rows = taken_up(known).select(np.arange(60))
    np.testing.assert_allclose(
        chances(Judge.fit(data, half), rows), chances(judge(), rows) / 2, rtol=1e-9
    )
    assert judge().benefit == benefit_rates(data, known)


def test_redrawn_judges_differ_as_judges_of_other_people_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Redrawn ones repeat, scatter about the judge, and more the fewer outcomes there are."""
    monkeypatch.setattr("engine.training.judge.TREES", 40)  # thirteen judges of six fits each
    data, known = region(), table()
    own = Judge.fit(data, known)
    rows = taken_up(known).select(np.arange(60))
    effects = ActivityEffects()
    many = Judge.redrawn(data, known, effects, 5, seed=1)
    again = Judge.redrawn(data, known, effects, 2, seed=1)
    opinion = np.array([chances(j, rows) for j in many])
    np.testing.assert_array_equal(opinion[:2], [chances(j, rows) for j in again])
    assert abs(opinion.mean(axis=0) - chances(own, rows)).mean() < opinion.std(axis=0).mean()
    few = known.select(np.flatnonzero(data.interactions.person[known.row] % 4 == 0))
    scattered = np.array([chances(j, rows) for j in Judge.redrawn(data, few, effects, 5, seed=1)])
    assert scattered.std(axis=0).mean() > opinion.std(axis=0).mean()


def test_an_effect_of_who_the_educator_is_is_found() -> None:
    """Where the rural complete one of five and the others four of five, the judge tells them so."""
    data, known = region(), table()
    at = data.interactions
    rural = np.array(
        [bool(effective_conditions(data.people[id].educator).rural) for id in at.people]
    )
    rng = np.random.default_rng(0)
    done = rng.random(len(known)) < np.where(rural[at.person[known.row]], 0.2, 0.8)
    state = at.state.copy()
    state[known.row] = np.where(done, COMPLETED, STATES.index(State.DROPPED))
    planted = replace(data, interactions=replace(at, state=state))
    rows = replace(known, label=done.astype(np.float64))
    found = chances(Judge.fit(planted, rows), rows)
    of_rural = rural[at.person[known.row]]
    assert found[of_rural].mean() == pytest.approx(0.2, abs=0.08)
    assert found[~of_rural].mean() == pytest.approx(0.8, abs=0.08)


def test_a_single_dropout_is_enough_to_be_fitted() -> None:
    """A fold whose others all completed is judged by all; nothing breaks."""
    data, known = region(), table()
    done = taken_up(known)
    at = data.interactions
    state = at.state.copy()
    state[done.row] = COMPLETED
    state[done.row[0]] = STATES.index(State.DROPPED)
    planted = replace(data, interactions=replace(at, state=state))
    label = np.ones(len(done))
    label[0] = 0.0
    found = Judge.fit(planted, replace(done, label=label))
    assert (chances(found, done.select(np.arange(20))) > 0.8).all()


def test_too_few_outcomes_are_refused() -> None:
    """Below two hundred outcomes of what was taken up, or all alike, nothing is judged."""
    data, done = region(), taken_up(table())
    completed = data.interactions.state[done.row] == COMPLETED
    for few in (
        done.select(np.arange(LEAST_ROWS - 1)),
        done.select(np.flatnonzero(completed)),
    ):
        with pytest.raises(InputError) as caught:
            Judge.fit(data, few)
        assert [f.code for f in caught.value.faults] == ["too_few_to_judge"]


def test_nothing_to_judge_is_no_chance() -> None:
    """An empty route has no chances."""
    person = next(iter(region().people.values()))
    assert judge().chance(person, region().policy, [], table().X[:0]).shape == (0,)
