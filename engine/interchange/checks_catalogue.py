"""Cross-checks of the catalogue: lengths, documents, runs, meetings, prerequisites, coverage."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from engine.domain import PROGRAMME_KINDS, Document, Form, Kind, Meeting
from engine.interchange.faults import FaultLog, Place
from engine.interchange.records import Record, Records
from engine.interchange.words import DOCUMENT_WORDS, FORM_WORDS, KIND_WORDS

HOURS_LEAST: Mapping[Kind, float] = {Kind.DPP_PK: 16, Kind.DPP_PP: 250}
"""Least academic hours of a programme (приказ Минобрнауки России от 24.03.2025 № 266, п. 18)."""

_DOCUMENTS_OF: Mapping[Kind, frozenset[Document]] = {
    Kind.DPP_PK: frozenset({Document.CERTIFICATE_PK}),
    Kind.DPP_PP: frozenset({Document.DIPLOMA_PP}),
}
_FORMAL_DOCUMENTS = frozenset({Document.CERTIFICATE_PK, Document.DIPLOMA_PP})
Located = Mapping[str, Sequence[tuple[Record, Meeting]]]


def check_activities(activities: Records, log: FaultLog) -> None:
    """Lengths against the legal least, documents and forms against kinds, the register's span."""
    unknown = []
    for record in activities:
        kind, hours = Kind(record["kind"]), record["hours_academic"]
        if hours is None:
            unknown.append(record)
        elif hours < HOURS_LEAST.get(kind, 0):
            log.warning(
                "hours_below_legal_least",
                f"{hours:g} ч: у вида "
                f"«{KIND_WORDS[kind][0]}» не меньше {HOURS_LEAST[kind]:g} ак. ч (приказ "
                "от 24.03.2025 № 266, п. 18); проверьте часы или вид",
                record.at("hours_academic"),
                least=HOURS_LEAST[kind],
            )
        _check_document(record, kind, log)
        start, end = record["register_from"], record["register_to"]
        if start and end and start > end:
            log.error(
                "register_ends_before_start",
                f"в реестре с {start} по {end}: поменяйте даты местами или исправьте",
                record.at("register_to"),
            )
    if unknown:
        rows = [r.place.row for r in unknown]
        log.warning(
            "hours_unknown",
            f"активностей без часов: {len(unknown)} из {len(activities.rows)} (строки "
            f"{_shown(rows)}); они сохранены, но планироваться не будут: впишите часы или задайте "
            "их по видам: defaults.hours_academic в datapackage.json, --hours в команде",
            Place(unknown[0].place.file),
            count=len(unknown),
        )


def _check_document(record: Record, kind: Kind, log: FaultLog) -> None:
    document, form = Document(record["document"]), Form(record["form"])
    allowed = _DOCUMENTS_OF.get(kind)
    name = f"«{DOCUMENT_WORDS[document][0]}»"
    if allowed is not None and document not in allowed:
        log.warning(
            "document_kind_mismatch",
            f"вид «{KIND_WORDS[kind][0]}» даёт "
            f"{' или '.join(DOCUMENT_WORDS[d][0] for d in allowed)}, а указано {name}: "
            "проверьте вид или документ",
            record.at("document"),
        )
    elif document is Document.DIPLOMA_PP and kind is not Kind.DPP_PP:
        log.warning(
            "document_kind_mismatch",
            f"{name} даёт только переподготовка, а вид — «{KIND_WORDS[kind][0]}»",
            record.at("document"),
        )
    if (form is Form.FORMAL) != (document in _FORMAL_DOCUMENTS):
        log.warning(
            "form_document_mismatch",
            f"форма «{FORM_WORDS[form][0]}» и документ {name} "
            "не сходятся: формальное обучение даёт удостоверение или диплом",
            record.at("form"),
        )


def check_runs(activities: Records, with_runs: Collection[str], log: FaultLog) -> None:
    """Say once how many activities of known length have no run and so are not planned."""
    idle = [r for r in activities if r["id"] not in with_runs and r["hours_academic"] is not None]
    if not idle:
        return
    programmes = sum(Kind(r["kind"]) in PROGRAMME_KINDS for r in idle)
    hint = (
        " или объявите программы открытыми для записи (признак self_paced): "
        '"defaults": {"offerings": "self_paced"} в datapackage.json, --open-enrolment в команде'
        if programmes
        else ""
    )
    log.warning(
        "activity_without_offering",
        f"нет ни одного потока у активностей с известными часами: {len(idle)} (из них программ "
        f"ДПО {programmes}; строки {_shown([r.place.row for r in idle])}); такие не будут "
        f"планироваться: добавьте потоки в таблицу offerings{hint}",
        Place(idle[0].place.file),
        count=len(idle),
        programmes=programmes,
    )


def check_offerings(offerings: Records, log: FaultLog) -> None:
    """Days of runs: there, in order, enrolment not after the end."""
    for record in offerings:
        start, end = record["start"], record["end"]
        if not record["self_paced"] and (start is None or end is None):
            log.error(
                "offering_without_dates",
                "у потока нет начала или окончания: впишите их "
                "или поставьте «да» в «В своём темпе»",
                record.at("start"),
            )
        if start and end and start > end:
            log.error(
                "offering_ends_before_start",
                f"поток заканчивается {end:%d.%m.%Y} раньше, "
                f"чем начинается {start:%d.%m.%Y}: исправьте даты",
                record.at("end"),
            )
        until = record["enrolment_until"]
        if until and end and until > end:
            log.warning(
                "enrolment_after_end",
                f"запись до {until:%d.%m.%Y}, а поток кончается {end:%d.%m.%Y}: проверьте",
                record.at("enrolment_until"),
            )


def check_meetings(offerings: Records, meetings: Located, log: FaultLog) -> None:
    """Meetings lie within the days of their run; two of one run that overlap are a warning.

    The day of a meeting is the day of its own offset, as the row states it.
    """
    runs = {r["id"]: r for r in offerings}
    for offering, entries in meetings.items():
        run = runs.get(offering)
        for record, meeting in entries:
            if run is not None:
                _check_inside(run, record, meeting, log)
        for (_, before), (record, after) in pairwise(entries):
            if after.start < before.end:
                log.warning(
                    "meeting_overlap",
                    f"занятия потока «{offering}» пересекаются: "
                    f"{before.start:%d.%m.%Y %H:%M} и {after.start:%d.%m.%Y %H:%M}",
                    record.at("start"),
                )


def _check_inside(run: Record, record: Record, meeting: Meeting, log: FaultLog) -> None:
    early = run["start"] is not None and meeting.start.date() < run["start"]
    late = run["end"] is not None and meeting.end.date() > run["end"]
    if early or late:
        log.error(
            "meeting_outside_offering",
            f"занятие {meeting.start:%d.%m.%Y %H:%M} вне дней "
            f"потока «{run['id']}» ({run['start']} – {run['end']}): исправьте дату занятия "
            "или дни потока",
            record.at("start"),
        )


def check_coverage(coverage: Records, log: FaultLog) -> None:
    """Shares of one activity sum to at most 1."""
    shares: dict[str, list[Record]] = defaultdict(list)
    for record in coverage:
        shares[record["activity_id"]].append(record)
    for activity, records in shares.items():
        total = math.fsum(r["share"] for r in records)
        if total > 1 + 1e-9:
            log.error(
                "coverage_above_one",
                f"доли активности «{activity}» в сумме {total:g} > 1: уменьшите их",
                records[-1].at("share"),
                total=total,
            )


# --------------------------------------------------------------------------- prerequisites


def prerequisite_groups(records: Iterable[Record]) -> dict[str, list[list[Record]]]:
    """AND of OR-groups by activity, in the order of the rows; a row without group is its own."""
    groups: dict[str, dict[object, list[Record]]] = defaultdict(dict)
    for record in records:
        label = record["group"]
        key = ("own", len(groups[record["activity_id"]])) if label is None else label
        groups[record["activity_id"]].setdefault(key, []).append(record)
    return {activity: list(by_label.values()) for activity, by_label in groups.items()}


def check_prerequisites(prerequisites: Records, log: FaultLog) -> None:
    """Refuse activities that nobody could ever begin because they wait for each other.

    Notes
    -----
    An activity can be begun when every group has one that can; the greatest set so reached is
    found by fixpoint. An OR-group with a way out is no cycle, though one of its members may lie
    on one.
    """
    groups = prerequisite_groups(prerequisites)
    needs = {
        a: [[str(r["required_activity_id"]) for r in group] for group in of_a]
        for a, of_a in groups.items()
    }
    stuck = set(needs)
    while freed := {a for a in stuck if all(any(m not in stuck for m in g) for g in needs[a])}:
        stuck -= freed
    while stuck:
        cycle = _cycle(min(stuck), needs, stuck)
        record = groups[cycle[0]][0][0]
        log.error(
            "prerequisite_cycle",
            f"замкнутый круг предшествующих: {' → '.join(cycle)}: уберите одно из требований",
            record.at("required_activity_id"),
            cycle=cycle,
        )
        # Those that only wait for this cycle are not cycles of their own.
        stuck -= set(cycle)
        while freed := {a for a in stuck if all(any(m not in stuck for m in g) for g in needs[a])}:
            stuck -= freed


def _cycle(start: str, needs: Mapping[str, list[list[str]]], stuck: Collection[str]) -> list[str]:
    """Follow blocked groups until an activity repeats; first and last of the result are equal."""
    path = [start]
    while True:
        blocked = next(g for g in needs[path[-1]] if all(m in stuck for m in g))
        following = min(blocked)
        if following in path:
            return [*path[path.index(following) :], following]
        path.append(following)


def _shown(rows: Sequence[int | None]) -> str:
    shown = ", ".join(str(r) for r in rows[:8])
    return f"{shown}…" if len(rows) > 8 else shown
