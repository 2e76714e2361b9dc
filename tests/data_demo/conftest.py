"""The demo package and a recommender over it, read once."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.demo import build
from engine.framework import Framework, load_framework
from engine.interchange import DataPackage, read_package
from engine.recommender import Recommender

DEMO = Path(build.__file__).parent


@pytest.fixture(scope="session")
def framework() -> Framework:
    return load_framework()


@pytest.fixture(scope="session")
def package(framework: Framework) -> DataPackage:
    return read_package(DEMO, known_nodes=framework.codes).accepted()


@pytest.fixture(scope="session")
def recommender(package: DataPackage, framework: Framework) -> Recommender:
    return Recommender.from_package(package, framework)
