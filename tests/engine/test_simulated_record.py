"""A simulated history as a region's record, against the history itself, person by person."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.domain import Kind
from engine.framework import load_framework
from engine.indicators import ReportPeriod, compute
from engine.interactions import STATES, State
from engine.policy import load_policy
from engine.simulation.history import simulate_history
from engine.simulation.history_plan import HistoryPlan
from engine.simulation.history_record import record_of_history

EPOCH = dt.date(1970, 1, 1)
PERIOD = ReportPeriod.year(2025)


@pytest.fixture(scope="module")
def history():
    plan = HistoryPlan(educators=300, mentors=10, activities=120)
    return simulate_history(plan, 3, load_framework(), load_policy("default"))


@pytest.fixture(scope="module")
def record(history):
    return record_of_history(history)


def day_of(number):
    return EPOCH + dt.timedelta(days=int(number))


def in_period(day):
    return PERIOD.first <= day <= PERIOD.last


def reading(record, profile, indicator, options):
    result = compute(record, profile, PERIOD).indicator(indicator)
    return next(r for r in result.readings if r.id == options)


def test_diagnosed_people_are_those_with_results_in_the_year(history, record):
    """A plain loop over everybody's results finds the people that the indicator counts."""
    expected = sorted(
        p.educator.id for p in history.educators if any(in_period(r.date) for r in p.diagnostics)
    )
    assert list(reading(record, "primorye", "diagnosed", "in-period.any").numerator_ids) == expected
    assert 0 < len(expected) < 300


def test_completed_programmes_of_the_register_that_cover_a_deficit(history, record):
    """The indicator of chosen programmes, by loops over records and the rule of 80 per cent."""
    told = history.interactions
    people = {p.educator.id: p for p in history.educators}
    expected = set()
    for row in range(len(told)):
        person = people[told.people[told.person[row]]]
        activity = history.activities[told.activity[row]]
        if STATES[told.state[row]] is not State.COMPLETED or person.educator.position.value in (
            "head", "deputy_head", "unit_head",
        ):  # fmt: skip
            continue
        begun, ended = day_of(told.time[row]), day_of(told.ended[row])
        if not in_period(ended) or activity.kind not in (Kind.DPP_PK, Kind.DPP_PP):
            continue
        if activity.register_from is None or not (
            activity.register_from <= ended <= activity.register_to
        ):
            continue
        latest = {}
        for result in sorted(person.diagnostics, key=lambda r: r.date):
            if result.date <= begun:
                latest[result.node] = result.score / result.max_score
        if any(
            share <= 0.8 and (node == c or node.startswith(c + ".") or c.startswith(node + "."))
            for node, share in latest.items()
            for c in activity.coverage
        ):
            expected.add(person.educator.id)
    found = reading(
        record, "primorye", "completed-selected", "of-pedagogical.register-at-end.covering"
    )
    assert set(found.numerator_ids) == expected
    assert expected


def test_routes_are_slates(history, record):
    """Every slate is one route of its educator, made on its day; participation names it."""
    told = history.interactions
    slates = {}
    for row in range(len(told)):
        if told.slate[row] >= 0:
            slates.setdefault(int(told.slate[row]), []).append(row)
    assert len(record.routes) == len(slates)
    for number, rows in slates.items():
        route = record.routes.iloc[number]
        states = {STATES[told.state[r]] for r in rows}
        assert route["educator"] == told.people[told.person[rows[0]]]
        assert route["created_on"].date() == min(day_of(told.time[r]) for r in rows)
        taken = states & {State.ACCEPTED, State.ENROLLED, State.DROPPED, State.COMPLETED}
        assert (route["state"] == "proposed") == (not taken)
        assert (route["state"] == "completed") == (
            State.COMPLETED in states and State.ENROLLED not in states
        )
    linked = record.participation["route"].notna()
    assert (record.participation["selected_by_deficit"].notna() == linked).all()
    chosen = record.participation["selected_by_deficit"]
    assert chosen.eq(True).any()
    assert chosen.eq(False).any()


def test_registers_name_people_and_places_that_exist(history, record):
    """Members, mentees, mentors and schools of the drawn registers are the history's."""
    people = {p.educator.id for p in history.educators}
    schools = {o.id for o in history.organisations}
    mentors = {m.id for m in history.mentors}
    registers = record.registers
    assert {m for t in registers.teams for m in t.members} <= people
    assert {t.organisation_id for t in registers.teams} <= schools
    assert {e for m in registers.methodists for e in m.educators} <= people
    assert {a.educator_id for a in registers.accompaniments} <= people
    assert {a.by for a in registers.accompaniments} <= mentors
    kept = (registers.methodists, registers.teams, registers.sites, registers.communities,
            registers.practices, registers.accompaniments)  # fmt: skip
    for records in kept:
        ids = [r.id for r in records]
        assert ids == sorted(set(ids))
        assert ids


def test_the_same_seed_gives_the_same_record(history, record):
    """A record is drawn from the history alone."""
    again = record_of_history(history)
    assert again.registers == record.registers
    assert again.routes.equals(record.routes)
    assert again.participation.equals(record.participation)
