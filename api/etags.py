"""Entity tags: an edit says which version it was made from, so that none overwrites another's.

Where a record counts its versions the tag is the version, ``"7"``; ``"0"`` is a record of the data
package that nobody has edited. Tags are strong: a version is one text (RFC 9110, 8.8).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request
from pydantic import WithJsonSchema

from api.refusals import Refused

IF_MATCH, IF_NONE_MATCH = "If-Match", "If-None-Match"
HEADER_MOST = 1_000
"""Longest condition that is read; a caller has one version in hand, not hundreds."""

_TAG = re.compile(r'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*(?:,|$)')


def etag(version: int | str) -> dict[str, str]:
    """Header with the tag of a version."""
    return {"ETag": f'"{version}"'}


@dataclass(frozen=True, slots=True)
class Match:
    """Condition of an edit.

    Parameters
    ----------
    tags
        Versions that the edit may start from.
    any
        Any version will do, as long as there is one (``If-Match: *``).
    absent
        There must be none yet (``If-None-Match: *``).
    """

    tags: frozenset[str] = frozenset()
    any: bool = False
    absent: bool = False

    def admits(self, found: int | str | None) -> bool:
        """Whether the edit may go on; ``None`` = there is no record."""
        if found is None:
            return self.absent
        return self.any or str(found) in self.tags

    def check(self, found: int | str | None) -> None:
        """Refuse an edit that starts from something else than what there is.

        Raises
        ------
        Refused
            ``version_stale``, with the present tag where there is one.
        """
        if not self.admits(found):
            headers = {} if found is None else etag(found)
            shown = "—" if found is None else found
            raise Refused("version_stale", {"version": shown}, headers=headers)


def condition(request: Request) -> Match | None:
    """Condition of a call; ``None`` = it has none.

    Raises
    ------
    Refused
        ``condition_unreadable``.
    """
    match, none_match = (request.headers.get(n) for n in ("if-match", "if-none-match"))
    if match is None and none_match is None:
        return None
    if match is None:
        if (none_match or "").strip() != "*":
            raise Refused("condition_unreadable")
        return Match(absent=True)
    if none_match is not None:
        raise Refused("condition_unreadable")
    return Match(any=True) if match.strip() == "*" else Match(tags_of(match))


def tags_of(header: str, *, weak: bool = False) -> frozenset[str]:
    """Tags of a list, without their quotes.

    Parameters
    ----------
    weak
        Whether weak tags count; for an edit they match nothing (RFC 9110, 13.1.1).

    Raises
    ------
    Refused
        ``condition_unreadable``.
    """
    tags, place = [], 0
    while len(header) <= HEADER_MOST and place < len(header):
        found = _TAG.match(header, place)
        if found is None:
            break
        if weak or not found[1]:
            tags.append(found[2])
        place = found.end()
    if place == 0 or place < len(header):
        raise Refused("condition_unreadable")
    return frozenset(tags)


def unchanged(request: Request, version: int | str) -> bool:
    """Whether the caller already has this version (``If-None-Match`` of a reading call)."""
    given = request.headers.get("if-none-match")
    if given is None:
        return False
    try:
        return given.strip() == "*" or str(version) in tags_of(given, weak=True)
    except Refused:
        return False  # a condition that nobody understands is no reason to answer with nothing


_ONE_TAG = r'(W/)?"[!#-~]*"'
_Tags = Annotated[
    str,
    # What cannot be read is refused by ``condition`` with words of its own.
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^(\*|{_ONE_TAG}( *, *{_ONE_TAG})*)$",
            "examples": ['"1"', "*"],
        }
    ),
]
_Absent = Annotated[str, WithJsonSchema({"type": "string", "const": "*"})]


async def demanded(
    request: Request,
    if_match: Annotated[
        _Tags | None,
        Header(
            alias=IF_MATCH,
            description="ETag прочитанной записи, которую меняет вызов; * — любой версии. "
            "Без условия — 428.",
        ),
    ] = None,
) -> Match:
    """Condition that an edit must have; the header is named for the contract.

    Raises
    ------
    Refused
        ``version_required`` or ``condition_unreadable``.
    """
    found = condition(request)
    if found is None:
        raise Refused("version_required")
    return found


DemandedMatch = Annotated[Match, Depends(demanded)]
"""Condition of an edit of what there is."""


async def demanded_or_absent(
    match: DemandedMatch,
    if_none_match: Annotated[
        _Absent | None,
        Header(alias=IF_NONE_MATCH, description="* — записи ещё нет; вместо If-Match."),
    ] = None,
) -> Match:
    """Condition of an edit that may also make the record."""
    return match


UpsertMatch = Annotated[Match, Depends(demanded_or_absent)]
"""Condition of an edit that may also make the record."""


async def known(
    tags: Annotated[
        str | None,
        Header(
            alias=IF_NONE_MATCH,
            description="ETag того, что уже прочитано: не изменилось — 304 без тела.",
        ),
    ] = None,
) -> None:
    """Put the header into the contract; ``unchanged`` reads it."""


KNOWN = Depends(known)
"""Dependency of reading calls that answer 304."""
