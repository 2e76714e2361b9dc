"""How far somebody's duty reaches: a school, a district, or the whole region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.assignment.closeness import district_of
from engine.assignment.crossing import Crossing, Kinds
from engine.assignment.mentees import Mentee
from engine.domain import Mentor

OUT_OF_TERRITORY = "tutor_other_territory"


@dataclass(frozen=True, slots=True)
class Territory:
    """Where a carer accompanies; both ``None`` = everywhere."""

    district: str | None = None
    organisation_id: str | None = None

    def holds(self, place: Territory) -> bool:
        """Whether a place of work lies in it."""
        if self.organisation_id is not None:
            return place.organisation_id == self.organisation_id
        return self.district is None or place.district == self.district


EVERYWHERE = Territory()


def reached(
    mentees: Sequence[Mentee], carers: Sequence[Mentor], reach: Mapping[str, Territory]
) -> Crossing | None:
    """Whether each person works where each carer accompanies; ``None`` = all work everywhere."""
    if not reach:
        return None
    return Crossing.of(
        Kinds.told(_place(m) for m in mentees),
        Kinds.told(reach.get(c.id, EVERYWHERE) for c in carers),
        lambda place, territory: territory.holds(place),
    )


def _place(mentee: Mentee) -> Territory:
    educator = mentee.person.educator
    school = educator.organisation
    return Territory(district_of(educator), school.id if school else "")
