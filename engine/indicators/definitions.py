"""Definitions of indicators as the files state them, checked.

A set is made of rows of a table whose columns meet conditions, or of other sets. An indicator
counts one set, or its share in another; a term that its regulation leaves open has options, and a
set may name a term instead of a set (``$diagnosed``): each combination of options is a reading.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.indicators.periods import Cadence

Unit = Literal["share", "count", "per_one"]
"""``share`` in [0, 1]; ``count`` whole; ``per_one`` a mean: so many for one of the denominator."""

Operator = Literal[
    "is",
    "stated",
    "includes",
    "at_least",
    "at_most",
    "in_period",
    "after",
    "not_after",
    "not_before",
    "years_below",
    "open_in_period",
    "open_on",
    "in_set",
]
"""How a column is compared, see ``engine.indicators.conditions``."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One column of a row, an operator and what it is compared with.

    Parameters
    ----------
    on
        Day of the comparison, one of ``vocabulary.DAYS``; empty where the operator needs none.
    """

    column: str
    operator: Operator
    value: object
    on: str = ""


@dataclass(frozen=True, slots=True)
class Quantified:
    """So much of the rows that share a key must have a column in a set.

    Parameters
    ----------
    column, in_set
        Column of the rows, and the set it must lie in.
    least_share
        In (0, 1]; 1 = all of them.
    least_count
        Whole, ≥ 1; both limits hold.
    """

    column: str
    in_set: str
    least_share: float = 0.0
    least_count: int = 1


@dataclass(frozen=True, slots=True)
class RowsSet:
    """Distinct values of ``key`` among the rows of a table that meet all conditions."""

    table: str
    key: str
    where: tuple[Condition, ...] = ()
    each: Quantified | None = None


@dataclass(frozen=True, slots=True)
class CombinedSet:
    """In all of these sets, in any of those (if there are any), and in none of the rest."""

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()


SetDefinition = RowsSet | CombinedSet


@dataclass(frozen=True, slots=True)
class Option:
    """One reading of a term: its label in Russian and the set that it means.

    Parameters
    ----------
    label_en
        The label in English; "" = the definition has none, and the Russian one stands for it.
    undecided
        Set of those who are in no set of this reading only because data about them are missing;
        ``None`` = nothing of this kind can be missing.
    """

    id: str
    label: str
    set: str
    undecided: str | None = None
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """Words of the regulation that can be read in several ways; the chosen option goes first."""

    id: str
    words: str
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """What the regulation demands.

    Parameters
    ----------
    at_least
        In the unit of the value: 0.4 is 40 %.
    words
        As the regulation puts it.
    """

    at_least: float
    words: str


@dataclass(frozen=True, slots=True)
class IndicatorDefinition:
    """An indicator of a regulation.

    Parameters
    ----------
    wording
        Word for word.
    clause
        Where it stands.
    formula
        How it is computed, in Russian words.
    numerator, denominator
        Names of sets or of terms (``$base``); no denominator = a plain number.
    target
        ``None`` = the regulation names none.
    """

    id: str
    wording: str
    clause: str
    unit: Unit
    formula: str
    numerator: str
    cadence: Cadence
    denominator: str | None = None
    target: Target | None = None
    terms: tuple[Term, ...] = ()

    def readings(self) -> Iterator[tuple[Option, ...]]:
        """Every combination of options in the order of the terms, the chosen one first."""
        return itertools.product(*(term.options for term in self.terms))


@dataclass(frozen=True, slots=True)
class EvidenceDefinition:
    """What would show that a control was done: a label and the set that is counted."""

    label: str
    set: str


@dataclass(frozen=True, slots=True)
class ControlDefinition:
    """A dated action of a plan, word for word.

    Parameters
    ----------
    months
        Spans of months, (first, last) in 1–12, in which it is due each year; empty = by other
        plans.
    """

    id: str
    section: str
    wording: str
    terms: str
    responsible_text: str
    responsible: tuple[str, ...]
    months: tuple[tuple[int, int], ...]
    evidence: tuple[EvidenceDefinition, ...] = ()


@dataclass(frozen=True, slots=True)
class IndicatorProfile:
    """A regulation: its sets, indicators and dated actions.

    Parameters
    ----------
    cadence_wording, cadence_clause
        How often, word for word, and where it says so.
    minimal_above
        Share of the maximum above which a score shows no deficit, in [0, 1].
    young, young_unknown
        Sets by which educators are told apart as young, and as not known to be.
    """

    id: str
    title: str
    regulation: str
    cadence: Cadence
    cadence_wording: str
    cadence_clause: str
    minimal_above: float
    young: str
    young_unknown: str
    sets: Mapping[str, SetDefinition]
    indicators: tuple[IndicatorDefinition, ...]
    controls: tuple[ControlDefinition, ...] = ()
    plan_year: int | None = None

    def definition(self, indicator_id: str) -> IndicatorDefinition | None:
        """An indicator by id."""
        return next((i for i in self.indicators if i.id == indicator_id), None)
