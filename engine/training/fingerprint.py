"""Fingerprint of training data: the same data, the same digest, whatever file they came in."""

from __future__ import annotations

import hashlib
import json

from engine.recommendation import to_dict
from engine.training.data import TrainingData


def data_fingerprint(data: TrainingData) -> str:
    """SHA-256 over catalogue, people, interactions, framework and policy, hexadecimal.

    People and activities enter in the order of their ids, interactions by person and time.
    """
    digest = hashlib.sha256()

    def add(value: object) -> None:
        text = json.dumps(to_dict(value, digits=None), ensure_ascii=False, sort_keys=True)
        digest.update(text.encode() + b"\n")

    add([data.framework.digest, data.policy.id, data.policy.version, data.as_of.isoformat()])
    for activity in data.activities:
        add(activity)
    for offering in sorted(data.offerings, key=lambda o: o.id):
        add(offering)
    for _, person in sorted(data.people.items()):
        add(person)
    table = data.interactions
    add([table.people, table.activities])
    for column in (
        table.person,
        table.activity,
        table.time,
        table.state,
        table.outcome,
        table.ended,
        table.slate,
        table.propensity,
    ):
        digest.update(column.tobytes())
    return digest.hexdigest()
