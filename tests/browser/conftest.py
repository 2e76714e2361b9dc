"""A service that listens, and headless Chromium before it."""

from __future__ import annotations

import datetime as dt
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

from api.access.keys import KeyRing, RingKey, digest_of
from api.access.principal import Principal, Role
from api.auth import one_run_key
from api.main import create_app
from api.service import load_package, utc_now
from engine.recommender import Recommender
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT

WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 390, "height": 844}


@dataclass
class Site:
    """Address of the service and keys of its people."""

    url: str
    keys: dict[Role, str]


@dataclass
class Visit:
    """A page, and everything that went wrong while it was looked at."""

    page: Page
    site: Site
    faults: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open an address of the workbench."""
        self.page.goto(self.site.url + path)
        return self.page


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The demo, served by a real server on a free port, with a key for every role."""
    settings = Settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('site') / 'routes.db'}")
    package = load_package(settings)
    keys, ring = _keys()
    app = create_app(
        settings,
        keys=ring,
        recommender=Recommender.from_package(package),
        package=package,
        clock=utc_now,
        workers=0,
    )
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.02)
        yield Site(f"http://127.0.0.1:{listening.getsockname()[1]}", keys)
        server.should_exit = True
        thread.join()


def _keys() -> tuple[dict[Role, str], KeyRing]:
    found, ring = {}, []
    ends = utc_now() + dt.timedelta(hours=1)
    for role in (Role.METHODIST, Role.MANAGER, Role.DATA_SCIENTIST, Role.TUTOR):
        key, _ = one_run_key(utc_now(), dt.timedelta(hours=1))
        principal = Principal(
            DEFAULT_TENANT,
            role,
            subject=f"test-{role}",
            organisation="ORG01" if role is Role.MANAGER else None,
            credential_id=f"key-{role}",
        )
        found[role] = key
        ring.append(RingKey(principal, digest_of(key), ends))
    return found, KeyRing(ring)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's browser; nothing is downloaded.

    It ends with this package: while it is open its event loop runs in this thread, and no other
    test of the same worker can run one of its own.
    """
    path = shutil.which("chromium")
    assert path is not None
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            # a container has no user namespaces to build the sandbox from
            executable_path=path,
            args=["--no-sandbox"],
        )
        yield browser
        browser.close()


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Visit]:
    """A methodist who has signed in; scripts that fail and refused resources fail the test."""
    context = chromium.new_context(viewport=WIDE, locale="ru-RU", accept_downloads=True)  # type: ignore[arg-type]
    made = Visit(context.new_page(), site)

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            made.faults.append(message.text)

    made.page.on("console", note)
    made.page.on("pageerror", lambda error: made.faults.append(str(error)))
    sign_in(made, Role.METHODIST)
    yield made
    context.close()
    assert not made.faults, made.faults


def sign_in(visit: Visit, role: Role) -> None:
    """Give the key of a role."""
    page = visit.go("/workbench/sign-in")
    page.get_by_label("Ключ доступа").fill(visit.site.keys[role])
    page.get_by_role("button", name="Войти").click()
    page.wait_for_url("**/workbench")


@pytest.fixture(scope="session")
def looks() -> Path | None:
    """Folder into which pictures of pages go where it exists; ``None`` = none are taken."""
    folder = Path("looks")
    return folder if folder.is_dir() else None
