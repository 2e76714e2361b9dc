"""A data package as what a model is trained on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.errors import Fault, InputError
from engine.framework import Framework
from engine.interactions import Interactions
from engine.interchange.package import DataPackage
from engine.interchange.requests import request_for
from engine.policy import PolicyProfile
from engine.training.data import TrainingData


def training_data_of(
    package: DataPackage, framework: Framework, policy: PolicyProfile
) -> TrainingData:
    """People with all their evidence, the catalogue, the interactions.

    Interactions with activities that the catalogue no longer has are left out: nothing is known
    of what they taught.

    Raises
    ------
    InputError
        ``no_interactions``: the package has no such table, or nothing in it is of this catalogue.
    """
    table = package.interactions
    known = {a.id for a in package.activities}
    if table is not None:
        table = _of_catalogue(table, known)
    if table is None or not len(table):
        detail = (
            "в пакете нет таблицы interactions со взаимодействиями активностей каталога: "
            "учиться не на чем; добавьте её (столбцы — data/README.md) или укажите "
            "--interactions ФАЙЛ для простой таблицы записей"
        )
        raise InputError([Fault("no_interactions", detail, file="interactions")])
    people = (replace(request_for(package, e.id), policy=policy.id) for e in package.educators)
    return TrainingData.of(
        framework,
        policy,
        package.activities,
        package.offerings,
        people,
        table,
        package.as_of,
    )


def _of_catalogue(table: Interactions, known: set[str]) -> Interactions:
    """Rows of known activities, with the ids that occur in them."""
    kept = [id in known for id in table.activities]
    if all(kept):
        return table
    rows = table.select(np.array(kept, dtype=np.bool_)[table.activity])
    return Interactions.from_columns(
        [rows.people[p] for p in rows.person.tolist()],
        [rows.activities[a] for a in rows.activity.tolist()],
        rows.time,
        rows.state,
        outcome=rows.outcome,
        ended=rows.ended,
        slate=rows.slate,
        propensity=rows.propensity,
        clock=rows.clock,
    )
