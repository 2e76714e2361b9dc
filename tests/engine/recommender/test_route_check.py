"""A hand-made route over the whole chain: violations, reasons, value, least edit."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from engine.documents import render_check
from engine.domain import Constraints
from engine.errors import InputError
from engine.planning.checks import check_route
from engine.planning.problem import RULES
from engine.planning.solution import Route
from engine.recommendation import to_dict
from engine.recommender.given_steps import GivenStep
from engine.recommender.route_check import RouteCheck
from engine.wording import word
from engine.wording.tables import declared
from tests.engine.planning.problems import random_problem
from tests.engine.recommender import mini


def check(*steps: GivenStep, mentor: str | None = None, **asked) -> RouteCheck:
    return mini.recommender().check(mini.ask(**asked), steps, mentor)


OVERFULL = (
    GivenStep(offering="pk-assess-1"),
    GivenStep(offering="pk-paid-1"),
    GivenStep(activity="self-psy", start=dt.date(2026, 9, 7)),
)


@pytest.fixture(scope="module")
def overfull() -> RouteCheck:
    return check(*OVERFULL)


def test_violations_come_with_sizes_and_dates(overfull):
    """In the week of 12 October two programmes take 225 minutes of a tempo of 180."""
    assert not overfull.holds
    tempo = next(v for v in overfull.violations if v.parameters["week"] == dt.date(2026, 10, 12))
    assert (tempo.rule, tempo.code, tempo.unit) == ("tempo", "tempo", "min")
    assert tempo.excess == tempo.parameters["load_min"] - tempo.parameters["limit_min"] == 45
    said = word(tempo.code, tempo.parameters, family="violation")
    assert said == "неделя с 12 октября 2026: нагрузка 3 ч 45 мин при темпе 3 ч"


def test_the_least_edit_is_proved_and_named(overfull):
    """One change mends it: the small catalogue leaves no other way to a week within the tempo."""
    repair = overfull.repair
    assert (repair.status, repair.edits_proof) == ("OPTIMAL", "proved")
    assert repair.edits == repair.edits_bound == len(repair.changes) >= 1
    assert repair.value == repair.value_bound
    given = {"pk-assess", "pk-paid", "self-psy"}
    kept = given & {s.activity for s in repair.route.steps}
    assert len(kept) + repair.edits >= 3
    for change in repair.changes:
        said = word(change.code, change.parameters, family="edit")
        assert "«" in said
        assert "не указано" not in said
    again = check(*(GivenStep(offering=s.offering, start=s.start) for s in repair.route.steps))
    assert again.holds
    assert again.repair.edits == 0


def test_the_best_route_by_hand_loses_nothing():
    """Its value is the certificate's, the loss begins at 0, and no change is needed."""
    best = mini.recommender().recommend(mini.ask()).recommendation
    steps = [GivenStep(s.activity, s.offering, s.start) for s in best.route.steps]
    found = check(*steps)
    assert found.holds
    assert found.value == pytest.approx(best.certificate.value)
    assert found.loss == (0.0, pytest.approx(0.0))
    assert (found.repair.edits, found.repair.changes) == (0, ())
    assert found.closed == {d.node: d.closed_expected for d in best.deficits}


def test_a_lesser_route_is_told_by_how_much():
    """The loss is an interval around the difference of the two values."""
    found = check(GivenStep(offering="web-assess-1"))
    assert found.holds
    low, high = found.loss
    assert 0 < low <= high
    assert low == pytest.approx(found.best.value - found.value)
    assert high == pytest.approx(found.best.bound - found.value)


def test_steps_that_are_no_candidates_say_why():
    """The compile's reason for an activity; for a run or day, which others there are."""
    found = check(
        GivenStep(activity="check"),
        GivenStep(activity="self-psy", start=dt.date(2026, 9, 8)),
        GivenStep(offering="web-assess-1"),
    )
    codes = [None if s.reason is None else s.reason.code for s in found.steps]
    assert codes == ["no_information", "start_not_offered", None]
    assert dt.date(2026, 9, 7) in found.steps[1].reason.parameters["starts"]
    assert not found.holds
    assert found.violations == ()
    assert found.loss is None
    # Nothing of them can stay: they are replaced, moved or removed.
    assert found.repair.edits == 2
    assert {c.parameters.get("step") for c in found.repair.changes} == {1, 2}
    for change in found.repair.changes:
        of_itself = change.parameters.get("from_activity") == change.parameters.get("to_activity")
        assert of_itself == (change.code == "moved")
    text = render_check(found)
    assert "Маршрут не складывается: есть шаги" in text
    assert "нарушает правила" not in text
    assert [s.activity for s in found.route.steps] == ["web-assess"]


def test_a_day_that_is_not_the_runs_own_is_told_with_its_start():
    """The run's own day is named, and no end stands before the given start."""
    found = check(GivenStep(offering="web-assess-1", start=dt.date(2027, 1, 1)))
    own = check(GivenStep(offering="web-assess-1")).steps[0]
    (step,) = found.steps
    assert step.reason is not None
    assert step.reason.code == "start_not_offered"
    assert step.reason.parameters["starts"] == [own.start]
    assert (step.start, step.end) == (dt.date(2027, 1, 1), None)
    moved = [c for c in found.repair.changes if c.parameters.get("from_activity") == "web-assess"]
    assert [c.code for c in moved if c.parameters.get("to_activity") == "web-assess"] in (
        [],
        ["moved"],
    )


def test_a_ban_is_a_violation_and_not_a_missing_candidate():
    """What the educator excluded is in the problem, and the rule is named."""
    found = check(
        GivenStep(offering="web-assess-1"), constraints=Constraints(excluded=("web-assess",))
    )
    assert [v.rule for v in found.violations] == ["excluded"]
    assert found.violations[0].title == "Критерии оценивания"


def test_mentor_and_meetings_are_completed_or_taken_as_given():
    """A young teacher needs a mentor: one is found, or the one named is kept."""
    young = {
        "educator": mini.educator(
            born_on=mini.day(3, 1, 1999),
            pedagogical_start=mini.day(9, 1, 2025),
            post_start=mini.day(9, 1, 2025),
        )
    }
    found = check(GivenStep(offering="web-assess-1"), **young)
    assert found.route.mentor is not None
    assert {"mentor", "meetings"} <= set(found.completed)
    named = check(GivenStep(offering="web-assess-1"), mentor=found.route.mentor.id, **young)
    assert named.route.mentor.id == found.route.mentor.id
    assert "mentor" not in named.completed
    with pytest.raises(InputError) as caught:
        check(GivenStep(offering="web-assess-1"), mentor="M9", **young)
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.code) == ("/mentor", "mentor_not_an_option")


def test_every_fault_of_the_steps_at_once():
    """Each with its pointer and a way out."""
    with pytest.raises(InputError) as caught:
        check(
            GivenStep(),
            GivenStep(activity="nothing"),
            GivenStep(offering="nowhere"),
            GivenStep(activity="contest", offering="web-assess-1"),
            GivenStep(offering="self-psy-1"),
            GivenStep(offering="web-assess-1"),
            GivenStep(activity="web-assess"),
        )
    assert [(f.pointer, f.code) for f in caught.value.faults] == [
        ("/steps/0", "step_empty"),
        ("/steps/1/activity", "unknown_activity"),
        ("/steps/2/offering", "unknown_offering"),
        ("/steps/3/offering", "offering_of_other_activity"),
        ("/steps/4/start", "start_needed"),
        ("/steps/6", "step_repeated"),
    ]
    assert all(f.detail for f in caught.value.faults)


def test_an_empty_route_can_be_checked():
    """It holds where nothing is required, and the best route is what it loses."""
    found = check()
    assert found.holds
    assert found.value == 0.0
    assert found.loss[0] == pytest.approx(found.best.value)


def test_the_answer_is_json(overfull):
    """Every part has a JSON form."""
    body = to_dict(overfull)
    assert body["violations"][0]["parameters"]["week"] == "2026-09-21"


def test_every_breach_that_the_checker_can_tell_has_words():
    """Codes of violations with their kinds, over random routes that break every rule."""
    rules = set()
    for seed in range(250):
        problem = random_problem(seed, "small")
        rng = random.Random(seed)
        count = len(problem.candidates)
        mentors = len(problem.mentor.options)
        mentor = rng.randrange(mentors) if mentors and rng.random() < 0.7 else None
        slots = range(len(problem.mentor.options[mentor].slots)) if mentor is not None else ()
        offers = [None, *range(len(problem.checkpoints.offers))]
        route = Route(
            tuple(sorted(rng.sample(range(count), rng.randint(1, min(6, count))))),
            mentor,
            tuple(slots),
            rng.choice(offers),
            rng.choice(offers),
        )
        for v in check_route(problem, route).violations:
            kind = v.parameters.get("kind")
            code = v.rule if kind is None else f"{v.rule}_{kind}"
            assert code in declared()["violation"], code
            rules.add(v.rule)
    assert rules == set(RULES)
