"""Reports by name: each about whom it was asked for, computing what it needs and no more."""

from __future__ import annotations

import pytest

from engine.deficits.groupings import Grouping
from engine.documents.reports.kinds import Asked, Computed, ReportName, build_report, profiles_for
from engine.documents.reports.model import Bullets, Said
from engine.errors import InputError
from engine.region_record import RegionRecord
from tests.engine.documents.reports.reading import said_of
from tests.engine.documents.reports.region import YEAR, record
from tests.engine.documents.reports.reports import group_table
from tests.engine.documents.reports.test_passport import fact
from tests.engine.documents.reports.test_yearly import analysis, indicators


class Calls:
    """What was computed, for whom."""

    def __init__(self) -> None:
        self.made: list[tuple[object, ...]] = []

    def computed(self) -> Computed:
        def of_indicators(part: RegionRecord, profile, period, by):
            self.made.append(("indicators", profile, len(part.educators), by))
            assert period == YEAR
            return indicators()

        def of_analysis():
            self.made.append(("analysis",))
            return analysis()

        def of_deficits(part: RegionRecord, by: Grouping):
            self.made.append(("deficits", by.value, len(part.educators)))
            return group_table(Grouping.SCHOOL if by is Grouping.ALL else by)

        return Computed(of_indicators, of_analysis, of_deficits)


def asked(name: str, **more: object) -> Asked:
    return Asked(ReportName(name), YEAR, **more)  # type: ignore[arg-type]


def test_each_report_computes_what_it_needs():
    """The whole region of seven, or the part of three that it is about; no number for nothing."""
    calls = Calls()
    for wanted in (
        asked("yearly"),
        asked("yearly", district="Южный", profiles=("spb", "primorye")),
        asked("passport"),
        asked("municipality", district="Северный"),
        asked("methodical-service"),
        asked("school", organisation="S2"),
    ):
        build_report(record(), wanted, calls.computed())
    region, place = ("district", "position", "young"), ("organisation", "position", "young")
    assert calls.made == [
        ("indicators", "leningrad-oblast", 7, region),
        ("analysis",),
        ("indicators", "spb", 3, place),
        ("indicators", "primorye", 3, place),
        ("analysis",),
        ("indicators", "primorye", 7, ("district",)),
        ("deficits", "school", 3),
        ("analysis",),
        ("deficits", "subject", 7),
        ("analysis",),
        ("deficits", "all", 3),
        ("analysis",),
    ]


@pytest.mark.parametrize(
    ("wanted", "code", "pointer"),
    [
        (asked("municipality"), "report_district_unknown", "/district"),
        (asked("municipality", district="Восточный"), "report_district_unknown", "/district"),
        (asked("yearly", district="Восточный"), "report_district_unknown", "/district"),
        (asked("methodical-service", district=""), "report_district_unknown", "/district"),
        (asked("school"), "report_organisation_unknown", "/organisation"),
        (asked("school", organisation="MS"), "report_organisation_unknown", "/organisation"),
    ],
)
def test_a_place_that_nobody_is_of_is_refused(wanted, code, pointer):
    """The refusal names the place that was asked for and those that there are."""
    with pytest.raises(InputError) as refusal:
        build_report(record(), wanted, Calls().computed())
    (fault,) = refusal.value.faults
    assert (fault.code, fault.pointer) == (code, pointer)
    assert ("Северный" in fault.detail) is (code == "report_district_unknown")


def test_the_passport_is_of_the_region_whatever_district_is_named():
    """The system has one passport."""
    report = build_report(record(), asked("passport", district="Южный"), Calls().computed())
    assert fact(report, "educators") == 7


def test_the_note_of_a_school_names_what_stands_out_without_a_number():
    """At S2 a deficit stands out among thirty: named; nothing stands out at S1."""
    south = build_report(record(), asked("school", organisation="S2"), Calls().computed())
    (bullets,) = [b for b in south.sections[-1].blocks if isinstance(b, Bullets)]
    assert bullets.items == (Said("advice_school_deficit", {"node": "Методические"}),)
    north = build_report(record(), asked("school", organisation="S1"), Calls().computed())
    assert "advice_school_deficit" not in {s.code for s in said_of(north)}


@pytest.mark.parametrize(
    ("name", "own", "expected"),
    [
        ("yearly", None, ("leningrad-oblast",)),
        ("yearly", "spb", ("spb", "leningrad-oblast")),
        ("yearly", "leningrad-oblast", ("leningrad-oblast",)),
        ("passport", None, ("primorye",)),
        ("passport", "spb", ("spb",)),
        ("school", "spb", ()),
    ],
)
def test_a_region_is_told_its_own_indicators(name, own, expected):
    """Its own regulation goes first; the yearly report has the plan that asks for it besides."""
    assert profiles_for(ReportName(name), own) == expected
