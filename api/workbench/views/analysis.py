"""What the page of the analysis shows: advice by addressee, groups that stand out, who is meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.workbench.views.educators import address
from api.workbench.words import say
from engine.wording import label

Record = Mapping[str, Any]

ADVICE_OPEN = 5
"""Recommendations for one addressee that are shown at once; the others open by a click."""
ROWS_OPEN = 8
"""Rows of a table that are shown at once."""
AUDIENCES_NAMED = 3
GROUPS = "/workbench/groups"

_ADDRESSEES = ("region", "municipality", "organisation", "methodical_service", "educator")
"""From whom most depends on to whom least does."""
_KINDS = ("district", "school", "subject", "position")


@dataclass(frozen=True, slots=True)
class Advice:
    """Recommendations for one addressee, the largest first."""

    addressee: str
    first: tuple[str, ...]
    more: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A group that stands out at a competency.

    Parameters
    ----------
    href
        Deficits of the group; empty = it has no page.
    share, low, high
        Share of the measured with a deficit above minimal, with its 90 % interval, in [0, 1].
    excess, excess_low, excess_high
        By how much it exceeds the others, in per cent points.
    """

    name: str
    district: str
    href: str
    node_title: str
    share: float
    low: float
    high: float
    excess: float
    excess_low: float
    excess_high: float
    measured: int


@dataclass(frozen=True, slots=True)
class Kind:
    """Groups of one kind."""

    name: str
    first: tuple[Group, ...]
    more: tuple[Group, ...]


def advice_of(report: Record, language: str) -> tuple[Advice, ...]:
    """Recommendations by addressee, the region's first; within each in the contract's order."""
    found = []
    for addressee in _ADDRESSEES:
        own = (r for r in report["recommendations"] if r["addressee"] == addressee)
        said = tuple(str(r["said"]) for r in own)
        if said:
            name = label("addressee", addressee, language)
            found.append(Advice(name, said[:ADVICE_OPEN], said[ADVICE_OPEN:]))
    return tuple(found)


def kinds_of(report: Record, language: str) -> tuple[Kind, ...]:
    """Groups that stand out, by kind: districts and organisations first."""
    found = []
    for kind in _KINDS:
        groups = tuple(
            _group(c, language) for c in report["concentrations"] if c["grouping"] == kind
        )
        if groups:
            found.append(Kind(kind, groups[:ROWS_OPEN], groups[ROWS_OPEN:]))
    return tuple(found)


def _group(found: Record, language: str) -> Group:
    key, kind = str(found["key"]), str(found["grouping"])
    title = label("position", key, language) if kind == "position" else found["title"] or key
    low, high = found["share"]["interval_90"]
    excess_low, excess_high = found["excess"]["interval_90"]
    return Group(
        name=title,
        district=str(found["district"]) if kind == "school" else "",
        href=_deficits(kind, key),
        node_title=found["node_title"],
        share=found["share"]["value"],
        low=low,
        high=high,
        excess=100 * found["excess"]["value"],
        excess_low=100 * excess_low,
        excess_high=100 * excess_high,
        measured=found["n_measured"],
    )


def _deficits(kind: str, key: str) -> str:
    """Address of the deficits of a group; empty = no page shows it alone."""
    asked = {
        "district": {"by": "school", "district": key},
        "school": {"by": "subject", "organisation_id": key},
        "position": {"by": "district", "position": key},
    }.get(kind)
    return "" if asked is None else address(GROUPS, asked)


def nodes_of(report: Record) -> Sequence[Record]:
    """Competencies, those with the largest share of deficits first."""
    return sorted(report["nodes"], key=lambda n: (-n["share"]["value"], n["node"]))


def audience_words(audiences: Sequence[Record], language: str) -> str:
    """Whom something is for: the first few, and how many more."""
    named = [_audience(a, language) for a in audiences[:AUDIENCES_NAMED]]
    more = len(audiences) - len(named)
    if more:
        named.append(say("analysis.audiences_more", language, {"count": more}))
    return "; ".join(named)


def _audience(audience: Record, language: str) -> str:
    position = label("position", audience["position"], language)
    return ", ".join((position, *audience["subjects"]))
