"""The list of routes: conditions, counts, rows, what each role sees."""

from __future__ import annotations

import datetime as dt
import re
import time
from zoneinfo import ZoneInfo

import pytest

from api.access.principal import Role
from api.workbench.views.choices import places_of
from api.workbench.views.listing import FILTERS, counts_of, mentors, query_of, row_of
from tests.api.workbench.markup import sound
from tests.api.workbench.small import SCRIPT, Browsers

MSK = dt.timezone(dt.timedelta(hours=3))


def entry(**changes: object) -> dict[str, object]:
    """Entry of GET /routes."""
    return {
        "id": "r-1",
        "created_at": "2026-09-01T22:30:00Z",
        "educator_id": "E1",
        "status": "OPTIMAL",
        "policy": "default",
        "state": "proposed",
        "revision": 1,
        "mentor_id": None,
        "organisation_id": "S1",
        "held_until": None,
        **changes,
    }


def test_days_are_whole_days_of_the_readers_zone() -> None:
    """From the first midnight to the one after the last day; other conditions go on unchanged."""
    asked = {"state": "agreed", "policy": "", "created_from": "2026-09-01"}
    found = query_of({**asked, "created_to": "2026-09-01"}, MSK)
    assert found == {
        "state": "agreed",
        "created_from": "2026-09-01T00:00:00+03:00",
        "created_to": "2026-09-02T00:00:00+03:00",
    }
    assert query_of({"created_to": "soon"}, MSK) == {"created_to": "soon"}
    assert query_of({"created_to": "9999-12-31"}, MSK) == {"created_to": "9999-12-31"}


def test_a_row_says_who_where_and_when() -> None:
    """An instant is told in the reader's zone, an organisation by its title if it is that one."""
    record = {"display_name": "Петрова", "organisation": {"id": "S1", "title": "Школа"}}
    row = row_of(entry(held_until="2026-09-08T22:30:00Z"), record, "ru", MSK)
    assert (row.name, row.organisation, row.state, row.tone) == (
        *("Петрова", "Школа"),
        *("предложен", "watch"),
    )
    assert row.created == dt.datetime(2026, 9, 2, 1, 30, tzinfo=MSK)
    assert row.held_until == dt.datetime(2026, 9, 9, 1, 30, tzinfo=MSK)
    moved = row_of(entry(organisation_id="S2"), record, "ru", MSK)
    assert moved.organisation == ""
    unknown = row_of(entry(status="INFEASIBLE"), None, "ru", MSK)
    assert (unknown.name, unknown.found) == (None, False)


def test_a_row_says_what_is_in_the_route_and_for_whom_it_waits() -> None:
    """Days, load, steps and the part closed, as the route's page has them; who is to act next."""
    answer = {
        "route": {
            "start": "2026-09-07",
            "end": "2026-09-20",
            "workload_min": 630,
            "steps": [{}, {}],
        },
        "deficits": [
            {"estimate": 0.5, "closed_expected": 0.2},
            {"estimate": None, "closed_expected": None},
            {"estimate": 0.25, "closed_expected": 0.05},
        ],
        "lifecycle": {"team": None},
    }
    row = row_of(entry(mentor_id="M1"), None, "ru", MSK, answer=answer, mentor="Наставникова")
    assert row.content is not None
    assert (row.content.days, row.content.minutes, row.content.steps) == (
        *("7–20 сентября 2026", 630),
        2,
    )
    assert row.content.closed == (0.25, 0.75)
    assert row.mentor == "Наставникова"
    assert row.waits.startswith("ждёт методиста: согласовать")
    team = {**answer, "lifecycle": {"team": {"build": "b", "team": "t"}}}
    assert "команду" in row_of(entry(), None, "ru", MSK, answer=team).waits
    waits = {
        state: row_of(entry(state=state), None, "ru", MSK).waits
        for state in ("returned", "agreed", "active", "completed", "cancelled")
    }
    assert [bool(text) for text in waits.values()] == [True, True, True, False, False]
    assert "педагога" in waits["agreed"]
    none = row_of(entry(status="UNKNOWN"), None, "ru", MSK, answer={**answer, "route": None})
    assert (none.content, none.waits) == (None, "")


def test_times_are_those_of_the_region_and_not_of_the_machine(
    small: Browsers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine on UTC shows and asks for the days of Moscow all the same."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        route = small.built("E1", constraints={"max_steps": 1})
        made = small.api("GET", "/routes?educator_id=E1&limit=1").json()["items"][0]
        at = dt.datetime.fromisoformat(made["created_at"]).astimezone(ZoneInfo("Europe/Moscow"))
        said = sound(small.get("/routes?educator_id=E1").text).said
    finally:
        monkeypatch.undo()
        time.tzset()
    assert made["id"] == route["id"]
    assert f"{at:%H:%M}" in said
    assert "ждёт методиста" in said
    assert "дефицита" in said


def test_counts_are_of_states_and_of_answers_without_a_route() -> None:
    """An answer without a route counts by why, not as a proposed one; zeros are left out."""
    items = [entry(), entry(state="agreed"), entry(state="agreed"), entry(status="INFEASIBLE")]
    counts = counts_of(items, more=True, language="ru")
    assert [(c.value, c.number) for c in counts.states] == [("proposed", 1), ("agreed", 2)]
    assert [(c.value, c.number) for c in counts.failures] == [("INFEASIBLE", 1)]
    assert (counts.counted, counts.all) == (4, False)


def test_the_list_shows_names_states_and_counts(small: Browsers) -> None:
    """A methodist sees whose routes there are, with names as they are, and may compare them."""
    route = small.built("E1", constraints={"max_steps": 1})
    text = small.get("/routes?educator_id=E1").text
    page = sound(text)
    assert f"Петрова Анна {SCRIPT}" in page.said
    assert "<script>alert" not in text
    assert "Школа № 1" in page.said
    assert "предложен" in page.said
    links = [a.get("href") for a in page.of("a")]
    assert f"/workbench/routes/{route['id']}" in links
    boxes = [a["value"] for a in page.of("input") if a.get("name") == "routes"]
    assert route["id"] in boxes


def test_conditions_narrow_the_list(small: Browsers) -> None:
    """State, person and days are asked of the contract, and stay in the form and in links."""
    small.built("E2", constraints={"max_steps": 1})
    for query, some in (
        ("educator_id=E2", True),
        ("educator_id=E2&state=agreed", False),
        ("educator_id=E2&created_to=2020-01-01", False),
        ("educator_id=E2&created_from=2020-01-01", True),
        ("educator_id=nobody", False),
    ):
        page = sound(small.get(f"/routes?{query}").text)
        assert ("Иванова Ольга" in page.said) is some, query
        assert ("Таких маршрутов нет" in page.said) is not some, query
    chosen = sound(small.get("/routes?state=agreed").text).of("option")
    assert {"value": "agreed", "selected": None} in chosen


def test_a_person_is_found_by_a_part_of_the_name(small: Browsers) -> None:
    """One who fits is the one who is meant; of several each is a link; a cipher is enough."""
    small.built("E2", constraints={"max_steps": 1})
    page = sound(small.get("/routes?educator_id=ольга").text)
    assert "Иванова Ольга" in page.said
    assert "Петрова" not in page.said
    several = sound(small.get("/routes?educator_id=а").text)
    assert "Подходят несколько педагогов" in several.said
    links = [str(a["href"]) for a in several.of("a")]
    assert {f"/workbench/routes?educator_id=E{n}" for n in (1, 2)} <= set(links)


def test_mentors_stand_below_the_organisations_they_work_in() -> None:
    """By their codes with the position, as the contract knows no names of theirs."""
    organisations = {"items": [{"id": "s", "title": "Школа", "district": ""}], "districts": []}
    records = [
        {"id": "m-2", "position": "teacher", "organisation_id": "s"},
        {"id": "m-1", "position": "methodist", "organisation_id": None},
    ]
    found = mentors(records, places_of(organisations), "ru")
    assert [(g.title, g.pairs) for g in found] == [
        ("", (("m-1", "m-1 · методист"),)),
        ("Школа", (("m-2", "m-2 · учитель"),)),
    ]


def test_pages_follow_each_other(small: Browsers) -> None:
    """The next page begins where the first ended, under the same conditions."""
    made = {small.built("E3", constraints={"max_steps": 1})["id"] for _ in range(2)}
    own = {r["id"] for r in small.api("GET", "/routes?educator_id=E3&limit=500").json()["items"]}
    assert made <= own
    shown: list[str] = []
    path: str | None = "/routes?educator_id=E3"
    while path is not None:
        page = sound(small.get(path).text)
        shown += [str(a["value"]) for a in page.of("input") if a.get("name") == "routes"]
        further = [str(a["href"]) for a in page.of("a") if a.get("rel") == "next"]
        path = further[0].removeprefix("/workbench") if further else None
    assert len(shown) == len(set(shown))
    assert set(shown) == own


def test_a_part_is_the_list_alone(small: Browsers) -> None:
    """A search while typing gets the rows and the counts, no page around them."""
    text = small.get("/routes", **{"HX-Request": "true"}).text
    assert "<html" not in text
    assert '<form method="get" action="/workbench/compare"' in text or "note" in text


@pytest.mark.parametrize(
    ("role", "status"), [(Role.METHODIST, 200), (Role.MANAGER, 200), (Role.DATA_SCIENTIST, 403)]
)
def test_who_may_see_the_list(small: Browsers, role: Role, status: int) -> None:
    """The roles of the contract, no others; a refusal is a page with what to do."""
    answer = small.get("/routes", role)
    assert answer.status_code == status
    page = sound(answer.text)
    assert ("Что делать" in page.said) is (status == 403)


def test_a_mentor_sees_no_names(small: Browsers) -> None:
    """A role that may not read educators sees codes without links."""
    page = sound(small.get("/routes", Role.MENTOR).text)
    assert "Петрова" not in page.said
    assert not [a for a in page.of("a") if str(a.get("href")).startswith("/workbench/educators/")]


def test_a_wrong_condition_is_told(small: Browsers) -> None:
    """A state that is none is refused as a page, by its name."""
    answer = small.get("/routes?state=%3Cscript%3E")
    assert answer.status_code == 422
    assert "<script>" not in re.sub(r"<script src=[^>]*>", "", answer.text)
    assert FILTERS[0] == "state"
