"""Events of a calendar made plain: only what tells times, checked line by line."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence

from engine.interchange.calendar_rules import fault_of
from engine.interchange.calendar_text import Component, Line
from engine.interchange.calendar_zones import iana_name

_TIMES = frozenset({"DTSTART", "DTEND", "RECURRENCE-ID", "EXDATE", "RDATE"})
_KEPT = _TIMES | {"DURATION", "RRULE", "STATUS", "TRANSP", "SEQUENCE"}
_ONCE = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "UID")
_DURATION = re.compile(
    r"\+?P(?:\d{1,4}W|(?:\d{1,5}D)?(?:T(?=\d)(?:\d{1,6}H)?(?:\d{1,6}M)?(?:\d{1,7}S)?)?)", re.I
)
_DATE = re.compile(r"\d{8}")
_MOMENT = re.compile(r"\d{8}T\d{6}Z?")

WORDS: Mapping[str, str] = {
    "calendar_event_incomplete": "у события нет {what}: без него не понять, когда оно",
    "calendar_property_twice": "{what} стоит в событии дважды: оставьте одно",
    "calendar_value_unreadable": "{what}: значение «{value}» не читается",
    "calendar_zone_unknown": "часовой пояс «{value}» неизвестен и в файле не описан: нужно имя "
    "IANA (Europe/Moscow) или VTIMEZONE с этим именем",
    "calendar_ends_before_start": "событие кончается раньше, чем начинается",
    "calendar_rule_too_dense": "правило повтора «{value}» даёт события чаще, чем бывает "
    "занятость: исправьте RRULE",
    "calendar_rule_unreadable": "правило повтора «{value}» не читается: исправьте RRULE",
    "calendar_scale_unknown": "читается только григорианский календарь, а не «{value}»",
    "calendar_exrule": "EXRULE отменено стандартом и не читается: перечислите дни в EXDATE",
}
"""Code of a fault → what is wrong, in Russian."""


class Wrong(ValueError):
    """A line that cannot be read; ``number`` is its place in the file."""

    def __init__(self, code: str, number: int, **parameters: str) -> None:
        super().__init__(WORDS[code].format(**parameters))
        self.code = code
        self.number = number
        self.parameters = parameters


def zone_text(component: Component) -> str:
    """Text of a ``VTIMEZONE`` of the calendar's own, checked.

    Raises
    ------
    Wrong
        Its rules are other than yearly (they would be expanded as they stand), or it says no
        offset.
    """
    lines = ["BEGIN:VTIMEZONE", *(f"TZID:{ln.value}" for ln in component.all("TZID"))]
    for part in component.parts:
        if part.name not in ("STANDARD", "DAYLIGHT"):
            continue
        for name in ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"):
            if not part.all(name):
                raise Wrong("calendar_event_incomplete", part.number, what=name)
        lines.append(f"BEGIN:{part.name}")
        for line in part.lines:
            if line.name == "RRULE" and "FREQ=YEARLY" not in line.value.upper():
                raise Wrong("calendar_rule_too_dense", line.number, value=line.value[:80])
            if line.name == "DTSTART":
                _moments(line)
            if line.name.startswith("TZOFFSET") and not re.fullmatch(
                r"[+-](?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d)?", line.value.strip()
            ):
                raise _unreadable(line)
            if line.name in ("DTSTART", "RRULE", "RDATE", "TZOFFSETFROM", "TZOFFSETTO", "TZNAME"):
                lines.append(f"{line.name}:{line.value.strip()}")
        lines.append(f"END:{part.name}")
    if len(lines) < 3:
        raise Wrong("calendar_event_incomplete", component.number, what="STANDARD и DAYLIGHT")
    return "\r\n".join([*lines, "END:VTIMEZONE"])


def event_text(event: Component, uid: str, own_zones: Iterable[str]) -> str:
    """Text of one ``VEVENT`` with nothing but its times, in the zones that are known.

    Parameters
    ----------
    uid
        The ``UID`` to write.
    own_zones
        Names that the calendar's own ``VTIMEZONE`` define.

    Raises
    ------
    Wrong
        With the line at fault.
    """
    for name in _ONCE:
        if len(found := event.all(name)) > 1:
            raise Wrong("calendar_property_twice", found[1].number, what=name)
    if not event.all("DTSTART"):
        raise Wrong("calendar_event_incomplete", event.number, what="DTSTART")
    if event.all("DTEND") and event.all("DURATION"):
        raise Wrong(
            "calendar_property_twice", event.all("DURATION")[0].number, what="DTEND/DURATION"
        )
    names = frozenset(own_zones)
    lines = ["BEGIN:VEVENT", f"UID:{uid}"]
    lines += [plain for line in event.lines if (plain := _plain(line, names)) is not None]
    if not event.all("TRANSP") and event.text("X-MICROSOFT-CDO-BUSYSTATUS") == "FREE":
        lines.append("TRANSP:TRANSPARENT")
    return "\r\n".join([*lines, "END:VEVENT"])


def _plain(line: Line, own: frozenset[str]) -> str | None:
    value = line.value.strip()
    if line.name == "EXRULE":
        raise Wrong("calendar_exrule", line.number)
    if line.name == "RRULE":
        code = fault_of(value)
        if code is not None:
            raise Wrong(code, line.number, value=value[:80])
        return f"RRULE:{value.rstrip(';')}"
    if line.name == "DURATION":
        if value.startswith("-"):
            raise Wrong("calendar_ends_before_start", line.number)
        if not _DURATION.fullmatch(value) or value.upper() in ("P", "+P"):
            raise _unreadable(line)
        return f"DURATION:{value.upper()}"
    if line.name in _TIMES:
        # A list of days may be empty; a start may not.
        return None if not value and line.name in ("EXDATE", "RDATE") else _timed(line, own)
    return f"{line.name}:{value.upper()}" if line.name in _KEPT else None


def _timed(line: Line, own: frozenset[str]) -> str:
    kind = _moments(line)
    parameters = {"DATE": ";VALUE=DATE", "PERIOD": ";VALUE=PERIOD"}.get(kind, "")
    name = line.parameters.get("TZID", "")
    if name and kind != "DATE":
        public = iana_name(name)
        if public is None and name not in own:
            raise Wrong("calendar_zone_unknown", line.number, value=name[:80])
        quoted = f'"{name}"' if set(name) & set(":;,") else name
        parameters += f";TZID={public or quoted}"
    if line.name == "RECURRENCE-ID" and "RANGE" in line.parameters:
        parameters += ";RANGE=THISANDFUTURE"
    values = line.value.strip()
    if values.endswith("Z") or "Z," in values:  # a zone beside UTC says nothing (3.3.5)
        parameters = parameters.partition(";TZID")[0]
    return f"{line.name}{parameters}:{values}"


def _moments(line: Line) -> str:
    """Check every date of a line; returns ``DATE``, ``DATE-TIME`` or ``PERIOD``."""
    values = [value.strip() for value in line.value.split(",")]
    kinds = {_kind(value, line) for value in values}
    if len(kinds) > 1:
        raise _unreadable(line)
    return kinds.pop()


def _kind(value: str, line: Line) -> str:
    start, slash, end = value.partition("/")
    if slash:
        if line.name != "RDATE" or not (_is_moment(end) or _DURATION.fullmatch(end)):
            raise _unreadable(line)
        if not _is_moment(start):
            raise _unreadable(line)
        return "PERIOD"
    if _DATE.fullmatch(value) and _is_real(value, "%Y%m%d"):
        return "DATE"
    if not _is_moment(value):
        raise _unreadable(line)
    return "DATE-TIME"


def _is_moment(value: str) -> bool:
    return bool(_MOMENT.fullmatch(value)) and _is_real(value.rstrip("Z"), "%Y%m%dT%H%M%S")


def _is_real(value: str, form: str) -> bool:
    try:
        return dt.datetime.strptime(value, form).year > 1
    except ValueError:
        return False


def _unreadable(line: Line) -> Wrong:
    value = line.value.strip()[:80]
    return Wrong("calendar_value_unreadable", line.number, what=line.name, value=value)


def latest(events: Sequence[Component]) -> list[tuple[Component, str]]:
    """Newest version of every event, with a ``UID`` that tells it from all others.

    Of one ``UID`` and ``RECURRENCE-ID`` the greatest ``SEQUENCE`` holds, then the latest
    ``DTSTAMP`` (RFC 5546, 2.1.5). Different events that a careless program gave one ``UID`` and
    one version stay, each for itself.
    """
    groups: dict[tuple[str, str], list[Component]] = {}
    for event in events:
        uid = next((ln.value.strip() for ln in event.all("UID")), "")
        key = (uid or f"-{event.number}", event.text("RECURRENCE-ID"))
        groups.setdefault(key, []).append(event)
    uids = {uid: f"u{place}" for place, uid in enumerate(dict.fromkeys(u for u, _ in groups))}
    found = []
    for (uid, _), same in groups.items():
        newest = max(map(_version, same))
        distinct = {_content(e): e for e in same if _version(e) == newest}
        for place, event in enumerate(distinct.values()):
            found.append((event, uids[uid] + (f"-{place}" if place else "")))
    return found


def _version(event: Component) -> tuple[int, str]:
    sequence = event.text("SEQUENCE")
    stamp = event.text("DTSTAMP")
    return int(sequence) if re.fullmatch(r"\d{1,9}", sequence) else 0, stamp


def _content(event: Component) -> tuple[object, ...]:
    kept = (line for line in event.lines if line.name in _KEPT)
    return tuple(sorted((ln.name, ln.value, *sorted(ln.parameters.items())) for ln in kept))
