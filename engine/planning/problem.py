"""The route problem of one educator: frozen, integers only, self-contained.

Everything that decides a route stands in here; no database and no clock is needed to solve it
again. Floats ended in ``compile``: what follows are integers.

Units
-----
day
    Days from the horizon's first Monday (day 0), in the educator's zone.
week
    ``day // 7``; week 0 is the ISO week of day 0.
minute of the horizon
    Wall-clock minutes of the educator's zone from midnight of day 0.
gain unit
    10⁻⁴ of one whole deficit.
mpt
    Millipoint: 10⁻³ of a point; one point is 10⁻⁴ of one whole deficit of weight 1. So a slope
    of 1 000 mpt per gain unit is a certain deficit of weight 1.

The rules
---------
Each is one code, in explanations, in conflicts and in the checker. A route is a set of chosen
candidates, at most one mentor, meeting slots of that mentor, and checkpoints. Weeks and meetings
of a candidate lie within its days (``validity`` sees to it).

``one_offering``
    At most one chosen candidate of an activity.
``tempo``
    In every week: Σ weekly minutes of chosen candidates + minutes of mentor meetings that start
    in the week + minutes of checkpoints in the week ≤ ``tempo_min[week]``.
``workload``
    The sum of all those minutes over all weeks ≤ ``workload_max_min``.
``overlap``
    No two meetings of the route (of chosen candidates or the mentor) overlap; two meetings at
    different places, both ≥ 0, are at least ``travel_buffer_min`` apart, also across midnight.
    Of two meetings of one candidate nothing is asked; of two meetings of the mentor it is. A
    meeting lies within one day between ``day_open_min`` and ``day_close_min`` of that day, meets
    no span of ``busy``, and is not online (place −1) where ``online_allowed`` is false. Touching
    ends do not overlap. A mentor's slot online is judged like any meeting.
``prerequisite``
    Every OR-group of a chosen candidate's activity holds an activity with a chosen candidate
    whose ``end_day`` is before the ``start_day`` of the former. An empty group forbids.
``parallel``
    In no week more than ``parallel_max`` chosen candidates of long activities run; a candidate
    runs in the weeks from that of ``start_day`` to that of ``end_day``.
``daily_load``
    Meeting minutes (mentor meetings included) of one day ≤ ``daily_max_min``.
``steps``
    At most ``steps_max`` chosen candidates. Checkpoints and mentor meetings are not counted.
``budget``
    Σ cost of chosen candidates charged to a source ≤ its budget.
``form_mix``
    For each form, minutes (Σ weekly minutes of its chosen candidates) and steps lie between the
    stated least and most; does not bind on a route without chosen candidates.
``form_by_level``
    Gains count only for demands whose ``categories`` admit the activity's category. A chosen
    candidate that has gains, none of which counts, is forbidden unless it is in a pin.
``transfer``
    If ``transfer_weeks`` > 0: for each chosen candidate i of an activity with ``needs_practice``
    there is a chosen candidate of one of its practices with
    end_day_i < start_day ≤ end_day_i + 7·transfer_weeks.
``checkpoints``
    Only for a route with chosen candidates. Middle: let h be the first week by whose end at
    least half of all candidates' weekly minutes are done (2·done ≥ total; week 0 where there are
    no minutes at all), and e the week of the last end_day. If h + 1 ≤ e, one offer in week h + 1
    is taken; where none is on offer in that week it is missing and costs
    ``checkpoint_missing_mpt``. Final: with the last end_day d, one offer with
    d < day ≤ d + ``final_within_days`` is taken; where none is on offer it is missing at the same
    price. No other checkpoint is taken; the same offer never serves both, so where both are due
    and one same offer is all that is on offer, the route is forbidden.
``pinned``
    Each pin has at least one chosen candidate among its own.
``excluded``
    An excluded candidate is not chosen.
``mentor_required``
    Where a mentor is required and any option has capacity, exactly one is chosen, else at most
    one; this binds on an empty route too. Where one is required and there is no such option:
    ``on_no_mentor`` relax lets the route go without, refuse (``refuse_without``) forbids every
    route, the empty one included.
``mentor_cadence``
    With a mentor and chosen candidates: s is the week of the first start_day, e that of the last
    end_day. Windows are the weeks [s + i·c, s + (i+1)·c) ∩ horizon for i = 0, 1, … while
    s + i·c ≤ e; those of holiday weeks only are dropped. In each window at most one slot of the
    mentor is taken (a slot belongs to the week in which it starts); a window without costs
    ``missed_meeting_mpt``, or is forbidden where ``missed_meeting_allowed`` is false. No slot
    is taken outside the windows (a dropped window is outside), without a mentor, or of another
    mentor. A slot may lie after the last step, if its window begins before.
``mentor_capacity``, ``seats``
    A chosen mentor has capacity ≥ 1, also where none is required; a chosen candidate has
    seats ≠ 0 (−1 = no limit).

Revising a kept route
---------------------
Only where the problem has a ``revision``; two more rules then hold, which the checker judges after
those above. A *kept* candidate is one of any kept step.

``freeze``
    Each fixed candidate is chosen. Each frozen step has a chosen candidate among its own. Any
    other chosen candidate that starts before ``free_day`` is a kept one or in a pin.
``changes``
    Let n be the number of kept steps, m that of chosen candidates that are not fixed, and k that
    of chosen kept ones. max(n, m) − k ≤ ``changes_most``: pairs of what leaves and what comes are
    moves or replacements, the rest is removed or added (route-problem, section 3).

The value (mpt)
---------------
Σ_k φ_k(Σ_j counted gain_{j,k}) + Σ_j (bonus_j − price_j) + fit_m − price_m
− missed windows · ``missed_meeting_mpt`` − missing checkpoints · ``checkpoint_missing_mpt``,
where φ_k(z) fills the pieces (length, slope) of demand k in order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.domain import BoolArray, Form, IntArray

CATEGORIES: tuple[str, ...] = ("dpp_pp", "dpp_pk", "non_formal", "informal")
"""Categories of ``form_by_level``; a demand's mask has bit c for ``CATEGORIES[c]``."""

FORM_OF_CATEGORY: tuple[Form, ...] = (Form.FORMAL, Form.FORMAL, Form.NON_FORMAL, Form.INFORMAL)
FORMS: tuple[Form, ...] = (Form.FORMAL, Form.NON_FORMAL, Form.INFORMAL)

RULES: tuple[str, ...] = (
    "one_offering",
    "tempo",
    "workload",
    "overlap",
    "prerequisite",
    "parallel",
    "daily_load",
    "steps",
    "budget",
    "form_mix",
    "form_by_level",
    "transfer",
    "checkpoints",
    "pinned",
    "excluded",
    "mentor_required",
    "mentor_cadence",
    "mentor_capacity",
    "seats",
)

REVISION_RULES: tuple[str, ...] = ("freeze", "changes")
"""Rules of a revised route, beside ``RULES``."""

ONLINE = -1
DAY_MIN = 1440


@dataclass(frozen=True, slots=True, eq=False)
class Ragged:
    """Rows of different length in two arrays.

    Parameters
    ----------
    indptr
        Shape (n_rows + 1,).
    values
        Shape (n_entries, width); row i is ``values[indptr[i]:indptr[i + 1]]``.
    """

    indptr: IntArray
    values: IntArray

    @staticmethod
    def of(rows: Sequence[Sequence[Sequence[int]]], width: int) -> Ragged:
        """Build from nested sequences."""
        indptr = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(r) for r in rows], out=indptr[1:])
        flat = [entry for row in rows for entry in row]
        values = np.array(flat, dtype=np.int64).reshape(len(flat), width)
        return Ragged(indptr, values)

    def __len__(self) -> int:
        return len(self.indptr) - 1

    def row(self, i: int) -> IntArray:
        """Entries of row ``i``, shape (k, width)."""
        return self.values[self.indptr[i] : self.indptr[i + 1]]

    def rows(self) -> list[list[list[int]]]:
        """Nested lists, as in JSON."""
        return [self.row(i).tolist() for i in range(len(self))]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate as a record: an offering charged to one source of funding.

    Parameters
    ----------
    label
        Offering id, with ``@source`` where several sources may pay.
    activity
        Index of the activity.
    start_day, end_day
        0 ≤ start_day ≤ end_day < n_days.
    gains
        (demand, gain units > 0), one entry per demand, ordered by demand.
    weekly
        (week, minutes > 0), ordered by week; meetings and travel included.
    meetings
        (start, end, place) in minutes of the horizon; place −1 = online.
    bonus_mpt, price_mpt
        ≥ 0.
    source, cost_rub
        Index of the source charged (−1 = free) and roubles.
    seats
        Left; −1 = no limit.
    """

    label: str
    activity: int
    start_day: int
    end_day: int
    gains: tuple[tuple[int, int], ...] = ()
    weekly: tuple[tuple[int, int], ...] = ()
    meetings: tuple[tuple[int, int, int], ...] = ()
    bonus_mpt: int = 0
    price_mpt: int = 0
    source: int = -1
    cost_rub: int = 0
    seats: int = -1
    excluded: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class CandidateTable:
    """All candidates in columns; index j is the candidate. Fields as in ``Candidate``."""

    label: Sequence[str]
    activity: IntArray
    start_day: IntArray
    end_day: IntArray
    gains: Ragged
    weekly: Ragged
    meetings: Ragged
    bonus_mpt: IntArray
    price_mpt: IntArray
    source: IntArray
    cost_rub: IntArray
    seats: IntArray
    excluded: BoolArray

    @staticmethod
    def of(candidates: Sequence[Candidate]) -> CandidateTable:
        """Build the columns from records."""

        def column(name: str) -> IntArray:
            return np.array([getattr(c, name) for c in candidates], dtype=np.int64)

        return CandidateTable(
            label=tuple(c.label for c in candidates),
            activity=column("activity"),
            start_day=column("start_day"),
            end_day=column("end_day"),
            gains=Ragged.of([c.gains for c in candidates], 2),
            weekly=Ragged.of([c.weekly for c in candidates], 2),
            meetings=Ragged.of([c.meetings for c in candidates], 3),
            bonus_mpt=column("bonus_mpt"),
            price_mpt=column("price_mpt"),
            source=column("source"),
            cost_rub=column("cost_rub"),
            seats=column("seats"),
            excluded=np.array([c.excluded for c in candidates], dtype=np.bool_),
        )

    def __len__(self) -> int:
        return len(self.activity)

    def record(self, j: int) -> Candidate:
        """Candidate ``j`` as a record of Python integers."""
        return Candidate(
            label=self.label[j],
            activity=int(self.activity[j]),
            start_day=int(self.start_day[j]),
            end_day=int(self.end_day[j]),
            gains=tuple((int(k), int(g)) for k, g in self.gains.row(j)),
            weekly=tuple((int(w), int(m)) for w, m in self.weekly.row(j)),
            meetings=tuple((int(s), int(e), int(p)) for s, e, p in self.meetings.row(j)),
            bonus_mpt=int(self.bonus_mpt[j]),
            price_mpt=int(self.price_mpt[j]),
            source=int(self.source[j]),
            cost_rub=int(self.cost_rub[j]),
            seats=int(self.seats[j]),
            excluded=bool(self.excluded[j]),
        )


@dataclass(frozen=True, slots=True)
class ProblemActivity:
    """One activity as far as the rules need it.

    Parameters
    ----------
    label
        Activity id.
    category
        Index into ``CATEGORIES``.
    long
        Counts for ``parallel``.
    prerequisites
        OR-groups of activity indices still to be met (those met by history are left out).
    needs_practice, practices
        Rule ``transfer``.
    """

    label: str
    category: int
    long: bool = False
    prerequisites: tuple[tuple[int, ...], ...] = ()
    needs_practice: bool = False
    practices: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ProblemDemand:
    """One demand: φ as (length in gain units, slope in mpt per gain unit), slopes falling."""

    label: str
    pieces: tuple[tuple[int, int], ...]
    categories: int = 0b1111


@dataclass(frozen=True, slots=True)
class Pin:
    """At least one of ``candidates`` is chosen; ``code`` says who asks for it.

    ``code``: ``pinned`` (educator or methodist), ``required_activity`` or ``required_theme``
    (policy), ``team_step`` (what a team takes together), ``started`` or ``frozen`` (a revised
    route: what has begun, what begins too soon to be changed).
    """

    code: str
    label: str
    candidates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ProblemMentor:
    """One mentor option; slots are (start, end, place) in minutes of the horizon."""

    label: str
    fit_mpt: int
    price_mpt: int
    capacity: int
    slots: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class MentorRules:
    """The mentor's part of the problem."""

    required: bool = False
    refuse_without: bool = False
    cadence_weeks: int = 4
    missed_meeting_allowed: bool = True
    missed_meeting_mpt: int = 0
    options: tuple[ProblemMentor, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckpointOffer:
    """A diagnostic that may be taken on a day, in minutes of that day's week."""

    label: str
    day: int
    duration_min: int


@dataclass(frozen=True, slots=True)
class CheckpointRules:
    """The checkpoints' part of the problem."""

    middle: bool = False
    final: bool = False
    final_within_days: int = 14
    checkpoint_missing_mpt: int = 0
    offers: tuple[CheckpointOffer, ...] = ()


@dataclass(frozen=True, slots=True)
class FormLimit:
    """Least and most minutes and steps of one form; −1 = no limit."""

    form: int
    least_min: int = -1
    most_min: int = -1
    least_steps: int = -1
    most_steps: int = -1


@dataclass(frozen=True, slots=True)
class Limits:
    """Scalar limits; −1 = no limit."""

    workload_max_min: int = -1
    steps_max: int = -1
    parallel_max: int = -1
    daily_max_min: int = -1
    travel_buffer_min: int = 0
    transfer_weeks: int = 0
    online_allowed: bool = True


@dataclass(frozen=True, slots=True)
class Revision:
    """The kept route that is revised, and how far it may change.

    Parameters
    ----------
    fixed
        Candidates of finished, started and enrolled steps; no candidate is also in a kept step.
    steps
        Of each planned step of the kept route the candidates that are this step (one run may
        have one for each source of funding), all of one activity; empty = its run is gone, so
        it is a change in any route. No candidate is in two steps.
    frozen
        Positions in ``steps`` of steps that stay.
    changes_most
        ≥ 0.
    free_day
        First day on which something new may start.
    """

    fixed: tuple[int, ...] = ()
    steps: tuple[tuple[int, ...], ...] = ()
    frozen: tuple[int, ...] = ()
    changes_most: int = 0
    free_day: int = 0


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class RouteProblem:
    """The whole problem; see the module's docstring for every rule.

    Parameters
    ----------
    first_day
        ISO date of day 0 (a Monday); a label, no rule depends on it.
    tempo_min
        Shape (n_weeks,), ≥ 0.
    holiday_week
        Shape (n_weeks,).
    day_open_min, day_close_min
        Shape (n_days,) with n_days = 7·n_weeks; open = close forbids meetings.
    busy
        Shape (n_busy, 2), minutes of the horizon, start < end.
    budget_sources, budget_rub
        Labels and amounts, same length.
    revision
        ``None`` = a new route.
    """

    first_day: str
    tempo_min: IntArray
    holiday_week: BoolArray
    day_open_min: IntArray
    day_close_min: IntArray
    busy: IntArray
    demands: tuple[ProblemDemand, ...]
    activities: tuple[ProblemActivity, ...]
    candidates: CandidateTable
    limits: Limits = Limits()
    budget_sources: tuple[str, ...] = ()
    budget_rub: tuple[int, ...] = ()
    form_mix: tuple[FormLimit, ...] = ()
    pins: tuple[Pin, ...] = ()
    mentor: MentorRules = MentorRules()
    checkpoints: CheckpointRules = CheckpointRules()
    revision: Revision | None = None

    @property
    def n_weeks(self) -> int:
        """Weeks of the horizon."""
        return len(self.tempo_min)

    @property
    def n_days(self) -> int:
        """Days of the horizon."""
        return 7 * len(self.tempo_min)
