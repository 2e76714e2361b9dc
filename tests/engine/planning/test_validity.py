"""What ``validate_problem`` refuses: each fault by its code and place."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from engine.planning.checks import validate_problem
from engine.planning.problem import (
    CheckpointOffer,
    CheckpointRules,
    FormLimit,
    Limits,
    MentorRules,
    Pin,
    ProblemActivity,
    ProblemDemand,
    ProblemMentor,
    Ragged,
    RouteProblem,
)
from engine.planning.validity import FAULTS_PER_CHECK
from tests.engine.planning.problems import activity, at, candidate, make_problem


def faults(problem: RouteProblem) -> list[tuple[str, str]]:
    return [(fault.code, fault.pointer) for fault in validate_problem(problem)]


def full_problem(**overrides: Any) -> RouteProblem:
    """Two candidates with everything that a problem may have, without a fault."""
    runs = [
        candidate(
            0,
            0,
            13,
            gains=((0, 10),),
            weekly=((0, 60), (1, 60)),
            meetings=((at(1, 9), at(1, 10), 0),),
            source=0,
            cost_rub=5,
        ),
        candidate(1, 20, 20, gains=((0, 5), (1, 10))),
    ]
    fields: dict[str, Any] = {
        "busy": [(0, 60)],
        "demands": (ProblemDemand("d0", ((9, 9), (9, 9), (9, 5))), ProblemDemand("d1", ())),
        "budget_sources": ("own",),
        "budget_rub": (100,),
        "form_mix": (FormLimit(0, most_steps=5),),
        "pins": (Pin("pinned", "p", (0, 1)),),
        "mentor": MentorRules(options=(ProblemMentor("m", 1, 1, 1, ((at(3, 9), at(3, 10), -1),)),)),
        "checkpoints": CheckpointRules(offers=(CheckpointOffer("c", 55, 30),)),
    }
    return make_problem(runs, **{**fields, **overrides})


def with_columns(**columns: Any) -> RouteProblem:
    problem = full_problem()
    return dataclasses.replace(
        problem, candidates=dataclasses.replace(problem.candidates, **columns)
    )


def test_a_full_problem_has_no_fault() -> None:
    """Edges that are allowed: equal slopes, a demand without pieces, the last day."""
    assert faults(full_problem()) == []


BAD_FIELDS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"first_day": "2026-09-08"}, ("not_a_monday", "/first_day")),
    ({"first_day": "20260907"}, ("not_a_monday", "/first_day")),
    ({"first_day": "soon"}, ("not_a_monday", "/first_day")),
    ({"tempo": [-1] + [0] * 7}, ("out_of_range", "/tempo_min/0")),
    ({"tempo": [10**9 + 1] + [0] * 7}, ("number_too_large", "/tempo_min/0")),
    ({"open_min": -1}, ("out_of_range", "/day_open_min/0")),
    ({"close_min": 1_441}, ("out_of_range", "/day_close_min/0")),
    ({"open_min": 700, "close_min": 600}, ("closes_before_opening", "/day_close_min/0")),
    ({"busy": [(5, 5)]}, ("bad_span", "/busy/0")),
    ({"busy": [(0, 9), (0, 8 * 7 * 1440 + 1)]}, ("bad_span", "/busy/1")),
    (
        {"demands": (ProblemDemand("a", ((9, 5), (9, 6))), ProblemDemand("b", ()))},
        ("rising_slope", "/demands/0/pieces/1/1"),
    ),
    (
        {"demands": (ProblemDemand("a", ((0, 5),)), ProblemDemand("b", ()))},
        ("out_of_range", "/demands/0/pieces/0/0"),
    ),
    (
        {"demands": (ProblemDemand("a", ((5, 0),)), ProblemDemand("b", ()))},
        ("out_of_range", "/demands/0/pieces/0/1"),
    ),
    (
        {"demands": (ProblemDemand("a", ((10**9, 10**9),)), ProblemDemand("b", ()))},
        ("value_too_large", "/demands"),
    ),
    (
        {"demands": (ProblemDemand("a", (), 16), ProblemDemand("b", ()))},
        ("out_of_range", "/demands/0/categories"),
    ),
    (
        {"demands": (ProblemDemand("a", ()), ProblemDemand("a", ()))},
        ("repeated_label", "/demands/1/label"),
    ),
    (
        {"activities": (activity(0, 4), activity(1))},
        ("out_of_range", "/activities/0/category"),
    ),
    (
        {"activities": (activity(0, prerequisites=((1, 2),)), activity(1))},
        ("index_out_of_range", "/activities/0/prerequisites/0/1"),
    ),
    (
        {"activities": (activity(0), activity(1, practices=(-1,)))},
        ("index_out_of_range", "/activities/1/practices/0"),
    ),
    (
        {"activities": (ProblemActivity("x", 0), ProblemActivity("x", 0))},
        ("repeated_label", "/activities/1/label"),
    ),
    ({"activities": (activity(0),)}, ("index_out_of_range", "/candidates/activity/1")),
    ({"limits": Limits(steps_max=-2)}, ("out_of_range", "/limits/steps_max")),
    ({"limits": Limits(travel_buffer_min=-1)}, ("out_of_range", "/limits/travel_buffer_min")),
    ({"limits": Limits(transfer_weeks=-1)}, ("out_of_range", "/limits/transfer_weeks")),
    ({"budget_rub": (-1,)}, ("out_of_range", "/budget_rub/0")),
    ({"budget_rub": (1, 1)}, ("wrong_shape", "/budget_rub")),
    ({"form_mix": (FormLimit(3),)}, ("out_of_range", "/form_mix/0/form")),
    ({"form_mix": (FormLimit(0, most_min=-2),)}, ("out_of_range", "/form_mix/0/most_min")),
    ({"pins": (Pin("pinned", "p", (0, 2)),)}, ("index_out_of_range", "/pins/0/candidates/1")),
    ({"pins": (Pin("whim", "p", (0,)),)}, ("unknown_pin_code", "/pins/0/code")),
    ({"mentor": MentorRules(cadence_weeks=0)}, ("out_of_range", "/mentor/cadence_weeks")),
    (
        {"mentor": MentorRules(options=(ProblemMentor("m", 0, 0, -1, ()),))},
        ("out_of_range", "/mentor/options/0/capacity"),
    ),
    (
        {"mentor": MentorRules(options=(ProblemMentor("m", 0, 0, 1, ((9, 9, 0),)),))},
        ("bad_span", "/mentor/options/0/slots/0"),
    ),
    (
        {"mentor": MentorRules(options=(ProblemMentor("m", 0, 0, 1, ((8, 9, -2),)),))},
        ("out_of_range", "/mentor/options/0/slots/0/2"),
    ),
    (
        {"checkpoints": CheckpointRules(offers=(CheckpointOffer("c", 56, 30),))},
        ("out_of_range", "/checkpoints/offers/0/day"),
    ),
    (
        {"checkpoints": CheckpointRules(offers=(CheckpointOffer("c", 5, 0),))},
        ("out_of_range", "/checkpoints/offers/0/duration_min"),
    ),
    ({"day_open_min": np.zeros(3, np.int64)}, ("wrong_shape", "/day_open_min")),
    ({"holiday_week": np.zeros(3, np.bool_)}, ("wrong_shape", "/holiday_week")),
]


@pytest.mark.parametrize(("overrides", "expected"), BAD_FIELDS)
def test_each_bad_field_is_named(overrides: dict[str, Any], expected: tuple[str, str]) -> None:
    """A single mistake gives exactly this fault first."""
    assert faults(full_problem(**overrides))[0] == expected


def column(*values: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(values, np.int64)


BAD_COLUMNS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"label": ("x", "x")}, ("repeated_label", "/candidates/label/1")),
    ({"activity": column(0)}, ("wrong_shape", "/candidates/activity")),
    ({"start_day": column(-1, 20)}, ("out_of_range", "/candidates/start_day/0")),
    ({"end_day": column(13, 56)}, ("out_of_range", "/candidates/end_day/1")),
    ({"end_day": column(13, 19)}, ("ends_before_start", "/candidates/end_day/1")),
    ({"bonus_mpt": column(0, -5)}, ("out_of_range", "/candidates/bonus_mpt/1")),
    ({"seats": column(-2, 1)}, ("out_of_range", "/candidates/seats/0")),
    ({"source": column(1, -1)}, ("out_of_range", "/candidates/source/0")),
    ({"source": column(-1, -1)}, ("cost_without_source", "/candidates/cost_rub/0")),
    (
        {"gains": Ragged.of([[(0, 10)], [(2, 1)]], 2)},
        ("index_out_of_range", "/candidates/gains/demand/1"),
    ),
    (
        {"gains": Ragged.of([[(0, 0)], []], 2)},
        ("out_of_range", "/candidates/gains/gain_units/0"),
    ),
    (
        {"gains": Ragged.of([[(1, 1), (0, 1)], []], 2)},
        ("not_ascending", "/candidates/gains/demand/1"),
    ),
    (
        {"gains": Ragged(column(0, 2, 1), column(0, 1).reshape(1, 2))},
        ("broken_rows", "/candidates/gains/indptr"),
    ),
    (
        {"weekly": Ragged.of([[(8, 10)], []], 2)},
        ("index_out_of_range", "/candidates/weekly/week/0"),
    ),
    (
        {"weekly": Ragged.of([[(0, 0)], []], 2)},
        ("out_of_range", "/candidates/weekly/minutes/0"),
    ),
    (
        {"weekly": Ragged.of([[(0, 1), (0, 1)], []], 2)},
        ("not_ascending", "/candidates/weekly/week/1"),
    ),
    ({"weekly": Ragged.of([[(2, 9)], []], 2)}, ("outside_run", "/candidates/weekly/week/0")),
    (
        {"meetings": Ragged.of([[], [(at(21, 9), at(21, 10), 0)]], 3)},
        ("outside_run", "/candidates/meetings/start_min/0"),
    ),
    (
        {"meetings": Ragged.of([[(600, 600, 0)], []], 3)},
        ("bad_span", "/candidates/meetings/start_min/0"),
    ),
    (
        {"meetings": Ragged.of([[(600, 660, -2)], []], 3)},
        ("out_of_range", "/candidates/meetings/place/0"),
    ),
]


@pytest.mark.parametrize(("columns", "expected"), BAD_COLUMNS)
def test_each_bad_column_is_named(columns: dict[str, Any], expected: tuple[str, str]) -> None:
    """A single mistake in the table of candidates gives exactly this fault first."""
    assert faults(with_columns(**columns))[0] == expected


def test_rows_that_follow_each_other_are_not_one_row() -> None:
    """Demand 1 of candidate 0 and then demand 0 of candidate 1 is in order."""
    assert faults(with_columns(gains=Ragged.of([[(1, 1)], [(0, 1)]], 2))) == []


def test_an_empty_horizon_is_a_fault_and_an_empty_catalogue_is_none() -> None:
    """Without weeks nothing can be planned; without candidates the empty route can."""
    assert faults(make_problem([], n_weeks=0))[0] == ("empty_horizon", "/tempo_min")
    assert faults(make_problem([])) == []


def test_many_faults_of_one_kind_are_cut_short() -> None:
    """Of 200 bad prices the first 50 are listed, and one fault says that there are more."""
    runs = [candidate(a, price_mpt=-1) for a in range(200)]
    found = faults(make_problem(runs))
    assert len(found) == FAULTS_PER_CHECK + 1
    assert found[-1] == ("more_faults", "/candidates/price_mpt")
