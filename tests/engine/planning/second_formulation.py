"""A second formulation, written from the text of ``engine.planning.problem`` alone.

A mixed-integer program for linear solvers: other variables, other rows and other code than the
CP-SAT model, and none of the engine's helpers, so that a mistake in one shows in the other. It
is also what the benchmark's peers solve: the whole catalogue, with the strong rows (cliques,
staircases) that a careful user of those solvers would write.

Where the text forbids something that is never an advantage (a meeting with the mentor beyond one
a window), the program leaves it free: its optimum is the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from engine.planning.problem import Candidate, RouteProblem
from tests.engine.planning.mip import INFINITY, Mip, MipBuilder
from tests.engine.planning.second_cliques import Meeting, overlap_rows

WEEK_MIN = 7 * 1440
POINT = 1_000.0
"""The objective is in points: in mpt its numbers would be too large for tolerances of 10⁻⁶."""

FORM_OF = {0: 0, 1: 0, 2: 1, 3: 2}
"""Form (formal, non-formal, informal) of each category."""

Term = tuple[int, float]


def formulate(problem: RouteProblem) -> Mip:
    """The problem as a program whose optimum is the value of the best route in points."""
    return Second(problem).build()


@dataclass
class Second:
    """The program under construction; ``x`` has columns only where a route may have them."""

    problem: RouteProblem
    b: MipBuilder = field(default_factory=MipBuilder)

    def build(self) -> Mip:
        p = self.problem
        table = p.candidates
        self.records: list[Candidate] = [table.record(j) for j in range(len(table))]
        pinned = {j for pin in p.pins for j in pin.candidates}
        self.x: dict[int, int] = {}
        for j, c in enumerate(self.records):
            if self.possible(j, c, j in pinned):
                self.x[j] = self.b.column((c.bonus_mpt - c.price_mpt) / POINT)
        self.of_activity: dict[int, list[int]] = defaultdict(list)
        for j in self.x:
            self.of_activity[self.records[j].activity].append(j)
        self.mentor_columns()
        self.checkpoint_columns()
        self.loads()
        self.demands()
        self.ends = self.reached([(self.records[j].end_day, j) for j in self.x], falling=True)
        for rule in (
            self.one_offering,
            self.tempo_and_workload,
            self.overlap,
            self.prerequisites,
            self.parallel,
            self.daily_load,
            self.steps,
            self.budget,
            self.form_mix,
            self.transfer,
            self.middle_checkpoint,
            self.final_checkpoint,
            self.pins,
            self.mentor_required,
            self.mentor_cadence,
        ):
            rule()
        return self.b.build()

    # ------------------------------------------------------------------ columns

    def possible(self, j: int, c: Candidate, pinned: bool) -> bool:
        """Whether any route may have the candidate, by the rules about one candidate."""
        p = self.problem
        if c.excluded or c.seats == 0:
            return False
        if any(minutes > p.tempo_min[week] for week, minutes in c.weekly):
            return False
        if not all(self.meeting_possible(m) for m in c.meetings):
            return False
        if c.source >= 0 and c.cost_rub > p.budget_rub[c.source]:
            return False
        return not c.gains or pinned or any(self.counts(c, k) for k, _ in c.gains)

    def counts(self, c: Candidate, demand: int) -> bool:
        """Rule ``form_by_level``."""
        category = self.problem.activities[c.activity].category
        return bool(self.problem.demands[demand].categories >> category & 1)

    def meeting_possible(self, meeting: Meeting) -> bool:
        """Rule ``overlap`` for one meeting: hours of its day, busy spans, online."""
        start, end, place = meeting
        p, day = self.problem, start // 1440
        if not 0 <= day < p.n_days or end > (day + 1) * 1440:
            return False
        inside = start % 1440 >= p.day_open_min[day] and end - day * 1440 <= p.day_close_min[day]
        free = all(end <= s or start >= e for s, e in p.busy.tolist())
        return bool(inside and free and (place >= 0 or p.limits.online_allowed))

    def mentor_columns(self) -> None:
        """y per mentor with capacity, z per slot that the rules allow."""
        self.y: dict[int, int] = {}
        self.z: dict[tuple[int, int], int] = {}
        for m, option in enumerate(self.problem.mentor.options):
            if option.capacity < 1:
                continue
            self.y[m] = self.b.column((option.fit_mpt - option.price_mpt) / POINT)
            for i, slot in enumerate(option.slots):
                if self.meeting_possible(slot):
                    self.z[m, i] = self.b.column()
                    self.b.row([(self.z[m, i], 1.0), (self.y[m], -1.0)], high=0.0)

    def checkpoint_columns(self) -> None:
        rules = self.problem.checkpoints
        offers = range(len(rules.offers))
        self.u = {c: self.b.column() for c in offers} if rules.middle else {}
        self.v = {c: self.b.column() for c in offers} if rules.final else {}
        for c in self.u.keys() & self.v.keys():
            self.b.row([(self.u[c], 1.0), (self.v[c], 1.0)], high=1.0)

    def loads(self) -> None:
        """Minutes of every column by week."""
        self.load: dict[int, list[Term]] = defaultdict(list)
        for j, column in self.x.items():
            for week, minutes in self.records[j].weekly:
                self.load[week].append((column, float(minutes)))
        for (m, i), column in self.z.items():
            start, end, _ = self.problem.mentor.options[m].slots[i]
            self.load[start // WEEK_MIN].append((column, float(end - start)))
        for offers in (self.u, self.v):
            for c, column in offers.items():
                offer = self.problem.checkpoints.offers[c]
                self.load[offer.day // 7].append((column, float(offer.duration_min)))

    def demands(self) -> None:
        """φ of each demand: pieces with falling slopes, filled by the gains."""
        gains: dict[int, list[Term]] = defaultdict(list)
        for j, column in self.x.items():
            for k, gain in self.records[j].gains:
                if self.counts(self.records[j], k):
                    whole = sum(length for length, _ in self.problem.demands[k].pieces)
                    gains[k].append((column, float(min(gain, whole))))
        for k, terms in sorted(gains.items()):
            pieces = [
                (self.b.column(slope / POINT, float(length), integer=False), 1.0)
                for length, slope in self.problem.demands[k].pieces
            ]
            self.b.row([*pieces, *((c, -g) for c, g in terms)], high=0.0)

    def reached(self, steps: Iterable[tuple[int, int]], *, falling: bool) -> dict[int, int]:
        """Column by time: 1 exactly if some chosen step has that time or one beyond it.

        Beyond is later where ``falling`` (from the last time backwards), else earlier.
        """
        at: dict[int, list[int]] = defaultdict(list)
        for time, j in steps:
            at[time].append(j)
        found: dict[int, int] = {}
        before: list[Term] = []
        for time in sorted(at, reverse=falling):
            column = found[time] = self.b.column()
            self.b.row([(column, 1.0), *((c, -1.0) for c, _ in before)], low=0.0)
            self.b.row(
                [
                    (column, 1.0),
                    *((c, -1.0) for c, _ in before),
                    *((self.x[j], -1.0) for j in at[time]),
                ],
                high=0.0,
            )
            for members in self.by_activity(at[time]):
                self.b.row([(column, 1.0), *((self.x[j], -1.0) for j in members)], low=0.0)
            before = [(column, 1.0)]
        return found

    def by_activity(self, members: Iterable[int]) -> list[list[int]]:
        groups: dict[int, list[int]] = defaultdict(list)
        for j in members:
            groups[self.records[j].activity].append(j)
        return list(groups.values())

    def last_reaches(self, day: int) -> list[Term]:
        """Terms of "the last step ends on ``day`` or later"; none = impossible."""
        later = [time for time in self.ends if time >= day]
        return [(self.ends[min(later)], 1.0)] if later else []

    # ------------------------------------------------------------------ rules

    def one_offering(self) -> None:
        for members in self.of_activity.values():
            self.b.at_most([(self.x[j], 1.0) for j in members], 1.0)

    def tempo_and_workload(self) -> None:
        total: list[Term] = []
        for week, terms in sorted(self.load.items()):
            self.b.at_most(terms, float(self.problem.tempo_min[week]))
            total += terms
        if self.problem.limits.workload_max_min >= 0:
            self.b.at_most(total, float(self.problem.limits.workload_max_min))

    def overlap(self) -> None:
        """Cliques of meetings that share an instant, travel to another place included."""
        rows = overlap_rows(self.meetings(), self.problem.limits.travel_buffer_min)
        for row in sorted(map(sorted, rows)):
            self.b.row([(c, 1.0) for c in row], high=1.0)

    def meetings(self) -> Iterator[tuple[int, int, int, int]]:
        for j, column in self.x.items():
            for start, end, place in self.records[j].meetings:
                yield start, end, place, column
        for (m, i), column in self.z.items():
            start, end, place = self.problem.mentor.options[m].slots[i]
            yield start, end, place, column

    def prerequisites(self) -> None:
        for a, activity in enumerate(self.problem.activities):
            mine = self.of_activity.get(a, [])
            for group in activity.prerequisites if mine else ():
                others = [j for other in group for j in self.of_activity.get(other, [])]
                for day in sorted({self.records[j].start_day for j in mine}):
                    need = [(self.x[j], 1.0) for j in mine if self.records[j].start_day <= day]
                    have = [(self.x[j], -1.0) for j in others if self.records[j].end_day < day]
                    self.b.row([*need, *have], high=0.0)

    def parallel(self) -> None:
        if self.problem.limits.parallel_max < 0:
            return
        running: dict[int, list[Term]] = defaultdict(list)
        for j, column in self.x.items():
            c = self.records[j]
            if self.problem.activities[c.activity].long:
                for week in range(c.start_day // 7, c.end_day // 7 + 1):
                    running[week].append((column, 1.0))
        for terms in running.values():
            self.b.at_most(terms, float(self.problem.limits.parallel_max))

    def daily_load(self) -> None:
        if self.problem.limits.daily_max_min < 0:
            return
        by_day: dict[int, list[Term]] = defaultdict(list)
        for start, end, _, column in self.meetings():
            by_day[start // 1440].append((column, float(end - start)))
        for terms in by_day.values():
            self.b.at_most(terms, float(self.problem.limits.daily_max_min))

    def steps(self) -> None:
        if self.problem.limits.steps_max >= 0:
            every = [(column, 1.0) for column in self.x.values()]
            self.b.at_most(every, float(self.problem.limits.steps_max))

    def budget(self) -> None:
        for source, budget in enumerate(self.problem.budget_rub):
            paid = [j for j in self.x if self.records[j].source == source]
            self.b.at_most([(self.x[j], float(self.records[j].cost_rub)) for j in paid], budget)

    def form_mix(self) -> None:
        for limit in self.problem.form_mix:
            mine = [j for j in self.x if self.form(j) == limit.form]
            minutes = [(self.x[j], float(sum(m for _, m in self.records[j].weekly))) for j in mine]
            count = [(self.x[j], 1.0) for j in mine]
            for terms, least, most in (
                (minutes, limit.least_min, limit.most_min),
                (count, limit.least_steps, limit.most_steps),
            ):
                if most >= 0:
                    self.b.at_most(terms, float(most))
                if least > 0:
                    anything = [(c, -least * w) for c, w in self.last_reaches(0)]
                    self.b.row([*terms, *anything], low=0.0)

    def form(self, j: int) -> int:
        return FORM_OF[self.problem.activities[self.records[j].activity].category]

    def transfer(self) -> None:
        weeks = self.problem.limits.transfer_weeks
        for a, activity in enumerate(self.problem.activities):
            mine = self.of_activity.get(a, [])
            if weeks <= 0 or not activity.needs_practice or not mine:
                continue
            practices = [j for other in activity.practices for j in self.of_activity.get(other, [])]
            starts = [(self.records[j].start_day, self.x[j]) for j in practices]
            days = sorted({self.records[j].end_day for j in mine})
            # A chain of days needs a practice in the union of their windows: single days are
            # the rule, all days together help the relaxation.
            for first, last in {(d, d) for d in days} | {(days[0], days[-1])}:
                need = [(self.x[j], 1.0) for j in mine if first <= self.records[j].end_day <= last]
                have = [(c, -1.0) for s, c in starts if first < s <= last + 7 * weeks]
                self.b.row([*need, *have], high=0.0)

    def middle_checkpoint(self) -> None:
        rules = self.problem.checkpoints
        if not rules.middle:
            return
        most, done = self.most_minutes(), self.minutes_done()
        half_before: list[Term] = []
        for week in range(self.problem.n_weeks):
            offers = [c for c in self.u if rules.offers[c].day // 7 == week]
            due = self.middle_due(week, half_before, offers) if week else None
            taken = [(self.u[c], 1.0) for c in offers]
            if offers:
                self.b.row([*taken, *([(due, -1.0)] if due is not None else [])], 0.0, 0.0)
            half = self.b.column()
            surplus = [(done[week], 2.0), (done[-1], -1.0)]
            # 2·done − total lies in [−most, most]; half says whether it is at least 0.
            self.b.row([*surplus, (half, -most)], low=-most)
            self.b.row([*surplus, (half, -(most + 1))], high=-1.0)
            self.half_before_last, half_before = half_before, [(half, 1.0)]

    def minutes_done(self) -> list[int]:
        """Columns of the candidates' minutes done by the end of each week."""
        by_week: dict[int, list[Term]] = defaultdict(list)
        for j, column in self.x.items():
            for week, minutes in self.records[j].weekly:
                by_week[week].append((column, -float(minutes)))
        columns: list[int] = []
        for week in range(self.problem.n_weeks):
            before = [(columns[-1], -1.0)] if columns else []
            columns.append(self.b.column(high=self.most_minutes(), integer=False))
            self.b.row([(columns[-1], 1.0), *before, *by_week[week]], 0.0, 0.0)
        return columns

    def most_minutes(self) -> float:
        """No route has more minutes."""
        limit = self.problem.limits.workload_max_min
        tempo = float(self.problem.tempo_min.sum())
        return min(tempo, float(limit)) if limit >= 0 else tempo

    def middle_due(self, week: int, half: list[Term], offers: Sequence[int]) -> int | None:
        """1 exactly if half was first done in the week before and the route reaches ``week``."""
        reach = self.last_reaches(7 * week)
        if not reach:
            return None
        before = self.half_before_last if week > 1 else []
        price = 0.0 if offers else -self.problem.checkpoints.checkpoint_missing_mpt / POINT
        due = self.b.column(price)
        self.b.row([(due, 1.0), *_minus(half), *before, *_minus(reach)], low=-1.0)
        for needed in (half, reach):
            self.b.row([(due, 1.0), *_minus(needed)], high=0.0)
        self.b.row([(due, 1.0), *before], high=1.0)
        return due

    def final_checkpoint(self) -> None:
        rules = self.problem.checkpoints
        if not rules.final:
            return
        served: list[Term] = []
        later: list[Term] = []
        for day in sorted(self.ends, reverse=True):
            # The last step ends on this very day.
            due = [(self.ends[day], 1.0), *_minus(later)]
            window = range(day + 1, day + rules.final_within_days + 1)
            offers = [(v, 1.0) for c, v in self.v.items() if rules.offers[c].day in window]
            if offers:
                self.b.row([*offers, *_minus(due)], low=0.0)
                served += due
            else:
                for column, sign in due:
                    self.b.objective[column] -= sign * rules.checkpoint_missing_mpt / POINT
            later = [(self.ends[day], 1.0)]
        self.b.row([*((v, 1.0) for v in self.v.values()), *_minus(served)], 0.0, 0.0)

    def pins(self) -> None:
        for pin in self.problem.pins:
            self.b.row([(self.x[j], 1.0) for j in pin.candidates if j in self.x], low=1.0)

    def mentor_required(self) -> None:
        rules = self.problem.mentor
        every = [(column, 1.0) for column in self.y.values()]
        if self.y:
            self.b.row(every, 1.0 if rules.required else -INFINITY, 1.0)
        elif rules.required and rules.refuse_without:
            self.b.row([], low=1.0)

    def mentor_cadence(self) -> None:
        rules, p = self.problem.mentor, self.problem
        if not self.y:
            return
        starts = self.reached(((self.records[j].start_day // 7, j) for j in self.x), falling=False)
        by_week: dict[int, list[int]] = defaultdict(list)
        for (m, i), column in self.z.items():
            by_week[rules.options[m].slots[i][0] // WEEK_MIN].append(column)
        earlier: list[Term] = []
        for first in sorted(starts):
            starts_here = [(starts[first], 1.0), *_minus(earlier)]
            earlier = [(starts[first], 1.0)]
            for begin in range(first, p.n_weeks, rules.cadence_weeks):
                weeks = range(begin, min(begin + rules.cadence_weeks, p.n_weeks))
                reach = self.last_reaches(7 * begin)
                if all(p.holiday_week[w] for w in weeks) or not reach:
                    continue
                met = [(z, 1.0) for w in weeks for z in by_week[w]]
                if rules.missed_meeting_allowed:
                    met.append((self.b.column(-rules.missed_meeting_mpt / POINT), 1.0))
                anyone = [(y, 1.0) for y in self.y.values()]
                self.b.row([*met, *_minus(starts_here), *_minus(reach), *_minus(anyone)], low=-2.0)


def _minus(terms: Iterable[Term]) -> list[Term]:
    return [(column, -coefficient) for column, coefficient in terms]
