"""From domain values to the problem: wishes, history, funding, transfer, dropped activities."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import (
    Constraints,
    Form,
    Funding,
    HistoryItem,
    Kind,
    Reason,
    Slot,
)
from engine.errors import InputError
from engine.planning.checks import check_route
from engine.planning.compile import compile_problem
from engine.planning.solution import Route
from tests.engine.planning import compile_builders
from tests.engine.planning.compile_builders import (
    AS_OF,
    POLICY,
    Case,
    day,
    demand,
    flat_calendar,
    meeting,
    programme,
    run,
    self_paced,
    seminar,
)

AUDIENCE = (Reason("audience_position", {"position": "teacher"}),)

# ------------------------------------------------------------------------------- pins and bans


def test_ineligible_activity_carries_its_reason():
    """The ranking's first reason is passed on as it is."""
    case = Case([seminar()], [run()], ineligible={"a": AUDIENCE})
    assert case.compile().dropped["a"] == AUDIENCE[0]


@pytest.mark.parametrize("pinned", ["a", "a-1"])
def test_pin_overrides_audience_and_missing_gain(pinned):
    """A pinned activity or offering of another audience and without gains is a candidate."""
    case = Case(
        [seminar()],
        [run()],
        ineligible={"a": AUDIENCE},
        coverage={"a": {}},
        constraints=Constraints(pinned=(pinned,)),
    )
    (pin,) = case.compile().problem.pins
    assert (pin.code, pin.label, pin.candidates) == ("pinned", pinned, (0,))


def test_pin_never_overrides_a_physical_rule():
    """Pinned in busy time: the pin stands without candidates, the reason is told."""
    busy = meeting(0, "15:00", "16:00")
    case = Case(
        [seminar()],
        [run(meetings=(meeting(0, "15:00", "16:30"),))],
        constraints=Constraints(pinned=("a",), busy=(Slot(busy.start, busy.end),)),
    )
    compiled = case.compile()
    assert compiled.problem.pins[0].candidates == ()
    assert compiled.dropped["a"].code == "busy_time"


def test_pin_overrides_form_by_level():
    """A pinned programme for a minimal deficit is a candidate in its pin."""
    minimal = demand(categories=frozenset({"non_formal", "informal"}))
    case = Case([programme()], [run("p", last=55)], demands=[minimal])
    assert case.why("p") == "form_by_level"
    pinned = replace(case, constraints=Constraints(pinned=("p",)))
    assert pinned.compile().problem.pins[0].candidates == (0,)


def test_pinned_offering_binds_its_own_candidates_only():
    """Of two runs of the activity the pin holds the one that was named."""
    case = Case(
        [seminar()],
        [run(offering_id="x"), run(first=7, offering_id="y")],
        constraints=Constraints(pinned=("y",)),
    )
    compiled = case.compile()
    (pin,) = compiled.problem.pins
    assert [compiled.offering_ids[j] for j in pin.candidates] == ["y"]


def test_excluded_stay_as_excluded_candidates():
    """A banned offering is marked, the other run of the activity is not; a ban marks both."""
    offerings = [run(offering_id="x"), run(first=7, offering_id="y")]
    one = Case([seminar()], offerings, constraints=Constraints(excluded=("y",)))
    assert {label: c.excluded for label, c in one.candidates().items()} == {"x": False, "y": True}
    # Matching says so too; the ban alone does not take the candidate away.
    both = replace(
        one,
        constraints=Constraints(excluded=("a",)),
        ineligible={"a": (Reason("excluded"),)},
    )
    assert {label: c.excluded for label, c in both.candidates().items()} == {"x": True, "y": True}


def test_excluded_and_otherwise_ineligible_is_gone():
    """A ban does not bring back what the audience forbids."""
    reasons = (Reason("excluded"), *AUDIENCE)
    case = Case(
        [seminar()], [run()], constraints=Constraints(excluded=("a",)), ineligible={"a": reasons}
    )
    assert case.why() == "audience_position"


def test_unknown_ids_are_faults():
    """Every unknown pinned or excluded id is named with its pointer."""
    case = Case(
        [seminar()], [run()], constraints=Constraints(pinned=("a", "zz"), excluded=("yy", "a-1"))
    )
    with pytest.raises(InputError) as error:
        case.compile()
    assert [(f.code, f.pointer) for f in error.value.faults] == [
        ("unknown_activity", "/constraints/pinned/1"),
        ("unknown_activity", "/constraints/excluded/0"),
    ]


def test_forms_that_are_not_admitted():
    """Only informal learning is admitted: the seminar is out, unless it is pinned."""
    case = Case([seminar()], [run()], constraints=Constraints(forms=(Form.INFORMAL,)))
    assert case.why() == "form_not_admitted"
    pinned = replace(case, constraints=Constraints(forms=(Form.INFORMAL,), pinned=("a",)))
    assert pinned.candidates()


# ------------------------------------------------------------------------------- the policy


def test_required_theme_is_a_pin_over_all_its_activities():
    """Both activities of the theme serve it, even the one that closes no deficit."""
    case = Case(
        [seminar("a", themes=("burnout",)), seminar("b", themes=("burnout",)), seminar("c")],
        [run("a"), run("b"), run("c")],
        coverage={"a": {}},
        policy=replace(POLICY, required_themes=("burnout",)),
    )
    compiled = case.compile()
    (pin,) = compiled.problem.pins
    assert (pin.code, pin.label) == ("required_theme", "burnout")
    assert [compiled.activity_ids[j] for j in pin.candidates] == ["a", "b"]
    assert compiled.unmet_required == {}


def test_required_theme_that_nothing_serves():
    """No activity of the theme, or one that is full: no pin, the reason is reported."""
    policy = replace(POLICY, required_themes=("burnout", "safety"))
    case = Case([seminar(themes=("safety",))], [run(seats_left=0)], policy=policy)
    compiled = case.compile()
    assert compiled.problem.pins == ()
    assert compiled.unmet_required["burnout"].code == "not_in_catalogue"
    assert compiled.unmet_required["safety"].code == "seats"


def test_required_theme_with_several_causes():
    """Two activities of the theme fail for different reasons: both are named."""
    case = Case(
        [seminar("a", themes=("t",)), seminar("b", themes=("t",))],
        [run("a", seats_left=0)],
        policy=replace(POLICY, required_themes=("t",)),
    )
    reason = case.compile().unmet_required["t"]
    assert reason.code == "none_available"
    assert reason.parameters["causes"] == {"a": "seats", "b": "no_run_in_horizon"}


def test_theme_does_not_override_the_audience():
    """An activity of the theme for other people does not serve it."""
    policy = replace(POLICY, required_themes=("t",))
    case = Case([seminar(themes=("t",))], [run()], ineligible={"a": AUDIENCE}, policy=policy)
    assert case.compile().unmet_required["t"].code == "audience_position"


def test_required_activity():
    """A required activity is pinned although it closes nothing; an unknown one is reported."""
    policy = replace(POLICY, required_activities=("a", "gone"))
    case = Case([seminar()], [run()], coverage={"a": {}}, policy=policy)
    compiled = case.compile()
    (pin,) = compiled.problem.pins
    assert (pin.code, pin.label, pin.candidates) == ("required_activity", "a", (0,))
    assert compiled.unmet_required["gone"].code == "not_in_catalogue"


# ------------------------------------------------------------------------------- history


def prerequisite_case(completed: dt.date | None, title: str | None = None, **changes) -> Case:
    """``b`` on days 7 and 21 needs ``a``, which has no run; items count for 100 days."""
    history = []
    if completed is not None:
        history = [HistoryItem(completed, None if title else "a", title)]
    return Case(
        [seminar("a", title="Основы «Умного» урока"), seminar("b", prerequisites=(("a",),))],
        [run("b", 7, offering_id="b7"), run("b", 21, offering_id="b21")],
        history=history,
        policy=replace(POLICY, limits=replace(POLICY.limits, prerequisite_max_age_days=100)),
        **changes,
    )


def test_prerequisite_missing():
    """Neither history nor a run of ``a``: ``b`` falls away and names what it lacks."""
    reason = prerequisite_case(None).compile().dropped["b"]
    assert reason.code == "prerequisite_missing"
    assert reason.parameters == {"prerequisites": [["a"]]}


def test_prerequisite_met_by_history():
    """Completed 30 days before as_of: both runs of ``b`` are free of it."""
    compiled = prerequisite_case(AS_OF.date() - dt.timedelta(30)).compile()
    assert compiled.offering_ids == ("b7", "b21")
    assert compiled.problem.activities[0].prerequisites == ()


def test_prerequisite_met_by_title():
    """The title counts too, whatever its case, quotes and spaces."""
    case = prerequisite_case(AS_OF.date() - dt.timedelta(30), "основы  «умного» УРОКА")
    assert case.compile().offering_ids == ("b7", "b21")


def test_age_of_a_prerequisite_counts_on_the_start():
    """Completed 93 days before day 7: 100 days hold on day 7 (93) and 14, not on day 21 (107)."""
    compiled = prerequisite_case(day(7) - dt.timedelta(93)).compile()
    assert compiled.offering_ids == ("b7",)
    first_day = prerequisite_case(day(7) - dt.timedelta(100)).compile()
    assert first_day.offering_ids == ("b7",)
    exactly = prerequisite_case(day(21) - dt.timedelta(100)).compile()
    assert exactly.offering_ids == ("b7", "b21")
    assert prerequisite_case(day(7) - dt.timedelta(101)).why("b") == "prerequisite_missing"


def test_history_of_the_future_does_not_count():
    """Something completed after as_of is a plan."""
    assert prerequisite_case(AS_OF.date() + dt.timedelta(3)).why("b") == "prerequisite_missing"


def test_prerequisite_in_the_route():
    """With runs of ``a`` and ``c`` the group (a or c) stays, in the problem's own indices."""
    case = Case(
        [seminar("a"), seminar("b", prerequisites=(("a", "c", "gone"),)), seminar("c")],
        [run("a"), run("b", 21), run("c")],
    )
    by_label = {a.label: a for a in case.compile().problem.activities}
    assert by_label["b"].prerequisites == ((0, 2),)


def test_and_of_groups_with_one_met():
    """(a) is met by history, (c) is still to be done."""
    case = Case(
        [seminar("a"), seminar("b", prerequisites=(("a",), ("c",))), seminar("c")],
        [run("b", 21), run("c")],
        history=[HistoryItem(AS_OF.date(), "a")],
    )
    by_label = {a.label: a for a in case.compile().problem.activities}
    assert by_label["b"].prerequisites == ((1,),)


def test_activity_without_gain_is_kept_as_a_prerequisite():
    """``a`` closes nothing, but ``b`` needs it; without ``b`` it goes, and says why."""
    activities = [seminar("a"), seminar("b", prerequisites=(("a",),))]
    case = Case(activities, [run("a"), run("b", 21)], coverage={"a": {}})
    assert set(case.candidates()) == {"a-1", "b-1"}
    alone = replace(case, offerings=[run("a")])
    assert alone.why("a") == "no_gain"
    assert alone.why("b") == "no_run_in_horizon"


def test_missing_prerequisite_spreads():
    """``c`` needs ``b`` needs ``a`` without runs: both fall away."""
    case = Case(
        [
            seminar("a"),
            seminar("b", prerequisites=(("a",),)),
            seminar("c", prerequisites=(("b",),)),
        ],
        [run("b", 7), run("c", 21)],
    )
    assert (case.why("b"), case.why("c")) == ("prerequisite_missing", "prerequisite_missing")


# ------------------------------------------------------------------------------- funding


def paid(price: int, *funding: Funding, **changes) -> Case:
    return Case([seminar(price_rub=price, funding=funding)], [run()], **changes)


def test_free_activity():
    """Price 0 is charged to nobody."""
    (candidate,) = paid(0, Funding.STATE).candidates().values()
    assert (candidate.source, candidate.cost_rub) == (-1, 0)


def test_one_source_keeps_the_plain_label():
    """Only the employer has 2 000 roubles for it: one candidate with the offering's id."""
    case = paid(2_000, Funding.EMPLOYER, Funding.VOUCHER)
    ((label, candidate),) = case.candidates().items()
    problem = case.compile().problem
    assert (label, candidate.cost_rub) == ("a-1", 2_000)
    assert problem.budget_sources[candidate.source] == "employer"
    assert dict(zip(problem.budget_sources, problem.budget_rub, strict=True)) == {
        "state": 5_000,
        "employer": 2_000,
        "voucher": 0,
        "own": 0,
    }


def test_a_candidate_for_each_source_in_order_of_preference():
    """Employer before state, as the activity says."""
    case = paid(1_000, Funding.EMPLOYER, Funding.STATE)
    assert list(case.candidates()) == ["a-1@employer", "a-1@state"]


def test_budget_of_the_request_replaces_the_policys():
    """A voucher of 3 000 stated by the request pays; the state's 5 000 stay as they are."""
    stated = Constraints(budget_by_source={Funding.VOUCHER: 3_000, Funding.EMPLOYER: 0})
    case = paid(2_500, Funding.VOUCHER, Funding.EMPLOYER, Funding.STATE, constraints=stated)
    assert list(case.candidates()) == ["a-1@voucher", "a-1@state"]


def test_no_source_can_pay():
    """5 001 roubles against 5 000 of the state: the reason names both."""
    reason = paid(5_001, Funding.STATE).compile().dropped["a"]
    assert reason.code == "budget"
    assert (reason.parameters["asked_rub"], reason.parameters["limit_rub"]) == (5_001, 5_000)


def test_without_funding_the_educator_pays():
    """An activity that names no source can only be paid by the educator."""
    assert paid(100).why() == "budget"
    own = Constraints(budget_by_source={Funding.OWN: 100})
    assert paid(100, constraints=own).candidates()


def test_price_of_the_offering_goes_first():
    """A free run of a paid activity is free."""
    case = Case([seminar(price_rub=9_999, funding=(Funding.STATE,))], [run(price_rub=0)])
    assert case.candidates()["a-1"].source == -1


# ------------------------------------------------------------------------------- transfer

TRANSFER = replace(POLICY, transfer=replace(POLICY.transfer, weeks=8, coverage_least=0.2))


def practice(activity_id: str, **changes):
    return seminar(activity_id, kind=Kind.INTERNSHIP, **changes)


def transfer_case(nodes, offerings=None, **changes) -> Case:
    return Case(
        [programme("p"), practice("x"), practice("y"), practice("z"), seminar("s")],
        offerings or [run("p", last=27), run("x", 35), run("y", 35), run("z", 35), run("s", 35)],
        policy=changes.pop("policy", TRANSFER),
        node_coverage=nodes,
        **changes,
    )


NODES = {
    "p": [0.3, 0.5, 0.2, 0.0],  # main: 1, then 0
    "x": [0.2, 0.0, 0.0, 0.0],  # covers node 0 enough
    "y": [0.0, 0.19, 0.8, 0.0],  # node 1 not enough, node 2 is not main
    "z": [0.0, 0.2, 0.0, 0.0],  # covers node 1 enough
    "s": [1.0, 0.0, 0.0, 0.0],  # no practice kind
}


def test_practices_of_a_programme():
    """Only x and z cover one of the two main competencies by 0.2 or more."""
    problem = transfer_case(NODES).compile().problem
    labels = [a.label for a in problem.activities]
    by_label = {a.label: a for a in problem.activities}
    assert [labels[i] for i in by_label["p"].practices] == ["x", "z"]
    assert by_label["p"].needs_practice
    assert not by_label["s"].needs_practice
    assert problem.limits.transfer_weeks == 8


def test_programme_without_practice():
    """No practice with a run: the programme is not planned."""
    case = transfer_case(NODES, [run("p", last=27), run("y", 35), run("s", 35)])
    assert case.why("p") == "no_practice"


def test_transfer_switched_off():
    """With 0 weeks nobody needs practice and nobody is dropped for it."""
    case = transfer_case(NODES, [run("p", last=27)], policy=POLICY)
    (activity,) = case.compile().problem.activities
    assert (activity.needs_practice, activity.practices) == (False, ())


def test_practice_without_gain_is_kept_for_its_programme():
    """x closes no demand; it stays while the programme does, and goes with it."""
    coverage = {"x": {}, "y": {}, "z": {}}
    kept = transfer_case(NODES, coverage=coverage).compile()
    assert set(kept.activity_ids) == {"p", "x", "z", "s"}
    assert kept.dropped["y"].code == "no_gain"
    gone = transfer_case(NODES, [run("x", 35), run("s", 35)], coverage=coverage)
    assert gone.why("x") == "no_gain"


def test_demand_coverage_stands_in_for_nodes():
    """Without node coverage the coverage of demands decides: 0.5 on the programme's d1."""
    case = transfer_case(None, coverage={"y": {"d1": 0.1}, "z": {}})
    problem = case.compile().problem
    by_label = {a.label: a for a in problem.activities}
    labels = [a.label for a in problem.activities]
    assert [labels[i] for i in by_label["p"].practices] == ["x"]


# ------------------------------------------------------------------------------- the rest


def test_every_demand_kind_is_labelled_by_its_code():
    """Demands keep the vector's order and codes."""
    codes = ("M1", "development:share", "request:r1")
    case = Case([seminar()], [run()], demands=[demand(code) for code in codes])
    assert tuple(d.label for d in case.compile().problem.demands) == codes


def test_no_demands_and_empty_catalogue():
    """Nothing to close and nothing on offer are problems without candidates, not errors."""
    assert Case([seminar()], [run()], demands=[]).why() == "no_gain"
    assert len(Case([], []).compile().problem.candidates) == 0


def test_facts_go_with_the_candidates():
    """Ids, relevance and funding of each candidate, in the order of activity, start, pace."""
    case = Case(
        [seminar("a"), seminar("b", hours=4.0, price_rub=500, funding=(Funding.STATE,))],
        [run("b", 7), self_paced("a")],
        relevance=0.25,
    )
    compiled = case.compile()
    table = compiled.problem.candidates
    keys = list(zip(table.activity.tolist(), table.start_day.tolist(), strict=True))
    assert keys == sorted(keys)
    last = compiled.facts.of(len(table) - 1)
    assert (last.activity_id, last.offering_id, last.funding) == ("b", "b-1", Funding.STATE)
    assert (last.relevance, last.work_min, last.travel_min, last.pace_min) == (0.25, 180, 0, 0)
    assert len(compiled.facts) == len(table)


def test_ranking_of_another_catalogue_is_a_mistake_of_the_caller(monkeypatch):
    """Ids must be those of the catalogue, in its order."""

    def with_foreign_ranking(**arguments):
        ranking = replace(arguments["ranking"], activity_ids=("other",))
        return compile_problem(**{**arguments, "ranking": ranking})

    monkeypatch.setattr(compile_builders, "compile_problem", with_foreign_ranking)
    with pytest.raises(ValueError, match="not of this catalogue"):
        Case([seminar()], [run()]).compile()


@st.composite
def offerings(draw, number: int):
    """A run of activity ``a<number>``, dated with meetings anywhere, or self-paced."""
    activity_id = f"a{number}"
    if draw(st.booleans()):
        return self_paced(activity_id, seats_left=draw(st.sampled_from([None, 0, 4])))
    first = draw(st.integers(-3, 20))
    last = first + draw(st.integers(0, 20))
    meetings = []
    for at in draw(st.lists(st.integers(first, last), max_size=3)):
        hour, length = draw(st.integers(7, 20)), draw(st.integers(1, 59))
        place = draw(st.sampled_from(["", "Лицей", "Гатчина, ДК"]))
        meetings.append(meeting(at, f"{hour:02}:00", f"{hour:02}:{length:02}", place))
    return run(activity_id, first, last, meetings=tuple(meetings))


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_candidate_alone_breaks_no_rule(data):
    """The checker, which shares no code with the compiler, lets every single candidate stand.

    Only rules between candidates may be left open: here prerequisites.
    """
    numbers = range(data.draw(st.integers(1, 4)))
    busy = meeting(data.draw(st.integers(0, 20)), "10:00", "17:00")
    case = Case(
        [
            seminar(
                f"a{i}",
                hours=data.draw(st.sampled_from([0.5, 2, 6, 16])),
                price_rub=data.draw(st.sampled_from([0, 1_500, 6_000])),
                funding=(Funding.EMPLOYER, Funding.STATE),
                prerequisites=(("a0",),) if i and data.draw(st.booleans()) else (),
            )
            for i in numbers
        ],
        [data.draw(offerings(i)) for i in numbers],
        calendar=flat_calendar(4, data.draw(st.sampled_from(["Europe/Moscow", "Asia/Irkutsk"]))),
        constraints=Constraints(busy=(Slot(busy.start, busy.end),)),
        home="Тихвин",
    )
    problem = case.compile().problem
    for j in range(len(problem.candidates)):
        broken = {v.rule for v in check_route(problem, Route(chosen=(j,))).violations}
        assert broken <= {"prerequisite"}
