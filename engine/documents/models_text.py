"""The registry of models in a terminal, in Russian."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from engine.documents.gate_text import PRIOR
from engine.documents.model_words import FIGURES, NO_DATA
from engine.documents.text import clean
from engine.model_registry import Listed, State, Status
from engine.wording.quantities import number

FIGURES_MOST = 3
DIGEST = 12

_STATUS = {
    Status.IN_SERVICE: "в работе",
    Status.FORMER: "работала",
    Status.REGISTERED: "не работала",
}
_HEAD = ("версия", "день", "состояние", "показатели", "отпечаток")


def render_models(listed: Sequence[Listed], state: State) -> str:
    """A line for each version, newest first; what is wrong with its files stands below."""
    return "\n".join(_lines(listed, state)) + "\n"


def _lines(listed: Sequence[Listed], state: State) -> Iterator[str]:
    if not listed:
        yield f"Моделей нет: работают {PRIOR}. Обучить: routes train."
        return
    rows = [_HEAD, *(_row(item) for item in listed)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEAD))]
    for row in rows:
        yield "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
    if state.in_service is None:
        yield f"В работе: {PRIOR}."
    for item in listed:
        if item.fault is not None:
            yield f"НЕ ПРИНИМАЕТСЯ {item.entry.version}: {clean(item.fault)}"


def _row(item: Listed) -> tuple[str, ...]:
    entry = item.entry
    figures = [f"{FIGURES.get(n) or clean(n)} {_number(v)}" for n, v in entry.figures.items()]
    status = "не принимается" if item.fault is not None else _STATUS[item.status]
    return (
        entry.version,
        entry.created_on.isoformat(),
        status,
        ", ".join(figures[:FIGURES_MOST]) or "нет",
        entry.digest[:DIGEST],
    )


def _number(value: float) -> str:
    return NO_DATA if math.isnan(value) else number(value, "ru", 3)
