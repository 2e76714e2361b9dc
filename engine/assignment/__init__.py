"""Who accompanies whom, for many at once: mentors, peers, teams, tutors."""

from engine.assignment.assign import assign
from engine.assignment.mentees import Mentee, Need, Person, Unclear, mentees_of, needs_of
from engine.assignment.records import (
    Assignment,
    Certificate,
    Load,
    Pair,
    Pricing,
    Shortage,
    Spread,
    Unserved,
    Wish,
)

__all__ = [
    "Assignment",
    "Certificate",
    "Load",
    "Mentee",
    "Need",
    "Pair",
    "Person",
    "Pricing",
    "Shortage",
    "Spread",
    "Unclear",
    "Unserved",
    "Wish",
    "assign",
    "mentees_of",
    "needs_of",
]
