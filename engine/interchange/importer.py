"""Import of a data package: read everything, report everything, take all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.domain import Meeting, Offering, Slot
from engine.interchange import build
from engine.interchange.calendars import calendar_files, read_calendar
from engine.interchange.checks import Nodes, check_nodes, check_references
from engine.interchange.checks_catalogue import (
    check_activities,
    check_coverage,
    check_meetings,
    check_offerings,
    check_prerequisites,
    check_runs,
)
from engine.interchange.checks_people import (
    check_diagnostics,
    check_educators,
    check_history,
    check_labels,
    check_mentors,
    check_requests,
    check_responses,
)
from engine.interchange.checks_registers import check_registers
from engine.interchange.derive import (
    complete_activities,
    complete_offerings,
    offerings_from_text,
    self_paced_runs,
)
from engine.interchange.duplicates import check_duplicates
from engine.interchange.elsewhere import NOTHING_ELSE, Elsewhere, check_parts
from engine.interchange.faults import FAULTS_SHOWN, FaultLog, Place
from engine.interchange.headers import nearest
from engine.interchange.interactions import build_interactions, check_interactions
from engine.interchange.manifest import Defaults, Manifest, read_defaults, read_manifest, zone_name
from engine.interchange.mapping import Mapped, read_mapping
from engine.interchange.package import DataPackage, ImportReport, TableCount
from engine.interchange.records import (
    NONE_SKIPPED,
    Record,
    Records,
    SkippedRows,
    read_records,
)
from engine.interchange.registers import build_registers, name_accompaniments
from engine.interchange.resolve import Horizon, Zones, resolve_meetings, resolve_spans, sorted_slots
from engine.interchange.samples import Samples
from engine.interchange.schema import TABLES
from engine.interchange.sources import Source, find_sources
from engine.interchange.tag_corrections import build_tag_corrections, check_tag_corrections

ZONE_ASSUMED = "Europe/Moscow"
HORIZON_DAYS = 366
PEOPLE_NAMED = 20
_OF_EDUCATORS = frozenset(
    {"diagnostics", "responses", "requests", "history", "interactions", "busy"}
)


@dataclass(frozen=True, slots=True)
class _Resolved:
    """What records say once local times are instants and words are runs."""

    meetings: Mapping[str, list[tuple[Record, Meeting]]]
    derived: list[Offering]
    busy: Mapping[str, set[Slot]]
    slots: Mapping[str, set[Slot]]


def read_package(
    path: Path | None,
    *,
    known_nodes: Collection[str] | Mapping[str, str],
    as_of: dt.datetime | None = None,
    mapping: Path | None = None,
    files: Mapping[str, Path] | None = None,
    time_zone: str | None = None,
    horizon_end: dt.date | None = None,
    defaults: Mapping[str, object] | None = None,
    leave_out: Collection[str] = (),
    require_catalogue: bool = True,
    fault_limit: int = FAULTS_SHOWN,
    skip_rows: SkippedRows = NONE_SKIPPED,
    elsewhere: Elsewhere | None = None,
) -> ImportReport:
    """Read a data package.

    Parameters
    ----------
    path
        Folder (with or without ``datapackage.json``) or one XLSX or CSV file; ``None`` = only
        ``files``.
    known_nodes
        Codes of the competency framework, or code → title (then titles are understood as well).
    as_of
        Instant with offset; wins over the package's own. One of the two must be there.
    mapping
        Mapping file (TOML or CSV), see ``engine.interchange.mapping``.
    files
        Table name → file given by hand, in the place of the package's own.
    time_zone
        IANA zone for a package that names none; ``None`` = Europe/Moscow with a note.
    horizon_end
        Last day to which weekly rows and calendars are expanded; ``None`` = 366 days on.
    defaults
        As ``defaults`` in ``datapackage.json``; wins over it, key by key.
    leave_out
        Tables of ``path`` that are not read, ``busy`` with its calendars; ``files`` still are.
    require_catalogue
        Whether a package without any activity is an error.
    fault_limit
        Faults of one code shown per file.
    skip_rows
        Rows that are left out; a row of several scores only for those at fault, where no other
        column is. See ``engine.interchange.sparing``.
    elsewhere
        Records that rows may speak of though no file holds them; parts of records must then come
        with the whole. ``None`` = the files stand for themselves.

    Returns
    -------
    ImportReport
        With the package, or with every fault and no package.

    Raises
    ------
    ValueError
        If ``files`` names no table or ``as_of`` has no offset: faults of the caller, not of
        the data.
    """
    if as_of is not None and as_of.utcoffset() is None:
        raise ValueError("as_of needs an offset")
    log = FaultLog(fault_limit)
    folder = path if path is not None and path.is_dir() else None
    manifest = read_manifest(folder, log) if folder else Manifest()
    declared = manifest.defaults
    if defaults is not None:
        declared = declared.over(read_defaults(defaults, Place(column="defaults"), log), defaults)
    mapped = read_mapping(mapping, log) if mapping else Mapped()
    sources = find_sources(path, files or {}, manifest, mapped, log, leave_out)
    # A file that cannot be read may well hold the catalogue.
    require_catalogue = require_catalogue and not log.failed
    tables = _read_tables(sources, mapped, log, skip_rows)
    _drop_examples(tables, Samples.of(known_nodes), log)
    zone = _package_zone(manifest, time_zone, log)
    moment = as_of or manifest.as_of
    if moment is None:
        log.error(
            "as_of_missing",
            "не указан день расчёта: задайте as_of в datapackage.json или "
            "при вызове, со смещением (2026-08-31T09:00:00+03:00)",
        )
        return _report(None, tables, log)
    today = moment.astimezone(ZoneInfo(zone)).date()
    horizon = Horizon(today, horizon_end or today + dt.timedelta(days=HORIZON_DAYS))

    _complete(tables, declared, log)
    if elsewhere is not None:
        check_parts(tables, log)
    others = elsewhere or NOTHING_ELSE
    _check(tables, Nodes(known_nodes), today, require_catalogue, others, log)
    zones = Zones(zone, tables, log)
    calendars = None if "busy" in leave_out else folder
    resolved = _resolve(tables, calendars, zones, horizon, declared, others, log)
    if log.failed:
        return _report(None, tables, log)
    return _report(_build(tables, resolved, manifest, moment, zone, zones, others), tables, log)


# --------------------------------------------------------------------------- reading


def _read_tables(
    sources: Iterable[Source],
    mapped: Mapped,
    log: FaultLog,
    skip_rows: SkippedRows,
) -> dict[str, Records]:
    """Read the records of every table that was found, in the order of the schema."""
    found: dict[str, Records] = {}
    for source in sources:
        table = source.table
        records = read_records(source.sheet, table, mapped.of(table), log, skip_rows)
        whole = found.setdefault(table.name, Records(table))
        whole.rows += records.rows
        whole.read += records.read
        whole.broken_ids |= records.broken_ids
        whole.headless |= records.headless
        whole.skipped_people |= records.skipped_people
    _report_left_out(found, log)
    return {name: found[name] for name in TABLES if name in found}


def _report_left_out(tables: Mapping[str, Records], log: FaultLog) -> None:
    people = sorted(set().union(*(records.skipped_people for records in tables.values())))
    if not people:
        return
    named = ", ".join(f"«{person}»" for person in people[:PEOPLE_NAMED])
    more = ", …" if len(people) > PEOPLE_NAMED else ""
    log.warning(
        "evidence_left_out",
        f"педагогов, у которых не взяты ошибочные строки: {len(people)} ({named}{more}); "
        "остальные их строки взяты",
        educators=people,
    )


def _drop_examples(tables: Mapping[str, Records], samples: Samples, log: FaultLog) -> None:
    """Leave out the blank forms' example rows, unless the package holds nothing else."""
    examples = [r for t in tables.values() for r in t if samples.holds(r)]
    if not examples:
        return
    if len(examples) == sum(len(t.rows) for t in tables.values()):
        log.warning(
            "only_example_rows",
            "в формах только строки-образцы: они приняты для пробы; впишите свои строки",
        )
        return
    for record in examples:
        tables[record.table.name].rows.remove(record)
    log.note(
        "example_row_skipped",
        f"строк-образцов пустых форм не взято: {len(examples)}",
        count=len(examples),
    )


def _package_zone(manifest: Manifest, time_zone: str | None, log: FaultLog) -> str:
    given = manifest.time_zone or zone_name(time_zone, Place(column="time_zone"), log)
    if given:
        return given
    log.note(
        "time_zone_assumed",
        f"часовой пояс пакета не указан: взят {ZONE_ASSUMED}; задайте time_zone в datapackage.json",
    )
    return ZONE_ASSUMED


# --------------------------------------------------------------------------- stages


def _complete(tables: Mapping[str, Records], defaults: Defaults, log: FaultLog) -> None:
    if "activities" in tables:
        complete_activities(tables["activities"], defaults.hours_academic, log)
    if "offerings" in tables:
        complete_offerings(tables["offerings"], log)
    if "accompaniments" in tables:
        name_accompaniments(tables["accompaniments"])


def _check(
    tables: Mapping[str, Records],
    nodes: Nodes,
    today: dt.date,
    require_catalogue: bool,
    elsewhere: Elsewhere,
    log: FaultLog,
) -> None:
    """Run every check; numbering and filling that later checks rely on come first."""
    empty = Records(TABLES["activities"])
    check_nodes(tables.values(), nodes, log)
    if "requests" in tables:
        check_requests(tables["requests"], log)
    if "diagnostics" in tables:
        check_diagnostics(tables["diagnostics"], today, log)
    for records in tables.values():
        check_duplicates(records, log)
    check_references(tables, log, elsewhere.ids)
    activities = tables.get("activities", empty)
    if require_catalogue and not activities.headless and activities.read == 0:
        log.error(
            "empty_catalogue",
            "в пакете нет ни одной активности: добавьте таблицу "
            "activities («Мероприятия») хотя бы с одной строкой",
        )
    check_activities(activities, log)
    check_offerings(tables.get("offerings", empty), log)
    check_prerequisites(tables.get("prerequisites", empty), log)
    check_coverage(tables.get("coverage", empty), log)
    check_tag_corrections(
        tables.get("corrections", empty),
        activities,
        tables.get("coverage", empty),
        log,
        elsewhere.ids.get("activities", ()),
    )
    check_educators(tables.get("educators", empty), today, log)
    check_mentors(tables.get("mentors", empty), today, log)
    items = build.build_items(tables, elsewhere.items)
    check_responses(tables.get("responses", empty), items, today, log)
    check_history(tables.get("history", empty), today, log)
    check_interactions(tables.get("interactions", empty), today, log)
    check_registers(tables, log, elsewhere.ids)
    people = [r["id"] for name in ("educators", "mentors") for r in tables.get(name, empty)]
    people += [i for name in ("educators", "mentors") for i in elsewhere.ids.get(name, ())]
    if "educators" not in {*tables, *elsewhere.ids} and tables.keys() & _OF_EDUCATORS:
        log.warning(
            "educators_missing",
            "есть данные педагогов, но нет таблицы educators "
            "(«Педагоги»): должности и условия неизвестны; добавьте её",
        )
    if people:
        check_labels(tables.get("labels", empty), frozenset(people), log)


def _resolve(
    tables: Mapping[str, Records],
    folder: Path | None,
    zones: Zones,
    horizon: Horizon,
    defaults: Defaults,
    elsewhere: Elsewhere,
    log: FaultLog,
) -> _Resolved:
    empty = Records(TABLES["activities"])
    activities, offerings = tables.get("activities", empty), tables.get("offerings", empty)
    meetings = resolve_meetings(tables.get("meetings", empty), zones, log)
    check_meetings(offerings, meetings, log)
    derived = offerings_from_text(activities, offerings, horizon.first, log)
    with_runs = {r["activity_id"] for r in offerings} | {o.activity_id for o in derived}
    if defaults.offerings == "self_paced":
        opened = self_paced_runs(activities, with_runs)
        if opened:
            log.note(
                "offerings_self_paced",
                "программ без потоков, объявленных открытыми для записи в любое время: "
                f"{len(opened)} (так сказано в defaults)",
                count=len(opened),
            )
        derived += opened
        with_runs |= {o.activity_id for o in opened}
    check_runs(activities, with_runs | set(elsewhere.with_runs), log)
    busy = resolve_spans(tables.get("busy", empty), "educator_id", zones, horizon, log)
    if folder is not None:
        _add_calendars(busy, folder, tables, zones, horizon, log)
    slots = resolve_spans(tables.get("mentor_slots", empty), "mentor_id", zones, horizon, log)
    return _Resolved(meetings, derived, busy, slots)


def _add_calendars(
    busy: dict[str, set[Slot]],
    folder: Path,
    tables: Mapping[str, Records],
    zones: Zones,
    horizon: Horizon,
    log: FaultLog,
) -> None:
    known = [r["id"] for r in tables["educators"]] if "educators" in tables else None
    for educator, path in calendar_files(folder):
        label = f"busy/{path.name}"
        if known is not None and educator not in known:
            close = nearest(educator, known)
            hint = f"; похоже на {', '.join(close)}" if close else ""
            log.error(
                "unknown_educator",
                f"имя файла — шифр педагога, а «{educator}» нет в таблице educators{hint}",
                Place(label),
            )
            continue
        name = zones.name_of_person(educator)
        zone = ZoneInfo(name) if name else zones.default
        slots = read_calendar(path.read_bytes(), label, horizon.first, horizon.last, zone, log)
        busy.setdefault(educator, set()).update(slots)


# --------------------------------------------------------------------------- the end


def _build(
    tables: Mapping[str, Records],
    resolved: _Resolved,
    manifest: Manifest,
    as_of: dt.datetime,
    zone: str,
    zones: Zones,
    elsewhere: Elsewhere,
) -> DataPackage:
    organisations = build.build_organisations(tables, elsewhere.organisations)
    offerings = build.build_offerings(tables.get("offerings", ()), resolved.meetings)
    activities = build.build_activities(tables)
    texts = {a.id: a for a in (*elsewhere.activities, *activities)}
    return DataPackage(
        as_of=as_of,
        time_zone=zone,
        activities=activities,
        offerings=tuple(offerings + resolved.derived),
        corrections=build_tag_corrections(tables.get("corrections", ()), texts.values()),
        organisations=tuple(organisations.values()),
        educators=build.build_educators(tables, organisations, zones),
        mentors=build.build_mentors(tables, resolved.slots),
        diagnostics=build.build_diagnostics(tables),
        responses=build.build_responses(tables, elsewhere.items),
        requests=build.build_requests(tables),
        history=build.build_history(tables),
        interactions=build_interactions(tables.get("interactions")),
        busy={e: sorted_slots(s) for e, s in sorted(resolved.busy.items()) if s},
        items=build.build_items(tables),
        labels={r["id"]: r["display_name"] for r in tables.get("labels", ())},
        framework=manifest.framework,
        policy=manifest.policy,
        name=manifest.name,
        title=manifest.title,
        licences=manifest.licences,
        sources=manifest.sources,
        registers=build_registers(tables),
    )


def _report(
    package: DataPackage | None, tables: Mapping[str, Records], log: FaultLog
) -> ImportReport:
    counts = {
        name: TableCount(records.read, len(records.rows) if package is not None else 0)
        for name, records in tables.items()
    }
    return ImportReport(
        package, log.errors, log.warnings, log.notes, counts, places=_places(tables)
    )


def _places(tables: Mapping[str, Records]) -> dict[str, dict[str, Place]]:
    """Where the first row of each record or person stands, by table and id."""
    found: dict[str, dict[str, Place]] = {}
    for name, records in tables.items():
        column = _ID_COLUMNS.get(name, "id")
        for record in records:
            if record[column] is not None:
                found.setdefault(name, {}).setdefault(str(record[column]), record.place)
    return found


_ID_COLUMNS = {
    **dict.fromkeys(("diagnostics", "responses", "requests", "history", "busy"), "educator_id"),
    **dict.fromkeys(("coverage", "corrections", "prerequisites"), "activity_id"),
}
