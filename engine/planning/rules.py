"""The rules as CP-SAT constraints: one named function per rule, keyed by its code.

Written from the text of ``problem``; the checker shares no code with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from ortools.sat.python import cp_model

from engine.domain import IntArray
from engine.planning.kernel import Kernel, weighted
from engine.planning.meetings import overlap_cliques, travel_pairs
from engine.planning.problem import DAY_MIN, FORM_OF_CATEGORY, FORMS
from engine.planning.windows import mentor_windows


def _one_offering(k: Kernel) -> None:
    for activity in range(len(k.problem.activities)):
        taken = [k.take[j] for j in k.of_activity(activity)]
        if len(taken) > 1:
            k.model.add_at_most_one(taken)


def _tempo(k: Kernel) -> None:
    for week, terms in sorted(k.week_terms.items()):
        k.add_at_most(terms, int(k.problem.tempo_min[week]))


def _workload(k: Kernel) -> None:
    if k.problem.limits.workload_max_min >= 0:
        totals: dict[int, int] = defaultdict(int)
        variables: dict[int, cp_model.IntVar] = {}
        for _, terms in sorted(k.week_terms.items()):
            for variable, minutes in terms:
                totals[variable.index] += minutes
                variables[variable.index] = variable
        terms = [(variables[i], totals[i]) for i in sorted(totals)]
        k.add_at_most(terms, k.problem.limits.workload_max_min)


def _overlap(k: Kernel) -> None:
    meetings, owners = _all_meetings(k)
    for clique in overlap_cliques(meetings):
        k.model.add_at_most_one(_distinct(owners, clique))
    seen: set[tuple[int, int]] = set()
    for first, second in travel_pairs(meetings, k.problem.limits.travel_buffer_min):
        pair = sorted((owners[first].index, owners[second].index))
        if pair[0] != pair[1] and (pair[0], pair[1]) not in seen:
            seen.add((pair[0], pair[1]))
            k.model.add_at_most_one([owners[first], owners[second]])


def _all_meetings(k: Kernel) -> tuple[IntArray, list[cp_model.IntVar]]:
    rows: list[Sequence[int]] = []
    owners: list[cp_model.IntVar] = []
    for j, x in k.take.items():
        for meeting in k.problem.candidates.meetings.row(j).tolist():
            rows.append(meeting)
            owners.append(x)
    for (m, i), z in k.slot.items():
        rows.append(k.problem.mentor.options[m].slots[i])
        owners.append(z)
    return np.array(rows, dtype=np.int64).reshape(len(rows), 3), owners


def _distinct(owners: Sequence[cp_model.IntVar], clique: Sequence[int]) -> list[cp_model.IntVar]:
    unique = {owners[i].index: owners[i] for i in clique}
    return [unique[i] for i in sorted(unique)]


def _prerequisite(k: Kernel) -> None:
    table = k.problem.candidates
    for index, activity in enumerate(k.problem.activities):
        mine = k.of_activity(index)
        for group in activity.prerequisites if mine else ():
            before = [j for other in group for j in k.of_activity(other)]
            for day in sorted({int(table.start_day[j]) for j in mine}):
                need = [k.take[j] for j in mine if table.start_day[j] <= day]
                have = [k.take[j] for j in before if table.end_day[j] < day]
                k.model.add(sum(need) <= sum(have))


def _parallel(k: Kernel) -> None:
    limit = k.problem.limits.parallel_max
    if limit < 0:
        return
    table = k.problem.candidates
    running: dict[int, list[tuple[cp_model.IntVar, int]]] = defaultdict(list)
    for j, x in k.take.items():
        if k.problem.activities[table.activity[j]].long:
            for week in range(int(table.start_day[j]) // 7, int(table.end_day[j]) // 7 + 1):
                running[week].append((x, 1))
    for week in sorted(running):
        k.add_at_most(running[week], limit)


def _daily_load(k: Kernel) -> None:
    if k.problem.limits.daily_max_min < 0:
        return
    by_day: dict[int, list[tuple[cp_model.IntVar, int]]] = defaultdict(list)
    meetings, owners = _all_meetings(k)
    for (start, end, _), owner in zip(meetings.tolist(), owners, strict=True):
        by_day[start // DAY_MIN].append((owner, end - start))
    for day in sorted(by_day):
        k.add_at_most(by_day[day], k.problem.limits.daily_max_min)


def _steps(k: Kernel) -> None:
    if k.problem.limits.steps_max >= 0:
        k.add_at_most([(x, 1) for x in k.take.values()], k.problem.limits.steps_max)


def _budget(k: Kernel) -> None:
    table = k.problem.candidates
    for source, budget in enumerate(k.problem.budget_rub):
        terms = [
            (x, int(table.cost_rub[j])) for j, x in k.take.items() if table.source[j] == source
        ]
        k.add_at_most(terms, budget)


def _form_mix(k: Kernel) -> None:
    table = k.problem.candidates
    nonempty = k.exists("nonempty", list(k.take.values()))
    forms = [FORM_OF_CATEGORY[a.category] for a in k.problem.activities]
    for limit in k.problem.form_mix:
        members = [j for j in k.take if forms[table.activity[j]] == FORMS[limit.form]]
        steps = [(k.take[j], 1) for j in members]
        minutes = [(k.take[j], int(table.weekly.row(j)[:, 1].sum())) for j in members]
        for terms, least, most in (
            (minutes, limit.least_min, limit.most_min),
            (steps, limit.least_steps, limit.most_steps),
        ):
            if least > 0:
                k.model.add(weighted([*terms, (nonempty, -least)]) >= 0)
            if most >= 0:
                k.add_at_most(terms, most)


def _transfer(k: Kernel) -> None:
    weeks = k.problem.limits.transfer_weeks
    if weeks <= 0:
        return
    table = k.problem.candidates
    for index, activity in enumerate(k.problem.activities):
        if not activity.needs_practice:
            continue
        mine = k.of_activity(index)
        practice = [j for other in activity.practices for j in k.of_activity(other)]
        for day in sorted({int(table.end_day[j]) for j in mine}):
            need = [k.take[j] for j in mine if table.end_day[j] == day]
            have = [k.take[j] for j in practice if day < table.start_day[j] <= day + 7 * weeks]
            k.model.add(sum(need) <= sum(have))


def _checkpoints(k: Kernel) -> None:
    rules = k.problem.checkpoints
    if rules.middle:
        _middle_checkpoint(k)
    if rules.final:
        _final_checkpoint(k)
    for c in k.middle.keys() & k.final.keys():
        k.model.add_at_most_one([k.middle[c], k.final[c]])


def _middle_checkpoint(k: Kernel) -> None:
    price = k.problem.checkpoints.checkpoint_missing_mpt
    half_before: cp_model.IntVar = k.model.new_constant(0)
    for week in range(k.problem.n_weeks - 1):
        half = _half_done(k, week)
        due = k.model.new_bool_var(f"middle_due_{week + 1}")
        reach = k.reaches(week + 1)
        k.model.add_bool_and([half, half_before.negated(), reach]).only_enforce_if(due)
        k.model.add_bool_or([half.negated(), half_before, reach.negated(), due])
        offers = [u for c, u in k.middle.items() if _offer_week(k, c) == week + 1]
        if offers:
            k.model.add(sum(offers) == due)
        else:
            k.objective.append((due, -price))
        half_before = half
    for c, u in k.middle.items():
        if _offer_week(k, c) == 0:
            k.model.add(u == 0)


def _half_done(k: Kernel, week: int) -> cp_model.IntVar:
    """True exactly when by the end of ``week`` at least half of the minutes are done."""
    surplus = _surplus(k)[:, week].tolist()
    half = k.model.new_bool_var(f"half_{week}")
    done = cp_model.LinearExpr.weighted_sum(list(k.take.values()), surplus)
    k.model.add(done >= 0).only_enforce_if(half)
    k.model.add(done < 0).only_enforce_if(half.negated())
    return half


def _surplus(k: Kernel) -> IntArray:
    """2 · minutes done by the end of each week − total, shape (n_variables, n_weeks)."""
    if "surplus" not in k._cache:
        weekly = k.problem.candidates.weekly
        load = np.zeros((len(weekly), k.problem.n_weeks), dtype=np.int64)
        owner = np.repeat(np.arange(len(weekly)), np.diff(weekly.indptr))
        np.add.at(load, (owner, weekly.values[:, 0]), weekly.values[:, 1])
        load = load[list(k.take)]
        k._cache["surplus"] = 2 * np.cumsum(load, axis=1) - load.sum(axis=1, keepdims=True)
    cached = k._cache["surplus"]
    assert isinstance(cached, np.ndarray)
    return cached


def _offer_week(k: Kernel, offer: int) -> int:
    return k.problem.checkpoints.offers[offer].day // 7


def _final_checkpoint(k: Kernel) -> None:
    rules = k.problem.checkpoints
    days = sorted({int(k.problem.candidates.end_day[j]) for j in k.take})
    due_total: list[cp_model.IntVar] = []
    later: cp_model.IntVar = k.model.new_constant(0)
    for day in reversed(days):
        ends = [x for j, x in k.take.items() if k.problem.candidates.end_day[j] == day]
        reach = k.exists(f"ends_{day}", [*ends, later])
        due = k.model.new_bool_var(f"final_due_{day}")
        k.model.add(due == reach - later)
        later = reach
        offers = [
            v
            for c, v in k.final.items()
            if day < rules.offers[c].day <= day + rules.final_within_days
        ]
        if offers:
            k.model.add(sum(offers) >= due)
            due_total.append(due)
        else:
            k.objective.append((due, -rules.checkpoint_missing_mpt))
    k.model.add(sum(k.final.values()) == sum(due_total))


def _pinned(k: Kernel) -> None:
    for pin in k.problem.pins:
        k.model.add_bool_or([k.take[j] for j in pin.candidates if j in k.take])


def _mentor_required(k: Kernel) -> None:
    rules = k.problem.mentor
    if rules.required and k.mentor:
        k.model.add_exactly_one(k.mentor.values())
    elif k.mentor:
        k.model.add_at_most_one(k.mentor.values())
    elif rules.required and rules.refuse_without:
        k.model.add_bool_or([])


def _mentor_cadence(k: Kernel) -> None:
    if not k.mentor:
        return
    for (m, _), z in k.slot.items():
        k.model.add_implication(z, k.mentor[m])
    anyone = k.exists("any_mentor", list(k.mentor.values()))
    by_week: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for (m, i), z in k.slot.items():
        by_week[k.problem.mentor.options[m].slots[i][0] // (7 * DAY_MIN)].append(z)
    phases = _phases(k)
    for week in range(k.problem.n_weeks):
        phase = phases.get(week % k.problem.mentor.cadence_weeks)
        for window in mentor_windows(k.problem, week, week) if phase is not None else ():
            meetings = [z for w in window.weeks() for z in by_week.get(w, [])]
            due = [phase, k.started(week), k.reaches(week), anyone]
            _require_meeting(k, week, meetings, due)


def _phases(k: Kernel) -> dict[int, cp_model.IntVar]:
    """For each remainder of the first week modulo the cadence, whether it is the route's.

    A window that begins in week a belongs to the route exactly when the first week has the
    remainder of a and the route runs in week a, so one row per week serves every first week.

    Slots beyond one a window, or outside the windows, are never an advantage (they only use
    tempo), so ``read_route`` drops them instead of rows that forbid them.
    """
    firsts: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    for week in sorted({int(k.problem.candidates.start_day[j]) // 7 for j in k.take}):
        if week == 0:
            first = k.started(0)
        else:
            first = k.model.new_bool_var(f"first_{week}")
            k.model.add(first == k.started(week) - k.started(week - 1))
        firsts[week % k.problem.mentor.cadence_weeks].append(first)
    return {phase: k.exists(f"phase_{phase}", members) for phase, members in firsts.items()}


def _require_meeting(
    k: Kernel,
    week: int,
    meetings: Sequence[cp_model.IntVar],
    due: Sequence[cp_model.IntVar],
) -> None:
    """A meeting, or a missed one at its price, where all of ``due`` hold."""
    terms = list(meetings)
    if k.problem.mentor.missed_meeting_allowed:
        missed = k.model.new_bool_var(f"missed_{week}")
        k.objective.append((missed, -k.problem.mentor.missed_meeting_mpt))
        terms.append(missed)
    k.model.add(sum(terms) >= sum(due) - (len(due) - 1))


def _nothing(k: Kernel) -> None:
    """Settled by leaving inadmissible candidates and mentors without a variable."""


FORMULATION: dict[str, Callable[[Kernel], None]] = {
    "one_offering": _one_offering,
    "overlap": _overlap,
    "prerequisite": _prerequisite,
    "parallel": _parallel,
    "daily_load": _daily_load,
    "steps": _steps,
    "budget": _budget,
    "form_mix": _form_mix,
    "form_by_level": _nothing,
    "transfer": _transfer,
    "checkpoints": _checkpoints,
    "pinned": _pinned,
    "excluded": _nothing,
    "mentor_required": _mentor_required,
    "mentor_cadence": _mentor_cadence,
    "mentor_capacity": _nothing,
    "seats": _nothing,
    "tempo": _tempo,
    "workload": _workload,
}
