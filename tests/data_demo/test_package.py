"""The demo package itself: clean, whole, labelled, and built from its sources alone."""

from __future__ import annotations

import csv
import datetime as dt
import filecmp
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from data.demo import build
from engine.domain import Kind, Method
from engine.framework import Framework
from engine.interchange import DataPackage, read_package
from engine.policy import load_policy
from engine.recommender import Recommender
from engine.recommender.dynamics import dynamics_of
from tests.data_demo.asking import request_for
from tests.data_demo.conftest import DEMO

FIRST_DAY, LAST_DAY = dt.date(2026, 9, 1), dt.date(2027, 6, 30)


def built_files(folder: Path) -> set[str]:
    kept = [*folder.glob("*.csv"), *folder.glob("busy/*.ics"), folder / "datapackage.json",
            folder / "README.md"]  # fmt: skip
    return {path.relative_to(folder).as_posix() for path in kept}


def test_the_builder_gives_the_committed_bytes(tmp_path: Path) -> None:
    """Building again from the sources gives every file of the package byte for byte."""
    build.main(tmp_path)
    assert built_files(tmp_path) == built_files(DEMO)
    _, differ, failed = filecmp.cmpfiles(tmp_path, DEMO, sorted(built_files(DEMO)), shallow=False)
    assert (differ, failed) == ([], [])


def test_import_finds_no_fault(framework: Framework) -> None:
    """The importer finds no fault and warns only of what the real rows leave out."""
    report = read_package(DEMO, known_nodes=framework.codes)
    assert report.faults == ()
    assert {w.code for w in report.warnings} <= {"hours_unknown", "dates_unclear"}


def test_package_is_small() -> None:
    """Everything that the wheel carries of the demo is below 1.5 MB."""
    files = [f for f in DEMO.rglob("*") if f.is_file() and "__pycache__" not in f.parts]
    assert sum(f.stat().st_size for f in files) < 1_500_000


def test_sizes_are_those_of_the_issue(package: DataPackage) -> None:
    """About 150 activities, about 400 offerings, about 12 educators, 20 mentors."""
    assert 140 <= len(package.activities) <= 180
    assert 370 <= len(package.offerings) <= 430
    assert 12 <= len(package.educators) <= 15
    assert len(package.mentors) == 20


def test_real_rows_are_as_in_the_source(package: DataPackage) -> None:
    """Title, provider and audience of a row that is not synthetic stand so in the real catalogue.

    Hours as well, none invented; slots of 60 minutes are 1⅓ academic hours.
    """
    with (DEMO / "source" / "real_catalogue.csv").open(encoding="utf-8", newline="") as file:
        source = [
            (r["title"], r["provider"], r["audience"], r["source_address"], r["hours"])
            for r in csv.DictReader(file)
        ]
    real = [a for a in package.activities if not a.synthetic]
    assert len(real) >= 30
    for a in real:
        hours = "" if a.hours_academic is None else f"{a.hours_academic:g}"
        hours = "1" if hours == "1.33" else hours
        assert (a.title, a.provider, a.audience, a.source, hours) in source


def test_made_up_rows_say_so(package: DataPackage) -> None:
    """A synthetic activity has a provider that calls itself a demonstration, and a summary."""
    for activity in package.activities:
        if activity.synthetic:
            assert "емонстрационн" in activity.provider
            assert activity.summary


def test_runs_lie_in_the_school_year(package: DataPackage) -> None:
    """Every run begins and ends in the school year 2026/27."""
    for offering in package.offerings:
        assert offering.start is not None
        assert offering.end is not None
        assert offering.start >= FIRST_DAY
        assert offering.end <= LAST_DAY


def test_names_are_in_labels_only(package: DataPackage) -> None:
    """Every person has a name in ``labels``, and no surname of them stands in another table."""
    people = {e.id for e in package.educators} | {m.id for m in package.mentors}
    assert set(package.labels) == people
    surnames = {name.split()[0] for name in package.labels.values()}
    others = [f for f in built_files(DEMO) if f != "labels.csv"]
    text = "\n".join((DEMO / f).read_text(encoding="utf-8") for f in others)
    assert [surname for surname in sorted(surnames) if surname in text] == []


def test_every_leaf_can_be_learned(package: DataPackage, recommender: Recommender) -> None:
    """Each leaf of the framework is covered by an activity of known length that has a run."""
    with_runs = {o.activity_id for o in package.offerings}
    usable = [
        i
        for i, a in enumerate(recommender.catalogue.activities)
        if a.id in with_runs and a.hours_academic and a.kind is not Kind.DIAGNOSTIC
    ]
    covered = np.asarray(recommender.matcher.coverage_[usable].sum(axis=0)).ravel()
    framework = recommender.framework
    missing = [framework.codes[i] for i in framework.leaves if covered[i] < 0.2]
    assert missing == []


@pytest.mark.parametrize("kind", [k for k in Kind if k not in (Kind.LECTURE, Kind.ROUND_TABLE)])
def test_every_kind_is_there(package: DataPackage, kind: Kind) -> None:
    """The catalogue knows each kind of activity."""
    assert any(a.kind is kind for a in package.activities)


def test_special_runs_are_there(package: DataPackage) -> None:
    """Full runs, single seats, closed enrolment, parallel slots and diagnostics are on offer."""
    today = package.as_of.date()
    kinds = {a.id: a.kind for a in package.activities}
    assert any(o.seats_left == 0 for o in package.offerings)
    assert any(o.seats_left == 1 for o in package.offerings)
    assert any(o.enrolment_until and o.enrolment_until < today for o in package.offerings)
    diagnostics = [o for o in package.offerings if kinds[o.activity_id] is Kind.DIAGNOSTIC]
    assert {o.self_paced for o in diagnostics} == {True, False}
    slots = Counter(
        (m.start, m.place)
        for o in package.offerings
        for m in o.meetings
        if m.end - m.start == dt.timedelta(hours=1) and m.place
    )
    assert slots.most_common(1)[0][1] >= 4


def test_coverage_is_mostly_inferred_for_real_rows(package: DataPackage) -> None:
    """Real rows state no coverage; some of the made-up ones leave it to their text, too."""
    assert not any(a.coverage for a in package.activities if not a.synthetic)
    assert sum(not a.coverage for a in package.activities if a.synthetic) >= 10


def test_evidence_is_of_every_method(package: DataPackage) -> None:
    """Tests, observations by two observers, self-ratings, experts, answers to items, nothing."""
    results = [r for rows in package.diagnostics.values() for r in rows]
    assert {r.method for r in results} == set(Method)
    assert {r.observer for r in package.diagnostics["E03"]} >= {"inner", "outer"}
    assert package.responses["E11"]
    assert "E06" not in package.diagnostics
    assert package.requests["E06"]


def test_dynamics_show_different_ends(package: DataPackage, framework: Framework) -> None:
    """Long tests show deficits removed and one that was not there; short ones leave it open."""
    policy = load_policy("default")
    status = {
        educator: {
            change.node: change.status
            for change in dynamics_of(request_for(package, educator), framework, policy).changes
        }
        for educator in ("E01", "E02", "E08", "E13")
    }
    assert status == {
        "E01": {},
        "E02": {"MET.DIG": "likely_remains", "SUB.HUM": "unknown"},
        "E08": {
            "SUB.PRI.01": "removed",
            "SUB.PRI.02": "none_before",
            "SUB.PRI.03": "removed",
        },
        "E13": {"SUB.HUM.05": "unknown", "MET.PLN": "unknown"},
    }
