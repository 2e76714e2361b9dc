"""A mixed-integer program in plain arrays, for solvers that share nothing with the engine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import scipy.sparse as sp

Terms = Iterable[tuple[int, float]]
INFINITY = float("inf")


@dataclass(frozen=True)
class Mip:
    """Maximise ``objective @ x`` with ``row_low ≤ A x ≤ row_high``, ``low ≤ x ≤ high``.

    ``A`` in CSR arrays; ``integer`` flags columns.
    """

    objective: np.ndarray
    low: np.ndarray
    high: np.ndarray
    integer: np.ndarray
    row_low: np.ndarray
    row_high: np.ndarray
    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray

    def arrays(self) -> dict[str, np.ndarray]:
        """Arrays by name, as in a file."""
        return dict(vars(self))

    def save(self, path: Path) -> None:
        """Write as a compressed numpy file."""
        np.savez_compressed(path, **self.arrays())

    def write_lp(self, path: Path) -> None:
        """Write in the LP format that every solver reads."""
        with path.open("w", encoding="ascii") as file:
            file.write("Maximize\n obj: " + _linear(enumerate(self.objective.tolist())) + "\n")
            file.write("Subject To\n")
            for r in range(len(self.row_low)):
                entries = slice(self.indptr[r], self.indptr[r + 1])
                terms = zip(
                    self.indices[entries].tolist(), self.data[entries].tolist(), strict=True
                )
                text = _linear(terms)
                if self.row_low[r] > -INFINITY:
                    file.write(f" l{r}: {text} >= {self.row_low[r]:.17g}\n")
                if self.row_high[r] < INFINITY:
                    file.write(f" u{r}: {text} <= {self.row_high[r]:.17g}\n")
            file.write("Bounds\n")
            for i, (low, high) in enumerate(
                zip(self.low.tolist(), self.high.tolist(), strict=True)
            ):
                file.write(f" {low:.17g} <= x{i} <= {high:.17g}\n")
            file.write("General\n")
            file.writelines(f" x{i}\n" for i in np.flatnonzero(self.integer).tolist())
            file.write("End\n")

    def write_mps(self, path: Path) -> None:
        """Write in the free MPS format, for solvers whose LP format is another."""
        kinds = [_kind(*ends) for ends in zip(self.row_low, self.row_high, strict=True)]
        with path.open("w", encoding="ascii") as file:
            file.write("NAME route\nOBJSENSE\n    MAX\nROWS\n N obj\n")
            file.writelines(f" {kind} r{r}\n" for r, (kind, _, _) in enumerate(kinds))
            file.write("COLUMNS\n")
            file.writelines(self._mps_columns())
            file.write("RHS\n")
            file.writelines(f" rhs r{r} {right:.17g}\n" for r, (_, right, _) in enumerate(kinds))
            file.write("RANGES\n")
            file.writelines(
                f" rng r{r} {width:.17g}\n" for r, (_, _, width) in enumerate(kinds) if width
            )
            file.write("BOUNDS\n")
            for i, (low, high) in enumerate(zip(self.low, self.high, strict=True)):
                file.write(f" LO bnd x{i} {low:.17g}\n")
                file.write(f" UP bnd x{i} {high:.17g}\n" if high < INFINITY else f" PL bnd x{i}\n")
            file.write("ENDATA\n")

    def _mps_columns(self) -> Iterable[str]:
        shape = (len(self.row_low), len(self.objective))
        by_column = sp.csr_array((self.data, self.indices, self.indptr), shape=shape).tocsc()
        for i, worth in enumerate(self.objective.tolist()):
            if self.integer[i]:
                yield f" m{i} 'MARKER' 'INTORG'\n"
            yield f" x{i} obj {worth:.17g}\n"
            entries = slice(by_column.indptr[i], by_column.indptr[i + 1])
            rows = by_column.indices[entries].tolist()
            for r, value in zip(rows, by_column.data[entries].tolist(), strict=True):
                yield f" x{i} r{r} {value:.17g}\n"
            if self.integer[i]:
                yield f" e{i} 'MARKER' 'INTEND'\n"


def _kind(low: float, high: float) -> tuple[str, float, float]:
    """Kind, right-hand side and range of a row in MPS."""
    if low == high:
        return "E", low, 0.0
    if high == INFINITY:
        return "G", low, 0.0
    return "L", high, high - low if low > -INFINITY else 0.0


def _linear(terms: Terms) -> str:
    parts = [f"{c:+.17g} x{i}" for i, c in terms if c]
    # Lines of the LP format are limited, so long sums are broken.
    lines = [" ".join(parts[i : i + 12]) for i in range(0, len(parts), 12)]
    return "\n  ".join(lines) or "0 x0"


@dataclass
class MipBuilder:
    """Collects columns and rows."""

    objective: list[float] = field(default_factory=list)
    low: list[float] = field(default_factory=list)
    high: list[float] = field(default_factory=list)
    integer: list[bool] = field(default_factory=list)
    row_low: list[float] = field(default_factory=list)
    row_high: list[float] = field(default_factory=list)
    indptr: list[int] = field(default_factory=lambda: [0])
    indices: list[int] = field(default_factory=list)
    data: list[float] = field(default_factory=list)

    def column(self, worth: float = 0.0, high: float = 1.0, integer: bool = True) -> int:
        """A column with bounds 0 and ``high``; its index."""
        self.objective.append(worth)
        self.low.append(0.0)
        self.high.append(high)
        self.integer.append(integer)
        return len(self.objective) - 1

    def row(self, terms: Terms, low: float = -INFINITY, high: float = INFINITY) -> None:
        """``low ≤ Σ coefficient · column ≤ high``; equal columns are added up."""
        total: dict[int, float] = {}
        for column, coefficient in terms:
            total[column] = total.get(column, 0.0) + coefficient
        self.indices.extend(total)
        self.data.extend(total.values())
        self.indptr.append(len(self.indices))
        self.row_low.append(low)
        self.row_high.append(high)

    def at_most(self, terms: Sequence[tuple[int, float]], limit: float) -> None:
        """A row ≤ limit, left out where it cannot bind (binary columns)."""
        if sum(max(c, 0.0) for _, c in terms) > limit:
            self.row(terms, high=limit)

    def build(self) -> Mip:
        """The program in arrays."""
        integers: Mapping[str, list[int]] = {"indptr": self.indptr, "indices": self.indices}
        return Mip(
            **{k: np.array(v, dtype=np.int64) for k, v in integers.items()},
            **{
                k: np.array(getattr(self, k), dtype=np.float64)
                for k in ("objective", "low", "high", "row_low", "row_high", "data")
            },
            integer=np.array(self.integer, dtype=np.bool_),
        )
