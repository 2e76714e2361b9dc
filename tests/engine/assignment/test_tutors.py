"""Routes to methodists and tutors: territories, the register, even loads."""

from __future__ import annotations

import datetime as dt

from engine.assignment import Person, assign
from engine.assignment.tutors import route_mentees, tutors_of
from engine.domain import Level, MentorForm, Organisation
from engine.registers import Accompaniment, Methodist, Period
from tests.engine.mentorship.people import AS_OF, mentor, policy, teacher

POLICY = policy(new_post_years=0)
TODAY = AS_OF.date()
SCHOOLS = {
    name: Organisation(name, name, district)
    for name, district in (("s1", "Север"), ("s2", "Север"), ("s3", "Юг"))
}


def people(**schools: int) -> list[Person]:
    return [
        Person(teacher(id=f"{name}-{i}", organisation=SCHOOLS[name]))
        for name, count in schools.items()
        for i in range(count)
    ]


def assigned(persons, methodists, *, mentors=(), present=(), most=10):
    mentees = route_mentees(persons, POLICY, AS_OF)
    tutors = tutors_of(mentees, methodists, mentors, present, TODAY, most=most)
    return assign(
        mentees,
        tutors.carers,
        POLICY,
        AS_OF,
        form=MentorForm.TUTOR,
        present=tutors.present,
        wishes=tutors.wishes,
        reach=tutors.reach,
    )


def by(assignment) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in assignment.pairs:
        found.setdefault(pair.carer_id, []).append(pair.educator_id)
    return found


def test_territories():
    """A district's methodist has its district, a school's its school, a regional one everybody."""
    methodists = [
        Methodist("north", Level.DISTRICT, district="Север"),
        Methodist("school", Level.SCHOOL, organisation_id="s3"),
    ]
    found = assigned(people(s1=2, s2=1, s3=2), methodists, most=3)
    assert by(found) == {"north": ["s1-0", "s1-1", "s2-0"], "school": ["s3-0", "s3-1"]}
    lost = assigned(people(s1=1, s3=1), methodists[:1])
    (left,) = lost.unserved
    assert (left.educator_id, left.refusals) == ("s3-0", {"tutor_other_territory": 1})
    everywhere = [Methodist("region", Level.REGIONAL, district="Север")]
    assert by(assigned(people(s1=1, s3=1), everywhere)) == {"region": ["s1-0", "s3-0"]}


def test_loads_of_methodists_are_even():
    """Nine routes and three methodists alike: three each, with no tie to the subject."""
    methodists = [Methodist(f"m{i}", Level.REGIONAL, subjects=("химия",)) for i in range(3)]
    found = assigned(people(s1=9), methodists)
    assert [load.given for load in found.loads] == [3, 3, 3]
    assert found.spread.gini == 0


def test_the_register_stands():
    """Who is assigned by name stays and counts; an organisation prefers its methodist."""
    methodists = [
        Methodist("a", Level.REGIONAL, educators=("s1-0", "s1-1")),
        Methodist("b", Level.REGIONAL, organisations=("s3",)),
    ]
    found = assigned(people(s1=2, s3=2), methodists)
    assert by(found) == {"a": ["s1-0", "s1-1"], "b": ["s3-0", "s3-1"]}
    load = found.loads[0]
    assert (load.capacity, load.held, load.given) == (10, 2, 0)
    assert {r.educator_id for r in found.accompaniments(TODAY)} == {"s3-0", "s3-1"}


def test_a_record_and_the_list_of_one_assignment_count_once():
    """The same assignment as a record of the register and in the methodist's list is one."""
    record = Accompaniment("r", "s1-0", MentorForm.TUTOR, "a", Period(dt.date(2026, 1, 1)))
    methodist = Methodist("a", Level.REGIONAL, educators=("s1-0",))
    found = assigned(people(s1=1), [methodist], present=[record])
    assert found.loads[0].held == 1


def test_out_of_post_and_mentors_who_are_tutors():
    """A methodist who has left takes nobody; a mentor of the form has his own capacity."""
    gone = Methodist("gone", Level.REGIONAL, in_post=Period(until=dt.date(2026, 1, 1)))
    tutor = mentor("tutor", forms=(MentorForm.TUTOR,), capacity=1)
    found = assigned(people(s1=2), [gone], mentors=[tutor, mentor("other")])
    assert [load.carer_id for load in found.loads] == ["tutor"]
    assert len(found.pairs) == 1
