"""The way into the workbench: the key, the language, forged forms, files, refusals."""

from __future__ import annotations

import re
from collections.abc import Callable
from string import hexdigits

import pytest
from fastapi.testclient import TestClient

from api.access.matrix import PAGE_PREFIX, endpoints
from api.access.pages import (
    KEY_COOKIE,
    PAGES,
    SIGN_IN,
    STATIC,
    below_pages,
    csrf_token,
)
from api.access.principal import Role
from api.workbench.rendering import static_files, static_path
from tests.api.access.people import token
from tests.api.workbench.markup import sound

SignIn = Callable[[Role], TestClient]
OPEN = {
    *("workbench_root", "workbench_sign_in", "workbench_enter"),
    *("workbench_language", "workbench_static"),
}


def pages_of(client: TestClient) -> list[tuple[str, str, str]]:
    """Name, method and an address of every page."""
    found = []
    for endpoint in endpoints(client.app.routes):  # type: ignore[attr-defined]
        if endpoint.name.startswith(PAGE_PREFIX):
            path = re.sub(r"\{[^}]*\}", "any", endpoint.path)
            found += [(endpoint.name, method, path) for method in sorted(endpoint.methods)]
    return found


def test_nobody_gets_past_the_door_without_a_key(browser: TestClient) -> None:
    """Every page but the way in sends a caller without a key to it, whatever he does there."""
    asked = [p for p in pages_of(browser) if p[0] not in OPEN]
    assert asked
    for name, method, path in asked:
        answer = browser.request(method, path)
        assert answer.status_code == 303, name
        assert answer.headers["location"].startswith(SIGN_IN), name
        assert not answer.content


def test_a_wrong_key_is_no_key(browser: TestClient) -> None:
    """A cookie that nobody gave out opens nothing."""
    browser.cookies.set(KEY_COOKIE, "lr_000000000000_" + "x" * 43, path=PAGES)
    assert browser.get(PAGES).headers["location"].startswith(SIGN_IN)


def test_a_part_of_a_page_is_not_filled_with_the_way_in(browser: TestClient) -> None:
    """Where the key has ended meanwhile, a script is told to leave the page as a whole."""
    answer = browser.get(PAGES, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == SIGN_IN


def test_a_key_lets_in_and_leads_back(browser: TestClient) -> None:
    """After the key is given, the browser keeps it out of reach of scripts and other sites."""
    asked = f"{PAGES}/models"
    door = browser.get(asked).headers["location"]
    form = sound(browser.get(door).text)
    hidden = {a["name"]: a["value"] for a in form.of("input") if a.get("type") == "hidden"}
    answer = browser.post(SIGN_IN, data={"key": token(Role.METHODIST), "next": hidden["next"]})
    assert answer.status_code == 303
    assert answer.headers["location"] == asked
    kept = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", f"Path={PAGES}"):
        assert part in kept
    assert "Secure" not in kept  # plain http on loopback
    assert browser.get(asked).status_code == 200


def test_a_refused_key_is_said_to_be_so(browser: TestClient) -> None:
    """A wrong key gives the form again with what to do, and no cookie."""
    answer = browser.post(SIGN_IN, data={"key": "ключ"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "попросите новый у администратора" in sound(answer.text).said


def test_over_tls_the_key_stays_there(browser: TestClient) -> None:
    """Where the page came over TLS, the cookie goes over nothing else."""
    browser.base_url = "https://testserver"
    answer = browser.post(SIGN_IN, data={"key": token(Role.METHODIST)})
    assert "Secure" in answer.headers["set-cookie"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example/workbench",
        "/workbench//evil.example",
        "/workbench/../routes",
        "/workbench\\..\\x",
        "/workbenches",
        "javascript:alert(1)",
        "/workbench\r\nX: y",
    ],
)
def test_nobody_is_led_elsewhere(browser: TestClient, target: str) -> None:
    """After signing in one goes to a page of ours or to the first one."""
    assert below_pages(target) is None
    answer = browser.post(SIGN_IN, data={"key": token(Role.METHODIST), "next": target})
    assert answer.headers["location"] == PAGES
    answer = browser.post(f"{PAGES}/language", data={"language": "en", "next": target})
    assert answer.headers["location"] == PAGES


def test_our_own_addresses_are_led_back_to() -> None:
    """An address with a query of ours is kept as it is."""
    assert below_pages("/workbench/routes?state=agreed") == "/workbench/routes?state=agreed"
    assert below_pages("/workbench") == "/workbench"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({}, {}),
        ({"csrf": "0" * 64}, {}),
        ({"csrf": csrf_token("another key")}, {}),
        ({"csrf": csrf_token(token(Role.METHODIST))}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": csrf_token(token(Role.METHODIST))}, {"Sec-Fetch-Site": "same-site"}),
        ({"csrf": csrf_token(token(Role.METHODIST))}, {"Origin": "https://evil.example"}),
    ],
)
def test_forged_forms_change_nothing(
    signed_in: SignIn, data: dict[str, str], headers: dict[str, str]
) -> None:
    """A form of another site, or without the token of this key, is refused on every page."""
    caller = signed_in(Role.METHODIST)
    for name, method, path in pages_of(caller):
        if method in ("GET", "HEAD") or name in OPEN:
            continue
        answer = caller.request(method, path, data=data, headers=headers)
        assert answer.status_code == 403, name
        assert "откройте страницу заново" in sound(answer.text).said.lower(), name


def test_the_token_of_forms_tells_nothing_of_the_key() -> None:
    """It is a digest under the key, the same every time, another one for another key."""
    key = token(Role.METHODIST)
    assert csrf_token(key) == csrf_token(key) != csrf_token(key + "x")
    assert set(csrf_token(key)) <= set(hexdigits)
    assert key not in csrf_token(key)


def test_leaving_forgets_the_key(signed_in: SignIn) -> None:
    """Signing out takes the cookie away."""
    data = {"csrf": csrf_token(token(Role.METHODIST))}
    answer = signed_in(Role.METHODIST).post(f"{PAGES}/sign-out", data=data)
    assert answer.headers["location"] == SIGN_IN
    assert 'routes_key=""' in answer.headers["set-cookie"]
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_the_language_is_kept(browser: TestClient) -> None:
    """The page speaks the language that was chosen; an unknown one changes nothing."""
    assert "Ключ доступа" in browser.get(SIGN_IN).text
    browser.post(f"{PAGES}/language", data={"language": "en"})
    answer = browser.get(SIGN_IN)
    assert "Access key" in answer.text
    assert sound(answer.text).of("html") == [{"lang": "en"}]
    browser.post(f"{PAGES}/language", data={"language": "xx"})
    assert "Access key" in browser.get(SIGN_IN).text


def test_the_menu_holds_every_section_that_the_role_may_see(signed_in: SignIn) -> None:
    """Each section once, and once more folded for a narrow screen, of which one is not shown.

    The one that is open is said to be so, behind the disclosure too.
    """
    page = sound(signed_in(Role.METHODIST).get(f"{PAGES}/check").text)
    top = [a for tag, a in page.elements[: page.elements.index(("main", page.of("main")[0]))]
           if tag == "a"]  # fmt: skip
    links = [a["href"] for a in top if a["href"] not in (PAGES, "#main")]
    half = len(links) // 2
    sections = ("routes", "groups", "analysis", "indicators", "catalogue")
    rest = ("new-educator", "imports", "check", "tagging", "models")
    assert links[:half] == links[half:] == [f"{PAGES}/{name}" for name in (*sections, *rest)]
    assert [a["href"] for a in top if a.get("aria-current") == "page"] == [f"{PAGES}/check"] * 2
    assert page.of("summary")[0].get("class") == "here"
    assert "Ещё: Проверка маршрута" in page.said
    mentor = sound(signed_in(Role.MENTOR).get(f"{PAGES}/routes").text)
    assert f"{PAGES}/new-educator" not in [a.get("href") for a in mentor.of("a")]


def test_refusals_are_pages(signed_in: SignIn) -> None:
    """An address that is none is told as a page, with what to do; a part gets a part."""
    caller = signed_in(Role.METHODIST)
    answer = caller.get(f"{PAGES}/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")
    assert "Что делать" in sound(answer.text).said
    part = caller.get(f"{PAGES}/nowhere", headers={"HX-Request": "true"})
    assert part.headers["hx-retarget"] == "#problems"
    assert "<html" not in part.text


def test_headers_of_pages(browser: TestClient) -> None:
    """Scripts and styles come from here only, nothing frames a page, nothing keeps it."""
    headers = browser.get(SIGN_IN).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(static_files()))
def test_files_may_be_kept(browser: TestClient, name: str) -> None:
    """Every file is served under an address that changes with it, and kept by browsers."""
    answer = browser.get(static_path(name))
    assert answer.content == static_files()[name]
    assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    "name", ["../page.py", "%2e%2e%2fpage.py", "..%5cpage.py", "LICENCES.txt", "x.css"]
)
def test_no_other_files(browser: TestClient, name: str) -> None:
    """Only what is in the list is served."""
    assert browser.get(STATIC + name).status_code in (303, 404)


@pytest.mark.parametrize(
    ("accept", "page"),
    [
        ("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8", True),
        ("*/*", False),
        ("application/json", False),
        ("", False),
    ],
)
def test_the_root_leads_on(browser: TestClient, accept: str, page: bool) -> None:
    """A browser goes to the pages, a program is told the addresses; both without a key."""
    headers = {"Accept": accept, "Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    answer = browser.get("/?next=//evil.example", headers=headers)
    assert answer.headers["vary"] == "Accept"
    if page:
        assert (answer.status_code, answer.headers["location"]) == (303, "/workbench")
    else:
        assert answer.status_code == 200
        assert answer.json()["links"]["workbench"] == "/workbench"
    assert "evil" not in answer.text
    assert "/" not in browser.app.openapi()["paths"]  # type: ignore[attr-defined]
    assert browser.post("/").status_code == 405
