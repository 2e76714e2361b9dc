"""Values of teams' routes that go into the store and come out of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TeamLink:
    """The team that a route was built with.

    Parameters
    ----------
    build_id
        Of the build whose routes belong together.
    team_id
        Of the register of teams; ``None`` = the team was named by its members.
    """

    build_id: str
    team_id: str | None


@dataclass(frozen=True, slots=True)
class TeamBuild:
    """One answered request for a team, also without a plan.

    Parameters
    ----------
    created_at
        From the caller, an instant with offset.
    team_id
        As of ``TeamLink``.
    answer
        JSON text of what is said of the whole team; a member's own answer stands in his route.
    """

    id: str
    created_at: dt.datetime
    team_id: str | None
    as_of: dt.datetime
    status: str
    policy: str
    answer: str
