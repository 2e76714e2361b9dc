"""People of a record with their evidence, as the estimate of deficits takes them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

import pandas as pd

from engine.deficits.group_table import GroupTable
from engine.deficits.groupings import Grouping
from engine.domain import DiagnosticResult, Educator, Method, Organisation, Position, Stage
from engine.framework import Framework
from engine.policy import PolicyProfile
from engine.recommender.groups import Person, group_deficits
from engine.region_record import RegionRecord


def deficits_of(
    record: RegionRecord, by: Grouping, framework: Framework, policy: PolicyProfile
) -> GroupTable | None:
    """Deficits of the people of a record by groups; ``None`` where it has nobody.

    Results that contradict one another and those at unknown competencies are left out, the
    person's others stay.
    """
    people = tuple(people_with_evidence(record, framework))
    if not people:
        return None
    table, _ = group_deficits(people, by, framework, policy, record.as_of)
    return table


def people_with_evidence(record: RegionRecord, framework: Framework) -> Iterator[Person]:
    """Educators of a record with their results up to its day, in the order of the frame."""
    results = _results(record, framework)
    organisations = {o.id: o for o in record.organisations}
    rows = record.educators.to_dict("records")
    for row in rows:
        key = row["organisation"]
        stated = isinstance(key, str) and bool(key)
        yield Person(
            Educator(
                id=row["educator"],
                position=Position(row["position"]),
                subjects=tuple(row["subjects"]),
                stages=tuple(Stage(stage) for stage in row.get("stages", ())),
                organisation=organisations.get(key, Organisation(key, key)) if stated else None,
                district=row["district"],
            ),
            tuple(results.get(row["educator"], ())),
        )


def _results(
    record: RegionRecord, framework: Framework
) -> defaultdict[str, list[DiagnosticResult]]:
    found: defaultdict[str, list[DiagnosticResult]] = defaultdict(list)
    frame = record.sittings
    known = frame["node"].isin(framework.codes) & (frame["max_score"] > 0)
    known &= frame["date"] <= pd.Timestamp(record.as_of.date())
    for row in frame[known].to_dict("records"):
        day: dt.datetime = row["date"]
        tasks = row.get("n_tasks")
        found[row["educator"]].append(
            DiagnosticResult(
                procedure_id=row["procedure"],
                date=day.date(),
                method=Method(row["method"]),
                node=row["node"],
                score=float(row["score"]),
                max_score=float(row["max_score"]),
                n_tasks=None if tasks is None or pd.isna(tasks) else int(tasks),
            )
        )
    return found
