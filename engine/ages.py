"""Ages and years of service out of dates, and the two readings of a young educator.

Ages are never stored: they follow from the educator's dates and the day of ``as_of``.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from engine.domain import Educator
from engine.errors import Fault, InputError
from engine.policy import MentorshipPolicy

_STATED_AGE = 35
"""The age that ``Educator.turns_35_on`` is about."""


def is_zone(name: str) -> bool:
    """Whether this is the name of a zone of the IANA database, as it is written there."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def local_day(as_of: dt.datetime, time_zone: str) -> dt.date:
    """Day of an instant in a zone (IANA name).

    Raises
    ------
    InputError
        If the instant has no offset: the machine's own zone must not decide.
    """
    if as_of.utcoffset() is None:
        raise InputError(
            [
                Fault(
                    "instant_without_offset",
                    "Момент расчёта указан без смещения от UTC: допишите его, "
                    "например 2026-09-01T09:00:00+03:00",
                    "/as_of",
                )
            ]
        )
    return as_of.astimezone(ZoneInfo(time_zone)).date()


def years_since(day0: dt.date, day: dt.date) -> int:
    """Completed years from ``day0`` to ``day``; negative before ``day0``.

    A year that began on 29 February is completed on 1 March of a year without that day.
    """
    return day.year - day0.year - ((day.month, day.day) < (day0.month, day0.day))


def age_on(born_on: dt.date, day: dt.date) -> int:
    """Completed years of life on ``day``."""
    return years_since(born_on, day)


def is_young(educator: Educator, rule: MentorshipPolicy, as_of_date: dt.date) -> bool | None:
    """Whether the policy's rule counts the educator as young on the given day.

    Parameters
    ----------
    rule
        ``young_rule`` joins "under ``young_age``" and "in the first ``young_years`` of
        pedagogical work" by ``and`` or ``or``; ``off`` makes nobody young.
    as_of_date
        The day in the educator's zone.

    Returns
    -------
    bool or None
        ``None`` where the dates that are missing would decide. Under ``and`` one part known to
        be false decides alone, under ``or`` one part known to be true.
    """
    if rule.young_rule == "off":
        return False
    age = _age(educator, as_of_date)
    service = educator.pedagogical_start
    parts = (
        None if age is None else age < rule.young_age,
        _in_first_years(service, rule.young_years, as_of_date),
    )
    decides = rule.young_rule == "or"
    if decides in parts:
        return decides
    return None if None in parts else not decides


def _in_first_years(service: dt.date | None, years: int, day: dt.date) -> bool | None:
    """Zero years switch the part off; who begins in some weeks is as good as in the first year."""
    if years == 0:
        return False
    return None if service is None else years_since(service, day) < years


def _age(educator: Educator, day: dt.date) -> int | None:
    """Completed years of life, from whichever date is known; the date of birth goes first."""
    if educator.born_on is not None:
        return age_on(educator.born_on, day)
    if educator.turns_35_on is not None:
        return _STATED_AGE + years_since(educator.turns_35_on, day)
    return None
