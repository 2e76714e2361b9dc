"""Claims about reasons: shares sum to what the route closes, codes name what stands in the way."""

from dataclasses import replace

import pytest

from engine.domain import Demand, DemandKind, NodeProficiency, OfficialLevel, Reason
from engine.planning.checks import check_route
from engine.planning.explain import ClosingFact, closings, step_reasons, unmet_demands
from engine.planning.problem import Limits, Pin, ProblemDemand
from engine.planning.solution import Route
from tests.engine.planning.problems import activity, at, candidate, make_problem


def demand(code="d0", weight=1.0, expected=0.5, interval=(0.1, 0.8), pieces=((1.0, 1.0),)):
    return Demand(
        code=code,
        kind=DemandKind.DEFICIT,
        title=code.upper(),
        nodes=(code,),
        weight=weight,
        expected=expected,
        sd=0.1,
        interval_90=interval,
        pieces=pieces,
    )


def test_later_steps_close_what_earlier_ones_left():
    """Pieces 3 000 at 1.0 and 4 000 at 0.5: two gains of 4 000 close 0.35 and 0.15."""
    problem = make_problem(
        [
            candidate(0, start_day=7, end_day=8, gains=((0, 4_000),)),
            candidate(1, start_day=0, end_day=1, gains=((0, 4_000),)),
        ],
        demands=(ProblemDemand("d0", ((3_000, 1_000), (4_000, 500))),),
    )
    facts = closings(problem, [demand()], (0, 1))
    assert facts[1][0].expected == pytest.approx(0.3 + 0.1 * 0.5)
    assert facts[0][0].expected == pytest.approx(0.3 * 0.5)
    # Quantiles 0.1 and 0.8 of the deficit: the first step reaches 0.4, the second 0.8.
    assert facts[1][0].interval == pytest.approx((0.1, 0.4))
    assert facts[0][0].interval == pytest.approx((0.0, 0.4))


def test_weight_scales_the_value_but_not_the_share_of_the_deficit():
    """A demand of weight 1.5 closes as much of the deficit as one of weight 1."""
    problem = make_problem(
        [candidate(0, gains=((0, 2_000),))], demands=(ProblemDemand("d0", ((5_000, 1_500),)),)
    )
    facts = closings(problem, [demand(weight=1.5)], (0,))
    assert facts[0][0].expected == pytest.approx(0.2)


def test_a_practice_and_a_prerequisite_say_what_they_are_for():
    """The practice names its programme, the prerequisite names what it opens."""
    problem = make_problem(
        [
            candidate(0, start_day=0, end_day=6),
            candidate(1, start_day=10, end_day=10),
            candidate(2, start_day=20, end_day=21),
        ],
        activities=(
            activity(0, needs_practice=True, practices=(1,)),
            activity(1),
            activity(2, prerequisites=((0,),)),
        ),
        limits=Limits(transfer_weeks=8),
        pins=(Pin("required_theme", "burnout", (1,)),),
    )
    titles = {"a0": "Программа", "a1": "Стажировка", "a2": "Курс"}
    of = {j: step_reasons(problem, [demand()], titles, (0, 1, 2), j, (), {}) for j in range(3)}
    assert of[0] == (Reason("prerequisite_for", {"title": "Курс"}),)
    assert of[1] == (
        Reason("required_theme", {"theme": "burnout", "title": "Стажировка"}),
        Reason("practice_for", {"title": "Программа"}),
    )
    assert of[2] == ()


def unmet(problem, demands, covering, dropped, route):
    report = check_route(problem, route)
    return dict(unmet_demands(problem, demands, covering, dropped, route, report))


def test_an_uncovered_demand_has_no_activity():
    """Nothing in the catalogue covers it."""
    found = unmet(make_problem(), [demand()], [[]], {}, Route())
    assert found == {0: Reason("no_activity")}


def test_the_reason_nearest_to_a_route_wins():
    """Of an unfit audience and a full run, the full run is what could change."""
    dropped = {"x": Reason("audience_position"), "y": Reason("seats", {"offerings": 1})}
    found = unmet(make_problem(), [demand()], [["x", "y"]], dropped, Route())
    assert found == {0: Reason("seats", {"offerings": 1})}
    only = unmet(make_problem(), [demand()], [["x"]], dropped, Route())
    assert only == {0: Reason("not_eligible", {"code": "audience_position"})}


def test_a_full_week_is_named():
    """The only candidate does not fit beside what is chosen in its week."""
    problem = make_problem(
        [
            candidate(0, gains=((0, 100),), weekly=((0, 200),)),
            candidate(1, gains=((1, 100),), weekly=((0, 200),)),
        ],
        demands=(ProblemDemand("d0", ((5_000, 1_000),)), ProblemDemand("d1", ((5_000, 1_000),))),
        tempo=300,
    )
    found = unmet(problem, [demand(), demand("d1")], [["a0"], ["a1"]], {}, Route((0,)))
    assert found == {1: Reason("weeks_full")}


def test_steps_and_overlap_are_named():
    """A route at its most steps, and a meeting at the same time."""
    rows = [
        candidate(a, gains=((a, 100),), meetings=((at(0, 10), at(0, 11), -1),)) for a in range(2)
    ]
    demands = (ProblemDemand("d0", ((5_000, 1_000),)), ProblemDemand("d1", ((5_000, 1_000),)))
    overlap = make_problem(rows, demands=demands)
    two = [demand(), demand("d1")]
    assert unmet(overlap, two, [["a0"], ["a1"]], {}, Route((0,))) == {1: Reason("overlap")}
    free = [candidate(a, gains=((a, 100),)) for a in range(2)]
    steps = make_problem(free, demands=demands, limits=Limits(steps_max=1))
    assert unmet(steps, two, [["a0"], ["a1"]], {}, Route((0,))) == {
        1: Reason("steps", {"limit": 1})
    }


def test_a_demand_that_is_partly_closed_or_empty_is_not_unmet():
    """Anything closed, or no deficit expected, is not reported."""
    problem = make_problem([candidate(0, gains=((0, 10),))])
    assert unmet(problem, [demand()], [["a0"]], {}, Route((0,))) == {}
    assert unmet(problem, [demand(expected=0.0)], [["a0"]], {}, Route()) == {}


def test_the_whole_route_is_named_before_a_week():
    """Where the total and a week are full at once, more room in the week would not help."""
    problem = make_problem(
        [
            candidate(0, gains=((0, 100),), weekly=((0, 200),)),
            candidate(1, gains=((1, 100),), weekly=((0, 200),)),
        ],
        demands=(ProblemDemand("d0", ((5_000, 1_000),)), ProblemDemand("d1", ((5_000, 1_000),))),
        tempo=300,
        limits=Limits(workload_max_min=350),
    )
    found = unmet(problem, [demand(), demand("d1")], [["a0"], ["a1"]], {}, Route((0,)))
    assert found == {1: Reason("workload", {"limit_min": 350})}


def test_a_request_is_quoted_in_its_own_words():
    """The reason repeats what was asked, not the framework's name for it."""
    asked = replace(demand("request:r1"), kind=DemandKind.REQUEST, request_ids=("r1",))
    fact = ClosingFact(0, 0.1, (0.1, 0.1))
    problem = make_problem([candidate(0)])
    words = {"r1": "Хочу спокойных уроков"}
    (reason,) = step_reasons(problem, [asked], {"a0": "A"}, (0,), 0, (fact,), words)
    assert reason.parameters["text"] == "Хочу спокойных уроков"


def test_what_would_be_printed_as_nothing_is_no_reason():
    """Closing 0.004 of a deficit is not given as a reason."""
    fact = ClosingFact(0, 0.004, (0.0, 0.0))
    assert step_reasons(make_problem([candidate(0)]), [demand()], {}, (0,), 0, (fact,), {}) == ()


@pytest.mark.parametrize(
    ("score", "tasks", "level", "told"),
    [
        (2.0, 6, OfficialLevel.HIGH, {"n_tasks": 6, "n_tasks_wrong": 4}),
        (3.5, 6, OfficialLevel.HIGH, {}),  # no whole number of tasks
        (2.0, 0, OfficialLevel.HIGH, {}),  # nobody stated the tasks
        (6.0, 6, OfficialLevel.MINIMAL, {"result_share": 1.0}),
        (5.0, 0, OfficialLevel.MINIMAL, {"result_share": 0.8333}),
    ],
)
def test_a_reason_tells_the_own_result_without_contradicting_it(score, tasks, level, told):
    """Tasks not done where they are known and whole; the share where it shows no deficit."""
    known = NodeProficiency("d0", 0.5, 0.1, 6, 1, score / 6, score, 6.0, (), tasks)
    measured = replace(demand(), proficiency=known, official_level=level)
    fact = ClosingFact(0, 0.1, (0.1, 0.1))
    problem = make_problem([candidate(0)])
    (reason,) = step_reasons(problem, [measured], {"a0": "A"}, (0,), 0, (fact,), {})
    assert reason.code == "closes_deficit"
    own = {k: v for k, v in reason.parameters.items() if k.startswith(("n_tasks", "result"))}
    assert own == told
