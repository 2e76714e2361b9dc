"""What is put in comes out, together or not at all."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from engine.domain import (
    Conditions,
    DiagnosticResult,
    Educator,
    ItemResponse,
    Method,
    Organisation,
    Position,
    Stage,
)
from engine.storage import Store, StoredRoute

AT = dt.datetime(2026, 8, 31, 9, 30, tzinfo=ZoneInfo("Asia/Vladivostok"))
DAY = dt.date(2026, 5, 20)

EDUCATOR = Educator(
    id="e-1",
    position=Position.TEACHER,
    subjects=("математика",),
    stages=(Stage.BASIC,),
    organisation=Organisation("o-1", "Школа № 1", conditions=Conditions(rural=True)),
    born_on=dt.date(1999, 2, 28),
    tempo_min_per_week=180,
    conditions=Conditions(forbidden_weekdays=(3,)),
)
ROUTE = StoredRoute(
    id="r-1",
    created_at=AT,
    educator_id="e-1",
    as_of=AT,
    status="OPTIMAL",
    policy="spb",
    problem_digest="abc",
    answer='{"id": "r-1", "title": "ё"}',
    problem=b"\x00\xff{}",
    request='{"as_of": "2026-08-31T09:30:00+10:00"}',
    solution='{"status": "OPTIMAL"}',
)
SCORES = (
    DiagnosticResult("p-2", DAY, Method.TEST, "n2", 3.25, 10.0, 6),
    DiagnosticResult("p-1", DAY, Method.OBSERVATION, "n1", 0.0, 2.0, None, "inner", "c1"),
)
ANSWERS = (
    ItemResponse("p-2", DAY, "i1", 1.0, "n2"),
    ItemResponse("p-2", DAY, "i2", math.nan, "n2"),
)


def test_a_route_comes_back_byte_for_byte(store: Store) -> None:
    """Answer and problem are kept as they are, instants as the same instants."""
    with store.writing() as kept:
        kept.routes.add(ROUTE)
    with store.reading() as kept:
        read = kept.routes.get("r-1")
        assert kept.routes.get("r-2") is None
    assert read == ROUTE
    assert read.created_at.utcoffset() == dt.timedelta(0)


def test_a_route_of_before_requests_were_kept(store: Store) -> None:
    """Request and solution may be absent and come back absent."""
    old = replace(ROUTE, request=None, solution=None)
    with store.writing() as kept:
        kept.routes.add(old)
    with store.reading() as kept:
        assert kept.routes.get("r-1") == old


def test_a_route_is_written_once(store: Store) -> None:
    """A second route of the same id is refused and the first stays."""
    with store.writing() as kept:
        kept.routes.add(ROUTE)
    with pytest.raises(sa.exc.IntegrityError), store.writing() as kept:
        kept.routes.add(replace(ROUTE, status="UNKNOWN"))
    with store.reading() as kept:
        assert kept.routes.get("r-1") == ROUTE


def test_a_naive_instant_is_refused(store: Store) -> None:
    """An instant without an offset never reaches the database."""
    naive = replace(ROUTE, created_at=dt.datetime(2026, 8, 31))
    with pytest.raises(sa.exc.StatementError, match="offset"), store.writing() as kept:
        kept.routes.add(naive)


def test_what_fails_leaves_nothing(store: Store) -> None:
    """An exception after two writes undoes both."""

    def interrupted() -> None:
        with store.writing() as kept:
            kept.routes.add(ROUTE)
            kept.labels.put("e-1", "Анна")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        interrupted()
    with store.reading() as kept:
        assert kept.routes.count() == 0
        assert kept.labels.get("e-1") is None


def test_reading_never_writes(store: Store) -> None:
    """What is put through a reading transaction is gone."""
    with store.reading() as kept:
        kept.labels.put("e-1", "Анна")
    with store.reading() as kept:
        assert kept.labels.get("e-1") is None


def test_an_educator_comes_back_without_the_name(store: Store) -> None:
    """The record is whole but for the name, which has a table of its own."""
    with store.writing() as kept:
        kept.educators.put(replace(EDUCATOR, display_name="Анна"), AT)
    with store.reading() as kept:
        assert kept.educators.get("e-1") == EDUCATOR
        assert kept.educators.get("e-2") is None
        assert kept.educators.ids() == ("e-1",)
    with store.engine.connect() as connection:
        assert "Анна" not in str(connection.execute(sa.text("SELECT * FROM educators")).all())


def test_an_educator_is_replaced(store: Store) -> None:
    """A second put wins."""
    with store.writing() as kept:
        kept.educators.put(EDUCATOR, AT)
    with store.writing() as kept:
        kept.educators.put(replace(EDUCATOR, tempo_min_per_week=0), AT)
    with store.reading() as kept:
        assert kept.educators.get("e-1") == replace(EDUCATOR, tempo_min_per_week=0)


def test_evidence_keeps_its_order_and_its_gaps(store: Store) -> None:
    """Scores and responses come back in order; not answered stays not answered."""
    with store.writing() as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.diagnostics.replace("e-1", SCORES, ANSWERS)
    with store.reading() as kept:
        assert kept.diagnostics.results("e-1") == SCORES
        first, second = kept.diagnostics.responses("e-1")
    assert first == ANSWERS[0]
    assert math.isnan(second.response)
    assert second.item == "i2"


def test_evidence_is_replaced_as_a_whole(store: Store) -> None:
    """What is not given again is gone."""
    with store.writing() as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.diagnostics.replace("e-1", SCORES, ANSWERS)
        kept.diagnostics.replace("e-1", SCORES[1:])
    with store.reading() as kept:
        assert kept.diagnostics.results("e-1") == SCORES[1:]
        assert kept.diagnostics.responses("e-1") == ()


def test_evidence_needs_its_educator_and_goes_with_him(store: Store) -> None:
    """Foreign keys hold, and removing an educator removes his evidence but not his routes."""
    with pytest.raises(sa.exc.IntegrityError), store.writing() as kept:
        kept.diagnostics.replace("nobody", SCORES)
    with store.writing() as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.diagnostics.replace("e-1", SCORES, ANSWERS)
        kept.routes.add(ROUTE)
        kept.educators.remove("e-1")
    with store.reading() as kept:
        assert kept.diagnostics.results("e-1") == ()
        assert kept.diagnostics.responses("e-1") == ()
        assert kept.routes.count() == 1


def test_a_score_above_its_maximum_cannot_be_kept(store: Store) -> None:
    """The database itself refuses it, whoever writes."""
    wrong = replace(SCORES[0], score=11.0)
    with store.writing() as kept:
        kept.educators.put(EDUCATOR, AT)
    with pytest.raises(sa.exc.IntegrityError), store.writing() as kept:
        kept.diagnostics.replace("e-1", (wrong,))


def test_a_name_is_erased_first_and_alone(store: Store) -> None:
    """Erasing the name leaves educator and routes."""
    with store.writing() as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.routes.add(ROUTE)
        kept.labels.put("e-1", "Анна")
        kept.labels.put("e-1", "Анна Петровна")
    with store.reading() as kept:
        assert kept.labels.get("e-1") == "Анна Петровна"
    with store.writing() as kept:
        kept.labels.erase("e-1")
    with store.reading() as kept:
        assert kept.labels.get("e-1") is None
        assert kept.educators.get("e-1") is not None
        assert kept.routes.get("r-1") is not None
