"""The data package of the service and the framework that it names."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from api.service import build_service, load_package
from engine import framework as frameworks
from engine.errors import ConfigurationError
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
