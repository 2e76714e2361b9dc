"""Practices of programmes for the rule ``transfer``."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp

from engine.catalogue import Catalogue, compile_catalogue
from engine.domain import Kind
from engine.planning.compile_practices import practices_of
from engine.policy import Transfer
from tests.engine.planning.compile_builders import programme, seminar

TWO_MAIN = Transfer(weeks=8, coverage_least=0.2, main_competencies=2)
KINDS = {"m1": Kind.MASTER_CLASS, "m2": Kind.INTERNSHIP, "m3": Kind.OPEN_LESSON, "s1": Kind.SEMINAR}


def _catalogue() -> Catalogue:
    """Activities m1, m2, m3, p1, p2, p3, s1 at positions 0 … 6."""
    events = [seminar(i, kind=kind) for i, kind in KINDS.items()]
    return compile_catalogue([*events, *(programme(f"p{i}") for i in (1, 2, 3))], [])


COVERAGE = sp.csr_array(
    np.array(
        [
            [0.2, 0.0, 0.0, 0.0],  # m1: just enough of competency 0
            [0.0, 0.0, 0.9, 0.0],  # m2: competency 2
            [0.0, 0.19, 0.0, 0.0],  # m3: a hundredth too little of competency 1
            [0.5, 0.3, 0.2, 0.0],  # p1: main competencies 0 and 1
            [0.3, 0.4, 0.1, 0.0],  # p2: the same two
            [0.0, 0.0, 0.0, 1.0],  # p3: nobody practises competency 3
            [1.0, 0.0, 0.0, 0.0],  # s1: no practice kind
        ]
    )
)


def test_practices_cover_a_main_competency_enough() -> None:
    """p1 and p2 are followed by m1 alone: m2 has their third competency, m3 too little."""
    practices = practices_of(_catalogue(), COVERAGE, TWO_MAIN)
    assert practices.group[3] == practices.group[4]
    assert practices.members[practices.group[3]].tolist() == [0]
    assert practices.members[practices.group[5]].tolist() == []
    assert practices.group[[0, 1, 2, 6]].tolist() == [-1] * 4


def test_a_third_main_competency_adds_its_practices() -> None:
    """With three main competencies m2 follows p1 and p2 too."""
    three = Transfer(weeks=8, coverage_least=0.2, main_competencies=3)
    practices = practices_of(_catalogue(), COVERAGE, three)
    assert practices.members[practices.group[4]].tolist() == [0, 1]


def test_needed_and_followed() -> None:
    """p1 needs m1 and is followed while m1 lives; p3 never is."""
    practices = practices_of(_catalogue(), COVERAGE, TWO_MAIN)
    needed = practices.needed_by(np.arange(7) == 3)
    assert np.flatnonzero(needed).tolist() == [0]
    assert not practices.needed_by(np.arange(7) == 5).any()
    assert not practices.needed_by(np.arange(7) == 6).any()
    assert np.flatnonzero(practices.followed(np.ones(7, np.bool_))).tolist() == [3, 4]
    assert not practices.followed(np.arange(7) != 0).any()


def test_members_among_the_living() -> None:
    """Of a group only the living practices are left."""
    practices = practices_of(_catalogue(), COVERAGE, TWO_MAIN)
    group = int(practices.group[3])
    assert practices.among(np.ones(7, np.bool_), [group])[group].tolist() == [0]
    assert practices.among(np.arange(7) != 0, [group, group])[group].tolist() == []


def test_the_rule_off_needs_nothing() -> None:
    """With 0 weeks no programme has a group."""
    off = Transfer(weeks=0, coverage_least=0.2, main_competencies=2)
    practices = practices_of(_catalogue(), COVERAGE, off)
    assert (practices.group == -1).all()
    assert not practices.needed_by(np.ones(7, np.bool_)).any()
    assert not practices.followed(np.ones(7, np.bool_)).any()
