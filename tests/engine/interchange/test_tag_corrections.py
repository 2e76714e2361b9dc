"""Corrections of tags as a table: read, written, kept apart from what a model says."""

from pathlib import Path

from engine.interchange import read_package, write_package
from engine.matching.tag_corrections import TagCorrection
from tests.engine.interchange.conftest import AS_OF, NODES, Import, places

HEAD = "activity_id,title,node,verdict,right_share\n"


def test_verdicts_become_one_correction_of_an_activity(importing: Import) -> None:
    """Rows of one activity are put together with its text; rows without a verdict are not read."""
    report = importing(
        {
            "activities.csv": "id,kind,title,hours_academic,summary,audience\n"
            "a1,seminar,Семинар,4,О главном,учителя\n",
            "corrections.csv": HEAD
            + "a1,,PSY.01,верно,0.25\na1,,MET.01,да,\na1,,MET,неверно,\na2,Старое,MET,,\n",
        }
    )
    [found] = report.accepted().corrections
    assert (found.title, found.summary, found.audience) == ("Семинар", "О главном", "учителя")
    assert found.right == (("MET.01", None), ("PSY.01", 0.25))
    assert found.wrong == ("MET",)
    assert found.coverage() == {"MET.01": 0.75, "PSY.01": 0.25}


def test_a_correction_outlives_its_activity(importing: Import) -> None:
    """An activity that left the catalogue still teaches by its title; the import says so."""
    report = importing({"corrections.csv": HEAD + "a9,Час без буллинга,PSY.01,верно,\n"})
    assert report.accepted().corrections == (
        TagCorrection("a9", "Час без буллинга", (("PSY.01", None),)),
    )
    assert places(report, "unknown_activity") == [("corrections.csv", 2, "activity_id")]


def test_corrections_are_written_and_read_back_equal(importing: Import, tmp_path: Path) -> None:
    """A written package holds the same corrections, of known and of bygone activities."""
    package = importing(
        {
            "corrections.csv": HEAD
            + "a1,,MET.01,верно,0.5\na1,,MET,неверно,\na9,Старое,PSY.01,верно,\n"
        }
    ).accepted()
    write_package(package, tmp_path / "out")
    again = read_package(tmp_path / "out", known_nodes=NODES, as_of=AS_OF).accepted()
    assert again.corrections == package.corrections
    assert len(again.corrections) == 2


def test_a_table_of_coverage_without_a_name_is_still_coverage(importing: Import) -> None:
    """The new table does not take over files that its header fits only in part."""
    report = importing({"таблица.csv": "activity_id,node,share\na1,MET,0.5\n"})
    assert dict(report.accepted().activities[0].coverage) == {"MET": 0.5}
