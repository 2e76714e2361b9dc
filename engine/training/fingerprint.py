"""Fingerprint of training data: the same data, the same digest, whatever file they came in."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

import numpy as np

from engine.interactions import Interactions
from engine.matching.tag_corrections import TagCorrection
from engine.recommendation import to_dict
from engine.recommender.request import RouteRequest
from engine.training.data import TrainingData


def data_fingerprint(data: TrainingData, corrections: Sequence[TagCorrection] = ()) -> str:
    """SHA-256 over all that a training sees, hexadecimal: 64 characters.

    Framework, policy, catalogue, offerings, people with their evidence, interactions and
    corrections of tags. In which order rows stood in a file changes nothing.

    Parameters
    ----------
    corrections
        Of the tagger; methodists' words are data like any other.
    """
    digest = hashlib.sha256()

    def add(*parts: str) -> None:
        for part in parts:
            digest.update(part.encode() + b"\n")
        digest.update(b"\n")

    add(data.framework.digest, _text(data.policy), data.as_of.isoformat())
    add(*map(_text, data.activities))
    add(*_sorted(data.offerings))
    add(*(part for _, person in sorted(data.people.items()) for part in _person(person)))
    digest.update(_table(data.interactions))
    add(*_sorted(corrections))
    return digest.hexdigest()


def _text(value: object) -> str:
    return json.dumps(to_dict(value, digits=None), ensure_ascii=False, sort_keys=True)


def _sorted(values: Iterable[object]) -> list[str]:
    return sorted(map(_text, values))


def _person(person: RouteRequest) -> Iterable[str]:
    """The record with its rows of evidence in an order of their own."""
    content = to_dict(person, digits=None)
    assert isinstance(content, dict)
    for name in ("diagnostics", "responses", "requests", "history"):
        content[name] = _sorted(content[name])
    yield json.dumps(content, ensure_ascii=False, sort_keys=True)


def _table(table: Interactions) -> bytes:
    """Rows of ids and values, sorted by all of them; equal rows count as often as they occur."""
    columns = (table.time, table.state, table.outcome, table.ended, table.slate, table.propensity)
    order = np.lexsort((*columns[::-1], table.activity, table.person))
    ids = _text([table.clock, table.people, table.activities])
    parts = [ids.encode()]
    for column in (table.person, table.activity, *columns):
        plain = column[order] + 0  # −0 becomes 0
        if plain.dtype.kind == "f":
            plain[np.isnan(plain)] = np.nan  # whatever bits the unknown had
        parts.append(plain.astype(plain.dtype.newbyteorder("<")).tobytes())
    return b"\n".join(parts)
