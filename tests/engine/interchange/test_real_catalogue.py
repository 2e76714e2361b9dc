"""Half of a real catalogue, as it is: empty hours, unclean dates, no ids, no runs."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path

import pytest

from engine.domain import Document, Form, Kind
from engine.interchange import ImportReport, read_package
from tests.engine.interchange.conftest import NODES, places

HALF = Path(__file__).parent / "data" / "real_catalogue_half.csv"
FEBRUARY = dt.datetime(2026, 2, 1, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))
AUGUST = dt.datetime(2026, 8, 31, 9, tzinfo=dt.timezone(dt.timedelta(hours=3)))


def importing(as_of: dt.datetime, **options: object) -> ImportReport:
    return read_package(HALF, known_nodes=NODES, as_of=as_of, **options)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with HALF.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_row_is_taken(rows: list[dict[str, str]]) -> None:
    """All rows are read and kept, with their texts, hours and sources as they stand."""
    package = importing(AUGUST).accepted()
    assert [a.title for a in package.activities] == [r["title"].strip() for r in rows]
    assert [a.hours_academic for a in package.activities] == [
        float(r["hours"]) if r["hours"] else None for r in rows
    ]
    assert [a.source for a in package.activities] == [r["source_address"].strip() for r in rows]
    kinds = Counter(r["kind"] for r in rows)
    found = Counter(a.kind for a in package.activities)
    assert found[Kind.DPP_PK] == kinds["dpp_pk"]
    assert found[Kind.LECTURE] == kinds["event_lecture"]
    assert found[Kind.FORUM] == kinds["event_forum"] + kinds["event_festival"]
    assert found[Kind.COMMUNITY] == kinds["event_meeting"]


def test_ids_follow_from_the_content(tmp_path: Path) -> None:
    """Rows in another order keep their ids; ids are all different."""
    ids = {a.title: a.id for a in importing(AUGUST).accepted().activities}
    header, *lines = HALF.read_text(encoding="utf-8").splitlines(keepends=True)
    turned = tmp_path / "catalogue.csv"
    turned.write_text(header + "".join(reversed(lines)), encoding="utf-8")
    package = read_package(turned, known_nodes=NODES, as_of=AUGUST).accepted()
    assert {a.title: a.id for a in package.activities} == ids
    assert len({a.id for a in package.activities}) == len(package.activities)


def test_the_report_counts_what_cannot_be_planned(rows: list[dict[str, str]]) -> None:
    """Unknown hours and missing runs are each said once, with their number and what to do."""
    report = importing(AUGUST)
    warnings = {w.code: w for w in report.warnings}
    known = [r for r in rows if r["hours"]]
    assert warnings["hours_unknown"].parameters["count"] == len(rows) - len(known)
    idle = warnings["activity_without_offering"]
    assert idle.parameters["count"] == len(known)
    assert idle.parameters["programmes"] == sum(r["kind"].startswith("dpp") for r in known)
    assert "self_paced" in idle.detail
    assert report.counts["activities"].read == report.counts["activities"].taken == len(rows)


def test_forms_and_documents_follow_from_the_kind() -> None:
    """Programmes are formal with their document, events are not."""
    for activity in importing(AUGUST).accepted().activities:
        if activity.kind is Kind.DPP_PK:
            assert (activity.form, activity.document) == (Form.FORMAL, Document.CERTIFICATE_PK)
        elif activity.kind is Kind.DPP_PP:
            assert (activity.form, activity.document) == (Form.FORMAL, Document.DIPLOMA_PP)
        else:
            assert activity.form is not Form.FORMAL
            assert activity.document is Document.NONE


def test_only_dates_ahead_become_runs() -> None:
    """The festival of 17–18.02.2026 is a run when seen in February and none in August."""
    (run,) = importing(FEBRUARY).accepted().offerings
    assert (run.start, run.end) == (dt.date(2026, 2, 17), dt.date(2026, 2, 18))
    assert importing(AUGUST).accepted().offerings == ()


def test_dates_that_cannot_be_read_are_shown(rows: list[dict[str, str]]) -> None:
    """A format with a day but no year is named with its row; past years are not."""
    named = {row for _, row, _ in places(importing(AUGUST), "dates_unclear")}
    for number, row in enumerate(rows, start=2):
        if "старт 07.09" in row["format"] or "5–7.05" in row["format"]:
            assert number in named
        if row["format"].startswith("год ") or "2023" in row["format"]:
            assert number not in named


def test_programmes_may_be_declared_open(rows: list[dict[str, str]]) -> None:
    """By the package's word every programme of known hours gets an open run, nothing else does."""
    report = importing(AUGUST, defaults={"offerings": "self_paced"})
    package = report.accepted()
    programmes = [r for r in rows if r["hours"] and r["kind"].startswith("dpp")]
    assert len(package.offerings) == len(programmes)
    assert all(o.self_paced and o.start is None for o in package.offerings)
    kinds = {a.id: a.kind for a in package.activities}
    assert {kinds[o.activity_id] for o in package.offerings} <= {Kind.DPP_PK, Kind.DPP_PP}
    (note,) = [n for n in report.notes if n.code == "offerings_self_paced"]
    assert note.parameters["count"] == len(programmes)


def test_technologies_follow_from_the_format() -> None:
    """«онлайн» is distance, «очно» classroom, both together blended."""
    by_format = {
        "онлайн; год 2020": ("distance",),
        "очно-заочная, без отрыва от работы; срок - учебный год": ("blended",),
        "видеозапись мастер-класса": ("self_directed",),
    }
    with HALF.open(encoding="utf-8") as file:
        formats = [r["format"] for r in csv.DictReader(file)]
    activities = importing(AUGUST).accepted().activities
    seen = {f: a.technologies for f, a in zip(formats, activities, strict=True)}
    checked = [f for f in by_format if f in seen]
    assert checked
    assert {f: seen[f] for f in checked} == {f: by_format[f] for f in checked}
