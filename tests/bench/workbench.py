"""How long pages of the workbench take over a region of 35 000 educators.

    python -m tests.bench.workbench [--educators 35000] [--repeats 30]

Server time of the first page, of searches by name and of its filters, beside the operation of the
contract that each page asks; and what a page adds to building a route: from the sent form to the
moment in which the built route can be shown, beside ``POST /routes`` of the same educator.
"""

from __future__ import annotations

import argparse
import datetime as dt
import logging
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from api.access.pages import KEY_COOKIE, PAGES, csrf_token
from api.auth import one_run_key
from api.main import create_app
from api.service import load_package
from api.warming import warm_pages
from engine.domain import Organisation
from engine.recommender import Recommender
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, Store, open_store
from tests.bench.results import machine

FAMILY = ("Иванов", "Петрова", "Ёлкин", "Сидоренко", "Кузнецова", "Ахметов", "Лебедева", "Цой")
GIVEN = ("Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Зоя", "Илья")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--educators", type=int, default=35_000)
    parser.add_argument("--repeats", type=int, default=30)
    asked = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'routes.db'}"
        settings = Settings(
            database_url=url, rate_limit_per_minute=0, rate_limit_solves_per_minute=0
        )
        package = load_package(settings)
        store = open_store(url)
        store.upgrade()
        _fill(store, package.educators[0], asked.educators)
        key, ring = one_run_key(dt.datetime.now(dt.UTC), dt.timedelta(hours=1))
        app = create_app(
            settings,
            keys=ring,
            recommender=Recommender.from_package(package),
            store=store,
            package=package,
            workers=0,
        )
        warm_pages(app)  # as every process that serves with workers
        print(f"{machine()}; {asked.educators} educators in the store")
        with TestClient(app, headers={"Authorization": f"Bearer {key}"}) as caller:
            while caller.get("/health/ready").status_code != 200:
                time.sleep(0.1)
            caller.cookies.set(KEY_COOKIE, key, path=PAGES)
            _pages(caller, asked.repeats)
            _building(caller, key, package.educators[1].id, max(3, asked.repeats // 5))


def _fill(store: Store, model: object, n: int) -> None:
    at = dt.datetime(2026, 9, 1, tzinfo=dt.UTC)
    with store.writing(DEFAULT_TENANT) as kept:
        for i in range(n):
            place = Organisation(f"S{i % 700:03d}", f"Школа № {i % 700}", f"район {i % 18}")
            one = replace(model, id=f"P{i:05d}", organisation=place)  # type: ignore[type-var]
            kept.educators.put(one, at)  # type: ignore[arg-type]
            name = f"{FAMILY[i % len(FAMILY)]} {GIVEN[i % len(GIVEN)]} {i}"
            kept.labels.put(f"P{i:05d}", name)


def _pages(caller: TestClient, repeats: int) -> None:
    asked: Mapping[str, Mapping[str, str]] = {
        "first page": {},
        "by a part of a name": {"q": "ёлкин зоя"},
        "by a name that nobody has": {"q": "ъъъъ"},
        "by district": {"district": "район 7"},
    }
    for title, query in asked.items():
        page, call = [], []
        for _ in range(repeats):
            page.append(_ms(lambda query=query: _ok(caller.get(PAGES, params=query))))  # type: ignore[misc]
            call.append(_ms(lambda query=query: _ok(caller.get("/educators", params=query))))  # type: ignore[misc]
        print(
            f"{title}: median {statistics.median(page):.0f} ms, at most {max(page):.0f}; "
            f"GET /educators {statistics.median(call):.0f} ms"
        )


def _building(caller: TestClient, key: str, educator: str, repeats: int) -> None:
    added = []
    for _ in range(repeats):
        body = {"educator": {"id": educator}}
        planner = _ms(lambda body=body: _ok(caller.post("/routes", json=body)))  # type: ignore[misc]
        shown = _ms(lambda: _built(caller, key, educator))
        added.append(shown - planner)
        print(f"built: POST /routes {planner:.0f} ms, from the form to the page {shown:.0f} ms")
    print(f"added by the pages: median {statistics.median(added):.0f} ms, at most {max(added):.0f}")


def _built(caller: TestClient, key: str, educator: str) -> None:
    form = {"csrf": csrf_token(key)}
    answer = caller.post(f"{PAGES}/educators/{educator}/build", data=form, follow_redirects=False)
    if answer.status_code != 303:
        raise RuntimeError(f"{answer.status_code}: {answer.text[:300]}")
    page = answer.headers["location"]
    waiting = {"HX-Request": "true"}
    while caller.get(f"{page}/building", headers=waiting).headers.get("HX-Redirect") is None:
        time.sleep(0.12)
    _ok(caller.get(page))


def _ok(answer: object) -> None:
    if answer.status_code not in (200, 201):  # type: ignore[attr-defined]
        raise RuntimeError(str(answer.status_code))  # type: ignore[attr-defined]


def _ms(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return 1_000 * (time.perf_counter() - started)


if __name__ == "__main__":
    main()
