"""What a machine lacks is skipped and named; under ROUTES_REQUIRE a skip is a failure."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling, Scheduling

# Workers stand side by side, one a processor and more: threads of linear algebra inside of them
# would wait for each other, busily. Before numpy is imported, for what is started by tests too.
for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")

# Where the machine keeps Python from writing bytecode, every worker and every server that a test
# starts would compile the whole program anew, seconds each. It goes beside pytest's own cache.
if os.environ.pop("PYTHONDONTWRITEBYTECODE", None):
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(Path(__file__).resolve().parent.parent / ".pytest_cache" / "bytecode")
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

# No test asserts wall-clock time: in a fresh clone the first text that is drawn builds a table of
# all characters for seconds, and a busy machine stretches it. Whatever a test claims stays.
settings.register_profile("routes", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("routes")


REQUIRED = frozenset(m for m in os.environ.get("ROUTES_REQUIRE", "").split(",") if m)
LONG = os.environ.get("ROUTES_LONG") == "1"


@pytest.fixture(scope="session", autouse=True)
def _only_settings_begin_with_routes() -> None:
    """Take the switches of the tests out of the environment: the program refuses what it does
    not know by this prefix. Workers have them at their start, so each takes its own away.
    """
    for name in ("ROUTES_REQUIRE", "ROUTES_LONG"):
        os.environ.pop(name, None)


def _postgres() -> bool:
    if shutil.which("pg_config") is None:
        return False
    asked = subprocess.run(
        ["pg_config", "--bindir"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return (Path(asked) / "initdb").exists()


AVAILABLE: dict[str, Callable[[], bool]] = {
    "browser": lambda: shutil.which("chromium") is not None,
    "postgres": _postgres,
    "cluster": lambda: importlib.util.find_spec("distributed") is not None,
    "slow": lambda: LONG or "slow" in REQUIRED,
    "long": lambda: LONG,
}
"""By marker, whether such tests run here: the machine can, or somebody asked for them."""

WAY = {"slow": "ROUTES_REQUIRE=slow", "long": "ROUTES_LONG=1"}
"""By marker, how such tests are asked for; the others want something of the machine."""


@cache
def _available(marker: str) -> bool:
    return AVAILABLE[marker]()


LONGEST_FIRST = (
    "tests/test_notebooks.py",
    "tests/engine/training/test_evaluate.py",
    "tests/engine/training/test_run.py",
    "tests/service/",
    "tests/api/solving/",
    "tests/engine/cli/test_batch.py",
    "tests/test_wheel.py",
    "tests/test_readme.py",
    "tests/engine/cli/test_train.py",
    "tests/engine/training/",
    "tests/engine/matching/test_enrolment_ranker.py",
    "tests/browser/",
    "tests/engine/planning/",
    "tests/bench/",
    "tests/api/test_contract.py",
)
"""Files and folders of minutes. Workers take whole files in this order: one of them at the end
would leave the others without work.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes longest first; the rest keeps its order."""

    def place(item: pytest.Item) -> int:
        found = (i for i, begin in enumerate(LONGEST_FIRST) if item.nodeid.startswith(begin))
        return next(found, len(LONGEST_FIRST))

    items.sort(key=place)


TOGETHER = (
    (
        "tests/engine/training/test_evaluate.py",
        "tests/engine/training/test_run.py",
        "tests/engine/training/test_fingerprint.py",
        "tests/engine/model_registry/test_candidate.py",
    ),
    ("tests/browser/",),
)
"""Files and folders of one worker: they look at the same trainings, half a minute of computing,
or share a browser and the service it looks at.
"""


class _Scheduling(LoadFileScheduling):
    """Files to workers, some of them together."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return next((some[0] for some in TOGETHER if file.startswith(some)), file)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Scheduling | None:
    return _Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are processors: tests with servers mostly wait for them."""
    return (os.cpu_count() or 1) + 1


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in AVAILABLE:
        if item.get_closest_marker(marker) is None or _available(marker):
            continue
        if marker in REQUIRED:
            pytest.fail(f"«{marker}» is required by ROUTES_REQUIRE and not on this machine")
        way = WAY.get(marker)
        pytest.skip(f"«{marker}»: " + (f"asked for by {way}" if way else "not on this machine"))
