"""Which engines there are: what a new worker builds, and what a call's key stands for."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from api.solving.process import ENGINES_MOST
from api.solving.spec import EngineKey, EngineSource

OF_A_FAMILY = 2
"""Kept of a tenant: the engine of now, and the one that calls of a moment ago began with."""


class RecipeBook:
    """Recipes in the order in which they came; every method is for any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sources: dict[EngineKey, EngineSource] = {}

    def __contains__(self, key: EngineKey) -> bool:
        return key in self._sources

    def source(self, key: EngineKey) -> EngineSource:
        """Recipe of an engine; where it is older than is kept, the newest one of its family."""
        with self._lock:
            if key in self._sources:
                return self._sources[key]
            return [s for s in self._sources.values() if s.key.family == key.family][-1]

    def sources(self) -> Sequence[EngineSource]:
        """Newest recipes, the newest last, as many as a worker keeps."""
        with self._lock:
            return list(self._sources.values())[-ENGINES_MOST:]

    def keep(self, source: EngineSource) -> None:
        """Take a recipe in as the newest; older ones of its family go."""
        with self._lock:
            self._sources.pop(source.key, None)
            self._sources[source.key] = source
            family = source.key.family
            mine = [key for key in self._sources if key.family == family]
            for old in mine[:-OF_A_FAMILY]:
                del self._sources[old]
