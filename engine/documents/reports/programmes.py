"""Programmes of ДПП, those of the federal register among them, and their funding."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator

import pandas as pd

from engine.documents.reports.counts import TOOK_PART, in_register, programmes_of, share, within
from engine.documents.reports.make import (
    count,
    facts,
    hours,
    listed,
    money,
    note,
    numbers,
    said,
    stated,
    words,
)
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
from engine.domain import Activity, Funding, Kind, Technology
from engine.indicators.periods import ReportPeriod
from engine.region_record import RegionRecord

PRINTED = 120
"""Programmes printed on the page and in the document; the workbook holds all."""


def programmes(record: RegionRecord, days: ReportPeriod) -> tuple[Block, ...]:
    """Blocks on the programmes of ДПП."""
    found = programmes_of(record)
    return (
        _numbers(found, record, days),
        note(Said("register_rule")),
        _register_figure(found, days),
        _list(found, record, days),
    )


def _numbers(found: tuple[Activity, ...], record: RegionRecord, days: ReportPeriod) -> Facts:
    inside = sum(in_register(a, days.last) for a in found)
    running = {o.activity_id for o in record.offerings if _runs(o.start, o.end, days)}
    distance = {Technology.DISTANCE, Technology.BLENDED}
    return facts(
        ("programmes", count(len(found))),
        ("programmes_pk", count(sum(a.kind is Kind.DPP_PK for a in found))),
        ("programmes_pp", count(sum(a.kind is Kind.DPP_PP for a in found))),
        ("programmes_register", count(inside)),
        ("programmes_register_share", share(inside, len(found))),
        ("programmes_network", count(sum(a.network_form for a in found))),
        ("programmes_distance", count(sum(bool(distance & set(a.technologies)) for a in found))),
        ("programmes_running", count(sum(a.id in running for a in found))),
    )


def _runs(start: dt.date | None, end: dt.date | None, days: ReportPeriod) -> bool:
    return start is not None and start <= days.last and (end or start) >= days.first


def register_state(activity: Activity, day: dt.date) -> str:
    """Code of where a programme stands with the federal register on a day."""
    if in_register(activity, day):
        return "register_in"
    if activity.register_from is None:
        return "register_not"
    return "register_later" if activity.register_from > day else "register_over"


STATES = ("register_in", "register_over", "register_later", "register_not")


def _register_figure(found: tuple[Activity, ...], days: ReportPeriod) -> Figure:
    states = Counter(register_state(a, days.last) for a in found)
    rows = tuple(
        (Said(state), count(states[state]), share(states[state], len(found))) for state in STATES
    )
    columns = (words("register_state", 3), numbers("programmes"), numbers("column_share"))
    return Figure(Drawing.BARS, Table(said("register_on", day=days.last), columns, rows))


def _list(found: tuple[Activity, ...], record: RegionRecord, days: ReportPeriod) -> Table:
    runs = Counter(o.activity_id for o in record.offerings if _runs(o.start, o.end, days))
    rows: list[tuple[Cell, ...]] = []
    for a in found:
        register: Cell = Said(register_state(a, days.last))
        span = (a.register_from or None, a.register_to or None)
        rows.append(
            (
                a.title,
                Said(f"kind_{a.kind.value}"),
                hours(a.hours_academic),
                stated(a.provider),
                register,
                "" if a.register_from is None else span[0],
                "" if a.register_from is None else (span[1] or Said("no_end")),
                Said("yes") if a.network_form else Said("no"),
                count(runs[a.id]),
                money(a.price_rub),
                listed(Name("funding", f) for f in a.funding),
            )
        )
    return Table(
        Said("programmes_list"),
        (
            words("programme", 4),
            words("kind", 0.8),
            numbers("column_hours", 1.2),
            words("provider", 2),
            words("register_state", 1.6),
            words("register_from", 1.2),
            words("register_to", 1.2),
            words("network", 0.9),
            numbers("column_runs", 0.9),
            numbers("price", 1.2),
            words("funding", 1.5),
        ),
        tuple(rows),
        printed=PRINTED,
    )


# ------------------------------------------------------------------------------ funding


def funding(record: RegionRecord, days: ReportPeriod) -> Iterator[Block]:
    """What is known of money: prices of the catalogue by source; the rest is not stated."""
    yield facts(
        ("budget_region", None),
        ("budget_system", None),
    )
    yield _by_source(record, days)
    yield note(Said("funding_rule"))


def _by_source(record: RegionRecord, days: ReportPeriod) -> Table:
    taken = record.participation[within(days, record.participation["date"])]
    taken = taken[taken["state"].isin(TOOK_PART)]
    sources = {a.id: a.funding[0] if a.funding else None for a in record.activities}
    spent, people = _spent(record, taken)
    activities: defaultdict[Funding | None, list[Activity]] = defaultdict(list)
    for a in record.activities:
        activities[sources[a.id]].append(a)
    rows: list[tuple[Cell, ...]] = []
    for source in (*Funding, None):
        group = activities[source]
        if not group:
            continue
        priced = [a for a in group if a.price_rub > 0]
        cells: tuple[Cell, ...] = (
            Said("source_not_stated") if source is None else Name("funding", source),
            count(len(group)),
            count(len(priced)),
            money(min(a.price_rub for a in priced)) if priced else "",
            money(max(a.price_rub for a in priced)) if priced else "",
            count(sum(people.get(a.id, 0) for a in group)),
            money(sum(spent.get(a.id, 0.0) for a in group)),
        )
        rows.append(cells)
    total = (Said("total"), count(len(record.activities)), *_totals(rows)) if rows else None
    heads = ("column_activities", "column_priced", "price_from", "price_to",
             "column_participations", "column_cost")  # fmt: skip
    return Table(
        Said("funding_by_source"),
        (words("source", 2.4), *(numbers(head) for head in heads)),
        tuple(rows),
        total,
    )


def _totals(rows: list[tuple[Cell, ...]]) -> tuple[Cell, ...]:
    def added(i: int) -> float:
        return sum(c.value or 0 for row in rows if isinstance(c := row[i], Amount))

    return count(added(2)), "", "", count(added(5)), money(added(6))


def _spent(record: RegionRecord, taken: pd.DataFrame) -> tuple[dict[str, float], dict[str, int]]:
    """Roubles and participations by activity; the price of a run goes before the activity's."""
    of_run = {o.id: o.price_rub for o in record.offerings if o.price_rub is not None}
    of_activity = {a.id: a.price_rub for a in record.activities}
    prices = taken["offering"].map(of_run).astype("float64")
    prices = prices.fillna(taken["activity"].map(of_activity)).fillna(0.0)
    spent = prices.groupby(taken["activity"]).sum()
    people = taken.groupby("activity").size()
    return (
        {str(a): float(amount) for a, amount in spent.items()},
        {str(a): int(n) for a, n in people.items()},
    )
