"""A report in the format that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from engine.documents.reports.docx import render_docx
from engine.documents.reports.html import render_html
from engine.documents.reports.model import Report
from engine.documents.reports.xlsx import render_xlsx


def _page(report: Report, language: str) -> bytes:
    return render_html(report, language).encode()


_RENDERERS: Mapping[str, Callable[[Report, str], bytes]] = {
    "html": _page,
    "docx": render_docx,
    "xlsx": render_xlsx,
}

FORMATS: tuple[str, ...] = tuple(_RENDERERS)
"""Formats, named as the suffixes of their files."""


def render(report: Report, form: str, language: str = "ru") -> bytes:
    """A report as the bytes of a file.

    Parameters
    ----------
    form
        One of ``FORMATS``.
    language
        ``ru`` or ``en``.

    Raises
    ------
    KeyError
        There is no such format.
    DocumentUnavailable
        A library of ``docx`` is not installed.
    """
    return _RENDERERS[form](report, language)
