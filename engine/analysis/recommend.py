"""From what was found to what to do: codes with numbers, an addressee, and what they rest on.

No recommendation without a number, and none where the data say nothing. The words are in
``engine.wording`` (family ``recommendation``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from engine.analysis.results import (
    Addressee,
    Analysis,
    Audience,
    CatalogueGap,
    Concentration,
    Estimate,
    MentorShortage,
    ProposedRun,
    Recommendation,
    SeatUse,
)
from engine.deficits.groupings import Grouping

_ADDRESSEE = {
    Grouping.DISTRICT: Addressee.MUNICIPALITY,
    Grouping.SCHOOL: Addressee.ORGANISATION,
    Grouping.SUBJECT: Addressee.METHODICAL_SERVICE,
    Grouping.POSITION: Addressee.METHODICAL_SERVICE,
}

_SUBJECTS_NAMED = 5
_RUNS_NAMED = 10
"""Runs of which a recommendation is made; all of them stand in the analysis."""

_ORDER = {addressee: i for i, addressee in enumerate(Addressee)}


def recommendations(found: Analysis) -> Analysis:
    """The analysis with its recommendations, by addressee and falling size."""
    every = [
        *map(_of_concentration, found.concentrations),
        *map(_of_gap, found.gaps),
        *_of_runs(found),
        *map(_of_spare, found.unused_seats[:_RUNS_NAMED]),
        *map(_of_short, found.oversubscribed[:_RUNS_NAMED]),
        *_for_educators(found),
        *(_of_mentors(found.mentors) if found.mentors is not None else ()),
        *_of_diagnostics(found),
    ]
    every.sort(
        key=lambda r: (_ORDER[r.addressee], -r.size, r.code, r.subject_id, repr(r.parameters))
    )
    return replace(found, recommendations=tuple(every))


def _of_concentration(found: Concentration) -> Recommendation:
    return Recommendation(
        addressee=_ADDRESSEE[found.grouping],
        code=f"deficit_in_{found.grouping.value}",
        subject_id=found.key,
        size=found.share.value * found.n_measured,
        parameters={
            "group": found.key,
            "title": found.title,
            "node": found.node,
            "node_title": found.node_title,
            "share": found.share.value,
            "share_low": found.share.interval_90[0],
            "share_high": found.share.interval_90[1],
            "excess": 100 * found.excess.value,
            "excess_low": 100 * found.excess.interval_90[0],
            "excess_high": 100 * found.excess.interval_90[1],
            "measured": found.n_measured,
        },
        rests_on={"n_measured": found.n_measured},
    )


def audience_parameters(audiences: Sequence[Audience]) -> dict[str, object]:
    """Positions and subjects of whom something is about, those with most people first.

    Many subjects are a number: nobody reads a list of thirty.
    """
    subjects = tuple(dict.fromkeys(s for a in audiences for s in a.subjects))
    few = len(subjects) <= _SUBJECTS_NAMED
    return {
        "positions": tuple(dict.fromkeys(a.position.value for a in audiences)),
        "subjects": subjects if few else (),
        "n_subjects": None if few else len(subjects),
    }


def _of_gap(found: CatalogueGap) -> Recommendation:
    return Recommendation(
        addressee=Addressee.REGION,
        code=f"gap_{found.code.value}",
        subject_id="",
        size=found.unserved,
        parameters={
            "node": found.node,
            "node_title": found.title,
            "until": found.until,
            "unserved": round(found.unserved),
            "measured": found.n_measured,
            "people": round(found.people.value),
            "people_low": round(found.people.interval_90[0]),
            "people_high": round(found.people.interval_90[1]),
            "seats": found.seats,
            "n_activities": len(found.activities),
            "activities": found.activities,
            **audience_parameters(() if found.everyone else found.audiences),
        },
        rests_on={"n_measured": found.n_measured},
    )


def _of_runs(found: Analysis) -> Iterator[Recommendation]:
    """Runs of the same activity together, in the order of the first of each."""
    together: defaultdict[tuple[object, ...], list[ProposedRun]] = defaultdict(list)
    for run in found.runs.runs:
        together[run.activity, run.title].append(run)
    for place, runs in enumerate(together.values(), 1):
        first, takers = runs[0], sum(run.takers for run in runs)
        closes = _sum([run.closes for run in runs])
        yield Recommendation(
            addressee=Addressee.REGION,
            code="new_programme" if first.activity is None else "run_again",
            subject_id=first.activity or "",
            size=float(takers),
            parameters={
                "place": place,
                "activity": first.activity,
                "kind": first.kind.value,
                "title": first.title,
                "nodes": first.nodes,
                "runs": len(runs),
                "seats": first.seats,
                "takers": takers,
                "hours_academic": first.hours_academic,
                "closes": closes.value,
                "interval": closes.interval_90,
                **audience_parameters([a for run in runs for a in run.audiences]),
            },
            closes=closes,
            rests_on={"n_takers": takers},
        )


def _sum(parts: Sequence[Estimate]) -> Estimate:
    """Sum of estimates that have their error in common: the ends add up."""
    low, high = (sum(part.interval_90[end] for part in parts) for end in (0, 1))
    return Estimate(sum(part.value for part in parts), (low, high))


def _seats(use: SeatUse) -> dict[str, object]:
    return {
        "activity": use.activity,
        "title": use.title,
        "offering": use.offering,
        "seats": use.seats_left,
        "need": round(use.need.value),
        "need_low": round(use.need.interval_90[0]),
        "need_high": round(use.need.interval_90[1]),
        "until": use.enrolment_until,
    }


def _of_spare(use: SeatUse) -> Recommendation:
    return Recommendation(
        addressee=Addressee.METHODICAL_SERVICE,
        code="spare_seats",
        subject_id=use.offering,
        size=float(use.spare),
        parameters={**_seats(use), "spare": use.spare},
        rests_on={"n_seats": use.seats_left},
    )


def _of_short(use: SeatUse) -> Recommendation:
    return Recommendation(
        addressee=Addressee.METHODICAL_SERVICE,
        code="too_many_for_seats",
        subject_id=use.offering,
        size=use.need.value - use.seats_left,
        parameters={**_seats(use), "short": round(use.need.value - use.seats_left)},
        rests_on={"n_seats": use.seats_left},
    )


def _for_educators(found: Analysis) -> Iterator[Recommendation]:
    """Seats that go to whoever enrols first."""
    for use in found.oversubscribed[:_RUNS_NAMED]:
        if use.enrolment_until is not None:
            yield Recommendation(
                addressee=Addressee.EDUCATOR,
                code="enrol_in_time",
                subject_id=use.offering,
                size=float(use.seats_left),
                parameters=_seats(use),
                rests_on={"n_seats": use.seats_left},
            )


def _of_mentors(found: MentorShortage) -> Iterator[Recommendation]:
    rests = {"n_needing": found.needing, "n_places": found.capacity}
    if found.needing > found.served:
        yield Recommendation(
            Addressee.REGION,
            "mentors_too_few",
            "",
            float(found.needing - found.served),
            {
                "needing": found.needing,
                "served": found.served,
                "unserved": found.needing - found.served,
                "capacity": found.capacity,
            },
            rests_on=rests,
        )
    for group in found.groups:
        yield Recommendation(
            Addressee.MUNICIPALITY,
            "mentors_of_subject",
            group.district,
            float(group.unserved),
            {
                "district": group.district,
                "position": group.position.value,
                "subject": group.subject,
                "unserved": group.unserved,
                "people": group.people,
            },
            rests_on=rests,
        )
    for mentor in found.proposals:
        yield Recommendation(
            Addressee.METHODICAL_SERVICE,
            "train_mentor",
            mentor.subject,
            float(mentor.serves),
            {
                "position": mentor.position.value,
                "subject": mentor.subject,
                "district": mentor.district,
                "capacity": mentor.capacity,
                "serves": mentor.serves,
            },
            rests_on=rests,
        )


def _of_diagnostics(found: Analysis) -> Iterator[Recommendation]:
    """Of whom nothing is known."""
    rest = found.n_people - found.n_measured
    if found.n_measured and rest:
        yield Recommendation(
            Addressee.METHODICAL_SERVICE,
            "not_measured",
            "",
            float(rest),
            {"not_measured": rest, "people": found.n_people, "measured": found.n_measured},
            rests_on={"n_people": found.n_people},
        )
