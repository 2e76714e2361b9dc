"""An analysis of a whole region as one place, one position or one head of school may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from engine.analysis import Analysis, Concentration, Recommendation, Supply
from engine.analysis.results import Audience, ProposedRuns
from engine.deficits.groupings import Grouping
from engine.documents.reports.notes import SCHOOL_LEAST
from engine.domain import Position


@dataclass(frozen=True, slots=True)
class View:
    """What is told of a region; ``None`` = everything.

    Parameters
    ----------
    district, organisation, position
        What names another one is left out; what names none stays. The numbers are of the region
        all the same: a part of it says nothing of how it differs from the rest.
    """

    district: str | None = None
    organisation: str | None = None
    position: Position | None = None

    def of(self, found: Analysis) -> Analysis:
        """The part of an analysis that is asked for."""
        if self == View():
            return found
        shown = tuple(c for c in found.concentrations if self._concerns(c))
        kept = {(f"deficit_in_{c.grouping.value}", c.key, c.node) for c in shown}
        mentors = found.mentors
        if mentors is not None:
            mentors = replace(
                mentors,
                groups=tuple(g for g in mentors.groups if self._at(g.district, g.position)),
                proposals=tuple(p for p in mentors.proposals if self._at(p.district, p.position)),
            )
        return replace(
            found,
            concentrations=shown,
            gaps=tuple(g for g in found.gaps if g.everyone or self._for_some(g.audiences)),
            runs=replace(
                found.runs, runs=tuple(r for r in found.runs.runs if self._for_some(r.audiences))
            ),
            mentors=mentors,
            recommendations=tuple(r for r in found.recommendations if self._advises(r, kept)),
        )

    def _concerns(self, found: Concentration) -> bool:
        if found.grouping is Grouping.DISTRICT:
            return self.district in (None, found.key) and self.organisation is None
        if found.grouping is Grouping.SCHOOL:
            here = self.district in (None, found.district)
            return here and self.organisation in (None, found.key)
        if found.grouping is Grouping.POSITION:
            return self.position is None or found.key == self.position.value
        return True

    def _at(self, district: str, position: Position) -> bool:
        return self.district in (None, district) and self.position in (None, position)

    def _for_some(self, audiences: Iterable[Audience]) -> bool:
        return self.position is None or any(a.position is self.position for a in audiences)

    def _advises(self, found: Recommendation, kept: set[tuple[str, str, str]]) -> bool:
        told = found.parameters
        if found.code.startswith("deficit_in_"):
            return (found.code, found.subject_id, str(told["node"])) in kept
        named = _positions(told)
        if self.position is not None and named and self.position.value not in named:
            return False
        return self.district is None or told.get("district") in (None, "", self.district)


def _positions(told: Mapping[str, object]) -> tuple[object, ...]:
    """Positions that a recommendation names; empty = none."""
    several = told.get("positions")
    if isinstance(several, tuple):
        return several
    return (told["position"],) if "position" in told else ()


def of_organisation(found: Analysis, organisation: str) -> Analysis:
    """What a head is told: where his own school stands out, and nothing of the rest.

    Groups of fewer than ``SCHOOL_LEAST`` measured people are not told of. Numbers are for the
    caller to hide (``api.access.levels``).
    """
    own = tuple(
        c
        for c in found.concentrations
        if c.grouping is Grouping.SCHOOL and c.key == organisation and c.n_measured >= SCHOOL_LEAST
    )
    nodes = {c.node for c in own}
    return replace(
        found,
        nodes=(),
        concentrations=own,
        supply=Supply(float("nan"), float("nan")),
        gaps=(),
        runs=ProposedRuns(),
        unused_seats=(),
        oversubscribed=(),
        mentors=None,
        recommendations=tuple(
            r
            for r in found.recommendations
            if r.code == "deficit_in_school"
            and r.subject_id == organisation
            and r.parameters["node"] in nodes
        ),
        missing=(),
    )
