"""Busy times that a route was built around: how many, and where they are from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

DAY_MIN = 24 * 60


@dataclass(frozen=True, slots=True)
class UsedBusy:
    """Busy times within the terms of a route.

    Parameters
    ----------
    spans
        How many the route was built around.
    known
        How many of them the service knows of the educator now; the others were given with the
        order. ``None`` = what is known cannot be read.
    """

    spans: int
    known: int | None

    @property
    def source(self) -> str:
        """Where they are from: ``known``, ``given``, ``both``; ``some`` = it cannot be told."""
        if not self.spans:
            return "none"
        if self.known is None:
            return "some"
        return "known" if self.known == self.spans else "both" if self.known else "given"


def used_busy(file: Mapping[str, Any], busy: Mapping[str, Any] | None) -> UsedBusy:
    """Busy times of a problem file.

    Parameters
    ----------
    file
        Of ``GET /routes/{route_id}/problem``: minutes of the horizon on the educator's clock.
    busy
        Of ``GET /educators/{educator_id}/busy``; ``None`` = not for this reader.
    """
    problem = file["problem"]
    spans = {(int(start), int(end)) for start, end in problem["busy"]}
    if busy is None:
        return UsedBusy(len(spans), None)
    first, zone = dt.date.fromisoformat(problem["first_day"]), ZoneInfo(busy["time_zone"])
    known = [
        (_minute(s["start"], first, zone), _minute(s["end"], first, zone)) for s in busy["items"]
    ]
    # what the horizon cuts off is still within a known span
    inside = sum(any(a <= start and end <= b for a, b in known) for start, end in spans)
    return UsedBusy(len(spans), inside)


def _minute(instant: str, first: dt.date, zone: dt.tzinfo) -> int:
    local = dt.datetime.fromisoformat(instant).astimezone(zone)
    return (local.date() - first).days * DAY_MIN + local.hour * 60 + local.minute
