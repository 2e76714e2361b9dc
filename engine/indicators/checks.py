"""Whether a profile hangs together: references, circles, what is compared with what."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping

from engine.indicators.definitions import (
    CombinedSet,
    IndicatorDefinition,
    IndicatorProfile,
    RowsSet,
)
from engine.indicators.vocabulary import TABLES

Problem = tuple[str, str, str]

TERM = "$"
MOST_READINGS = 64
"""More combinations of options nobody reads; such an indicator is refused."""

_PEOPLE = "educators"


class _Fault(Exception):
    def __init__(self, place: str, text: str) -> None:
        self.place, self.text = place, text


def check(profile: IndicatorProfile, origin: Mapping[str, str]) -> list[Problem]:
    """Every problem as (file, place, text), each once."""
    found = dict.fromkeys(_problems(profile))
    default = origin["profile"]
    return [
        (origin.get(".".join(place.split(".")[:2]), default), place, text) for place, text in found
    ]


def _problems(profile: IndicatorProfile) -> Iterator[tuple[str, str]]:
    for kind, items in (("indicators", profile.indicators), ("controls", profile.controls)):
        for name, count in Counter(i.id for i in items).items():
            if count > 1:
                yield f"{kind}.{name}", f"id стоит {count} раза"
    for indicator in profile.indicators:
        yield from _indicator(profile, indicator)
    for control in profile.controls:
        for evidence in control.evidence:
            yield from _walk(profile, evidence.set, {}, f"controls.{control.id}.evidence")
    for key in ("young", "young_unknown"):
        place = f"profile.{key}"
        faults = list(_walk(profile, getattr(profile, key), {}, place, _PEOPLE))
        yield from faults
    if profile.controls and profile.plan_year is None:
        yield "plan.year", "у плана мероприятий должен стоять год"


def _indicator(
    profile: IndicatorProfile, indicator: IndicatorDefinition
) -> Iterator[tuple[str, str]]:
    place = f"indicators.{indicator.id}"
    yield from _ids(indicator, place)
    if (indicator.denominator is None) != (indicator.unit == "count"):
        yield f"{place}.unit", "count — без знаменателя, share и per_one — с ним"
        return
    readings = 1
    for term in indicator.terms:
        readings *= len(term.options)
    if readings > MOST_READINGS:
        yield f"{place}.terms", f"прочтений {readings}, а допустимо не больше {MOST_READINGS}"
        return
    for options in itertools.product(*(t.options for t in indicator.terms)):
        binding = {t.id: o.set for t, o in zip(indicator.terms, options, strict=True)}
        try:
            entity = _entity(profile, indicator.numerator, binding, f"{place}.numerator", ())
            if indicator.denominator is not None:
                of = _entity(profile, indicator.denominator, binding, f"{place}.denominator", ())
                if indicator.unit == "share" and of != entity:
                    yield place, f"доля {entity} среди {of}: числитель и знаменатель — о разном"
            for option in options:
                if option.undecided is not None:
                    _entity(profile, option.undecided, binding, f"{place}.undecided", ())
        except _Fault as fault:
            yield fault.place, fault.text


def _ids(indicator: IndicatorDefinition, place: str) -> Iterator[tuple[str, str]]:
    terms = Counter(t.id for t in indicator.terms)
    yield from ((f"{place}.terms", f"термин «{t}» стоит дважды") for t, n in terms.items() if n > 1)
    for term in indicator.terms:
        for option, n in Counter(o.id for o in term.options).items():
            if n > 1:
                yield f"{place}.terms.{term.id}", f"прочтение «{option}» стоит дважды"


def _walk(
    profile: IndicatorProfile,
    name: str,
    binding: Mapping[str, str],
    place: str,
    wanted: str | None = None,
) -> Iterator[tuple[str, str]]:
    try:
        entity = _entity(profile, name, binding, place, ())
    except _Fault as fault:
        yield fault.place, fault.text
        return
    if wanted is not None and entity != wanted:
        yield place, f"нужно множество из {wanted}, а это из {entity}"


def _entity(
    profile: IndicatorProfile,
    name: str,
    binding: Mapping[str, str],
    place: str,
    above: tuple[str, ...],
) -> str:
    """Entity of a set; on the way down every reference is checked."""
    if name.startswith(TERM):
        if name[1:] not in binding:
            known = ", ".join(TERM + b for b in binding) or "ни одного"
            raise _Fault(place, f"нет термина «{name}»; у показателя есть: {known}")
        name = binding[name[1:]]
    if name not in profile.sets:
        raise _Fault(place, f"нет множества «{name}»")
    if name in above:
        raise _Fault(f"sets.{name}", f"множества ссылаются по кругу: {' → '.join((*above, name))}")
    definition, chain = profile.sets[name], (*above, name)
    # A set that an indicator wrote without naming it has the place of the indicator.
    inner = place if ": " in name else f"sets.{name}"
    if isinstance(definition, RowsSet):
        _rows(profile, definition, binding, inner, chain)
        return TABLES[definition.table][definition.key].entity
    return _combined(profile, definition, binding, inner, chain)


def _combined(
    profile: IndicatorProfile,
    definition: CombinedSet,
    binding: Mapping[str, str],
    place: str,
    chain: tuple[str, ...],
) -> str:
    members = (*definition.all_of, *definition.any_of, *definition.none_of)
    entities = {m: _entity(profile, m, binding, place, chain) for m in members}
    if len(set(entities.values())) != 1:
        told = ", ".join(f"{m} — {e}" for m, e in entities.items())
        raise _Fault(place, f"множества о разном: {told}")
    return next(iter(entities.values()))


def _rows(
    profile: IndicatorProfile,
    definition: RowsSet,
    binding: Mapping[str, str],
    place: str,
    chain: tuple[str, ...],
) -> None:
    columns = TABLES[definition.table]
    inside = [(c.column, str(c.value)) for c in definition.where if c.operator == "in_set"]
    if definition.each is not None:
        inside.append((definition.each.column, definition.each.in_set))
    for column, name in inside:
        entity = _entity(profile, name, binding, place, chain)
        if entity != columns[column].entity:
            raise _Fault(
                place,
                f"столбец {column} — о {columns[column].entity}, а множество «{name}» — о {entity}",
            )
