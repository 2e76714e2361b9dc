"""Management teams to management teams by what one has and the other needs."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.assignment import Need, Person, Wish
from engine.assignment.teams import TeamRules, pair_teams
from engine.domain import MentorForm, Position
from engine.registers import Accompaniment, Period, Team
from tests.engine.mentorship.people import AS_OF, policy, teacher

POLICY = policy()


def member(name: str, stake: float, strong: float, node: str = "K1") -> Person:
    return Person(teacher(id=name, position=Position.HEAD), (Need(node, (node,), stake, strong),))


WEAK = [member("w1", 1.0, 0.1), member("w2", 2.0, 0.0)]
GOOD = [member("g1", 0.1, 0.9), member("g2", 0.3, 0.4)]
TEAMS = [Team("weak", "s1", members=("w1", "w2")), Team("good", "s2", members=("g1", "g2"))]


def test_what_a_team_gives_by_hand():
    """The best member's 0.9 times the mean need 1.5; who has it at 0.1 gives nothing back."""
    found = pair_teams(TEAMS, WEAK + GOOD, POLICY, AS_OF)
    (pair,) = found.pairs
    assert (pair.educator_id, pair.carer_id, pair.form) == ("weak", "good", MentorForm.TEAM)
    assert pair.fit == pytest.approx(0.9 * 1.5)
    assert pair.competencies == ("K1",)
    (left,) = found.unserved
    assert (left.educator_id, left.code) == ("good", "assignment_none_admitted")
    assert left.refusals == {"team_same_organisation": 1, "team_little_to_give": 1}


def test_not_within_one_organisation():
    """Two teams of one school do not accompany one another."""
    teams = [Team("weak", "s1", members=("w1",)), Team("good", "s1", members=("g1",))]
    assert not pair_teams(teams, WEAK + GOOD, POLICY, AS_OF).pairs


def test_members_of_whom_nothing_is_known_say_nothing():
    """A team of strangers is not assessed; strangers among known ones change nothing."""
    teams = [
        Team("strangers", "s3", members=("x", "y")),
        Team("weak", "s1", members=("w1", "w2", "x")),
        TEAMS[1],
    ]
    found = pair_teams(teams, WEAK + GOOD, POLICY, AS_OF)
    assert [(p.educator_id, p.fit) for p in found.pairs] == [("weak", pytest.approx(1.35))]
    refusals = {u.educator_id: u.refusals for u in found.unserved}
    assert refusals["strangers"]["team_not_assessed"] == 3


def test_most_teams_of_one_team_and_the_best_choice():
    """One strong team has one place: the neediest of two gets it, with two places both do."""
    teams = [*TEAMS, Team("needier", "s4", members=("n1",))]
    people = WEAK + GOOD + [member("n1", 3.0, 0.0)]
    one = pair_teams(teams, people, POLICY, AS_OF)
    assert [p.educator_id for p in one.pairs] == ["needier"]
    assert one.bottlenecks[0].missing == 1
    two = pair_teams(teams, people, POLICY, AS_OF, rules=TeamRules(most=2))
    assert [p.educator_id for p in two.pairs] == ["needier", "weak"]


def test_present_pairs_stand_vetoes_hold_and_dissolved_teams_are_gone():
    """A pair of the register fills its place; a veto forbids; a team that ended takes no part."""
    other = Team("other", "s5", members=("g1",))
    kept = [Accompaniment("a", "weak", MentorForm.TEAM, "good", Period(dt.date(2026, 1, 1)))]
    found = pair_teams([*TEAMS, other], WEAK + GOOD, POLICY, AS_OF, present=kept)
    pair = next(p for p in found.pairs if p.educator_id == "weak")
    assert (pair.carer_id, pair.present) == ("good", True)
    assert next(x for x in found.loads if x.carer_id == "good").held == 1
    veto = [Wish("weak", "good", veto=True)]
    vetoed = pair_teams([*TEAMS, other], WEAK + GOOD, POLICY, AS_OF, wishes=veto)
    assert next(p for p in vetoed.pairs if p.educator_id == "weak").carer_id == "other"
    ended = Team("good", "s2", members=("g1",), exists=Period(until=dt.date(2020, 1, 1)))
    assert not pair_teams([TEAMS[0], ended], WEAK + GOOD, POLICY, AS_OF).pairs
