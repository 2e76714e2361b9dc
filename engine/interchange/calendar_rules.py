"""Repetition rules of calendars, judged before anything expands them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping

DAILY_MOST = 48
"""Occurrences of one event a day; people are not busy more often than every half hour."""
STEPS_MOST = 2_000_000
"""Steps that all rules of a calendar together may take; about five seconds of expansion."""

_FREQUENCIES = {"HOURLY": 1 / 24, "DAILY": 1.0, "WEEKLY": 7.0, "MONTHLY": 28.0, "YEARLY": 365.0}
_LAST = dt.date(9999, 12, 31)


def parts_of(rule: str) -> Mapping[str, str]:
    """``FREQ=DAILY;COUNT=3`` as a mapping, names and values in capitals."""
    pairs = (part.partition("=") for part in rule.strip().rstrip(";").split(";"))
    return {key.strip().upper(): value.strip().upper() for key, _, value in pairs}


def fault_of(rule: str) -> str | None:
    """Return the code of what is wrong with a rule; ``None`` = it can be expanded."""
    parts = parts_of(rule)
    if parts.get("RSCALE", "GREGORIAN") != "GREGORIAN":
        return "calendar_scale_unknown"
    frequency = parts.get("FREQ", "")
    if frequency in ("SECONDLY", "MINUTELY") or "BYSECOND" in parts:
        return "calendar_rule_too_dense"
    whole = all(_is_count(parts.get(name, "1")) for name in ("INTERVAL", "COUNT"))
    if frequency not in _FREQUENCIES or not whole or ("COUNT" in parts and "UNTIL" in parts):
        return "calendar_rule_unreadable"
    return "calendar_rule_too_dense" if _daily(parts) > DAILY_MOST else None


def steps_of(rule: str, first: dt.date, last: dt.date) -> float:
    """Steps that an expansion from ``first`` to ``last`` takes at most.

    A rule that names no day that exists (30 February) is searched to the end of the calendar:
    that is what it is counted for.
    """
    parts = parts_of(rule)
    if not _has_days(parts):
        last = _LAST
    span = max(0, (last - first).days)
    period = _FREQUENCIES[parts["FREQ"]] * int(parts.get("INTERVAL", "1"))
    steps = span / period * max(1.0, _daily(parts) if parts["FREQ"] != "HOURLY" else 1.0)
    return min(steps, int(parts["COUNT"])) if "COUNT" in parts and _has_days(parts) else steps


def occurrences_of(rule: str, first: dt.date, last: dt.date) -> float:
    """Occurrences that a dense rule (weekly or oftener) makes from ``first`` to ``last``.

    A bound for rules without ``COUNT`` of no further conditions; 0 for rare rules.
    """
    parts = parts_of(rule)
    if "COUNT" in parts or parts["FREQ"] not in ("HOURLY", "DAILY", "WEEKLY"):
        return 0.0
    if parts.keys() & {"UNTIL", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYYEARDAY"}:
        return 0.0
    weekdays = len(parts["BYDAY"].split(",")) if "BYDAY" in parts else None
    times = weekdays or 1 if parts["FREQ"] == "WEEKLY" else (weekdays or 7) / 7
    period = 1.0 if parts["FREQ"] == "HOURLY" else _FREQUENCIES[parts["FREQ"]]
    days = max(0, (last - first).days)
    return days / period / int(parts.get("INTERVAL", "1")) * times * _daily(parts)


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) <= 100_000


def _daily(parts: Mapping[str, str]) -> int:
    hours, minutes = (len(set(parts.get(n, "0").split(","))) for n in ("BYHOUR", "BYMINUTE"))
    return (24 if parts.get("FREQ") == "HOURLY" and "BYHOUR" not in parts else hours) * minutes


def _has_days(parts: Mapping[str, str]) -> bool:
    """Whether a month that the rule names has a day that it names."""
    if parts.keys() & {"BYSETPOS", "BYYEARDAY", "BYWEEKNO"} and parts["FREQ"] in (
        "DAILY",
        "HOURLY",
    ):
        return False  # may well be empty; seldom enough to be counted for the worst
    if "BYMONTHDAY" not in parts:
        return True
    days = [abs(int(d)) for d in parts["BYMONTHDAY"].split(",") if d.strip("+-").isdigit()]
    months = [int(m) for m in parts.get("BYMONTH", "1").split(",") if m.isdigit()]
    known = [m for m in months if 1 <= m <= 12]
    return any(day <= calendar.monthrange(2024, month)[1] for day in days for month in known)
