"""What a computation of indicators gives back: values with those who stand behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from engine.domain import BoolArray
from engine.indicators.definitions import IndicatorDefinition
from engine.indicators.periods import Cadence, ReportPeriod


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Who is counted, as a mask; the ids are written out only when somebody asks.

    Parameters
    ----------
    entity
        What the ids name: ``educators``, ``teams``, ``methodists``, ``activities``, ``runs``, …;
        rows of a table without ids of its own (``sittings``, ``participation``,
        ``methodist_charges``) are named by what they tie together.
    mask
        Shape (number of the entity's ids,): those who are counted.
    all_ids
        Gives all ids of that kind, sorted.
    """

    entity: str
    mask: BoolArray
    all_ids: Callable[[], npt.NDArray[np.object_]] = field(repr=False)

    def __len__(self) -> int:
        return int(np.count_nonzero(self.mask))

    def __iter__(self) -> Iterator[str]:
        return iter(self.all_ids()[self.mask].tolist())


@dataclass(frozen=True, slots=True)
class Slice:
    """One part of a reading.

    Parameters
    ----------
    by
        ``district``, ``organisation``, ``position``, ``young`` or, of events, ``level`` or
        ``kind``.
    key
        District, id of an organisation, value of ``Position``, ``yes`` / ``no`` / ``unknown``;
        empty = not stated.
    numerator, denominator, value
        As of a reading.
    """

    by: str
    key: str
    numerator: int
    denominator: int | None
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An indicator under one reading of each term that its regulation leaves open.

    Parameters
    ----------
    id
        Ids of the chosen options, joined by dots; ``only`` where nothing is open.
    label, label_en
        The same in Russian and in English; empty where nothing is open.
    options
        Id of the option by id of the term, in the order of the terms.
    numerator
        How many are counted.
    denominator
        Of how many; ``None`` = the indicator is a plain number.
    value
        Numerator / denominator, the share in [0, 1]; the numerator itself where there is no
        denominator; NaN = the denominator is empty, so there is no value.
    reached
        Whether the target is reached; ``None`` = no target, or no value.
    undecided
        How many are not counted on either side only because data about them are missing (dates
        of birth or of service); ``None`` = nothing of this kind can be missing.
    empty_sources
        Tables that the reading rests on and that hold no row at all: the value says nothing.
    breakdown
        Parts in the order of ``by``, then of the keys; empty = not asked for.
    trend
        (period, value) of the earlier periods asked for and of this one, in order of time.
    """

    id: str
    label: str
    options: tuple[tuple[str, str], ...]
    numerator: int
    denominator: int | None
    value: float
    reached: bool | None
    undecided: int | None
    empty_sources: tuple[str, ...]
    counted: Members = field(repr=False)
    of: Members | None = field(repr=False)
    breakdown: tuple[Slice, ...] = ()
    trend: tuple[tuple[ReportPeriod, float], ...] = ()
    label_en: str = ""

    def said(self, language: str) -> str:
        """The label in a language, ``ru`` or ``en``."""
        return self.label_en if language == "en" else self.label

    @property
    def numerator_ids(self) -> tuple[str, ...]:
        """Pseudonymous ids of those who are counted, sorted."""
        return tuple(self.counted)

    @property
    def denominator_ids(self) -> tuple[str, ...]:
        """Pseudonymous ids of those of whom; empty where there is no denominator."""
        return () if self.of is None else tuple(self.of)


@dataclass(frozen=True, slots=True, eq=False)
class IndicatorResult:
    """One indicator; ``readings`` begins with the chosen one, the others follow in fixed order."""

    definition: IndicatorDefinition
    readings: tuple[Reading, ...]

    @property
    def chosen(self) -> Reading:
        """The reading that is reported where only one can be."""
        return self.readings[0]

    def reading(self, reading_id: str) -> Reading | None:
        """A reading by id."""
        return next((r for r in self.readings if r.id == reading_id), None)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the record shows of a control: a label in Russian and how many."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Control:
    """A dated action of a plan, in the year of the report.

    Parameters
    ----------
    id
        Number in the plan (``5.2``).
    section, wording, terms, responsible_text
        Word for word.
    responsible
        Short names of the bodies.
    windows
        Spans in which it is due in that year; empty = dated by other plans.
    state
        ``shown`` the record holds evidence; ``not_shown`` it could and holds none; ``no_data``
        the record cannot tell.
    """

    id: str
    section: str
    wording: str
    terms: str
    responsible: tuple[str, ...]
    responsible_text: str
    windows: tuple[ReportPeriod, ...]
    state: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Reminder:
    """What falls due.

    Parameters
    ----------
    kind
        ``monitoring`` (the indicators of a period) or ``control``.
    id
        Profile, or number of the control.
    due_from, due_until
        Days in which it is to be done, both included.
    state
        ``due`` now, or ``upcoming``.
    days_left
        From the day of the report to ``due_until``.
    """

    kind: str
    id: str
    wording: str
    due_from: dt.date
    due_until: dt.date
    state: str
    days_left: int
    responsible: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class IndicatorReport:
    """All indicators of one regulation for one period.

    Parameters
    ----------
    title, regulation
        The regulation in Russian: short and in full.
    as_of
        Instant of the record.
    notes
        Codes of what a reader must know of the record, worded in ``engine.wording`` under
        ``indicators``; empty = nothing.
    """

    profile: str
    title: str
    regulation: str
    cadence: Cadence
    cadence_wording: str
    period: ReportPeriod
    as_of: dt.datetime
    indicators: tuple[IndicatorResult, ...]
    controls: tuple[Control, ...] = ()
    reminders: tuple[Reminder, ...] = ()
    notes: tuple[str, ...] = ()

    def indicator(self, indicator_id: str) -> IndicatorResult | None:
        """An indicator by id."""
        return next((i for i in self.indicators if i.definition.id == indicator_id), None)
