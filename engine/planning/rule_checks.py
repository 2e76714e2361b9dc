"""One function per rule of ``problem``, each telling the breaches of that rule.

``CHECKS`` lists them in the order of ``problem.RULES``; ``checks`` runs the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from engine.planning.problem import DAY_MIN, FORM_OF_CATEGORY, FORMS, FormLimit, RouteProblem
from engine.planning.route_facts import MENTOR, Meeting, RouteFacts, Step, admits

Breach = tuple[str, Mapping[str, int | str], int]
"""Subject, parameters and excess of a violation; ``checks`` adds the rule."""


def _one_offering(facts: RouteFacts) -> Iterator[Breach]:
    counts = Counter(step.candidate.activity for step in facts.steps)
    for activity, count in sorted(counts.items()):
        if count > 1:
            yield facts.problem.activities[activity].label, {"offerings": count}, count - 1


def _tempo(facts: RouteFacts) -> Iterator[Breach]:
    tempo = facts.problem.tempo_min.tolist()
    for week, (load, limit) in enumerate(zip(facts.weekly_load_min, tempo, strict=True)):
        if load > limit:
            yield "", {"week": week, "load_min": load, "limit_min": limit}, load - limit


def _workload(facts: RouteFacts) -> Iterator[Breach]:
    limit, total = facts.problem.limits.workload_max_min, sum(facts.weekly_load_min)
    if 0 <= limit < total:
        yield "", {"load_min": total, "limit_min": limit}, total - limit


def _overlap(facts: RouteFacts) -> Iterator[Breach]:
    yield from _clashing_pairs(facts)
    busy = _busy_by_day(facts)
    for meeting in facts.meetings:
        at = {"start_min": meeting.start, "end_min": meeting.end}
        outside = _outside_hours(facts.problem, meeting)
        if outside:
            yield meeting.label, {"kind": "hours", **at}, outside
        for start, end in busy.get(meeting.start // DAY_MIN, ()):
            common = min(end, meeting.end) - max(start, meeting.start)
            if common > 0:
                spans = {"busy_start_min": start, "busy_end_min": end}
                yield meeting.label, {"kind": "busy", **at, **spans}, common
        if meeting.place < 0 and not facts.problem.limits.online_allowed:
            yield meeting.label, {"kind": "online", **at}, meeting.end - meeting.start


def _clashing_pairs(facts: RouteFacts) -> Iterator[Breach]:
    buffer = facts.problem.limits.travel_buffer_min
    for i, first in enumerate(facts.meetings):
        for second in facts.meetings[i + 1 :]:
            # Sorted by start: all later ones begin too late to meet ``first``.
            if second.start >= first.end + buffer:
                break
            if first.owner == second.owner != MENTOR:
                continue
            apart = 0 <= first.place != second.place >= 0
            lacking = first.end + (buffer if apart else 0) - second.start
            if lacking > 0:
                parameters: dict[str, int | str] = {
                    "kind": "meetings" if second.start < first.end else "travel",
                    "other": second.label,
                    "start_min": first.start,
                    "end_min": first.end,
                    "other_start_min": second.start,
                    "other_end_min": second.end,
                }
                yield first.label, parameters, lacking


def _outside_hours(problem: RouteProblem, meeting: Meeting) -> int:
    day = meeting.start // DAY_MIN
    opens = day * DAY_MIN + int(problem.day_open_min[day])
    closes = day * DAY_MIN + int(problem.day_close_min[day])
    return max(0, opens - meeting.start) + max(0, meeting.end - closes)


def _busy_by_day(facts: RouteFacts) -> dict[int, list[tuple[int, int]]]:
    """Busy spans of the days on which the route has meetings (a meeting has one day)."""
    spans: dict[int, list[tuple[int, int]]] = {m.start // DAY_MIN: [] for m in facts.meetings}
    if spans:
        for start, end in facts.problem.busy.tolist():
            for day in range(start // DAY_MIN, (end - 1) // DAY_MIN + 1):
                if day in spans:
                    spans[day].append((start, end))
    return spans


def _prerequisite(facts: RouteFacts) -> Iterator[Breach]:
    for step in facts.steps:
        for number, group in enumerate(step.activity.prerequisites):
            met = any(
                other.candidate.activity in group
                and other.candidate.end_day < step.candidate.start_day
                for other in facts.steps
            )
            if not met:
                yield step.candidate.label, {"group": number, "alternatives": len(group)}, 1


def _parallel(facts: RouteFacts) -> Iterator[Breach]:
    limit = facts.problem.limits.parallel_max
    running = Counter(
        week
        for step in facts.steps
        if step.activity.long
        for week in range(step.candidate.start_day // 7, step.candidate.end_day // 7 + 1)
    )
    for week, count in sorted(running.items()):
        if 0 <= limit < count:
            yield "", {"week": week, "running": count, "limit": limit}, count - limit


def _daily_load(facts: RouteFacts) -> Iterator[Breach]:
    limit = facts.problem.limits.daily_max_min
    minutes: Counter[int] = Counter()
    for meeting in facts.meetings:
        for day in range(meeting.start // DAY_MIN, (meeting.end - 1) // DAY_MIN + 1):
            start, end = max(meeting.start, day * DAY_MIN), min(meeting.end, (day + 1) * DAY_MIN)
            minutes[day] += end - start
    for day, load in sorted(minutes.items()):
        if 0 <= limit < load:
            yield "", {"day": day, "load_min": load, "limit_min": limit}, load - limit


def _steps(facts: RouteFacts) -> Iterator[Breach]:
    limit, count = facts.problem.limits.steps_max, len(facts.steps)
    if 0 <= limit < count:
        yield "", {"steps": count, "limit": limit}, count - limit


def _budget(facts: RouteFacts) -> Iterator[Breach]:
    problem = facts.problem
    rows = zip(problem.budget_sources, facts.cost_by_source, problem.budget_rub, strict=True)
    for source, cost, limit in rows:
        if cost > limit:
            yield source, {"cost_rub": cost, "limit_rub": limit}, cost - limit


def _form_mix(facts: RouteFacts) -> Iterator[Breach]:
    if facts.steps:
        for limit in facts.problem.form_mix:
            yield from _one_form(facts, limit)


def _one_form(facts: RouteFacts, limit: FormLimit) -> Iterator[Breach]:
    form = FORMS[limit.form]
    own = [s for s in facts.steps if FORM_OF_CATEGORY[s.activity.category] is form]
    minutes, steps = sum(step.minutes for step in own), len(own)
    amounts = (
        ("least_min", minutes, limit.least_min),
        ("most_min", minutes, limit.most_min),
        ("least_steps", steps, limit.least_steps),
        ("most_steps", steps, limit.most_steps),
    )
    for kind, amount, bound in amounts:
        excess = bound - amount if kind.startswith("least") else amount - bound
        if bound >= 0 and excess > 0:
            yield form.value, {"kind": kind, "amount": amount, "limit": bound}, excess


def _form_by_level(facts: RouteFacts) -> Iterator[Breach]:
    demands = facts.problem.demands
    for step in facts.steps:
        gains = step.candidate.gains
        counted = any(admits(demands[k], step.activity) for k, _ in gains)
        if gains and not counted and not _in_a_pin(facts.problem, step):
            category = {"category": step.activity.category, "demands": len(gains)}
            yield step.candidate.label, category, len(gains)


def _in_a_pin(problem: RouteProblem, step: Step) -> bool:
    return any(step.index in pin.candidates for pin in problem.pins)


def _transfer(facts: RouteFacts) -> Iterator[Breach]:
    weeks = facts.problem.limits.transfer_weeks
    if weeks <= 0:
        return
    for step in facts.steps:
        if not step.activity.needs_practice:
            continue
        end = step.candidate.end_day
        followed = any(
            other.candidate.activity in step.activity.practices
            and end < other.candidate.start_day <= end + 7 * weeks
            for other in facts.steps
        )
        if not followed:
            yield step.candidate.label, {"end_day": end, "weeks": weeks}, 1


def _checkpoints(facts: RouteFacts) -> Iterator[Breach]:
    due = dict(facts.checkpoints_due)
    taken = {"middle": facts.route.middle, "final": facts.route.final}
    for name, offer in taken.items():
        if offer is None and due.get(name):
            yield name, {"kind": "not_taken", "offers": len(due[name])}, 1
        if offer is not None and offer not in due.get(name, ()):
            label = facts.problem.checkpoints.offers[offer].label
            yield name, {"kind": "not_due_then", "offer": label}, 1
    if taken["middle"] is not None and taken["middle"] == taken["final"]:
        label = facts.problem.checkpoints.offers[taken["middle"]].label
        yield "middle", {"kind": "serves_both", "offer": label}, 1


def _pinned(facts: RouteFacts) -> Iterator[Breach]:
    chosen = set(facts.route.chosen)
    for pin in facts.problem.pins:
        if chosen.isdisjoint(pin.candidates):
            yield pin.label, {"code": pin.code, "candidates": len(pin.candidates)}, 1


def _excluded(facts: RouteFacts) -> Iterator[Breach]:
    for step in facts.steps:
        if step.candidate.excluded:
            yield step.candidate.label, {}, 1


def _mentor_required(facts: RouteFacts) -> Iterator[Breach]:
    rules = facts.problem.mentor
    if not rules.required:
        return
    available = sum(option.capacity >= 1 for option in rules.options)
    if available and facts.mentor is None:
        yield "", {"kind": "not_chosen", "available": available}, 1
    if not available and rules.refuse_without:
        yield "", {"kind": "none_available", "options": len(rules.options)}, 1


def _mentor_cadence(facts: RouteFacts) -> Iterator[Breach]:
    if facts.mentor is None:
        return
    label = facts.mentor.label
    for window in facts.windows:
        weeks = {"first_week": window.first_week, "last_week": window.last_week}
        if len(window.slots) > 1:
            yield label, {"kind": "several", **weeks}, len(window.slots) - 1
        if not window.slots and not facts.problem.mentor.missed_meeting_allowed:
            yield label, {"kind": "missed", **weeks}, 1
    for slot in facts.outside_slots:
        yield label, {"kind": "outside", "start_min": facts.mentor.slots[slot][0]}, 1


def _mentor_capacity(facts: RouteFacts) -> Iterator[Breach]:
    if facts.mentor is not None and facts.mentor.capacity < 1:
        yield facts.mentor.label, {"capacity": facts.mentor.capacity}, 1


def _seats(facts: RouteFacts) -> Iterator[Breach]:
    for step in facts.steps:
        if step.candidate.seats == 0:
            yield step.candidate.label, {}, 1


CHECKS: Mapping[str, Callable[[RouteFacts], Iterator[Breach]]] = {
    "one_offering": _one_offering,
    "tempo": _tempo,
    "workload": _workload,
    "overlap": _overlap,
    "prerequisite": _prerequisite,
    "parallel": _parallel,
    "daily_load": _daily_load,
    "steps": _steps,
    "budget": _budget,
    "form_mix": _form_mix,
    "form_by_level": _form_by_level,
    "transfer": _transfer,
    "checkpoints": _checkpoints,
    "pinned": _pinned,
    "excluded": _excluded,
    "mentor_required": _mentor_required,
    "mentor_cadence": _mentor_cadence,
    "mentor_capacity": _mentor_capacity,
    "seats": _seats,
}
"""Every rule, in the order of ``problem.RULES``."""
