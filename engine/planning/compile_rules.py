"""Pins, form mix, checkpoints and mentors of the problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.calendar import local_minutes
from engine.catalogue import FORMS, Catalogue
from engine.domain import Constraints, Educator, IntArray, MentorNeed, MentorOption, Reason, Slot
from engine.errors import Fault, InputError
from engine.planning.compile_frame import Frame
from engine.planning.compile_gains import mpt
from engine.planning.compile_runs import Runs
from engine.planning.compile_selection import Wishes
from engine.planning.compile_table import CandidateFacts
from engine.planning.problem import (
    DAY_MIN,
    ONLINE,
    CheckpointOffer,
    CheckpointRules,
    FormLimit,
    Limits,
    MentorRules,
    Pin,
    ProblemMentor,
)
from engine.policy import FormShare, PolicyProfile, settled_limit

WEDNESDAY = 2


def read_wishes(catalogue: Catalogue, constraints: Constraints, policy: PolicyProfile) -> Wishes:
    """Ids of pins, bans and required activities as indices; an activity's id goes first.

    Raises
    ------
    InputError
        ``unknown_activity`` for every pinned or excluded id that is in the catalogue neither as
        an activity nor as an offering.
    """
    faults: list[Fault] = []
    found: dict[str, tuple[dict[str, int], dict[str, int]]] = {}
    for name in ("pinned", "excluded"):
        activities: dict[str, int] = {}
        offerings: dict[str, int] = {}
        for position, given in enumerate(getattr(constraints, name)):
            if given in catalogue.activity_index:
                activities[given] = catalogue.activity_index[given]
            elif given in catalogue.offering_index:
                offerings[given] = catalogue.offering_index[given]
            else:
                faults.append(_unknown(name, position, given))
        found[name] = activities, offerings
    if faults:
        raise InputError(faults)
    known = catalogue.activity_index
    return Wishes(
        *found["pinned"],
        *found["excluded"],
        required_activities={i: known[i] for i in policy.required_activities if i in known},
        required_themes=policy.required_themes,
    )


def _unknown(name: str, position: int, given: str) -> Fault:
    detail = (
        f"В каталоге нет ни активности, ни потока «{given}»; проверьте код или уберите его из "
        f"{'закреплённых' if name == 'pinned' else 'исключённых'}"
    )
    return Fault(
        "unknown_activity",
        detail,
        pointer=f"/constraints/{name}/{position}",
        parameters={"id": given},
    )


def compile_pins(
    catalogue: Catalogue,
    policy: PolicyProfile,
    wishes: Wishes,
    facts: CandidateFacts,
    dropped: Mapping[str, Reason],
) -> tuple[tuple[Pin, ...], dict[str, Reason]]:
    """Pins, and what the policy requires but nothing can serve.

    A pin of educator or methodist stands even without candidates: the route problem is then
    infeasible, with the pin as its conflict. A requirement of the policy is no pin then.

    Returns
    -------
    pins
        Pinned ids first, then required activities, then themes.
    unmet
        Reason by required activity id or theme.
    """

    def of_activities(members: Sequence[int]) -> tuple[int, ...]:
        return tuple(np.flatnonzero(np.isin(facts.activity, members)).tolist())

    def of_offering(offering: int) -> tuple[int, ...]:
        return tuple(np.flatnonzero(facts.offering == offering).tolist())

    pins = [Pin("pinned", i, of_activities([a])) for i, a in wishes.pinned_activities.items()]
    pins += [Pin("pinned", i, of_offering(o)) for i, o in wishes.pinned_offerings.items()]
    named, themes = wishes.required_activities, catalogue.themes
    required: list[tuple[str, str, Sequence[int]]] = [
        *(
            ("required_activity", i, [named[i]] if i in named else [])
            for i in policy.required_activities
        ),
        *(("required_theme", theme, themes.get(theme, ())) for theme in policy.required_themes),
    ]
    unmet: dict[str, Reason] = {}
    for code, label, members in required:
        candidates = of_activities(members)
        if candidates:
            pins.append(Pin(code, label, candidates))
        else:
            unmet[label] = _why_unmet(code, catalogue, members, dropped)
    return tuple(pins), unmet


def _why_unmet(
    code: str, catalogue: Catalogue, members: Sequence[int], dropped: Mapping[str, Reason]
) -> Reason:
    """The reason's own code, with every cause by activity id."""
    causes = {catalogue.activity_ids[a]: dropped[catalogue.activity_ids[a]] for a in members}
    if not causes:
        return Reason("not_in_catalogue", {"required": code})
    if len(causes) == 1:
        (only,) = causes.values()
        return Reason(only.code, {**only.parameters, "required": code})
    by_activity = {i: cause.code for i, cause in causes.items()}
    return Reason("none_available", {"required": code, "causes": by_activity})


def compile_form_mix(shares: Sequence[FormShare]) -> tuple[FormLimit, ...]:
    """Least and most per form; −1 where the policy states none."""

    def limit(stated: int | None) -> int:
        return -1 if stated is None else stated

    return tuple(
        FormLimit(
            FORMS.index(s.form),
            limit(s.least_min),
            limit(s.most_min),
            limit(s.least_steps),
            limit(s.most_steps),
        )
        for s in shares
    )


def compile_limits(constraints: Constraints, policy: PolicyProfile, frame: Frame) -> Limits:
    """Scalar limits; what is stated for this educator may tighten the policy's."""
    limits = policy.limits
    return Limits(
        workload_max_min=frame.workload_max_min,
        steps_max=settled_limit(limits, "steps_max", constraints.max_steps),
        parallel_max=limits.parallel_max,
        daily_max_min=limits.daily_max_min,
        travel_buffer_min=limits.travel_buffer_min,
        transfer_weeks=policy.transfer.weeks,
        online_allowed=frame.online_allowed,
    )


def compile_checkpoints(
    catalogue: Catalogue,
    frame: Frame,
    policy: PolicyProfile,
    duration_min: IntArray,
    dated: Runs,
    self_paced: IntArray,
) -> CheckpointRules:
    """Offers of diagnostics, none where the policy asks for no checkpoint.

    A dated diagnostic is on offer on its first day, with travel. A self-paced one is on offer on
    the Wednesday of every week inside its span whose tempo holds it.

    Parameters
    ----------
    duration_min
        Shape (n_activities,), diagnostics of unknown length with the policy's.
    dated
        Runs of dated diagnostics.
    self_paced
        Offering indices of self-paced diagnostics.
    """
    rules = policy.checkpoints
    if not (rules.middle or rules.final):
        return CheckpointRules()
    offers: list[CheckpointOffer] = []
    minutes = dated.work_min + dated.travel_min
    for j, offering in enumerate(dated.offering.tolist()):
        day, load = int(dated.start_day[j]), int(minutes[j])
        # All its minutes fall into one week; an offer that the week cannot hold is none.
        if load <= frame.tempo_min[day // 7]:
            offers.append(CheckpointOffer(catalogue.offering_ids[offering], day, load))
    for offering in self_paced.tolist():
        load = int(duration_min[catalogue.offering_activity[offering]])
        offers += _weekly_offers(catalogue, frame, offering, load)
    offers.sort(key=lambda offer: (offer.day, offer.label))
    return CheckpointRules(
        middle=rules.middle,
        final=rules.final,
        checkpoint_missing_mpt=mpt(policy.value.price_missing_checkpoint),
        offers=tuple(offers),
    )


def _weekly_offers(
    catalogue: Catalogue, frame: Frame, offering: int, load: int
) -> list[CheckpointOffer]:
    if catalogue.seats[offering] == 0:
        return []
    first = max(int(catalogue.start[offering]) - frame.day0, frame.first_day)
    last = min(
        int(catalogue.end[offering]) - frame.day0,
        int(catalogue.enrolment_until[offering]) - frame.day0,
        frame.last_day,
    )
    label = catalogue.offering_ids[offering]
    return [
        CheckpointOffer(f"{label}#{frame.date(day).isoformat()}", day, load)
        for week in range(frame.n_weeks)
        if first <= (day := 7 * week + WEDNESDAY) <= last and load <= frame.tempo_min[week]
    ]


def compile_mentors(
    need: MentorNeed, educator: Educator, catalogue: Catalogue, frame: Frame, policy: PolicyProfile
) -> tuple[MentorRules, tuple[tuple[Slot, ...], ...]]:
    """Mentor options with the slots that a route may use.

    Options are there where a mentor is required, or asked for (``need.reasons`` says so); else a
    mentor would be taken for his fit alone. Slots outside the horizon or the day's hours, in busy
    time, online where that is not possible, or longer than the week's tempo are left out. Meetings
    in person are at the educator's own organisation.

    Returns
    -------
    rules
        Options ordered by mentor id.
    slots
        The slots of each option as they were given, in the order of the problem's.
    """
    rules = policy.mentorship
    asked = need.required or bool(need.reasons)
    options = sorted(need.options, key=lambda o: (o.mentor_id, o.form.value)) if asked else []
    home = educator.organisation.id if educator.organisation else ""
    place = catalogue.place_code(home) if home else len(catalogue.places)
    ids = [option.mentor_id for option in options]
    compiled = [_mentor(option, _label(option, ids), place, frame, policy) for option in options]
    return MentorRules(
        required=need.required,
        refuse_without=rules.on_no_mentor == "refuse",
        cadence_weeks=rules.cadence_weeks,
        missed_meeting_allowed=rules.missed_meeting == "price",
        missed_meeting_mpt=mpt(policy.value.price_missed_meeting),
        options=tuple(option for option, _ in compiled),
    ), tuple(slots for _, slots in compiled)


def _label(option: MentorOption, ids: Sequence[str]) -> str:
    """Mentor id, with the form where one mentor is an option in several forms."""
    several = ids.count(option.mentor_id) > 1
    return f"{option.mentor_id}@{option.form.value}" if several else option.mentor_id


def _mentor(
    option: MentorOption, label: str, place: int, frame: Frame, policy: PolicyProfile
) -> tuple[ProblemMentor, tuple[Slot, ...]]:
    where = ONLINE if option.online else place
    calendar = frame.calendar
    kept: list[tuple[tuple[int, int, int], Slot]] = []
    for slot in option.slots:
        start = local_minutes(slot.start, calendar.first_monday, calendar.zone)
        end = local_minutes(slot.end, calendar.first_monday, calendar.zone)
        if _slot_fits(frame, start, end, option.online):
            kept.append(((start, end, where), slot))
    kept.sort(key=lambda pair: pair[0])
    mentor = ProblemMentor(
        label=label,
        fit_mpt=mpt(option.fit * policy.value.mentor_fit),
        price_mpt=0,
        capacity=option.capacity,
        slots=tuple(minutes for minutes, _ in kept),
    )
    return mentor, tuple(slot for _, slot in kept)


def _slot_fits(frame: Frame, start: int, end: int, online: bool) -> bool:
    day = start // DAY_MIN
    if not (frame.first_day <= day <= frame.last_day) or end <= start:
        return False
    if online and not frame.online_allowed:
        return False
    opens = day * DAY_MIN + int(frame.day_open_min[day])
    closes = day * DAY_MIN + int(frame.day_close_min[day])
    busy = ((frame.busy[:, 0] < end) & (start < frame.busy[:, 1])).any()
    fits_week = end - start <= int(frame.tempo_min[day // 7])
    return opens <= start and end <= closes and not busy and fits_week
