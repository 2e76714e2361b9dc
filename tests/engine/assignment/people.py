"""Random people and carers who exercise every rule of the mentors' eligibility and fit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.assignment import Mentee, Person, needs_of
from engine.domain import (
    Conditions,
    Demand,
    Educator,
    Mentor,
    MentorForm,
    Organisation,
    Position,
    Reason,
    Stage,
)
from tests.engine.mentorship.people import AS_OF, demand

TODAY = AS_OF.date()
LATER, EARLIER = TODAY + dt.timedelta(days=9), TODAY - dt.timedelta(days=9)
NODES = ("MET.ASM", "MET.ASM.01", "SUB.MTH", "MET.FUN", "нет в рамке")
SUBJECTS = ("математика", "Физика", "обж", "обзр", "английский язык", "иностранный язык")
FORMS = (
    (MentorForm.MENTOR_YOUNG,),
    (MentorForm.PEER, MentorForm.TUTOR),
    (MentorForm.TEAM, MentorForm.PEER, MentorForm.TUTOR),
    (MentorForm.PEER, MentorForm.TUTOR, MentorForm.MENTOR_YOUNG),
)


def some(rng: np.random.Generator, values: Sequence[object], most: int) -> tuple[int, ...]:
    """Places of up to ``most`` different values."""
    return tuple(rng.permutation(len(values))[: rng.integers(0, most + 1)].tolist())


def draw_mentee(rng: np.random.Generator, i: int) -> tuple[Mentee, tuple[Demand, ...]]:
    """An educator with up to three demands; every field that a rule reads varies."""
    school = int(rng.integers(4))
    organisation = Organisation(
        f"s{school}",
        "Школа",
        district=("Север", "Юг", "")[school % 3],
        conditions=Conditions(internet=(None, False)[int(rng.random() < 0.3)]),
    )
    educator = Educator(
        f"e{i:03}",
        (Position.TEACHER, Position.PRIMARY_TEACHER, Position.HEAD)[int(rng.integers(3))],
        subjects=tuple(SUBJECTS[k] for k in some(rng, SUBJECTS, 2)),
        stages=tuple((Stage.BASIC, Stage.SECONDARY)[k] for k in some(rng, (0, 1), 2)),
        organisation=organisation if rng.random() < 0.8 else None,
        district=("", "Север", "Юг")[int(rng.integers(3))],
        conditions=Conditions(internet=(None, True, False)[int(rng.integers(3))]),
        languages=(("ru",), ("ru", "en"), ("tt",))[int(rng.integers(3))],
    )
    demands = tuple(
        demand(NODES[k], weight=1.0 + k, expected=float(rng.choice([0.0, 0.3, 0.7])))
        for k in some(rng, NODES, 3)
    )
    reasons = (Reason("young_educator"),) if rng.random() < 0.5 else ()
    person = Person(educator, needs_of(demands))
    return Mentee(person, FORMS[int(rng.integers(len(FORMS)))], reasons), demands


def draw_carer(rng: np.random.Generator, j: int, n_people: int) -> Mentor:
    """A mentor of any position, one in some of whom is one of the people himself."""
    own = rng.random() < 0.1
    managed = tuple(f"e{k:03}" for k in rng.integers(0, n_people, 2).tolist())
    return Mentor(
        f"e{int(rng.integers(n_people)):03}" if own else f"m{j:03}",
        (Position.TEACHER, Position.PRIMARY_TEACHER, Position.HEAD)[int(rng.integers(3))],
        subjects=tuple(SUBJECTS[k] for k in some(rng, SUBJECTS, 2)),
        stages=tuple((Stage.BASIC, Stage.SECONDARY)[k] for k in some(rng, (0, 1), 2)),
        organisation_id=(None, "s0", "s1", "s2")[int(rng.integers(4))],
        district=("", "Север", "Юг")[int(rng.integers(3))],
        forms=tuple(list(MentorForm)[k] for k in sorted(some(rng, tuple(MentorForm), 3))),
        consent=bool(rng.random() < 0.9),
        consent_on=(None, EARLIER, LATER)[int(rng.integers(3))],
        capacity=int(rng.integers(0, 4)),
        competencies=tuple(NODES[k] for k in some(rng, NODES, 3)),
        languages=(("ru",), ("en",))[int(rng.random() < 0.2)],
        online=bool(rng.random() < 0.6),
        line_manager_of=managed if rng.random() < 0.3 else (),
        trained_until=(None, EARLIER, LATER)[int(rng.integers(3))],
    )


@dataclass(frozen=True)
class World:
    """People by id with their demands, and carers by id, each once."""

    mentees: list[Mentee]
    demands: list[tuple[Demand, ...]]
    carers: list[Mentor]


def draw_world(seed: int, n: int, m: int) -> World:
    """A world of n people and at most m carers."""
    rng = np.random.default_rng(seed)
    drawn = [draw_mentee(rng, i) for i in range(n)]
    carers = {c.id: c for c in (draw_carer(rng, j, n) for j in range(m))}
    return World(
        [mentee for mentee, _ in drawn],
        [demands for _, demands in drawn],
        [carers[i] for i in sorted(carers)],
    )
