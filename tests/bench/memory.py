"""Resident memory of this process, and the greatest since a chosen moment."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")
FORGET_PEAK = "5"


def resident_mib() -> float:
    """Resident memory now, MiB; where there is no ``/proc``, the peak."""
    return _field("VmRSS") if STATUS.exists() else _peak_of_usage()


def peak_mib() -> float:
    """Most resident memory since the start or since ``forget_peak``, MiB."""
    return _field("VmHWM") if STATUS.exists() else _peak_of_usage()


def forget_peak() -> bool:
    """Begin the peak anew at what is resident now; false where the system cannot."""
    try:
        CLEAR.write_text(FORGET_PEAK)
    except OSError:
        return False
    return True


def _field(name: str) -> float:
    line = next(x for x in STATUS.read_text().splitlines() if x.startswith(f"{name}:"))
    return int(line.split()[1]) / 1024


def _peak_of_usage() -> float:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # macOS counts bytes, Linux KiB.
    return most / 2**20 if sys.platform == "darwin" else most / 2**10
