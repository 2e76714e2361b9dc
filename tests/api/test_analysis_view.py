"""What of an analysis a place, a position and a head of school are shown."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from api.analysis_view import View, of_organisation
from engine.analysis import Addressee, Analysis, Recommendation, analyse
from engine.analysis.results import MentorGroup, MentorShortage, ProposedMentor
from engine.deficits.groupings import Grouping
from engine.domain import Position
from engine.framework import load_framework
from engine.interchange.region import record_of_package
from engine.policy import load_policy
from tests.api.access.people import ORGANISATION
from tests.api.test_analysis import schools


@cache
def found() -> Analysis:
    """Of the four schools, with mentors wanted in two districts for two positions."""
    made = analyse(record_of_package(schools()), load_framework(), load_policy("default"))
    wanted = (("Юг", Position.TEACHER), ("Север", Position.TEACHER), ("Юг", Position.METHODIST))
    advice = tuple(
        Recommendation(
            Addressee.MUNICIPALITY,
            "mentors_of_subject",
            district,
            1.0,
            {"district": district, "position": position.value, "subject": ""},
        )
        for district, position in wanted
    )
    shortage = MentorShortage(
        needing=3,
        accompanied=0,
        unknown=0,
        capacity=0,
        served=0,
        served_in_subject=0,
        groups=tuple(MentorGroup(d, p, "", 1, 1) for d, p in wanted),
        proposals=tuple(ProposedMentor(d, p, "", 1, 1) for d, p in wanted),
    )
    return replace(made, mentors=shortage, recommendations=(*made.recommendations, *advice))


def mentors(shown: Analysis) -> tuple[int, int, int]:
    """Groups, proposals and recommendations of mentors that are left."""
    assert shown.mentors is not None
    advised = [r for r in shown.recommendations if r.code == "mentors_of_subject"]
    return len(shown.mentors.groups), len(shown.mentors.proposals), len(advised)


@pytest.mark.parametrize(
    ("view", "left"),
    [
        (View(), 3),
        (View(district="Юг"), 2),
        (View(position=Position.TEACHER), 2),
        (View(district="Юг", position=Position.METHODIST), 1),
        (View(district="Запад"), 0),
    ],
)
def test_mentors_are_those_of_the_place_and_the_position(view: View, left: int) -> None:
    """Both conditions hold for groups, proposals and what is advised; the total stays."""
    shown = view.of(found())
    assert mentors(shown) == (left, left, left)
    assert shown.mentors is not None
    assert shown.mentors.needing == 3


def test_a_head_is_not_told_of_fewer_than_five() -> None:
    """With four measured at his school neither the group nor the advice is left."""
    told = of_organisation(found(), ORGANISATION)
    assert [(c.grouping, c.key) for c in told.concentrations] == [(Grouping.SCHOOL, ORGANISATION)]
    assert [r.code for r in told.recommendations] == ["deficit_in_school"]
    few = tuple(replace(c, n_measured=4) for c in found().concentrations)
    hidden = of_organisation(replace(found(), concentrations=few), ORGANISATION)
    assert (hidden.concentrations, hidden.recommendations) == ((), ())


def test_a_head_of_an_ordinary_school_is_told_nothing_of_others() -> None:
    """Nothing stands out there, so nothing is said, and nothing of the region either."""
    told = of_organisation(found(), "O-far")
    assert (told.concentrations, told.recommendations, told.nodes, told.mentors) == (
        (),
        (),
        (),
        None,
    )
