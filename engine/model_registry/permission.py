"""Whether the gate lets a version into service."""

from __future__ import annotations

from engine.errors import Fault
from engine.model_registry.records import Entry
from engine.training.gate_report import GateReport, consistent


def not_allowed(
    entry: Entry, present: Entry | None, report: GateReport | None
) -> tuple[Fault, ...]:
    """Why a version may not go into service; empty = it may.

    Parameters
    ----------
    present
        The version in service; ``None`` = the weights that come with the package.
    report
        The newest comparison; ``None`` = there is none.
    """
    if report is None:
        return _fault(entry, "gate_missing", "её не сравнили с работающей: нет отчёта допуска")
    if (report.candidate, report.candidate_digest) != (entry.version, entry.digest):
        return _fault(entry, "gate_other_model", f"отчёт — о другой модели ({report.candidate})")
    if report.in_service_digest != ("" if present is None else present.digest):
        now = "веса из поставки" if present is None else present.version
        detail = f"её сравнили с {report.in_service}, а работает {now}; сравните заново"
        return _fault(entry, "gate_stale", detail)
    if not report.passed or not consistent(report):
        failed = [check.code for check in report.checks if not check.passed]
        return _fault(entry, "gate_failed", f"нет: {', '.join(failed) or 'проверки неполны'}")
    return ()


def _fault(entry: Entry, code: str, why: str) -> tuple[Fault, ...]:
    return (Fault(code, f"модель «{entry.version}» не допущена: {why}", file=entry.version),)
