"""Pairs that can meet, and the best assignment of those."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from engine.assignment import Mentee, Need, Person, Pricing, Wish, assign
from engine.assignment.meetings import FreeHours
from engine.domain import MentorForm, Reason, Slot
from engine.mentorship.slots import common_slots
from engine.registers import Accompaniment, Period
from tests.engine.mentorship.people import AS_OF, calendar, hours, mentor, policy, teacher

POLICY = policy()
YOUNG = (Reason("young_educator"),)


def mentee(name: str, stake: float = 1.0) -> Mentee:
    person = Person(teacher(id=name), (Need("K1", ("K1",), stake),))
    return Mentee(person, (MentorForm.MENTOR_YOUNG,), YOUNG)


def given(found) -> dict[str, str]:
    return {p.educator_id: p.carer_id for p in found.pairs}


TUESDAY, THURSDAY = hours(1, 15, 16), hours(3, 15, 16)


def test_the_better_mentor_without_a_common_hour_is_refused():
    """Who fits worse but is free is given; without looking at hours it is the other one."""
    carers = [mentor("fit", slots=(TUESDAY,)), mentor("free", competencies=(), slots=(THURSDAY,))]
    free = FreeHours(POLICY, AS_OF, {"e1": (TUESDAY,)})
    assert given(assign([mentee("e1")], carers, POLICY, AS_OF)) == {"e1": "fit"}
    assert given(assign([mentee("e1")], carers, POLICY, AS_OF, hours=free)) == {"e1": "free"}


def test_nobody_can_meet():
    """Everybody who might accompany is looked at and counted."""
    carers = [mentor("a", slots=(TUESDAY,)), mentor("b", slots=(TUESDAY,)), mentor("c", capacity=0)]
    found = assign(
        [mentee("e1")], carers, POLICY, AS_OF, hours=FreeHours(POLICY, AS_OF, {"e1": (TUESDAY,)})
    )
    (left,) = found.unserved
    assert (left.code, left.admitted) == ("assignment_none_admitted", 0)
    assert left.refusals == {"mentor_no_common_slot": 2, "mentor_no_capacity": 1}


def test_hours_that_are_not_stated_are_no_obstacle():
    """A mentor without slots may have some: nothing is known of them."""
    free = FreeHours(POLICY, AS_OF, {"e1": (TUESDAY,)})
    assert given(assign([mentee("e1")], [mentor("a", slots=())], POLICY, AS_OF, hours=free))


def test_a_present_pair_meets_already():
    """Its hours are taken by its own meetings, so they are not asked for again."""
    kept = Accompaniment("a", "e1", MentorForm.MENTOR_YOUNG, "m", Period())
    found = assign(
        [mentee("e1")],
        [mentor("m", slots=(TUESDAY,))],
        POLICY,
        AS_OF,
        present=[kept],
        pricing=Pricing(change=1.0),
        hours=FreeHours(POLICY, AS_OF, {"e1": (TUESDAY,)}),
    )
    assert found.pairs[0].present


@pytest.mark.parametrize("seed", range(10))
def test_as_good_as_with_all_hours_looked_at_before(seed):
    """Forbidding every pair that cannot meet beforehand, by vetoes, gives the same optimum."""
    rng = np.random.default_rng(seed)
    spans = [hours(day, 14 + h, 15 + h) for day in range(4) for h in range(2)]

    def some(share: float) -> tuple[Slot, ...]:
        return tuple(s for s in spans if rng.random() < share)

    people = [mentee(f"e{i}", float(rng.random())) for i in range(8)]
    carers = [
        mentor(
            f"m{j}",
            slots=some(0.3),
            capacity=int(rng.integers(1, 3)),
            competencies=("K1",) if rng.random() < 0.5 else (),
            district=("Центральный", "Дальний")[int(rng.integers(2))],
        )
        for j in range(5)
    ]
    busy = {p.id: some(0.6) for p in people}
    apart = [
        Wish(p.id, m.id, veto=True)
        for p in people
        for m in carers
        if m.slots
        and not common_slots(
            m.slots,
            busy[p.id],
            calendar(p.person.educator, POLICY.limits.horizon_weeks),
            POLICY.mentorship.meeting_min,
            AS_OF,
        )
    ]
    found = assign(people, carers, POLICY, AS_OF, hours=FreeHours(POLICY, AS_OF, busy))
    before = assign(people, carers, POLICY, AS_OF, wishes=apart)
    assert apart
    assert found.certificate == before.certificate
    pairs = {(w.educator_id, w.carer_id) for w in apart}
    assert not pairs & set(given(found).items())
    for left in found.unserved:
        can_meet = [m for m in carers if (left.educator_id, m.id) not in pairs]
        assert left.admitted == len(can_meet)
        assert left.refusals.get("mentor_no_common_slot", 0) == 5 - len(can_meet)


@pytest.mark.parametrize("seed", range(60))
def test_a_common_hour_is_found_where_a_route_finds_one(seed):
    """Hours of any length, also over midnight, with seconds, and before the day of the answer."""
    rng = np.random.default_rng(seed)

    def spans(count: int, longest: int) -> tuple[Slot, ...]:
        starts = AS_OF + np.array(
            [dt.timedelta(seconds=int(x)) for x in rng.integers(-86_400, 12 * 86_400, count)]
        )
        lengths = rng.integers(1, longest, count).tolist()
        return tuple(
            Slot(a, a + dt.timedelta(seconds=60 * n)) for a, n in zip(starts, lengths, strict=True)
        )

    carers = [mentor(f"m{j}", slots=spans(int(rng.integers(1, 6)), 300)) for j in range(4)]
    zones = ("Europe/Moscow", "Asia/Vladivostok")
    one = teacher(id="e1", time_zone=zones[seed % 2])
    other = teacher(id="e2", time_zone=zones[seed % 3 % 2])
    busy = spans(40, 900)
    weeks = POLICY.limits.horizon_weeks
    least = POLICY.mentorship.meeting_min
    known = [bool(common_slots(c.slots, busy, calendar(one, weeks), least, AS_OF)) for c in carers]
    table = FreeHours(POLICY, AS_OF, {"e1": busy}).table([one, other], carers)
    assert table[0].tolist() == known
    free = [bool(common_slots(c.slots, (), calendar(other, weeks), least, AS_OF)) for c in carers]
    assert table[1].tolist() == free
