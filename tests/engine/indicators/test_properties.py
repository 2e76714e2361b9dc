"""What must hold of every indicator, whatever the region."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.indicators import DIMENSIONS, RegionTables, ReportPeriod, compute, load_profile

from .region import ACTIVITIES, EDUCATORS, PARTICIPATION, ROUTES, SITTINGS, little_region

YEAR = ReportPeriod.year(2026)
PROFILES = tuple(load_profile(p) for p in ("spb", "primorye", "sosnovy-bor", "leningrad-oblast"))

DAYS = st.dates(dt.date(2025, 6, 1), dt.date(2027, 1, 31)).map(dt.date.isoformat)
PEOPLE = st.sampled_from([row[0] for row in EDUCATORS])
ACTIVITY = st.sampled_from([row[0] for row in ACTIVITIES])


def sittings_by(people):
    method = st.sampled_from(["test", "self", "expert", "observation"])
    node = st.sampled_from(["SUB.A", "SUB.A.01", "MET.B", "MET.M"])
    return st.lists(st.tuples(people, DAYS, method, node, st.integers(0, 10)), max_size=8)


def participation_by(people):
    state = st.sampled_from(["planned", "enrolled", "attended", "completed", "missed", "cancelled"])
    chosen = st.sampled_from([True, False, None])
    began = st.tuples(people, ACTIVITY, state, DAYS, st.integers(0, 90), chosen)

    def ended(row):
        who, activity, state, day, length, selected = row
        over = dt.date.fromisoformat(day) + dt.timedelta(days=length)
        return (who, activity, state, day, over.isoformat() if state == "completed" else None,
                selected)  # fmt: skip

    return st.lists(began.map(ended), max_size=10)


def routes_by(people):
    states = ["proposed", "returned", "agreed", "active", "completed", "cancelled"]
    row = st.tuples(people, DAYS, st.sampled_from(states), st.booleans())
    return st.lists(row, max_size=6).map(
        lambda rows: [
            (f"q{i}", who, day, state, None, diagnosed, None)
            for i, (who, day, state, diagnosed) in enumerate(rows)
        ]
    )


def counts(record, **options):
    tables = RegionTables(record, 0.8)
    return [compute(record, p, YEAR, tables=tables, **options) for p in PROFILES]


def sides(reports):
    return {
        (report.profile, i.definition.id, r.id): (set(r.numerator_ids), set(r.denominator_ids))
        for report in reports
        for i in report.indicators
        for r in i.readings
    }


OUTSIDE = st.sampled_from(["x1", "x2"])
BEFORE = sides(counts(little_region()))
EVIDENCE = [c.evidence for report in counts(little_region()) for c in report.controls]


@settings(max_examples=8)
@given(sittings_by(OUTSIDE), participation_by(OUTSIDE), routes_by(OUTSIDE))
def test_people_outside_the_system_change_nothing(sittings, participation, routes):
    """Whatever somebody does who is not in the system, no side of any indicator moves."""
    record = little_region(
        sittings=[*SITTINGS, *sittings],
        participation=[*PARTICIPATION, *participation],
        routes=[*ROUTES, *routes],
    )
    assert sides(counts(record)) == BEFORE


@settings(max_examples=8)
@given(sittings_by(PEOPLE), participation_by(PEOPLE), routes_by(PEOPLE))
def test_shares_are_shares_and_parts_add_up(sittings, participation, routes):
    """Who is counted is among those of whom; the parts of a breakdown sum to the whole."""
    record = little_region(sittings=sittings, participation=participation, routes=routes)
    for report in counts(record, by=DIMENSIONS):
        for result in report.indicators:
            for reading in result.readings:
                if result.definition.unit == "share":
                    assert set(reading.numerator_ids) <= set(reading.denominator_ids)
                    assert reading.denominator == 0 or 0 <= reading.value <= 1
                for by in {part.by for part in reading.breakdown}:
                    parts = [p for p in reading.breakdown if p.by == by]
                    assert sum(p.numerator for p in parts) == reading.numerator
                    if reading.denominator is not None:
                        assert sum(p.denominator or 0 for p in parts) == reading.denominator


@settings(max_examples=8)
@given(sittings_by(PEOPLE), participation_by(PEOPLE), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(sittings, participation, random):
    """The same rows in another order, and each of them twice, give the same people."""
    plain = little_region(sittings=sittings, participation=participation)
    people, seen, done = list(EDUCATORS), list(sittings), [*participation, *participation]
    for rows in (people, seen, done):
        random.shuffle(rows)
    mixed = little_region(educators=people, sittings=seen, participation=done)
    assert sides(counts(mixed)) == sides(counts(plain))


@settings(max_examples=8)
@given(sittings_by(PEOPLE), participation_by(PEOPLE))
def test_stricter_readings_count_no_more(sittings, participation):
    """Who completed or was marked is among the enrolled; all of a team implies half, half one."""
    reports = counts(little_region(sittings=sittings, participation=participation))
    found = {key: numerator for key, (numerator, _) in sides(reports).items()}
    for base in ("of-staff", "of-diagnosed"):
        for when in ("in-period", "by-end"):
            at = ("spb", "diagnosed-and-participated")
            wide = found[(*at, f"{base}.{when}.enrolled")]
            assert found[(*at, f"{base}.{when}.attended")] <= wide
    for team in ("registered", "formed"):
        for topic in ("for-managers", "marked", "any-topic"):
            chain = [
                found[("primorye", "teams-trained", f"{team}.{share}.{topic}")]
                for share in ("all", "half", "any")
            ]
            assert chain[0] <= chain[1] <= chain[2]


@pytest.mark.parametrize("profile", PROFILES, ids=lambda p: p.id)
def test_tables_serve_several_computations(profile):
    """Tables that were used before give the same report as fresh ones."""
    record = little_region()
    tables = RegionTables(record, 0.8)
    for p in PROFILES:
        compute(record, p, ReportPeriod.year(2025), tables=tables)
    used = compute(record, profile, YEAR, tables=tables)
    assert sides([used]) == {k: v for k, v in BEFORE.items() if k[0] == profile.id}
    assert sides([used]) == sides([compute(record, profile, YEAR)])
