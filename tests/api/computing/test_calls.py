"""What is computed of a region comes out the same in a process of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.computing.apart import Apart
from api.computing.calls import AnalysisCall, ReportCall
from api.indicator_profiles import known_profiles
from engine.analysis import AnalysisOptions
from engine.documents.reports import render
from engine.documents.reports.kinds import Asked, ReportName
from engine.framework import load_framework
from engine.indicators import ReportPeriod
from engine.interchange.region import record_of_package
from engine.policy import load_policy
from engine.recommendation import to_dict
from tests.api.conftest import NOW
from tests.api.test_analysis import schools

FRAMEWORK, POLICY = load_framework(), load_policy("default")
YEAR = ReportPeriod.year(2026)


def record() -> Any:
    return replace(record_of_package(schools()), as_of=NOW)


def test_an_analysis_is_the_same_there() -> None:
    """To the last digit; the places are those that people state."""
    call = AnalysisCall(record(), FRAMEWORK, POLICY, AnalysisOptions())
    there, here = Apart().run(call), call.run()
    assert to_dict(there.analysis, None) == to_dict(here.analysis, None)
    assert there.places == here.places
    assert there.places.districts == {"Юг", "Север", "Запад"}
    assert len(there.places.organisations) == 4


def test_a_report_is_the_same_there_and_brings_its_analysis() -> None:
    """The same bytes; the analysis comes back where one was made, and only there."""
    asked = Asked(ReportName.YEARLY, YEAR, ("spb",))
    call = ReportCall(record(), asked, FRAMEWORK, POLICY, known_profiles(None), None, whole=True)
    there, here = Apart().run(call), call.run()
    assert render(there.report, "html", "ru") == render(here.report, "html", "ru")
    assert there.analysed is not None
    assert here.analysed is not None
    assert there.analysed.places == here.analysed.places
    again = replace(call, analysed=here.analysed).run()
    assert again.analysed is None
    assert render(again.report, "html", "ru") == render(here.report, "html", "ru")


def test_a_part_of_a_region_is_not_analysed() -> None:
    """A head's note has no analysis behind it."""
    asked = Asked(ReportName.SCHOOL, YEAR, organisation="O-far")
    part = ReportCall(record(), asked, FRAMEWORK, POLICY, known_profiles(None), None, whole=False)
    assert part.run().analysed is None
