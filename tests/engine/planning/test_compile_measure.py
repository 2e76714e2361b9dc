"""Diagnostics as a first step: which are candidates, when, and with which bonus."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.domain import Constraints, Kind, Reason
from engine.planning.compile_frame import compile_frame
from engine.planning.compile_measure import MeasureFirst
from engine.planning.compile_menu import room_of
from engine.planning.compile_rules import compile_limits
from engine.planning.measuring import Measuring
from engine.planning.problem_json import problem_digest
from engine.policy import PolicyProfile
from tests.engine.planning.compile_builders import (
    AS_OF,
    POLICY,
    TEACHER,
    Case,
    day,
    demand,
    flat_calendar,
    programme,
    run,
    self_paced,
    seminar,
    with_limits,
)
from tests.engine.planning.measuring_cases import told

DOUBT = told((0, (0.5, 0.5), (0.4, 0.0)))
"""Demand 0 is 0.4 or nothing with even odds."""

FORECAST = MeasureFirst(DOUBT)
LEARNING = [programme("a"), programme("b")]
RUNS = [run("a", 28, 55), run("b", 28, 55)]
COVERAGE = {"a": {"d1": 0.8}, "b": {"d2": 0.8}}
DEMANDS = [demand("d1", pieces=((0.4, 0.5),)), demand("d2", pieces=((0.15, 1.0),))]


def diagnostic(activity_id: str = "x", hours: float | None = 1.0, **changes):
    return seminar(activity_id, hours, kind=Kind.DIAGNOSTIC, **changes)


def rules(steps: int = 2, **changes) -> PolicyProfile:
    policy = with_limits(steps_max=steps)
    return replace(policy, measure_first=replace(policy.measure_first, **changes))


def case(*diagnostics, runs=(), **changes) -> Case:
    """Two programmes of 720 minutes that fill the same weeks, each for a demand of its own."""
    return Case(
        **{
            "activities": [*LEARNING, *diagnostics],
            "offerings": [*RUNS, *runs],
            "demands": DEMANDS,
            "coverage": COVERAGE | {d.id: {} for d in diagnostics},
            "policy": rules(),
            "measure": FORECAST,
            **changes,
        }
    )


ONE = case(diagnostic(), runs=[self_paced("x")])

GAIN = round(0.5 * (1 - np.exp(-0.8 * 12 / 12)), 4)
"""720 minutes are 12 hours: what each programme closes, 0.2753 of a whole deficit."""


def test_the_news_is_a_bonus_with_a_name():
    """One programme has room. A alone: 0.5 · 2 753 = 1 377 points, b alone 1 500. With the news
    2 753 or 1 500 with even odds: 2 127. The news is worth 627, told in its part of the bonus.
    Tables have points at tenths, so 0.2753 stands on a line that is straight there."""
    compiled = ONE.compile()
    expected = round((10_000 * GAIN + 1_500) / 2 - 1_500)
    assert compiled.measuring.worth == expected
    own = [j for j, a in enumerate(compiled.activity_ids) if a == "x"]
    assert {compiled.facts.of(j).bonus_mpt["information"] for j in own} == {1_000 * expected}
    table = compiled.problem.candidates
    for j in own:
        assert table.record(j).bonus_mpt == 1_000 * expected
        assert table.record(j).gains == ()
    others = [j for j, a in enumerate(compiled.activity_ids) if a != "x"]
    assert all(compiled.facts.of(j).bonus_mpt["information"] == 0 for j in others)


def test_it_starts_and_ends_in_the_first_weeks():
    """Two weeks: Mondays 0 and 7; of a horizon that starts in week 3 those are days 21 and 28."""
    starts = {c.start_day for label, c in ONE.candidates().items() if label.startswith("x")}
    assert starts == {0, 7}
    later = replace(ONE, constraints=Constraints(horizon_start=day(21)))
    starts = {c.start_day for label, c in later.candidates().items() if label.startswith("x")}
    assert starts == {21, 28}
    one = replace(ONE, policy=rules(within_weeks=1))
    starts = {c.start_day for label, c in one.candidates().items() if label.startswith("x")}
    assert starts == {0}


def test_a_run_that_ends_later_tells_too_late():
    """A dated sitting on day 13 is in the second week, one on day 14 in the third."""
    for at, code in ((13, None), (14, "checkpoint_only")):
        dated = case(diagnostic(), runs=[run("x", at)]).compile()
        assert ("x" in dated.activity_ids) is (code is None)
        assert code is None or dated.dropped["x"].code == code


def test_without_the_rule_diagnostics_are_checkpoints_only():
    """As the caller says: without a forecast's record nothing changes."""
    assert replace(ONE, measure=None).why("x") == "checkpoint_only"


def test_a_catalogue_without_diagnostics_is_compiled_as_before():
    """The same problem to the last integer, with the rule and without."""
    plain = case()
    with_rule, without = plain.compile(), replace(plain, measure=None).compile()
    assert with_rule.measuring is None
    assert problem_digest(with_rule.problem) == problem_digest(without.problem)


def test_why_a_diagnostic_is_no_step():
    """Nothing was measured; its nodes were not; there is room for both programmes anyway."""
    assert replace(ONE, measure=MeasureFirst(None)).why("x") == "nothing_to_measure"
    elsewhere = case(diagnostic(coverage={"N9": 0.5}), runs=[self_paced("x")])
    assert elsewhere.why("x") == "nothing_to_measure"
    room_for_both = replace(ONE, offerings=[RUNS[0], run("b", 0, 27), self_paced("x")])
    assert replace(room_for_both, policy=rules(steps=3)).why("x") == "no_information"


def test_stated_nodes_say_what_it_measures():
    """One that covers the measured demand's node tells; one that covers the other's does not."""
    for code, codes in (("d1", None), ("d2", "nothing_to_measure")):
        x = diagnostic(coverage={code: 0.5})
        found = case(x, runs=[self_paced("x")], coverage=COVERAGE | {"x": {code: 0.5}}).compile()
        assert ("x" in found.activity_ids) is (codes is None)


def test_one_of_several_is_kept():
    """Both measure the same; of the shorter and the longer, the shorter costs less time."""
    policy = replace(rules(), value=replace(POLICY.value, price_hour=8.0))
    both = case(
        diagnostic("x", 2.0),
        diagnostic("y", 1.0),
        runs=[self_paced("x"), self_paced("y")],
        policy=policy,
    )
    compiled = both.compile()
    assert "y" in compiled.activity_ids
    assert compiled.dropped["x"].code == "less_information"
    pinned = replace(both, constraints=Constraints(pinned=("x",))).compile()
    assert set(pinned.activity_ids) == {"a", "b", "x"}
    assert pinned.dropped["y"].code == "less_information"
    (pin,) = pinned.problem.pins
    assert pin.candidates


def test_a_pin_needs_no_news():
    """A diagnostic pinned by name is a candidate, without a bonus where it tells nothing."""
    pinned = replace(ONE, measure=MeasureFirst(None), constraints=Constraints(pinned=("x",)))
    compiled = pinned.compile()
    (pin,) = compiled.problem.pins
    assert pin.candidates
    assert {compiled.problem.candidates.record(j).bonus_mpt for j in pin.candidates} == {0}


def test_a_ban_and_an_audience_hold():
    """Excluded, or not for this educator: no step, and the reason says which."""
    assert replace(ONE, constraints=Constraints(excluded=("x",))).why("x") == "excluded"
    banned = replace(ONE, constraints=Constraints(excluded=("x-sp",)))
    assert "x" not in banned.compile().activity_ids
    other = replace(ONE, ineligible={"x": (Reason("audience_position"),)})
    assert other.why("x") == "checkpoint_only"
    again = replace(ONE, ineligible={"x": (Reason("already_completed"),)})
    assert "x" in again.compile().activity_ids


def test_unknown_length_is_the_policys():
    """90 minutes hold 25 tasks; the demand that was measured gets them all."""
    compiled = case(diagnostic(hours=None), runs=[self_paced("x")]).compile()
    assert compiled.measuring.tasks == 25
    loads = {
        sum(m for _, m in compiled.problem.candidates.record(j).weekly)
        for j, a in enumerate(compiled.activity_ids)
        if a == "x"
    }
    assert loads == {90}


def test_one_sitting_is_not_a_checkpoint_too():
    """Offers of the first two weeks go to the first step, later ones stay checkpoints."""
    policy = rules()
    policy = replace(policy, checkpoints=replace(policy.checkpoints, final=True))
    both = replace(ONE, policy=policy)
    offers = both.compile().problem.checkpoints.offers
    assert min(offer.day for offer in offers) == 16
    off = replace(both, measure=None).compile().problem.checkpoints.offers
    assert min(offer.day for offer in off) == 2


def test_a_changed_question_weighs_the_same_news():
    """What an earlier compile found stands, whatever the tempo has become."""
    first = ONE.compile().measuring
    slower = replace(
        ONE, measure=MeasureFirst(None, first), constraints=Constraints(tempo_by_week={day(0): 90})
    ).compile()
    assert slower.measuring == first
    own = [j for j, a in enumerate(slower.activity_ids) if a == "x"]
    assert {slower.problem.candidates.record(j).bonus_mpt for j in own} == {1_000 * first.worth}
    gone = replace(ONE, measure=MeasureFirst(None, Measuring(0, (), 1, 5, 0.0)))
    assert gone.compile().dropped["x"].code == "nothing_to_measure"


@pytest.mark.parametrize(("weeks", "worth_something"), [(0, True), (4, False)])
def test_programmes_without_practice_are_not_planned_with(weeks, worth_something):
    """Where practice must follow and none is there, no programme can be chosen by the news."""
    policy = rules()
    policy = replace(policy, transfer=replace(policy.transfer, weeks=weeks))
    compiled = replace(ONE, policy=policy).compile()
    assert (compiled.measuring is not None) is worth_something


def test_practice_that_must_follow_takes_its_step():
    """Programme a is followed by a master class, b by none: three steps hold the diagnostic, a
    and its practice, two do not."""
    practice = seminar("m", 1.0, kind=Kind.MASTER_CLASS)
    policy = rules(steps=3)
    policy = replace(policy, transfer=replace(policy.transfer, weeks=4, coverage_least=0.2))
    followed = case(
        diagnostic(),
        practice,
        runs=[self_paced("x"), run("m", 62)],
        coverage=COVERAGE | {"x": {}, "m": {}},
        node_coverage={"a": (0.8, 0.0), "b": (0.0, 0.8), "m": (1.0, 0.0), "x": (0.0, 0.0)},
        policy=policy,
        calendar=flat_calendar(12),
    )
    doubtful = replace(
        followed, policy=replace(policy, value=replace(POLICY.value, price_hour=60.0))
    )
    # 12 h of a at 60 points an hour: 720 against 1 377 expected points, worth it or not by news
    assert doubtful.compile().measuring is not None
    fewer = replace(doubtful.policy.limits, steps_max=2)
    short = replace(doubtful, policy=replace(doubtful.policy, limits=fewer))
    assert short.compile().measuring is None


def test_meetings_with_a_mentor_take_their_time():
    """Eight weeks of 180 minutes and at most 400 in all; a mentor each third week takes 3 · 60."""
    frame = compile_frame(TEACHER, Constraints(), flat_calendar(8), POLICY, AS_OF)
    limits = replace(compile_limits(Constraints(), POLICY, frame), workload_max_min=400)
    alone = room_of(frame, limits, (), (), None)
    assert (alone.weeks.tolist(), alone.total.tolist()) == ([180] * 8, [400, limits.steps_max])
    mentored = replace(POLICY.mentorship, cadence_weeks=3, meeting_min=60)
    met = room_of(frame, limits, (), (), mentored)
    assert met.weeks.tolist() == [120, 180, 180, 120, 180, 180, 120, 180]
    assert met.total.tolist() == [220, limits.steps_max]
