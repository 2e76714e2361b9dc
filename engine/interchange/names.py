"""Names of files as people wrote them, whatever machine they were written on."""

from __future__ import annotations

from pathlib import Path

_OLD_ENCODINGS = ("cp1251", "cp866")


def file_name(path: Path) -> str:
    """Name of a file, readable also when it came from an old Windows disk or archive.

    Such names are not UTF-8: Python holds their bytes as lone surrogates, which can neither be
    printed nor matched. Of Windows-1251 and CP866 the one that gives more letters is taken.
    """
    try:
        path.name.encode()
    except UnicodeEncodeError:
        content = path.name.encode("utf-8", "surrogateescape")
        # bytes that neither code page knows become �, which is no letter
        spellings = [content.decode(e, "replace") for e in _OLD_ENCODINGS]
        return max(spellings, key=lambda s: sum(c.isalpha() for c in s))
    return path.name
