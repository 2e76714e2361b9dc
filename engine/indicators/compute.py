"""A profile's indicators for one period: readings, parts, trend."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from engine.errors import Fault, InputError
from engine.indicators.breakdown import Breakdown, value_of
from engine.indicators.controls import controls, reminders
from engine.indicators.definitions import IndicatorDefinition, IndicatorProfile, Option
from engine.indicators.loading import load_profile
from engine.indicators.periods import ReportPeriod
from engine.indicators.results import IndicatorReport, IndicatorResult, Members, Reading
from engine.indicators.sets import Binding, Sets
from engine.indicators.tables import RegionTables
from engine.indicators.vocabulary import DIMENSIONS
from engine.region_record import RegionRecord

ONLY = "only"
"""Id of the reading of an indicator that leaves nothing open."""


def compute(
    record: RegionRecord,
    profile: str | IndicatorProfile,
    period: ReportPeriod,
    *,
    by: str | Collection[str] | None = None,
    previous: Sequence[ReportPeriod] = (),
    choices: Mapping[str, str] | None = None,
    tables: RegionTables | None = None,
    root: Path | None = None,
) -> IndicatorReport:
    """Compute every reading of every indicator of a profile.

    Parameters
    ----------
    profile
        Id of a profile, or a profile.
    by
        Dimensions of the breakdown, of ``DIMENSIONS``; ``None`` = none.
    previous
        Earlier periods of the trend. The staff is that of the record: who has left since is not
        known, so earlier shares are of today's people.
    choices
        Option by term that a region reports by, where it differs from the profile's first;
        the reading of these options goes first.
    tables
        Tables of the same record, to be used again; ``None`` = made here.
    root
        Folder of a region's own definitions; ``None`` = the bundled ones alone.

    Raises
    ------
    InputError
        ``unknown_dimension``, ``unknown_term`` or ``unknown_option``.
    ConfigurationError
        There is no such profile, or it is faulty.
    """
    known = load_profile(profile, root) if isinstance(profile, str) else profile
    dimensions = _dimensions(by)
    _check_choices(known, choices or {})
    made = tables or RegionTables(record, known.minimal_above)
    now = Sets(made, known, period)
    earlier = [(p, Sets(made, known, p)) for p in sorted(previous)]
    parts = Breakdown(now)
    results = tuple(
        _result(definition, now, period, earlier, parts, dimensions, choices or {})
        for definition in known.indicators
    )
    return IndicatorReport(
        profile=known.id,
        title=known.title,
        regulation=known.regulation,
        cadence=known.cadence,
        cadence_wording=known.cadence_wording,
        period=period,
        as_of=record.as_of,
        indicators=results,
        controls=controls(known, period, now),
        reminders=reminders(known, record.as_of.date()),
        notes=_notes(results),
    )


def _result(
    definition: IndicatorDefinition,
    now: Sets,
    period: ReportPeriod,
    earlier: Sequence[tuple[ReportPeriod, Sets]],
    parts: Breakdown,
    dimensions: tuple[str, ...],
    choices: Mapping[str, str],
) -> IndicatorResult:
    found = []
    for options in definition.readings():
        reading = _reading(definition, options, now, parts, dimensions)
        binding = _binding(definition, options)
        trend = [(p, _value(definition, sets, binding)) for p, sets in earlier]
        if trend:
            reading = replace(reading, trend=(*trend, (period, reading.value)))
        found.append(reading)
    # False sorts before True: the region's own choice first, the rest as they stand
    found.sort(key=lambda r: any(choices.get(term, option) != option for term, option in r.options))
    return IndicatorResult(definition, tuple(found))


def _reading(
    definition: IndicatorDefinition,
    options: tuple[Option, ...],
    sets: Sets,
    parts: Breakdown,
    dimensions: tuple[str, ...],
) -> Reading:
    binding = _binding(definition, options)
    counted, of = _sides(definition, sets, binding)
    value = value_of(len(counted), None if of is None else len(of))
    undecided = [sets.mask(o.undecided, binding) for o in options if o.undecided]
    base = None if of is None else (of.entity, of.mask)
    return Reading(
        id=".".join(o.id for o in options) or ONLY,
        label="; ".join(o.label for o in options),
        label_en="; ".join(o.label_en or o.label for o in options),
        options=tuple((t.id, o.id) for t, o in zip(definition.terms, options, strict=True)),
        numerator=len(counted),
        denominator=None if of is None else len(of),
        value=value,
        reached=_reached(definition, value),
        undecided=int(np.logical_or.reduce(undecided).sum()) if undecided else None,
        empty_sources=_empty(definition, sets, binding),
        counted=counted,
        of=of,
        breakdown=tuple(
            part
            for by in dimensions
            for part in parts.slices(by, counted.entity, counted.mask, base)
        ),
    )


def _sides(
    definition: IndicatorDefinition, sets: Sets, binding: Binding
) -> tuple[Members, Members | None]:
    """Who is counted, and of whom; a share counts nobody outside its denominator."""
    counted = _members(definition.numerator, sets, binding)
    if definition.denominator is None:
        return counted, None
    of = _members(definition.denominator, sets, binding)
    if definition.unit == "share":
        counted = replace(counted, mask=counted.mask & of.mask)
    return counted, of


def _members(name: str, sets: Sets, binding: Binding) -> Members:
    entity = sets.entity(name, binding)
    return Members(entity, sets.mask(name, binding), partial(sets.tables.ids_of, entity))


def _value(definition: IndicatorDefinition, sets: Sets, binding: Binding) -> float:
    counted, of = _sides(definition, sets, binding)
    return value_of(len(counted), None if of is None else len(of))


def _binding(definition: IndicatorDefinition, options: tuple[Option, ...]) -> Binding:
    return {term.id: o.set for term, o in zip(definition.terms, options, strict=True)}


def _reached(definition: IndicatorDefinition, value: float) -> bool | None:
    if definition.target is None or value != value:
        return None
    return value >= definition.target.at_least


def _empty(definition: IndicatorDefinition, sets: Sets, binding: Binding) -> tuple[str, ...]:
    names = [definition.numerator, *([definition.denominator] if definition.denominator else [])]
    used = set().union(*(sets.sources(name, binding) for name in names))
    return tuple(sorted(t for t in used if not len(sets.tables.frame(t))))


# --------------------------------------------------------------------------- checks and notes


def _dimensions(by: str | Collection[str] | None) -> tuple[str, ...]:
    asked = () if by is None else (by,) if isinstance(by, str) else tuple(by)
    for name in asked:
        if name not in DIMENSIONS:
            detail = f"разреза «{name}» нет; есть: {', '.join(DIMENSIONS)}"
            raise InputError([Fault("unknown_dimension", detail, pointer="/by")])
    return asked


def _check_choices(profile: IndicatorProfile, choices: Mapping[str, str]) -> None:
    options: dict[str, set[str]] = {}
    for definition in profile.indicators:
        for term in definition.terms:
            options.setdefault(term.id, set()).update(o.id for o in term.options)
    faults = []
    for name, option in choices.items():
        if name not in options:
            detail = f"термина «{name}» нет; есть: {', '.join(sorted(options))}"
            faults.append(Fault("unknown_term", detail, pointer=f"/choices/{name}"))
        elif option not in options[name]:
            detail = f"у термина «{name}» нет прочтения «{option}»; есть: " + ", ".join(
                sorted(options[name])
            )
            faults.append(Fault("unknown_option", detail, pointer=f"/choices/{name}"))
    if faults:
        raise InputError(faults)


TOLD = (
    "routes", "sittings", "participation", "accompaniments", "methodists", "methodist_charges",
    "runs",
)  # fmt: skip
"""Tables of which a reader must know that they are empty, in the order of the notes."""


def _notes(results: Sequence[IndicatorResult]) -> tuple[str, ...]:
    empty = {t for result in results for r in result.readings for t in r.empty_sources}
    return tuple(f"empty_{table}" for table in TOLD if table in empty)
