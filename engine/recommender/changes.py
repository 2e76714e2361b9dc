"""Changes of a request that a methodist or an educator can decide on, step by step.

A change turns the request and the policy that it was asked with into others; what it does to the
problem follows from compiling again, so no rule is repeated here. Where the policy itself sets
the limit, the change goes beyond it and says so (``above_policy``): that is a decision of the
region, not of the educator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.calendar import effective_conditions
from engine.catalogue import Catalogue
from engine.domain import Conditions, Constraints, Educator, Funding, Slot
from engine.planning.compile_frame import own_tempo, tempo_most
from engine.policy import Limits, PolicyProfile, settled_limit
from engine.recommender.request import RouteRequest
from engine.recommender.stages import Prepared, horizon_days

TEMPO_STEP_MIN = 30
TEMPO_MOST_MIN = 2_400
"""No week has more than 40 clock hours of learning."""
TOTAL_STEP_MIN = 60
TOTAL_STEPS = 500
WEEKS_MOST = 26
HORIZON_MOST_WEEKS = 156
BUDGET_STEP_RUB = 500
STEPS_MOST = 8
HOURS_STEP_MIN = 30
DAILY_STEP_MIN = 30
DAY_MIN = 1_440
PARALLEL_MOST = 4


@dataclass(frozen=True, slots=True)
class Case:
    """What a route is asked with: the request and the policy's values."""

    request: RouteRequest
    policy: PolicyProfile


@dataclass(frozen=True, slots=True)
class ChangeKind:
    """One parameter that can be changed by whole multiples of its step.

    Parameters
    ----------
    code
        Code of the change in the wording.
    most
        Greatest multiple that is looked at, ≥ 1.
    apply
        The case after ``n`` steps.
    parameters
        What the wording says of ``n`` steps.
    first
        Multiple to begin with; below it the reason says that it cannot help.
    rank_again
        The change touches who may take part.
    """

    code: str
    most: int
    apply: Callable[[Case, int], Case]
    parameters: Callable[[int], Mapping[str, object]]
    first: int = 1
    rank_again: bool = False


# --------------------------------------------------------------------------- time


def more_tempo(base: Prepared, step_min: int = TEMPO_STEP_MIN) -> ChangeKind | None:
    """More minutes in every week in which learning goes on, in the weeks stated by hand too."""
    educator, policy = base.request.educator, base.policy
    own, most = own_tempo(educator, policy), tempo_most(educator, policy)
    room = (TEMPO_MOST_MIN - own) // step_min

    def apply(case: Case, n: int) -> Case:
        extra = n * step_min
        stated = {
            monday: min(minutes, most) + extra if minutes > 0 else minutes
            for monday, minutes in case.request.constraints.tempo_by_week.items()
        }
        highest = max([own + extra, *stated.values()])
        limits = replace(
            case.policy.limits, tempo_max_min=max(case.policy.limits.tempo_max_min, highest)
        )
        changed = _with_educator(case, tempo_min_per_week=own + extra)
        changed = _with_constraints(changed, tempo_by_week=stated)
        return _with_limits(changed, limits)

    def parameters(n: int) -> Mapping[str, object]:
        return _above(own + n * step_min > most, {"minutes": n * step_min})

    return ChangeKind("more_tempo", room, apply, parameters) if room >= 1 else None


def more_total(base: Prepared) -> ChangeKind:
    """More minutes of the whole route."""
    policy = base.policy
    own = settled_limit(policy.limits, "total_max_min", base.request.educator.total_min)

    def apply(case: Case, n: int) -> Case:
        total = own + n * TOTAL_STEP_MIN
        changed = _with_educator(case, total_min=total)
        most = max(total, policy.limits.total_max_min)
        return _with_limits(changed, replace(case.policy.limits, total_max_min=most))

    def parameters(n: int) -> Mapping[str, object]:
        minutes = n * TOTAL_STEP_MIN
        above = own + minutes > policy.limits.total_max_min
        return _above(
            above and "total_max_min" not in policy.limits.educator_may_replace,
            {"minutes": minutes},
        )

    return ChangeKind("more_total", TOTAL_STEPS, apply, parameters)


def more_weeks(base: Prepared) -> ChangeKind | None:
    """A later end of the horizon."""
    first, last = horizon_days(base.request, base.policy)
    room = min(WEEKS_MOST, HORIZON_MOST_WEEKS - (last - first).days // 7 - 1)

    def until(n: int) -> dt.date:
        return last + dt.timedelta(weeks=n)

    def apply(case: Case, n: int) -> Case:
        return _with_constraints(case, horizon_start=first, horizon_end=until(n))

    def parameters(n: int) -> Mapping[str, object]:
        return {"weeks": n, "until": until(n)}

    return ChangeKind("more_weeks", room, apply, parameters) if room >= 1 else None


def hours(base: Prepared) -> Iterator[ChangeKind]:
    """Meetings later in the evening, earlier in the morning, or in working hours."""
    rules = base.policy.calendar

    def changed(case: Case, **fields: object) -> Case:
        calendar = replace(case.policy.calendar, **fields)  # type: ignore[arg-type]
        return Case(case.request, replace(case.policy, calendar=calendar))

    later = (DAY_MIN - rules.latest_min) // HOURS_STEP_MIN
    if later:
        yield ChangeKind(
            "later_hours",
            later,
            lambda case, n: changed(case, latest_min=rules.latest_min + n * HOURS_STEP_MIN),
            lambda n: {"until": _clock(rules.latest_min + n * HOURS_STEP_MIN)},
        )
    earlier = rules.earliest_min // HOURS_STEP_MIN
    if earlier:
        yield ChangeKind(
            "earlier_hours",
            earlier,
            lambda case, n: changed(case, earliest_min=rules.earliest_min - n * HOURS_STEP_MIN),
            lambda n: {"since": _clock(rules.earliest_min - n * HOURS_STEP_MIN)},
        )
    if effective_conditions(base.request.educator).shift is not None and rules.shift_hours_min:
        yield single("working_hours", lambda case: changed(case, shift_hours_min={}))


def weekdays(base: Prepared, wanted: set[int]) -> Iterator[ChangeKind]:
    """Meetings on a weekday on which the school or the policy has none.

    Parameters
    ----------
    wanted
        ISO weekdays on which the activity has meetings.
    """
    forbidden = set(effective_conditions(base.request.educator).forbidden_weekdays)
    closed = forbidden | ({*range(1, 8)} - set(base.policy.calendar.meeting_weekdays))
    for day in sorted(wanted & closed):
        yield single("open_weekday", lambda case, day=day: _open(case, day), weekday=day)  # type: ignore[misc]


def _open(case: Case, day: int) -> Case:
    def without(conditions: Conditions) -> Conditions:
        kept = tuple(d for d in conditions.forbidden_weekdays if d != day)
        return replace(conditions, forbidden_weekdays=kept)

    rules = case.policy.calendar
    calendar = replace(rules, meeting_weekdays=tuple(sorted({*rules.meeting_weekdays, day})))
    changed = Case(case.request, replace(case.policy, calendar=calendar))
    educator = case.request.educator
    organisation = educator.organisation
    if organisation is not None:
        organisation = replace(organisation, conditions=without(organisation.conditions))
    return _with_educator(
        changed, conditions=without(educator.conditions), organisation=organisation
    )


def allow_online(base: Prepared) -> ChangeKind | None:
    """Internet good enough for meetings online."""
    if effective_conditions(base.request.educator).internet is not False:
        return None

    def apply(case: Case) -> Case:
        conditions = replace(case.request.educator.conditions, internet=True)
        return _with_educator(case, conditions=conditions)

    return single("allow_online", apply)


def free_slots(base: Prepared, sets: list[tuple[int, ...]]) -> Iterator[ChangeKind]:
    """Busy spans given free; each set of positions is tried as a whole."""
    busy = base.request.constraints.busy
    for positions in sets:
        gone = {busy[i] for i in positions}
        first = busy[positions[0]]

        def apply(case: Case, gone: set[Slot] = gone) -> Case:
            kept = tuple(slot for slot in case.request.constraints.busy if slot not in gone)
            return _with_constraints(case, busy=kept)

        yield single("free_slot", apply, slots=len(positions), start=first.start, end=first.end)


# --------------------------------------------------------------------------- wishes and rules


def lift_bans(base: Prepared, catalogue: Catalogue, activity_id: str) -> Iterator[ChangeKind]:
    """Bans of the activity or of its runs, each alone, then all together."""
    own = {activity_id} | {o.id for o in catalogue.offerings if o.activity_id == activity_id}
    banned = [i for i in base.request.constraints.excluded if i in own]
    sets = [(i,) for i in banned] + ([tuple(banned)] if len(banned) > 1 else [])
    for labels in sets:
        gone = set(labels)

        def apply(case: Case, gone: set[str] = gone) -> Case:
            kept = tuple(i for i in case.request.constraints.excluded if i not in gone)
            return _with_constraints(case, excluded=kept)

        yield single("lift_ban", apply, labels=list(labels))


def drop_pins(base: Prepared) -> Iterator[ChangeKind]:
    """Each pin of the educator or methodist dropped."""
    for label in base.request.constraints.pinned:

        def apply(case: Case, label: str = label) -> Case:
            kept = tuple(i for i in case.request.constraints.pinned if i != label)
            return _with_constraints(case, pinned=kept)

        yield single("drop_pin", apply, label=label)


def pin_it(activity_id: str) -> ChangeKind:
    """Pinned by the methodist: a pin overrides relevance and audience, no physical rule."""

    def apply(case: Case) -> Case:
        pinned = (*case.request.constraints.pinned, activity_id)
        return _with_constraints(case, pinned=pinned)

    return single("pin_it", apply)


def allow_form(base: Prepared, catalogue: Catalogue, index: int) -> ChangeKind | None:
    """The activity's form admitted, where the request admits only others."""
    form = catalogue.activities[index].form
    forms = base.request.constraints.forms
    if not forms or form in forms:
        return None
    return single(
        "allow_form",
        lambda case: _with_constraints(case, forms=(*forms, form)),
        rank_again=True,
        form=form.value,
    )


def more_budget(base: Prepared, source: Funding, price_rub: int) -> ChangeKind:
    """More roubles of one source; the price on top of what there is always suffices.

    Parameters
    ----------
    price_rub
        Of the dearest run that the source may pay.
    """
    policy = base.policy
    budgets = base.compiled.problem.budget_sources, base.compiled.problem.budget_rub
    now = dict(zip(*budgets, strict=True))[source.value]
    most = -(-price_rub // BUDGET_STEP_RUB)

    def apply(case: Case, n: int) -> Case:
        amount = now + n * BUDGET_STEP_RUB
        stated = {**(case.request.constraints.budget_by_source or {}), source: amount}
        limits = case.policy.limits
        own = max(amount, limits.budget_rub.get(source, 0))
        changed = _with_constraints(case, budget_by_source=stated)
        return _with_limits(changed, replace(limits, budget_rub={**limits.budget_rub, source: own}))

    def parameters(n: int) -> Mapping[str, object]:
        rub = n * BUDGET_STEP_RUB
        above = now + rub > policy.limits.budget_rub.get(source, 0)
        fixed = "budget_rub" not in policy.limits.educator_may_replace
        return _above(above and fixed, {"source": source.value, "rub": rub})

    return ChangeKind("more_budget", max(1, most), apply, parameters)


def more_steps(base: Prepared) -> ChangeKind:
    """More activities in the route."""
    own = base.compiled.problem.limits.steps_max
    policy = base.policy

    def apply(case: Case, n: int) -> Case:
        changed = _with_constraints(case, max_steps=own + n)
        most = max(own + n, case.policy.limits.steps_max)
        return _with_limits(changed, replace(case.policy.limits, steps_max=most))

    def parameters(n: int) -> Mapping[str, object]:
        return _above(own + n > policy.limits.steps_max, {"steps": n})

    return ChangeKind("more_steps", STEPS_MOST, apply, parameters)


def policy_rules(base: Prepared) -> Iterator[ChangeKind]:
    """Rules of the policy eased by a step, or dropped where they have no amount."""
    policy = base.policy
    parallel, daily = policy.limits.parallel_max, policy.limits.daily_max_min
    yield ChangeKind(
        "more_parallel",
        PARALLEL_MOST,
        lambda case, n: _with_limits(case, replace(case.policy.limits, parallel_max=parallel + n)),
        lambda n: {"programmes": n},
    )
    most = (DAY_MIN - daily) // DAILY_STEP_MIN
    if most >= 1:
        yield ChangeKind(
            "more_daily",
            most,
            lambda case, n: _with_limits(
                case, replace(case.policy.limits, daily_max_min=daily + n * DAILY_STEP_MIN)
            ),
            lambda n: {"minutes": n * DAILY_STEP_MIN},
        )
    if policy.transfer.weeks > 0:
        transfer = replace(policy.transfer, weeks=0)
        yield _policy("transfer", transfer=transfer)
    if policy.form_mix:
        yield _policy("form_mix", form_mix=())
    if policy.checkpoints.middle or policy.checkpoints.final:
        off = replace(policy.checkpoints, middle=False, final=False)
        yield _policy("checkpoints", checkpoints=off)
    if policy.mentorship.missed_meeting == "refuse":
        yield _policy(
            "mentor_cadence", mentorship=replace(policy.mentorship, missed_meeting="price")
        )


def _policy(rule: str, **fields: object) -> ChangeKind:
    def apply(case: Case) -> Case:
        return Case(case.request, replace(case.policy, **fields))  # type: ignore[arg-type]

    return single("relax_rule", apply, rule=rule)


def single(
    code: str, apply: Callable[[Case], Case], *, rank_again: bool = False, **parameters: object
) -> ChangeKind:
    """A change that is made or not."""
    return ChangeKind(
        code, 1, lambda case, n: apply(case), lambda n: parameters, rank_again=rank_again
    )


def _above(above: bool, parameters: dict[str, object]) -> dict[str, object]:
    return {**parameters, "above_policy": True} if above else parameters


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _with_educator(case: Case, **fields: object) -> Case:
    educator: Educator = replace(case.request.educator, **fields)  # type: ignore[arg-type]
    return Case(replace(case.request, educator=educator), case.policy)


def _with_constraints(case: Case, **fields: object) -> Case:
    constraints: Constraints = replace(case.request.constraints, **fields)  # type: ignore[arg-type]
    return Case(replace(case.request, constraints=constraints), case.policy)


def _with_limits(case: Case, limits: Limits) -> Case:
    return Case(case.request, replace(case.policy, limits=limits))
