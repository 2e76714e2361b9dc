"""Dated offerings: loads, travel, zones, and every reason against a run."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.calendar import local_minutes
from engine.domain import (
    Conditions,
    Constraints,
    Educator,
    Organisation,
    Position,
    Slot,
    Technology,
)
from engine.planning.compile_frame import wall_minutes
from engine.planning.compile_static import spread_entries
from tests.engine.planning.compile_builders import (
    MONDAY,
    MOSCOW,
    TEACHER,
    Case,
    day,
    flat_calendar,
    meeting,
    programme,
    run,
    self_paced,
    seminar,
    with_limits,
)

BRISK = replace(TEACHER, tempo_min_per_week=500)
VLADIVOSTOK = "Asia/Vladivostok"


def only(case: Case):
    (candidate,) = case.candidates().values()
    return candidate


# ------------------------------------------------------------------------------- loads


def test_sixteen_academic_hours_are_720_minutes_spread_over_days():
    """720 min over 12 days from Thursday: 4 days, 7 days and Monday.

    720·4/12 = 240, 720·7/12 = 420, 720·1/12 = 60.
    """
    case = Case([programme()], [run("p", first=3, last=14)])
    candidate = only(replace(case, educator=BRISK))
    assert candidate.weekly == ((0, 240), (1, 420), (2, 60))
    assert (candidate.start_day, candidate.end_day) == (3, 14)


def test_remainder_goes_to_the_first_weeks():
    """100 min over 9 days from Saturday: 22.2, 77.8 → 22 and 77; the 1 left goes to week 0."""
    _, week, load = spread_entries(np.array([5]), np.array([13]), np.array([100]))
    assert dict(zip(week.tolist(), load.tolist(), strict=True)) == {0: 23, 1: 77}


@given(st.integers(0, 27), st.integers(0, 27), st.integers(0, 20_000))
def test_spread_keeps_the_sum_and_the_days(a, b, total):
    """Nothing is lost or added, no week is off its share by more than 1 min."""
    start, end = min(a, b), max(a, b)
    _, weeks, load = spread_entries(np.array([start]), np.array([end]), np.array([total]))
    assert load.sum() == total
    assert weeks.tolist() == list(range(start // 7, end // 7 + 1))
    for week, minutes in zip(weeks.tolist(), load.tolist(), strict=True):
        days = max(0, min(end, 7 * week + 6) - max(start, 7 * week) + 1)
        assert abs(minutes - total * days / (end - start + 1)) <= 1
        assert days or not minutes


def test_given_weekly_split_stands():
    """A split of the catalogue is taken as it is, by ISO week from that of the start."""
    offering = run("p", first=9, last=24, weekly_min=(100, 0, 150))
    assert only(Case([programme()], [offering])).weekly == ((1, 100), (3, 150))


def test_meetings_are_part_of_the_hours():
    """90 min split into a week of a 90 min meeting: 90, not 180."""
    offering = run(first=2, meetings=(meeting(2, "15:00", "16:30"),))
    assert only(Case([seminar()], [offering])).weekly == ((0, 90),)


def test_a_week_is_at_least_its_meetings():
    """60 min with a meeting of 50 in week 1: the other 10 are spread 5 + 5, none counts twice."""
    activity = seminar(hours=60 / 45)
    offering = run(first=0, last=13, meetings=(meeting(8, "15:00", "15:50"),))
    assert only(Case([activity], [offering])).weekly == ((0, 5), (1, 55))


# ------------------------------------------------------------------------------- travel

SCHOOL = Organisation("s1", "Школа 1", locality="Тихвин")


@pytest.mark.parametrize(
    ("place", "locality", "home", "travel"),
    [
        ("", "Тихвин", "Тихвин", 0),
        ("s1", "Тихвин", "Тихвин", 0),
        ("Лицей", "Тихвин", "тихвин", 60),
        ("Лицей", "Гатчина", "Тихвин", 150),
        ("Гатчина, Лицей", "", "Тихвин", 150),
        ("Тихвин, Лицей", "", "Тихвин", 60),
        ("Лицей", "Гатчина", "", 60),
    ],
)
def test_travel_of_a_day(place, locality, home, travel):
    """Own school and online none, same locality 60, another 150, unknown home as the same."""
    educator = replace(BRISK, organisation=SCHOOL)
    offering = run(meetings=(meeting(0, "15:00", "16:30", place),), locality=locality)
    case = Case([seminar()], [offering], educator=educator, home=home)
    assert only(case).weekly == ((0, 90 + travel),)
    assert case.compile().facts.of(0).travel_min == travel


def test_travel_is_counted_once_a_day():
    """Two meetings of one day are one way (60), a third on the next day is another."""
    meetings = (
        meeting(0, "10:00", "10:30", "Лицей"),
        meeting(0, "12:00", "12:30", "Лицей"),
        meeting(1, "12:00", "12:30", "Лицей"),
    )
    assert only(Case([seminar()], [run(last=1, meetings=meetings)], educator=BRISK)).weekly == (
        (0, 90 + 120),
    )


def test_places_have_codes_and_online_minus_one():
    """Two places have two codes ≥ 0, the same one has the same, online is −1."""
    offerings = [
        run("a", meetings=(meeting(0, "10:00", "11:00", "Б"),)),
        run("b", meetings=(meeting(0, "12:00", "13:00", "А"),)),
        run("c", meetings=(meeting(0, "14:00", "15:00"), meeting(0, "16:00", "17:00", "А"))),
    ]
    case = Case([seminar("a"), seminar("b"), seminar("c")], offerings, educator=TEACHER)
    case = replace(case, policy=with_limits(travel_same_locality_min=0))
    found = {label: [m[2] for m in c.meetings] for label, c in case.candidates().items()}
    assert found["c-1"] == [-1, *found["b-1"]]
    assert found["a-1"] != found["b-1"]
    assert min(found["a-1"] + found["b-1"]) >= 0


# ------------------------------------------------------------------------------- zones


def test_moscow_afternoon_is_late_in_vladivostok():
    """15:00–16:30 in Moscow is 22:00–23:30 in Vladivostok, after 21:00."""
    offering = run(meetings=(meeting(0, "15:00", "16:30"),))
    assert Case([seminar()], [offering]).candidates()["a-1"].meetings == ((900, 990, -1),)
    assert Case([seminar()], [offering], calendar=flat_calendar(zone=VLADIVOSTOK)).why() == (
        "outside_hours"
    )


def test_moscow_morning_is_vladivostok_afternoon():
    """10:00 in Moscow on day 1 is 17:00 in Vladivostok: minute 1440 + 1020."""
    offering = run(first=1, meetings=(meeting(1, "10:00", "11:30"),))
    case = Case([seminar()], [offering], calendar=flat_calendar(zone=VLADIVOSTOK))
    assert only(case).meetings == ((2460, 2550, -1),)


def test_run_lasts_until_the_local_day_of_its_meeting():
    """18:00 in New York on day 0 is 08:00 of day 1 in Vladivostok: the run ends on day 1."""
    late = meeting(0, "18:00", "19:30", zone=ZoneInfo("America/New_York"))
    case = Case([seminar()], [run(meetings=(late,))], calendar=flat_calendar(zone=VLADIVOSTOK))
    candidate = only(case)
    assert (candidate.start_day, candidate.end_day) == (0, 1)
    assert candidate.meetings == ((1440 + 480, 1440 + 570, -1),)


@given(
    st.lists(st.integers(0, 400 * 1440), min_size=1, max_size=20),
    st.sampled_from(["Europe/Moscow", VLADIVOSTOK, "Europe/Berlin", "America/New_York"]),
)
def test_array_of_wall_minutes_agrees_with_the_calendar(minutes, zone):
    """Whole arrays give what ``local_minutes`` gives one by one, over summer-time changes too."""
    calendar = flat_calendar(zone=zone)
    origin = int(dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()) // 60
    utc = np.array(minutes) + origin
    moments = [dt.datetime.fromtimestamp(int(m) * 60, tz=dt.UTC) for m in utc]
    expected = [local_minutes(m, MONDAY, calendar.zone) for m in moments]
    assert wall_minutes(utc, calendar).tolist() == expected


# ------------------------------------------------------------------------------- reasons


def test_nothing_starts_on_the_day_of_as_of():
    """as_of on Monday day 0: a run of day 0 is gone, one of day 1 is there."""
    case = Case(
        [seminar()],
        [run(first=0, offering_id="today"), run(first=1, offering_id="tomorrow")],
        as_of=dt.datetime(2026, 8, 31, 9, tzinfo=MOSCOW),
    )
    assert list(case.candidates()) == ["tomorrow"]


def test_runs_outside_the_horizon():
    """Eight weeks end on day 55: a run until day 56 does not fit, nor one before day 0."""
    case = Case([seminar()], [run(first=50, last=56), run(first=-1, last=3, offering_id="x")])
    reason = case.compile().dropped["a"]
    assert reason.code == "no_run_in_horizon"
    assert reason.parameters["last_day"] == day(55).isoformat()


def test_constraints_narrow_the_horizon():
    """With a horizon of days 7–20 the runs of day 6 and day 21 are out."""
    case = Case(
        [seminar()],
        [run(first=n, offering_id=f"o{n}") for n in (6, 7, 20, 21)],
        constraints=Constraints(horizon_start=day(7), horizon_end=day(20)),
    )
    assert list(case.candidates()) == ["o7", "o20"]


def test_enrolment_ends_in_the_educators_zone():
    """30 August 18:00 UTC is still the 30th in Moscow and already the 31st in Vladivostok."""
    offering = run(first=7, enrolment_until=dt.date(2026, 8, 30))
    as_of = dt.datetime(2026, 8, 30, 18, tzinfo=dt.UTC)
    case = Case([seminar()], [offering], as_of=as_of)
    assert list(case.candidates()) == ["a-1"]
    there = replace(case, calendar=flat_calendar(zone=VLADIVOSTOK))
    assert there.why() == "enrolment_closed"


def test_no_seats():
    """0 seats are a reason, 1 seat is a candidate, no number is no limit (−1)."""
    assert Case([seminar()], [run(seats_left=0)]).why() == "seats"
    assert only(Case([seminar()], [run(seats_left=1)])).seats == 1
    assert only(Case([seminar()], [run()])).seats == -1


def test_online_needs_internet():
    """Without internet at the school the online seminar falls away and the one in person stays."""
    offline = replace(TEACHER, organisation=replace(SCHOOL, conditions=Conditions(internet=False)))
    offerings = [
        run(meetings=(meeting(0, "15:00", "16:30"),)),
        run(offering_id="here", meetings=(meeting(0, "15:00", "16:30", "s1"),)),
    ]
    case = Case([seminar()], offerings, educator=offline)
    assert list(case.candidates()) == ["here"]
    assert not case.compile().problem.limits.online_allowed
    assert replace(case, offerings=offerings[:1]).why() == "online_not_possible"


def test_day_without_meetings():
    """Sundays (day 6) are closed."""
    offering = run(first=6, meetings=(meeting(6, "15:00", "16:30"),))
    assert Case([seminar()], [offering]).why() == "forbidden_day"


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [("08:00", "09:30", True), ("07:59", "09:29", False), ("19:30", "21:00", True),
     ("19:31", "21:01", False)],
)  # fmt: skip
def test_meetings_between_eight_and_twenty_one(start, end, fits):
    """The bounds of the day themselves are allowed."""
    case = Case([seminar()], [run(meetings=(meeting(0, start, end),))])
    assert bool(case.candidates()) is fits
    assert fits or case.why() == "outside_hours"


@pytest.mark.parametrize(
    ("start", "end", "fits"),
    [("16:30", "18:00", True), ("13:00", "15:00", True), ("16:29", "18:00", False),
     ("13:00", "15:01", False), ("15:30", "15:40", False)],
)  # fmt: skip
def test_busy_time(start, end, fits):
    """Busy beside the meeting 15:00–16:30 is fine, busy inside it is not."""
    busy = meeting(0, start, end)
    elsewhere = [
        Slot(m.start, m.end) for m in (meeting(0, "09:00", "09:10"), meeting(1, "15:00", "16:30"))
    ]
    case = Case(
        [seminar()],
        [run(meetings=(meeting(0, "15:00", "16:30"),))],
        constraints=Constraints(busy=(*elsewhere, Slot(busy.start, busy.end))),
    )
    assert bool(case.candidates()) is fits
    assert fits or case.why() == "busy_time"


def test_busy_spans_that_overlap_are_joined():
    """A long busy span that began before others still blocks after them."""
    spans = (
        meeting(0, "09:00", "18:00"),
        meeting(0, "10:00", "11:00"),
        meeting(0, "12:00", "13:00"),
    )
    case = Case(
        [seminar()],
        [run(meetings=(meeting(0, "15:00", "16:30"),))],
        constraints=Constraints(busy=tuple(Slot(m.start, m.end) for m in spans)),
    )
    assert case.compile().problem.busy.tolist() == [[540, 1080]]
    assert case.why() == "busy_time"


def test_day_that_is_too_full_by_itself():
    """Meetings of 200 + 101 min on one day exceed 300 a day, on two days they do not."""
    policy = with_limits(daily_max_min=300, tempo_default_min=600)
    one = (meeting(0, "08:00", "11:20"), meeting(0, "12:00", "13:41"))
    two = (meeting(0, "08:00", "11:20"), meeting(1, "12:00", "13:41"))
    case = Case([seminar()], [run(last=1, meetings=one)], policy=policy)
    reason = case.compile().dropped["a"]
    assert (reason.code, reason.parameters["asked_min"]) == ("daily_load", 301)
    assert replace(case, offerings=[run(last=1, meetings=two)]).candidates()


def test_week_heavier_than_the_tempo():
    """181 min in one week are too much for 180, 180 are not."""
    case = Case([seminar(hours=181 / 45)], [run()])
    reason = case.compile().dropped["a"]
    assert reason.code == "tempo"
    assert (reason.parameters["asked_min"], reason.parameters["limit_min"]) == (181, 180)
    assert Case([seminar(hours=4)], [run()]).candidates()


def test_longer_than_the_whole_workload():
    """300 min do not fit the educator's own 299, though every week is light."""
    educator = Educator("e1", Position.TEACHER, total_min=299)
    case = Case([seminar(hours=300 / 45)], [run(last=27)], educator=educator)
    assert case.why() == "workload"
    assert replace(case, educator=replace(educator, total_min=300)).candidates()


def test_reason_of_the_offering_that_came_furthest():
    """One run is past, one full, one in busy time: busy time is the reason, of three offerings."""
    busy = meeting(0, "15:00", "16:00")
    case = Case(
        [seminar()],
        [
            run(first=-20, offering_id="o1"),
            run(seats_left=0, offering_id="o2"),
            run(meetings=(meeting(0, "15:00", "16:30"),), offering_id="o3"),
        ],
        constraints=Constraints(busy=(Slot(busy.start, busy.end),)),
    )
    reason = case.compile().dropped["a"]
    assert reason.code == "busy_time"
    assert reason.parameters == {"offering": "o3", "offerings": 3}


def test_activity_without_offerings_or_dates_or_hours():
    """No offering, an offering without dates, unknown hours: each is told apart."""
    assert Case([seminar()], []).why() == "no_run_in_horizon"
    undated = replace(run(), start=None)
    assert Case([seminar()], [undated]).why() == "no_run_in_horizon"
    assert Case([seminar(hours=None)], [run()]).why() == "hours_unknown"
    assert Case([seminar(hours=None)], [self_paced()]).why() == "hours_unknown"


def test_hours_without_a_split_leave_out_weeks_without_tempo():
    """140 min over three weeks, the middle one blocked: 70 + 70; all blocked: spread as ever."""
    start, end, total = np.array([0]), np.array([20]), np.array([140])
    _, _, minutes = spread_entries(start, end, total, np.array([True, False, True]))
    assert minutes.tolist() == [70, 0, 70]
    _, _, minutes = spread_entries(start, end, total, np.zeros(3, dtype=bool))
    assert minutes.tolist() == [47, 47, 46]
    _, _, minutes = spread_entries(start, end, np.array([141]), np.array([False, True, True]))
    assert minutes.tolist() == [0, 71, 70]


def test_a_run_across_a_blocked_week_is_taken_around_it():
    """60 academic min a week planned over weeks 0–2: with week 1 blocked they go to 0 and 2."""
    offering = run(first=0, last=20, meetings=(meeting(1, "15:00", "15:20"),))
    blocked = Constraints(tempo_by_week={day(7): 0})
    case = Case([seminar(hours=160 / 45)], [offering], constraints=blocked)
    assert only(case).weekly == ((0, 90), (2, 70))


def test_without_internet_distance_courses_are_out_of_reach():
    """A self-paced distance course needs internet though it has no meetings; a printed one not."""
    away = Educator("e", Position.TEACHER, conditions=Conditions(internet=False))
    for technology, expected in (
        (Technology.DISTANCE, "online_not_possible"),
        (Technology.SELF_DIRECTED, None),
    ):
        case = Case([seminar(technologies=(technology,))], [self_paced()], educator=away)
        assert (case.why() if expected else None) == expected
        assert bool(case.candidates()) is (expected is None)
