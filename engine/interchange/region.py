"""A region's record out of a data package."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from engine.domain import DiagnosticResult, HistoryItem, Method
from engine.interchange.package import DataPackage
from engine.region_frames import (
    educators_frame,
    empty_frame,
    participation_frame,
    sittings_frame,
)
from engine.region_record import RegionRecord
from engine.registers import Registers


def record_of_package(package: DataPackage, registers: Registers | None = None) -> RegionRecord:
    """What a package tells of its region.

    A package holds no routes, so their frame is empty, and no participation can be linked with
    one. Participation is what the interactions say was taken up, and what the history says was
    completed where no interaction says so. Answers to single items make scores of a procedure
    that has none of its own.

    Parameters
    ----------
    registers
        In the place of the package's own; ``None`` = those.
    """
    return RegionRecord(
        as_of=package.as_of,
        educators=educators_frame(package.educators),
        sittings=_sittings(package),
        routes=empty_frame("routes"),
        participation=_participation(package),
        activities=package.activities,
        offerings=package.offerings,
        organisations=package.organisations,
        mentors=tuple(dataclasses.replace(m, display_name=None) for m in package.mentors),
        registers=package.registers if registers is None else registers,
    )


def _sittings(package: DataPackage) -> pd.DataFrame:
    scores = sittings_frame(package.diagnostics)
    answers = sittings_frame(_scored(package))
    if answers.empty:
        return scores
    told = pd.MultiIndex.from_frame(scores[["educator", "procedure"]])
    new = ~pd.MultiIndex.from_frame(answers[["educator", "procedure"]]).isin(told)
    return pd.concat([scores, answers[new]], ignore_index=True) if len(scores) else answers


def _scored(package: DataPackage) -> Mapping[str, list[DiagnosticResult]]:
    """Answers as scores of their competencies: right ones out of those that were given."""
    found: dict[str, list[DiagnosticResult]] = {}
    for educator, answers in package.responses.items():
        sums: dict[tuple[str, dt.date, str], list[float]] = {}
        for answer in answers:
            if not math.isnan(answer.response):
                key = (answer.procedure_id, answer.date, answer.node)
                sums.setdefault(key, []).append(answer.response)
        found[educator] = [
            DiagnosticResult(
                procedure, day, Method.TEST, node, sum(given), float(len(given)), len(given)
            )
            for (procedure, day, node), given in sums.items()
        ]
    return found


def _participation(package: DataPackage) -> pd.DataFrame:
    told = package.interactions
    known = empty_frame("participation") if told is None else participation_frame(told)
    completed = _completed(package.history)
    if known.empty or completed.empty:
        return completed if known.empty else known
    keys = ["educator", "activity", "ended_on"]
    new = ~pd.MultiIndex.from_frame(completed[keys]).isin(pd.MultiIndex.from_frame(known[keys]))
    return pd.concat([known, completed[new]], ignore_index=True) if new.any() else known


def _completed(history: Mapping[str, tuple[HistoryItem, ...]]) -> pd.DataFrame:
    """What the history says was completed; when it began is not known, so its end stands in."""
    flat = [(e, i) for e, items in history.items() for i in items if i.activity_id is not None]
    if not flat:
        return empty_frame("participation")
    ended = np.array([i.completed_on for _, i in flat], dtype="datetime64[D]")
    return pd.DataFrame(
        {
            "educator": [e for e, _ in flat],
            "activity": [i.activity_id for _, i in flat],
            "offering": None,
            "route": None,
            "state": "completed",
            "date": ended.astype("datetime64[ns]"),
            "ended_on": ended.astype("datetime64[ns]"),
            "selected_by_deficit": None,
        }
    )
