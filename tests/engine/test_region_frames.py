"""Columns of a region's record from records."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from engine.domain import Conditions, DiagnosticResult, Educator, Method, Organisation, Position
from engine.interactions import Interactions
from engine.region_frames import (
    days_of,
    educators_frame,
    empty_frame,
    participation_frame,
    sittings_frame,
)
from engine.region_record import COLUMNS, MORE_COLUMNS

SCHOOL = Organisation("S1", "Школа", "Север", conditions=Conditions(rural=True))


def test_an_educator_by_column():
    """Day of 35 from the birthday, district and setting from the school where he states none."""
    frame = educators_frame(
        [
            Educator("a", Position.HEAD, organisation=SCHOOL, born_on=dt.date(1996, 2, 29)),
            Educator("b", Position.TEACHER, ("физика",), organisation=SCHOOL, district="Юг",
                     turns_35_on=dt.date(2030, 1, 2), born_on=dt.date(1900, 1, 1),
                     conditions=Conditions(rural=False)),
            Educator("c", Position.TEACHER),
        ]
    )  # fmt: skip
    assert tuple(frame.columns) == (*COLUMNS["educators"], *MORE_COLUMNS["educators"])
    assert frame["manager"].tolist() == [True, False, False]
    # 2031 has no 29 February
    assert frame["turns_35_on"].dt.date.tolist()[:2] == [dt.date(2031, 3, 1), dt.date(2030, 1, 2)]
    assert pd.isna(frame["turns_35_on"][2])
    assert frame["district"].tolist() == ["Север", "Юг", ""]
    assert frame["rural"].tolist()[:2] == [True, False]
    assert frame["subjects"][1] == ("физика",)


def test_scores_by_column():
    """One row for each score, in the order in which people and scores are given."""
    score = DiagnosticResult("t", dt.date(2026, 1, 2), Method.SELF, "MET", 3, 4)
    frame = sittings_frame({"b": (score,), "a": (score, score)})
    assert frame["educator"].tolist() == ["b", "a", "a"]
    assert frame["score"].tolist() == [3.0, 3.0, 3.0]
    assert frame["method"].tolist() == ["self"] * 3
    assert frame["n_tasks"].isna().all()
    assert frame["date"].dt.date.tolist() == [dt.date(2026, 1, 2)] * 3


def test_participation_is_what_was_taken_up():
    """Proposals that nobody took up are none; only what was completed has an end."""
    told = Interactions.from_columns(
        ["a", "a", "b", "b"],
        ["X", "Y", "X", "Y"],
        np.array([0.0, 1.0, 2.0, 20_000.0]),
        ["proposed", "dropped", "completed", "accepted"],
        ended=np.array([np.nan, 5.0, 7.0, np.nan]),
    )
    frame = participation_frame(told)
    assert tuple(frame.columns) == COLUMNS["participation"]
    assert frame["educator"].tolist() == ["a", "b", "b"]
    assert frame["state"].tolist() == ["missed", "completed", "planned"]
    # 20 000 days after 1 January 1970
    assert frame["date"].dt.date.tolist()[2] == dt.date(2024, 10, 4)
    assert frame["ended_on"].dt.date.tolist()[1] == dt.date(1970, 1, 8)
    assert frame["ended_on"].isna().tolist() == [True, False, True]


def test_an_order_is_no_day():
    """Interactions that only know an order have no place in a record of days."""
    told = Interactions.from_columns(["a"], ["X"], np.array([0.0]), clock="order")
    with pytest.raises(ValueError, match="days"):
        participation_frame(told)


def test_empty_frames_and_unknown_days():
    """A frame without rows has its columns; a day that is not known is none."""
    assert all(tuple(empty_frame(name).columns) == COLUMNS[name] for name in COLUMNS)
    assert pd.isna(days_of(np.array([np.nan]))[0])
