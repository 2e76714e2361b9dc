"""Scores of a region's frame → posteriors of everybody, and the newest result at each node.

The same model as one person's (``engine.diagnostics``), by arrays. A frame says less than records
do: rows of one educator, procedure, method, node and day are parts of one score, each a task of its
own where there are several; who observed is not known, so a procedure is one sheet.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.deficits.group_measures import Assessed, Measurements, Targets, assess
from engine.diagnostics.evidence import METHOD_ORDER
from engine.diagnostics.logit_normal import share_moments
from engine.diagnostics.many import ManyObservations, posterior_of_many
from engine.diagnostics.system import procedure_sd_of
from engine.domain import FloatArray, IntArray, Method
from engine.errors import ConfigurationError
from engine.framework import Framework
from engine.policy import Diagnostics, PolicyProfile

_KEY = ["person", "procedure", "method", "node", "day"]


@dataclass(frozen=True, slots=True, eq=False)
class Newest:
    """The newest result that counts officially, for each entry of ``Assessed``.

    Parameters
    ----------
    successes, failures
        Shape (n,), effective tasks.
    procedure
        Shape (n,), number of the procedure and method.
    procedure_sd
        Shape (n_procedures,): how much one may be harder than another, log odds.
    """

    successes: FloatArray
    failures: FloatArray
    procedure: IntArray
    procedure_sd: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class RegionEvidence:
    """What is known of everybody's deficits.

    Parameters
    ----------
    n_unused
        Rows that were left out: of unknown educators or nodes, of days after ``today``, older
        than the policy admits, or without a score.
    """

    assessed: Assessed
    newest: Newest
    n_unused: int


def evidence_of(
    sittings: pd.DataFrame,
    educators: pd.Series,
    targets: Targets,
    framework: Framework,
    policy: PolicyProfile,
    today: dt.date,
) -> RegionEvidence:
    """Deficits of everybody from the frame of sittings.

    Parameters
    ----------
    educators
        Ids in the order of ``targets``.
    today
        Day that ages the evidence.
    """
    rule = policy.diagnostics
    rows = _scores(sittings, educators, framework, rule, today)
    n_people = len(educators)
    found = posterior_of_many(
        _observations(rows, rule),
        np.full(n_people, today.toordinal(), dtype=np.int64),
        framework,
        rule,
    )
    mean, sd = share_moments(found.mean, found.sd)
    newest = _newest(rows, rule)
    # both are by person and node, each pair that has evidence once
    share = newest["score"].to_numpy() / newest["max_score"].to_numpy()
    measured = Measurements(found.person, found.node, mean, sd, np.minimum(share, 1.0))
    assessed = assess(measured, targets, policy)
    at = np.searchsorted(
        found.person * len(framework) + found.node,
        assessed.person * len(framework) + assessed.node,
    )
    codes, procedure = np.unique(newest["sheet"].to_numpy(dtype=np.int64), return_inverse=True)
    sd_of = newest.groupby("sheet", sort=True)["procedure_sd"].first()
    return RegionEvidence(
        assessed=assessed,
        newest=Newest(
            successes=newest["successes"].to_numpy(dtype=np.float64)[at],
            failures=newest["failures"].to_numpy(dtype=np.float64)[at],
            procedure=procedure[at],
            procedure_sd=sd_of.loc[codes].to_numpy(dtype=np.float64),
        ),
        n_unused=len(sittings) - int(rows["n_rows"].sum()),
    )


def _scores(
    sittings: pd.DataFrame,
    educators: pd.Series,
    framework: Framework,
    rule: Diagnostics,
    today: dt.date,
) -> pd.DataFrame:
    """One row for each score that counts, by person and day."""
    index = {name: i for i, name in enumerate(educators)}
    date = sittings["date"]
    frame = pd.DataFrame(
        {
            "person": sittings["educator"].map(index),
            "procedure": pd.factorize(sittings["procedure"])[0],
            "method": sittings["method"].astype(str),
            "node": sittings["node"].map(framework.index),
            "day": date.to_numpy(dtype="datetime64[D]").astype(np.int64) + _EPOCH,
            "score": sittings["score"].astype(float),
            "max_score": sittings["max_score"].astype(float),
            "n_tasks": sittings["n_tasks"].astype(float) if "n_tasks" in sittings else np.nan,
        }
    )
    age = today.toordinal() - frame["day"]
    usable = date.notna() & (age >= 0) & (age <= rule.max_age_days)
    usable &= frame[["person", "node", "score"]].notna().all(axis=1) & (frame["max_score"] > 0)
    frame = frame[usable].astype({"person": np.int64, "node": np.int64})
    grouped = frame.groupby(_KEY, sort=False)
    rows = grouped.agg(
        score=("score", "sum"),
        max_score=("max_score", "sum"),
        n_tasks=("n_tasks", "max"),
        n_rows=("score", "size"),
    ).reset_index()
    stated = np.where(rows["n_rows"] > 1, rows["n_rows"], rows["n_tasks"])
    rows["tasks"] = np.where(np.isnan(stated), rule.default_tasks, stated)
    methods = rows["method"].unique().tolist()
    worth = rows["tasks"] * rows["method"].map({m: _reliability(m, rule) for m in methods})
    done = np.minimum(rows["score"] / rows["max_score"], 1.0)
    rows["successes"], rows["failures"] = worth * done, worth * (1 - done)
    sds = {m: procedure_sd_of(Method(m), rule.procedure_sd) for m in methods}
    rows["procedure_sd"] = rows["method"].map(sds).astype(float)
    rows["rank"] = rows["method"].map({m: METHOD_ORDER[Method(m)] for m in methods}).astype(float)
    rows["sheet"] = rows["procedure"] * len(METHOD_ORDER) + rows["rank"].astype(np.int64)
    return rows.sort_values(["person", "day", "sheet", "node"], ignore_index=True)


_EPOCH = dt.date(1970, 1, 1).toordinal()


def _reliability(method: str, rule: Diagnostics) -> float:
    reliability = rule.reliability.get(Method(method))
    if reliability is None:
        raise ConfigurationError(f"no reliability for the method {method!r}")
    return reliability


def _observations(rows: pd.DataFrame, rule: Diagnostics) -> ManyObservations:
    n = len(rows)
    return ManyObservations(
        person=rows["person"].to_numpy(dtype=np.int64),
        day=rows["day"].to_numpy(dtype=np.int64),
        sheet=rows["sheet"].to_numpy(dtype=np.int64),
        sheet_variance=rows["procedure_sd"].to_numpy(dtype=np.float64) ** 2,
        successes=rows["successes"].to_numpy(dtype=np.float64),
        failures=rows["failures"].to_numpy(dtype=np.float64),
        intercept=np.zeros(n),
        calibrated=np.zeros(n, dtype=np.bool_),
        part_of=np.arange(n),
        part_node=rows["node"].to_numpy(dtype=np.int64),
        part_weight=np.ones(n),
    )


def _newest(rows: pd.DataFrame, rule: Diagnostics) -> pd.DataFrame:
    """The row that sets the official level of each person and node, by both."""
    official = {m.value for m in rule.official_methods}
    order = rows.assign(own=~rows["method"].isin(official), late=-rows["day"])
    order = order.sort_values(["person", "node", "own", "late", "rank", "procedure"])
    return order.drop_duplicates(["person", "node"], ignore_index=True)
