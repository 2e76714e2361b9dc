"""Small registered models for tests of the registry, the command and the service."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.framework import Framework, load_framework
from engine.matching.model import MatchingModel
from engine.model_registry import Card, Entry, Lineage, Registry
from engine.policy import load_policy
from engine.training.gate import Evaluated, gate
from engine.training.gate_report import GateReport

AT = dt.datetime(2026, 9, 1, 12, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 9, 1)
FRAMEWORK = load_framework()


def framework_of(name: str) -> Framework:
    assert name == FRAMEWORK.id
    return FRAMEWORK


def model(version: str) -> MatchingModel:
    return replace(MatchingModel.prior(), version=version)


def registry(folder: Path) -> Registry:
    return Registry(folder, framework_of)


def registered(folder: Path, *versions: str) -> Registry:
    """A registry with these versions, none of them in service."""
    made = registry(folder)
    for number, version in enumerate(versions):
        add(made, version, number)
    return made


def add(
    to: Registry, version: str, hours: int = 0, content: object = None, **changes: object
) -> Entry:
    """Register a version; ``content`` stands in for its model."""
    given: dict[str, object] = {
        "framework": FRAMEWORK,
        "created_on": DAY,
        "card": Card(f"# Модель {version}\n", {"version": version}),
        "report": {"ndcg": 0.5},
        "lineage": Lineage("f" * 64, "1.0", {"seed": 7}, to.state().in_service),
        "at": AT + dt.timedelta(hours=hours),
        "by": "аналитик",
        "figures": {"NDCG@10": 0.5},
    }
    content = model(version) if content is None else content
    return to.register(content, version, **{**given, **changes})  # type: ignore[arg-type]


def compared(to: Registry, version: str, change: float = 0.01) -> GateReport:
    """A real comparison with the model in service: everybody's plan closes so much more."""
    present = to.state().present
    people = tuple(str(i) for i in range(60))
    own = np.linspace(0.5, 1.5, 60)
    served = Evaluated(
        version="prior-1" if present is None else present.version,
        digest="" if present is None else present.digest,
        people=people,
        closed=own,
        calibration_error=0.05,
        calibration_n=100,
        latency_s=np.array([0.004]),
    )
    digest = to.entry(version).digest
    candidate = replace(served, version=version, digest=digest, closed=own * (1 + change))
    return gate(candidate, served, {}, load_policy("default").promotion, resamples=200)


def promoted(to: Registry, *versions: str) -> Registry:
    """These versions, put into service one after the other."""
    for version in versions:
        to.attach_gate(compared(to, version))
        to.promote(version, at=AT, by="методист")
    return to
