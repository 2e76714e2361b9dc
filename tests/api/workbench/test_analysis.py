"""The page of the analysis: the contract's numbers in words, and a wait that is told."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.access.principal import Role
from api.computing import calls
from api.workbench.pages import analysis as pages
from api.workbench.views import analysis
from engine.analysis import analyse
from engine.documents.text import clean, typeset
from engine.interchange import DataPackage
from tests.api.fakes import FakeEngine
from tests.api.test_analysis import asked, holed, school, schools
from tests.api.workbench.desks import HOSTILE, HTMX, Desk, open_desk
from tests.api.workbench.markup import Markup, sound

PATH = "/workbench/analysis"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Desk]:
    """A simulated region with planted holes."""
    folder = tmp_path_factory.mktemp("holes")
    with open_desk(folder, migrated, FakeEngine(), holed()[0]) as found:
        asked(found.caller, "admin")  # kept from now on, so that no page has to wait
        yield found


def hostile() -> DataPackage:
    """The four schools, and a weak one in a district whose name is a script."""
    known, bad = schools(), school("O-bad", HOSTILE, 1, 40)
    return replace(
        known,
        organisations=(*known.organisations, *bad.organisations),
        educators=(*known.educators, *bad.educators),
        diagnostics={**known.diagnostics, **bad.diagnostics},
    )


@pytest.fixture
def town(tmp_path: Path, migrated: Path) -> Iterator[Desk]:
    with open_desk(tmp_path, migrated, FakeEngine(), hostile()) as found:
        asked(found.caller, "admin")
        yield found


def plain(text: str) -> str:
    """A text as the page sets it, with ordinary spaces."""
    return " ".join(typeset(clean(text)).replace("\u00a0", " ").split())


@pytest.mark.slow
def test_advice_comes_first_and_word_for_word(desk: Desk) -> None:
    """Every recommendation of the contract stands on the page, before every other part."""
    told = asked(desk.caller, "admin")
    page = desk.page(PATH)
    assert told["recommendations"]
    for one in told["recommendations"]:
        assert plain(one["said"]) in page.said
    heads = [attrs.get("id") for attrs in page.of("h2")]
    assert heads == ["advice", "where", "catalogue", "seats", "mentors"]


def test_numbers_are_those_of_the_contract(desk: Desk) -> None:
    """Each group, gap, run and shortage with its number and its bounds."""
    told, page = asked(desk.caller, "admin"), desk.page(PATH).said
    for group in analysis.kinds_of(told, "ru"):
        for one in (*group.first, *group.more):
            assert plain(one.name) in page
            assert f"{one.share * 100:.0f} % (от " in page
    for gap in told["gaps"]:
        low, high = gap["people"]["interval_90"]
        assert plain(gap["title"]) in page
        assert f"от {low:.0f} до {high:.0f}" in page
    assert f"{told['mentors']['needing']}" in page
    for run in told["runs"]["runs"]:
        assert f"{run['takers']} из {run['seats']}" in page


def test_it_speaks_english(desk: Desk) -> None:
    """The switch changes every word of ours."""
    page = sound(desk.get(PATH, Cookie=cookie("en")).text)
    assert "What to do" in page.said
    assert "Что сделать" not in page.said


def cookie(language: str) -> str:
    from api.access.pages import KEY_COOKIE
    from tests.api.access.people import token

    return f"{KEY_COOKIE}={token(Role.METHODIST)}; routes_language={language}"


def test_filters_are_kept_and_faults_are_told(town: Desk) -> None:
    """A district narrows what is shown; one that nobody states is refused by name."""
    assert "Школа O-far" not in town.page(f"{PATH}?district=Юг").said
    assert "Школа O-own" in town.page(f"{PATH}?district=Юг").said
    page = town.page(f"{PATH}?district=Восток", status=422)
    assert "района «Восток» нет в данных" in page.said
    assert [a.get("value") for a in page.of("input") if a.get("name") == "district"] == ["Восток"]


def test_names_are_no_markup(town: Desk) -> None:
    """A district that looks like a script is shown as it is written, and its link leads on."""
    answer = town.get(PATH)
    page = sound(answer.text)
    assert "<script>alert(1)" not in answer.text
    links = [a["href"] for a in page.of("a") if "district=%3Cscript" in str(a.get("href"))]
    assert links
    assert town.get(str(links[0])).status_code == 200


def test_a_head_sees_his_own_school_in_words(town: Desk) -> None:
    """No form, no table, no number; the same competency as the contract names."""
    page = town.page(PATH, Role.MANAGER)
    assert "Чем выделяется ваша организация" in page.said
    assert "заметно выше" in page.said
    assert page.of("table") == page.of("select") == []


def test_who_may_not_has_neither_menu_nor_page(town: Desk) -> None:
    """A tutor sees no region."""
    assert PATH not in town.get("/workbench", Role.TUTOR).text
    assert town.get(PATH, Role.TUTOR).status_code == 403
    assert PATH in town.get("/workbench", Role.METHODIST).text


def test_a_long_computation_is_told_and_comes_by_itself(
    town: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Page and part say that it is computed, ask again by themselves and by a link; the part that
    is asked for when it is done is the analysis."""
    gate = threading.Event()

    def gated(*told: Any) -> Any:
        assert gate.wait(60)
        return analyse(*told)

    new = {"id": "new", "position": "teacher"}
    town.api("POST", "/educators", {"items": [new]})
    monkeypatch.setattr(calls, "analyse", gated)
    monkeypatch.setattr(pages, "PATIENCE_S", 0)
    try:
        page = town.page(f"{PATH}?district=Юг")
        part = town.get(f"{PATH}?district=Юг", **HTMX)
    finally:
        gate.set()
    for found in (page, Markup(part.text)):
        assert "Анализ считается" in found.said
        (asking,) = [a for a in found.of("section") if "hx-get" in a]
        assert asking["hx-trigger"] == "load delay:5s"
        here = str(asking["hx-get"])
        assert here in {a.get("href") for a in found.of("a")}
    assert [a for a in page.of("meta") if a.get("http-equiv") == "refresh"]
    assert part.status_code == 200
    asked(town.caller, "admin")
    ready = town.get(here, **HTMX)
    assert "<html" not in ready.text
    assert "Что сделать" in ready.text
    assert "Анализ готов." in ready.text


def test_advice_begins_with_whom_most_depends_on() -> None:
    """The region's advice stands before that for educators, whatever the contract's order; the
    first few are open, the others behind a click."""
    told = [{"addressee": "educator", "said": "а"}]
    told += [{"addressee": "region", "said": str(i)} for i in range(analysis.ADVICE_OPEN + 2)]
    region, educator = analysis.advice_of({"recommendations": told}, "ru")
    assert (educator.first, educator.more) == (("а",), ())
    assert region.first == ("0", "1", "2", "3", "4")
    assert region.more == ("5", "6")
    assert region.addressee == "региону"
