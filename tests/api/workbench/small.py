"""A service over a small catalogue, with hostile texts in it, and browsers of every role."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from httpx2 import Response

from api.access.pages import KEY_COOKIE, csrf_token
from api.access.principal import Role
from engine.domain import Activity, Form, Kind, Offering
from engine.framework import load_framework
from engine.interchange import DataPackage
from engine.model_registry import Card
from engine.recommender import Recommender
from engine.settings import Settings
from tests.api.access.people import bearer, ring, token
from tests.api.conftest import running
from tests.engine.model_registry.registered import add, compared, promoted, registry
from tests.engine.recommender import mini

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
CARD = (
    f"# Карточка модели\n\n## Важно\n\n- **важно** {SCRIPT}\n\n"
    "| а | б |\n|---:|---|\n| 1 | [x](javascript:y) |\n"
)

UNTAGGED = tuple(
    Activity(
        id=i,
        kind=Kind.DPP_PK,
        title=title,
        hours_academic=36.0,
        form=Form.FORMAL,
        summary=summary,
        provider=IMAGE,
    )
    for i, title, summary in (
        ("u-incl", f"Инклюзивное образование и обучение детей с ОВЗ {SCRIPT}", IMAGE),
        ("u-fam", "Сотрудничество с родителями: разговор с семьёй", ""),
    )
)
RUNS = tuple(
    Offering(f"{a.id}-1", a.id, dt.date(2026, 10, 5), dt.date(2026, 12, 6), seats_left=9)
    for a in UNTAGGED
)
PACKAGE = DataPackage(
    as_of=mini.AS_OF,
    time_zone="Europe/Moscow",
    activities=(*mini.ACTIVITIES, *UNTAGGED),
    offerings=(*mini.OFFERINGS, *RUNS),
    organisations=(mini.SCHOOL,),
    educators=(mini.educator("E1"), mini.educator("E2"), mini.educator("E3")),
    mentors=mini.MENTORS,
    diagnostics={"E1": mini.WEAK, "E2": mini.WEAK, "E3": mini.WEAK},
    labels={"E1": f"Петрова Анна {SCRIPT}", "E2": "Иванова Ольга"},
)


class Browsers:
    """Callers of pages with the key of a role in their cookie; no redirect is followed."""

    def __init__(self, caller: TestClient) -> None:
        self._caller = caller

    def get(self, path: str, role: Role = Role.METHODIST, **headers: str) -> Response:
        """Page below ``/workbench``."""
        return self._caller.get(f"/workbench{path}", headers=self._own(role) | headers)

    def post(
        self,
        path: str,
        data: dict[str, Any],
        role: Role = Role.METHODIST,
        *,
        files: Any = None,
        forged: bool = False,
        **headers: str,
    ) -> Response:
        """Send a form, with the token of the role's key unless it is forged."""
        sent = {**data, "csrf": "0" * 64 if forged else csrf_token(token(role))}
        own = self._own(role) | headers
        return self._caller.post(f"/workbench{path}", data=sent, files=files, headers=own)

    def api(self, method: str, path: str, role: Role = Role.METHODIST, **more: Any) -> Any:
        """Call of the JSON contract."""
        return self._caller.request(method, path, headers=bearer(role), **more)

    def built(self, educator: str, **changes: Any) -> dict[str, Any]:
        """Answer with a new route."""
        body = {
            "educator": {"id": educator},
            "as_of": mini.AS_OF.isoformat(),
            "options": {"deadline_ms": 20_000},
            **changes,
        }
        made = self.api("POST", "/routes", json=body)
        assert made.status_code == 201, made.text
        answer: dict[str, Any] = made.json()
        return answer

    def _own(self, role: Role) -> dict[str, str]:
        return {"Cookie": f"{KEY_COOKIE}={token(role)}"}


@contextmanager
def small_service(folder: Path) -> Iterator[Browsers]:
    """The service with three models: m-1 and m-2 have served, m-3 did not pass the gate."""
    kept = registry(folder / "models")
    for hours, version in enumerate(("m-1", "m-2", "m-3")):
        figures = {"log_loss": 0.5}
        add(kept, version, hours, card=Card(CARD, {"version": version}), figures=figures)
    promoted(kept, "m-1", "m-2")
    kept.attach_gate(compared(kept, "m-3", change=-0.2))
    settings = Settings(
        database_url=f"sqlite:///{folder / 'routes.db'}",
        models_dir=str(folder / "models"),
        models_poll_s=3_600,
    )
    engine = Recommender(
        activities=PACKAGE.activities,
        offerings=PACKAGE.offerings,
        mentors=PACKAGE.mentors,
        framework=load_framework(),
    )
    with running(settings, engine, package=PACKAGE, keys=ring()) as caller:
        del caller.headers["Authorization"]
        caller.follow_redirects = False
        yield Browsers(caller)
