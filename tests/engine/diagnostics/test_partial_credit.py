"""Answers right in part are worth as many tasks as their spread shows."""

import datetime as dt

import numpy as np
import pytest
from scipy.special import expit

from engine.diagnostics.item_bank import ItemBank, ItemParameters
from engine.diagnostics.item_response_model import ItemResponseModel
from engine.diagnostics.observations import observations_of
from engine.domain import ItemResponse
from engine.policy import load_policy

Q_MATRIX = np.eye(4)[np.arange(24) % 4]
PERSON_SD, SKILL_SD = 0.9, 0.6


def answers(points, seed):
    """Of 600 people, a quarter missing; an item gives k of ``points`` points."""
    rng = np.random.default_rng(seed)
    skills = PERSON_SD * rng.normal(size=(600, 1)) + SKILL_SD * rng.normal(size=(600, 4))
    chance = expit(skills @ Q_MATRIX.T + rng.normal(0, 0.8, 24))
    found = rng.binomial(points, chance) / points
    return np.where(rng.random(found.shape) < 0.25, np.nan, found)


@pytest.fixture(scope="module")
def four_points():
    return ItemResponseModel(Q_MATRIX).fit(answers(4, 1))


def test_four_independent_points_are_four_tasks(four_points):
    """The worth of an answer is found from the answers alone."""
    assert np.median(four_points.tasks_) == pytest.approx(4, rel=0.06)
    assert ((four_points.tasks_ > 3) & (four_points.tasks_ < 5.3)).all()


def test_differences_between_people_and_skills_are_not_lost(four_points):
    """The sds are those that people were drawn with; as single tasks skills would look alike."""
    assert four_points.person_sd_ == pytest.approx(PERSON_SD, abs=0.1)
    assert four_points.skill_sd_ == pytest.approx(SKILL_SD, abs=0.07)


def test_answers_right_or_wrong_are_one_task_each():
    """Whatever their spread: an answer that is right or wrong cannot be worth more."""
    model = ItemResponseModel(Q_MATRIX, tol=0.3).fit(answers(1, 2))
    np.testing.assert_array_equal(model.tasks_, 1.0)


def test_intervals_of_new_people_cover_their_skills(four_points):
    """90 % intervals of skills hold in 86–94 % of 2000 skills of people never seen before."""
    rng = np.random.default_rng(9)
    skills = four_points.mean_ + PERSON_SD * rng.normal(size=(500, 1))
    skills = skills + SKILL_SD * rng.normal(size=(500, 4))
    odds = skills @ Q_MATRIX.T * four_points.slopes_ + four_points.intercepts_
    found = four_points.posterior(rng.binomial(4, expit(odds)) / 4)
    truth = expit(skills).ravel()
    inside = (found["low"] <= truth) & (truth <= found["high"])
    assert 0.86 <= inside.mean() <= 0.94


def test_the_engine_weighs_an_answer_as_the_bank_says():
    """Three quarters of an answer worth four tasks are three right and one wrong."""
    bank = ItemBank.of([ItemParameters("i", ("n",), 1.2, 0.5, 4.0)])
    answer = ItemResponse("p", dt.date(2026, 5, 1), "i", 0.75, "n")
    (seen,) = observations_of([], [answer], load_policy("default").diagnostics, bank)
    assert (seen.successes, seen.failures) == (3.0, 1.0)
