"""What is kept with a catalogue version: right, shared, bounded, and gone with it."""

from __future__ import annotations

import gc
import weakref
from zoneinfo import ZoneInfo

import numpy as np
import scipy.sparse as sp

from engine.catalogue import compile_catalogue
from engine.domain import Reason
from engine.planning.compile_reasons import Labels, Reasons
from engine.planning.compile_static import EPOCH_MONDAY, ZONES_KEPT, static_of
from engine.policy import Transfer
from tests.engine.planning.compile_builders import (
    MONDAY,
    MOSCOW,
    meeting,
    programme,
    run,
    self_paced,
    seminar,
)

WEEK0 = (MONDAY.toordinal() - EPOCH_MONDAY) // 7
TRANSFER = Transfer(weeks=8, coverage_least=0.2, main_competencies=2)


def _catalogue():
    activities = [programme("p", 16), seminar("s", 4), seminar("w", 2), seminar("x", None)]
    offerings = [
        run("p", 3, 14),
        run("s", 9, meetings=(meeting(9, "15:00", "17:00"), meeting(9, "17:00", "18:30"))),
        self_paced("w"),
        run("x", 5),
    ]
    return compile_catalogue(activities, offerings)


def _load(catalogue, offering_id: str) -> dict[int, int]:
    """Minutes by week of the test's horizon."""
    loads = static_of(catalogue).time_table(MOSCOW).loads
    row = catalogue.offering_index[offering_id]
    entries = slice(loads.ptr[row], loads.ptr[row + 1])
    weeks = (loads.week[entries] - WEEK0).tolist()
    return dict(zip(weeks, loads.minutes[entries].tolist(), strict=True))


def test_loads_are_spread_or_those_of_the_meetings() -> None:
    """720 min over days 3–14: 4 + 7 + 1 of 12 days; 180 min with 210 min of meetings: 210."""
    catalogue = _catalogue()
    assert _load(catalogue, "p-1") == {0: 240, 1: 420, 2: 60}
    assert _load(catalogue, "s-1") == {1: 210}
    assert _load(catalogue, "w-sp") == {}
    assert _load(catalogue, "x-1") == {}


def test_days_are_those_of_the_zone() -> None:
    """15:00 in Moscow is 22:00 in Vladivostok, and 17:00 there is midnight of the next day."""
    catalogue = _catalogue()
    row = catalogue.offering_index["s-1"]
    home = static_of(catalogue).time_table(MOSCOW)
    away = static_of(catalogue).time_table(ZoneInfo("Asia/Vladivostok"))
    assert home.daily_peak[row] == 120 + 90
    assert away.daily_peak[row] == 120
    assert away.last_day[row] == home.last_day[row] + 1
    assert (away.start - home.start == 7 * 60).all()


def test_tables_are_kept_and_bounded() -> None:
    """The same zone gives the same table; of many zones the oldest go, and come back equal."""
    static = static_of(_held := _catalogue())
    first = static.time_table(MOSCOW)
    assert static.time_table(ZoneInfo("Europe/Moscow")) is first
    for hours in range(1, 13):
        for sign in "+-":
            static.time_table(ZoneInfo(f"Etc/GMT{sign}{hours}"))
    assert len(static._tables) == ZONES_KEPT
    again = static.time_table(MOSCOW)
    assert again is not first
    assert np.array_equal(again.start, first.start)
    assert _held.activity_ids


def test_practices_are_kept_by_coverage_and_rule() -> None:
    """One coverage and rule share a result; another object or rule has its own."""
    catalogue = _catalogue()
    static = static_of(catalogue)
    coverage, other = (sp.csr_array(np.eye(4)) for _ in range(2))
    first = static.practices(coverage, TRANSFER)
    assert static.practices(coverage, TRANSFER) is first
    assert static.practices(other, TRANSFER) is not first
    assert static.practices(coverage, Transfer(0, 0.2, 2)) is not first
    assert static.practices(coverage, TRANSFER) is first


def test_what_is_kept_goes_with_the_catalogue() -> None:
    """Nothing holds a catalogue that nobody uses any more."""
    catalogue = _catalogue()
    static_of(catalogue).time_table(MOSCOW)
    gone = weakref.ref(catalogue)
    del catalogue
    gc.collect()
    assert gone() is None


def test_reasons_are_made_once_and_only_when_asked() -> None:
    """Nothing is made before the first look; the order is that of the maker."""
    made: list[int] = []

    def make() -> dict[str, Reason]:
        made.append(1)
        return {"b": Reason("no_gain"), "a": Reason("seats")}

    reasons = Reasons(make)
    assert made == []
    assert reasons["a"].code == "seats"
    assert list(reasons) == ["b", "a"]
    assert (len(reasons), "c" in reasons, made) == (2, False, [1])
    assert reasons == {"a": Reason("seats"), "b": Reason("no_gain")}


def test_labels_are_made_on_the_first_look() -> None:
    """Their number is known before; then they are those of the tuple."""
    made: list[int] = []

    def make() -> tuple[str, ...]:
        made.append(1)
        return ("x", "y")

    labels = Labels(2, make)
    assert (len(labels), made) == (2, [])
    assert labels == ("x", "y")
    assert labels == ("x", "y")
    assert labels != ("x",)
    assert (labels[1], labels[:1], list(labels), made) == ("y", ("x",), ["x", "y"], [1])
    assert hash(labels) == hash(("x", "y"))
