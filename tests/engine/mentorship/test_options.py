"""Options and refusals of mentors: every code, the fit by hand, the order."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest

from engine.domain import (
    Conditions,
    DeficitVector,
    Educator,
    Mentor,
    MentorForm,
    MentorNeed,
    Organisation,
    Position,
    Reason,
    Stage,
)
from engine.framework import load_framework
from engine.mentorship import mentor_need
from engine.mentorship.fit import Closeness
from tests.engine.mentorship.people import (
    AS_OF,
    calendar,
    deficits,
    demand,
    hours,
    mentor,
    policy,
    teacher,
)

D = dt.date
YOUNG = {"born_on": D(2000, 1, 1), "pedagogical_start": D(2025, 9, 1)}


def need(
    mentors: list[Mentor],
    educator: Educator | None = None,
    vector: DeficitVector | None = None,
    **rules: object,
) -> MentorNeed:
    educator = educator or teacher()
    vector = deficits(demand("K1")) if vector is None else vector
    return mentor_need(educator, vector, mentors, policy(**rules), (), calendar(educator), AS_OF)


def refused_codes(answer: MentorNeed, name: str = "m1") -> list[str]:
    assert [o.mentor_id for o in answer.options] == []
    return [r.code for r in answer.refused[name]]


def test_nothing_stands_against_the_mentor_of_these_tests():
    """The base case of all refusals below is an option: they differ in one thing each."""
    answer = need([mentor()])
    assert [o.mentor_id for o in answer.options] == ["m1"]
    assert answer.refused == {}
    assert (answer.required, answer.reasons) == (False, ())


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"id": "e1"}, "mentor_is_self"),
        ({"consent": False}, "mentor_no_consent"),
        ({"consent_on": D(2026, 9, 2)}, "mentor_no_consent"),  # signed tomorrow
        ({"capacity": 0}, "mentor_no_capacity"),
        ({"line_manager_of": ("e1",)}, "mentor_line_manager"),
        ({"position": Position.HEAD, "organisation_id": "school-1"}, "mentor_line_manager"),
        ({"forms": (MentorForm.MENTOR_YOUNG,)}, "mentor_form_mismatch"),
        ({"trained_until": D(2026, 8, 31)}, "mentor_training_expired"),  # yesterday
        ({"languages": ("tt",)}, "mentor_no_common_language"),
        ({"online": False, "district": "Далёкий"}, "mentor_not_reachable"),
        ({"subjects": ("история",), "competencies": ("K9",)}, "mentor_unrelated"),
        ({"slots": ()}, "mentor_no_common_slot"),
    ],
)
def test_each_refusal_has_its_code(changes: dict[str, object], code: str):
    """One thing wrong with a mentor gives exactly one reason, with its code."""
    changed = mentor(**changes)
    assert refused_codes(need([changed]), changed.id) == [code]


@pytest.mark.parametrize(
    "changes",
    [
        {"consent_on": D(2026, 9, 1)},  # signed today
        {"capacity": 1},
        {"line_manager_of": ("e2",)},
        {"position": Position.HEAD},  # of another school
        {"position": Position.DEPUTY_HEAD, "organisation_id": "school-1"},  # not stated as manager
        {"trained_until": D(2026, 9, 1)},  # the last day
        {"languages": ("tt", "ru")},
        {"online": False},  # same district
        {"online": False, "district": "Далёкий", "organisation_id": "school-1"},
        {"subjects": ("история",)},  # has the competency
        {"subjects": ("история", " Математика"), "competencies": ()},  # has the subject
        {"subjects": (), "competencies": ()},  # same position
        {"forms": (MentorForm.TUTOR,), "subjects": ("история",), "competencies": ()},
    ],
)
def test_each_refusal_has_its_other_side(changes: dict[str, object]):
    """The nearest case that is allowed is an option."""
    assert [o.mentor_id for o in need([mentor(**changes)]).options] == ["m1"]


def test_all_reasons_of_a_refusal_are_given():
    """A mentor with three things wrong gets three reasons."""
    bad = mentor(consent=False, capacity=0, languages=("tt",))
    codes = refused_codes(need([bad]))
    assert codes == ["mentor_no_consent", "mentor_no_capacity", "mentor_no_common_language"]


def test_line_manager_is_refused_on_either_ground():
    """The reason says whether it was stated or follows from heading the organisation."""
    head = mentor("m1", position=Position.HEAD, organisation_id="school-1")
    stated = mentor("m2", line_manager_of=("e1",))
    refused = need([head, stated]).refused
    assert refused["m1"] == (Reason("mentor_line_manager", {"basis": "head_of_organisation"}),)
    assert refused["m2"] == (Reason("mentor_line_manager", {"basis": "stated"}),)


def test_young_educator_needs_a_mentor_of_the_young():
    """A tutor or peer is no наставник of a young educator; who is, becomes an option."""
    tutor = mentor("m1", forms=(MentorForm.TUTOR, MentorForm.PEER))
    answer = need([tutor, mentor("m2")], teacher(**YOUNG))
    assert answer.required
    assert [r.code for r in answer.reasons] == ["young_educator"]
    assert [(o.mentor_id, o.form) for o in answer.options] == [("m2", MentorForm.MENTOR_YOUNG)]
    assert answer.refused["m1"] == (
        Reason(
            "mentor_form_mismatch",
            {
                "needed": (MentorForm.MENTOR_YOUNG,),
                "offered": (MentorForm.PEER, MentorForm.TUTOR),
            },
        ),
    )


def test_management_learns_from_management():
    """In the form of a team the mentor must be a manager too."""
    deputy = teacher(position=Position.DEPUTY_HEAD, subjects=(), stages=())
    team = (MentorForm.TEAM,)
    answer = need(
        [
            mentor("m1", forms=team),
            mentor("m2", forms=team, position=Position.HEAD),
        ],
        deputy,
    )
    assert [o.mentor_id for o in answer.options] == ["m2"]
    assert [r.code for r in answer.refused["m1"]] == ["mentor_not_manager"]


def test_training_must_be_stated_where_the_policy_says_so():
    """384-а, п. 4.3.1: tutors are trained; without a stated term a tutor is refused there."""
    tutor = mentor(forms=(MentorForm.TUTOR,))
    trained = {"trained_forms": (MentorForm.TUTOR,)}
    assert refused_codes(need([tutor], **trained)) == ["mentor_training_not_stated"]
    stated = mentor(forms=(MentorForm.TUTOR,), trained_until=D(2027, 1, 1))
    assert len(need([stated], **trained).options) == 1
    assert len(need([tutor]).options) == 1
    assert len(need([mentor()], **trained).options) == 1  # a peer needs none


@pytest.mark.parametrize(
    ("internet", "online", "near", "expected"),
    [
        (None, True, False, "online"),
        (True, True, False, "online"),
        (False, True, True, "in person"),
        (False, True, False, "refused"),
        (True, False, True, "in person"),
        (True, False, False, "refused"),
    ],
)
def test_meetings_are_online_unless_internet_or_mentor_forbid(
    internet: bool | None, online: bool, near: bool, expected: str
):
    """Without internet, or with a mentor who is not online, the pair meets in person, if near."""
    educator = teacher(conditions=Conditions(internet=internet))
    chosen = mentor(online=online, district="Центральный" if near else "Далёкий")
    answer = need([chosen], educator)
    if expected == "refused":
        assert refused_codes(answer) == ["mentor_not_reachable"]
    else:
        assert answer.options[0].online is (expected == "online")


def test_internet_of_the_school_counts_where_the_educator_says_nothing():
    """The school's missing internet forbids meeting online."""
    school = Organisation(
        "school-1", "Школа", district="Центральный", conditions=Conditions(internet=False)
    )
    assert need([mentor()], teacher(organisation=school)).options[0].online is False


# ------------------------------------------------------------------------ fit


def test_fit_by_hand():
    """Demands K1 (weight 1.5, 0.4 → 0.6) and K2 (1.0, 0.2 → 0.2): strong in K1 gives
    0.6/0.8 = 0.75. Subjects: one of two. Position same 1, stages one of two: 0.75. District 0.
    Weights 5, 2, 2, 1: (5·0.75 + 2·0.5 + 2·0.75 + 0) / 10 = 0.625."""
    educator = teacher(subjects=("математика", "физика"), stages=(Stage.BASIC, Stage.SECONDARY))
    chosen = mentor(district="Далёкий")
    vector = deficits(demand("K1", 1.5, 0.4), demand("K2", 1.0, 0.2))
    option = need([chosen], educator, vector).options[0]
    assert option.fit == pytest.approx(0.625)
    parts = {r.code: r.parameters for r in option.reasons}
    assert {c: p["contribution"] for c, p in parts.items()} == pytest.approx(
        {
            "mentor_fit_competency": 0.375,
            "mentor_fit_subject": 0.1,
            "mentor_fit_position": 0.15,
            "mentor_fit_district": 0.0,
        }
    )
    assert parts["mentor_fit_competency"]["demands"] == ("K1",)
    assert parts["mentor_fit_competency"]["value"] == pytest.approx(0.75)


def test_factors_that_do_not_apply_are_left_out():
    """No demands, no subjects, no district: only the position counts, 1 for the same one."""
    educator = teacher(subjects=(), stages=(), organisation=None)
    option = need([mentor()], educator, deficits()).options[0]
    assert option.fit == 1.0
    assert [r.code for r in option.reasons] == ["mentor_fit_position"]


def test_another_position_of_the_same_kind_is_half_as_close():
    """Psychologist for a teacher: position 0.5; primary deputy for a teacher: 0."""
    educator = teacher(subjects=(), stages=(), organisation=None)
    mentors = [
        mentor("m1", position=Position.PSYCHOLOGIST),
        mentor("m2", position=Position.DEPUTY_HEAD),
    ]
    vector = deficits(demand("K1", 1.0, 0.5), demand("K2", 1.0, 0.5))
    fits = {o.mentor_id: o.fit for o in need(mentors, educator, vector).options}
    # competency 0.5 with weight 5, position with weight 2: (2.5 + 1) / 7 and 2.5 / 7
    assert fits == pytest.approx({"m1": 0.5, "m2": 2.5 / 7})


def test_weights_of_the_fit_are_the_policys():
    """With all weight on position and district the competency does not matter."""
    weights = {"competency": 0.0, "subject": 0.0, "position": 1.0, "district": 3.0}
    far = mentor(district="Далёкий")
    assert need([far], fit_weight=weights).options[0].fit == pytest.approx(0.25)


def test_framework_ties_blocks_leaves_and_subjects():
    """A mentor strong in one of the leaves of a block covers that share of the block; a mentor
    strong in the block covers each leaf; «иностранный язык» meets «английский язык»."""
    framework = load_framework()
    block = next(n.code for n in framework.nodes if n.level == "block" and n.parent == "PSY")
    leaves = [n.code for n in framework.leaves_of(block)]
    assert len(leaves) > 1
    educator = teacher(subjects=("английский язык",), stages=(), organisation=None)
    mentors = [
        mentor("m1", competencies=(leaves[0],), subjects=("Иностранный язык",)),
        mentor("m2", competencies=(block,), subjects=("немецкий язык",)),
    ]

    def value(node: str, name: str, factor: str) -> object:
        answer = mentor_need(
            educator, deficits(demand(node)), mentors, policy(), (), calendar(), AS_OF,
            framework=framework,
        )  # fmt: skip
        option = next(o for o in answer.options if o.mentor_id == name)
        return next(r for r in option.reasons if r.code == factor).parameters["value"]

    assert value(block, "m1", "mentor_fit_competency") == pytest.approx(1 / len(leaves))
    assert value(leaves[0], "m2", "mentor_fit_competency") == 1.0
    assert value(leaves[0], "m1", "mentor_fit_subject") == 1.0
    assert value(leaves[0], "m2", "mentor_fit_subject") == 0.0


def test_order_is_by_fit_then_id_whatever_the_input_order():
    """Best first, ties by id; permuting the input changes nothing."""
    mentors = [mentor("m3"), mentor("m2", district="Далёкий"), mentor("m1", consent=False),
               mentor("m0")]  # fmt: skip
    answers = [need(list(order)) for order in itertools.permutations(mentors)]
    assert [o.mentor_id for o in answers[0].options] == ["m0", "m3", "m2"]
    assert all(a == answers[0] for a in answers)


def test_capacity_and_slots_are_handed_on():
    """An option carries what is left of the capacity, and the common times."""
    option = need([mentor(capacity=3, slots=(hours(8, 10, 11), hours(1, 15, 16)))]).options[0]
    assert option.capacity == 3
    assert option.slots == (hours(1, 15, 16), hours(8, 10, 11))


def test_no_mentor_at_all():
    """A required mentor without any candidates is an answer, not an error."""
    answer = need([], teacher(**YOUNG))
    assert (answer.required, answer.options, answer.refused) == (True, (), {})


def test_busy_times_of_the_educator_are_kept_free():
    """The only slot falls into a busy time."""
    educator = teacher()
    answer = mentor_need(
        educator, deficits(demand("K1")), [mentor()], policy(), [hours(1, 14, 15.5)],
        calendar(), AS_OF,
    )  # fmt: skip
    assert refused_codes(answer) == ["mentor_no_common_slot"]
    assert answer.refused["m1"][0].parameters == {"stated": 1}


def test_the_next_form_counts_where_the_first_does_not_fit():
    """A peer must be tied to the educator, a tutor need not: the tutor form makes the option."""
    strange = mentor(
        "m1",
        forms=(MentorForm.TUTOR, MentorForm.PEER),
        subjects=("химия",),
        competencies=(),
        position=Position.METHODIST,
        trained_until=D(2027, 12, 31),
    )
    answer = need([strange], teacher(pedagogical_start=D(2005, 9, 1), born_on=D(1980, 1, 1)))
    assert [(o.mentor_id, o.form) for o in answer.options] == [("m1", MentorForm.TUTOR)]


def test_a_subject_of_others_does_not_count_for_the_fit():
    """All subjects are demanded of a biology teacher: a mentor strong in physics covers nothing."""
    framework = load_framework()
    biologist = teacher(subjects=("биология",), stages=(Stage.BASIC,))
    vector = deficits(demand("SUB"))

    def covered(strength: str) -> float:
        strong = mentor("m1", competencies=(strength,), subjects=("биология",))
        rules = policy()
        closeness = Closeness(biologist, vector, rules.mentorship.fit_weight, framework)
        _, reasons = closeness.fit(strong)
        return next(r.parameters["value"] for r in reasons if r.code == "mentor_fit_competency")

    assert covered("SUB.NAT.01") == 0.0
    assert covered("SUB.NAT.03") > 0.0
