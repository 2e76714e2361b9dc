"""Mentees to mentors: who goes first, who goes without and why, present pairs, wishes, loads."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from engine.assignment import Mentee, Need, Person, Pricing, Wish, assign, mentees_of
from engine.domain import Educator, Mentor, MentorForm, Position, Reason
from engine.errors import InputError
from engine.mentorship import admitted_forms, mentor_reasons
from engine.registers import Accompaniment, Period
from tests.engine.assignment.people import draw_world
from tests.engine.mentorship.people import AS_OF, mentor, policy, teacher

POLICY = policy()
YOUNG = (Reason("young_educator"),)
FAIR = Pricing(fairness=0.0)


def mentee(name: str, *, required: bool = True, **changes: object) -> Mentee:
    person = Person(teacher(id=name, **changes), (Need("K1", ("K1",), 1.0),))
    return Mentee(person, (MentorForm.MENTOR_YOUNG,), YOUNG if required else ())


def fits(name: str, share: float, **changes: object) -> Mentor:
    """A mentor whose fit grows with the share: same subjects, position and district or not."""
    nearer = share > 0.5
    return mentor(
        name,
        competencies=("K1",) if nearer else (),
        district="Центральный" if nearer else "Дальний",
        **changes,
    )


def given(assignment) -> dict[str, str]:
    return {p.educator_id: p.carer_id for p in assignment.pairs}


def present(educator: str, by: str, *, form=MentorForm.MENTOR_YOUNG, until=None) -> Accompaniment:
    return Accompaniment(f"a-{educator}", educator, form, by, Period(dt.date(2025, 9, 1), until))


def test_the_required_one_gets_the_only_place():
    """One place: the person to whom the policy owes a mentor has it, the other learns why."""
    people = [mentee("a", required=False), mentee("b")]
    found = assign(people, [mentor("m", capacity=1)], POLICY, AS_OF)
    assert given(found) == {"b": "m"}
    (left,) = found.unserved
    assert (left.educator_id, left.required, left.code) == ("a", False, "assignment_places_gone")
    certificate = found.certificate
    assert (certificate.served_required, certificate.required) == (1, 1)
    assert (certificate.served, certificate.people, certificate.gap) == (1, 2, 0)


def test_fit_decides_between_mentors_and_is_explained():
    """Each of two goes where the fit is; the contributions of its factors add up to it."""
    far = mentee("a", organisation=None, district="Дальний")
    near = mentee("b")
    carers = [
        mentor("here", capacity=1),
        mentor("there", capacity=1, district="Дальний", competencies=("K1",)),
    ]
    found = assign([far, near], carers, POLICY, AS_OF)
    assert given(found) == {"a": "there", "b": "here"}
    for pair in found.pairs:
        parts = [r.parameters["contribution"] for r in pair.reasons]
        assert sum(parts) == pytest.approx(pair.fit) == pytest.approx(1.0)
        (competency,) = (r for r in pair.reasons if r.code == "mentor_fit_competency")
        assert competency.parameters["demands"] == ("K1",)


def test_a_bottleneck_is_named():
    """Fourteen people of one language have three mentors with nine places: five go without."""
    people = [mentee(f"t{i:02}", languages=("tt",)) for i in range(14)]
    people += [mentee(f"r{i}") for i in range(3)]
    carers = [mentor(f"mt{i}", languages=("tt", "ru"), capacity=3) for i in range(3)]
    carers += [mentor("mr", capacity=5)]
    found = assign(people, carers, POLICY, AS_OF)
    (tight,) = found.bottlenecks
    assert tight.educators == tuple(f"t{i:02}" for i in range(14))
    assert (tight.carers, tight.places, tight.missing) == (("mt0", "mt1", "mt2"), 9, 5)
    assert {(u.code, u.bottleneck, u.admitted) for u in found.unserved} == {
        ("assignment_places_gone", 0, 3)
    }
    assert all(u.refusals == {"mentor_no_common_language": 1} for u in found.unserved)
    more = {load.carer_id: load.one_more_serves for load in found.loads}
    assert more == {"mr": None, "mt0": 0, "mt1": 0, "mt2": 0}


def test_nobody_admitted_is_told_by_rule():
    """Counts of refusals by code for somebody whom no mentor may accompany."""
    carers = [mentor("a", consent=False), mentor("b", consent=False, capacity=0), mentor("e1")]
    found = assign([mentee("e1")], carers, POLICY, AS_OF)
    (left,) = found.unserved
    assert left.code == "assignment_none_admitted"
    assert left.refusals == {
        "mentor_is_self": 1,
        "mentor_no_consent": 2,
        "mentor_no_capacity": 1,
    }
    assert left.bottleneck is None


def test_loads_are_shared_by_capacity():
    """Six equal people go to capacities 2, 4 and 6 as 1, 2 and 3; the spread is none."""
    people = [mentee(f"e{i}") for i in range(6)]
    carers = [mentor("a", capacity=2), mentor("b", capacity=4), mentor("c", capacity=6)]
    found = assign(people, carers, POLICY, AS_OF)
    assert {load.carer_id: load.given for load in found.loads} == {"a": 1, "b": 2, "c": 3}
    assert (found.spread.gini, found.spread.mean) == (pytest.approx(0), 0.5)


def test_fairness_gives_up_fit_only_up_to_its_price():
    """Two fit the full mentor better by 0.5: at price 0.2 they stay, at price 5 they part."""
    people = [mentee("e1"), mentee("e2")]
    carers = [fits("near", 1.0, capacity=2), fits("far", 0.0, capacity=2)]
    worse = assign(people, [carers[1]], POLICY, AS_OF).pairs[0].fit
    better = assign(people, [carers[0]], POLICY, AS_OF).pairs[0].fit
    assert better - worse > 0.2
    loads = [
        {x.carer_id: x.given for x in assign(people, carers, POLICY, AS_OF, pricing=p).loads}
        for p in (Pricing(fairness=0.2), Pricing(fairness=5.0))
    ]
    assert loads == [{"near": 2, "far": 0}, {"near": 1, "far": 1}]


def test_wishes_decide_among_equals_and_vetoes_forbid():
    """A preference moves a person, a veto leaves him without the only mentor."""
    carers = [mentor("a"), mentor("b")]
    wished = assign([mentee("e1")], carers, POLICY, AS_OF, wishes=[Wish("e1", "b")])
    assert given(wished) == {"e1": "b"}
    assert wished.pairs[0].fit == assign([mentee("e1")], carers, POLICY, AS_OF).pairs[0].fit
    vetoed = assign([mentee("e1")], carers[:1], POLICY, AS_OF, wishes=[Wish("e1", "a", veto=True)])
    assert vetoed.unserved[0].refusals == {"mentor_vetoed": 1}


def test_a_preference_opens_no_forbidden_pair():
    """Who has not consented is not given by a wish either."""
    found = assign(
        [mentee("e1")], [mentor("a", consent=False)], POLICY, AS_OF, wishes=[Wish("e1", "a")]
    )
    assert not found.pairs


def test_present_pairs_stand_and_count_in_the_load():
    """Who has a mentor keeps him; the mentor with one of two goes after the idle one."""
    people = [mentee("old"), mentee("new")]
    carers = [mentor("a", capacity=1), mentor("b", capacity=2)]
    found = assign(people, carers, POLICY, AS_OF, present=[present("old", "a")])
    assert given(found) == {"old": "a", "new": "b"}
    kept = next(p for p in found.pairs if p.educator_id == "old")
    assert kept.present
    assert np.isnan(kept.fit)
    load = next(x for x in found.loads if x.carer_id == "a")
    assert (load.capacity, load.held, load.given, load.share) == (2, 1, 0, 0.5)
    assert [r.educator_id for r in found.accompaniments(dt.date(2026, 9, 1))] == ["new"]


@pytest.mark.parametrize(("price", "by"), [(0.0, "near"), (2.0, "far")])
def test_present_pairs_may_change_for_their_price(price, by):
    """A better fit is worth a change at no price and not at two."""
    carers = [fits("near", 1.0, capacity=1), fits("far", 0.0, capacity=0)]
    found = assign(
        [mentee("e1")],
        carers,
        POLICY,
        AS_OF,
        present=[present("e1", "far")],
        pricing=Pricing(change=price),
    )
    assert given(found) == {"e1": by}
    assert found.pairs[0].present is (by == "far")


def test_a_present_pair_makes_room_where_that_serves_one_more():
    """Moving one pair serves two people, whatever the price of a change."""
    carers = [mentor("a", capacity=0, languages=("tt", "ru")), mentor("b", capacity=1)]
    people = [mentee("old"), mentee("new", languages=("tt",))]
    standing = [present("old", "a")]
    stay = assign(people, carers, POLICY, AS_OF, present=standing)
    assert given(stay) == {"old": "a"}
    moved = assign(people, carers, POLICY, AS_OF, present=standing, pricing=Pricing(change=10.0))
    assert given(moved) == {"old": "b", "new": "a"}


@pytest.mark.parametrize("change", [None, 0.0])
def test_pairs_of_agreed_routes_stand_at_any_price(change):
    """Who is held by a mentor in an agreed route stays, and counts once beside the register."""
    carers = [fits("near", 1.0, capacity=2), fits("far", 0.0, capacity=1)]
    found = assign(
        [mentee("e1"), mentee("e2")],
        carers,
        POLICY,
        AS_OF,
        present=[present("e1", "far")],
        agreed={"e1": "far", "stranger": "far"},
        pricing=Pricing(change=change),
    )
    assert given(found) == {"e1": "far", "e2": "near"}
    assert next(x for x in found.loads if x.carer_id == "far").held == 2


def test_accompaniments_that_have_ended_or_are_of_another_form_free_the_person():
    """Only what holds on the day, in a form that fits, stands."""
    ended = present("e1", "a", until=AS_OF.date() - dt.timedelta(days=1))
    peer = dataclasses.replace(present("e1", "a", form=MentorForm.PEER), id="p")
    found = assign([mentee("e1")], [mentor("b")], POLICY, AS_OF, present=[ended, peer])
    assert given(found) == {"e1": "b"}


def test_records_for_the_register():
    """New pairs become accompaniments with ids of their own and the days asked for."""
    found = assign([mentee("e1")], [mentor("m")], POLICY, AS_OF)
    first, last = dt.date(2026, 9, 7), dt.date(2027, 5, 31)
    (record,) = found.accompaniments(first, last)
    assert record == Accompaniment(
        record.id, "e1", MentorForm.MENTOR_YOUNG, "m", Period(first, last)
    )
    (longer,) = found.accompaniments(first)
    (later,) = found.accompaniments(last)
    assert record.id == longer.id != later.id


def test_the_same_answer_whatever_the_order():
    """People, mentors and wishes in another order give the very same assignment."""
    world = draw_world(3, 40, 25)
    wishes = [Wish("e001", "m002"), Wish("e004", "m001", veto=True)]
    found = assign(world.mentees, world.carers, POLICY, AS_OF, wishes=wishes)
    again = assign(world.mentees[::-1], world.carers[::-1], POLICY, AS_OF, wishes=wishes[::-1])
    assert found == again
    assert found.pairs


def test_ids_that_stand_twice_are_refused():
    """Of people and of mentors alike, by name."""
    for people, carers, name in (
        ([mentee("e1"), mentee("e1")], [], "e1"),
        ([], [mentor("m"), mentor("m")], "m"),
    ):
        with pytest.raises(InputError) as caught:
            assign(people, carers, POLICY, AS_OF)
        (fault,) = caught.value.faults
        assert (fault.code, fault.parameters["ids"]) == ("person_repeated", f"«{name}»")


@pytest.mark.parametrize("field", ["fairness", "wish", "change"])
def test_prices_are_checked(field):
    """Prices below nought or not a number are refused."""
    for value in (-0.1, float("nan"), 1e9):
        with pytest.raises(ValueError, match=field):
            Pricing(**{field: value})


# --------------------------------------------------------------------------- who needs a mentor

DAY = AS_OF.date()
BEGINNER = {"born_on": dt.date(2000, 1, 1), "pedagogical_start": DAY - dt.timedelta(days=200)}


def test_whom_the_policy_names():
    """The young, those who ask, and those of whom dates are missing, each in their list."""
    people = [
        Person(teacher(id="young", **BEGINNER)),
        Person(teacher(id="old")),
        Person(teacher(id="asks")),
        Person(Educator("unknown", Position.TEACHER)),
    ]
    rules = policy(young_rule="and", young_age=35, young_years=3, new_post_years=0)
    mentees, unclear = mentees_of(people, rules, AS_OF, asking={"asks"})
    assert [(m.id, m.level, m.forms[0]) for m in mentees] == [
        ("asks", 1, MentorForm.PEER),
        ("young", 0, MentorForm.MENTOR_YOUNG),
    ]
    assert [u.educator_id for u in unclear] == ["unknown"]


def test_a_form_narrows_the_people():
    """Asked for mentors of the young, those in a new post and with missing dates of it drop out."""
    people = [
        Person(teacher(id="young", **BEGINNER)),
        Person(teacher(id="head", position=Position.HEAD, post_start=DAY)),
        Person(Educator("unclear", Position.HEAD)),
    ]
    rules = policy(young_rule="and", young_age=35, young_years=3, new_post_years=1)
    mentees, unclear = mentees_of(people, rules, AS_OF, form=MentorForm.MENTOR_YOUNG)
    assert ([m.id for m in mentees], unclear) == (["young"], ())
    mentees, unclear = mentees_of(people, rules, AS_OF, form=MentorForm.TEAM)
    assert ([m.id for m in mentees], [u.educator_id for u in unclear]) == (["head"], ["unclear"])
    for one in mentees:
        educator = one.person.educator
        assert MentorForm.TEAM in admitted_forms(educator, mentor_reasons(educator, rules, AS_OF))
