"""Names of the files that calls give: readable ones, and ASCII ones for what reads no others."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from urllib.parse import quote
from zoneinfo import ZoneInfo

from api.phrases import Phrase

NAME_MOST, PLAIN_MOST = 100, 80
"""Characters; file systems take 255 bytes, and a Cyrillic letter is two of them."""

IOM = Phrase("ИОМ", "Learning route")
CALENDAR = Phrase("Календарь ИОМ", "Calendar of the route")
PROBLEM = Phrase("Файл задачи ИОМ", "Problem file of the route")

_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_SPACES = re.compile(r"\s+")
_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]")


def attachment(title: str, suffix: str, plain: str) -> str:
    """Value of ``Content-Disposition`` of a file to be saved (RFC 6266, RFC 8187).

    Parameters
    ----------
    title
        Name without its suffix as people read it. What no system takes in a name, and what could
        end the header or turn the reading direction, is left out.
    suffix
        Without its dot.
    plain
        The same for programs that know ASCII only; every other character becomes ``_``.
    """
    ascii_name = f"{_NOT_PLAIN.sub('_', plain)[:PLAIN_MOST]}.{suffix}"
    name = quote(f"{readable(title) or _NOT_PLAIN.sub('_', plain)[:PLAIN_MOST]}.{suffix}", safe="")
    return f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{name}"


def readable(title: str) -> str:
    """The title as every file system takes it; empty if nothing of it is left."""
    spaced = _SPACES.sub(" ", _FORBIDDEN.sub(" ", title))
    # categories C: control and format characters, such as those that turn the reading direction
    kept = "".join(c for c in spaced if not unicodedata.category(c).startswith("C"))
    return _SPACES.sub(" ", kept)[:NAME_MOST].strip(" .")


def of_person(kind: str, person: str, at: dt.datetime, time_zone: str) -> str:
    """Title of a file about a person: kind, name or cipher, day in the person's zone.

    The day goes from the year on, so that a folder sorts the files of a person by it.
    """
    return f"{kind} {person} {at.astimezone(ZoneInfo(time_zone)).date().isoformat()}"
