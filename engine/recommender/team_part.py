"""A member's part of a team's plan as part of a request, so that his route can be built again.

Everything is told by ids and labels: of the other members nothing stands in here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TeamPart:
    """What the plan of a team decided of one member.

    Parameters
    ----------
    activities
        Ids of the activities that the team might share; of these he has only what it shares,
        unless he could have them alone.
    opened
        Ids of the runs that were opened to him for the team, as if they were pinned.
    together
        Ids of the runs that he takes with the team, in the plan's order.
    given_up
        Kind (``seat``, ``mentor``, ``slot``) and label of each scarce resource that he leaves to
        another member.
    without_mentor
        The mentors' places do not serve all who must have one, and his is the one missing.
    """

    activities: tuple[str, ...]
    opened: tuple[str, ...]
    together: tuple[str, ...]
    given_up: tuple[tuple[str, str], ...] = ()
    without_mentor: bool = False
