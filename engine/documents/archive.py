"""Office files made anew from their parts, so that the same input gives the same bytes."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile

_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</dcterms:)")
_CORE = "docProps/core.xml"
_EARLIEST = dt.datetime(1980, 1, 1, tzinfo=dt.UTC)
_LATEST = dt.datetime(2107, 12, 31, 23, 59, 58, tzinfo=dt.UTC)
"""The first and the last instant that ZIP can write."""


def repeatable(data: bytes, at: dt.datetime) -> bytes:
    """The same file with every instant in it set to ``at``.

    The libraries stamp the parts of a file, and its core properties, with the clock.

    Parameters
    ----------
    data
        A DOCX or XLSX.
    at
        Instant with offset; one before 1980 counts as the first of 1980, one after 2107 as the
        last of 2107.
    """
    at = min(max(at.astimezone(dt.UTC), _EARLIEST), _LATEST)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for part in source.infolist():
            content = source.read(part)
            if part.filename == _CORE:
                content = _STAMP.sub(rb"\g<1>" + stamp + rb"\g<3>", content)
            entry = zipfile.ZipInfo(part.filename, at.timetuple()[:6])
            entry.external_attr = part.external_attr
            entry.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(entry, content)
    return target.getvalue()
