"""Builder of the demo package: ``python -m data.demo.build`` from the root of the repository.

Reads ``source/`` and writes the CSV tables, ``datapackage.json``, the calendar of busy times and
``README.md`` of this folder. The same sources give the same bytes: the seed and ``AS_OF`` are
constants, nothing is read from the clock. ``python -m data.demo.build FOLDER`` writes elsewhere.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
import tomllib
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from data.demo.run import ACADEMIC_HOUR_MIN, Course, Run
from data.demo.schedule import PATTERNS
from engine.interchange.schema import TABLES
from engine.interchange.writing import cell_text

SEED = 20260831
AS_OF = "2026-08-31T09:00:00+03:00"
HERE = Path(__file__).resolve().parent
SOURCE = HERE / "source"
SLOT_HOURS = 1.33
"""Academic hours of a slot of 60 clock minutes, which the real catalogue calls one hour."""

USUAL_HOURS = 36
"""Academic hours by which the runs of a programme of unknown length are dated."""

Row = dict[str, Any]


def main(target: Path) -> None:
    """Build everything into ``target``."""
    tables = build_tables()
    resources = []
    for name, table in TABLES.items():
        if rows := tables.get(name):
            write(target / f"{name}.csv", csv_text([c.name for c in table.columns], rows))
            resources.append(resource(name, rows))
    write(
        target / "datapackage.json", json.dumps(manifest(resources), ensure_ascii=False, indent=2)
    )
    for educator in read_toml("educators.toml")["educator"]:
        if events := educator.get("calendar"):
            write(target / "busy" / f"{educator['id']}.ics", calendar_text(educator["id"], events))
    write(target / "README.md", readme(tables))


def build_tables() -> dict[str, list[Row]]:
    """Rows of every table by its name."""
    activities, courses = [], []
    for row in real_activities():
        activities.append(row[0])
        courses.append(row)
    for row in synthetic_activities():
        activities.append(row[0])
        courses.append(row)
    offerings, meetings = runs_of(courses)
    tables: dict[str, list[Row]] = {
        "activities": activities,
        "offerings": offerings,
        "meetings": meetings,
        "prerequisites": read_piped("prerequisites.csv"),
        "coverage": [cell for row in read_piped("activities.csv") for cell in coverage_of(row)],
        "organisations": read_piped("organisations.csv"),
    }
    return tables | people() | evidence() | registers()


# --------------------------------------------------------------------------- catalogue


def real_activities() -> list[tuple[Row, str]]:
    """Chosen rows of the real catalogue as they are, with their pattern of runs."""
    with (SOURCE / "real_catalogue.csv").open(encoding="utf-8", newline="") as file:
        catalogue = list(csv.DictReader(file))
    return [(real_row(chosen, catalogue[int(chosen["row"])]), chosen["runs"])
            for chosen in read_piped("real.csv")]  # fmt: skip


def real_row(chosen: Mapping[str, str], facts: Mapping[str, str]) -> Row:
    """One real activity; unknown hours stay unknown.

    Positions are stated only where the title names them and the audience does not.
    """
    hours = facts["hours"]
    return {
        "id": chosen["id"],
        "kind": EVENT_KINDS.get(facts["kind"], facts["kind"]),
        "title": facts["title"],
        "hours_academic": SLOT_HOURS if hours == "1" else hours,
        "audience": facts["audience"],
        "positions": chosen["positions"],
        "provider": facts["provider"],
        "format": facts["format"],
        "source": facts["source_address"],
        "synthetic": False,
    }  # fmt: skip


EVENT_KINDS = {
    "event_seminar": "seminar",
    "event_lecture": "lecture",
    "event_festival": "forum",
    "event_practicum": "workshop",
    "event_masterclass": "master_class",
    "event_stratsession": "strategy_session",
}


def synthetic_activities() -> list[tuple[Row, str]]:
    """Made-up activities, labelled so, with their pattern of runs."""
    titles = {row["id"]: row["title"] for row in read_piped("organisations.csv")}
    found = []
    for row in read_piped("activities.csv"):
        options = options_of(row["options"])
        register_from, _, register_to = options.get("reg", "").partition("..")
        made: Row = {
            "id": row["id"],
            "kind": row["kind"],
            "title": row["title"],
            "hours_academic": row["hours"],
            "summary": row["summary"],
            "audience": row["audience"],
            "positions": row["positions"],
            "subjects": row["subjects"],
            "stages": row["stages"],
            "provider": titles[row["provider"]],
            "level": row["level"],
            "technologies": row["technologies"],
            "network_form": True if "net" in options else None,
            "partners": options.get("net", ""),
            "themes": options.get("theme", ""),
            "funding": options.get("fund", "").replace(",", ";"),
            "price_rub": options.get("price", ""),
            "register_from": register_from,
            "register_to": register_to,
            "document": "certificate" if row["kind"] in ATTENDED else "",
            "source": "придумано для показа",
            "synthetic": True,
        }
        found.append((made, row["runs"]))
    return found


ATTENDED = frozenset(
    {"training", "workshop", "seminar", "internship", "conference", "master_class"}
)


def options_of(text: str) -> dict[str, str]:
    """``a=1 b=два слова`` as a mapping; a word without ``=`` belongs to the value before it."""
    options: dict[str, str] = {}
    last = ""
    for word in text.split():
        name, equals, value = word.partition("=")
        if equals:
            last = name
            options[last] = value
        else:
            options[last] += f" {word}"
    return options


def coverage_of(row: Mapping[str, str]) -> list[Row]:
    """Stated coverage; most activities leave it to be inferred from their text."""
    pairs = (part.split(":") for part in row["coverage"].split(",") if part)
    return [{"activity_id": row["id"], "node": node, "share": share, "confidence": "1"}
            for node, share in pairs]  # fmt: skip


def runs_of(courses: Sequence[tuple[Row, str]]) -> tuple[list[Row], list[Row]]:
    """Offerings and meetings of all activities."""
    homes = {row["title"]: row for row in read_piped("organisations.csv")}
    turns = {row["id"]: options_of(row["options"]).get("turn", "")
             for row in read_piped("activities.csv")}  # fmt: skip
    changes: dict[str, Row] = {}
    for change in read_piped("changes.csv"):
        changes.setdefault(change["offering_id"], {})[change["column"]] = change["value"]
    offerings: list[Row] = []
    meetings: list[Row] = []
    for activity, patterns in courses:
        identifier = activity["id"]
        home = homes.get(activity["provider"], {})
        course = Course(
            minutes=int(float(activity["hours_academic"] or USUAL_HOURS) * ACADEMIC_HOUR_MIN + 0.5),
            turn=int(turns.get(identifier) or zlib.crc32(identifier.encode())),
            zone=home.get("time_zone", "Europe/Moscow"),
            city=home.get("locality", ""),
        )
        for pattern in patterns.split():
            name, _, span = pattern.partition(":")
            for run in PATTERNS[name](replace(course, span=span)):
                offering = f"{identifier}.{run.label}"
                offerings.append(offering_row(offering, identifier, run)
                                 | changes.pop(offering, {}))  # fmt: skip
                meetings += [{"offering_id": offering, "date": m.date, "start": m.start,
                              "end": m.end, "time_zone": m.zone, "place": m.place}
                             for m in run.meetings]  # fmt: skip
    if changes:
        raise ValueError(f"changes.csv names runs that are not there: {sorted(changes)}")
    return offerings, meetings


def offering_row(identifier: str, activity: str, run: Run) -> Row:
    """Row of one run; seats follow from the seed and the id alone."""
    seats = random.Random(f"{SEED}:{identifier}").choice(["", 3, 5, 8, 12, 15, 20, 25])
    return {
        "id": identifier,
        "activity_id": activity,
        "start": run.start,
        "end": run.end,
        "self_paced": run.self_paced or None,
        "enrolment_until": run.enrolment_until,
        "weekly_min": tuple(str(m) for m in run.weekly_min),
        "seats_left": "" if run.self_paced else seats,
        "locality": run.locality,
    }


# --------------------------------------------------------------------------- people


def people() -> dict[str, list[Row]]:
    """Educators, mentors, their times, and names in a table of their own."""
    educators = read_toml("educators.toml")["educator"]
    mentors = read_toml("mentors.toml")["mentor"]
    busy = [
        {"educator_id": e["id"], **span} for e in educators for span in spans(e.get("busy", []))
    ]
    slots = [{"mentor_id": m["id"], **span} for m in mentors for span in spans(m["slots"])]
    names = [{"id": p["id"], "display_name": p["name"]} for p in (*educators, *mentors)]
    return {
        "educators": [flat(e, "educators") for e in educators],
        "mentors": [flat(m, "mentors") | {"consent": True} for m in mentors],
        "mentor_slots": slots,
        "busy": busy,
        "labels": names,
    }


def flat(person: Mapping[str, Any], table: str) -> Row:
    """Columns of a table out of a person's record."""
    names = [c.name for c in TABLES[table].columns]
    return {n: tuple(map(str, person[n])) if isinstance(person[n], list) else person[n]
            for n in names if n in person}  # fmt: skip


def spans(texts: Sequence[str]) -> list[Row]:
    """«1-5 08:30-14:10 2026-09-01..2027-05-25» as weekly rows, one a weekday."""
    rows = []
    for text in texts:
        days, times, *valid = text.split()
        first, _, last = days.partition("-")
        start, end = times.split("-")
        since, _, until = valid[0].partition("..") if valid else ("", "", "")
        for weekday in range(int(first), int(last or first) + 1):
            rows.append({"weekday": weekday, "start": start, "end": end, "valid_from": since,
                         "valid_to": until})  # fmt: skip
    return rows


def evidence() -> dict[str, list[Row]]:
    """Diagnostics, item responses, requests and history."""
    educators = read_toml("educators.toml")["educator"]
    columns = ("procedure_id", "date", "method", "node", "score", "max_score", "n_tasks",
               "observer", "criterion")  # fmt: skip
    tables: dict[str, list[Row]] = {"diagnostics": [], "responses": [], "requests": [],
                                    "history": []}  # fmt: skip
    items: dict[str, str] = {}
    for educator in educators:
        own: Row = {"educator_id": educator["id"]}
        for result in educator.get("diagnostics", []):
            tables["diagnostics"].append(own | dict(zip(columns, result, strict=False)))
        for block in educator.get("items", []):
            for number, mark in enumerate(block["marks"], start=1):
                item = f"{block['node']}-{number:02d}"
                items[item] = block["node"]
                tables["responses"].append(own | {
                    "procedure_id": block["procedure"], "date": block["date"], "item": item,
                    "response": "" if mark == "-" else mark})  # fmt: skip
        for number, request in enumerate(educator.get("requests", []), start=1):
            tables["requests"].append(own | {"id": f"r{number}", **request})
        for completed in educator.get("history", []):
            tables["history"].append(own | completed)
    return tables | {"items": [{"item": i, "node": n} for i, n in items.items()]}


def registers() -> dict[str, list[Row]]:
    """Registers beside people and the catalogue."""
    found = read_toml("registers.toml")
    return {name: [flat(row, name) for row in rows] for name, rows in found.items()}


def calendar_text(educator: str, events: Sequence[Mapping[str, str]]) -> str:
    """Busy times as iCalendar, with the line ends of RFC 5545."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//demo//busy//RU"]
    for number, event in enumerate(events, start=1):
        lines += ["BEGIN:VEVENT", f"UID:{educator}-{number}@demo.invalid",
                  "DTSTAMP:20260831T060000Z", *event["lines"], "END:VEVENT"]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


# --------------------------------------------------------------------------- description


def manifest(resources: list[Row]) -> Row:
    """``datapackage.json``."""
    return {
        "profile": "tabular-data-package",
        "name": "demo",
        "title": "Демонстрационный пакет: 14 педагогов, каталог и наставники 2026/27 учебного года",
        "description": "Названия, часы, форматы, организаторы и аудитории строк с "
        "synthetic = false взяты из открытых источников (столбец source). Всё остальное, включая "
        "все потоки, цены, места, людей и организации с пометкой «демо», придумано.",
        "as_of": AS_OF,
        "time_zone": "Europe/Moscow",
        "framework": "educator-2026",
        "policy": "default",
        "licenses": [{"name": "CC0-1.0", "title": "Creative Commons CC0 1.0"}],
        "sources": [
            {"title": "Открытые каталоги и страницы организаторов; адрес — в столбце source"},
            {"title": "Придумано для показа (synthetic = true)"},
        ],
        "resources": resources,
    }


def resource(name: str, rows: Sequence[Row]) -> Row:
    """One entry of the manifest, with the columns that the file has."""
    table = TABLES[name]
    return {
        "name": name,
        "title": table.title,
        "path": f"{name}.csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ","},
        "schema": {"fields": [{"name": c.name, "title": c.header}
                              for c in table.columns if used(c.name, rows)]},
    }  # fmt: skip


def readme(tables: Mapping[str, Sequence[Row]]) -> str:
    """``README.md``: the head of ``source/readme.md`` and what the tables hold."""
    head = (SOURCE / "readme.md").read_text(encoding="utf-8")
    counts = "\n".join(f"| `{name}.csv` | {TABLES[name].title} | {len(tables[name])} |"
                       for name in TABLES if tables.get(name))  # fmt: skip
    stories = "\n".join(f"| {e['id']} | {e['story']} | {e['shows']} |"
                        for e in read_toml("educators.toml")["educator"])  # fmt: skip
    return head.replace("{counts}", counts).replace("{stories}", stories)


# --------------------------------------------------------------------------- files


def read_piped(name: str) -> list[dict[str, str]]:
    """Table of ``source/`` with ``|`` between columns."""
    with (SOURCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="|", quoting=csv.QUOTE_NONE))


def read_toml(name: str) -> dict[str, Any]:
    """TOML of ``source/``."""
    return tomllib.loads((SOURCE / name).read_text(encoding="utf-8"))


def used(name: str, rows: Sequence[Row]) -> bool:
    """Whether a column has a value in any row."""
    return any(row.get(name) not in (None, "", ()) for row in rows)


def csv_text(names: Sequence[str], rows: Sequence[Row]) -> str:
    """CSV with the columns that have a value."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    kept = [name for name in names if used(name, rows)]
    writer.writerow(kept)
    for row in rows:
        writer.writerow([cell_text(row.get(name)) for name in kept])
    return buffer.getvalue()


def write(path: Path, text: str) -> None:
    """Write text as UTF-8 without changing its line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes((text if text.endswith("\n") else text + "\n").encode())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
