"""Small populations with known levels, for the group view."""

from dataclasses import replace

import numpy as np

from engine.deficits.group_view import Member
from engine.domain import Educator, Method, NodeProficiency, Organisation, Position, Proficiency
from engine.policy import GroupView
from tests.engine.diagnostics.examples import framework, policy

FRAMEWORK = framework()
NODE = "A.1"
SHARES = (0.3, 0.7, 1.0)
"""Raw shares of a high, a medium and a minimal official level."""


def profile(least_people, *, population_sd=0.5, group_sd=0.3, **diagnostics):
    """The round policy of the diagnostics' examples, with so many people at least."""
    rule = GroupView(least_people, population_sd, group_sd)
    return replace(policy(**diagnostics), group_view=rule)


def unrelated(least_people):
    """The same where people have nothing in common but the prior, which is known exactly."""
    return profile(
        least_people,
        population_sd=0.0,
        group_sd=0.0,
        procedure_sd={**policy().diagnostics.procedure_sd, Method.TEST: 0.0},
    )


def school(key, district="Север"):
    return Organisation(key, f"Школа {key}", district)


def person(number, organisation=None, *, subjects=(), position=Position.TEACHER, district=""):
    return Educator(
        f"e{number}", position, tuple(subjects), organisation=organisation, district=district
    )


def at(mean, sd, share, node=NODE):
    """A proficiency measured at one node."""
    one = NodeProficiency(
        node=node,
        mean=mean,
        sd=sd,
        n_tasks=6,
        evidence_age_days=0,
        raw_share=share,
        raw_score=6 * share,
        raw_max=6.0,
        raw_tasks=6,
    )
    return Proficiency((one,), mean, sd)


def member(educator, level=None, *, mean=0.65, sd=0.15):
    """A member whose newest sitting had that level; the posterior is what is given."""
    measured = None if level is None else at(mean, sd, SHARES[level])
    return Member(educator, measured)


def random_members(rng, count, *, schools, districts, subjects=()):
    """People in random places, most of them measured, with levels that tend to be alike."""
    places = [school(f"s{i}", f"р{i % districts}") for i in range(schools)]
    size = rng.dirichlet(np.full(schools, 1.0))
    members = []
    for i in range(count):
        where = places[rng.choice(schools, p=size)]
        own = rng.choice(subjects, rng.integers(0, 3), replace=False) if len(subjects) else ()
        taught = tuple(str(s) for s in own)
        level = None if rng.random() < 0.1 else int(rng.choice(3, p=[0.5, 0.15, 0.35]))
        mean = float(rng.choice([0.3, 0.7, 0.95]))
        members.append(member(person(i, where, subjects=taught), level, mean=mean, sd=0.08))
    return members
