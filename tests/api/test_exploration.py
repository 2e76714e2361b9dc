"""Exploration at the edge: the list is given as it was drawn, with its chances."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from engine.settings import Settings
from tests.api.conftest import running
from tests.api.test_models import BODY, PACKAGE
from tests.engine.recommender.test_exploration import EPSILON, exploring


@pytest.fixture(scope="module")
def caller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder: Path = tmp_path_factory.mktemp("exploring")
    settings = Settings(database_url=f"sqlite:///{folder / 'routes.db'}")
    with running(settings, exploring(), package=PACKAGE) as made:
        yield made


def test_a_list_is_given_in_the_drawn_order(caller: TestClient) -> None:
    """Items stand as drawn, and the chances are those of the asked number of first places."""
    for limit in (2, 4):
        body = caller.post(f"/recommendations?limit={limit}", json=BODY).json()
        drawn = body["exploration"]
        assert [i["id"] for i in body["items"]] == [d["activity"] for d in drawn["ranking"]]
        relevance = [i["relevance"] for i in body["items"]]
        assert relevance == sorted(relevance, reverse=True)
        # one band of all eligible
        chance = round(limit / body["eligible"], 6)
        assert {d["propensity"] for d in drawn["ranking"]} == {chance}
        assert (drawn["first"], drawn["epsilon"], drawn["steps"]) == (limit, EPSILON, [])


def test_a_kept_route_carries_its_draw(caller: TestClient) -> None:
    """The same request gives the same draw; the kept answer and its questions stand."""
    first, again = (caller.post("/routes", json=BODY).json() for _ in range(2))
    assert first["exploration"] is not None
    assert {**first, "id": ""} == {**again, "id": ""}
    assert caller.get(f"/routes/{first['id']}").json() == first
    assert caller.get(f"/routes/{first['id']}/explanation").status_code == 200
    page = caller.get(f"/routes/{first['id']}/page?language=ru").text
    assert "Жребий среди почти равных" in page
    assert str(first["exploration"]["seed"]) in page


def test_another_day_is_another_draw(caller: TestClient) -> None:
    """The seed follows from the day: tomorrow's list may differ and says so."""
    days = [{**BODY, "as_of": f"2026-08-{day}T09:00:00+03:00"} for day in (28, 29, 30)]
    seeds = {caller.post("/recommendations", json=b).json()["exploration"]["seed"] for b in days}
    assert len(seeds) == 3


def test_without_exploration_the_field_is_empty(client: TestClient) -> None:
    """A null says that the order is that of relevance."""
    body = client.post("/recommendations", json={"educator": {"position": "teacher"}}).json()
    assert body["exploration"] is None
