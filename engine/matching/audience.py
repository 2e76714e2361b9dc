"""Audience in the words of a catalogue → positions and subjects."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.domain import Activity, Position
from engine.framework import Framework, Node
from engine.matching.text import normalise, stem, word_terms

_TEACHERS = (Position.TEACHER, Position.PRIMARY_TEACHER)
_MANAGERS = (Position.HEAD, Position.DEPUTY_HEAD, Position.UNIT_HEAD)

# The first pattern that takes a phrase wins: «классные руководители» are no managers.
_PHRASES: tuple[tuple[re.Pattern[str], tuple[Position, ...]], ...] = tuple(
    (re.compile(pattern), positions)
    for pattern, positions in (
        (r"классн\w+ руководител\w*", _TEACHERS),
        (r"учител\w* начальн\w+ (?:классов|школы)|учител\w* начальной", (_TEACHERS[1],)),
        (r"(?:учител\w*[ -])?логопед\w*", (Position.SPEECH_THERAPIST,)),
        (r"(?:педагог\w*[ -])?психолог\w*", (Position.PSYCHOLOGIST,)),
        (r"социальн\w+ педагог\w*", (Position.SOCIAL_PEDAGOGUE,)),
        (r"(?:\w+ )?дополнительного образования(?: детей)?", (Position.EXTRA_TEACHER,)),
        (
            r"(?:\w+ )?дошкольн\w+(?: образовани\w+| ступени)?|воспитател\w*",
            (Position.PRESCHOOL_TEACHER,),
        ),
        (r"советник\w*", (Position.COUNSELLOR,)),
        (r"руководител\w* (?:\w+ )?методическ\w+ служб\w*|методист\w*", (Position.METHODIST,)),
        (r"заместител\w* (?:директор\w*|руководител\w*)|завуч\w*", (Position.DEPUTY_HEAD,)),
        (r"руководител\w*|директор\w*|управленческ\w+ команд\w*", _MANAGERS),
        (r"учител\w*[ -]предметник\w*", (Position.TEACHER,)),
        (r"учител\w*", _TEACHERS),
    )
)
_ANYBODY = re.compile(r"педагог|работник|специалист|преподавател|все желающие|студент")


@dataclass(frozen=True, slots=True)
class Audience:
    """Positions and subjects of an audience; empty = everybody."""

    positions: tuple[Position, ...] = ()
    subjects: tuple[str, ...] = ()


def infer_audience(text: str, framework: Framework) -> Audience:
    """Audience from free text.

    Whatever is left open stays open: where anybody is named beside a narrower group
    («руководители и педагоги»), or nothing is recognised, the positions are empty.

    Parameters
    ----------
    framework
        Its subjects are the ones that are recognised.
    """
    rest = normalise(text)
    is_teacher = "учител" in rest
    found: list[Position] = []
    for pattern, positions in _PHRASES:
        rest, hits = pattern.subn(" ", rest)
        found += positions if hits else ()
    subjects = _subjects(text, framework) if is_teacher else ()
    if subjects and not _names_primary(text):
        found = [p for p in found if p is not Position.PRIMARY_TEACHER]
    if _ANYBODY.search(rest):
        return Audience()
    return Audience(tuple(p for p in Position if p in found), subjects)


def _names_primary(text: str) -> bool:
    return re.search(r"начальн|классн\w+ руководител", normalise(text)) is not None


def _subjects(text: str, framework: Framework) -> tuple[str, ...]:
    """General names of the subjects that a text names, in the framework's order."""
    terms = set(word_terms(text))
    found = [
        name for name, needed in subject_terms(framework.nodes) if all(t in terms for t in needed)
    ]
    return tuple(dict.fromkeys(found))


def with_audience(activity: Activity, framework: Framework) -> Activity:
    """The activity with positions and subjects from its audience text, if it states none."""
    if activity.positions or activity.subjects or activity.stages or not activity.audience:
        return activity
    found = infer_audience(activity.audience, framework)
    if not found.positions and not found.subjects:
        return activity
    return replace(activity, positions=found.positions, subjects=found.subjects)


def subject_terms(nodes: Iterable[Node]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Every subject name of framework nodes with the word terms that stand for it."""
    return tuple(
        (name, name_terms(name)) for node in nodes for group in node.subjects for name in group
    )


def name_terms(name: str) -> tuple[str, ...]:
    """Terms of one name: its stem, or the pairs of neighbouring stems of several words."""
    stems = tuple(stem(word) for word in re.findall(r"\w+", name))
    return tuple(f"{a}_{b}" for a, b in pairwise(stems)) or stems
