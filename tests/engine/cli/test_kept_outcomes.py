"""Outcomes of a service's database become interactions of the package that is trained on."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from api.service import load_package
from api.tagging_calls import correct
from engine.cli.kept_outcomes import with_kept_outcomes
from engine.errors import ConfigurationError
from engine.interactions import STATES
from engine.lifecycle.states import RouteState, StepRecord, StepState
from engine.matching.signals import EPOCH
from engine.matching.tag_corrections import TagCorrection
from engine.recommendation import to_dict
from engine.settings import Settings
from engine.storage import DEFAULT_TENANT, FeedbackRow, StoredRoute, open_store

AT = dt.datetime(2026, 8, 1, 12, tzinfo=dt.UTC)
DAY = AT.date().toordinal() - EPOCH


def step(activity: str, state: StepState) -> StepRecord:
    day = dt.date(2026, 9, 15)
    return StepRecord(f"step-{activity}", activity, f"{activity}.run", day, day, state=state)


def route(name: str, state: RouteState, *steps: StepRecord) -> StoredRoute:
    return StoredRoute(
        id=name,
        created_at=AT,
        educator_id="E02",
        as_of=AT,
        status="OPTIMAL",
        policy="default",
        problem_digest="d" * 64,
        answer="{}",
        problem=b"{}",
        state=state,
        steps=steps,
    )


def test_feedback_and_agreed_steps_join_and_strangers_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A step accepted on one day and completed by feedback is one completed interaction.

    A proposed route says nothing; an educator whom the package does not have is left out.
    """
    package = load_package(Settings())
    first, second, third = (a.id for a in sorted(package.activities, key=lambda a: a.id)[:3])
    url = f"sqlite:///{tmp_path / 'routes.db'}"
    store = open_store(url)
    store.upgrade()
    later = AT + dt.timedelta(days=40)
    agreed = (step(first, StepState.PLANNED), step(second, StepState.COMPLETED))
    with store.writing(DEFAULT_TENANT) as kept:
        kept.routes.add(route("agreed", RouteState.ACTIVE, *agreed))
        kept.routes.add(route("offer", RouteState.PROPOSED, step(third, StepState.PLANNED)))
        kept.feedback.add(
            [
                FeedbackRow("f1", later, "E02", first, "completed", 0.7, ended_at=later),
                FeedbackRow("f2", later, "stranger", first, "completed"),
            ]
        )
    store.close()
    table = with_kept_outcomes(replace(package, interactions=None), url).interactions
    assert table is not None
    rows = {
        table.activities[a]: (table.people[p], t, STATES[s].value, o, e)
        for p, a, t, s, o, e in zip(
            table.person, table.activity, table.time, table.state, table.outcome, table.ended,
            strict=True,
        )
    }  # fmt: skip
    assert set(rows) == {first, second}
    assert rows[first] == ("E02", DAY, "completed", 0.7, DAY + 40)
    person, at, state, _, ended = rows[second]
    assert (person, at, state) == ("E02", DAY, "completed")
    assert ended == dt.date(2026, 9, 15).toordinal() - EPOCH
    assert "исходов 3; " in capsys.readouterr().err


def test_the_catalogue_and_the_corrections_of_the_service_are_trained_on(tmp_path: Path) -> None:
    """What a methodist put right goes before a given coverage and teaches the tagger.

    An activity that was added since counts; one that was withdrawn stays, without runs.
    """
    package = load_package(Settings())
    corrected = next(a for a in package.activities if len(a.coverage) > 1)
    right, wrong = list(corrected.coverage)[:2]
    gone = next(o.activity_id for o in package.offerings if o.activity_id != corrected.id)
    url = f"sqlite:///{tmp_path / 'routes.db'}"
    store = open_store(url)
    store.upgrade()
    new = replace(corrected, id="new-activity")
    record = to_dict(new, digits=None)
    assert isinstance(record, dict)
    with store.writing(DEFAULT_TENANT) as kept:
        correct(kept, {corrected.id: TagCorrection.of(corrected, {right: 0.5}, [wrong])}, AT)
        kept.catalogue.put("activity", {new.id: record}, AT)
        kept.catalogue.withdraw("activity", [gone], AT)
    store.close()
    taken = with_kept_outcomes(package, url)
    found = {a.id: a for a in taken.activities}
    assert found[corrected.id].coverage == {right: 0.5}
    assert corrected.id in {c.activity_id for c in taken.corrections}
    assert new.id in found
    assert gone in found
    runs = {o.activity_id for o in taken.offerings}
    assert gone not in runs
    assert corrected.id in runs


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """The command says what to do and leaves no file."""
    missing = tmp_path / "none.db"
    with pytest.raises(ConfigurationError):
        with_kept_outcomes(load_package(Settings()), f"sqlite:///{missing}")
    assert not missing.exists()
