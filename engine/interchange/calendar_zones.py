"""Names of time zones in calendars → IANA names or zones that the calendar itself defines."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

_UTC = frozenset({"Z", "UTC", "GMT", "ETC/UTC", "ETC/GMT"})


def iana_name(name: str) -> str | None:
    """IANA name of a zone as calendar programs call it; ``None`` = it is no public zone.

    Understood are IANA names in any case, Windows names («Russian Standard Time», CLDR's table)
    and paths that end in an IANA name («/mozilla.org/20050126_1/Europe/Moscow»).
    """
    text = name.strip().strip("\"'")
    if text.upper() in _UTC:
        return "UTC"
    known = _by_folded().get(text.casefold()) or WINDOWS_TO_OLSON.get(text)
    if known is not None:
        return str(known)
    parts = text.strip("/").split("/")
    for count in (3, 2):
        found = (
            _by_folded().get("/".join(parts[-count:]).casefold()) if len(parts) > count else None
        )
        if found is not None:
            return found
    return None


@cache
def _by_folded() -> dict[str, str]:
    return {key.casefold(): key for key in sorted(available_timezones())}
