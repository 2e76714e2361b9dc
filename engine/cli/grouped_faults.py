"""Faults of many rows, one line for each cause: what is wrong, and in which rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import typer

from engine.errors import Fault

RUNS_SHOWN = 12
"""Rows or runs of rows («5–9») named in one line; the rest are counted."""


def print_grouped(faults: Sequence[Fault], *, title: str) -> None:
    """Print faults on stderr by cause; nothing where there are none."""
    if not faults:
        return
    typer.echo(f"{title}; ошибок: {len(faults)}", err=True)
    for line in grouped(faults):
        typer.echo(f"  {line}", err=True)


def grouped(faults: Sequence[Fault]) -> Iterator[str]:
    """Lines of faults: one for each file, column and code, in the order of their first rows."""
    causes: defaultdict[tuple[str | None, str | None, str], list[Fault]] = defaultdict(list)
    for fault in faults:
        causes[fault.file, fault.column, fault.code].append(fault)
    for (file, column, code), alike in causes.items():
        rows = sorted({fault.row for fault in alike if fault.row is not None})
        place = [file or "", _rows(rows), f"столбец «{column}»" if column else ""]
        details = list(dict.fromkeys(fault.detail for fault in alike))
        detail = details[0] if len(details) == 1 else f"например, {details[0]}"
        yield f"{', '.join(p for p in place if p)}: {detail} [{code}]"


def _rows(rows: Sequence[int]) -> str:
    if not rows:
        return ""
    if len(rows) == 1:
        return f"строка {rows[0]}"
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1].append(row)
        else:
            runs.append([row])
    shown = [str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in runs[:RUNS_SHOWN]]
    rest = sum(len(run) for run in runs[RUNS_SHOWN:])
    more = f" и ещё {rest}" if rest else ""
    return f"строки {', '.join(shown)}{more}"
