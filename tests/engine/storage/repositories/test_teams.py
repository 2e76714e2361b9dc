"""Builds of teams: what is put comes back, ties of routes, erasure, seats for all or for nobody."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from engine.lifecycle.holds import Claim, ClaimKind
from engine.storage import DatabaseUnavailable, ResourceGone, Store, TeamBuild, TeamLink
from engine.storage.repositories.team_erasure import without_person
from tests.engine.storage.facts import AT, ROUTE, TENANT, after

BUILD = TeamBuild("b-1", AT, "t-1", AT, "OPTIMAL", "spb", '{"title": "ё"}')
WHO = "e-МЕТКА"


def test_a_build_comes_back_with_its_routes_in_the_members_order(store: Store) -> None:
    """Not in that of the ids; each route knows its team, one built alone knows none."""
    with store.writing(TENANT) as kept:
        for route_id in ("r-1", "r-2", "r-3"):
            kept.routes.add(replace(ROUTE, id=route_id))
        kept.teams.add(BUILD, ["r-3", "r-1"])
    with store.reading(TENANT) as kept:
        assert kept.teams.get("b-1") == BUILD
        assert kept.teams.get("b-2") is None
        assert kept.teams.routes_of("b-1") == ("r-3", "r-1")
        assert kept.teams.routes_of("b-2") == ()
        link = TeamLink("b-1", "t-1")
        assert [kept.teams.of_route(f"r-{i}") for i in (1, 2, 3)] == [link, None, link]
        stored, shown = kept.routes.get("r-3"), kept.routes.shown("r-3")
        assert stored is not None
        assert shown is not None
        assert (stored.team, shown.team) == (link, link)
        assert kept.routes.get("r-2") == replace(ROUTE, id="r-2")


def test_a_saved_route_stays_its_teams(store: Store) -> None:
    """Another version of a route, and one that is locked, has the same team."""
    with store.writing(TENANT) as kept:
        kept.routes.add(ROUTE)
        kept.teams.add(replace(BUILD, team_id=None), [ROUTE.id])
        locked = kept.routes.lock(ROUTE.id)
        assert locked is not None
        assert locked.team == TeamLink("b-1", None)
        saved = kept.routes.save(replace(locked, revision=2), 1)
        assert saved.team == locked.team
        assert kept.routes.get(ROUTE.id) == saved


def test_a_build_needs_its_routes(store: Store) -> None:
    """Routes that are not kept are tied to nothing; nothing of the build is kept either."""
    with pytest.raises(sa.exc.IntegrityError), store.writing(TENANT) as kept:
        kept.teams.add(BUILD, ["r-9"])
    with store.reading(TENANT) as kept:
        assert kept.teams.get("b-1") is None


ANSWER: dict[str, Any] = {
    "title": "Команда",
    "shared": [
        {
            "members": ["e-2", WHO],
            "outside_audience": [WHO],
            "excused": [{"educator": WHO, "reasons": [{"code": "c", "parameters": {"x": WHO}}]}],
        }
    ],
    "trained": [{"members": [WHO], "of": 2}],
    "rejected": [{"cannot": [{"educator": "e-2", "reasons": [{"code": "c"}]}]}],
    "stuck": [{"educator": WHO, "conflict": [{"code": "c", "parameters": {"x": WHO}}]}],
    "members": [{"educator": WHO, "value": 1.5}, {"educator": "e-2", "value": 2.5}],
}


def test_who_is_erased_has_the_pseudonym_of_his_routes_in_the_team(store: Store) -> None:
    """His id is nowhere in what was said of the team, nor why he could not take part; the others
    and the counts stay."""
    with store.writing(TENANT) as kept:
        kept.routes.add(replace(ROUTE, educator_id=WHO))
        kept.teams.add(replace(BUILD, answer=json.dumps(ANSWER, ensure_ascii=False)), [ROUTE.id])
        nobody = kept.erase(WHO, AT).pseudonym
    with store.reading(TENANT) as kept:
        build = kept.teams.get("b-1")
        assert build is not None
        assert kept.teams.routes_of("b-1") == (ROUTE.id,)
    assert WHO not in build.answer
    left = json.loads(build.answer)
    (shared,) = left["shared"]
    assert (shared["members"], shared["outside_audience"]) == (["e-2", nobody], [nobody])
    assert shared["excused"] == [{"educator": nobody, "reasons": []}]
    assert left["stuck"] == [{"educator": nobody, "conflict": []}]
    assert left["trained"] == [{"members": [nobody], "of": 2}]
    assert left["members"] == [{"educator": nobody, "value": 1.5}, ANSWER["members"][1]]
    assert left["rejected"] == ANSWER["rejected"]


def test_a_text_that_only_looks_like_the_person_stays() -> None:
    """A title is no person, and an answer without him is left byte for byte."""
    text = json.dumps({"title": WHO, "members": ["e-2"]}, ensure_ascii=False)
    assert without_person(text, WHO, "x") == text


def test_two_teams_that_want_the_same_never_wait_for_each_other(store: Store) -> None:
    """Forty teams of two take two runs in both orders at once; there are five seats of each: two
    teams hold all four of theirs, the others nothing."""
    teams = 40
    with store.writing(TENANT) as kept:
        for i in range(2 * teams):
            kept.routes.add(replace(ROUTE, id=f"r-{i:03}"))
    claims = [Claim(ClaimKind.SEAT, run, 5, run) for run in ("o1", "o2")]
    gate = threading.Barrier(teams)

    def one(team: int) -> str:
        order = claims if team % 2 else claims[::-1]
        gate.wait()
        while True:
            try:
                with store.writing(TENANT) as kept:
                    kept.holds.alone_at(claims)
                    for member in (2 * team, 2 * team + 1):
                        for claim in order:
                            kept.holds.take(f"r-{member:03}", [claim], after(days=14), AT)
            except ResourceGone:
                return "gone"
            except DatabaseUnavailable:
                continue  # on a busy machine a queue of forty may outlast a timeout
            else:
                return "held"

    with ThreadPoolExecutor(teams) as threads:
        assert Counter(threads.map(one, range(teams))) == {"held": 2, "gone": teams - 2}
    with store.reading(TENANT) as kept:
        assert kept.holds.occupancy(AT).seats == {"o1": 4, "o2": 4}
        held = [bool(kept.holds.of(f"r-{i:03}")) for i in range(2 * teams)]
    assert held[::2] == held[1::2]
