"""What a CASE package holds besides the framework itself."""

from __future__ import annotations

from dataclasses import dataclass

from engine.errors import Fault
from engine.framework import Framework

SCHEMA = "case/case-v1p0-cfpackage-schema.json"
MARK = "learning-routes:"
"""Begins the line of ``notes`` with what CASE 1.0 has no field for."""


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """A tie of a competency to another competency, here or in another framework.

    Parameters
    ----------
    code
        Of our framework.
    kind
        ``exactMatchOf``, ``isRelatedTo``, ``isPeerOf``, ``isPartOf``, ``precedes``,
        ``replacedBy``, ``exemplar``, ``hasSkillLevel``.
    identifier, uri, title
        Of the other one.
    """

    code: str
    kind: str
    identifier: str
    uri: str
    title: str


@dataclass(frozen=True, slots=True)
class CasePackage:
    """A framework out of a CASE package.

    Parameters
    ----------
    crosswalk
        Ties to others, sorted.
    creator
        Who made it; "" = our own.
    remarks
        What was decided on reading, for people.
    """

    framework: Framework
    crosswalk: tuple[Match, ...] = ()
    creator: str = ""
    remarks: tuple[Fault, ...] = ()
