"""An engine whose routes wait at a gate; apart from ``work``, as a fake takes long to import."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from api.solving.spec import EngineKey
from engine.planning.solution import OnProgress
from engine.recommender import Outcome, RouteRequest
from tests.api.fakes import FakeEngine
from tests.api.solving.work import pass_gate


class GatedEngine(FakeEngine):
    """A fake whose routes wait at a gate."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def recommend(self, request: RouteRequest, on_progress: OnProgress | None = None) -> Outcome:
        pass_gate(self.folder)
        return super().recommend(request)


@dataclass(frozen=True)
class Gated:
    """Recipe of it."""

    key: EngineKey
    folder: Path

    def build(self) -> GatedEngine:
        return GatedEngine(self.folder)
