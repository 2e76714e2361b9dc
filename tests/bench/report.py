"""Statistics and the tables of the benchmark."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from engine.domain import FloatArray

Record = Mapping[str, Any]
Key = tuple[int, int]
Interval = tuple[float, float, float]

BOOTSTRAP = 2_000
FIRST_ROUTE_MS = 20
OWN = ("ours", "greedy")


def ratio_of_medians(
    ours_ms: Sequence[float], theirs_ms: Sequence[float], seed: int = 0
) -> Interval:
    """Median of theirs over the median of ours, with a 95 % bootstrap interval.

    Pairs (one educator each) are drawn with replacement, so both medians move together.
    """
    return _ratio(ours_ms, theirs_ms, lambda ms: np.median(ms, axis=-1), seed)


def ratio_of_tails(ours_ms: Sequence[float], theirs_ms: Sequence[float], seed: int = 0) -> Interval:
    """The same of the 95th percentiles."""
    return _ratio(ours_ms, theirs_ms, lambda ms: np.quantile(ms, 0.95, axis=-1), seed)


def _ratio(
    ours_ms: Sequence[float],
    theirs_ms: Sequence[float],
    statistic: Callable[[FloatArray], FloatArray],
    seed: int,
) -> Interval:
    ours, theirs = np.array(ours_ms, dtype=float), np.array(theirs_ms, dtype=float)
    rng = np.random.default_rng(seed)
    rows = rng.integers(0, len(ours), (BOOTSTRAP, len(ours)))
    ratios = statistic(theirs[rows]) / statistic(ours[rows])
    low, high = np.quantile(ratios, [0.025, 0.975]).tolist()
    return float(statistic(theirs) / statistic(ours)), low, high


def current(
    records: Iterable[Record],
    engine: str,
    peers: Mapping[str, str],
    limits_s: tuple[float, float],
) -> list[Record]:
    """Answers that count: measured with the present code, peers on the present problems.

    Parameters
    ----------
    engine
        Stamp of the engine.
    peers
        Stamp by peer.
    limits_s
        Deadline of the engine and cap of the peers, seconds; answers under others are left out.
    """
    found = [r for r in records if r["kind"] == "memory" or _within(r, limits_s)]
    ours = {
        _place(r): r["problem"] for r in found if r["stamp"] == engine and r["kind"] == "answer"
    }
    kept = []
    for r in found:
        fresh = r["stamp"] == engine
        if r["kind"] == "answer" and r["method"] not in OWN:
            fresh = r["stamp"] == peers.get(r["method"])
            fresh &= ours.get(_place(r), r["problem"]) == r["problem"]
        if fresh:
            kept.append(r)
    return kept


def _within(r: Record, limits_s: tuple[float, float]) -> bool:
    own, peer = limits_s
    return r["kind"] == "answer" and r["limit_s"] == (own if r["method"] in OWN else peer)


def _place(r: Record) -> tuple[Any, ...]:
    return r.get("set"), r.get("seed"), r.get("educator")


HEADER = (
    "set | method | n | p50 ms | p95 ms | gap p50 % | gap p95 % | value / ours | better than ours "
    "| within asked gap | ≤ 200 ms | ≤ 1.5 s | × median (95 %) | × p95 (95 %)"
)


def table(records: Iterable[Record], gap: float) -> str:
    """Rows per set and method, in Markdown; ``*`` marks times with capped runs in them.

    Ratios, values and "better than ours" are over the educators that both solved; the other
    columns over all of a method.
    """
    by: dict[tuple[str, str], dict[Key, Record]] = {}
    for r in records:
        if r.get("kind") == "answer" and r["gap"] == gap:
            by.setdefault((r["set"], r["method"]), {})[r["seed"], r["educator"]] = r
    lines = [f"| {HEADER} |", "|" + " --- |" * len(HEADER.split("|"))]
    for name in dict.fromkeys(name for name, _ in by):
        ours = by.get((name, "ours"), {})
        methods = [m for s, m in by if s == name]
        for method in sorted(methods, key=lambda m: OWN.index(m) if m in OWN else len(OWN)):
            lines.append(_line(_row(name, method, by[name, method], ours)))
        best = _best_peer(name, by)
        lines += [_line(best)] if best else []
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _best_peer(name: str, by: Mapping[tuple[str, str], Mapping[Key, Record]]) -> list[str] | None:
    """A row of the peer with the least median, over the educators that all peers solved."""
    ours = by.get((name, "ours"), {})
    peers = {m: rows for (s, m), rows in by.items() if s == name and m not in OWN}
    if not peers:
        return None
    common = set(ours).intersection(*peers.values())
    if not common:
        return None
    medians = {m: float(np.median([r[k]["ms"] for k in common])) for m, r in peers.items()}
    best = min(medians, key=lambda m: (medians[m], m))
    rows = {k: peers[best][k] for k in sorted(common)}
    return _row(name, f"best peer: {best}", rows, ours)


def _row(
    name: str, method: str, rows: Mapping[Key, Record], ours: Mapping[Key, Record]
) -> list[str]:
    ms = np.array([r["ms"] for r in rows.values()])
    gaps = np.array([r["gap_ppm"] for r in rows.values() if r["gap_ppm"] is not None]) / 10_000
    certified = np.array([not r["capped"] for r in rows.values()])
    both = [key for key in rows if key in ours and method != "ours"]
    valued = [k for k in both if rows[k]["value_mpt"] is not None]
    values = [
        rows[k]["value_mpt"] / ours[k]["value_mpt"]
        for k in valued
        if (ours[k]["value_mpt"] or 0) > 0
    ]
    better = sum(_better(rows[k], ours[k]) for k in valued)
    ratio = tail = ""
    if both and method != "greedy":
        mine, theirs = [ours[k]["ms"] for k in both], [rows[k]["ms"] for k in both]
        ratio = _interval(ratio_of_medians(mine, theirs))
        tail = _interval(ratio_of_tails(mine, theirs))
    mark = "*" if method not in OWN and not certified.all() else ""
    return [
        name,
        method,
        str(len(rows)),
        f"{np.median(ms):.0f}{mark}",
        f"{np.quantile(ms, 0.95):.0f}{mark}",
        f"{np.median(gaps):.2f}" if len(gaps) else "–",
        f"{np.quantile(gaps, 0.95):.2f}" if len(gaps) else "–",
        f"{np.mean(values):.4f}" if values else "",
        str(better) if both else "",
        f"{100 * certified.mean():.1f} %",
        f"{100 * (certified & (ms <= 200)).mean():.1f} %",
        f"{100 * (certified & (ms <= 1_500)).mean():.1f} %",
        ratio,
        tail,
    ]


def _better(theirs: Record, ours: Record) -> bool:
    """Whether a route is worth more than ours by more than a solver's rounding."""
    mine = ours["value_mpt"]
    return mine is None or theirs["value_mpt"] > mine + tolerance(mine)


def tolerance(value_mpt: int) -> int:
    """Solvers in floats hold rows to 10⁻⁶: so much of a value, at least 1 mpt, is no difference."""
    return max(1, abs(value_mpt) // 1_000_000)


def _interval(ratio: Interval) -> str:
    return "{:.1f} ({:.1f} – {:.1f})".format(*ratio)


def contradictions(records: Iterable[Record]) -> list[str]:
    """Proofs that cannot both be true: a route of anyone above a bound of another.

    Values in floats may exceed the truth by a solver's tolerance; more is named.
    """
    by: dict[tuple[Any, ...], list[Record]] = {}
    for r in records:
        if r.get("kind") == "answer" and r["method"] != "greedy":
            by.setdefault(_place(r), []).append(r)
    found = []
    for place, rows in by.items():
        valued = [r for r in rows if r["value_mpt"] is not None]
        bounded = [r for r in rows if r["bound_mpt"] is not None]
        hopeless = [r for r in rows if r["status"].upper() == "INFEASIBLE"]
        for a in valued:
            for b in bounded:
                if a["value_mpt"] > b["bound_mpt"] + tolerance(b["bound_mpt"]):
                    worth = f"{a['method']} {a['value_mpt']} > {b['method']} {b['bound_mpt']}"
                    found.append(f"{place}: {worth}")
            found += [f"{place}: {a['method']} has a route, {b['method']} none" for b in hopeless]
    return sorted(set(found))


def parts(records: Iterable[Record], gap: float) -> str:
    """How the engine's time divides, when its first route is there, and a worker's memory."""
    found = list(records)
    lines = []
    by: dict[str, list[Record]] = {}
    for r in found:
        if r.get("kind") == "answer" and r["gap"] == gap and r["method"] == "ours":
            by.setdefault(r["set"], []).append(r)
    for name, rows in by.items():
        candidates = np.array([r["candidates"] for r in rows])
        low, high = np.quantile(candidates, [0.05, 0.95])
        lines.append(
            f"{name}: compile {_p50_p95([r['compile_ms'] for r in rows])}, solve "
            f"{_p50_p95([r['solve_ms'] for r in rows])}, {_first(rows)}, "
            f"candidates {low:.0f} – {high:.0f}"
        )
    for r in found:
        if r.get("kind") == "memory":
            counted = " (drawing counted)" if r["drawing_counted"] else ""
            lines.append(
                f"{r['set']}, seed {r['seed']}: a worker of {r['offerings']} offerings holds "
                f"{r['loaded_mib']} MiB, at most {r['peak_mib']} MiB in {r['solves']} solves"
                f"{counted}"
            )
    return "\n".join(lines)


def _p50_p95(ms: Sequence[float]) -> str:
    return f"p50 {np.median(ms):.1f} / p95 {np.quantile(ms, 0.95):.1f} ms"


def _first(rows: Sequence[Record]) -> str:
    """First route with steps, from the start of the solve."""
    firsts = [r["first_ms"] for r in rows if r.get("first_ms") is not None]
    if not firsts:
        return "no route with steps"
    quick = sum(ms <= FIRST_ROUTE_MS for ms in firsts)
    return f"first route {_p50_p95(firsts)}, {quick} of {len(rows)} in {FIRST_ROUTE_MS} ms"
