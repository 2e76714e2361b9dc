"""Reports on a region: the passport, the yearly report, analytical notes for four addressees.

Builders make a ``Report`` without a language; ``render`` writes it as a page, document or workbook.
"""

from engine.documents.reports.educator import build_educator_note
from engine.documents.reports.model import Report
from engine.documents.reports.notes import (
    build_municipality_note,
    build_school_note,
    build_service_note,
)
from engine.documents.reports.passport import build_passport
from engine.documents.reports.rendering import FORMATS, render
from engine.documents.reports.scope import Scope, narrowed
from engine.documents.reports.yearly import build_yearly_report

__all__ = [
    "FORMATS",
    "Report",
    "Scope",
    "build_educator_note",
    "build_municipality_note",
    "build_passport",
    "build_school_note",
    "build_service_note",
    "build_yearly_report",
    "narrowed",
    "render",
]
