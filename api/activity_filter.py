"""Which activities a list is about: words of the text, kind, competency."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from api.messages import FAULTS, RUSSIAN
from api.service import Service
from engine.domain import Activity, Kind
from engine.errors import Fault, InputError
from engine.matching.text import stem
from engine.recommender import Recommender
from engine.storage import folded

_WORD = re.compile(r"[0-9a-zа-я+]+")


@dataclass(frozen=True, slots=True)
class AskedActivities:
    """Filters of a call; ``None`` = any.

    Parameters
    ----------
    q
        Words, each of which begins a word of title, summary, provider or id, whatever its ending.
    covers
        Node of the framework; an activity that covers a node below it is meant, too.
    """

    q: str | None = None
    kind: Kind | None = None
    covers: str | None = None


class ActivityFilter:
    """What fits the filters of one call.

    Raises
    ------
    InputError
        ``covers_unknown``: ``covers`` is no node of the framework.
    """

    def __init__(self, asked: AskedActivities, service: Service) -> None:
        self._kind = asked.kind
        self._beginnings = [f" {beginning(w)}" for w in _WORD.findall(folded(asked.q or ""))]
        self._covering = None
        if asked.covers is not None:
            self._covering = covering(asked.covers, service)

    def __call__(self, activity: Activity) -> bool:
        """Whether an activity is meant."""
        if self._kind is not None and activity.kind is not self._kind:
            return False
        if self._covering is not None and activity.id not in self._covering:
            return False
        if not self._beginnings:
            return True
        text = searched_text(activity.id, activity.title, activity.summary, activity.provider)
        return all(b in text for b in self._beginnings)


def beginning(word: str) -> str:
    """What other forms of a folded word begin with, too: its stem, if that keeps enough of it."""
    found = stem(word)
    return found if len(found) >= 3 and word.startswith(found) else word


@lru_cache(maxsize=50_000)
def searched_text(*texts: str) -> str:
    """Folded words of texts, each with a space before it."""
    return "".join(f" {word}" for word in _WORD.findall(folded(" ".join(texts))))


def covering(node: str, service: Service) -> Collection[str]:
    """Ids of the activities that cover a node or one below it, as routes are planned.

    Raises
    ------
    InputError
        ``covers_unknown``.
    """
    framework = service.engine.framework
    if node not in framework:
        parameters: dict[str, object] = {"parameter": "covers", "id": node}
        detail = FAULTS["covers_unknown"].say(RUSSIAN, parameters)
        raise InputError([Fault("covers_unknown", detail, parameters=parameters)])
    meant = [node, *(n.code for n in framework.descendants(node))]
    if not isinstance(service.engine, Recommender):
        return _given(service, meant)
    matcher = service.engine.matcher
    columns = [framework.index[code] for code in meant]
    shares = matcher.coverage_[:, columns].sum(axis=1)
    return {a.id for a, share in zip(matcher.activities_, shares, strict=True) if share > 0}


def _given(service: Service, meant: Collection[str]) -> Collection[str]:
    """Of an engine that is none of ours nothing is known but what records state."""
    wanted = frozenset(meant)
    return {a.id for a in service.package.activities if wanted & a.coverage.keys()}
