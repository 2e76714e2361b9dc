"""The pages of indicators: numbers as the contract tells them, who is counted, what is due."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from api.access.principal import Role
from api.workbench.views import indicators
from tests.api.workbench.desks import HOSTILE, Desk, demo, open_desk
from tests.api.workbench.markup import sound

NBSP = "\u00a0"
YEAR = "from=2026-01-01&to=2026-12-31"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Desk]:
    """The demo and a district with a hostile name."""
    engine, package = demo()
    with open_desk(tmp_path_factory.mktemp("indicators"), migrated, engine, package) as found:
        new = {"id": "p-1", "position": "teacher", "district": HOSTILE}
        found.api("POST", "/educators", {"items": [new]})
        yield found


def test_every_profile_has_its_page(desk: Desk) -> None:
    """All documents of the contract are listed and open, word for word."""
    listed = desk.api("GET", "/indicators")["items"]
    page = desk.page("/workbench/indicators")
    for profile in listed:
        assert profile["title"] in page.said
        one = desk.page(f"/workbench/indicators/{profile['profile']}?{YEAR}")
        for indicator in profile["indicators"]:
            assert indicator["wording"] in one.said


def test_values_are_those_of_the_contract(desk: Desk) -> None:
    """The number of each reading stands on the page with both sides of it."""
    told = desk.api("GET", f"/indicators/primorye?{YEAR}&by=district")
    page = desk.page(f"/workbench/indicators/primorye?{YEAR}&by=district").said
    for indicator in told["indicators"]:
        for reading in indicator["readings"]:
            value = indicators.value_words(reading["value"], indicator["unit"], "ru")
            assert value.replace(NBSP, " ") in page
            if reading["denominator"] is not None:
                assert f"{reading['numerator']} из {reading['denominator']}" in page


def test_readings_are_labelled_in_english_and_wordings_stay(desk: Desk) -> None:
    """On the English page the document's words are Russian, and every reading is English."""
    told = desk.api("GET", f"/indicators/primorye?{YEAR}")["indicators"]
    cookie = f"routes_key=default-{Role.METHODIST}; routes_language=en"
    page = sound(desk.get(f"/workbench/indicators/primorye?{YEAR}", Cookie=cookie).text).said
    for indicator in told:
        assert indicator["wording"] in page
        for reading in indicator["readings"]:
            assert reading["label_en"] in page
            assert not reading["label"] or reading["label"] not in page
    first = told[0]["readings"][0]
    path = f"/workbench/indicators/primorye/{quote(told[0]['id'])}/people?{YEAR}"
    counted = desk.get(f"{path}&reading={quote(first['id'])}&side=numerator", Cookie=cookie)
    assert "diagnosed in the reporting period; by any method" in sound(counted.text).said


def test_names_of_districts_are_no_markup(desk: Desk) -> None:
    """A district that looks like a script is shown as it is written."""
    answer = desk.get(f"/workbench/indicators/primorye?{YEAR}&by=district")
    sound(answer.text)
    assert "<script>alert(1)" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


def test_who_is_counted_leads_to_educators(desk: Desk) -> None:
    """The ids of the contract are links to educators, both sides."""
    told = desk.api("GET", f"/indicators/primorye?{YEAR}")["indicators"][0]
    reading = told["readings"][0]
    path = f"/workbench/indicators/primorye/{quote(told['id'])}/people?{YEAR}"
    for side in ("numerator", "denominator"):
        page = desk.page(f"{path}&reading={quote(reading['id'])}&side={side}")
        assert f"Всего: {reading[side]}." in page.said
    assert 'href="/workbench/educators/p-1"' in desk.get(f"{path}&side=denominator").text


def test_a_target_is_told_in_words(desk: Desk) -> None:
    """Whether 40 % and 70 are reached is written, not only coloured."""
    page = desk.page(f"/workbench/indicators/spb?{YEAR}").said
    assert "не менее 40 %" in page
    assert "не менее 70" in page


def test_a_plan_shows_its_actions_with_those_responsible(desk: Desk) -> None:
    """The roadmap of Ленинградская область is a calendar of controls."""
    page = desk.page(f"/workbench/indicators/leningrad-oblast?{YEAR}").said
    assert "Мероприятия плана" in page
    assert "ЦНППМ" in page


def test_what_there_is_not_is_told(desk: Desk) -> None:
    """An unknown document is not found; days that are none become the present period."""
    desk.page("/workbench/indicators/neverland", status=404)
    assert desk.page("/workbench/indicators/spb?from=tomorrow&by=shoes").said


def test_only_who_may_ask_sees_the_menu(desk: Desk) -> None:
    """A tutor has neither the entry of the menu nor the page."""
    assert "/workbench/indicators" not in desk.get("/workbench", Role.TUTOR).text
    assert desk.get("/workbench/indicators", Role.TUTOR).status_code == 403


def test_a_bar_is_as_high_as_its_value() -> None:
    """Shares are drawn on the whole from 0 to 1; a period without a value has no bar."""
    period = {"first": "2025-01-01", "last": "2025-12-31"}
    half = {"first": "2026-01-01", "last": "2026-06-30"}
    trend = [{"period": period, "value": 0.5}, {"period": half, "value": None}]
    bars = indicators._bars(trend, "share", "ru")
    assert [(b.height, b.y, b.period, b.said) for b in bars] == [
        (32.0, 32.0, "2025", "50 %"),
        (0.0, 64.0, "01.01.2026–30.06.2026", "—"),
    ]
