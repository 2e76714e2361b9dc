"""Who must have a mentor: edges of age and service under both readings."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.domain import Educator, MentorForm, Position, Reason
from engine.mentorship import admitted_forms, mentor_reasons, missing_dates
from tests.engine.mentorship.people import AS_OF, MOSCOW, policy, teacher

D = dt.date


def codes(educator: Educator, as_of: dt.datetime = AS_OF, **rules: object) -> list[str]:
    return [r.code for r in mentor_reasons(educator, policy(**rules), as_of)]


def missing(educator: Educator, **rules: object) -> list[tuple[object, object]]:
    reasons = missing_dates(educator, policy(**rules), AS_OF)
    assert all(r.code == "date_missing" for r in reasons)
    return [(r.parameters["field"], r.parameters["rule"]) for r in reasons]


# as_of is 1.9.2026: 35 on that day = born 1.9.1991; three years on that day = began 1.9.2023.
@pytest.mark.parametrize(
    ("born", "began", "under_and", "under_or"),
    [
        (D(1991, 9, 2), D(2023, 9, 2), True, True),  # 34, and the third year's last day
        (D(1991, 9, 1), D(2023, 9, 2), False, True),  # 35 today
        (D(1991, 9, 2), D(2023, 9, 1), False, True),  # three years completed today
        (D(1991, 9, 1), D(2023, 9, 1), False, False),
        (D(1970, 1, 1), D(2026, 8, 25), False, True),  # a late beginner
        (D(2000, 1, 1), D(2026, 9, 15), True, True),  # begins in two weeks
    ],
)
def test_both_readings_at_their_edges(
    born: dt.date, began: dt.date, under_and: bool, under_or: bool
):
    """Under 35 ends on the 35th birthday, the first three years on their third anniversary."""
    educator = teacher(born_on=born, pedagogical_start=began)
    assert codes(educator, young_rule="and") == ["young_educator"] * under_and
    assert codes(educator, young_rule="or") == ["young_educator"] * under_or
    assert codes(educator, young_rule="off") == []


def test_turns_35_on_serves_as_well_as_the_birthday():
    """The date of turning 35 gives the same edge without a date of birth."""
    begun = D(2025, 9, 1)
    day_before = teacher(born_on=None, turns_35_on=D(2026, 9, 2), pedagogical_start=begun)
    on_the_day = teacher(born_on=None, turns_35_on=D(2026, 9, 1), pedagogical_start=begun)
    assert codes(day_before) == ["young_educator"]
    assert codes(on_the_day) == []


def test_the_day_is_the_educators():
    """31.8.2026 20:00 in Moscow is already the birthday, 1.9., in Vladivostok."""
    as_of = dt.datetime(2026, 8, 31, 20, tzinfo=MOSCOW)
    born, began = D(1991, 9, 1), D(2025, 9, 1)
    moscow = teacher(born_on=born, pedagogical_start=began)
    vladivostok = teacher(born_on=born, pedagogical_start=began, time_zone="Asia/Vladivostok")
    assert codes(moscow, as_of) == ["young_educator"]
    assert codes(vladivostok, as_of) == []


def test_reading_by_age_alone():
    """``or`` with zero years asks for the age only, also where service is unknown."""
    rules: dict[str, object] = {"young_rule": "or", "young_years": 0}
    young = teacher(born_on=D(1995, 1, 1), pedagogical_start=D(2015, 9, 1))
    assert codes(young, **rules) == ["young_educator"]
    old_beginner = teacher(born_on=D(1980, 1, 1), pedagogical_start=D(2026, 8, 1))
    assert codes(old_beginner, **rules) == []
    unknown_service = teacher(born_on=D(1980, 1, 1), pedagogical_start=None)
    assert missing(unknown_service, **rules) == []


@pytest.mark.parametrize(
    ("post_start", "years", "due"),
    [
        (D(2025, 9, 2), 1, True),  # the last day of the first year
        (D(2025, 9, 1), 1, False),
        (D(2024, 9, 2), 2, True),
        (D(2026, 8, 1), 0, False),  # rule off
    ],
)
def test_new_post(post_start: dt.date, years: int, due: bool):
    """People new to a post are due for the policy's number of years."""
    educator = teacher(post_start=post_start)
    assert codes(educator, new_post_years=years) == ["new_post"] * due


def test_reason_carries_what_it_came_from():
    """The wording needs rule, limits and dates."""
    educator = teacher(born_on=D(2000, 1, 1), pedagogical_start=D(2025, 9, 1))
    assert mentor_reasons(educator, policy(), AS_OF) == (
        Reason(
            "young_educator",
            {
                "rule": "and",
                "age": 35,
                "years": 3,
                "born_on": D(2000, 1, 1),
                "turns_35_on": None,
                "pedagogical_start": D(2025, 9, 1),
            },
        ),
    )


def test_managers_are_not_young_educators_but_may_be_new_to_their_post():
    """The young rule is about педагогические работники; a new deputy head is still new."""
    deputy = teacher(
        position=Position.DEPUTY_HEAD,
        born_on=D(1998, 1, 1),
        pedagogical_start=D(2025, 9, 1),
        post_start=D(2026, 8, 1),
    )
    assert codes(deputy) == ["new_post"]
    assert missing(teacher(position=Position.HEAD, born_on=None, pedagogical_start=None)) == []


@pytest.mark.parametrize(
    ("born", "began", "rule", "fields"),
    [
        (None, None, "and", ["born_on", "pedagogical_start"]),
        (None, D(2003, 9, 1), "and", []),  # not in the first years: decided
        (D(1980, 1, 1), None, "and", []),  # not under 35: decided
        (D(1995, 1, 1), None, "and", ["pedagogical_start"]),
        (None, D(2025, 9, 1), "and", ["born_on"]),
        (None, D(2025, 9, 1), "or", []),  # first years: decided
        (D(1995, 1, 1), None, "or", []),
        (D(1980, 1, 1), None, "or", ["pedagogical_start"]),
        (None, D(2003, 9, 1), "or", ["born_on"]),
        (None, None, "off", []),
    ],
)
def test_only_dates_that_decide_are_asked_for(
    born: dt.date | None, began: dt.date | None, rule: str, fields: list[str]
):
    """A date is missing only if the answer could turn on it; then there is no reason either."""
    educator = teacher(born_on=born, pedagogical_start=began)
    assert missing(educator, young_rule=rule) == [(f, "young_educator") for f in fields]
    if fields:
        assert codes(educator, young_rule=rule) == []


def test_missing_start_of_the_post_is_asked_for_while_the_rule_is_on():
    """Without post_start nobody can say whether the post is new."""
    assert missing(teacher(post_start=None)) == [("post_start", "new_post")]
    assert missing(teacher(post_start=None), new_post_years=0) == []


@pytest.mark.parametrize(
    ("position", "reasons", "forms"),
    [
        (Position.TEACHER, ["young_educator"], [MentorForm.MENTOR_YOUNG]),
        (Position.TEACHER, ["young_educator", "new_post"], [MentorForm.MENTOR_YOUNG]),
        (
            Position.TEACHER,
            ["new_post"],
            [MentorForm.PEER, MentorForm.TUTOR, MentorForm.MENTOR_YOUNG],
        ),
        (Position.TEACHER, [], [MentorForm.PEER, MentorForm.TUTOR]),
        (
            Position.HEAD,
            ["new_post"],
            [MentorForm.TEAM, MentorForm.PEER, MentorForm.TUTOR],
        ),
    ],
)
def test_forms_fit_the_need(position: Position, reasons: list[str], forms: list[MentorForm]):
    """The young are given a наставник, managers a team first, others a peer or tutor."""
    educator = teacher(position=position)
    assert list(admitted_forms(educator, [Reason(c) for c in reasons])) == forms
