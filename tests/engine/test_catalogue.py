"""The compiled catalogue: order, units, version, faults."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from engine import catalogue as module
from engine.catalogue import clock_minutes, compile_catalogue, fold
from engine.domain import Activity, Form, Funding, Kind, Level, Meeting, Offering
from engine.errors import InputError
from engine.planning import problem

DAY = dt.date(2026, 9, 1)
MSK = dt.timezone(dt.timedelta(hours=3))


def activity(activity_id: str = "a", **changes) -> Activity:
    values = {
        "kind": Kind.SEMINAR,
        "title": f"Семинар {activity_id}",
        "hours_academic": 2.0,
        "form": Form.NON_FORMAL,
        **changes,
    }
    return Activity(activity_id, **values)


def offering(offering_id: str = "o", activity_id: str = "a", **changes) -> Offering:
    return Offering(offering_id, activity_id, **{"start": DAY, "end": DAY, **changes})


def meeting(start: str = "15:00", end: str = "16:30", place: str = "") -> Meeting:
    times = (dt.time.fromisoformat(t) for t in (start, end))
    return Meeting(*(dt.datetime.combine(DAY, t, tzinfo=MSK) for t in times), place)


def codes(activities, offerings) -> list[str]:
    with pytest.raises(InputError) as error:
        compile_catalogue(activities, offerings)
    return [fault.code for fault in error.value.faults]


@pytest.mark.parametrize(("hours", "minutes"), [(16, 720), (1, 45), (0.5, 23), (250, 11_250)])
def test_academic_hours(hours, minutes):
    """45 minutes each; half a minute is rounded up (0.5 h = 22.5 → 23)."""
    assert clock_minutes(hours) == minutes


def test_records_are_sorted_by_id():
    """Indices are positions in the order of ids, whatever the input's order."""
    found = compile_catalogue(
        [activity("b"), activity("a")], [offering("y", "a"), offering("x", "b")]
    )
    assert found.activity_ids == ("a", "b")
    assert [o.id for o in found.offerings] == ["x", "y"]
    assert found.offering_activity.tolist() == [1, 0]
    assert (found.activity_index["b"], found.offering_index["y"]) == (1, 1)


def test_version_depends_on_content_alone():
    """Another order is the same version; any other number, date or meeting is not."""
    records = [activity("a", coverage={"x": 0.1, "y": 0.2}), activity("b")], [offering()]
    version = compile_catalogue(*records).version
    swapped = [activity("b"), activity("a", coverage={"y": 0.2, "x": 0.1})], [offering()]
    assert compile_catalogue(*swapped).version == version
    others = {
        compile_catalogue([activity("a", hours_academic=3.0), activity("b")], [offering()]).version,
        compile_catalogue(records[0], [offering(end=DAY + dt.timedelta(1))]).version,
        compile_catalogue(records[0], [offering(meetings=(meeting(),))]).version,
        compile_catalogue(records[0], []).version,
    }
    assert len(others | {version}) == 5


def test_columns_of_activities():
    """Unknown hours are −1, categories follow kind and form, level −1 is not stated."""
    found = compile_catalogue(
        [
            activity("a", hours_academic=None),
            activity("b", kind=Kind.DPP_PK, form=Form.FORMAL, hours_academic=16),
            activity("c", kind=Kind.DPP_PP, form=Form.FORMAL, level=Level.REGIONAL),
            activity("d", kind=Kind.SELF_STUDY, form=Form.INFORMAL),
            activity("e", kind=Kind.INTERNSHIP, form=Form.FORMAL),
        ],
        [],
    )
    assert found.duration_min.tolist() == [-1, 720, 90, 90, 90]
    assert [module.CATEGORIES[c] for c in found.category] == [
        "non_formal",
        "dpp_pk",
        "dpp_pp",
        "informal",
        "dpp_pk",
    ]
    assert found.level.tolist() == [-1, -1, module.LEVELS.index(Level.REGIONAL), -1, -1]


def test_lists_agree_with_the_problems():
    """Forms and categories have the same codes here and in the route problem."""
    assert module.CATEGORIES == problem.CATEGORIES
    assert module.FORMS == problem.FORMS
    assert module.ONLINE == problem.ONLINE
    for a in (activity(kind=k, form=f) for k in Kind for f in Form if k.value[:3] != "dpp"):
        form = problem.FORM_OF_CATEGORY[module.CATEGORIES.index(module.category_of(a))]
        assert form is a.form


def test_register_spans():
    """Without dates never, with one date from or until it, with two between them."""
    stated = [(None, None), (DAY, None), (None, DAY), (DAY, DAY)]
    found = compile_catalogue(
        [activity(f"a{i}", register_from=f, register_to=t) for i, (f, t) in enumerate(stated)], []
    )
    today = DAY.toordinal()
    spans = zip(found.register_from, found.register_to, strict=True)
    inside = [[first <= d <= last for d in (today - 1, today, today + 1)] for first, last in spans]
    assert inside == [
        [False, False, False],
        [False, True, True],
        [True, True, False],
        [False, True, False],
    ]


def test_funding_in_order_of_preference():
    """Ranks by source (state, employer, voucher, own); nothing stated means the educator's own."""
    found = compile_catalogue(
        [activity("a", funding=(Funding.VOUCHER, Funding.STATE)), activity("b")], []
    )
    assert found.funding_rank.tolist() == [[1, -1, 0, -1], [-1, -1, -1, 0]]


def test_columns_of_offerings():
    """Own price first, −1 seats are no limit, no deadline is the last day there is."""
    found = compile_catalogue(
        [activity(price_rub=500)],
        [
            offering("o1", price_rub=0, seats_left=3, enrolment_until=DAY),
            offering("o2", start=None, end=None, self_paced=True),
            offering("o3", start=None),
        ],
    )
    assert found.price_rub.tolist() == [0, 500, 500]
    assert found.seats.tolist() == [3, -1, -1]
    assert found.enrolment_until.tolist() == [DAY.toordinal(), module.LAST_DAY, module.LAST_DAY]
    assert found.self_paced.tolist() == [False, True, False]
    # At any time, and never: a dated run without dates.
    assert (found.start[1], found.end[1]) == (module.FIRST_DAY, module.LAST_DAY)
    assert found.start[2] > found.end[2]


def test_meetings_in_utc_minutes_and_place_codes():
    """15:00 +03:00 of 1 September is 12:00 UTC; places are coded in alphabetical order."""
    found = compile_catalogue(
        [activity()],
        [
            offering("o1", meetings=(meeting(place="Б"), meeting(place="А"), meeting())),
            offering("o2"),
            offering("o3", meetings=(meeting(place="Б"),), locality="Выборг "),
        ],
    )
    utc = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    assert found.meeting_start[0] == utc.timestamp() / 60
    assert found.meeting_end[0] - found.meeting_start[0] == 90
    assert found.meeting_ptr.tolist() == [0, 3, 3, 4]
    assert found.places == ("А", "Б")
    assert found.meeting_place.tolist() == [1, 0, -1, 1]
    assert [found.localities[c] if c >= 0 else "" for c in found.meeting_locality] == [
        "б",
        "а",
        "",
        "выборг",
    ]
    assert [found.place_code(key) for key in ("", "А", "Б", "?")] == [-1, 0, 1, 2]


def test_parts_of_minutes_are_kept():
    """A meeting of 15:00:30–15:10:30 takes the minutes 15:00 to 15:11."""
    start = dt.datetime(2026, 9, 1, 15, 0, 30, tzinfo=MSK)
    long = Meeting(start, start + dt.timedelta(minutes=10))
    found = compile_catalogue([activity()], [offering(meetings=(long,))])
    assert (found.meeting_end - found.meeting_start).tolist() == [11]


def test_weekly_rows():
    """Rows of the split by offering."""
    week = dt.timedelta(7)
    found = compile_catalogue(
        [activity()],
        [offering("o1", end=DAY + week, weekly_min=(30, 60)), offering("o2"), offering("o3")],
    )
    assert found.weekly_ptr.tolist() == [0, 2, 2, 2]
    assert found.weekly_min.tolist() == [30, 60]


def test_themes_and_prerequisites():
    """Looked up by theme; only activities that have prerequisites are listed."""
    found = compile_catalogue(
        [
            activity("b", themes=("burnout",)),
            activity("a", themes=("burnout", "x"), prerequisites=(("b", "gone"),)),
        ],
        [],
    )
    assert found.themes == {"burnout": (0, 1), "x": (0,)}
    assert found.prerequisites == {0: (("b", "gone"),)}


def test_fold():
    """Case, ё, spaces and quotes at the ends do not tell titles apart."""
    assert fold(" «Полёт   МЫСЛИ» ") == fold("полет мысли") == "полет мысли"


def test_empty_catalogue():
    """An empty catalogue compiles, all columns have length 0."""
    found = compile_catalogue([], [])
    assert found.kind.shape == found.start.shape == found.meeting_start.shape == (0,)
    assert found.funding_rank.shape == (0, 4)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"activity_id": "zz"}, "unknown_activity"),
        ({"end": DAY - dt.timedelta(1)}, "ends_before_start"),
        ({"price_rub": -1}, "price_negative"),
        ({"self_paced": True, "meetings": (meeting(),)}, "meetings_of_self_paced"),
        ({"meetings": (meeting("15:00", "15:00"),)}, "meeting_ends_before_start"),
        ({"weekly_min": (-1,)}, "weekly_negative"),
        ({"weekly_min": (0,)}, "weekly_empty"),
        ({"weekly_min": (10, 10)}, "weekly_too_long"),
    ],
)
def test_faulty_offering(changes, code):
    """Each fault of an offering has its code and its id."""
    with pytest.raises(InputError) as error:
        compile_catalogue([activity()], [replace(offering(), **changes)])
    (fault,) = error.value.faults
    assert (fault.code, fault.parameters) == (code, {"id": "o"})


def test_meeting_without_offset():
    """A naive instant could be anywhere."""
    naive = replace(meeting(), start=dt.datetime(2026, 9, 1, 15))
    assert codes([activity()], [offering(meetings=(naive,))]) == ["meeting_without_offset"]


@pytest.mark.parametrize("hours", [0.0, -1.0, float("nan"), float("inf")])
def test_hours_that_are_none(hours):
    """Hours are positive and finite, or not stated."""
    assert codes([activity(hours_academic=hours)], []) == ["hours_not_positive"]


def test_every_fault_is_told():
    """Duplicates of both kinds and a negative price in one error."""
    found = codes(
        [activity("a"), activity("a"), activity("b", price_rub=-5)],
        [offering("o"), offering("o")],
    )
    assert found == ["duplicate_activity", "duplicate_offering", "price_negative"]
