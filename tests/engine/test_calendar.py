"""The working calendar: weeks, hours and zones, against a wall calendar."""

from __future__ import annotations

import dataclasses
import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import (
    WorkCalendar,
    build_calendar,
    default_horizon,
    educator_zone,
    effective_conditions,
    local_date,
    local_minutes,
)
from engine.domain import Conditions, Educator, Organisation, Position
from engine.errors import ConfigurationError, InputError
from engine.policy import CalendarPolicy, Period, PolicyProfile, load_policy

MOSCOW, VLADIVOSTOK = ZoneInfo("Europe/Moscow"), ZoneInfo("Asia/Vladivostok")
TEACHER = Educator("e1", Position.TEACHER)
D = dt.date


def policy_with(**calendar: object) -> PolicyProfile:
    """The default policy with a bare calendar: 08:00–21:00, Monday to Saturday, no periods."""
    rules = CalendarPolicy(
        country="RU",
        subdivision=None,
        public_holiday_factor=0.0,
        earliest_min=480,
        latest_min=1260,
        meeting_weekdays=(1, 2, 3, 4, 5, 6),
        periods=(),
        shift_hours_min={1: (480, 840), 2: (780, 1140)},
    )
    return dataclasses.replace(
        load_policy("default"), calendar=dataclasses.replace(rules, **calendar)
    )


def spans(calendar: WorkCalendar) -> list[tuple[int, int]]:
    pairs = zip(calendar.day_open_min, calendar.day_close_min, strict=True)
    return [(int(a), int(b)) for a, b in pairs]


def with_conditions(**conditions: object) -> Educator:
    return dataclasses.replace(TEACHER, conditions=Conditions(**conditions))  # type: ignore[arg-type]


# ------------------------------------------------------------------------ tempo of the weeks


def test_week_of_unity_day_has_four_fifths():
    """In 2026 4 November is a Wednesday: 2–8 November keep 4 of 5 working days."""
    calendar = build_calendar(policy_with(), TEACHER, D(2026, 10, 26), 3)
    assert calendar.tempo_factor.tolist() == pytest.approx([1.0, 0.8, 1.0])
    assert calendar.holiday_week.tolist() == [False, False, False]


def test_new_year_weeks():
    """28.12.2026–3.1.2027: Mon–Wed work, 31.12 is in the period, 1.1 public: 3/5. 4–8 January
    are public holidays all five days: 0 and wholly holiday. 11–17 January is a full week."""
    winter = Period(D(2026, 12, 31), D(2027, 1, 10), "зима", 0.0, holiday=True)
    calendar = build_calendar(policy_with(periods=(winter,)), TEACHER, D(2026, 12, 28), 3)
    assert calendar.tempo_factor.tolist() == pytest.approx([0.6, 0.0, 1.0])
    assert calendar.holiday_week.tolist() == [False, True, False]


def test_public_holidays_alone_make_the_first_week_of_january_a_holiday():
    """1–8 January are public holidays by law, without any period of the policy."""
    calendar = build_calendar(policy_with(), TEACHER, D(2027, 1, 4), 1)
    assert calendar.tempo_factor.tolist() == [0.0]
    assert calendar.holiday_week.tolist() == [True]


def test_least_factor_of_overlapping_periods_counts():
    """Mon–Wed 0.5, Tue–Fri 0.8: (0.5 + 0.5 + 0.5 + 0.8 + 0.8) / 5 = 0.62."""
    periods = (
        Period(D(2026, 9, 7), D(2026, 9, 9), "а", 0.5, holiday=False),
        Period(D(2026, 9, 8), D(2026, 9, 11), "б", 0.8, holiday=False),
    )
    calendar = build_calendar(policy_with(periods=periods), TEACHER, D(2026, 9, 7), 1)
    assert calendar.tempo_factor[0] == pytest.approx(0.62)


def test_public_holiday_in_a_period_takes_the_lesser_factor():
    """4.11.2026 with factor 0.4 in a period of 0.5: (4 · 0.5 + 0.4) / 5 = 0.48."""
    period = Period(D(2026, 11, 2), D(2026, 11, 8), "а", 0.5, holiday=False)
    policy = policy_with(periods=(period,), public_holiday_factor=0.4)
    calendar = build_calendar(policy, TEACHER, D(2026, 11, 2), 1)
    assert calendar.tempo_factor[0] == pytest.approx(0.48)


def test_weekend_days_do_not_count():
    """A period on Saturday and Sunday only changes nothing."""
    period = Period(D(2026, 9, 12), D(2026, 9, 13), "а", 0.0, holiday=True)
    calendar = build_calendar(policy_with(periods=(period,)), TEACHER, D(2026, 9, 7), 1)
    assert calendar.tempo_factor[0] == 1.0
    assert not calendar.holiday_week[0]


def test_exam_weeks_slow_down_without_being_holidays():
    """A week wholly in a period that is no holiday is not dropped from a mentor's windows."""
    exams = Period(D(2027, 5, 31), D(2027, 6, 6), "экзамены", 0.5, holiday=False)
    calendar = build_calendar(policy_with(periods=(exams,)), TEACHER, D(2027, 5, 31), 1)
    assert (calendar.tempo_factor[0], bool(calendar.holiday_week[0])) == (0.5, False)


def test_bundled_calendar_of_the_school_year():
    """36 weeks from 7.9.2026 by the default profile: autumn holidays 26–30 October are a holiday
    week at full tempo, 4–8 January one without tempo, 29.3–2.4.2027 one at full tempo."""
    calendar = build_calendar(load_policy("default"), TEACHER, D(2026, 9, 7), 36)
    whole = {
        D(2026, 9, 7) + dt.timedelta(7 * int(w)) for w in np.flatnonzero(calendar.holiday_week)
    }
    assert whole == {D(2026, 10, 26), D(2027, 1, 4), D(2027, 3, 29)}
    assert calendar.tempo_factor[[7, 17, 29]].tolist() == [1.0, 0.0, 1.0]
    assert calendar.tempo_factor.shape == (36,)
    assert calendar.day_open_min.shape == (252,)


# ------------------------------------------------------------------------ hours of the days


def test_days_are_open_by_weekday():
    """Monday to Saturday 08:00–21:00, Sunday closed."""
    calendar = build_calendar(policy_with(), TEACHER, D(2026, 9, 7), 1)
    assert spans(calendar) == [(480, 1260)] * 6 + [(0, 0)]


def test_public_holiday_is_closed_for_meetings():
    """On 4.11.2026 no meeting may be; with a factor above 0 it may."""
    closed = build_calendar(policy_with(), TEACHER, D(2026, 11, 2), 1)
    assert spans(closed)[1:4] == [(480, 1260), (0, 0), (480, 1260)]
    policy = policy_with(public_holiday_factor=0.5)
    assert spans(build_calendar(policy, TEACHER, D(2026, 11, 2), 1))[2] == (480, 1260)


def test_forbidden_weekdays_of_educator_and_school_are_closed():
    """Tuesday by the educator, Friday by the school."""
    school = Organisation("s", "Школа", conditions=Conditions(forbidden_weekdays=(5,)))
    educator = dataclasses.replace(with_conditions(forbidden_weekdays=(2,)), organisation=school)
    days = spans(build_calendar(policy_with(), educator, D(2026, 9, 7), 1))
    assert [a == b for a, b in days] == [False, True, False, False, True, False, True]


@pytest.mark.parametrize(
    ("shift", "weekday_span"),
    [
        (1, (840, 1260)),  # before work nothing is left, after it 14:00–21:00
        (2, (480, 780)),  # 08:00–13:00 is longer than 19:00–21:00
        (None, (480, 1260)),
    ],
)
def test_shift_takes_its_hours_on_weekdays_only(shift: int | None, weekday_span: tuple[int, int]):
    """Monday to Friday the longer span beside the shift is open, Saturday the whole day."""
    calendar = build_calendar(policy_with(), with_conditions(shift=shift), D(2026, 9, 7), 1)
    assert spans(calendar) == [weekday_span] * 5 + [(480, 1260), (0, 0)]


def test_shift_leaves_the_later_of_two_equal_spans():
    """08:00–21:00 with work 12:00–17:00: four hours on both sides, the evening is kept."""
    policy = policy_with(shift_hours_min={1: (720, 1020)})
    calendar = build_calendar(policy, with_conditions(shift=1), D(2026, 9, 7), 1)
    assert spans(calendar)[0] == (1020, 1260)


def test_shift_of_the_whole_day_closes_it():
    """Work that covers all allowed hours leaves no meeting."""
    policy = policy_with(shift_hours_min={1: (0, 1440)})
    days = spans(build_calendar(policy, with_conditions(shift=1), D(2026, 9, 7), 1))
    assert days == [(0, 0)] * 5 + [(480, 1260), (0, 0)]


def test_shift_does_not_work_in_school_holidays():
    """In the holidays a first-shift educator may meet in the morning; the tempo is untouched."""
    autumn = Period(D(2026, 10, 26), D(2026, 11, 1), "осень", 1.0, holiday=True)
    policy = policy_with(periods=(autumn,))
    calendar = build_calendar(policy, with_conditions(shift=1), D(2026, 10, 19), 2)
    assert spans(calendar)[4] == (840, 1260)
    assert spans(calendar)[7] == (480, 1260)
    assert calendar.tempo_factor.tolist() == [1.0, 1.0]


def test_school_conditions_fill_what_the_educator_leaves_out():
    """Own values win, the organisation's fill the gaps, forbidden weekdays add up."""
    school = Organisation(
        "s", "Школа", conditions=Conditions(True, False, 2, forbidden_weekdays=(3, 1))
    )
    educator = dataclasses.replace(
        with_conditions(internet=True, forbidden_weekdays=(1, 5)), organisation=school
    )
    expected = Conditions(rural=True, internet=True, shift=2, forbidden_weekdays=(1, 3, 5))
    assert effective_conditions(educator) == expected


def test_unknown_shift_is_a_fault_that_names_the_field():
    """A third shift that the policy does not know is refused, unless it knows none at all."""
    with pytest.raises(InputError) as caught:
        build_calendar(policy_with(), with_conditions(shift=3), D(2026, 9, 7), 1)
    fault = caught.value.faults[0]
    assert (fault.code, fault.pointer) == ("unknown_shift", "/educator/conditions/shift")
    assert "есть: 1, 2" in fault.detail
    calendar = build_calendar(
        policy_with(shift_hours_min={}), with_conditions(shift=3), D(2026, 9, 7), 1
    )
    assert spans(calendar)[0] == (480, 1260)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"country": "XX"}, "calendar.country"),
        ({"subdivision": "SPB"}, "calendar.subdivision"),
    ],
)
def test_unknown_place_of_holidays_is_a_configuration_error(changes: dict[str, str], key: str):
    """Country or subdivision that the holidays' library does not know is named by its key."""
    with pytest.raises(ConfigurationError, match=key.replace(".", r"\.")):
        build_calendar(policy_with(**changes), TEACHER, D(2026, 9, 7), 1)


@pytest.mark.parametrize(("first", "weeks"), [(D(2026, 9, 8), 1), (D(2026, 9, 7), 0)])
def test_horizon_is_whole_weeks(first: dt.date, weeks: int):
    """A calendar starts on a Monday and has at least one week."""
    with pytest.raises(ValueError, match="not a Monday"):
        build_calendar(policy_with(), TEACHER, first, weeks)


@given(st.integers(0, 400), st.integers(1, 12), st.sampled_from([None, 1, 2]))
def test_any_calendar_is_within_the_policy(week: int, n_weeks: int, shift: int | None):
    """Factors lie in [0, 1], days are either closed or within the hours, Sundays closed."""
    first = D(2024, 1, 1) + dt.timedelta(7 * week)
    calendar = build_calendar(policy_with(), with_conditions(shift=shift), first, n_weeks)
    assert (calendar.n_weeks, calendar.n_days) == (n_weeks, 7 * n_weeks)
    assert ((calendar.tempo_factor >= 0) & (calendar.tempo_factor <= 1)).all()
    assert (calendar.tempo_factor[calendar.holiday_week] == 0).all()
    for i, (opens, closes) in enumerate(spans(calendar)):
        assert opens == closes or 480 <= opens < closes <= 1260
        assert opens == closes or i % 7 != 6


# ------------------------------------------------------------------------ zones and minutes


def test_three_in_moscow_is_ten_in_vladivostok():
    """15:00+03:00 on Monday is minute 900 for Moscow and 1320, after 21:00, for Vladivostok."""
    instant = dt.datetime(2026, 9, 7, 15, tzinfo=MOSCOW)
    assert local_minutes(instant, D(2026, 9, 7), MOSCOW) == 15 * 60
    assert local_minutes(instant, D(2026, 9, 7), VLADIVOSTOK) == 22 * 60


def test_evening_in_moscow_is_the_next_day_in_vladivostok():
    """18:30 on Monday in Moscow is 01:30 on Tuesday in Vladivostok: 1440 + 90."""
    instant = dt.datetime(2026, 9, 7, 18, 30, 59, tzinfo=MOSCOW)
    assert local_minutes(instant, D(2026, 9, 7), VLADIVOSTOK) == 1530
    assert local_date(instant, VLADIVOSTOK) == D(2026, 9, 8)


def test_minutes_before_the_horizon_are_negative():
    """Sunday 23:59 is minute −1."""
    instant = dt.datetime(2026, 9, 6, 23, 59, tzinfo=MOSCOW)
    assert local_minutes(instant, D(2026, 9, 7), MOSCOW) == -1


def test_minutes_are_of_the_wall_clock():
    """In Berlin clocks go back on 25.10.2026: noon stays minute 720 of its day."""
    instant = dt.datetime(2026, 10, 25, 11, tzinfo=dt.UTC)
    assert local_minutes(instant, D(2026, 10, 19), ZoneInfo("Europe/Berlin")) == 6 * 1440 + 720


@given(st.integers(0, 7 * 1440 * 4 - 1), st.sampled_from(["Europe/Moscow", "Asia/Vladivostok"]))
def test_instant_is_the_inverse_of_local_minutes(minute: int, zone: str):
    """A minute of the horizon made an instant and read again is the same minute."""
    educator = dataclasses.replace(TEACHER, time_zone=zone)
    calendar = build_calendar(policy_with(), educator, D(2026, 9, 7), 4)
    assert local_minutes(calendar.instant(minute), D(2026, 9, 7), ZoneInfo(zone)) == minute


def test_instant_without_offset_is_a_fault():
    """A naive instant could be of any zone and is refused."""
    with pytest.raises(InputError) as caught:
        local_minutes(dt.datetime(2026, 9, 7, 15), D(2026, 9, 7), MOSCOW)
    assert caught.value.faults[0].code == "instant_without_offset"


@pytest.mark.parametrize(
    ("as_of", "zone", "monday"),
    [
        (dt.datetime(2026, 9, 1, 9, tzinfo=MOSCOW), MOSCOW, D(2026, 9, 7)),  # Tuesday
        (dt.datetime(2026, 9, 7, 9, tzinfo=MOSCOW), MOSCOW, D(2026, 9, 14)),  # Monday
        (dt.datetime(2026, 9, 6, 23, tzinfo=MOSCOW), MOSCOW, D(2026, 9, 7)),  # Sunday
        # Sunday 18:00 in Moscow is Monday 01:00 in Vladivostok.
        (dt.datetime(2026, 9, 6, 18, tzinfo=MOSCOW), VLADIVOSTOK, D(2026, 9, 14)),
        (dt.datetime(2026, 9, 6, 16, 59, tzinfo=MOSCOW), VLADIVOSTOK, D(2026, 9, 7)),
    ],
)
def test_horizon_starts_on_the_monday_after(as_of: dt.datetime, zone: ZoneInfo, monday: dt.date):
    """The first Monday after the day of ``as_of`` in the educator's zone."""
    assert default_horizon(as_of, zone, 36) == (monday, 36)


def test_zone_of_the_educator_goes_before_the_policys():
    """Own zone if there is one, else the region's."""
    policy = load_policy("primorye")
    assert educator_zone(TEACHER, policy).key == "Asia/Vladivostok"
    moved = dataclasses.replace(TEACHER, time_zone="Europe/Moscow")
    assert educator_zone(moved, policy).key == "Europe/Moscow"


@pytest.mark.parametrize("name", ["Asia/Atlantis", "../etc/passwd", "", "Europe", "MSK+7"])
def test_unknown_zone_of_an_educator_is_a_fault(name: str):
    """A zone that is none is refused with the field and the educator named."""
    with pytest.raises(InputError) as caught:
        educator_zone(dataclasses.replace(TEACHER, time_zone=name), policy_with())
    fault = caught.value.faults[0]
    assert (fault.code, fault.pointer) == ("unknown_time_zone", "/educator/time_zone")
    assert fault.parameters == {"educator": "e1", "time_zone": name}


def test_unknown_zone_of_a_policy_is_a_configuration_error():
    """A profile built by hand with a wrong zone is refused by its key."""
    policy = dataclasses.replace(policy_with(), time_zone="Asia/Atlantis")
    with pytest.raises(ConfigurationError, match="default: time_zone"):
        educator_zone(TEACHER, policy)
