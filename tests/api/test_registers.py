"""Registers over HTTP: kept ones, those that are read off other records, workbooks."""

from __future__ import annotations

import datetime as dt
import io
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from api.bodies import XLSX_TYPE
from api.main import create_app
from api.register_names import READING_OPERATIONS, SINGULAR, AnyRegister
from engine.domain import DiagnosticResult, Educator, Method, Organisation, Position
from engine.interchange import read_package
from engine.register_kinds import RegisterName, records_of
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT
from tests.api.access.people import principal, ring
from tests.api.conftest import places, refused
from tests.api.kept_service import Clock, Kept, _demo, kept_service

NEW = {"If-None-Match": "*"}
TEAM = {
    "id": "команда-1",
    "organisation_id": "school-1",
    "title": "Команда",
    "members": ["E01", "E08"],
    "exists": {"since": "2026-09-01", "until": None},
}


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    with kept_service(tmp_path) as found:
        yield found


def everything(caller: TestClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """All items of a list, two at a time."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = caller.get(path, params={"limit": 2, **params, **cursor}).json()
        found += page["items"]
        if page["next"] is None:
            assert page["total"] == len(found)
            return found
        cursor = {"cursor": page["next"]}


# --------------------------------------------------------------------------- kept registers


@pytest.mark.slow
@pytest.mark.parametrize("name", list(RegisterName))
def test_a_register_is_read_back_unchanged_by_its_own_import(kept: Kept, name: str) -> None:
    """What the list gives is accepted by the import; afterwards the records are the same, kept."""
    path = f"/registers/{name}"
    before = everything(kept.caller, path)
    package, _ = _demo()
    assert [r["record"]["id"] for r in before] == [
        r.id for r in records_of(package.registers, RegisterName(name))
    ]
    given = {"items": [r["record"] for r in before]}
    dry = kept.caller.post(f"{path}?dry_run=true", json=given)
    assert (dry.status_code, dry.json()["accepted"]) == (200, len(before))
    assert {(r["version"], r["origin"]) for r in everything(kept.caller, path)} == {(0, "package")}
    assert kept.caller.post(path, json=given).status_code == 200
    after = everything(kept.caller, path)
    assert [r["record"] for r in after] == given["items"]
    assert {(r["version"], r["origin"]) for r in after} == {(1, "store")}


def test_a_new_record_must_be_new_and_an_edit_must_know_the_version(kept: Kept) -> None:
    """201 with If-None-Match: *, 412 twice, 200 with the tag, 404 after the removal, audited."""
    path = f"/registers/teams/{TEAM['id']}"
    made = kept.caller.put(path, json=TEAM, headers=NEW)
    assert (made.status_code, made.headers["etag"]) == (201, '"1"')
    refused(kept.caller.put(path, json=TEAM, headers=NEW), 412, "version_stale")
    changed = TEAM | {"members": ["E08"]}
    edited = kept.caller.put(path, json=changed, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["etag"]) == (200, '"2"')
    assert kept.caller.get(path).json()["record"] == changed
    refused(kept.caller.delete(path), 428, "version_required")
    refused(kept.caller.delete(path, headers={"If-Match": '"1"'}), 412, "version_stale")
    assert kept.caller.delete(path, headers={"If-Match": '"2"'}).status_code == 204
    refused(kept.caller.get(path), 404, "record_not_found")
    differs = kept.caller.put("/registers/teams/иная", json=TEAM, headers=NEW)
    assert places(refused(differs, 422, "invalid_input")) == [("/id", "id_differs")]
    done = [e["action"] for e in kept.caller.get("/audit").json()["items"]]
    assert done[:3] == ["remove_team", "put_team", "put_team"]


def test_a_record_of_the_package_is_withdrawn_and_comes_back_as_a_new_one(kept: Kept) -> None:
    """After the removal it is in no list; its next version counts on."""
    read = kept.caller.get("/registers/teams/team-2")
    path, tag = "/registers/teams/team-2", {"If-Match": read.headers["etag"]}
    assert read.headers["etag"] == '"0"'
    assert kept.caller.delete(path, headers=tag).status_code == 204
    assert [t["record"]["id"] for t in everything(kept.caller, "/registers/teams")] == ["team-7"]
    back = kept.caller.put(path, json=read.json()["record"], headers=NEW)
    assert (back.status_code, back.headers["etag"]) == (201, '"2"')


def test_every_fault_of_an_import_has_its_pointer_and_nothing_is_taken(kept: Kept) -> None:
    """Rows and fields of all faults at once, in periods too; the good row is not taken either."""
    rows = [
        TEAM,
        TEAM | {"id": "т2", "members": ["E01", "E01", "нет"]},
        TEAM | {"id": "т3", "exists": {"since": "2026-09-02", "until": "2026-09-01"}},
        TEAM | {"id": "т3"},
    ]
    answer = kept.caller.post("/registers/teams", json={"items": rows})
    assert sorted(places(refused(answer, 422, "invalid_input"))) == [
        ("/items/1/members", "member_twice"),
        ("/items/1/members", "unknown_educator"),
        ("/items/2/exists/until", "period_reversed"),
        ("/items/3/id", "id_repeated"),
    ]
    assert len(everything(kept.caller, "/registers/teams")) == 2
    shape = kept.caller.post("/registers/teams", json={"items": [TEAM | {"members": "E01"}]})
    assert places(refused(shape, 422, "invalid_input")) == [("/items/0/members", "list_expected")]


def test_faults_of_an_import_are_worded_in_english(kept: Kept) -> None:
    """Codes of registers have English words, not only names."""
    bad = TEAM | {"exists": {"since": "2026-09-02", "until": "2026-09-01"}}
    answer = kept.caller.put(
        f"/registers/teams/{TEAM['id']}", json=bad, headers=NEW | {"Accept-Language": "en"}
    )
    (error,) = answer.json()["errors"]
    assert error["detail"].startswith("the last day is before the first")


def test_who_accompanies_is_looked_up_among_all_the_region_knows(kept: Kept) -> None:
    """A mentor, a methodist and an educator of the store pass; teams accompany teams alone."""
    person = {"position": "teacher"}
    kept.caller.put("/educators/П-1", json=person, headers=NEW)

    def put(record_id: str, whom: str, form: str, by: str) -> Any:
        body = {"id": record_id, "educator_id": whom, "form": form, "by": by}
        return kept.caller.put(f"/registers/accompaniments/{record_id}", json=body, headers=NEW)

    for number, by in enumerate(("M01", "MT-01", "E02")):
        assert put(f"x{number}", "П-1", "tutor", by).status_code == 201
    assert put("x7", "team-2", "team", "team-7").status_code == 201
    unknown = refused(put("x8", "П-1", "peer", "нет"), 422, "invalid_input")
    assert places(unknown) == [("/by", "unknown_person")]
    mixed = refused(put("x9", "team-2", "team", "M01"), 422, "invalid_input")
    assert places(mixed) == [("/by", "unknown_team")]


def test_a_competency_is_kept_by_its_code(kept: Kept) -> None:
    """A title that was sent in the place of a code becomes the code; an unknown one is refused."""
    body = kept.caller.get("/registers/internship_sites/site-sad").json()["record"]
    path = "/registers/internship_sites/новая"
    titled = body | {"id": "новая", "competencies": ["met.asm"]}
    made = kept.caller.put(path, json=titled, headers=NEW)
    assert made.json()["record"]["competencies"] == ["MET.ASM"]
    bad = kept.caller.put(path, json=titled | {"competencies": ["?"]}, headers={"If-Match": "*"})
    assert places(refused(bad, 422, "invalid_input")) == [("/competencies", "unknown_node")]


def test_a_list_of_a_day_holds_what_was_in_force(kept: Kept) -> None:
    """Both ends of a period belong to it; without a day everything is listed."""

    def on(day: str) -> set[str]:
        found = everything(kept.caller, "/registers/internship_sites", on=day)
        return {r["record"]["id"] for r in found}

    every = {"site-matematika", "site-sad", "site-upravlenie"}
    assert on("2026-06-30") == every
    assert on("2026-07-01") == every - {"site-sad"}
    assert on("2023-09-01") == {"site-sad"}
    assert len(everything(kept.caller, "/registers/internship_sites")) == 3


def test_an_erased_person_stands_in_no_register(kept: Kept) -> None:
    """Lists lose the person, accompaniments of him go; those of the package are the operator's."""
    kept.caller.put("/educators/П-1", json={"position": "head"}, headers=NEW)
    team = TEAM | {"members": ["E01", "П-1"]}
    kept.caller.put(f"/registers/teams/{TEAM['id']}", json=team, headers=NEW)
    body = {"id": "x1", "educator_id": "П-1", "form": "peer", "by": "M01"}
    kept.caller.put("/registers/accompaniments/x1", json=body, headers=NEW)
    assert kept.caller.delete("/educators/П-1").status_code == 200
    left = kept.caller.get(f"/registers/teams/{TEAM['id']}")
    assert left.json()["record"]["members"] == ["E01"]
    assert left.headers["etag"] == '"2"'
    refused(kept.caller.get("/registers/accompaniments/x1"), 404, "record_not_found")


def test_who_stands_in_registers_alone_can_be_erased(kept: Kept) -> None:
    """A methodist who is nobody's educator: his card and his place in lists are gone, once."""
    card = {"id": "МТ-9", "level": "school"}
    kept.caller.put("/registers/methodists/МТ-9", json=card, headers=NEW)
    club = {"id": "клуб", "title": "Клуб", "lead": "МТ-9"}
    kept.caller.put("/registers/communities/клуб", json=club, headers=NEW)
    erased = kept.caller.delete("/educators/МТ-9")
    assert (erased.status_code, erased.json()["registers"]) == (200, 2)
    refused(kept.caller.get("/registers/methodists/МТ-9"), 404, "record_not_found")
    assert kept.caller.get("/registers/communities/клуб").json()["record"]["lead"] is None
    refused(kept.caller.delete("/educators/МТ-9"), 404, "record_not_found")


# --------------------------------------------------------------------------- views


def test_programmes_say_whether_the_federal_register_holds_them_on_the_day(kept: Kept) -> None:
    """From the first to the last day, both included, as the catalogue's records have them."""
    found = kept.caller.get("/registers/programmes", params={"limit": 500, "on": "2026-08-31"})
    rows = found.json()["items"]
    assert found.json()["on"] == "2026-08-31"
    catalogue = {
        r["record"]["id"]: r["record"]
        for r in kept.caller.get("/activities", params={"limit": 500}).json()["items"]
    }
    kinds = {i: r["kind"] for i, r in catalogue.items()}
    assert [r["id"] for r in rows] == sorted(i for i, k in kinds.items() if k.startswith("dpp_"))
    for row in rows:
        first, last = catalogue[row["id"]]["register_from"], catalogue[row["id"]]["register_to"]
        known = None if first is last is None else (first or "") <= "2026-08-31" <= (last or "9")
        assert row["in_register"] is known
    assert {r["in_register"] for r in rows} >= {True, None}
    dated = next(r for r in rows if r["register_to"])
    for days, inside in ((0, True), (1, False)):
        day = dt.date.fromisoformat(dated["register_to"]) + dt.timedelta(days=days)
        page = kept.caller.get("/registers/programmes", params={"limit": 500, "on": str(day)})
        (row,) = [r for r in page.json()["items"] if r["id"] == dated["id"]]
        assert row["in_register"] is inside


def test_views_are_listed_part_by_part(kept: Kept) -> None:
    """Events and programmes together are the catalogue; mentors are all the mentors."""
    lists = {p: everything(kept.caller, f"/registers/{p}") for p in ("events", "mentors")}
    programmes = kept.caller.get("/registers/programmes?limit=500").json()["items"]
    ids = [r["id"] for r in (*programmes, *lists["events"])]
    total = kept.caller.get("/activities?limit=1").json()["total"]
    assert len(ids) == len(set(ids)) == total
    assert [m["id"] for m in lists["mentors"]] == [f"M{i:02}" for i in range(1, 21)]


def test_mentors_are_counted_by_the_register_of_accompaniment(kept: Kept) -> None:
    """Who ended his accompaniment accompanies nobody; training counts until its last day."""

    def card(mentor: str, day: str) -> dict[str, Any]:
        rows = kept.caller.get("/registers/mentors", params={"limit": 500, "on": day}).json()
        found: dict[str, Any] = next(r for r in rows["items"] if r["id"] == mentor)
        return found

    assert [card("M02", d)["accompanies"] for d in ("2026-05-31", "2026-06-01")] == [1, 0]
    assert [card("M04", d)["trained"] for d in ("2026-06-30", "2026-07-01")] == [True, False]
    assert card("M05", "2026-07-01")["trained"] is None


SCHOOL, OTHER = Organisation("ш-1", "Школа", "Север"), Organisation("ш-2", "Вторая", "Север")
SHARES = {"П": (0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95), "Д": (0.3, 0.85)}
"""Results of seven people of one school and two of another: 2 high, 3 medium, 2 minimal; 1, 0, 1.

The borders belong to medium (Р-201, table 1).
"""


def fill(store: Any, at: dt.datetime) -> None:
    """People with one result each, at one node."""
    with store.writing(DEFAULT_TENANT) as kept:
        for letter, school in (("П", SCHOOL), ("Д", OTHER)):
            for number, share in enumerate(SHARES[letter]):
                person = Educator(f"{letter}-{number}", Position.TEACHER, organisation=school)
                kept.educators.put(person, at)
                day = dt.date(2026, 5, 20)
                score = DiagnosticResult("p", day, Method.TEST, "MET.ASM", share * 20, 20.0, 20)
                kept.diagnostics.replace(person.id, [score])


def counts(answer: Any, group: str, grouping: str = "school") -> list[Any]:
    rows = [
        r
        for r in answer.json()["items"]
        if (r["node"], r["group"], r["grouping"]) == ("MET.ASM", group, grouping)
    ]
    (row,) = rows
    return [row["assessed"], row["high"], row["medium"], row["minimal"]]


def test_the_bank_counts_people_by_official_level(kept: Kept) -> None:
    """Hand-counted numbers of a school, of its district, and of nobody else."""
    fill(kept.store, kept.clock())
    bank = kept.caller.get("/registers/deficits", params={"by": "school"})
    assert bank.json()["protected"] is False
    assert counts(bank, "ш-1") == [7, 2, 3, 2]
    assert counts(bank, "ш-2") == [2, 1, 0, 1]
    district = kept.caller.get("/registers/deficits", params={"by": "district"})
    assert counts(district, "Север", "district") == [9, 3, 3, 3]
    blocks = kept.caller.get("/registers/deficits", params={"node_levels": "leaf"}).json()
    assert {r["node"].count(".") for r in blocks["items"]} == {2}


# --------------------------------------------------------------------------- whose data


@contextmanager
def region(folder: Path) -> Iterator[tuple[TestClient, Any]]:
    """The demo's region, with keys of managers of two organisations and of a data scientist."""
    package, engine = _demo()
    keys = ring(
        ("one", principal("manager", organisation="school-1")),
        ("two", principal("manager", organisation="ш-1")),
        ("three", principal("manager", organisation="ш-2")),
    )
    settings = Settings(database_url=f"sqlite:///{folder / 'routes.db'}")
    clock = Clock(package.as_of)
    app = create_app(settings, keys=keys, recommender=engine, package=package, clock=clock)
    with TestClient(app, raise_server_exceptions=False) as caller:
        while caller.get("/health/ready").status_code != 200:
            time.sleep(0.01)
        fill(app.state.loading.service.store, clock())
        yield caller, app


def as_(caller: TestClient, key: str, path: str, **params: Any) -> Any:
    return caller.get(path, params=params, headers={"Authorization": f"Bearer {key}"})


def test_a_manager_sees_his_organisation_alone(tmp_path: Path) -> None:
    """Teams and accompaniments of his people, methodists of his school without others' people."""
    with region(tmp_path) as (caller, _):
        teams = as_(caller, "one", "/registers/teams").json()
        assert (teams["items"], teams["total"]) == ([], 0)
        refused(as_(caller, "one", "/registers/teams/team-2"), 403, "forbidden")
        pairs = as_(caller, "one", "/registers/accompaniments").json()["items"]
        assert [p["record"]["id"] for p in pairs] == ["sop-01", "sop-02"]
        methodists = as_(caller, "one", "/registers/methodists").json()["items"]
        told = {m["record"]["id"]: m["record"] for m in methodists}
        assert set(told) == {"M10", "MT-01"}
        assert told["M10"]["educators"] == ["E01", "E08", "E13"]
        assert told["MT-01"]["organisations"] == ["school-1"]
        clubs = as_(caller, "one", "/registers/communities").json()["items"]
        assert {
            c["record"]["id"]: (c["record"]["lead"], c["record"]["members"]) for c in clubs
        } == {
            "soob-istoriya": (None, ["E13"]),
            "soob-matematika": (None, ["E01"]),
        }
        mentors = as_(caller, "one", "/registers/mentors").json()["items"]
        assert {m["organisation_id"] for m in mentors} == {"school-1"}
        sites = as_(caller, "one", "/registers/internship_sites").json()["items"]
        assert sites[0]["record"]["places"] == 8
        book = as_(caller, "one", "/registers/accompaniments.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(book.content))["Сопровождение"]
        assert [c.value for c in sheet["A"]][1:] == ["sop-01", "sop-02"]


@pytest.mark.parametrize("key", ["two", "default-data_scientist"])
def test_small_numbers_are_withheld_from_who_may_not_read_results(tmp_path: Path, key: str) -> None:
    """Of seven people with 2, 3, 2 nothing is printed, nor of two; methodists see all numbers."""
    with region(tmp_path) as (caller, _):
        bank = as_(caller, key, "/registers/deficits", by="school")
        assert (bank.json()["protected"], bank.json()["least_people"]) == (True, 5)
        assert counts(bank, "ш-1") == [7, None, None, None]
        seen = {r["group"] for r in bank.json()["items"] if r["grouping"] == "school"}
        assert (seen == {"ш-1"}) is (key == "two")
        for row in bank.json()["items"]:
            shown = [row[level] for level in ("high", "medium", "minimal")]
            assert all(n is None or n == 0 or n >= 5 for n in shown)
            assert (row["withheld"] is None) is (None not in shown)
        book = as_(caller, key, "/registers/deficits.xlsx")
        sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
        head = [c.value for c in sheet[1]].index("Высокий дефицит")
        printed = [n for row in sheet.iter_rows(min_row=2, values_only=True) for n in row[head:]]
        assert all(n is None or n == 0 or int(str(n)) >= 5 for n in printed)
        whole = as_(caller, "default-methodist", "/registers/deficits", by="school")
        assert counts(whole, "ш-1") == [7, 2, 3, 2]


def test_educators_and_mentors_read_no_register(tmp_path: Path) -> None:
    """Neither lists nor workbooks; nobody but those who write may write."""
    with region(tmp_path) as (caller, _):
        for role in ("educator", "mentor"):
            for path in ("teams", "programmes", "deficits", "practices.xlsx"):
                refused(as_(caller, f"default-{role}", f"/registers/{path}"), 403, "forbidden")
        for role in ("manager", "tutor", "data_scientist", "auditor"):
            answer = caller.post(
                "/registers/teams",
                json={"items": [TEAM]},
                headers={"Authorization": f"Bearer default-{role}"},
            )
            refused(answer, 403, "forbidden")


def test_another_region_has_none_of_these_registers(tmp_path: Path) -> None:
    """Registers of a package are those of its own region: they name its people."""
    with region(tmp_path) as (caller, _):
        for name in RegisterName:
            page = as_(caller, "other-region-methodist", f"/registers/{name}").json()
            assert (page["items"], page["total"]) == ([], 0)


# --------------------------------------------------------------------------- workbooks


@pytest.mark.slow
@pytest.mark.parametrize("name", [n.value for n in AnyRegister])
def test_every_register_is_exported(kept: Kept, name: str) -> None:
    """One sheet with a row for each record; the same state gives the same bytes."""
    answer = kept.caller.get(f"/registers/{name}.xlsx")
    assert (answer.status_code, answer.headers["content-type"]) == (200, XLSX_TYPE)
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    if name == "deficits":
        total = len(kept.caller.get("/registers/deficits").json()["items"])
    else:
        total = kept.caller.get(f"/registers/{name}").json()["total"]
    assert sheet.max_row == total + 1
    assert kept.caller.get(f"/registers/{name}.xlsx").content == answer.content


def test_an_export_corrected_by_hand_is_taken_by_the_import(kept: Kept, tmp_path: Path) -> None:
    """Package → list → book → a changed cell → import: one record differs, all others stay."""
    before = {
        r["record"]["id"]: r["record"] for r in everything(kept.caller, "/registers/practices")
    }
    content = kept.caller.get("/registers/practices.xlsx").content
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    heads = [c.value for c in sheet[1]]
    sheet.cell(2, heads.index("В банке по") + 1, "31.12.2026")
    book.save(tmp_path / "книга.xlsx")
    sent = (tmp_path / "книга.xlsx").read_bytes()
    answer = kept.caller.post("/imports", content=sent, headers={"Content-Type": XLSX_TYPE})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["accepted"], answer.json()["catalogue_version"]) == (2, None)
    after = {
        r["record"]["id"]: r["record"] for r in everything(kept.caller, "/registers/practices")
    }
    changed = before["praktika-chtenie"] | {
        "in_bank": {"since": "2025-03-01", "until": "2026-12-31"}
    }
    assert after == before | {"praktika-chtenie": changed}


def test_registers_go_round_through_every_form(kept: Kept, tmp_path: Path) -> None:
    """Package → store → HTTP → workbooks → package: what comes out is what went in."""
    package, _ = _demo()
    for name in RegisterName:
        items = [r["record"] for r in everything(kept.caller, f"/registers/{name}")]
        assert kept.caller.post(f"/registers/{name}", json={"items": items}).status_code == 200
        content = kept.caller.get(f"/registers/{name}.xlsx").content
        (tmp_path / f"{name}.xlsx").write_bytes(content)
    with kept.store.reading(DEFAULT_TENANT) as stored:
        assert stored.registers.all() == package.registers
    nodes = {n.code: n.title for n in _demo()[1].framework.nodes}
    back = read_package(
        tmp_path, known_nodes=nodes, as_of=package.as_of, require_catalogue=False
    ).accepted()
    assert back.registers == package.registers


def test_a_faulty_book_names_sheet_row_and_column(kept: Kept) -> None:
    """Ids that neither the book nor the region knows; nothing is kept."""
    book = openpyxl.load_workbook(io.BytesIO(kept.caller.get("/templates/teams.xlsx").content))
    sheet = book.worksheets[0]
    heads = [c.value for c in sheet[1]]
    row = {"Идентификатор": "к-1", "Организация": "ш-1", "Участники": "E01; E77"}
    sheet.append([row.get(h) for h in heads])
    buffer = io.BytesIO()
    book.save(buffer)
    answer = kept.caller.post(
        "/imports", content=buffer.getvalue(), headers={"Content-Type": XLSX_TYPE}
    )
    (error,) = refused(answer, 422, "invalid_input")["errors"]
    assert error["code"] == "unknown_educator"
    place = (error["file"], error["row"], error["column"])
    assert place == ("книга.xlsx", sheet.max_row, "Участники")
    assert len(everything(kept.caller, "/registers/teams")) == 2


def test_one_book_may_bring_people_and_the_registers_that_name_them(kept: Kept) -> None:
    """Rows name educators, mentors and teams of the same book; a dry run leaves no trace."""
    sheets = {
        "Педагоги": [["Шифр", "Должность"], ["П-1", "учитель"], ["П-2", "директор"]],
        "Наставники": [
            ["Шифр", "Должность", "Согласие", "Ещё может взять"], ["Н-1", "учитель", "да", 2],
        ],
        "Управленческие команды": [
            ["Идентификатор", "Организация", "Участники"],
            ["к-1", "ш-1", "П-1; П-2"], ["к-2", "ш-2", "П-2"],
        ],
        "Сопровождение": [
            ["Кого", "Форма", "Кто"],
            ["П-1", "наставник молодого педагога", "Н-1"], ["к-1", "команда", "к-2"],
        ],
    }  # fmt: skip
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    headers = {"Content-Type": XLSX_TYPE}
    for query in ("?dry_run=true", ""):
        answer = kept.caller.post(f"/imports{query}", content=buffer.getvalue(), headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == 7
        there = [t["record"]["id"] for t in everything(kept.caller, "/registers/teams")]
        assert ("к-1" in there) is (query == "")
    pairs = everything(kept.caller, "/registers/accompaniments")
    assert {"Н-1", "к-2"} <= {p["record"]["by"] for p in pairs}


def test_every_register_has_its_operations() -> None:
    """Names of operations follow from the registers; none is left out of the reading ones."""
    assert set(SINGULAR) == set(RegisterName)
    assert len(READING_OPERATIONS) == 2 * len(RegisterName) + 5
