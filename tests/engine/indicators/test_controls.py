"""Dated actions of the plan: calendar, evidence and reminders."""

from __future__ import annotations

import datetime as dt

from engine.indicators import (
    Evidence,
    ReportPeriod,
    compute,
    controls,
    load_profile,
    reminders,
)
from engine.registers import Registers

from .region import little_region

PLAN = load_profile("leningrad-oblast")
YEAR = ReportPeriod.year(2026)


def evidence(record, control_id):
    found = {c.id: c for c in compute(record, "leningrad-oblast", YEAR).controls}
    return found[control_id]


def test_actions_fall_due_in_the_months_of_the_plan():
    """January to February, both halves, three single months, all year, and by other plans."""
    known = {c.id: c.windows for c in controls(PLAN, ReportPeriod.year(2028))}
    assert known["1.1"] == (ReportPeriod(dt.date(2028, 1, 1), dt.date(2028, 2, 29)),)
    assert known["1.4"] == (ReportPeriod.half(2028, 1), ReportPeriod.half(2028, 2))
    assert [w.first.month for w in known["3.3"]] == [4, 10, 12]
    assert known["5.2"] == (ReportPeriod.year(2028),)
    assert known["1.7"] == ()
    assert len(known["1.6"]) == 12


def test_evidence_is_counted_where_the_record_can_tell():
    """Counts of the little region by hand; without data there is «no data», not a zero."""
    record = little_region()
    # M1 M5 M6 in post on 30 November; M1's training counts until that very day, M5's ended
    assert evidence(record, "2.4").evidence == (
        Evidence("региональные методисты в должности", 3),
        Evidence("из них с действующим обучением", 1),
    )
    assert evidence(record, "5.2").evidence[0].count == 5  # p1 p2 p3 p6 p7
    assert evidence(record, "5.6").evidence[0].count == 2  # r1 r5
    assert evidence(record, "5.8").evidence[0].count == 3  # p1, p2 covered, h1 covered
    assert evidence(record, "5.10").evidence[0].count == 1  # A4
    assert [e.count for e in evidence(record, "6.3").evidence] == [4, 1, 1, 0, 2]
    # the site V1 opens next year: the register holds sites, none of them open
    assert (evidence(record, "2.5").state, evidence(record, "5.2").state) == ("not_shown", "shown")
    assert evidence(record, "1.1").state == "no_data"
    empty = little_region(sittings=(), registers=Registers())
    assert evidence(empty, "5.2").state == "no_data"
    assert evidence(empty, "2.4").evidence == ()


def test_reminders_name_what_is_due_and_what_begins():
    """On 20 March: January–March is due, April's begins within a month, all-year goes unsaid."""
    found = reminders(PLAN, dt.date(2026, 3, 20))
    told = {(r.id, r.due_from.month): (r.state, r.days_left) for r in found}
    assert told[("3.1", 1)] == ("due", 11)
    assert told[("1.3", 1)] == ("due", 72)  # until 31 May
    assert told[("1.6", 3)] == ("due", 11)
    assert told[("1.6", 4)] == ("upcoming", 41)
    assert told[("4.5", 4)] == ("upcoming", 41)
    assert ("4.5", 10) not in told
    assert ("1.1", 1) not in told  # over since February
    assert ("5.2", 1) not in told
    assert [r.due_until for r in found] == sorted(r.due_until for r in found)


def test_actions_of_the_whole_year_are_called_to_mind_at_its_end():
    """In December the actions that go on all year have their last month."""
    told = {r.id for r in reminders(PLAN, dt.date(2026, 12, 5))}
    assert {"5.2", "6.3", "5.11", "1.8"} <= told
    january = {(r.id, r.due_from.year) for r in reminders(PLAN, dt.date(2026, 12, 5))}
    assert ("1.2", 2027) in january  # January of the next year begins within a month


def test_monitoring_is_due_by_its_cadence():
    """Half-yearly until 30 June, then until 31 December; yearly until 31 December."""
    half = reminders(load_profile("sosnovy-bor"), dt.date(2026, 6, 10))
    assert [(r.kind, r.due_until, r.state) for r in half] == [
        ("monitoring", dt.date(2026, 6, 30), "due"),
        ("monitoring", dt.date(2026, 12, 31), "upcoming"),
    ]
    year = reminders(load_profile("spb"), dt.date(2026, 6, 10))
    assert [(r.due_until, r.days_left) for r in year] == [(dt.date(2026, 12, 31), 204)]
