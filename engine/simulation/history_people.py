"""The educators of a history, drawn by blocks: who they are, and what is true of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from engine.catalogue import KINDS
from engine.deficits.levels import target_of
from engine.domain import (
    Conditions,
    Educator,
    FloatArray,
    IntArray,
    Organisation,
    Position,
    Request,
)
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.simulation.abilities import Population
from engine.simulation.history_plan import SEASON_DAYS, HistoryPlan
from engine.simulation.history_texts import request_text
from engine.simulation.history_traits import TASTES, PeopleTraits
from engine.simulation.people import POSITIONS, STAGES, TEMPO
from engine.simulation.streams import pick, stream

BLOCK = 256
"""Educators that are drawn from one stream."""

SCHOOLS = 60
YOUNG_SHARE = 0.25
LIVELINESS_SHAPE = 3.0
REQUEST_NEED = 6.0
URBAN, RURAL = (("Город", 0.8), ("Приморск", 0.2)), (("Лесной", 1), ("Заречье", 1), ("Станция", 1))


@dataclass(frozen=True, slots=True, eq=False)
class Profiles:
    """Every pair of position and subject that a region has.

    Parameters
    ----------
    position, subject
        By profile; an empty subject = none.
    first
        Position among ``POSITIONS`` → its first profile; a teacher's subjects follow in order.
    targets
        Shape (n_profiles, n_leaves), in [0, 1]; NaN where a leaf does not apply.
    """

    position: tuple[Position, ...]
    subject: tuple[str, ...]
    first: tuple[int, ...]
    n_subjects: int
    targets: FloatArray

    @classmethod
    def of(cls, framework: Framework, policy: PolicyProfile) -> Profiles:
        """Profiles of a framework's subjects with the policy's targets."""
        subjects = sorted({name[0] for node in framework.nodes for name in node.subjects})
        pairs: list[tuple[Position, str]] = []
        first = []
        for position, _ in POSITIONS:
            first.append(len(pairs))
            own = subjects if position is Position.TEACHER else [""]
            pairs += [(position, subject) for subject in own]
        targets = [_targets(p, s, framework, policy) for p, s in pairs]
        return cls(
            position=tuple(p for p, _ in pairs),
            subject=tuple(s for _, s in pairs),
            first=tuple(first),
            n_subjects=len(subjects),
            targets=np.array(targets),
        )


def _targets(
    position: Position, subject: str, framework: Framework, policy: PolicyProfile
) -> FloatArray:
    subjects, stages = ((subject,) if subject else ()), STAGES[position]
    applies = framework.applies_to(position, subjects, stages)
    return np.array(
        [
            target_of(
                framework.codes[leaf],
                position,
                policy.targets,
                subjects=subjects,
                stages=stages,
                framework=framework,
            )
            if applies[leaf]
            else np.nan
            for leaf in framework.leaves
        ]
    )


def draw_schools(plan: HistoryPlan, seed: int) -> tuple[Organisation, ...]:
    """Sixty schools, the planned tenths of every ten rural."""
    return tuple(_school(plan, seed, i) for i in range(SCHOOLS))


def _school(plan: HistoryPlan, seed: int, index: int) -> Organisation:
    rural = index % 10 < round(10 * plan.rural_share)
    locality = pick(stream(seed, "school", index), RURAL if rural else URBAN)
    return Organisation(
        f"S{index:03d}", f"Школа № {index}", locality, locality, Conditions(rural=rural)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Residents:
    """A block of educators as they live in the region; rows are educators.

    Parameters
    ----------
    service_days, age_days
        Shape (n,), on the day of the requests.
    school, tempo, shift, weekday
        Shape (n,): positions among the schools and ``TEMPO``; shift 1, 2 or 0 = not stated;
        weekday on which the school cannot let him go, 0 = none.
    internet, request_in_words
        Shape (n,).
    """

    traits: PeopleTraits
    service_days: IntArray
    age_days: IntArray
    school: IntArray
    tempo: IntArray
    shift: IntArray
    weekday: IntArray
    internet: IntArray
    request_in_words: IntArray


def draw_residents(
    plan: HistoryPlan,
    seed: int,
    block: int,
    profiles: Profiles,
    framework: Framework,
    policy: PolicyProfile,
) -> Residents:
    """Draw a whole block; θ is drawn for season 0, later ones are still to come (NaN)."""
    rng = stream(seed, "residents", block)
    weights = np.array([weight for _, weight in POSITIONS])
    position = rng.choice(len(POSITIONS), BLOCK, p=weights / weights.sum())
    teacher = np.array([p is Position.TEACHER for p, _ in POSITIONS])[position]
    subject = rng.integers(profiles.n_subjects, size=BLOCK)
    profile = np.array(profiles.first)[position] + np.where(teacher, subject, 0)
    young = rng.random(BLOCK) < YOUNG_SHARE
    service = np.where(young, rng.integers(100, 900, BLOCK), rng.integers(1_500, 12_000, BLOCK))
    age = np.where(young, rng.integers(22 * 365, 33 * 365, BLOCK), 24 * 365 + service)
    school = rng.integers(SCHOOLS, size=BLOCK)
    tempo = np.array([weight for _, weight in TEMPO])
    theta = _proficiency(rng, framework, policy)
    proficiency = np.full((BLOCK, plan.seasons + 1, theta.shape[1]), np.nan, dtype=np.float32)
    proficiency[:, 0] = theta
    traits = PeopleTraits(
        profile=profile,
        rural=(school % 10 < round(10 * plan.rural_share)).astype(np.float64),
        young=young.astype(np.float64),
        affinity=rng.normal(0.0, plan.truth.affinity_sd, (BLOCK, len(KINDS))),
        taste=rng.normal(size=(BLOCK, TASTES)),
        liveliness=rng.gamma(LIVELINESS_SHAPE, 1 / LIVELINESS_SHAPE, BLOCK),
        request=_requests(rng, plan, profiles.targets[profile] - theta),
        first_season=np.maximum(plan.seasons - service // SEASON_DAYS, 0),
        proficiency=proficiency,
    )
    return Residents(
        traits=traits,
        service_days=service,
        age_days=age,
        school=school,
        tempo=rng.choice(len(TEMPO), BLOCK, p=tempo / tempo.sum()),
        shift=rng.choice([0, 1, 2], BLOCK, p=[0.35, 0.55, 0.1]),
        weekday=np.where(rng.random(BLOCK) < 0.3, rng.integers(1, 6, BLOCK), 0),
        internet=(rng.random(BLOCK) < 0.97).astype(np.int64),
        request_in_words=(rng.random(BLOCK) < 0.5).astype(np.int64),
    )


def _proficiency(
    rng: np.random.Generator, framework: Framework, policy: PolicyProfile
) -> FloatArray:
    """True θ at the leaves, shape (BLOCK, n_leaves), by the hierarchy of the diagnostics."""
    population = Population.of(policy, framework)
    effects = population.sd * rng.standard_normal((BLOCK, len(population.sd)))
    ability = population.centre + effects @ population.loading.T
    theta: FloatArray = np.clip(expit(ability[:, list(framework.leaves)]), 0.01, 0.99)
    return theta


def _requests(rng: np.random.Generator, plan: HistoryPlan, lack: FloatArray) -> IntArray:
    """Requested leaf, likelier where more is lacking; −1 = no request."""
    appeal = np.where(np.isnan(lack), -np.inf, REQUEST_NEED * np.nan_to_num(lack))
    wanted = np.argmax(appeal + rng.gumbel(size=lack.shape), axis=1)
    return np.where(rng.random(len(lack)) < plan.requests_share, wanted, -1)


# --------------------------------------------------------------------------- as records


def educator_at(
    residents: Residents,
    row: int,
    number: int,
    plan: HistoryPlan,
    profiles: Profiles,
    schools: tuple[Organisation, ...],
) -> Educator:
    """Educator ``number`` of the region from a row of his block."""
    profile = int(residents.traits.profile[row])
    school = schools[int(residents.school[row])]
    started = plan.as_of - dt.timedelta(days=int(residents.service_days[row]))
    weekday = int(residents.weekday[row])
    subject = profiles.subject[profile]
    position = profiles.position[profile]
    return Educator(
        id=f"E{number:06d}",
        position=position,
        subjects=(subject,) if subject else (),
        stages=STAGES[position],
        organisation=school,
        district=school.district,
        born_on=plan.as_of - dt.timedelta(days=int(residents.age_days[row])),
        pedagogical_start=started,
        post_start=started,
        tempo_min_per_week=TEMPO[int(residents.tempo[row])][0],
        conditions=Conditions(
            internet=bool(residents.internet[row]),
            shift=int(residents.shift[row]) or None,
            forbidden_weekdays=(weekday,) if weekday else (),
        ),
    )


def requests_at(
    residents: Residents, row: int, number: int, seed: int, framework: Framework
) -> tuple[Request, ...]:
    """His request: a competency by its code, or in his own words."""
    leaf = int(residents.traits.request[row])
    if leaf < 0:
        return ()
    node = framework.nodes[framework.leaves[leaf]]
    if not residents.request_in_words[row]:
        return (Request("R1", node=node.code),)
    rng = stream(seed, "text", 10_000_000 + number)  # texts of activities have smaller numbers
    return (Request("R1", text=request_text(rng, node)),)
