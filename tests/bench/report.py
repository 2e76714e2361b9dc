"""Statistics and the table of the benchmark."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

Record = Mapping[str, Any]
BOOTSTRAP = 2_000


def ratio_of_medians(
    ours_ms: Sequence[float], theirs_ms: Sequence[float], seed: int = 0
) -> tuple[float, float, float]:
    """Median of theirs over the median of ours, with a 95 % bootstrap interval.

    Pairs (one educator each) are drawn with replacement, so both medians move together.
    """
    ours, theirs = np.array(ours_ms), np.array(theirs_ms)
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(ours), (BOOTSTRAP, len(ours)))
    ratios = np.median(theirs[rows], axis=1) / np.median(ours[rows], axis=1)
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist()
    return float(np.median(theirs) / np.median(ours)), low, high


HEADER = (
    "set | method | n | p50 ms | p95 ms | gap p50 % | gap p95 % | value / ours "
    "| within asked gap | ≤ 200 ms | ≤ 1.5 s | × median (95 %) | × p95"
)


def table(records: Iterable[Record], gap: float) -> str:
    """Rows per set and method, in Markdown; ``*`` marks times with capped runs in them.

    Ratios are over the educators that both solved; the other columns over all of a method.
    """
    by: dict[tuple[str, str], dict[tuple[int, int], Record]] = {}
    for r in records:
        if r.get("kind") == "answer" and r["gap"] == gap:
            by.setdefault((r["set"], r["method"]), {})[r["seed"], r["educator"]] = r
    lines = [f"| {HEADER} |", "|" + " --- |" * len(HEADER.split("|"))]
    for (name, method), rows in by.items():
        lines.append("| " + " | ".join(_row(name, method, rows, by.get((name, "ours"), {}))) + " |")
    return "\n".join(lines)


def _row(
    name: str,
    method: str,
    rows: Mapping[tuple[int, int], Record],
    ours: Mapping[tuple[int, int], Record],
) -> list[str]:
    ms = np.array([r["ms"] for r in rows.values()])
    gaps = np.array([r["gap_ppm"] for r in rows.values() if r["gap_ppm"] is not None]) / 10_000
    certified = np.array([not r["capped"] for r in rows.values()])
    both = [key for key in rows if key in ours and method != "ours"]
    values = [
        rows[k]["value_mpt"] / ours[k]["value_mpt"]
        for k in both
        if rows[k]["value_mpt"] is not None and (ours[k]["value_mpt"] or 0) > 0
    ]
    ratio = tail = ""
    if both and method != "greedy":
        mine, theirs = [ours[k]["ms"] for k in both], [rows[k]["ms"] for k in both]
        middle, low, high = ratio_of_medians(mine, theirs)
        ratio = f"{middle:.1f} ({low:.1f} – {high:.1f})"
        tail = f"{np.quantile(theirs, 0.95) / np.quantile(mine, 0.95):.1f}"
    mark = "*" if method not in ("ours", "greedy") and not certified.all() else ""
    return [
        name,
        method,
        str(len(rows)),
        f"{np.median(ms):.0f}{mark}",
        f"{np.quantile(ms, 0.95):.0f}{mark}",
        f"{np.median(gaps):.2f}" if len(gaps) else "–",
        f"{np.quantile(gaps, 0.95):.2f}" if len(gaps) else "–",
        f"{np.mean(values):.4f}" if values else "",
        f"{100 * certified.mean():.0f} %",
        f"{100 * (certified & (ms <= 200)).mean():.0f} %",
        f"{100 * (certified & (ms <= 1_500)).mean():.0f} %",
        ratio,
        tail,
    ]


def parts(records: Iterable[Record], gap: float) -> str:
    """How the engine's time divides into compiling and solving, per set."""
    lines = []
    by: dict[str, list[Record]] = {}
    for r in records:
        if r.get("kind") == "answer" and r["gap"] == gap and r["method"] == "ours":
            by.setdefault(r["set"], []).append(r)
    for name, rows in by.items():
        compile_ms = np.array([r["compile_ms"] for r in rows])
        solve_ms = np.array([r["solve_ms"] for r in rows])
        candidates = np.array([r["candidates"] for r in rows])
        low, high = np.quantile(candidates, [0.05, 0.95])
        lines.append(
            f"{name}: compile p50 {np.median(compile_ms):.1f} / p95 "
            f"{np.quantile(compile_ms, 0.95):.1f} ms, solve p50 {np.median(solve_ms):.1f} / p95 "
            f"{np.quantile(solve_ms, 0.95):.1f} ms, candidates {low:.0f} – {high:.0f}"
        )
    return "\n".join(lines)
