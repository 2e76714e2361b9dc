"""Activities of a region: kinds, hours, what they cover, what they cost.

The realistic region follows the marginals of public catalogues: lengths of 16 … 144 hours, many
short events, whole forums of parallel 60-minute slots, a few topics that take most of the
catalogue. The saturated one is uniform noise over eight competencies, so that nearly every
activity closes a deficit of nearly everybody.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import (
    PRACTICE_KINDS,
    PROGRAMME_KINDS,
    Activity,
    Document,
    Form,
    Funding,
    Kind,
    Level,
    Position,
    Stage,
    Technology,
)
from engine.framework import Framework, Node
from engine.simulation.streams import pick, stream

FORUM_SLOT_HOURS = 60 / 45
"""A forum slot of 60 minutes, in academic hours."""


@dataclass(frozen=True, slots=True)
class KindMix:
    """Share of a kind in the catalogue and its lengths in academic hours with weights."""

    kind: Kind
    share: float
    hours: tuple[tuple[float, float], ...]


REALISTIC: tuple[KindMix, ...] = (
    KindMix(
        Kind.DPP_PK,
        0.28,
        ((16, 0.14), (18, 0.14), (24, 0.16), (36, 0.32), (72, 0.18), (108, 0.04), (144, 0.02)),
    ),
    KindMix(Kind.DPP_PP, 0.01, ((250, 0.7), (288, 0.3))),
    KindMix(Kind.WEBINAR, 0.12, ((1, 0.3), (2, 0.6), (3, 0.1))),
    KindMix(Kind.SEMINAR, 0.11, ((2, 0.3), (4, 0.5), (6, 0.2))),
    KindMix(Kind.MASTER_CLASS, 0.09, ((1, 0.2), (2, 0.6), (4, 0.2))),
    KindMix(Kind.FORUM, 0.12, ((FORUM_SLOT_HOURS, 1.0),)),
    KindMix(Kind.WORKSHOP, 0.05, ((4, 0.6), (6, 0.4))),
    KindMix(Kind.INTERNSHIP, 0.04, ((8, 0.3), (16, 0.5), (24, 0.2))),
    KindMix(Kind.OPEN_LESSON, 0.04, ((1, 0.6), (2, 0.4))),
    KindMix(Kind.TRAINING, 0.03, ((6, 0.5), (8, 0.5))),
    KindMix(Kind.SELF_STUDY, 0.03, ((6, 0.3), (12, 0.4), (18, 0.3))),
    KindMix(Kind.LECTURE, 0.02, ((2, 1.0),)),
    KindMix(Kind.ROUND_TABLE, 0.02, ((2, 1.0),)),
    KindMix(Kind.CONFERENCE, 0.02, ((4, 0.4), (8, 0.6))),
    KindMix(Kind.COMMUNITY, 0.01, ((12, 0.6), (18, 0.4))),
    KindMix(Kind.CONTEST, 0.01, ((8, 0.5), (20, 0.5))),
)

SATURATED: tuple[KindMix, ...] = tuple(
    KindMix(kind, 1.0, tuple((float(hours), 1.0) for hours in range(low, high + 1, step)))
    for kind, low, high, step in (
        (Kind.DPP_PK, 16, 40, 4),
        (Kind.SEMINAR, 2, 8, 1),
        (Kind.WORKSHOP, 2, 8, 1),
        (Kind.WEBINAR, 1, 4, 1),
        (Kind.MASTER_CLASS, 1, 4, 1),
        (Kind.INTERNSHIP, 4, 16, 2),
        (Kind.TRAINING, 4, 12, 2),
    )
)

SATURATED_LEAVES = 8
"""Competencies of the saturated region; educators are measured in these alone."""

TOPIC_EXPONENT = 0.7
"""Weight of the i-th most frequent topic is i to the power −0.7."""

BURNOUT_TOPIC = "PSY.SLF"
BURNOUT_THEME = "burnout_prevention"

LEVELS: tuple[tuple[Level | None, float], ...] = (
    (None, 0.2),
    (Level.SCHOOL, 0.05),
    (Level.MUNICIPAL, 0.3),
    (Level.REGIONAL, 0.35),
    (Level.INTERREGIONAL, 0.04),
    (Level.NATIONAL, 0.06),
)

PRICES: tuple[tuple[int, float], ...] = (
    (0, 0.7),
    (3_000, 0.07),
    (4_500, 0.07),
    (8_000, 0.08),
    (12_000, 0.05),
    (25_000, 0.03),
)

SOURCES: tuple[tuple[tuple[Funding, ...], float], ...] = (
    ((Funding.STATE,), 0.45),
    ((Funding.STATE, Funding.EMPLOYER), 0.2),
    ((Funding.EMPLOYER,), 0.1),
    ((Funding.VOUCHER, Funding.OWN), 0.1),
    ((Funding.OWN,), 0.15),
)

INFORMAL_KINDS = frozenset({Kind.SELF_STUDY, Kind.COMMUNITY, Kind.LESSON_VISIT})


@dataclass(frozen=True, slots=True)
class Topics:
    """Blocks of leaves with the weight of each."""

    leaves: tuple[tuple[Node, ...], ...]
    weights: tuple[float, ...]

    @staticmethod
    def of(seed: int, framework: Framework) -> Topics:
        """All blocks of a framework in an order of frequency drawn for the region."""
        blocks = [n.code for n in framework.nodes if n.parent is not None]
        blocks = [code for code in blocks if len(framework.leaves_of(code)) > 1]
        order = stream(seed, "topics").permutation(len(blocks)).tolist()
        weights = ((1.0 + rank) ** -TOPIC_EXPONENT for rank in range(len(blocks)))
        return Topics(tuple(framework.leaves_of(blocks[i]) for i in order), tuple(weights))


def saturated_leaves(framework: Framework) -> tuple[str, ...]:
    """Competencies of a saturated region: leaves that apply to teachers of every subject."""
    nodes = [framework.nodes[i] for i in framework.leaves]
    free = [n.code for n in nodes if not n.subjects and _for_all_teachers(n)]
    return tuple(free[:SATURATED_LEAVES])


def _for_all_teachers(node: Node) -> bool:
    positions = {Position.TEACHER, Position.PRIMARY_TEACHER}
    stages = {Stage.PRIMARY, Stage.BASIC}
    return (not node.positions or positions <= set(node.positions)) and (
        not node.stages or stages <= set(node.stages)
    )


def activity_id(index: int) -> str:
    """Id of the activity ``index``; ids sort like their numbers."""
    return f"A{index:06d}"


def draw_activity(
    seed: int, index: int, topics: Topics, framework: Framework, *, saturated: bool
) -> Activity:
    """Activity ``index``; its prerequisites are activities before it."""
    rng = stream(seed, "activity", index)
    mix = REALISTIC if not saturated else SATURATED
    chosen = pick(rng, [(m, m.share) for m in mix])
    kind, hours = chosen.kind, pick(rng, chosen.hours)
    nodes = _nodes(rng, topics, framework, saturated)
    practice = kind in PRACTICE_KINDS
    programme = kind in PROGRAMME_KINDS
    price = pick(rng, PRICES) if programme else 0
    themed = any(node.code.startswith(BURNOUT_TOPIC) for node in nodes)
    if saturated:
        themed = not programme and bool(rng.random() < 0.05)
    registered = programme and rng.random() < 0.5
    return Activity(
        id=activity_id(index),
        kind=kind,
        title=f"{_TITLES.get(kind, 'Событие')} «{nodes[0].title}», № {index}",
        hours_academic=float(hours),
        form=_form(kind),
        subjects=tuple(sorted({name[0] for node in nodes for name in node.subjects})),
        provider=f"P{int(rng.integers(12)):02d}",
        document=_DOCUMENTS.get(kind, Document.ATTENDANCE),
        level=None if programme else pick(rng, LEVELS),
        technologies=(Technology.BLENDED,) if programme else (),
        coverage=_coverage(rng, nodes, practice),
        prerequisites=_prerequisites(rng, index) if not practice else (),
        themes=(BURNOUT_THEME,) if themed else (),
        register_from=dt.date(2024, 9, 1) if registered else None,
        register_to=dt.date(2028, 8, 31) if registered else None,
        price_rub=price,
        funding=pick(rng, SOURCES) if price else (),
        source="simulation",
        synthetic=True,
    )


def draw_diagnostic(index: int) -> Activity:
    """The regional diagnostic that the checkpoints of a route take."""
    return Activity(
        id=activity_id(index),
        kind=Kind.DIAGNOSTIC,
        title="Диагностика профессиональных компетенций",
        hours_academic=2.0,
        form=Form.INFORMAL,
        document=Document.NONE,
        source="simulation",
        synthetic=True,
    )


_TITLES = {
    Kind.DPP_PK: "Программа повышения квалификации",
    Kind.DPP_PP: "Программа переподготовки",
    Kind.WEBINAR: "Вебинар",
    Kind.SEMINAR: "Семинар",
    Kind.MASTER_CLASS: "Мастер-класс",
    Kind.INTERNSHIP: "Стажировка",
    Kind.SELF_STUDY: "Материалы для самостоятельного изучения",
    Kind.COMMUNITY: "Методическое объединение",
}

_DOCUMENTS = {
    Kind.DPP_PK: Document.CERTIFICATE_PK,
    Kind.DPP_PP: Document.DIPLOMA_PP,
    Kind.SELF_STUDY: Document.NONE,
    Kind.COMMUNITY: Document.NONE,
}


def _form(kind: Kind) -> Form:
    if kind in PROGRAMME_KINDS:
        return Form.FORMAL
    return Form.INFORMAL if kind in INFORMAL_KINDS else Form.NON_FORMAL


def _nodes(
    rng: np.random.Generator, topics: Topics, framework: Framework, saturated: bool
) -> list[Node]:
    """One to four competencies of one topic."""
    if saturated:
        among: Sequence[Node] = [framework.node(code) for code in saturated_leaves(framework)]
        count = int(rng.integers(1, 5))
    else:
        among = pick(rng, list(zip(topics.leaves, topics.weights, strict=True)))
        count = pick(rng, ((1, 0.35), (2, 0.35), (3, 0.2), (4, 0.1)))
    places = rng.permutation(len(among))[:count].tolist()
    return [among[i] for i in places]


def _coverage(rng: np.random.Generator, nodes: Sequence[Node], practice: bool) -> dict[str, float]:
    """Shares in hundredths, 0.7 … 1 in all; a practice is about each of its competencies."""
    shares = rng.dirichlet(np.full(len(nodes), 6.0 if practice else 2.0)) * rng.uniform(0.7, 1.0)
    floors = np.maximum(np.floor(shares * 100) / 100, 0.01)
    return {node.code: float(share) for node, share in zip(nodes, floors, strict=True)}


def _prerequisites(rng: np.random.Generator, index: int) -> tuple[tuple[str, ...], ...]:
    """One group of one or two earlier activities, for one activity in sixteen."""
    if rng.random() > 1 / 16 or index < 2:
        return ()
    return (tuple(sorted({activity_id(int(i)) for i in rng.integers(0, index, 2)})),)
