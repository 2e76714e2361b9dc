"""A process for one call: what goes there comes back, and nothing of it is left behind."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from api.computing import apart
from api.computing.apart import Apart
from api.solving.errors import Stopping, WorkerLost
from engine.errors import InputError
from tests.api.computing.work import Dying, Endless, Raising, Whose

NICEST = 19
"""The system knows no higher niceness."""


def frame(rows: int) -> pd.DataFrame:
    """A frame of several types with an index of its own."""
    numbers = np.arange(rows)
    return pd.DataFrame(
        {
            "text": [f"е{i}" for i in numbers],
            "day": pd.Timestamp("2026-09-01") + pd.to_timedelta(numbers, unit="D"),
            "tuple": [("физика", str(i)) for i in numbers],
            "maybe": [None if i % 3 else True for i in numbers],
        },
        index=numbers[::-1] * 2,
    )


def test_frames_come_whole_whatever_their_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two and a bit slices, one slice, exactly one and no row: rows, index and types are kept."""
    monkeypatch.setattr(apart, "ROWS_AT_ONCE", 100)
    for rows in (213, 100, 7, 0):
        one, other = frame(rows), frame(3)
        pid, nice, back, too, more = Apart().run(Whose(one, other, {"n": rows}))
        pd.testing.assert_frame_equal(back, one)
        pd.testing.assert_frame_equal(too, other)
        assert more == {"n": rows}
        assert pid != os.getpid()
        assert nice == min(os.nice(0) + apart.NICENESS, NICEST)


def test_what_it_raises_is_raised_here() -> None:
    """A fault of the input keeps its code and place on the way."""
    with pytest.raises(InputError) as raised:
        Apart().run(Raising())
    assert [(f.code, f.pointer) for f in raised.value.faults] == [
        ("report_district_unknown", "/district")
    ]


def test_a_process_that_dies_is_tried_once_more(tmp_path: Path) -> None:
    """The second attempt answers; two deaths are told, and there is no third attempt."""
    assert Apart().run(Dying(tmp_path / "once", 1)) == 2
    with pytest.raises(WorkerLost):
        Apart().run(Dying(tmp_path / "always", 99))
    assert (tmp_path / "always").read_text() == "xx"


def test_it_can_be_ended_at_any_moment(tmp_path: Path) -> None:
    """The caller is told that the service stops, the process is gone, and no other one begins."""
    told, one = tmp_path / "pid", Apart()

    def end() -> None:
        while not told.exists():
            time.sleep(0.01)
        one.end()

    thread = threading.Thread(target=end)
    thread.start()
    with pytest.raises(Stopping):
        one.run(Endless(told))
    thread.join()
    with pytest.raises(ProcessLookupError):
        os.kill(int(told.read_text()), 0)
    with pytest.raises(Stopping):
        one.run(Endless(told))
