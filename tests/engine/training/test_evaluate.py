"""Models beside each other on later data: figures against hand calculation."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.matching.model import MatchingModel
from engine.training.evaluate import EvaluationOptions, evaluate_models
from engine.training.slices import slices_of
from tests.engine.training.trained import OPTIONS, data, first, second

pytestmark = pytest.mark.slow

OWN = OPTIONS.evaluation


def test_people_are_a_seeded_sample_and_slices_are_theirs() -> None:
    """As many as asked for, in order of ids, the same for every model and every training."""
    people = first().evaluation.people
    assert len(people) == OWN.plans
    assert list(people) == sorted(set(people) & data().people.keys())
    assert second().evaluation.people == people
    expected = slices_of((data().people[id] for id in people), data().policy)
    assert first().evaluation.slices.keys() == expected.keys()
    for name, mask in first().evaluation.slices.items():
        np.testing.assert_array_equal(mask, expected[name])
    assert any(m.any() and not m.all() for m in expected.values())


def test_plan_figures_by_hand() -> None:
    """Means, ratio to the model in service and slices follow from what each route closes."""
    evaluation = second().evaluation
    closed = {version: e.closed for version, e in evaluation.evaluated.items()}
    assert all(len(c) == OWN.plans and (c >= 0).all() and c.sum() > 0 for c in closed.values())
    for model in evaluation.models:
        own, plans = closed[model.version], model.plans
        assert plans.closed.estimate == pytest.approx(own.mean())
        ratio = own.mean() / closed["m-1"].mean()
        assert plans.to_in_service.estimate == pytest.approx(ratio)
        assert plans.to_in_service.low <= ratio <= plans.to_in_service.high
        sizes = [len(route) for route in evaluation.routes[model.version]]
        assert plans.steps == pytest.approx(np.mean(sizes))
        for name, mask in evaluation.slices.items():
            part, n = plans.by_slice[name]
            assert n == mask.sum()
            if closed["m-1"][mask].sum() > 0:
                expected = own[mask].mean() / closed["m-1"][mask].mean()
                assert part.estimate == pytest.approx(expected)


def test_routes_keep_within_the_time_that_is_compared() -> None:
    """Routes hold activities of the catalogue, each once, within ``route_min`` clock minutes."""
    minutes = {a.id: 45 * (a.hours_academic or 0) for a in data().activities}
    assert OWN.route_min is not None
    for routes in first().evaluation.routes.values():
        assert any(routes)
        for route in routes:
            assert len(set(route)) == len(route)
            assert sum(minutes[id] for id in route) <= OWN.route_min


def test_what_the_gate_compares() -> None:
    """The same people, outcomes and calibration as in the report; every ranking took some time."""
    for model in first().evaluation.models:
        compared = first().evaluation.evaluated[model.version]
        assert compared.people == first().evaluation.people
        assert compared.calibration_error == model.outcomes.calibration_error
        assert compared.calibration_n == model.outcomes.n
        assert (compared.latency_s > 0).all()
        slow = np.quantile(compared.latency_s, 0.95) * 1_000
        assert model.rank_p95_ms == pytest.approx(slow)


def test_too_few_held_out_outcomes_are_refused() -> None:
    """Nobody judges plans by the outcomes of one last day."""
    last = float(data().interactions.time.max())
    options = EvaluationOptions(plans=2, ranked=0, n_jobs=1)
    with pytest.raises(InputError) as caught:
        evaluate_models(data(), last, [MatchingModel.prior()], options)
    assert [f.code for f in caught.value.faults] == ["too_few_to_judge"]
