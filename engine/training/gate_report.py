"""What the promotion gate says, with everything it was worked out of, and its JSON form."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from engine.errors import ArtefactError, Fault
from engine.policy import Promotion
from engine.recommendation import to_dict
from engine.recommendation_json import record_from_dict

CHECKS = ("people", "closed_deficit", "slices", "calibration", "latency")
"""Codes of the checks in their order."""


@dataclass(frozen=True, slots=True)
class GateCheck:
    """One check: the number, the threshold it was held against, and the verdict."""

    code: str
    passed: bool
    value: float
    threshold: float


@dataclass(frozen=True, slots=True)
class Change:
    """Change of the closed deficit of some educators.

    Parameters
    ----------
    people
        Number of them.
    in_service, candidate
        Means.
    change, sd
        Relative change of the mean and its standard error; NaN where the mean in service is 0.
    bound
        For all educators the lower bound of ``check 2``; for a slice the simultaneous upper one
        of ``check 3``, NaN if it was too small to be judged.
    falls
        The slice has fallen by more than chance and more than the threshold.
    """

    name: str
    people: int
    in_service: float
    candidate: float
    change: float
    sd: float
    bound: float
    falls: bool


@dataclass(frozen=True, slots=True)
class GateReport:
    """What the gate says, with everything it was worked out of.

    Parameters
    ----------
    people_needed
        Educators with which an equal model would pass check 2 with a chance of 90 %.
    calibration
        Expected calibration error in service and of the candidate.
    calibration_n
        Outcomes behind them.
    latency_s
        95 % quantiles in service and of the candidate, seconds.
    """

    candidate: str
    candidate_digest: str
    in_service: str
    in_service_digest: str
    passed: bool
    checks: tuple[GateCheck, ...]
    closed: Change
    slices: tuple[Change, ...]
    people_needed: int
    calibration: tuple[float, float]
    calibration_n: tuple[int, int]
    latency_s: tuple[float, float]
    thresholds: Promotion
    resamples: int
    seed: int


def gate_to_json(report: GateReport) -> str:
    """Canonical JSON text of a report, with every digit."""
    content = to_dict(report, digits=None)
    return json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def gate_from_json(text: str) -> GateReport:
    """The inverse of ``gate_to_json``.

    Raises
    ------
    ArtefactError
        The text is no report, or its verdict is not that of its checks.
    """
    report = record_from_dict(GateReport, _parsed(text))
    if not consistent(report):
        detail = "вывод отчёта допуска не следует из его проверок; сравните модели заново"
        raise ArtefactError([Fault("gate_report_inconsistent", detail)])
    return report


def consistent(report: GateReport) -> bool:
    """Whether the verdict is that of the checks, and every check was made."""
    made = [check.code for check in report.checks]
    return made == list(CHECKS) and report.passed == all(c.passed for c in report.checks)


def gate_digest(report: GateReport) -> str:
    """SHA-256 of the canonical JSON text, hexadecimal."""
    return hashlib.sha256(gate_to_json(report).encode()).hexdigest()


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None
