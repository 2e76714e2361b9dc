"""Browsers without a browser: callers of pages with the key of a role in their cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from fastapi.testclient import TestClient

from api.access.pages import KEY_COOKIE, PAGES
from api.access.principal import Role
from engine.settings import Settings
from engine.storage import Store
from tests.api.access.people import ring, token
from tests.api.conftest import running
from tests.api.fakes import FakeEngine
from tests.api.workbench.small import Browsers, small_service


@pytest.fixture
def browser(settings: Settings, store: Store, engine: FakeEngine) -> Iterator[TestClient]:
    """Caller of pages who has not signed in; follows no redirects."""
    with running(settings, engine, store=store, keys=ring()) as caller:
        del caller.headers["Authorization"]
        caller.follow_redirects = False
        yield caller


@pytest.fixture
def signed_in(browser: TestClient) -> Callable[[Role], TestClient]:
    """Give the caller the key of a role."""

    def sign_in(role: Role = Role.METHODIST) -> TestClient:
        browser.cookies.set(KEY_COOKIE, token(role), path=PAGES)
        return browser

    return sign_in


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    """The real engine over a small catalogue, for pages that nobody spoils for others."""
    with small_service(tmp_path_factory.mktemp("small")) as browsers:
        yield browsers
