"""Free and busy times as an iCalendar file (RFC 5545, 3.6.4): when, and not what."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence

from icalendar import Calendar, FreeBusy
from icalendar.prop import vPeriod

from engine import __version__
from engine.documents.ics import DOMAIN
from engine.domain import Slot


def render_freebusy(
    person_id: str,
    start: dt.datetime,
    end: dt.datetime,
    as_of: dt.datetime,
    *,
    busy: Sequence[Slot] = (),
    free: Sequence[Slot] = (),
) -> bytes:
    """Calendar with one ``VFREEBUSY`` of a person; the same times give the same bytes.

    Parameters
    ----------
    person_id
        Pseudonymous; it stands nowhere in the file but in a digest that makes the ``UID``, so
        that a newer file takes the place of an older one.
    start, end
        Time that the answer speaks of, instants with offset; spans are cut to it.
    as_of
        Instant with offset that becomes ``DTSTAMP``.
    busy, free
        Busy times (an educator's) and offered times (a mentor's), in any order; those that touch
        or overlap become one.

    Raises
    ------
    ValueError
        An instant without offset, or ``end`` not after ``start``.
    """
    if any(moment.utcoffset() is None for moment in (start, end, as_of)) or end <= start:
        raise ValueError("start, end and as_of are instants with offset, end after start")
    part = FreeBusy()
    digest = hashlib.sha256(person_id.encode()).hexdigest()[:32]
    part.add("uid", f"freebusy-{digest}@{DOMAIN}")
    part.add("dtstamp", as_of.astimezone(dt.UTC))
    part.add("dtstart", start.astimezone(dt.UTC))
    part.add("dtend", end.astimezone(dt.UTC))
    for kind, slots in (("BUSY", busy), ("FREE", free)):
        for slot in _joined(slots, start, end):
            period = vPeriod((slot.start.astimezone(dt.UTC), slot.end.astimezone(dt.UTC)))
            part.add("freebusy", period, parameters={"FBTYPE": kind})
    calendar = Calendar()
    calendar.add("prodid", f"-//{DOMAIN}//{__version__}//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(part)
    return bytes(calendar.to_ical())


def _joined(slots: Sequence[Slot], start: dt.datetime, end: dt.datetime) -> list[Slot]:
    """Disjoint spans within the time, in order (3.8.2.6 asks for both)."""
    found: list[Slot] = []
    for slot in sorted(slots, key=lambda s: (s.start, s.end)):
        if not _touches(slot, start, end):
            continue
        cut = Slot(max(slot.start, start), min(slot.end, end))
        if found and cut.start <= found[-1].end:
            found[-1] = Slot(found[-1].start, max(found[-1].end, cut.end))
        else:
            found.append(cut)
    return found


def _touches(slot: Slot, start: dt.datetime, end: dt.datetime) -> bool:
    return slot.start < end and slot.end > start
