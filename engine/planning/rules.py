"""The rules as CP-SAT constraints: one named function per rule, keyed by its code.

Written from the text of ``problem``; the checker shares no code with them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np

from engine.domain import IntArray
from engine.planning.kernel import Kernel, entries_of
from engine.planning.meetings import overlap_cliques, travel_pairs
from engine.planning.problem import DAY_MIN, FORM_OF_CATEGORY, FORMS


def _one_offering(k: Kernel) -> None:
    for variables in k.by_activity.values():
        k.model.at_most_one(variables.tolist())


def _tempo(k: Kernel) -> None:
    for week in range(k.problem.n_weeks):
        k.model.at_most(*k.week_terms(week), int(k.problem.tempo_min[week]))


def _workload(k: Kernel) -> None:
    if k.problem.limits.workload_max_min >= 0:
        variables = list(range(k.n))
        minutes = k.load.sum(axis=1).tolist()
        for terms in k.week_extra.values():
            variables += [variable for variable, _ in terms]
            minutes += [extra for _, extra in terms]
        k.model.at_most(variables, minutes, k.problem.limits.workload_max_min)


def _overlap(k: Kernel) -> None:
    meetings, owners = _all_meetings(k)
    seen: set[tuple[int, ...]] = set()
    for clique in overlap_cliques(meetings):
        members = tuple(np.unique(owners[clique]).tolist())
        if len(members) > 1 and members not in seen:
            seen.add(members)
            k.model.at_most_one(members)
    for first, second in travel_pairs(meetings, k.problem.limits.travel_buffer_min):
        pair = tuple(sorted((int(owners[first]), int(owners[second]))))
        if pair[0] != pair[1] and pair not in seen:
            seen.add(pair)
            k.model.at_most_one(pair)


def _all_meetings(k: Kernel) -> tuple[IntArray, IntArray]:
    """Meetings of candidates and mentors, shape (n, 3), and the variable of each."""
    table = k.problem.candidates
    owner, entry = entries_of(table.meetings, k.candidates)
    slots = [k.problem.mentor.options[m].slots[i] for m, i in k.slot]
    rows = np.concatenate(
        [table.meetings.values[entry], np.array(slots, dtype=np.int64).reshape(len(slots), 3)]
    )
    return rows, np.concatenate([owner, np.array(list(k.slot.values()), dtype=np.int64)])


def _prerequisite(k: Kernel) -> None:
    for index, mine in k.by_activity.items():
        for group in k.problem.activities[index].prerequisites:
            before = k.of_activities(group)
            for day in np.unique(k.start_day[mine]).tolist():
                need = mine[k.start_day[mine] <= day]
                _covered(k, need, before[k.end_day[before] < day])


def _covered(k: Kernel, need: IntArray, have: IntArray) -> None:
    """Σ need ≤ Σ have."""
    signs = [1] * len(need) + [-1] * len(have)
    k.model.linear([*need.tolist(), *have.tolist()], signs, high=0)


def _parallel(k: Kernel) -> None:
    limit = k.problem.limits.parallel_max
    if limit < 0:
        return
    long = np.array([a.long for a in k.problem.activities], dtype=np.bool_)
    own = np.flatnonzero(long[k.activity]) if k.n else np.zeros(0, dtype=np.int64)
    first, last = k.start_day[own] // 7, k.end_day[own] // 7
    for week in range(k.problem.n_weeks):
        running = own[(first <= week) & (week <= last)].tolist()
        k.model.at_most(running, [1] * len(running), limit)


def _daily_load(k: Kernel) -> None:
    limit = k.problem.limits.daily_max_min
    if limit < 0:
        return
    meetings, owners = _all_meetings(k)
    by_day: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for (start, end, _), owner in zip(meetings.tolist(), owners.tolist(), strict=True):
        by_day[start // DAY_MIN][owner] += end - start
    for day in sorted(by_day):
        k.model.at_most(list(by_day[day]), list(by_day[day].values()), limit)


def _steps(k: Kernel) -> None:
    if k.problem.limits.steps_max >= 0:
        k.model.at_most(range(k.n), [1] * k.n, k.problem.limits.steps_max)


def _budget(k: Kernel) -> None:
    table = k.problem.candidates
    source, cost = table.source[k.candidates], table.cost_rub[k.candidates]
    for number, budget in enumerate(k.problem.budget_rub):
        own = np.flatnonzero((source == number) & (cost > 0))
        k.model.at_most(own.tolist(), cost[own].tolist(), budget)


def _form_mix(k: Kernel) -> None:
    category = np.array([a.category for a in k.problem.activities], dtype=np.int64)
    form = np.array([FORMS.index(f) for f in FORM_OF_CATEGORY])[category[k.activity]]
    total = np.asarray(k.load.sum(axis=1), dtype=np.int64)
    for limit in k.problem.form_mix:
        own = np.flatnonzero(form == limit.form)
        members, minutes = own.tolist(), total[own].tolist()
        for amounts, least, most in (
            (minutes, limit.least_min, limit.most_min),
            ([1] * len(members), limit.least_steps, limit.most_steps),
        ):
            if least > 0:
                k.model.linear([*members, k.nonempty], [*amounts, -least], low=0)
            if most >= 0:
                k.model.at_most(members, amounts, most)


def _transfer(k: Kernel) -> None:
    weeks = k.problem.limits.transfer_weeks
    if weeks <= 0:
        return
    for index, mine in k.by_activity.items():
        activity = k.problem.activities[index]
        if not activity.needs_practice:
            continue
        practice = k.of_activities(activity.practices)
        start = k.start_day[practice]
        for day in np.unique(k.end_day[mine]).tolist():
            have = practice[(day < start) & (start <= day + 7 * weeks)]
            _covered(k, mine[k.end_day[mine] == day], have)


# ------------------------------------------------------------------ checkpoints


def _checkpoints(k: Kernel) -> None:
    rules = k.problem.checkpoints
    if rules.middle:
        _middle_checkpoint(k)
    if rules.final:
        _final_checkpoint(k)
    for c in sorted(k.middle.keys() & k.final.keys()):
        k.model.at_most_one([k.middle[c], k.final[c]])


def _middle_checkpoint(k: Kernel) -> None:
    """Due in week w exactly when half is done by the end of w − 1, not before, and w is reached."""
    price = k.problem.checkpoints.checkpoint_missing_mpt
    half = _half_done(k)
    by_week: dict[int, list[int]] = defaultdict(list)
    for c, u in k.middle.items():
        by_week[k.problem.checkpoints.offers[c].day // 7].append(u)
    for week in range(1, k.problem.n_weeks):
        reached = k.reach(7 * week)
        assert reached is not None
        due = k.model.new_bool()
        facts = [half[week - 1], reached]
        if week > 1:
            facts.append(~half[week - 2])
        for fact in facts:
            k.model.implies(due, fact)
        k.model.clause([due, *(~fact for fact in facts)])
        offers = by_week[week]
        if offers:
            k.model.linear([*offers, due], [*([1] * len(offers)), -1], low=0, high=0)
        else:
            k.model.value(due, -price)
    for u in by_week[0]:
        k.model.clause([~u])


def _half_done(k: Kernel) -> list[int]:
    """Literal by week: by its end at least half of the candidates' minutes are done."""
    weeks = k.problem.n_weeks
    done = np.cumsum(k.load.toarray(), axis=1)
    literals = list(k.model.bools(weeks))
    # 2 · total − total ≥ 0 always.
    k.model.clause([literals[-1]])
    for week in range(weeks - 1):
        surplus = 2 * done[:, week] - done[:, -1]
        own = np.flatnonzero(surplus)
        variables, minutes = own.tolist(), surplus[own].tolist()
        k.model.linear(variables, minutes, low=0, when=literals[week])
        k.model.linear(variables, minutes, high=-1, when=~literals[week])
        k.model.implies(literals[week], literals[week + 1])
    return literals


def _final_checkpoint(k: Kernel) -> None:
    """One offer after the last end and within the days, or missing where none is on offer."""
    rules, horizon = k.problem.checkpoints, k.problem.n_days
    served = np.zeros(horizon, dtype=np.bool_)
    for c, v in k.final.items():
        first, last = max(0, rules.offers[c].day - rules.final_within_days), rules.offers[c].day - 1
        served[first : last + 1] = True
        _last_end_within(k, v, first, last)
    edges = np.diff(np.concatenate([[1], served, [1]]).astype(np.int64))
    begins, ends = np.flatnonzero(edges < 0).tolist(), (np.flatnonzero(edges > 0) - 1).tolist()
    gaps = list(zip(begins, ends, strict=True))
    missing = list(k.model.bools(len(gaps)))
    for g, (first, last) in zip(missing, gaps, strict=True):
        k.model.value(g, -rules.checkpoint_missing_mpt)
        _last_end_within(k, g, first, last)
    one = [*k.final.values(), *missing]
    k.model.linear([*one, k.nonempty], [*([1] * len(one)), -1], low=0, high=0)


def _last_end_within(k: Kernel, literal: int, first: int, last: int) -> None:
    if last < first:
        k.model.clause([~literal])
        return
    reached, beyond = k.reach(first), k.reach(last + 1)
    assert reached is not None
    k.model.implies(literal, reached)
    if beyond is not None:
        k.model.implies(literal, ~beyond)


# ------------------------------------------------------------------ wishes and mentors


def _pinned(k: Kernel) -> None:
    position = {j: i for i, j in enumerate(k.candidates.tolist())}
    for pin in k.problem.pins:
        k.model.clause([position[j] for j in pin.candidates if j in position])


def _mentor_required(k: Kernel) -> None:
    rules = k.problem.mentor
    if rules.required and k.mentor:
        k.model.exactly_one(k.mentor.values())
    elif k.mentor:
        k.model.at_most_one(list(k.mentor.values()))
    elif rules.required and rules.refuse_without:
        k.model.clause([])


def _mentor_cadence(k: Kernel) -> None:
    """Windows begin in the weeks of one phase (week mod cadence), that of the first start.

    So each week begins at most one window: it is due where the route has begun, reaches it, and
    is in that phase. Slots beyond one a window, or outside the windows, are never an advantage
    (they only use tempo), so ``read_route`` drops them instead of rows that forbid them.
    """
    if not k.mentor:
        return
    rules, weeks = k.problem.mentor, k.problem.n_weeks
    cadence = min(rules.cadence_weeks, weeks)
    by_week: dict[int, list[int]] = defaultdict(list)
    for (m, i), z in k.slot.items():
        k.model.implies(z, k.mentor[m])
        by_week[rules.options[m].slots[i][0] // (7 * DAY_MIN)].append(z)
    phase = list(k.model.bools(cadence))
    k.model.at_most_one(phase)
    for week in range(weeks):
        earlier = k.begun[max(0, week - 1) : week]
        k.model.clause([~k.begun[week], *earlier, phase[week % cadence]])
        if k.problem.holiday_week[week : week + cadence].all():
            continue
        meetings = [z for w in range(week, min(week + cadence, weeks)) for z in by_week[w]]
        _window(k, week, phase[week % cadence], meetings)


def _window(k: Kernel, week: int, phase: int, meetings: Sequence[int]) -> None:
    reached = k.reach(7 * week)
    assert reached is not None
    clause = [~phase, ~k.begun[week], ~reached, *meetings]
    if k.problem.mentor.missed_meeting_allowed:
        missed = k.model.new_bool()
        k.model.value(missed, -k.problem.mentor.missed_meeting_mpt)
        clause.append(missed)
    if k.problem.mentor.required:
        k.model.clause(clause)
        return
    for mentor in k.mentor.values():
        k.model.clause([*clause, ~mentor])


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
