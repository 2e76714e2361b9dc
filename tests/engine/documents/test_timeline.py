"""Geometry of the timeline against hand calculation."""

import datetime as dt
from dataclasses import replace

import pytest

from engine.documents.build_view import build_view
from engine.documents.timeline import GUTTER, LOAD, WIDTH, build_timeline
from tests.engine.documents.fixtures import EMPTY, FULL, STEPS, day


@pytest.fixture(scope="module")
def line():
    return build_timeline(FULL.route, build_view(FULL, "ru"))


# From Monday 21 September 2026 to Sunday 21 March 2027: 26 weeks, 182 days.
PER_DAY = (WIDTH - GUTTER - 8) / 182


def test_scale(line):
    """26 weeks from the first Monday to the last Sunday; week lines at both ends."""
    assert len(line.weeks) == 27
    assert line.weeks[0] == GUTTER
    assert line.weeks[-1] == pytest.approx(WIDTH - 8, abs=0.01)


def test_bars_lie_over_their_days(line):
    """A bar starts with its first day and ends with its last."""
    first = line.steps[0]
    assert first.x == GUTTER
    assert first.width == pytest.approx(35 * PER_DAY, abs=0.02)
    offset = (day("2026-11-09") - day("2026-09-21")).days
    assert line.steps[2].x == pytest.approx(GUTTER + offset * PER_DAY, abs=0.01)


def test_dots_and_diamonds(line):
    """Meetings stand at their hour, checkpoints at noon of their day."""
    assert line.steps[0].dots[0] == pytest.approx(GUTTER + (1 + 16 / 24) * PER_DAY, abs=0.01)
    offset = (day("2026-12-08") - day("2026-09-21")).days
    assert [d.x for d in line.diamonds] == [
        pytest.approx(GUTTER + (offset + 0.5) * PER_DAY, abs=0.01)
    ]
    assert len(line.mentor_dots) == 6
    assert line.missed[0].width == pytest.approx(28 * PER_DAY, abs=0.02)


def test_months_are_named_in_order(line):
    """Months follow each other without gaps; January carries the year."""
    names = [band.name for band in line.months]
    assert names[1:] == ["октябрь", "ноябрь", "декабрь", "январь 2027", "февраль", "март"]
    ends = [band.x + band.width for band in line.months]
    assert [band.x for band in line.months[1:]] == pytest.approx(ends[:-1], abs=0.02)


def test_load_heights(line):
    """The scale's top is the next whole tick above the highest value, here 10 hours."""
    assert line.ticks[-1].name == "10 ч"
    assert line.ticks[0].name == "0"
    assert line.load[0].height == pytest.approx(LOAD * 384 / 600, abs=0.01)
    assert line.load[3].tempo_height == pytest.approx(LOAD)
    assert all(bar.height <= bar.tempo_height for bar in line.load)


def test_labels_stay_inside(line):
    """A label begins or ends with its bar and has room up to the edge."""
    for bar in line.steps:
        length = 6.9 * len(bar.label)
        if bar.anchor == "start":
            assert bar.label_x + length <= WIDTH + 7
        else:
            assert bar.label_x - length >= GUTTER - 7


def test_nothing_dated_draws_nothing():
    """An empty route has no timeline; one week alone has one."""
    assert build_timeline(EMPTY.route, build_view(EMPTY, "ru")) is None
    one = replace(FULL, route=replace(FULL.route, steps=(STEPS[1],), mentor=None, checkpoints=()))
    one = replace(one, route=replace(one.route, weekly_load=FULL.route.weekly_load[3:4]))
    line = build_timeline(one.route, build_view(one, "ru"))
    assert line is not None
    assert len(line.weeks) == 2
    assert line.load[0].width == pytest.approx(7 * (WIDTH - GUTTER - 8) / 7, abs=0.01)
    assert line.y_mentor == 0
    assert dt.date(2026, 10, 12) == FULL.route.weekly_load[3].week
