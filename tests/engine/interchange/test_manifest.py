"""``datapackage.json`` and the choice of files and sheets."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import openpyxl

from tests.engine.interchange.conftest import ACTIVITIES, EDUCATORS, Import, places


def book(path: Path, sheets: dict[str, str]) -> None:
    made = openpyxl.Workbook()
    assert made.active is not None
    made.remove(made.active)
    for title, text in sheets.items():
        sheet = made.create_sheet(title)
        for line in text.splitlines():
            sheet.append(line.split(","))
    made.save(path)


def manifest(**entries: object) -> str:
    return json.dumps(entries, ensure_ascii=False)


def test_the_manifest_says_what_the_package_is(importing: Import) -> None:
    """Its own day, zone, framework and policy are taken; the argument's day wins."""
    files = {"datapackage.json": manifest(
        name="n", title="Пакет", as_of="2026-02-01T09:00:00+10:00", time_zone="Asia/Vladivostok",
        framework="educator-2026", policy="primorye", licenses=[{"name": "CC0-1.0"}],
        sources=[{"title": "Источник"}])}  # fmt: skip
    package = importing(files, as_of=None, time_zone=None).accepted()
    assert package.as_of == dt.datetime(2026, 1, 31, 23, tzinfo=dt.UTC)
    assert (package.time_zone, package.framework, package.policy) == (
        "Asia/Vladivostok", "educator-2026", "primorye")  # fmt: skip
    assert (package.licences, package.sources) == (("CC0-1.0",), ("Источник",))
    assert importing(files).accepted().as_of.year == 2026
    assert importing(files).accepted().as_of.month == 8


def test_resources_name_files_encodings_and_sheets(importing: Import) -> None:
    """Only the files named are read, as the manifest says."""
    resources = [
        {"name": "activities", "path": "в/a.csv", "encoding": "cp1251",
         "dialect": {"delimiter": "|"}},
        {"name": "Педагоги", "path": "b.xlsx", "dialect": {"sheet": "Второй"}},
    ]  # fmt: skip
    report = importing({
        "datapackage.json": manifest(resources=resources),
        "в/a.csv": "id|kind|title\na|вебинар|Ёлка\n".encode("cp1251"),
        "b.xlsx": lambda p: book(p, {"Первый": "id,position\nx,teacher",
                                     "Второй": EDUCATORS.strip()}),
        "mentors.csv": "мусор",
    }, catalogue=False)  # fmt: skip
    package = report.accepted()
    assert [a.title for a in package.activities] == ["Ёлка"]
    assert [e.id for e in package.educators] == ["e1"]


def test_a_sheet_that_is_not_there_or_not_clear_is_named(importing: Import) -> None:
    """A wrong sheet and a choice among several are errors of their own."""

    def write(path: Path) -> None:
        book(path, {"Один": "a,b\n1,2", "Два": "a,b\n1,2"})

    for dialect, code in (({"sheet": "Три"}, "sheet_missing"), ({}, "sheet_ambiguous")):
        resources = [
            {"name": "activities", "path": "activities.csv"},
            {"name": "mentors", "path": "m.xlsx", "dialect": dialect},
        ]
        report = importing({"datapackage.json": manifest(resources=resources), "m.xlsx": write})
        assert [(f.code, f.file) for f in report.faults] == [(code, "m.xlsx")]


def test_names_in_the_book_of_data_are_said(importing: Import) -> None:
    """Names beside the data are read, with a warning to keep them apart."""
    report = importing({"база.xlsx": lambda p: book(p, {
        "Мероприятия": ACTIVITIES.strip(), "Педагоги": EDUCATORS.strip(),
        "Имена": "id,display_name\ne1,Образцова",
    })}, catalogue=False)  # fmt: skip
    assert places(report, "labels_mixed") == [("база.xlsx", None, None)]
    package = report.accepted()
    assert package.labels == {"e1": "Образцова"}
    assert package.educators[0].display_name is None


def test_a_link_out_of_the_package_is_not_followed(importing: Import, tmp_path: Path) -> None:
    """A resource that is a link to a file outside the folder is refused."""
    outside = tmp_path / "outside.csv"
    outside.write_text(ACTIVITIES)
    resources = [{"name": "activities", "path": "link.csv"}]
    report = importing({"datapackage.json": manifest(resources=resources),
                        "link.csv": lambda p: p.symlink_to(outside)})  # fmt: skip
    assert [f.code for f in report.faults] == ["file_missing"]


def test_requests_without_numbers_are_numbered_per_educator(importing: Import) -> None:
    """Numbers given stay, the others take the first free one."""
    requests = "educator_id,id,text\ne1,,А\ne1,r1,Б\ne1,,В\ne2,,Г\n"
    files = {"educators.csv": EDUCATORS + "e2,head\n", "requests.csv": requests}
    package = importing(files).accepted()
    assert [(r.id, r.text) for r in package.requests["e1"]] == [
        ("r2", "А"), ("r1", "Б"), ("r3", "В")]  # fmt: skip
    assert [r.id for r in package.requests["e2"]] == ["r1"]


def test_runs_may_give_their_dates_in_words(importing: Import) -> None:
    """«5-7 октября 2026» is the run's start and end."""
    package = importing({"offerings.csv": "activity_id,Сроки\na1,5-7 октября 2026\n"}).accepted()
    (run,) = package.offerings
    assert (run.start, run.end) == (dt.date(2026, 10, 5), dt.date(2026, 10, 7))
    assert run.id.startswith("a1-2026-10-05")


def test_a_table_that_no_resource_names_is_told_with_the_way_out(importing: Import) -> None:
    """By its name alone, in either language; what is listed or no table is not spoken of."""
    resources = [{"name": "activities", "path": "activities.csv"}]
    files = {"corrections.csv": "?", "Педагоги.xlsx": b"?", "readme.txt": "о чём", "фото.csv": "?"}
    listed = {"datapackage.json": manifest(resources=resources), **files}
    report = importing(listed)
    assert report.accepted().educators == ()
    told = [(f.file, f.parameters["table"]) for f in report.warnings if f.code == "file_not_listed"]
    assert told == [("corrections.csv", "corrections"), ("Педагоги.xlsx", "educators")]
    detail = next(f.detail for f in report.warnings if f.file == "corrections.csv")
    assert '{"name": "corrections", "path": "corrections.csv"}' in detail


def test_a_table_that_is_given_by_hand_or_left_out_is_not_missed(
    importing: Import, tmp_path: Path
) -> None:
    """Whoever says where a table is, or that it is not wanted, needs no warning."""
    resources = [{"name": "activities", "path": "activities.csv"}]
    other = tmp_path / "кадры.csv"
    other.write_text(EDUCATORS, encoding="utf-8")
    files = {"datapackage.json": manifest(resources=resources), "educators.csv": "?",
             "labels.csv": "?"}  # fmt: skip
    report = importing(files, files={"educators": other}, leave_out=("labels",))
    assert [e.id for e in report.accepted().educators] == ["e1"]
    assert places(report, "file_not_listed") == []
