"""A region's record out of a data package."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from engine.domain import (
    DiagnosticResult,
    Educator,
    HistoryItem,
    ItemResponse,
    Mentor,
    Method,
    Position,
)
from engine.indicators import ReportPeriod, compute, profiles
from engine.interactions import Interactions
from engine.interchange.package import DataPackage
from engine.interchange.region import record_of_package
from engine.registers import Registers, Team

AS_OF = dt.datetime(2026, 8, 31, 9, tzinfo=dt.UTC)
DAY = dt.date(2026, 5, 4)


def package(**more):
    people = (Educator("a", Position.TEACHER), Educator("b", Position.TEACHER))
    return DataPackage(as_of=AS_OF, time_zone="Europe/Moscow", educators=people, **more)


def test_answers_make_scores_where_a_procedure_has_none():
    """Right answers out of those given; a procedure with scores of its own keeps these."""
    answers = tuple(
        ItemResponse(procedure, DAY, f"i{i}", response, "MET")
        for procedure in ("one", "two")
        for i, response in enumerate((1.0, 0.5, float("nan"), 0.0))
    )
    scored = DiagnosticResult("two", DAY, Method.EXPERT, "MET", 7, 10)
    record = record_of_package(package(diagnostics={"a": (scored,)}, responses={"a": answers}))
    rows = record.sittings.sort_values("procedure")
    assert rows["procedure"].tolist() == ["one", "two"]
    assert rows["score"].tolist() == [1.5, 7.0]  # 1 + ½ + 0 of three given answers
    assert rows["max_score"].tolist() == [3.0, 10.0]


def test_history_adds_what_no_interaction_tells():
    """A completion that both tell of is one; a title without an activity is none."""
    day = (DAY - dt.date(1970, 1, 1)).days
    told = Interactions.from_columns(
        ["a"], ["X"], np.array([day - 10.0]), ["completed"], ended=np.array([float(day)])
    )
    history = {
        "a": (HistoryItem(DAY, "X"), HistoryItem(DAY, "Y"), HistoryItem(DAY, None, "Курс")),
        "b": (HistoryItem(DAY, "X"),),
    }
    record = record_of_package(package(interactions=told, history=history))
    rows = record.participation
    assert list(zip(rows["educator"], rows["activity"], strict=True)) == [
        ("a", "X"),
        ("a", "Y"),
        ("b", "X"),
    ]
    assert rows["date"].dt.date.tolist() == [DAY - dt.timedelta(days=10), DAY, DAY]
    assert rows["selected_by_deficit"].isna().all()


def test_registers_are_those_of_the_package_or_those_given():
    """Given registers take the place of the package's; names of mentors stay outside."""
    own, other = Registers(teams=(Team("t", "S"),)), Registers()
    held = package(registers=own, mentors=(Mentor("m", Position.TEACHER, display_name="Имя"),))
    assert record_of_package(held).registers is own
    assert record_of_package(held, other).registers is other
    assert record_of_package(held).mentors[0].display_name is None


def test_an_empty_package_has_a_report_of_every_profile():
    """Nothing at all is counted as nothing, and shares of nobody are no number."""
    record = record_of_package(DataPackage(as_of=AS_OF, time_zone="Europe/Moscow"))
    for profile in profiles():
        report = compute(record, profile, ReportPeriod.year(2026), by=("district", "young"))
        for result in report.indicators:
            for reading in result.readings:
                assert reading.numerator == 0
                assert pd.isna(reading.value) == (reading.denominator == 0)
