"""Checkpoints, mentors and form mix."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.domain import (
    Constraints,
    Form,
    Kind,
    MentorForm,
    MentorNeed,
    MentorOption,
    Organisation,
    Reason,
    Slot,
)
from engine.planning.problem import FormLimit
from engine.policy import FormShare, PolicyProfile
from tests.engine.planning.compile_builders import (
    POLICY,
    TEACHER,
    Case,
    day,
    flat_calendar,
    meeting,
    run,
    self_paced,
    seminar,
)

# ------------------------------------------------------------------------------- checkpoints


def with_checkpoints(middle: bool = True, final: bool = True) -> PolicyProfile:
    rules = replace(POLICY.checkpoints, middle=middle, final=final, duration_min=90)
    value = replace(POLICY.value, price_missing_checkpoint=100.0)
    return replace(POLICY, checkpoints=rules, value=value)


def diagnostic(activity_id: str = "d", hours: float | None = None, **changes):
    return seminar(activity_id, hours, kind=Kind.DIAGNOSTIC, **changes)


def offers(case: Case) -> list[tuple[str, int, int]]:
    rules = case.compile().problem.checkpoints
    return [(o.label, o.day, o.duration_min) for o in rules.offers]


def test_dated_diagnostic_is_on_offer_on_its_first_day():
    """Of 2 academic hours: 90 min on day 10; it is no candidate and is told apart."""
    case = Case([diagnostic(hours=2)], [run("d", 10, 12)], policy=with_checkpoints())
    assert offers(case) == [("d-1", 10, 90)]
    assert case.candidates() == {}
    assert case.why("d") == "checkpoint_only"


def test_rules_of_checkpoints():
    """Middle and final as the policy says, a missing one for 100 points."""
    rules = Case([], [], policy=with_checkpoints(final=False)).compile().problem.checkpoints
    assert (rules.middle, rules.final, rules.checkpoint_missing_mpt) == (True, False, 100_000)


def test_no_offers_where_the_policy_asks_for_none():
    """Without the rule there is nothing to take."""
    case = Case([diagnostic()], [run("d", 10)], policy=with_checkpoints(False, False))
    assert offers(case) == []


def test_self_paced_diagnostic_is_on_offer_each_wednesday():
    """Wednesdays are days 2, 9, 16, 23; for 90 min week 1 has a tempo of 89 and week 2 of 90."""
    case = Case(
        [diagnostic()],
        [self_paced("d")],
        policy=with_checkpoints(),
        calendar=flat_calendar(4),
        constraints=Constraints(tempo_by_week={day(7): 89, day(14): 90}),
    )
    assert offers(case) == [
        ("d-sp#2026-09-02", 2, 90),
        ("d-sp#2026-09-16", 16, 90),
        ("d-sp#2026-09-23", 23, 90),
    ]


def test_dated_diagnostic_is_counted_in_one_week():
    """200 min over two weeks are 100 + 100 for a run, but a checkpoint is of one week: 180."""
    case = Case([diagnostic(hours=200 / 45)], [run("d", 0, 13)], policy=with_checkpoints())
    assert offers(case) == []
    assert offers(replace(case, activities=[diagnostic(hours=4)])) == [("d-1", 0, 180)]


def test_span_and_enrolment_of_a_self_paced_diagnostic():
    """Open from day 3, enrolment until day 16: only the Wednesdays 9 and 16."""
    offering = self_paced("d", start=day(3), enrolment_until=day(16))
    case = Case([diagnostic()], [offering], policy=with_checkpoints())
    assert [at for _, at, _ in offers(case)] == [9, 16]
    full = replace(case, offerings=[replace(offering, seats_left=0)])
    assert offers(full) == []


def test_diagnostic_that_cannot_be_attended_is_not_on_offer():
    """Busy, too long for the week, full or banned: none of them is an offer."""
    busy = meeting(10, "15:00", "16:00")
    timed = run("d", 10, meetings=(meeting(10, "15:00", "16:30"),))
    case = Case([diagnostic(hours=2)], [timed], policy=with_checkpoints())
    assert offers(case) == [("d-1", 10, 90)]
    assert offers(replace(case, constraints=Constraints(busy=(Slot(busy.start, busy.end),)))) == []
    assert offers(replace(case, activities=[diagnostic(hours=4.1)])) == []
    assert offers(replace(case, offerings=[replace(timed, seats_left=0)])) == []
    for banned in ("d", "d-1"):
        assert offers(replace(case, constraints=Constraints(excluded=(banned,)))) == []


def test_travel_counts_for_a_diagnostic():
    """90 min at another place in the same locality are 150 with the way."""
    timed = run("d", 10, meetings=(meeting(10, "15:00", "16:30", "Лицей"),))
    case = Case([diagnostic(hours=2)], [timed], policy=with_checkpoints())
    assert offers(case) == [("d-1", 10, 150)]


@pytest.mark.parametrize(
    ("code", "on_offer"),
    [("already_completed", True), ("hours_unknown", True), ("audience_position", False)],
)
def test_audience_of_a_diagnostic(code, on_offer):
    """It may be taken again, but not by people it is not for."""
    case = Case(
        [diagnostic()],
        [run("d", 10)],
        policy=with_checkpoints(),
        ineligible={"d": (Reason(code),)},
    )
    assert bool(offers(case)) is on_offer


# ------------------------------------------------------------------------------- mentors

YOUNG = (Reason("young_educator"),)
SCHOOL = Organisation("s1", "Школа 1")


def slot(number: int, start: str, end: str) -> Slot:
    m = meeting(number, start, end)
    return Slot(m.start, m.end)


def option(mentor_id: str = "m1", *slots: Slot, **changes) -> MentorOption:
    values = {"form": MentorForm.MENTOR_YOUNG, "fit": 0.6, "capacity": 2, **changes}
    return MentorOption(mentor_id, slots=slots, **values)


def mentoring(*options: MentorOption, required: bool = True, **changes) -> Case:
    need = MentorNeed(required, YOUNG if required else (), options)
    return Case([seminar()], [run()], need=need, **changes)


def test_mentor_of_a_required_need():
    """Fit 0.6 of 500 points = 300 000 mpt; slots in minutes of the horizon, sorted, online."""
    late, early = slot(8, "16:00", "17:00"), slot(1, "10:00", "11:00")
    compiled = mentoring(option("m1", late, early)).compile()
    rules = compiled.problem.mentor
    (mentor,) = rules.options
    assert rules.required
    assert (mentor.label, mentor.fit_mpt, mentor.price_mpt, mentor.capacity) == (
        "m1",
        300_000,
        0,
        2,
    )
    assert mentor.slots == ((1440 + 600, 1440 + 660, -1), (8 * 1440 + 960, 8 * 1440 + 1020, -1))
    assert compiled.mentor_slots == ((early, late),)


def test_policy_of_mentorship():
    """Cadence, refusal and the price of a missed meeting come from the policy."""
    rules = replace(
        POLICY.mentorship, cadence_weeks=2, on_no_mentor="refuse", missed_meeting="refuse"
    )
    value = replace(POLICY.value, price_missed_meeting=300.0)
    compiled = mentoring(policy=replace(POLICY, mentorship=rules, value=value)).compile()
    found = compiled.problem.mentor
    assert (found.cadence_weeks, found.refuse_without) == (2, True)
    assert (found.missed_meeting_allowed, found.missed_meeting_mpt) == (False, 300_000)


def test_no_mentor_where_none_is_needed_or_asked_for():
    """Mentors are not used up for their fit; a request makes them options that may be left."""
    case = mentoring(option("m1", slot(1, "10:00", "11:00")), required=False)
    assert case.compile().problem.mentor.options == ()
    asked = replace(case.need, reasons=(Reason("mentoring_requested"),))
    rules = replace(case, need=asked).compile().problem.mentor
    assert (len(rules.options), rules.required) == (1, False)


def test_slots_that_no_route_can_use_are_left_out():
    """Sunday, outside hours, busy, outside the horizon, longer than the tempo: none stays."""
    slots = (
        slot(6, "10:00", "11:00"),
        slot(0, "20:30", "21:30"),
        slot(0, "09:30", "10:30"),
        slot(-1, "10:00", "11:00"),
        slot(56, "10:00", "11:00"),
        slot(1, "09:00", "12:01"),
        slot(2, "10:00", "11:00"),
    )
    case = mentoring(
        option("m1", *slots), constraints=Constraints(busy=(slot(0, "10:00", "10:10"),))
    )
    assert case.compile().mentor_slots == ((slots[-1],),)


def test_meetings_in_person_are_at_the_own_school():
    """The mentor's place has the code of the school where the catalogue knows it."""
    offering = run(meetings=(meeting(0, "15:00", "16:30", "s1"),))
    case = mentoring(
        option("m1", slot(1, "10:00", "11:00"), online=False),
        educator=replace(TEACHER, organisation=SCHOOL),
    )
    at_school = replace(case, offerings=[offering]).compile().problem
    own = at_school.candidates.record(0).meetings[0][2]
    assert at_school.mentor.options[0].slots[0][2] == own >= 0
    assert case.compile().problem.mentor.options[0].slots[0][2] >= 0


def test_one_mentor_in_two_forms_has_two_labels():
    """Labels are unique and ordered by mentor id."""
    free = slot(1, "10:00", "11:00")
    case = mentoring(
        option("m2", free),
        option("m1", free, form=MentorForm.PEER),
        option("m1", free, form=MentorForm.TUTOR),
    )
    labels = [m.label for m in case.compile().problem.mentor.options]
    assert labels == ["m1@peer", "m1@tutor", "m2"]


# ------------------------------------------------------------------------------- form mix


def test_form_mix():
    """What the policy leaves open is −1; forms are positions in FORMS."""
    shares = (
        FormShare(Form.FORMAL, most_steps=4),
        FormShare(Form.INFORMAL, least_min=60, most_min=600, least_steps=1),
    )
    problem = Case([], [], policy=replace(POLICY, form_mix=shares)).compile().problem
    assert problem.form_mix == (
        FormLimit(0, -1, -1, -1, 4),
        FormLimit(2, 60, 600, 1, -1),
    )
