"""A methodist's day with one educator, by mouse and keyboard, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, Visit
from tests.browser.judged import serious

pytestmark = pytest.mark.browser

ROUTE = re.compile(r"/workbench/routes/[0-9a-f]{32}$")
SOLVED_MS = 30_000


def looked_at(page: Page, looks: Path | None, name: str) -> None:
    """Judge the page on a wide and on a narrow screen, and keep pictures where asked."""
    for size, title in ((NARROW, "390"), (WIDE, "1280")):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert not serious(page), (name, title)
        if looks is not None:
            page.screenshot(path=looks / f"{name}-{title}.png", full_page=True)


def build(page: Page) -> str:
    """Build with the form that is open; gives the address of the route."""
    page.locator("main form button.primary").first.click()
    page.wait_for_url(ROUTE)
    page.wait_for_selector("#steps", timeout=SOLVED_MS)
    return page.url


def replaceable(page: Page) -> Locator:
    """Ask step by step what could stand in its place; the first one that has something."""
    for step in page.locator("li.step").all():
        step.locator("summary", has_text="Изменить этот шаг").click()
        step.get_by_role("link", name="Чем заменить").click()
        answered = step.locator("[id^=alternatives-] > *").first
        answered.wait_for(timeout=SOLVED_MS)
        if step.locator("ul.choices").count():
            return step
    raise AssertionError("no step has an alternative")


def test_from_the_search_to_the_signed_document(visit: Visit, looks: Path | None) -> None:
    """Search, build, why not, replace, agree, progress, replan, compare, export."""
    page = visit.page
    looked_at(page, looks, "educators")

    page.get_by_label("Найти педагога").fill("словесник")
    found = page.locator("#found a", has_text="Словесникова")
    expect(page.locator("#found tbody tr")).to_have_count(1)
    found.first.click()
    page.wait_for_url("**/workbench/educators/E02")
    looked_at(page, looks, "educator")

    page.get_by_role("link", name="Построить маршрут").first.click()
    looked_at(page, looks, "form")
    first = build(page)
    looked_at(page, looks, "route")

    page.get_by_label("Мероприятие каталога").fill("чтение")
    page.locator("#why-not-found a").first.click()
    expect(page.locator("#why-not-found .answer")).to_be_visible(timeout=SOLVED_MS)

    before = page.locator("li.step > .spread").all_inner_texts()
    replaceable(page).get_by_role("button", name="Заменить на это").first.click()
    page.wait_for_selector("ul.changes", timeout=SOLVED_MS)
    looked_at(page, looks, "difference")
    page.get_by_role("link", name="Открыть маршрут").first.click()
    page.wait_for_url(ROUTE)
    assert page.locator("li.step > .spread").all_inner_texts() != before

    page.get_by_role("button", name="Согласовать").click()
    expect(page.get_by_text("согласован", exact=False).first).to_be_visible()
    page.locator("li.step").first.get_by_role("button", name="Зачислен").click()
    expect(page.locator("li.step").first.locator(".pill").first).to_contain_text("зачислен")
    page.locator("li.step").nth(1).get_by_role("button", name="Пропущен").click()
    expect(page.locator("main")).to_contain_text("ещё не началось")
    page.get_by_role("button", name="Да, отметить").click()
    page.wait_for_url(ROUTE)
    expect(page.locator("main")).to_contain_text("пропущен")
    page.locator("summary", has_text="Перестроить маршрут").click()
    page.get_by_role("button", name="Перестроить", exact=True).click()
    page.wait_for_selector("ul.changes, .done, .problem", timeout=SOLVED_MS)
    looked_at(page, looks, "replanned")

    visit.go("/workbench/educators/E02")
    page.get_by_role("link", name="Построить маршрут").first.click()
    build(page)
    visit.go("/workbench/routes")
    looked_at(page, looks, "routes")
    ticks = page.locator("input[name=routes]")
    ticks.nth(0).check()
    ticks.nth(1).check()
    page.get_by_role("button", name=re.compile("^Сравнить")).click()
    page.wait_for_url("**/workbench/compare?**")
    looked_at(page, looks, "compared")

    page.goto(first)
    for name, begins in (("ИОМ, DOCX", b"PK"), ("ИОМ, PDF", b"%PDF"), ("Таблицы, XLSX", b"PK")):
        with page.expect_download() as saved:
            page.get_by_role("link", name=name).click()
        assert Path(saved.value.path()).read_bytes().startswith(begins)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [
        "check",
        "groups",
        "analysis",
        "indicators",
        "indicators/primorye",
        "catalogue",
        "tagging",
        "imports",
        "models",
        "new-educator",
        "educators/E13",
        "nowhere",
    ],
)
def test_every_page_can_be_used_by_everybody(visit: Visit, path: str, looks: Path | None) -> None:
    """No serious fault for a screen reader, nothing over the edge, wide and narrow."""
    page = visit.go(f"/workbench/{path}")
    if path == "nowhere":
        visit.faults.clear()  # the browser itself says that it was not found
    looked_at(page, looks, path.replace("/", "-"))
    visit.faults[:] = [f for f in visit.faults if path != "nowhere"]


def test_in_english_too(visit: Visit) -> None:
    """The switch changes the words and the language that a screen reader speaks."""
    page = visit.page
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Educators")
    assert page.locator("html").get_attribute("lang") == "en"
    assert not serious(page)


def test_the_menu_by_keyboard(visit: Visit) -> None:
    """One row on a wide screen; the rest opens by Enter, is walked by Tab, closes by Escape."""
    page = visit.page
    rows = (
        "new Set([...document.querySelectorAll('.sections > ul > li')].map(e => e.offsetTop)).size"
    )
    assert page.evaluate(rows) == 1
    assert page.evaluate("document.querySelector('.top').offsetHeight") < 70
    page.locator(".sections summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Новый педагог").first).to_be_focused()
    assert not serious(page)
    page.keyboard.press("Escape")
    expect(page.locator(".sections [data-menu] ul")).to_be_hidden()
    expect(page.locator(".sections summary")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_menu_is_folded_on_a_narrow_screen(visit: Visit, *, scripts: bool) -> None:
    """One row, the rest by Enter and Tab, also where no script runs; nothing is there twice."""
    context = visit.page.context.browser.new_context(  # type: ignore[union-attr]
        viewport=NARROW,  # type: ignore[arg-type]
        java_script_enabled=scripts,
        storage_state=visit.page.context.storage_state(),
    )
    try:
        page = context.new_page()
        page.goto(f"{visit.site.url}/workbench/routes")
        box = page.locator(".top").bounding_box()
        assert box is not None
        assert box["height"] < 60
        link = page.get_by_role("link", name="Каталог")
        expect(link).to_have_count(0)
        page.locator(".folded > summary").focus()
        page.keyboard.press("Enter")
        expect(link).to_have_count(1)
        expect(page.get_by_role("navigation", name="Разделы")).to_have_count(1)
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Педагоги").first).to_be_focused()
        if scripts:
            assert not serious(page)
            page.keyboard.press("Escape")
            expect(page.locator(".folded > summary")).to_be_focused()
        else:
            link.click()
            page.wait_for_url("**/workbench/catalogue")
    finally:
        context.close()


def test_by_keyboard_alone(visit: Visit) -> None:
    """Tab reaches the skip link first, Enter leads past the menu, and focus can be seen."""
    page = visit.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    inside = "document.querySelector('main').contains(document.activeElement)"
    assert page.evaluate(inside)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
