"""What the service has kept for training: outcomes, its catalogue, methodists' corrections."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import typer

from api.overlay import Overlay, effective, overlaid, overlay_of
from engine.cli.db import sqlite_file
from engine.errors import ConfigurationError
from engine.interactions import State
from engine.interchange.package import DataPackage
from engine.lifecycle.states import RouteState, StepState
from engine.matching.signals import EPOCH
from engine.storage import DEFAULT_TENANT, Repositories, RouteFilter, open_store
from engine.training.outcomes import Outcome, with_outcomes

PAGE = 500
AGREED = (RouteState.AGREED, RouteState.ACTIVE, RouteState.COMPLETED)
STATE_OF_STEP = {
    StepState.PLANNED: State.ACCEPTED,
    StepState.ENROLLED: State.ENROLLED,
    StepState.ATTENDED: State.ENROLLED,
    StepState.COMPLETED: State.COMPLETED,
    StepState.MISSED: State.DROPPED,
    # Who cancelled it is not known, so nothing more than the agreement is told of it.
    StepState.CANCELLED: State.ACCEPTED,
}


def with_kept_outcomes(
    package: DataPackage, database: str, tenant: str = DEFAULT_TENANT
) -> DataPackage:
    """The package with what a service keeps over it: outcomes, catalogue, corrections of tags.

    Outcomes are feedback and the steps of agreed routes. Those of people and activities that
    neither the package nor the database has are left out, and told on stderr. Corrections of tags
    are the last word on their activities and teach the tagger, as in the service. Activities that
    were withdrawn stay to learn from, without runs.

    Parameters
    ----------
    database
        Address of a database; its schema must be up to date.

    Raises
    ------
    ConfigurationError
        There is no such database, or its schema is of another version.
    """
    store = open_store(database)
    try:
        file = sqlite_file(store)
        # Looking must not make a database.
        if (file is not None and not file.is_file()) or not store.ready():
            detail = f"базы {store.url} нет или её схема другой версии: routes db upgrade"
            raise ConfigurationError(detail)
        with store.reading(tenant) as kept:
            found = [*_feedback(kept, package.as_of.tzinfo), *_routes(kept, package.as_of.tzinfo)]
            overlay = overlay_of(kept)
    finally:
        store.close()
    package = _corrected(package, overlay)
    people = {e.id for e in package.educators}
    activities = {a.id for a in package.activities}
    known = [o for o in found if o.person in people and o.activity in activities]
    said = f"из базы: исходов {len(known)}"
    if len(known) < len(found):
        said += f"; педагогов или активностей нет в пакете у {len(found) - len(known)}, пропущены"
    typer.echo(said, err=True)
    if not known:
        return package
    return replace(package, interactions=with_outcomes(package.interactions, known))


def _corrected(package: DataPackage, overlay: Overlay) -> DataPackage:
    """The package with the catalogue of the service, withdrawn activities included."""
    told = sum(row.record is not None for row in overlay.rows.get("correction", ()))
    if told:
        typer.echo(f"из базы: правок тегов {told}", err=True)
    now = effective(overlaid(package, overlay), overlay)
    left = {a.id for a in now.activities}
    withdrawn = tuple(a for a in package.activities if a.id not in left)
    return replace(now, activities=now.activities + withdrawn)


def _feedback(kept: Repositories, zone: dt.tzinfo | None) -> Iterator[Outcome]:
    after = None
    while True:
        page = kept.feedback.page(after, PAGE)
        for row in page.items:
            yield Outcome(
                person=row.educator_id,
                activity=row.activity_id,
                at=_day(row.at, zone),
                state=State(row.state),
                outcome=np.nan if row.outcome is None else row.outcome,
                ended=np.nan if row.ended_at is None else _day(row.ended_at, zone),
            )
        if page.next is None:
            return
        after = page.next


def _routes(kept: Repositories, zone: dt.tzinfo | None) -> Iterator[Outcome]:
    """Steps of agreed routes, proposed on the day of the route."""
    for state in AGREED:
        after = None
        while True:
            page = kept.routes.page(RouteFilter(state=state), after, PAGE)
            for summary in page.items:
                route = kept.routes.get(summary.id)
                assert route is not None
                for step in route.steps:
                    done = step.state is StepState.COMPLETED
                    yield Outcome(
                        person=route.educator_id,
                        activity=step.activity_id,
                        at=_day(route.created_at, zone),
                        state=STATE_OF_STEP[step.state],
                        ended=float(step.end.toordinal() - EPOCH) if done else np.nan,
                    )
            if page.next is None:
                break
            after = page.next


def _day(at: dt.datetime, zone: dt.tzinfo | None) -> float:
    return float(at.astimezone(zone).toordinal() - EPOCH)
