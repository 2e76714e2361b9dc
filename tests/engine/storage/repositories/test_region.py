"""A region by column is what was stored, on every kind of database."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from engine.domain import Educator, Organisation, Position
from engine.lifecycle.states import RouteEvent, RouteState, StepRecord, StepState
from engine.region_record import RegionRecord
from engine.storage import FeedbackRow, Store, StoredRoute
from engine.storage.links import links_of
from engine.storage.repositories.region import RegionFrames
from tests.engine.storage.facts import ANSWERS, AT, EDUCATOR, ROUTE, SCORES, TENANT

ZONE = ZoneInfo("Asia/Vladivostok")
LATE = dt.datetime(2026, 9, 30, 20, tzinfo=dt.UTC)
"""In Vladivostok it is already the first of October."""
HEAD = Educator(id="e-0", position=Position.HEAD, turns_35_on=dt.date(2010, 1, 1), district="Юг")


def closes(node: str, expected: float) -> dict[str, object]:
    return {"node": node, "expected": expected}


ANSWER = json.dumps(
    {
        "deficits": [
            {"node": "MET", "proficiency": {}},
            {"node": "request:1", "proficiency": None},
        ],
        "route": {
            "steps": [
                {"activity": "a-1", "closes": [closes("MET", 0.2)]},
                {"activity": "a-2", "closes": [closes("request:1", 0.4), closes("MET", 0.0)]},
            ]
        },
    }
)


def step(number: int, state: StepState) -> StepRecord:
    day = dt.date(2026, 9, number)
    return StepRecord(f"s-{number}", f"a-{number}", f"o-{number}", day, day, state)


def event(kind: str, step_id: str | None, before: str, after: str, at: dt.datetime) -> RouteEvent:
    return RouteEvent(at, "m", "methodist", kind, step_id, before, after)


def filled(store: Store) -> RegionFrames:
    """Two educators; an active route of two steps, one completed late in the evening of UTC."""
    route = replace(
        ROUTE,
        answer=ANSWER,
        state=RouteState.ACTIVE,
        steps=(step(1, StepState.COMPLETED), step(2, StepState.PLANNED)),
    )
    proposed = replace(ROUTE, id="r-2", steps=(step(1, StepState.PLANNED),))
    with store.writing(TENANT) as kept:
        kept.educators.put(EDUCATOR, AT)
        kept.educators.put(HEAD, AT)
        kept.diagnostics.replace("e-1", SCORES, ANSWERS)
        kept.routes.add(route)
        kept.routes.add(proposed)
        kept.routes.append(
            "r-1",
            event("proposed", None, "", "proposed", AT),
            event("agree", None, "proposed", "agreed", AT + dt.timedelta(days=1)),
            event("enrol", "s-1", "planned", "enrolled", AT + dt.timedelta(days=2)),
            event("complete", "s-1", "enrolled", "completed", LATE),
        )
        kept.feedback.add(
            [
                FeedbackRow("f-1", LATE, "e-0", "a-9", "completed", None),
                FeedbackRow("f-2", LATE, "e-0", "a-8", "rejected", None),
                FeedbackRow("f-3", LATE, "e-1", "a-1", "completed", None, route_id="r-1"),
            ]
        )
    with store.reading(TENANT) as kept:
        return kept.region.frames(ZONE)


def rows(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """Rows with days as dates and what is not known as None."""
    shown = frame.astype(object).where(frame.notna(), None)
    return [
        tuple(v.date() if isinstance(v, pd.Timestamp) else v for v in row)
        for row in shown.itertuples(index=False)
    ]


def test_educators_stand_by_column(store: Store) -> None:
    """Own district before the organisation's, conditions of the school, the day of 35 years."""
    found = rows(filled(store).educators)
    head = ("e-0", "head", True, None, "Юг", None, dt.date(2010, 1, 1), None, None, (), ())
    assert found[0] == head
    assert found[1][:7] == ("e-1", "teacher", False, "o-1", "", True, dt.date(2034, 2, 28))
    assert found[1][9:] == (("математика",), ("basic",))


def test_answers_to_items_make_scores_where_there_are_none(store: Store) -> None:
    """Procedures with scores keep them; answers of another one are summed, blanks left out."""
    assert [r[2:] for r in rows(filled(store).sittings)] == [
        ("p-2", "test", "n2", 3.25, 10.0, 6.0),
        ("p-1", "observation", "n1", 0.0, 2.0, None),
    ]
    with store.writing(TENANT) as kept:
        kept.diagnostics.replace("e-1", (), ANSWERS)
    with store.reading(TENANT) as kept:
        found = rows(kept.region.frames(ZONE).sittings)
    assert [r[2:] for r in found] == [("p-2", "test", "n2", 1.0, 1.0, 1.0)]


def test_routes_say_when_and_on_what_they_rest(store: Store) -> None:
    """Days are the region's; a route of a request alone rests on no diagnostics."""
    first, second = rows(filled(store).routes)
    assert first == (
        *("r-1", "e-1", dt.date(2026, 8, 31), "active", dt.date(2026, 9, 1)),
        *(None, True, None),
    )
    assert second[3:7] == ("proposed", None, None, False)


def test_participation_is_what_was_agreed_or_told(store: Store) -> None:
    """Steps of agreed routes with their link to a deficit; feedback only where no route tells."""
    assert rows(filled(store).participation) == [
        ("e-1", "a-1", "o-1", "r-1", "completed", dt.date(2026, 9, 2), dt.date(2026, 10, 1), True),
        ("e-1", "a-2", "o-2", "r-1", "planned", dt.date(2026, 9, 2), None, False),
        ("e-0", "a-9", None, None, "completed", dt.date(2026, 10, 1), dt.date(2026, 10, 1), None),
    ]


def test_the_frames_make_a_record(store: Store) -> None:
    """Filled and empty frames alike have the columns of a region's record."""
    frames = filled(store)
    with store.reading("nobody") as kept:
        empty = kept.region.frames(ZONE)
    for f in (frames, empty):
        record = RegionRecord(AT, f.educators, f.sittings, f.routes, f.participation)
        assert np.issubdtype(record.sittings["score"].dtype, np.floating) or record.sittings.empty


def test_a_revision_replaces_the_links(store: Store) -> None:
    """The link to a deficit is that of the present answer."""
    filled(store)
    with store.writing(TENANT) as kept:
        route = kept.routes.lock("r-1")
        assert isinstance(route, StoredRoute)
        new = replace(route, answer='{"deficits": []}', revision=2, updated_at=LATE)
        kept.routes.save(new, route.version)
    with store.reading(TENANT) as kept:
        found = rows(kept.region.frames(ZONE).participation)
    assert [r[7] for r in found[:2]] == [False, False]


def test_links_are_read_off_an_answer() -> None:
    """Only a measured demand that something is closed of counts; an answer may have no route."""
    assert links_of("r", ANSWER) == {"route_id": "r", "diagnosed": True, "selected": '["a-1"]'}
    bare = {"route_id": "r", "diagnosed": False, "selected": "[]"}
    assert links_of("r", '{"deficits": [], "route": null}') == bare


def test_the_school_speaks_where_the_person_does_not(store: Store) -> None:
    """The organisation's district stands in for an educator's that is not stated."""
    school = Organisation("o-2", "Школа № 2", district="Север")
    with store.writing(TENANT) as kept:
        kept.educators.put(replace(EDUCATOR, organisation=school), AT)
    with store.reading(TENANT) as kept:
        assert rows(kept.region.frames(ZONE).educators)[0][4] == "Север"
