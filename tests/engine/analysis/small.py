"""Small regions by hand: the framework and round policy of the diagnostics' examples."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from engine.domain import Activity, Form, Kind, Offering
from engine.policy import GroupView
from engine.region_record import COLUMNS, RegionRecord
from tests.engine.diagnostics.examples import framework, policy

FRAMEWORK = framework()
AS_OF = dt.datetime(2026, 9, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=3)))
TODAY = dt.date(2026, 9, 1)
UNTIL = dt.date(2027, 5, 1)


def rules(**diagnostics):
    """The round policy; groups of two may be spoken of."""
    return replace(policy(**diagnostics), group_view=GroupView(2, 0.5, 0.3))


def educators(rows):
    """Frame of educators; each row has an id and what differs from a teacher of nothing."""
    plain = {
        "position": "teacher",
        "manager": False,
        "organisation": None,
        "district": "Север",
        "rural": None,
        "turns_35_on": pd.NaT,
        "pedagogical_start": pd.NaT,
        "post_start": pd.NaT,
        "subjects": (),
    }
    found = [{"educator": f"e{i}", **plain, **row} for i, row in enumerate(rows)]
    frame = pd.DataFrame(found, columns=[*COLUMNS["educators"]])
    for column in ("turns_35_on", "pedagogical_start", "post_start"):
        frame[column] = pd.to_datetime(frame[column])
    return frame


def sittings(rows):
    """Frame of scores: (educator, node, score of 6), a test of today, six tasks."""
    found = [
        {
            "educator": educator,
            "date": pd.Timestamp(TODAY),
            "procedure": "p",
            "method": "test",
            "node": node,
            "score": float(score),
            "max_score": 6.0,
            **(more[0] if more else {}),
        }
        for educator, node, score, *more in rows
    ]
    return pd.DataFrame(found, columns=[*COLUMNS["sittings"]])


def region(people, scores, activities=(), offerings=(), **more):
    """A record of these; routes and participation are empty."""
    return RegionRecord(
        as_of=AS_OF,
        educators=educators(people),
        sittings=sittings(scores),
        routes=more.pop("routes", pd.DataFrame(columns=[*COLUMNS["routes"]])),
        participation=pd.DataFrame(columns=[*COLUMNS["participation"]]),
        activities=tuple(activities),
        offerings=tuple(offerings),
        **more,
    )


def programme(name, node, *, hours=36.0, kind=Kind.DPP_PK, **more):
    """A programme wholly about one node."""
    form = Form.FORMAL if kind is Kind.DPP_PK else Form.NON_FORMAL
    return Activity(name, kind, name, hours, form, coverage={node: 1.0}, **more)


def run(name, activity, seats=None, *, start=dt.date(2026, 10, 5), **more):
    """A run of four weeks."""
    end = start + dt.timedelta(weeks=4) if start else None
    return Offering(name, activity, start, end, seats_left=seats, **more)


def weak(n, node="B.1", first=0):
    """Scores of n people who have done one task of six."""
    return [(f"e{i}", node, 1) for i in range(first, first + n)]


def gain(hours_academic=36.0, benefit=0.6, effect=0.45, h0=24.0):
    """Gain of a programme wholly about a node: 0.6 · 0.45 · (1 − e^(−27/24)) for 36 hours."""
    return benefit * effect * (1 - np.exp(-hours_academic * 0.75 / h0))
