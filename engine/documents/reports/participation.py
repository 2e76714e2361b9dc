"""Participation of educators, routes by state, and how both went over a period."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from engine.documents.reports.counts import (
    TOOK_PART,
    people_of,
    protected,
    safe,
    share,
    shown,
    within,
)
from engine.documents.reports.make import facts, numbers, said, words
from engine.documents.reports.model import (
    Amount,
    Block,
    Cell,
    Drawing,
    Facts,
    Figure,
    Name,
    Said,
    Table,
)
from engine.domain import Kind
from engine.indicators.periods import ReportPeriod
from engine.lifecycle.states import RouteState, StepState
from engine.region_record import RegionRecord


def participation(record: RegionRecord, days: ReportPeriod, *, least: int = 0) -> Iterator[Block]:
    """Blocks on who took part in what.

    Parameters
    ----------
    least
        Fewest people that a number may speak of; 0 = every number is printed.
    """
    people = people_of(record, days)
    total = len(record.educators)
    took, done = int(people.took_part.sum()), int(people.completed_programme.sum())
    yield facts(
        ("took_part", _part(took, total, least)),
        ("took_part_share", _share(took, total, least)),
        ("completed_programme", _part(done, total, least)),
        ("completed_programme_share", _share(done, total, least)),
    )
    yield _kinds(record, days, least)
    yield _states(record, days, least)


def routes(record: RegionRecord, days: ReportPeriod, *, least: int = 0) -> Iterator[Block]:
    """Blocks on routes: how many, on what they rest, in which state they are.

    Parameters as for ``participation``.
    """
    people = people_of(record, days)
    total = len(record.educators)
    routed, measured = int(people.routed.sum()), int(people.routed_by_diagnosis.sum())
    # Three parts of everybody: each two numbers of them would tell the third.
    kept = protected(
        {"measured": measured, "asked": routed - measured, "none": total - routed}, least
    )
    known = None if kept["none"] is None else routed
    yield facts(
        ("routed", shown(known)),
        ("routed_share", _share_of(known, total)),
        ("routed_by_diagnosis", shown(kept["measured"])),
    )
    yield _route_states(record, days, least)


def diagnosed(record: RegionRecord, days: ReportPeriod, *, least: int = 0) -> Facts:
    """How many were diagnosed in a period and ever. Parameters as for ``participation``."""
    people = people_of(record, days)
    total = len(record.educators)
    ever = int(record.educators["educator"].isin(set(record.sittings["educator"])).sum())
    now = int(people.diagnosed.sum())
    kept = protected({"now": now, "earlier": ever - now, "never": total - ever}, least)
    known = None if kept["never"] is None else ever
    return facts(
        ("diagnosed", shown(kept["now"])),
        ("diagnosed_share", _share_of(kept["now"], total)),
        ("diagnosed_ever", shown(known)),
    )


def _part(part: int, whole: int, least: int) -> Cell:
    """A part of a known whole, kept back where it or the rest is of few people."""
    kept = protected({"in": part, "out": whole - part}, least)
    return shown(kept["in"])


def _share(part: int, whole: int, least: int) -> Cell:
    return _share_of(protected({"in": part, "out": whole - part}, least)["in"], whole)


def _share_of(part: int | None, whole: int) -> Cell:
    return shown(None) if part is None else share(part, whole)


def _kinds(record: RegionRecord, days: ReportPeriod, least: int) -> Figure:
    """Participations by kind of the activity: people who took part, completions."""
    found = record.participation[within(days, record.participation["date"])]
    kinds = found["activity"].map({a.id: a.kind.value for a in record.activities}).fillna("")
    took = found["state"].isin(TOOK_PART)
    completed = found["state"] == "completed"
    order = [kind.value for kind in Kind] + [""]
    rows: list[tuple[Cell, ...]] = []
    for kind in order:
        of_kind = found[(kinds == kind) & took]
        if of_kind.empty:
            continue
        people = int(of_kind["educator"].nunique())
        done = int((completed & (kinds == kind)).sum())
        few = people < least
        rows.append(
            (
                Name("kind", kind) if kind else Said("kind_not_known"),
                shown(None if few else people),
                shown(None if few else len(of_kind)),
                shown(done if not few and safe(done, len(of_kind), least) else None),
            )
        )
    rows.sort(key=lambda row: -(row[1].value or 0) if isinstance(row[1], Amount) else 1)
    table = Table(
        Said("participation_by_kind"),
        (
            words("kind", 3),
            numbers("column_people"),
            numbers("column_participations"),
            numbers("column_completed"),
        ),
        tuple(rows),
        note=Said("hidden_note") if least else None,
    )
    return Figure(Drawing.BARS, table)


def _states(record: RegionRecord, days: ReportPeriod, least: int) -> Table:
    found = record.participation[within(days, record.participation["date"])]
    counts = _protected_states(found["state"], [s.value for s in StepState], least)
    rows = tuple(
        (Name("life_state", state), shown(n)) for state, n in counts.items() if n is None or n > 0
    )
    return Table(
        Said("participation_by_state"), (words("state", 3), numbers("column_participations")), rows
    )


def _route_states(record: RegionRecord, days: ReportPeriod, least: int) -> Figure:
    routes = record.routes
    ended = routes["ended_on"]
    alive = (routes["created_on"] <= pd.Timestamp(days.last)) & (
        ended.isna() | (ended >= pd.Timestamp(days.first))
    )
    counts = _protected_states(routes.loc[alive, "state"], [s.value for s in RouteState], least)
    rows = tuple((Name("life_state", state), shown(n)) for state, n in counts.items())
    table = Table(
        said("routes_by_state"),
        (words("state", 3), numbers("column_routes")),
        rows if int(alive.sum()) else (),
        note=Said("hidden_note") if least else None,
    )
    return Figure(Drawing.BARS, table)


def _protected_states(states: pd.Series, order: list[str], least: int) -> Mapping[str, int | None]:
    found = states.value_counts().to_dict()
    return protected({state: int(found.get(state, 0)) for state in order}, least)


def month_trend(record: RegionRecord, days: ReportPeriod) -> Figure:
    """People diagnosed, routes built and programmes completed by month of a period."""
    months = pd.period_range(days.first, days.last, freq="M")
    sat = record.sittings[within(days, record.sittings["date"])]
    built = record.routes[within(days, record.routes["created_on"])]
    done = record.participation[within(days, record.participation["ended_on"])]
    done = done[done["state"] == "completed"]
    series = (
        sat.groupby(_month(sat["date"]))["educator"].nunique(),
        built.groupby(_month(built["created_on"])).size(),
        done.groupby(_month(done["ended_on"])).size(),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (f"{m.month:02d}.{m.year}", *(Amount(float(s.get(m, 0))) for s in series)) for m in months
    )
    columns = (
        words("month", 1.4),
        numbers("column_diagnosed"),
        numbers("column_routes_built"),
        numbers("column_completions"),
    )
    return Figure(Drawing.TREND, Table(Said("months"), columns, rows), values=(1, 2, 3))


def _month(column: pd.Series) -> pd.Series:
    """Month of each day; an empty column may have lost its kind."""
    return pd.to_datetime(column).dt.to_period("M")
