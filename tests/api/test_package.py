"""The data package of the service and the framework that it names."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from api.present import version_answer
from api.service import build_service, calibrated_items, load_package
from engine import framework as frameworks
from engine.diagnostics.item_bank import ItemBank, ItemParameters
from engine.errors import ConfigurationError
from engine.framework import load_framework
from engine.item_bank_store import CalibrationSource, SkillPrior, save_calibration
from engine.resources import data_root
from engine.settings import Settings

PACKAGE = {"name": "p", "as_of": "2026-09-01T09:00:00+03:00", "framework": "small-1"}
TABLES = {
    "activities.csv": "id,title,kind,form,hours_academic\n"
    "a,Критерии оценивания урока,seminar,non_formal,4\n",
    "coverage.csv": "activity_id,node,share\na,X.1,0.5\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package whose one activity covers a node of a framework that is not the default one."""
    data = tmp_path / "data"
    shutil.copytree(str(data_root() / "frameworks"), data / "frameworks")
    small = data / "frameworks" / "small-1"
    small.mkdir()
    meta = json.dumps({"id": "small-1", "version": "1", "title": "Малая"})
    (small / "datapackage.json").write_text(meta, encoding="utf-8")
    rows = (
        "code,parent,title,level,verified\n"
        "X,,Оценивание результатов,direction,false\n"
        "X.1,X,Критерии оценивания результатов урока,leaf,false\n"
    )
    (small / "competencies.csv").write_text(rows, encoding="utf-8")
    monkeypatch.setattr(frameworks, "data_root", lambda: data)
    package = tmp_path / "package"
    package.mkdir()
    for name, text in TABLES.items():
        (package / name).write_text(text, encoding="utf-8")
    (package / "datapackage.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
    return package


def test_a_package_is_read_and_planned_by_the_framework_that_it_names(
    folder: Path, tmp_path: Path
) -> None:
    """Its codes are known at the door, and the engine has the same framework."""
    database = f"sqlite:///{tmp_path / 'routes.db'}"
    settings = Settings(data_package=folder, database_url=database)
    service = build_service(settings)
    try:
        assert service.package.activities[0].coverage == {"X.1": 0.5}
        assert service.engine.framework.id == "small-1"
    finally:
        service.store.close()


def test_a_package_of_an_unknown_framework_is_refused(folder: Path) -> None:
    """The error names the framework that is not there."""
    text = json.dumps(PACKAGE | {"framework": "no-such"})
    (folder / "datapackage.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no-such"):
        load_package(Settings(data_package=folder))


def test_a_calibration_of_the_settings_is_the_engine_s(folder: Path, tmp_path: Path) -> None:
    """Its items score answers, and the version says which calibration it is."""
    items = ItemBank.of([ItemParameters("i1", ("X.1",), 1.5, -0.25)])
    manifest = save_calibration(
        items,
        tmp_path / "calibration",
        prior=SkillPrior(0.0, 1.0, 0.5),
        n_answers={"i1": 200},
        framework=load_framework("small-1"),
        created_on=dt.date(2026, 9, 1),
        source=CalibrationSource("a.csv", "q.csv", 200, 1, 200, 0.0),
        card="",
    )
    settings = Settings(
        data_package=str(folder),
        calibration_dir=str(tmp_path / "calibration"),
        database_url=f"sqlite:///{tmp_path / 'routes.db'}",
    )
    service = build_service(settings)
    try:
        assert service.engine.items is not None
        assert service.engine.items.items == items.items
        assert service.engine.calibration == f"2026-09-01 {manifest.digest}"
        assert version_answer(service).calibration == service.engine.calibration
    finally:
        service.store.close()


def test_a_calibration_for_another_framework_is_refused(folder: Path, tmp_path: Path) -> None:
    """The codes of one framework mean nothing in another."""
    save_calibration(
        ItemBank.of([ItemParameters("i1", (load_framework().codes[0],), 1.0, 0.0)]),
        tmp_path,
        prior=SkillPrior(0.0, 1.0, 0.5),
        n_answers={"i1": 200},
        framework=load_framework(),
        created_on=dt.date(2026, 9, 1),
        source=CalibrationSource("a.csv", "q.csv", 200, 1, 200, 0.0),
        card="",
    )
    settings = Settings(data_package=str(folder), calibration_dir=str(tmp_path))
    with pytest.raises(ConfigurationError, match="рамки educator-2026"):
        calibrated_items(settings, load_package(settings))
