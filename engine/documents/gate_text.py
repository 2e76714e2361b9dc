"""What the promotion gate said, for the people who answer for it; in Russian."""

from __future__ import annotations

import math
from collections.abc import Iterator

from engine.documents.model_words import slice_words
from engine.documents.text import clean
from engine.training.gate_report import Change, GateCheck, GateReport
from engine.wording.quantities import number

PASSED = "допущена"
REFUSED = "не допущена"
PRIOR = "веса из поставки"
UNKNOWN = "не измерено"


def render_gate(report: GateReport) -> str:
    """The report in Markdown with every threshold and number; the same report, the same text."""
    return "\n".join((*_head(report), "", *_checks(report), "", *_slices(report))).rstrip() + "\n"


def refusals(report: GateReport) -> tuple[str, ...]:
    """One sentence for each check that was not passed."""
    return tuple(_sentence(report, check) for check in report.checks if not check.passed)


def _head(report: GateReport) -> Iterator[str]:
    verdict = PASSED if report.passed else REFUSED
    yield f"## Допуск модели {clean(report.candidate)}: {verdict}"
    yield ""
    yield f"Сравнение с работающей: {_name(report.in_service, report.in_service_digest)}."
    yield (
        f"Педагогов: {number(report.closed.people, 'ru')}; повторных выборок: "
        f"{number(report.resamples, 'ru')}, зерно {report.seed}; границы — с надёжностью "
        f"{_percent(report.thresholds.confidence)}."
    )


def _name(version: str, digest: str) -> str:
    return f"{clean(version)} ({digest[:12] or PRIOR})"


def _slice(name: str) -> str:
    """A slice in words, as the card names it, for a cell of a table."""
    return clean(slice_words(name)).replace("|", "\\|")


def _checks(report: GateReport) -> Iterator[str]:
    yield "| проверка | порог | получено | |"
    yield "|---|---|---|---|"
    for check in report.checks:
        title, threshold, value = _row(report, check)
        yield f"| {title} | {threshold} | {value} | {'да' if check.passed else '**нет**'} |"


def _row(report: GateReport, check: GateCheck) -> tuple[str, str, str]:
    closed = report.closed
    match check.code:
        case "people":
            return "педагогов в сравнении", f"не меньше {check.threshold:.0f}", f"{check.value:.0f}"
        case "closed_deficit":
            return (
                "закрытый дефицит, нижняя граница изменения",
                f"не ниже {_signed(check.threshold)}",
                f"{_signed(check.value)} (изменение {_signed(closed.change)} ± "
                f"{_percent(closed.sd)}; в среднем {_number(closed.in_service)} → "
                f"{_number(closed.candidate)})",
            )
        case "slices":
            least = report.thresholds.slice_people
            return (
                f"срезы не меньше {least} педагогов",
                f"падение не больше {_percent(-check.threshold)}, если не случайно",
                f"{_worst(report)}",
            )
        case "calibration":
            before, after = report.calibration
            return (
                "рост ошибки калибровки",
                f"не больше {_number(check.threshold)}",
                f"{_number(before)} → {_number(after)} (исходов {report.calibration_n[0]} и "
                f"{report.calibration_n[1]})",
            )
        case _:
            before, after = report.latency_s
            return (
                "95 % ранжирований, во сколько раз дольше",
                f"меньше {_number(check.threshold)}",
                f"{_number(check.value)} ({_ms(before)} → {_ms(after)})",
            )


def _worst(report: GateReport) -> str:
    fallen = [s.name for s in report.slices if s.falls]
    if fallen:
        return "упали: " + ", ".join(_slice(name) for name in fallen)
    judged = [s for s in report.slices if not math.isnan(s.bound)]
    if not judged:
        return "таких срезов нет"
    worst = min(judged, key=lambda s: s.change)
    return f"хуже всех {_slice(worst.name)}: {_signed(worst.change)}"


def _slices(report: GateReport) -> Iterator[str]:
    if not report.slices:
        return
    yield "| срез | педагогов | было | стало | изменение | верхняя граница | |"
    yield "|---|---|---|---|---|---|---|"
    for s in report.slices:
        yield (
            f"| {_slice(s.name)} | {s.people} | {_number(s.in_service)} | {_number(s.candidate)} | "
            f"{_signed(s.change)} | {_signed(s.bound)} | {_verdict(s)} |"
        )


def _verdict(change: Change) -> str:
    if change.falls:
        return "**падает**"
    return "мало людей" if math.isnan(change.bound) else ""


def _sentence(report: GateReport, check: GateCheck) -> str:
    title, threshold, value = _row(report, check)
    text = f"{title}: {threshold}, получено {value}"
    if check.code == "closed_deficit" and report.closed.change >= check.threshold:
        text += (
            f"; похоже на случайный разброс, равной модели нужно около "
            f"{report.people_needed} педагогов"
        )
    return text


def _number(value: float) -> str:
    return UNKNOWN if math.isnan(value) else number(value, "ru", 3)


def _percent(value: float) -> str:
    """Two decimals: thresholds are whole per cents, and what decides lies between them."""
    return UNKNOWN if math.isnan(value) else number(100 * value, "ru") + " %"


def _signed(value: float) -> str:
    return ("+" if value > 0 else "") + _percent(value)


def _ms(seconds: float) -> str:
    return UNKNOWN if math.isnan(seconds) else f"{number(seconds * 1000, 'ru', 1)} мс"
