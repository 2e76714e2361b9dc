"""Checked records → frozen domain values. Nothing here can fail: every check came before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import nan
from types import MappingProxyType

from engine.domain import (
    Activity,
    Conditions,
    DiagnosticResult,
    Document,
    Educator,
    Form,
    Funding,
    HistoryItem,
    ItemResponse,
    Kind,
    Level,
    Meeting,
    Mentor,
    MentorForm,
    Method,
    Offering,
    Organisation,
    Position,
    Request,
    Slot,
    Stage,
    Technology,
)
from engine.interchange.checks_catalogue import prerequisite_groups
from engine.interchange.records import Record, Records
from engine.interchange.resolve import Zones, sorted_slots

Tables = Mapping[str, Records]


def build_activities(tables: Tables) -> tuple[Activity, ...]:
    """Activities with their coverage and prerequisites."""
    coverage: dict[str, dict[str, float]] = defaultdict(dict)
    confidence: dict[str, float] = {}
    for record in tables.get("coverage", ()):
        activity = record["activity_id"]
        coverage[activity][record["node"]] = record["share"]
        given = 1.0 if record["confidence"] is None else record["confidence"]
        confidence[activity] = min(given, confidence.get(activity, 1.0))
    prerequisites = {
        activity: tuple(tuple(r["required_activity_id"] for r in group) for group in groups)
        for activity, groups in prerequisite_groups(tables.get("prerequisites", ())).items()
    }
    return tuple(
        _activity(
            r,
            coverage.get(r["id"], {}),
            confidence.get(r["id"], 1.0),
            prerequisites.get(r["id"], ()),
        )
        for r in tables.get("activities", ())
    )


def _activity(
    record: Record,
    coverage: Mapping[str, float],
    confidence: float,
    prerequisites: tuple[tuple[str, ...], ...],
) -> Activity:
    return Activity(
        id=record["id"],
        kind=Kind(record["kind"]),
        title=record["title"],
        hours_academic=record["hours_academic"],
        form=Form(record["form"]),
        summary=record["summary"] or "",
        audience=record["audience"] or "",
        positions=tuple(Position(p) for p in record["positions"] or ()),
        subjects=record["subjects"] or (),
        stages=tuple(Stage(s) for s in record["stages"] or ()),
        provider=record["provider"] or "",
        document=Document(record["document"]),
        level=Level(record["level"]) if record["level"] else None,
        technologies=tuple(Technology(t) for t in record["technologies"] or ()),
        network_form=bool(record["network_form"]),
        partners=record["partners"] or (),
        coverage=dict(coverage),
        coverage_confidence=confidence,
        prerequisites=prerequisites,
        themes=record["themes"] or (),
        register_from=record["register_from"],
        register_to=record["register_to"],
        price_rub=record["price_rub"] or 0,
        funding=tuple(Funding(f) for f in record["funding"] or ()),
        language=record["language"] or "ru",
        source=record["source"] or "",
        synthetic=bool(record["synthetic"]),
    )


def build_offerings(
    offerings: Iterable[Record], meetings: Mapping[str, Sequence[tuple[Record, Meeting]]]
) -> list[Offering]:
    """Offerings with their meetings in the order of time."""
    return [
        Offering(
            id=r["id"],
            activity_id=r["activity_id"],
            start=r["start"],
            end=r["end"],
            self_paced=bool(r["self_paced"]),
            enrolment_until=r["enrolment_until"],
            weekly_min=r["weekly_min"] or (),
            meetings=tuple(m for _, m in meetings.get(r["id"], ())),
            seats_left=r["seats_left"],
            price_rub=r["price_rub"],
            locality=r["locality"] or "",
        )
        for r in offerings
    ]


def _conditions(record: Record) -> Conditions:
    return Conditions(
        rural=record["rural"],
        internet=record["internet"],
        shift=record["shift"],
        forbidden_weekdays=tuple(int(d) for d in record["forbidden_weekdays"] or ()),
    )


def build_organisations(
    tables: Tables, others: Mapping[str, Organisation] = MappingProxyType({})
) -> dict[str, Organisation]:
    """Organisations by id; where the package has no such table, those that people name.

    ``others`` are known from elsewhere.
    """
    if "organisations" in tables:
        return dict(others) | {
            r["id"]: Organisation(
                r["id"], r["title"], r["district"] or "", r["locality"] or "", _conditions(r)
            )
            for r in tables["organisations"]
        }
    named = [
        r["organisation_id"]
        for name in ("educators", "mentors")
        for r in tables.get(name, ())
        if r["organisation_id"]
    ]
    return {o: others.get(o, Organisation(o, o)) for o in dict.fromkeys(named)}


def build_educators(
    tables: Tables, organisations: Mapping[str, Organisation], zones: Zones
) -> tuple[Educator, ...]:
    """Educators, each with the organisation and the zone (own, else the school's)."""
    return tuple(
        Educator(
            id=r["id"],
            position=Position(r["position"]),
            subjects=r["subjects"] or (),
            stages=tuple(Stage(s) for s in r["stages"] or ()),
            organisation=organisations.get(r["organisation_id"] or ""),
            district=r["district"] or "",
            born_on=r["born_on"],
            turns_35_on=r["turns_35_on"],
            pedagogical_start=r["pedagogical_start"],
            post_start=r["post_start"],
            tempo_min_per_week=r["tempo_min_per_week"],
            total_min=r["total_min"],
            conditions=_conditions(r),
            strengths=r["strengths"] or (),
            languages=r["languages"] or ("ru",),
            time_zone=zones.name_of_person(r["id"]),
        )
        for r in tables.get("educators", ())
    )


def build_mentors(tables: Tables, slots: Mapping[str, set[Slot]]) -> tuple[Mentor, ...]:
    """Mentors with their free slots in the order of time."""
    return tuple(
        Mentor(
            id=r["id"],
            position=Position(r["position"]),
            subjects=r["subjects"] or (),
            stages=tuple(Stage(s) for s in r["stages"] or ()),
            organisation_id=r["organisation_id"],
            district=r["district"] or "",
            forms=tuple(MentorForm(f) for f in r["forms"] or (MentorForm.MENTOR_YOUNG,)),
            consent=bool(r["consent"]),
            consent_on=r["consent_on"],
            capacity=r["capacity"],
            competencies=r["competencies"] or (),
            languages=r["languages"] or ("ru",),
            slots=sorted_slots(slots.get(r["id"], set())),
            online=r["online"] is not False,
            line_manager_of=r["line_manager_of"] or (),
            trained_until=r["trained_until"],
        )
        for r in tables.get("mentors", ())
    )


def build_diagnostics(tables: Tables) -> dict[str, tuple[DiagnosticResult, ...]]:
    """Diagnostic results by educator."""
    found: dict[str, list[DiagnosticResult]] = defaultdict(list)
    for r in tables.get("diagnostics", ()):
        found[r["educator_id"]].append(
            DiagnosticResult(
                procedure_id=r["procedure_id"],
                date=r["date"],
                method=Method(r["method"]),
                node=r["node"],
                score=r["score"],
                max_score=r["max_score"],
                n_tasks=r["n_tasks"],
                observer=r["observer"],
                criterion=r["criterion"],
            )
        )
    return {educator: tuple(results) for educator, results in found.items()}


def build_items(
    tables: Tables, others: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> dict[str, tuple[str, ...]]:
    """Nodes by item, both in the order of the file, after ``others``, known from elsewhere."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for r in tables.get("items", ()):
        found[r["item"]][r["node"]] = None
    return dict(others) | {item: tuple(nodes) for item, nodes in found.items()}


def build_responses(
    tables: Tables, others: Mapping[str, tuple[str, ...]] = MappingProxyType({})
) -> dict[str, tuple[ItemResponse, ...]]:
    """Item responses by educator, one per node; an empty answer is NaN (missing, not wrong)."""
    items = build_items(tables, others)
    found: dict[str, list[ItemResponse]] = defaultdict(list)
    for r in tables.get("responses", ()):
        response = nan if r["response"] is None else r["response"]
        found[r["educator_id"]] += (
            ItemResponse(r["procedure_id"], r["date"], r["item"], response, node)
            for node in ((r["node"],) if r["node"] is not None else items[r["item"]])
        )
    return {educator: tuple(answers) for educator, answers in found.items()}


def build_requests(tables: Tables) -> dict[str, tuple[Request, ...]]:
    """Requests by educator."""
    found: dict[str, list[Request]] = defaultdict(list)
    for r in tables.get("requests", ()):
        career = r["career_position"]
        found[r["educator_id"]].append(
            Request(
                id=r["id"],
                node=r["node"],
                text=r["text"] or None,
                weight=1.0 if r["weight"] is None else r["weight"],
                career_position=Position(career) if career else None,
            )
        )
    return {educator: tuple(requests) for educator, requests in found.items()}


def build_history(tables: Tables) -> dict[str, tuple[HistoryItem, ...]]:
    """Completed activities by educator."""
    found: dict[str, list[HistoryItem]] = defaultdict(list)
    for r in tables.get("history", ()):
        item = HistoryItem(r["completed_on"], r["activity_id"], r["title"] or None)
        found[r["educator_id"]].append(item)
    return {educator: tuple(items) for educator, items in found.items()}
