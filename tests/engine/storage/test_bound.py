"""No tenant meets another's rows: through no repository, by no statement."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from engine.domain import Occupancy
from engine.lifecycle.holds import Claim, ClaimKind
from engine.lifecycle.states import RouteEvent, RouteState
from engine.storage import (
    AuditEntry,
    FeedbackRow,
    Job,
    JobEvent,
    JobState,
    Repositories,
    Store,
    TeamBuild,
    VersionConflict,
)
from engine.storage.bound import Bound, Lookup
from engine.storage.tables import METADATA, ROUTES, TENANTS
from tests.engine.storage.facts import ANSWERS, AT, EDUCATOR, ROUTE, SCORES, TENANT, after

OTHER = "region-2"
CLAIM = Claim(ClaimKind.SEAT, "o1", 1, "s1")
EVENT = RouteEvent(AT, "u", "tutor", "agree", None, "proposed", "agreed")
BUILD = TeamBuild("b-1", AT, "t-1", AT, "OPTIMAL", "spb", "{}")
FEEDBACK = FeedbackRow("f-1", AT, "e-1", "a-1", "completed", record={"tenant": "?"})


def everything(kept: Repositories, word: str) -> None:
    """Rows in every table of a tenant, under the same ids whoever it is."""
    answer = json.dumps({"title": word})
    kept.routes.add(replace(ROUTE, answer=answer, state=RouteState.AGREED, held_until=AT))
    kept.routes.save(
        replace(ROUTE, answer=answer, revision=2, state=RouteState.AGREED, held_until=AT), 1
    )
    kept.routes.append("r-1", replace(EVENT, comment=word))
    kept.teams.add(replace(BUILD, answer=json.dumps({"members": ["e-1", word]})), ["r-1"])
    kept.holds.take("r-1", [CLAIM], after(days=1), AT)
    kept.educators.put(replace(EDUCATOR, strengths=(word,)), AT)
    kept.diagnostics.replace("e-1", SCORES, ANSWERS)
    kept.labels.put("e-1", word)
    kept.catalogue.put("activity", {"a-1": {"title": word}}, AT)
    kept.feedback.add([replace(FEEDBACK, record={"word": word})])
    kept.audit.add(AuditEntry(AT, word, "tutor", "agree", "route", "r-1"))
    kept.idempotency.begin("k", "e", word, AT)
    kept.jobs.add(Job("j-1", AT, word, educator_id="e-1"))
    kept.jobs.append("j-1", JobEvent(AT, "queued", {"word": word}))


def seen(kept: Repositories) -> str:
    """Everything that every reading method says, as one text."""
    route = kept.routes
    told: list[object] = [
        *(
            route.get("r-1"),
            route.shown("r-1"),
            route.lock("r-1"),
            route.page(),
            route.revisions("r-1"),
        ),
        *(route.revision("r-1", 1), route.revision("r-1", 2), route.events("r-1"), route.count()),
        *(kept.teams.get("b-1"), kept.teams.routes_of("b-1"), kept.teams.of_route("r-1")),
        *(kept.holds.occupancy(AT), kept.holds.of("r-1")),
        *(kept.educators.kept("e-1"), kept.educators.ids(), kept.educators.page()),
        *(kept.diagnostics.results("e-1"), kept.diagnostics.responses("e-1")),
        kept.labels.get("e-1"),
        *(kept.catalogue.rows("activity"), kept.catalogue.get("activity", "a-1")),
        *(kept.catalogue.page("activity"), kept.catalogue.version()),
        *(kept.feedback.page(), kept.audit.page()),
        *(kept.jobs.get("j-1"), kept.jobs.events("j-1"), kept.jobs.lapsed(after(days=9))),
    ]
    return repr(told)


CHANGES: list[Callable[[Repositories], object]] = [
    lambda k: k.holds.alone_at([CLAIM]),
    lambda k: k.holds.release("r-1"),
    lambda k: k.holds.release_claims("r-1", [CLAIM]),
    lambda k: k.holds.confirm("r-1", "s1", AT),
    lambda k: k.holds.expire(after(days=99)),
    lambda k: k.educators.remove("e-1"),
    lambda k: k.labels.erase("e-1"),
    lambda k: k.catalogue.withdraw("activity", ["a-1"], AT),
    lambda k: k.idempotency.finish("k", "e", 200, {}, b"x"),
    lambda k: k.idempotency.abandon("k", "e"),
    lambda k: k.idempotency.purge(after(days=99)),
    lambda k: k.jobs.claim("j-1", "p", after(days=1), AT),
    lambda k: k.jobs.renew("j-1", "p", after(days=1), AT),
    lambda k: k.jobs.stop("j-1", AT),
    lambda k: k.jobs.update("j-1", AT, state=JobState.DONE),
    lambda k: k.jobs.purge(after(days=99)),
    lambda k: k.erase("e-1", AT),
]
"""Every change that names what may be another tenant's, and every sweep."""


def test_the_same_ids_of_two_tenants_are_two_things(store: Store) -> None:
    """Each reads what it wrote itself, and a third reads nothing at all."""
    for tenant in (TENANT, OTHER):
        with store.writing(tenant) as kept:
            everything(kept, f"word-of-{tenant}")
    with store.writing(TENANT) as kept:
        told = seen(kept)
    assert f"word-of-{TENANT}" in told
    assert OTHER not in told
    with store.writing("region-3") as kept:
        nothing = seen(kept)
    assert "word-of" not in nothing
    assert "r-1" not in nothing


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_no_change_reaches_another_tenant(store: Store, number: int) -> None:
    """Whatever one tenant does, what the other reads stays the same to the letter."""
    with store.writing(OTHER) as kept:
        everything(kept, "theirs")
        before = seen(kept)
        held = kept.idempotency.begin("k", "e", "theirs", AT)
    with store.writing(TENANT) as kept:
        CHANGES[number](kept)
    with store.writing(OTHER) as kept:
        assert seen(kept) == before
        assert kept.idempotency.begin("k", "e", "theirs", AT) == held


def test_anothers_route_cannot_be_saved_and_takes_no_seat(store: Store) -> None:
    """Saving it is a conflict with nothing, and its seats are not ours."""
    with store.writing(OTHER) as kept:
        everything(kept, "theirs")
    with pytest.raises(VersionConflict), store.writing(TENANT) as kept:
        kept.routes.save(ROUTE, 2)
    with store.writing(TENANT) as kept:
        assert kept.holds.occupancy(AT) == Occupancy({}, {}, frozenset())
        kept.routes.add(ROUTE)
        kept.holds.take("r-1", [CLAIM], after(days=1), AT)


def test_every_statement_names_its_tenant(store: Store) -> None:
    """Of all that repositories send, what touches a tenant's table carries this tenant."""
    owned = {t.name for t in METADATA.sorted_tables if "tenant_id" in t.c}
    wrong: list[str] = []
    checked: set[str] = set()

    def check(*told: object) -> None:
        statement, given = str(told[2]), repr(told[3])
        touched = {name for name in owned if f" {name}" in statement}
        checked.update(touched)
        if touched and ("tenant_id" not in statement or repr(TENANT) not in given):
            wrong.append(statement)

    sa.event.listen(store.engine, "before_cursor_execute", check)
    with store.writing(TENANT) as kept:
        everything(kept, "mine")
        seen(kept)
        for change in CHANGES:
            change(kept)
    sa.event.remove(store.engine, "before_cursor_execute", check)
    assert wrong == []
    assert checked == owned


def test_tables_are_reached_only_as_whose_they_are(store: Store) -> None:
    """A tenant's table without a tenant, and nobody's table with one, are mistakes."""
    with store.engine.connect() as connection:
        with pytest.raises(RuntimeError, match="routes"):
            Bound(connection, None, writes=True).rows(ROUTES)
        with pytest.raises(RuntimeError, match="tenants"):
            Bound(connection, TENANT, writes=True).rows(TENANTS)
        with pytest.raises(RuntimeError, match="no tenant"):
            _ = Bound(connection, None, writes=True).tenant
        with pytest.raises(RuntimeError, match="no tenant"):
            Bound(connection, None, writes=True).look_up(Lookup(ROUTES, ROUTES.c.id), "r-1")


def test_a_reading_transaction_refuses_every_change(store: Store) -> None:
    """Not one changing method of any repository gets through to the database."""
    for change in (*CHANGES, lambda k: k.routes.add(ROUTE), lambda k: k.feedback.add([FEEDBACK])):
        with pytest.raises(RuntimeError, match="only reads"), store.reading(TENANT) as kept:
            change(kept)
