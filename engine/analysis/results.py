"""What the analysis of a region says; records only.

People are counted in expectation: a deficit is never seen, so a number of people with a deficit is
a sum of probabilities and has an interval. A *closed deficit* is in whole deficits: 1.0 = somebody
who lacked everything up to his target lacks nothing; 0.2 closed for five people is also 1.0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.deficits.groupings import Grouping
from engine.domain import Kind, Position, Stage


class Addressee(StrEnum):
    """Whom a recommendation is for."""

    EDUCATOR = "educator"
    ORGANISATION = "organisation"
    METHODICAL_SERVICE = "methodical_service"
    MUNICIPALITY = "municipality"
    REGION = "region"


class GapCode(StrEnum):
    """Why people with a deficit find nothing; the first that is true of an audience."""

    NO_ACTIVITY = "no_activity"
    NO_RUN = "no_run"
    ENROLMENT_CLOSED = "enrolment_closed"
    NO_SEATS = "no_seats"
    TOO_FEW_SEATS = "too_few_seats"


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What the analysis assumes beside the policy; every number is stated with the answer.

    Parameters
    ----------
    until
        Last day of the runs that count; ``None`` = the policy's horizon from the day of analysis.
    benefit
        Chance in (0, 1] that somebody who takes an activity up completes it and benefits: stands
        for a person's relevance, of which the analysis of a region knows nothing.
    least_gain
        Least part of a whole deficit, in (0, 1], that an activity must be expected to close for a
        person before it counts as an answer to his deficit.
    run_seats
        Seats of a run that is proposed, ≥ 1.
    most_runs
        Length of the list of runs to add, ≥ 0.
    mentor_capacity
        Mentees of an extra mentor, ≥ 1.
    least_excess
        Excess of a group's share over the rest, in [0, 1), that is worth naming.
    false_share
        Expected share in (0, 1) of groups named wrongly among those named of one kind.
    by
        Kinds of groups in which concentrations are looked for.
    """

    until: dt.date | None = None
    benefit: float = 0.6
    least_gain: float = 0.05
    run_seats: int = 25
    most_runs: int = 10
    mentor_capacity: int = 2
    least_excess: float = 0.05
    false_share: float = 0.05
    by: tuple[Grouping, ...] = (
        Grouping.DISTRICT,
        Grouping.SCHOOL,
        Grouping.SUBJECT,
        Grouping.POSITION,
    )

    def __post_init__(self) -> None:
        if not (0 < self.benefit <= 1 and 0 < self.least_gain <= 1):
            raise ValueError("benefit and least_gain lie in (0, 1]")
        if self.run_seats < 1 or self.most_runs < 0 or self.mentor_capacity < 1:
            raise ValueError("run_seats and mentor_capacity ≥ 1, most_runs ≥ 0")
        if not (0 <= self.least_excess < 1 and 0 < self.false_share < 1):
            raise ValueError("least_excess lies in [0, 1), false_share in (0, 1)")


@dataclass(frozen=True, slots=True)
class Estimate:
    """An expected value with the 5 % and 95 % quantiles of what it may truly be."""

    value: float
    interval_90: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Audience:
    """People for whom the catalogue's audience rules say the same.

    Parameters
    ----------
    subjects, stages
        Empty = none stated.
    """

    position: Position
    subjects: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeShare:
    """Deficits of everybody at one node.

    Parameters
    ----------
    n_members, n_measured
        People to whom the node applies, and those of them with a valid measurement at it. Nothing
        here speaks of the others.
    share, people
        Share in [0, 1] and number of the measured with a deficit above minimal.
    """

    node: str
    title: str
    n_members: int
    n_measured: int
    share: Estimate
    people: Estimate


@dataclass(frozen=True, slots=True)
class Concentration:
    """A group whose deficits stand out from the rest of the region.

    Parameters
    ----------
    key, title, district
        As of ``engine.deficits.groupings.Group``.
    n_measured
        People of the group measured at the node.
    share
        Share of them with a deficit above minimal, from everybody's posterior, in [0, 1].
    excess
        By how much the share exceeds that of the rest of the measured, in [−1, 1]; from the newest
        results at this very node alone, shrunk to the region.
    probability
        That the excess is more than ``AnalysisOptions.least_excess``.
    people
        Excess times the people measured: deficits above what the rest would lead one to expect.
    """

    grouping: Grouping
    key: str
    title: str
    district: str
    node: str
    node_title: str
    n_measured: int
    share: Estimate
    excess: Estimate
    probability: float
    people: float


@dataclass(frozen=True, slots=True)
class CatalogueGap:
    """People with a deficit at a node who find no seat until a day, for one reason.

    Parameters
    ----------
    audiences
        Whom it is about, by falling number of people.
    n_measured
        People of these audiences measured at the node.
    people
        Those of them with a deficit above minimal.
    unserved
        Of these, how many find no seat even if every seat of an activity that answers this
        deficit went to one of them, ≥ 0; all of them unless ``code`` is ``too_few_seats``.
    seats
        Open seats that answer it; 0 unless ``code`` is ``too_few_seats``.
    activities
        Activities of the catalogue that would answer it and are for these audiences; empty where
        there is none.
    everyone
        It is about all who were measured at the node.
    """

    node: str
    title: str
    code: GapCode
    until: dt.date
    audiences: tuple[Audience, ...]
    n_measured: int
    people: Estimate
    unserved: float
    seats: int
    activities: tuple[str, ...]
    everyone: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """How much of the deficits the runs that there are can close.

    Parameters
    ----------
    deficit
        Sum of the expected deficits of everybody, whole deficits.
    closable
        Most of it that open runs can close, by a linear programme over classes of people and
        activities: a proved upper bound; NaN where there is no open run or nobody is measured.
    """

    deficit: float
    closable: float


@dataclass(frozen=True, slots=True)
class ProposedRun:
    """One more run, after those before it in the list.

    Parameters
    ----------
    activity
        Id of the activity to run again; ``None`` = a new one of ``kind`` about ``nodes``.
    hours_academic
        Its length.
    audiences
        Whose members take its seats, by falling number.
    takers
        Seats that somebody with a deficit takes, ≤ the seats.
    closes
        Deficit closed beyond what the runs that there are close at best, whole deficits; what the
        takers' time would close otherwise is taken off.
    """

    activity: str | None
    kind: Kind
    title: str
    nodes: tuple[str, ...]
    hours_academic: float
    seats: int
    audiences: tuple[Audience, ...]
    takers: int
    closes: Estimate


@dataclass(frozen=True, slots=True)
class ProposedRuns:
    """Runs to add, each the best beside those before it.

    Parameters
    ----------
    closes
        Of all of them together, whole deficits.
    limit
        No other list of as many runs closes more: proved, see ``engine.analysis.additions``.
    """

    runs: tuple[ProposedRun, ...] = ()
    closes: float = 0.0
    limit: float = 0.0


@dataclass(frozen=True, slots=True)
class SeatUse:
    """An open run whose seats and people who need it do not match.

    Parameters
    ----------
    need
        People with a deficit that it is about and who may take it, of those measured; of the need
        of others nothing is known.
    spare
        Seats that stay empty even if all of them come, ≥ 0; 0 where it is oversubscribed.
    enrolment_until
        Last day of enrolment; ``None`` = open until the start, or at any time.
    """

    offering: str
    activity: str
    title: str
    seats_left: int
    need: Estimate
    spare: int
    enrolment_until: dt.date | None


@dataclass(frozen=True, slots=True)
class MentorGroup:
    """People of one kind who need a mentor; ``subject`` empty = none stated.

    Parameters
    ----------
    people
        Who need one and have none.
    unserved
        Whom the mentors there are leave without one, in the arrangement that serves most.
    """

    district: str
    position: Position
    subject: str
    people: int
    unserved: int


@dataclass(frozen=True, slots=True)
class ProposedMentor:
    """One more mentor: who it should be, and how many more people he lets be served."""

    district: str
    position: Position
    subject: str
    capacity: int
    serves: int


@dataclass(frozen=True, slots=True)
class MentorShortage:
    """People whom the policy wants accompanied against the mentors that there are.

    Parameters
    ----------
    needing
        Educators who must have a mentor and have none now.
    accompanied
        Those who have one.
    unknown
        Educators of whom dates that decide are missing; they are in neither number.
    capacity
        Places of mentors who may take anybody.
    served
        Most who can be served at once by rules of consent, form, training, reach and any tie; an
        upper bound, for rules that depend on single people are left out.
    served_in_subject
        The same if the tie must be the subject or, without one, the position.
    groups
        Who stay unserved in their subject, by falling number.
    proposals
        Extra mentors of the most worth, one after the other.
    """

    needing: int
    accompanied: int
    unknown: int
    capacity: int
    served: int
    served_in_subject: int
    groups: tuple[MentorGroup, ...] = ()
    proposals: tuple[ProposedMentor, ...] = ()


@dataclass(frozen=True, slots=True)
class Recommendation:
    """What to do, for whom, and what it rests on.

    Parameters
    ----------
    code, parameters
        Worded by ``engine.wording`` in the family ``recommendation``.
    subject_id
        Id of the organisation, name of the district …; empty where the addressee is the region.
    size
        People whom it is about.
    closes
        Deficit that it would close, whole deficits; ``None`` = it does not close any by itself.
    rests_on
        Counts behind it by name, such as ``n_measured``.
    """

    addressee: Addressee
    code: str
    subject_id: str
    size: float
    parameters: Mapping[str, object] = field(default_factory=dict)
    closes: Estimate | None = None
    rests_on: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Missing:
    """What could not be said for want of data; worded in the family ``missing``."""

    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The whole analysis.

    Parameters
    ----------
    as_of, until
        Day of the analysis in the region's zone, and last day of the runs that count.
    n_people, n_measured
        Educators, and those with any valid measurement.
    nodes
        Nodes at which anybody was measured, in the framework's order.
    concentrations
        By falling ``people``.
    gaps
        By falling ``unserved``.
    unused_seats, oversubscribed
        Open runs with spare seats, by their number; runs that more people need than have a seat,
        by how many more.
    mentors
        ``None`` = nobody needs one by the policy, or no dates are known.
    recommendations
        By falling ``size`` within each addressee.
    missing
        What could not be said because data are missing (family ``missing`` of the wording).
    """

    as_of: dt.date
    until: dt.date
    policy: str
    options: AnalysisOptions
    n_people: int
    n_measured: int
    nodes: tuple[NodeShare, ...]
    concentrations: tuple[Concentration, ...]
    supply: Supply
    gaps: tuple[CatalogueGap, ...]
    runs: ProposedRuns
    unused_seats: tuple[SeatUse, ...]
    oversubscribed: tuple[SeatUse, ...]
    mentors: MentorShortage | None
    recommendations: tuple[Recommendation, ...]
    missing: tuple[Missing, ...]
