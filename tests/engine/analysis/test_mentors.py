"""Shortage of mentors: flows against assignments of single people, ties, and who is counted."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment

from engine.analysis import AnalysisOptions, analyse
from engine.domain import DeficitVector, Mentor, MentorForm, Position
from engine.mentorship.eligibility import refusals
from engine.mentorship.fit import Closeness
from engine.region_record import COLUMNS
from engine.registers import Accompaniment, Period, Registers
from tests.engine.analysis.small import FRAMEWORK, TODAY, region, rules, weak

YOUNG = {"turns_35_on": dt.date(2035, 1, 1), "pedagogical_start": dt.date(2026, 1, 10)}
OLD = {"turns_35_on": dt.date(2020, 1, 1), "pedagogical_start": dt.date(2005, 9, 1)}
OLD["post_start"] = OLD["pedagogical_start"]


def mentor(name, subject="физика", capacity=1, **more):
    subjects = (subject,) if subject else ()
    return Mentor(name, Position.TEACHER, subjects, consent=True, capacity=capacity, **more)


def young(subject="физика", **more):
    return {**YOUNG, "subjects": (subject,) if subject else (), **more}


def shortage(people, mentors, scores=(), **more):
    record = region(people, list(scores), mentors=tuple(mentors), **more)
    return analyse(record, FRAMEWORK, rules(), AnalysisOptions(mentor_capacity=2)).mentors


def test_who_needs_a_mentor_and_has_none():
    """Five young and three old: five need one; two places serve two, three go without."""
    found = shortage([young()] * 5 + [OLD] * 3, [mentor("m", capacity=2)])
    assert (found.needing, found.capacity, found.served, found.served_in_subject) == (5, 2, 2, 2)
    (group,) = found.groups
    assert (group.subject, group.people, group.unserved) == ("физика", 5, 3)


def test_a_mentor_of_another_subject_is_none_in_the_subject():
    """Chemistry has no mentor of its own; the one of physics is tied to nobody of it."""
    found = shortage([young("химия")] * 4, [mentor("m", capacity=9)])
    assert (found.served, found.served_in_subject) == (0, 0)
    assert [(g.subject, g.unserved) for g in found.groups] == [("химия", 4)]
    assert [(p.subject, p.capacity, p.serves) for p in found.proposals] == [
        ("химия", 2, 2),
        ("химия", 2, 2),
    ]


def test_a_competency_ties_but_is_no_subject():
    """A mentor strong in B.1 may take those who lack it; of their subject he is not."""
    strong = mentor("m", capacity=9, competencies=("B.1",))
    found = shortage([young("химия")] * 4, [strong], weak(4))
    assert (found.served, found.served_in_subject) == (4, 0)


def test_who_is_accompanied_needs_nobody():
    """By the register on the day, or by a route that goes on; an ended one does not count."""
    held = Period(dt.date(2026, 8, 1), dt.date(2026, 12, 1))
    over = Period(dt.date(2026, 1, 1), dt.date(2026, 8, 1))
    registers = Registers(
        accompaniments=(
            Accompaniment("1", "e0", MentorForm.MENTOR_YOUNG, "m", held),
            Accompaniment("2", "e1", MentorForm.MENTOR_YOUNG, "m", over),
        )
    )
    routes = pd.DataFrame(
        [
            ("r", "e2", None, "active", None, None, True, "m"),
            ("s", "e3", None, "completed", None, None, True, "m"),
        ],
        columns=[*COLUMNS["routes"]],
    )
    found = shortage([young()] * 5, [mentor("m")], registers=registers, routes=routes)
    assert (found.accompanied, found.needing) == (2, 3)


def test_missing_dates_are_counted_apart():
    """Nobody knows whether they are young."""
    found = shortage([{"subjects": ("физика",)}] * 3, [mentor("m")])
    assert (found.unknown, found.needing, found.served) == (3, 0, 0)


def test_nobody_needs_one():
    """With all dates known and nobody young there is no shortage to speak of."""
    assert shortage([OLD] * 3, []) is None


@pytest.mark.parametrize(
    "more",
    [
        {"consent": False},
        {"consent_on": TODAY + dt.timedelta(days=1)},
        {"trained_until": TODAY - dt.timedelta(days=1)},
        {"forms": (MentorForm.PEER,)},
        {"languages": ("tt",)},
        {"online": False, "district": "Юг"},
    ],
)
def test_each_rule_of_a_mentor_shuts_him_out(more):
    """Consent, training, form, language and reach: with one amiss he serves nobody."""
    plain = {"consent": True, **more}
    one = Mentor("m", Position.TEACHER, ("физика",), capacity=3, **plain)
    assert shortage([young()] * 3, [one]).served == 0
    assert shortage([young()] * 3, [mentor("m", capacity=3)]).served == 3


def test_the_flow_is_the_best_assignment_of_people_to_places():
    """On random regions it equals the assignment over single pairs that the rules admit."""
    rng = np.random.default_rng(3)
    subjects = ["физика", "химия", ""]
    for _ in range(15):
        people = [
            young(str(rng.choice(subjects)), district=str(rng.choice(["Север", "Юг"])))
            for _ in range(int(rng.integers(1, 9)))
        ]
        mentors = [
            mentor(
                f"m{i}",
                str(rng.choice(subjects)),
                int(rng.integers(0, 4)),
                online=bool(rng.random() < 0.5),
                district=str(rng.choice(["Север", "Юг"])),
            )
            for i in range(int(rng.integers(1, 5)))
        ]
        found = shortage(people, mentors)
        assert found.served_in_subject == found.served == _best(people, mentors)


def _best(people, mentors):
    """Most pairs by the rules of mentorship themselves, seat by seat."""
    from engine.analysis.people import people_of

    policy = rules()
    educators = people_of(region(people, []), FRAMEWORK, policy).educators
    nothing = DeficitVector(
        FRAMEWORK.codes, *(np.full(len(FRAMEWORK), np.nan) for _ in range(3)), (), None
    )
    places = [m for m in mentors for _ in range(m.capacity)]
    if not places:
        return 0
    admitted = np.array(
        [
            [
                not refusals(
                    e,
                    m,
                    (MentorForm.MENTOR_YOUNG,),
                    policy.mentorship,
                    Closeness(e, nothing, policy.mentorship.fit_weight, FRAMEWORK),
                    TODAY,
                )
                for m in places
            ]
            for e in educators
        ],
        dtype=float,
    )
    rows, columns = linear_sum_assignment(-admitted)
    return int(admitted[rows, columns].sum())
