"""A simulated history as a data package, and its truth as tables apart from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd

from engine.catalogue import KINDS
from engine.interchange.package import DataPackage
from engine.simulation.history import History
from engine.simulation.history_registers import draw_registers
from engine.simulation.people import SimulatedEducator

T = TypeVar("T")

TRUTH = "truth"
"""Folder beside the tables of the package, which name it nowhere."""

DIGITS = "%.6g"


def package_of(history: History, *, framework: str, policy: str) -> DataPackage:
    """What may be seen of a history, as one package.

    Parameters
    ----------
    framework, policy
        Ids that the history was drawn with.
    """

    def by_educator(
        values: Callable[[SimulatedEducator], tuple[T, ...]],
    ) -> Mapping[str, tuple[T, ...]]:
        found = {person.educator.id: values(person) for person in history.educators}
        return {educator: rows for educator, rows in found.items() if rows}

    return DataPackage(
        as_of=history.as_of,
        time_zone=history.plan.zone,
        activities=history.activities,
        offerings=history.offerings,
        organisations=history.organisations,
        educators=tuple(person.educator for person in history.educators),
        mentors=history.mentors,
        diagnostics=by_educator(lambda person: person.diagnostics),
        requests=by_educator(lambda person: person.requests),
        history=by_educator(lambda person: person.history),
        interactions=history.interactions,
        framework=framework,
        policy=policy,
        name=f"simulated-region-{history.seed}",
        title="Смоделированный регион: данные не настоящие",
        licences=("CC0-1.0",),
        sources=(f"routes simulate, начальное число {history.seed}",),
        registers=draw_registers(history),
    )


def write_truth(history: History, directory: Path) -> tuple[Path, ...]:
    """Write the truth of a history into a folder of its own; the same history, the same bytes.

    Returns
    -------
    tuple of Path
        ``plan.json`` and the tables: ``kinds``, ``activities``, ``gains``, ``educators``,
        ``proficiency``, ``interactions``.
    """
    directory.mkdir(parents=True, exist_ok=True)
    plan = directory / "plan.json"
    content = {"seed": history.seed, "plan": asdict(history.plan)}
    plan.write_text(
        json.dumps(content, ensure_ascii=False, indent=2, default=str) + "\n", encoding="utf-8"
    )
    tables = {
        "kinds": _kinds(history),
        "activities": _activities(history),
        "gains": _gains(history),
        "educators": _educators(history),
        "proficiency": _proficiency(history),
        "interactions": _interactions(history),
    }
    written = [plan]
    for name, table in tables.items():
        path = directory / f"{name}.csv"
        table.to_csv(path, index=False, float_format=DIGITS, lineterminator="\n")
        written.append(path)
    return tuple(written)


def _kinds(history: History) -> pd.DataFrame:
    return pd.DataFrame({"kind": [k.value for k in KINDS], "effect": history.truth.kind_effect})


def _activities(history: History) -> pd.DataFrame:
    traits = history.truth.activities
    ids = np.array([activity.id for activity in history.activities])
    return pd.DataFrame(
        {
            "activity_id": ids,
            "quality": traits.quality,
            "trip": traits.trip,
            "distance": traits.distance,
            "practice": traits.practice,
            "popularity": traits.popularity,
            "after": np.where(traits.after >= 0, ids[traits.after], ""),
        }
    )


def _gains(history: History) -> pd.DataFrame:
    """Coverage, effect and gains of every activity and node that it covers."""
    truth = history.truth
    traits = truth.activities
    row, m = np.nonzero(traits.share > 0)
    expected = np.array([truth.effect(j) for j in range(len(traits.kind))])
    return pd.DataFrame(
        {
            "activity_id": [history.activities[j].id for j in row.tolist()],
            "node": [truth.leaves[k] for k in traits.nodes[row, m].tolist()],
            "share": traits.share[row, m],
            "effect": traits.effect[row, m],
            "gain_if_benefited": traits.gain[row, m],
            "gain_if_completed": expected[row, m],
        }
    )


def _educators(history: History) -> pd.DataFrame:
    people = history.truth.people
    wanted = [history.truth.leaves[k] if k >= 0 else "" for k in people.request.tolist()]
    return pd.DataFrame(
        {
            "educator_id": [person.educator.id for person in history.educators],
            "rural": people.rural,
            "young": people.young,
            "liveliness": people.liveliness,
            "request": wanted,
        }
    )


def _proficiency(history: History) -> pd.DataFrame:
    """θ of every leaf at the beginning and now, two rows per educator."""
    theta = history.truth.people.proficiency
    ids = [person.educator.id for person in history.educators]
    frames = [
        pd.DataFrame(theta[:, at], columns=list(history.truth.leaves)).assign(
            educator_id=ids, moment=moment
        )
        for moment, at in (("start", 0), ("now", -1))
    ]
    table = pd.concat(frames, ignore_index=True)
    return table[["educator_id", "moment", *history.truth.leaves]]


def _interactions(history: History) -> pd.DataFrame:
    """Chances and benefit of every row of the package's table, in its order."""
    rows, truth, season = history.interactions, history.truth, history.season
    return pd.DataFrame(
        {
            "educator_id": np.array(rows.people)[rows.person],
            "activity_id": np.array(rows.activities)[rows.activity],
            "completion": truth.completion(rows.person, rows.activity, season),
            "benefit": truth.benefit(rows.person, rows.activity, season),
            "benefited": history.benefited.astype(np.int64),
        }
    )
