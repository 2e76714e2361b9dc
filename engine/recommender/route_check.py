"""Check a hand-made route: what it breaks, what it is worth, and the least edit that mends it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.catalogue import Catalogue
from engine.domain import Reason
from engine.errors import Fault, InputError
from engine.planning.checks import Violation
from engine.planning.given_route import complete_steps
from engine.planning.least_edit import Change, LeastEdit, find_least_edit
from engine.planning.solution import Route
from engine.planning.solver import solve
from engine.recommendation import Certificate, RouteEntry
from engine.recommender.given_steps import GivenStep, Placed, place_steps
from engine.recommender.stages import Prepared, Stages, stages_of
from engine.recommender.variant_entries import closed_by, route_entry_of

MPT = 1_000

UNITS: Mapping[str, str] = {
    "tempo": "min",
    "workload": "min",
    "overlap": "min",
    "daily_load": "min",
    "budget": "rub",
    "form_mix_least_min": "min",
    "form_mix_most_min": "min",
}
"""Unit of an excess by code, or by rule; anything else is counted."""


@dataclass(frozen=True, slots=True)
class CheckedStep:
    """One given step as it was understood.

    Parameters
    ----------
    activity, offering, start, end
        ``None`` = not stated and not found.
    reason
        Why no run of it can stand in this educator's route; ``None`` = it can be judged.
    """

    number: int
    activity: str
    title: str
    offering: str | None
    start: dt.date | None
    end: dt.date | None
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class ViolationEntry:
    """One breach of one rule.

    Parameters
    ----------
    rule
        Code of the rule; ``code`` is that with the kind of the breach.
    title
        Activity, mentor or source that it is about; empty = the whole route.
    excess, unit
        By how much: ``min``, ``rub`` or ``count``.
    """

    rule: str
    code: str
    title: str
    parameters: Mapping[str, object]
    excess: int
    unit: str


@dataclass(frozen=True, slots=True)
class EditEntry:
    """One change of the repair: ``moved``, ``replaced``, ``removed`` or ``added``.

    ``parameters``: ``from_*`` of the step that leaves, ``to_*`` of the one that comes: ``title``,
    ``activity``, ``offering``, ``start``, ``end``.
    """

    code: str
    parameters: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RepairedRoute:
    """The route nearest to the given one that breaks nothing.

    Parameters
    ----------
    status
        OPTIMAL: fewest changes and, with so many, the greatest value, both proved; FEASIBLE: one
        of them is not; INFEASIBLE: no route holds, whatever is changed; UNKNOWN.
    edits, edits_bound
        Number of changes, and one that no route which holds can undercut.
    edits_proof
        ``proved`` or ``not_proved``.
    value, value_bound
        Points, and a bound for routes with as few changes.
    """

    status: str
    edits: int | None
    edits_bound: int
    edits_proof: str
    value: float | None
    value_bound: float | None
    changes: tuple[EditEntry, ...]
    route: RouteEntry | None
    work_limit: float
    cut_by_clock: bool


@dataclass(frozen=True, slots=True)
class RouteCheck:
    """What is said of a hand-made route.

    Parameters
    ----------
    holds
        Every step can be judged and no rule is broken.
    completed
        What was settled here because it was not given: ``mentor``, ``meetings``, ``checkpoints``.
    value
        Points of the steps that can be judged.
    best, loss
        The best route's value and bound; and how much less this one is worth, between the two
        numbers; ``None`` where this one does not hold or no bound is known.
    """

    as_of: dt.datetime
    educator: str
    holds: bool
    steps: tuple[CheckedStep, ...]
    route: RouteEntry
    completed: tuple[str, ...]
    violations: tuple[ViolationEntry, ...]
    value: float
    closed: Mapping[str, float]
    best_status: str
    best: Certificate
    loss: tuple[float, float] | None
    repair: RepairedRoute


def check_hand_made(
    prepared: Prepared, catalogue: Catalogue, steps: Sequence[GivenStep], mentor: str | None
) -> RouteCheck:
    """Judge a hand-made route.

    Half of the deadline goes to the best route, the rest to the least edit.

    Raises
    ------
    InputError
        Steps or a mentor that the catalogue does not know, or that leave open which is meant.
    """
    started = time.monotonic()
    placed = place_steps(prepared, catalogue, steps)
    chosen_mentor = None if mentor is None else _mentor(prepared, mentor)
    problem, options = prepared.compiled.problem, prepared.options
    half = replace(
        options,
        deadline_ms=max(1, options.deadline_ms // 2),
        work_milli=max(1, options.work_milli // 2),
    )
    stages = stages_of(prepared, solve(problem, half), None)
    own = complete_steps(problem, [p.candidates for p in placed if p.candidates], chosen_mentor)
    spent_ms = round((time.monotonic() - started) * 1000)
    left = replace(half, deadline_ms=max(1, options.deadline_ms - spent_ms))
    edit = find_least_edit(problem, [p.candidates for p in placed], stages.solution, left)
    return _Teller(stages, catalogue, placed).check(own, edit, mentor)


def _mentor(prepared: Prepared, mentor: str) -> int:
    labels = [o.label.partition("@")[0] for o in prepared.compiled.problem.mentor.options]
    if mentor in labels:
        return labels.index(mentor)
    known = ", ".join(sorted(set(labels))) or "никто"
    detail = f"наставник «{mentor}» этому педагогу не подходит или не известен; подходят: {known}"
    parameters: dict[str, object] = {"id": mentor, "known": sorted(set(labels))}
    refused = prepared.mentor_need.refused.get(mentor, ())
    parameters["reasons"] = [reason.code for reason in refused]
    raise InputError([Fault("mentor_not_an_option", detail, "/mentor", parameters=parameters)])


def _change_of(step: int | None, candidate: int | None) -> Change:
    code = "added" if step is None else "removed" if candidate is None else "replaced"
    return Change(code, step, candidate)


class _Teller:
    """Says indices in ids, titles and dates."""

    def __init__(self, stages: Stages, catalogue: Catalogue, placed: Sequence[Placed]) -> None:
        self.stages, self.catalogue, self.placed = stages, catalogue, placed
        self.problem = stages.compiled.problem

    def check(self, own: Route, edit: LeastEdit, mentor: str | None) -> RouteCheck:
        """Put the answer together."""
        entry, report = route_entry_of(self.stages, self.catalogue, own)
        steps = tuple(self._step(i, p, own) for i, p in enumerate(self.placed, 1))
        holds = report.holds and all(step.reason is None for step in steps)
        solution = self.stages.solution
        best = None if solution.value_mpt is None else solution.value_mpt / MPT
        loss = None
        if holds and solution.value_mpt is not None and solution.bound_mpt is not None:
            low = max(0, solution.value_mpt - report.value_mpt)
            loss = (low / MPT, max(low, solution.bound_mpt - report.value_mpt) / MPT)
        completed = [] if mentor is not None or own.mentor is None else ["mentor"]
        completed += ["meetings"] if own.slots else []
        completed += ["checkpoints"] if own.middle is not None or own.final is not None else []
        return RouteCheck(
            as_of=self.stages.request.as_of,
            educator=self.stages.request.educator.id,
            holds=holds,
            steps=steps,
            route=entry,
            completed=tuple(completed),
            violations=tuple(self._violation(v) for v in report.violations),
            value=report.value_mpt / MPT,
            closed=closed_by(self.stages, report),
            best_status=solution.status.value,
            best=Certificate(
                value=best,
                bound=None if solution.bound_mpt is None else solution.bound_mpt / MPT,
                gap_rel=None if solution.gap_ppm is None else solution.gap_ppm / 1_000_000,
                work_limit=solution.work_milli / 1000,
                cut_by_clock=solution.cut_by_clock,
            ),
            loss=loss,
            repair=self._repair(edit),
        )

    # ------------------------------------------------------------------ steps

    def _step(self, number: int, placed: Placed, own: Route) -> CheckedStep:
        j = next((j for j in own.chosen if j in placed.candidates), None)
        facts = self._run(j) if j is not None else {}
        start, end = self._stated(placed) if j is None else self._start_end(j)
        return CheckedStep(
            number=number,
            activity=placed.activity,
            title=self._title(placed.activity),
            offering=str(facts["offering"]) if facts else placed.offering,
            start=start,
            end=end,
            reason=placed.reason,
        )

    def _stated(self, placed: Placed) -> tuple[dt.date | None, dt.date | None]:
        """Dates of a step that is no candidate: as given, else the catalogue's."""
        if placed.offering is None:
            return placed.start, None
        offering = self.catalogue.offerings[self.catalogue.offering_index[placed.offering]]
        if offering.self_paced:
            # Its span is when it may be taken, not when it is.
            return placed.start, None
        if placed.start not in (None, offering.start):
            # A day that is not the run's own has no end.
            return placed.start, None
        return offering.start, offering.end

    def _run(self, j: int) -> dict[str, object]:
        compiled = self.stages.compiled
        start, end = self._start_end(j)
        return {
            "activity": compiled.activity_ids[j],
            "title": self._title(compiled.activity_ids[j]),
            "offering": compiled.offering_ids[j],
            "start": start,
            "end": end,
        }

    def _start_end(self, j: int) -> tuple[dt.date, dt.date]:
        table = self.problem.candidates
        return self._date(int(table.start_day[j])), self._date(int(table.end_day[j]))

    def _title(self, activity_id: str) -> str:
        return self.catalogue.activities[self.catalogue.activity_index[activity_id]].title

    def _date(self, day: int) -> dt.date:
        return self.stages.calendar.first_monday + dt.timedelta(days=day)

    # ------------------------------------------------------------------ violations

    def _violation(self, violation: Violation) -> ViolationEntry:
        kind = violation.parameters.get("kind")
        code = violation.rule if kind is None else f"{violation.rule}_{kind}"
        return ViolationEntry(
            rule=violation.rule,
            code=code,
            title=self._named(violation.subject),
            parameters=self._said(violation.parameters),
            excess=violation.excess,
            unit=UNITS.get(code, UNITS.get(violation.rule, "count")),
        )

    def _named(self, label: str) -> str:
        """Title for the label of a candidate or an activity; mentors and sources as they are."""
        if label in self.catalogue.activity_index:
            return self._title(label)
        offering = label.partition("@")[0].partition("#")[0]
        index = self.catalogue.offering_index.get(offering)
        if index is None:
            return label
        return self.catalogue.activities[int(self.catalogue.offering_activity[index])].title

    def _said(self, parameters: Mapping[str, int | str]) -> dict[str, object]:
        """Days and weeks as dates, minutes of the horizon as instants, labels as titles."""
        said: dict[str, object] = {}
        for name, value in parameters.items():
            if name in ("week", "first_week", "last_week"):
                said[name] = self._date(7 * int(value))
            elif name in ("day", "end_day"):
                said[name] = self._date(int(value))
            elif name.removesuffix("_min").endswith(("start", "end")):
                said[name.removesuffix("_min")] = self.stages.calendar.instant(int(value))
            elif name == "other":
                said[name] = self._named(str(value))
            elif name != "kind":
                said[name] = value
        return said

    # ------------------------------------------------------------------ repair

    def _repair(self, edit: LeastEdit) -> RepairedRoute:
        entry = None
        if edit.route is not None:
            entry, _ = route_entry_of(self.stages, self.catalogue, edit.route)
        bound = edit.value_bound_mpt
        return RepairedRoute(
            status=edit.status.value,
            edits=edit.edits,
            edits_bound=edit.edits_bound,
            edits_proof="proved" if edit.edits_proved else "not_proved",
            value=None if edit.value_mpt is None else edit.value_mpt / MPT,
            value_bound=None if bound is None else bound / MPT,
            changes=tuple(
                self._change(c.code, c.step, c.candidate) for c in self._same_together(edit.changes)
            ),
            route=entry,
            work_limit=edit.work_milli / 1000,
            cut_by_clock=edit.cut_by_clock,
        )

    def _same_together(self, changes: Sequence[Change]) -> tuple[Change, ...]:
        """The same changes, a step paired with another run of its own activity: it is moved.

        A step without a candidate has no activity in the problem, so there it seems replaced.
        """
        told = list(changes)
        of_candidate = self.stages.compiled.activity_ids
        for at, change in enumerate(told):
            if change.step is None or change.code == "moved":
                continue
            activity, gone = self.placed[change.step].activity, change.candidate
            for other, with_it in enumerate(told):
                j = with_it.candidate
                if with_it.code == "moved" or j is None or of_candidate[j] != activity:
                    continue
                if other != at:
                    told[other] = _change_of(with_it.step, gone)
                told[at] = Change("moved", change.step, j)
                break
        return tuple(told)

    def _change(self, code: str, step: int | None, candidate: int | None) -> EditEntry:
        parameters: dict[str, object] = {}
        if step is not None:
            placed = self.placed[step]
            own = self._run(placed.candidates[0]) if placed.candidates else {}
            if not own:
                own = {"activity": placed.activity, "title": self._title(placed.activity)}
                own |= {"offering": placed.offering} if placed.offering else {}
                own |= {"start": placed.start} if placed.start else {}
            parameters |= {"step": step + 1} | {f"from_{k}": v for k, v in own.items()}
        if candidate is not None:
            parameters |= {f"to_{k}": v for k, v in self._run(candidate).items()}
        return EditEntry(code, parameters)
