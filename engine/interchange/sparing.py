"""Reading a package for a summary: faulty rows are set aside and named, the rest is taken.

A route is built from the whole package or not at all. A table of thousands of people is not worth
refusing for one wrong score; but whoever has a faulty row has no evidence in it at all, for a
part of his results could tell the opposite of the whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

from engine.interchange.package import ImportReport

Reader = Callable[..., ImportReport]
"""``read_package`` with everything given but ``fault_limit`` and ``skip_rows``."""


def read_sparing(read: Reader) -> ImportReport:
    """Read a package without its faulty rows.

    Returns
    -------
    ImportReport
        With the package, if all faults are of rows; the faults of the rows set aside are then
        among the warnings, in front. Otherwise as ``read`` gives it: a missing column or an
        unreadable file is no matter of single rows.
    """
    report = read()
    if report.package is not None:
        return report
    every = read(fault_limit=sys.maxsize)
    rows = {(fault.file, fault.row) for fault in every.faults}
    if any(row is None for _, row in rows):
        return report
    spared = read(skip_rows=rows)
    if spared.package is None:
        return report
    return replace(spared, warnings=(*report.faults, *spared.warnings))
