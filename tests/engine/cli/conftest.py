"""A small package on disk, as a methodist would keep it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.interchange import DataPackage, write_package
from tests.engine.recommender.mini import (
    ACTIVITIES,
    AS_OF,
    MENTORS,
    OFFERINGS,
    SCHOOL,
    WEAK,
    educator,
)


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as it should be; not to be changed."""
    folder = tmp_path_factory.mktemp("written")
    data = DataPackage(
        as_of=AS_OF,
        time_zone="Europe/Moscow",
        activities=ACTIVITIES,
        offerings=OFFERINGS,
        organisations=(SCHOOL,),
        educators=(educator("E1"), educator("E2")),
        mentors=MENTORS,
        diagnostics={"E1": WEAK},
        name="mini",
    )
    write_package(data, folder)
    return folder


@pytest.fixture
def own(written: Path, tmp_path: Path) -> Path:
    """A copy of the package to spoil, in a folder with a space and Cyrillic in its name."""
    folder = tmp_path / "мой пакет"
    shutil.copytree(written, folder)
    return folder
