"""What the calls about indicators do."""

from __future__ import annotations

import datetime as dt
import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.refusals import Refused
from api.service import Service
from engine.indicators import (
    DIMENSIONS,
    LEAST_PEOPLE,
    IndicatorDefinition,
    IndicatorProfile,
    IndicatorReport,
    Members,
    Reading,
    RegionTables,
    Reminder,
    ReportPeriod,
    Slice,
    compute,
    reminders,
    suppressed,
)
from engine.storage.paging import cursor, text_of
from engine.wording import word

TREND_MOST = 5
"""Most earlier periods of one answer."""


class AskedReport(NamedTuple):
    """What of a profile is asked for; ``None`` = the period in which today lies."""

    profile: str
    first: dt.date | None
    last: dt.date | None
    by: tuple[str, ...]
    previous: int


class IndicatorCalls:
    """Calls about indicators of one tenant's region."""

    def __init__(self, service: Service, principal: Principal, language: str) -> None:
        self._service, self._principal, self._language = service, principal, language
        self._known = service.indicator_profiles

    def profiles(self) -> dict[str, object]:
        """All profiles with what is due."""
        today = self._service.region.today()
        return {"items": [_profile(known, today) for known in self._known.values()]}

    def report(self, asked: AskedReport) -> dict[str, object]:
        """Indicators of a profile as the caller may see them.

        Raises
        ------
        Refused
            ``record_not_found`` or ``invalid_input``.
        Forbidden
            A region is not for the role.
        """
        report = self._computed(asked)
        organisation = self._narrowed_to()
        return {
            "profile": report.profile,
            "title": report.title,
            "regulation": report.regulation,
            "cadence": report.cadence,
            "cadence_wording": report.cadence_wording,
            "period": _period(report.period),
            "as_of": report.as_of,
            "organisation": organisation,
            "indicators": [
                {
                    **_card(result.definition),
                    "readings": [_reading(r, organisation is not None) for r in result.readings],
                }
                for result in report.indicators
            ],
            "controls": [_control(c) for c in report.controls],
            "reminders": [_reminder(r) for r in report.reminders],
            "notes": [word(code, {}, self._language, family="indicators") for code in report.notes],
        }

    def people(
        self,
        asked: AskedReport,
        indicator: str,
        reading: str | None,
        side: str,
        after: str | None,
        limit: int,
    ) -> dict[str, object]:
        """Who stands behind a number, by id.

        Raises
        ------
        Refused
            ``record_not_found``.
        Forbidden
            Single people are not for the role.
        CursorRefused
            ``after`` is no cursor.
        """
        if self._narrowed_to() is not None:
            raise Forbidden(self._principal)
        result = self._computed(asked).indicator(indicator)
        if result is None:
            raise Refused("record_not_found", {"id": indicator})
        found = result.chosen if reading is None else result.reading(reading)
        if found is None:
            raise Refused("record_not_found", {"id": reading})
        members: Members | None = found.counted if side == "numerator" else found.of
        ids = [] if members is None else [str(i) for i in members]
        ids.sort()
        start = 0 if after is None else bisect_right(ids, text_of(after))
        part = ids[start : start + limit]
        more = len(ids) > start + limit
        return {
            "entity": found.counted.entity if members is None else members.entity,
            "items": part,
            "next": cursor(part[-1]) if more else None,
            "total": len(ids),
        }

    def _computed(self, asked: AskedReport) -> IndicatorReport:
        profile = self._known.get(asked.profile)
        if profile is None:
            raise Refused("record_not_found", {"id": asked.profile})
        record, version = self._service.region.of(self._principal)
        period = self._period_of(asked, profile)
        return self._service.region.remembered(
            (version, asked, period),
            lambda: compute(
                record,
                profile,
                period,
                by=asked.by,
                previous=period.previous(asked.previous) if asked.previous else (),
                tables=RegionTables(record, profile.minimal_above),
            ),
        )

    def _period_of(self, asked: AskedReport, profile: IndicatorProfile) -> ReportPeriod:
        cadence = profile.cadence
        if asked.first is None and asked.last is None:
            return ReportPeriod.containing(self._service.region.today(), cadence)
        of = ReportPeriod.containing(asked.first or asked.last or dt.date.min, cadence)
        first, last = asked.first or of.first, asked.last or of.last
        if last < first:
            raise Refused("period_reversed", {"first": str(first), "last": str(last)})
        return ReportPeriod(first, last)

    def _narrowed_to(self) -> str | None:
        scope = self._principal.data_scope
        return self._principal.organisation if scope is DataScope.ORGANISATION else None


def dimensions(by: Sequence[str]) -> tuple[str, ...]:
    """Dimensions in their fixed order, each once."""
    return tuple(name for name in DIMENSIONS if name in by)


def _profile(profile: IndicatorProfile, today: dt.date) -> dict[str, object]:
    return {
        "profile": profile.id,
        "title": profile.title,
        "regulation": profile.regulation,
        "cadence": profile.cadence,
        "cadence_wording": profile.cadence_wording,
        "period": _period(ReportPeriod.containing(today, profile.cadence)),
        "indicators": [_card(definition) for definition in profile.indicators],
        "reminders": [_reminder(r) for r in reminders(profile, today)],
    }


def _card(definition: IndicatorDefinition) -> dict[str, object]:
    target = definition.target
    return {
        "id": definition.id,
        "wording": definition.wording,
        "clause": definition.clause,
        "unit": definition.unit,
        "formula": definition.formula,
        "target": None if target is None else target.at_least,
        "target_words": None if target is None else target.words,
    }


def _reading(reading: Reading, narrow: bool) -> dict[str, object]:
    shown: Sequence[Slice] = reading.breakdown
    withheld: Sequence[Slice] = ()
    hidden = False
    if narrow:
        shown, withheld = suppressed(reading.breakdown)
        hidden = _small(reading)
    return {
        "id": reading.id,
        "label": reading.label,
        "label_en": reading.label_en,
        "numerator": None if hidden else reading.numerator,
        "denominator": None if hidden else reading.denominator,
        "value": None if hidden else _number(reading.value),
        "reached": None if hidden else reading.reached,
        "undecided": None if hidden else reading.undecided,
        "empty_sources": list(reading.empty_sources),
        "breakdown": [] if hidden else [_slice(s) for s in shown],
        "withheld": len(withheld),
        "trend": []
        if hidden
        else [{"period": _period(p), "value": _number(v)} for p, v in reading.trend],
    }


def _small(reading: Reading) -> bool:
    """Whether the number itself would tell of single people."""
    counts = [reading.numerator]
    if reading.denominator is not None:
        counts += [reading.denominator, reading.denominator - reading.numerator]
    return any(0 < n < LEAST_PEOPLE for n in counts)


def _slice(part: Slice) -> dict[str, object]:
    return {
        "by": part.by,
        "key": part.key,
        "numerator": part.numerator,
        "denominator": part.denominator,
        "value": _number(part.value),
    }


def _control(control: Any) -> Mapping[str, object]:
    return {
        "id": control.id,
        "section": control.section,
        "wording": control.wording,
        "terms": control.terms,
        "responsible": list(control.responsible),
        "windows": [_period(w) for w in control.windows],
        "state": control.state,
        "evidence": [{"label": e.label, "count": e.count} for e in control.evidence],
    }


def _reminder(reminder: Reminder) -> dict[str, object]:
    return {
        "kind": reminder.kind,
        "id": reminder.id,
        "wording": reminder.wording,
        "due_from": reminder.due_from,
        "due_until": reminder.due_until,
        "state": reminder.state,
        "days_left": reminder.days_left,
        "responsible": list(reminder.responsible),
    }


def _period(period: ReportPeriod) -> dict[str, dt.date]:
    return {"first": period.first, "last": period.last}


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
