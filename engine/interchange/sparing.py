"""Reading a package for a summary: faulty rows are set aside and named, the rest is taken.

A route is built from the whole package or not at all. A table of thousands of people is not worth
refusing for one wrong score, nor is a person's evidence: the faulty row goes, his other rows stay.
Of rows that contradict one another all go, for nothing says which is right.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, cast

from engine.errors import Fault
from engine.interchange.package import ImportReport
from engine.interchange.records import SkippedRows

Reader = Callable[..., ImportReport]
"""``read_package`` with everything given but ``fault_limit`` and ``skip_rows``."""


def read_sparing(read: Reader) -> ImportReport:
    """Read a package without its faulty rows.

    Returns
    -------
    ImportReport
        With the package, if all faults are of rows; the faults of the rows set aside are then in
        ``set_aside``. Otherwise as ``read`` gives it: a missing column or an unreadable file is
        no matter of single rows.
    """
    report = read()
    if report.package is not None:
        return report
    every = read(fault_limit=sys.maxsize)
    if any(fault.row is None for fault in every.faults):
        return report
    spared = read(skip_rows=rows_at_fault(every.faults))
    if spared.package is None:
        return report
    return replace(spared, set_aside=every.faults)


def rows_at_fault(faults: Iterable[Fault]) -> SkippedRows:
    """Rows that faults name, with those that they contradict."""
    rows: defaultdict[tuple[str | None, int | None], set[str | None]] = defaultdict(set)
    for fault in faults:
        rows[fault.file, fault.row].add(fault.column)
        for file, row, column in cast("Iterable[Any]", fault.parameters.get("rows", ())):
            rows[file, row].add(column)
    return rows
