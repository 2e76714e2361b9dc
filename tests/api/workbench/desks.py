"""A caller of pages in any role, over the fake engine or the real one with the demo."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.pages import KEY_COOKIE, csrf_token
from api.access.principal import Role
from api.service import load_package
from api.solving.engine import Engine
from engine.interchange import DataPackage
from engine.recommender import Recommender
from engine.settings import Settings
from engine.storage import open_store
from tests.api.access.people import ring, token
from tests.api.conftest import running
from tests.api.fakes import PACKAGE
from tests.api.workbench.markup import Markup, sound

HTMX = {"HX-Request": "true"}
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


class Desk:
    """Asks pages in the role that is named, and the contract with the key of an administrator."""

    def __init__(self, caller: TestClient) -> None:
        self.caller = caller

    def get(self, path: str, role: Role = Role.METHODIST, **headers: str) -> Response:
        """Answer of a page."""
        own = {"Cookie": f"{KEY_COOKIE}={token(role)}", "Authorization": ""}
        return self.caller.get(path, headers={**own, **headers})

    def page(self, path: str, role: Role = Role.METHODIST, status: int = 200) -> Markup:
        """A whole page, parsed and sound."""
        answer = self.get(path, role)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"].startswith("text/html")
        return sound(answer.text)

    def post(
        self,
        path: str,
        data: dict[str, Any] | None = None,
        role: Role = Role.METHODIST,
        *,
        files: Any = None,
        csrf: bool = True,
        **headers: str,
    ) -> Response:
        """Answer to a form."""
        own = {"Cookie": f"{KEY_COOKIE}={token(role)}", "Authorization": ""}
        sent = {**({"csrf": csrf_token(token(role))} if csrf else {}), **(data or {})}
        return self.caller.post(path, data=sent, files=files, headers={**own, **headers})

    def api(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What the contract answers an administrator."""
        answer = self.caller.request(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()


@contextmanager
def open_desk(
    folder: Path, migrated: Path, engine: Engine, package: DataPackage = PACKAGE
) -> Iterator[Desk]:
    """A started application with an empty store, for callers who follow no redirects."""
    shutil.copy(migrated, folder / "desk.db")
    settings = Settings(database_url=f"sqlite:///{folder / 'desk.db'}")
    store = open_store(settings.database_url)
    with running(settings, engine, store=store, package=package, keys=ring()) as caller:
        caller.follow_redirects = False
        yield Desk(caller)
    store.close()


@cache
def demo() -> tuple[Recommender, DataPackage]:
    """Both only read, and the engine takes its time to be built."""
    package = load_package(Settings())
    return Recommender.from_package(package), package
