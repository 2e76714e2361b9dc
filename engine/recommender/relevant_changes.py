"""Which kinds of change could bear on one activity; whether they help is verified elsewhere."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.calendar import educator_zone, local_date
from engine.catalogue import Catalogue
from engine.domain import HistoryItem, Offering, Reason
from engine.planning.compile_runs import STAGES
from engine.planning.compile_selection import read_prerequisites
from engine.recommender import changes
from engine.recommender.changes import Case, ChangeKind
from engine.recommender.stages import Prepared, horizon_days

PERSONAL = frozenset(
    {
        *("audience_position", "audience_subject", "audience_stage", "language"),
        *("already_completed", "form_not_admitted", "form_by_level", "no_gain"),
        *("nothing_to_measure", "no_information", "less_information"),
    }
)
"""Codes of relevance and audience: a methodist's pin overrides them."""

FACTS = frozenset({"hours_unknown", "checkpoint_only"})
"""What nobody who asks for a route can change."""

SETS_OF_SLOTS = 4
SETS_OF_PREREQUISITES = 6


def relevant_changes(
    base: Prepared, catalogue: Catalogue, index: int, reason: Reason | None
) -> Iterator[ChangeKind]:
    """Kinds of change that may let an activity in, the easier ones first.

    Parameters
    ----------
    index
        Of the activity in the catalogue.
    reason
        Why it has no candidate; ``None`` = it has some, and no route takes any of them.
    """
    code = None if reason is None else reason.code
    if code in FACTS:
        return
    activity_id = catalogue.activity_ids[index]
    offerings = [o for o in catalogue.offerings if o.activity_id == activity_id]
    if code in PERSONAL:
        yield from _given(changes.allow_form(base, catalogue, index))
        yield changes.pin_it(activity_id)
        return
    yield from changes.lift_bans(base, catalogue, activity_id)
    if activity_id in base.request.constraints.excluded:
        return
    if code == "prerequisite_missing":
        yield from _prerequisites_done(base, catalogue, index)
    yield from _of_time(base, offerings)
    if reason is None or code in STAGES:
        yield from _of_money(base, catalogue, index, offerings)
    if reason is None:
        yield changes.more_steps(base)
        yield from changes.drop_pins(base)
    rules = changes.policy_rules(base)
    if reason is None:
        yield from rules
    else:
        yield from (kind for kind in rules if _bears_on(kind, reason))


def _bears_on(kind: ChangeKind, reason: Reason) -> bool:
    """Of the policy's rules only these two keep an activity from having a candidate."""
    if kind.code == "relax_rule":
        return reason.code == "no_practice" and kind.parameters(1)["rule"] == "transfer"
    return kind.code == "more_daily" and reason.code in STAGES


def _given(kind: ChangeKind | None) -> Iterator[ChangeKind]:
    if kind is not None:
        yield kind


def _of_time(base: Prepared, offerings: Sequence[Offering]) -> Iterator[ChangeKind]:
    yield from changes.free_slots(base, busy_sets(base, offerings))
    yield from _given(changes.more_tempo(base))
    yield from _given(changes.more_weeks(base))
    yield changes.more_total(base)
    if any(o.meetings for o in offerings):
        zone = base.calendar.zone
        days = {m.start.astimezone(zone).isoweekday() for o in offerings for m in o.meetings}
        yield from changes.hours(base)
        yield from changes.weekdays(base, days)
    yield from _given(changes.allow_online(base))


def busy_sets(base: Prepared, offerings: Sequence[Offering]) -> list[tuple[int, ...]]:
    """Busy spans that each run meets, as positions; the smallest sets first."""
    busy = base.request.constraints.busy
    found = set()
    for offering in offerings:
        met = tuple(
            i
            for i, slot in enumerate(busy)
            if any(slot.start < m.end and m.start < slot.end for m in offering.meetings)
        )
        if met:
            found.add(met)
    return sorted(found, key=lambda met: (len(met), met))[:SETS_OF_SLOTS]


def _of_money(
    base: Prepared, catalogue: Catalogue, index: int, offerings: Sequence[Offering]
) -> Iterator[ChangeKind]:
    activity = catalogue.activities[index]
    prices = [activity.price_rub if o.price_rub is None else o.price_rub for o in offerings]
    dearest = max(prices, default=0)
    if dearest > 0:
        for source in activity.funding:
            yield changes.more_budget(base, source, dearest)


def _prerequisites_done(base: Prepared, catalogue: Catalogue, index: int) -> Iterator[ChangeKind]:
    """What has to come first, completed beforehand."""
    request = base.request
    today = local_date(request.as_of, educator_zone(request.educator, base.policy))
    first, _ = horizon_days(request, base.policy)
    known = read_prerequisites(catalogue, request.history, base.policy.limits, today)
    groups = [
        named
        for named, until in zip(
            catalogue.prerequisites[index], known.valid_until[index], strict=True
        )
        if until < first.toordinal()
    ]
    for chosen in itertools.islice(itertools.product(*groups), SETS_OF_PREREQUISITES):
        labels = sorted(set(chosen))
        yield _completed(labels, today)


def _completed(labels: list[str], today: dt.date) -> ChangeKind:
    items = tuple(HistoryItem(today, activity_id=i) for i in labels)

    def apply(case: Case) -> Case:
        history = (*case.request.history, *items)
        return Case(replace(case.request, history=history), case.policy)

    return changes.single("complete_first", apply, rank_again=True, labels=labels)
