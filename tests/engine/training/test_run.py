"""One training: what it learns from, what it is compared with, what is told of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.interactions import STATES, State
from engine.matching.model import MatchingModel
from engine.training.evaluate import EvaluationOptions
from engine.training.fit import FitOptions
from engine.training.run import TrainingOptions, compared_models, split_day, train
from tests.engine.training.histories import part
from tests.engine.training.trained import OPTIONS, content, data, first, second

COMPLETED, DROPPED = STATES.index(State.COMPLETED), STATES.index(State.DROPPED)


def test_the_split_day_leaves_the_latest_share_out() -> None:
    """By hand: of days 0, 1, …, 10 the last 30 % begin at day 7; a day is never cut in two."""
    table = data().interactions
    eleven = replace(table.select(np.arange(11)), time=np.arange(11.0))
    assert split_day(replace(data(), interactions=eleven), 0.3) == 7.0
    assert split_day(replace(data(), interactions=eleven), 0.25) == 7.0
    day = split_day(data(), 0.3)
    assert 0.3 <= np.mean(table.time >= day) <= 0.33


@pytest.mark.long
def test_another_future_gives_the_same_model_to_the_byte() -> None:
    """What the held-out part says reaches no weight, signal or effect; a training repeats."""
    known = data()
    table, day = known.interactions, split_day(known, OPTIONS.test_share)
    open_then = (table.time >= day) | (table.ended >= day)
    flipped = np.where(table.state == COMPLETED, DROPPED, COMPLETED)
    later = replace(table, state=np.where(open_then, flipped, table.state))
    assert 0.3 < open_then.mean() < 0.7
    again = train(replace(known, interactions=later), "m-1", MatchingModel.prior(), OPTIONS)
    assert content(again.fitted.model) == content(first().fitted.model)
    ours, theirs = (t.evaluation.models[0].outcomes for t in (first(), again))
    assert ours.log_loss.estimate != theirs.log_loss.estimate


def test_rows_learned_from_lie_before_the_split() -> None:
    """Both parts together are the table, and no learned row is of the later one."""
    evaluation, table = first().evaluation, data().interactions
    assert evaluation.day == split_day(data(), OPTIONS.test_share)
    assert evaluation.n_test == np.count_nonzero(table.time >= evaluation.day)
    assert evaluation.n_train + evaluation.n_test == len(table)
    assert first().fitted.table.row.max() < evaluation.n_train


def test_the_model_in_service_and_the_weights_of_the_package_stand_beside() -> None:
    """The candidate first, then what serves, then the prior; which is there once where it serves.

    Both trainings saw the same data, so their relevance is the same on held-out outcomes.
    """
    prior = MatchingModel.prior().version
    assert [m.version for m in first().evaluation.models] == ["m-1", prior]
    assert [m.version for m in second().evaluation.models] == ["m-2", "m-1", prior]
    assert (first().in_service, second().in_service) == (prior, "m-1")
    assert second().evaluation.evaluated["m-1"].digest != ""
    assert second().evaluation.evaluated["m-2"].digest == ""
    new, served, before = second().evaluation.models
    assert (
        new.outcomes.log_loss
        == served.outcomes.log_loss
        == first().evaluation.models[0].outcomes.log_loss
    )
    assert before.outcomes.log_loss == first().evaluation.models[1].outcomes.log_loss
    assert served.plans.to_in_service.estimate == 1.0
    names = [m.version for m in compared_models(MatchingModel.prior(), first().fitted.model)]
    assert names == [prior, "m-1"]


def test_effects_are_estimated_or_left_to_the_policy() -> None:
    """With effects they bear the model's version and were checked; without there are none."""
    model, check = first().fitted.model, first().effects_check
    assert model.effects is not None
    assert model.effects.version == "m-1"
    assert check is not None
    assert second().fitted.model.effects is None
    assert second().effects_check is None


def test_parameters_of_the_lineage_are_the_options() -> None:
    """Every option changes them, in JSON types; how many processes ran does not."""
    usual = TrainingOptions()
    told = usual.parameters()
    assert json.loads(json.dumps(told)) == told
    others = [
        replace(usual, test_share=0.2),
        replace(usual, effects=False),
        *(replace(usual, fit=FitOptions(**{name: 7})) for name in FitOptions.__dataclass_fields__),
        *(
            replace(usual, evaluation=EvaluationOptions(**{name: 7}))
            for name in EvaluationOptions.__dataclass_fields__
        ),
    ]
    same = [o for o in others if o.parameters() == told]
    assert [(o.fit.n_jobs, o.evaluation.n_jobs) for o in same] == [(7, 2), (2, 7)]


def test_too_few_outcomes_are_refused_with_their_number() -> None:
    """Of a handful of people nothing is learned, and the fault says how many outcomes there are."""
    few = part(data(), 8)
    with pytest.raises(InputError) as caught:
        train(few, "m-1", MatchingModel.prior(), OPTIONS)
    (fault,) = caught.value.faults
    assert fault.code == "too_few_outcomes"
    assert 0 < int(str(fault.parameters["n"])) < 50
