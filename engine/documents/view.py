"""A recommendation in words: the records that the terminal and the page have in common.

Everything here is text that is ready to be placed; numbers stay beside it only where something
is drawn from them. What is not stated reads «не указано», never a filler.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.recommendation import Step


@dataclass(frozen=True, slots=True)
class DeficitView:
    """One demand of the deficit vector in words.

    ``estimate``, ``low``, ``high`` and ``closed`` are those of the entry, for drawing; NaN = not
    measured.
    """

    title: str
    kind: str
    direction: str
    official: str
    likelihood: str
    size: str
    closed_words: str
    evidence: tuple[str, ...]
    estimate: float
    low: float
    high: float
    closed: float


@dataclass(frozen=True, slots=True)
class PointView:
    """One measurement of a competency in words; the numbers are for drawing, in [0, 1]."""

    said: str
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ChangeView:
    """Change of one competency between its first and its last measurement in words.

    ``code`` is the value of ``DeficitChange`` that ``status`` words; ``aside`` tells why the
    estimate went the other way than the shares done, and is empty where it did not.
    """

    title: str
    points: tuple[PointView, ...]
    size: str
    grown: str
    status: str
    aside: str
    chances: str
    code: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One step in words; ``record`` is the step itself, for drawing.

    ``unexplained`` are those of ``closes`` that no reason speaks of.
    """

    number: int
    title: str
    kind: str
    form: str
    technologies: str
    document: str
    provider: str
    level: str
    terms: str
    meetings: tuple[str, ...]
    hours: str
    workload: str
    funding: str
    closes: tuple[str, ...]
    unexplained: tuple[str, ...]
    reasons: tuple[str, ...]
    record: Step


@dataclass(frozen=True, slots=True)
class MentorView:
    """The mentor, the meetings and the windows without a common slot in words."""

    id: str
    form: str
    fit: str
    reasons: tuple[str, ...]
    meetings: tuple[str, ...]
    missed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CheckpointView:
    """One diagnostic of the route in words."""

    stage: str
    title: str
    when: str
    duration: str
    missing: bool


@dataclass(frozen=True, slots=True)
class UnmetView:
    """One open demand with the reason why it is open."""

    title: str
    reason: str


@dataclass(frozen=True, slots=True)
class RouteView:
    """The whole recommendation in words; pairs are (name, value).

    ``next_steps`` is empty where the route has steps, or where there is no route at all;
    ``next_measurements`` where the route does not measure again.
    """

    language: str
    status: str
    status_words: str
    terms: str
    about: tuple[tuple[str, str], ...]
    descriptors: tuple[tuple[str, tuple[str, ...]], ...]
    inputs: tuple[tuple[str, tuple[str, ...]], ...]
    deficits: tuple[DeficitView, ...]
    changes: tuple[ChangeView, ...]
    next_measurements: str
    steps: tuple[StepView, ...]
    mentor: MentorView | None
    checkpoints: tuple[CheckpointView, ...]
    unmet: tuple[UnmetView, ...]
    conflict: tuple[str, ...]
    repairs: tuple[str, ...]
    notes: tuple[str, ...]
    next_steps: tuple[str, ...]
    not_chosen: tuple[tuple[str, str], ...]
    certificate: tuple[str, ...]
    certificate_numbers: tuple[tuple[str, str], ...]
    variants: tuple[str, ...]
    busiest: str
    money: tuple[tuple[str, str], ...]
    provenance: tuple[tuple[str, str], ...]
