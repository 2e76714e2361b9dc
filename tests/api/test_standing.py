"""What stays is spared by collections and still goes when nothing refers to it."""

from __future__ import annotations

import gc
import subprocess
import sys

import pytest

from api.standing import nothing_collected

PROGRAM = """
import gc, weakref
from api.service import load_package
from api.standing import spare_what_stays
from engine.recommender import Recommender
from engine.settings import Settings

engine = Recommender.from_package(load_package(Settings()))
catalogue = weakref.ref(engine.catalogue)
kept = gc.get_freeze_count()
spare_what_stays()
assert gc.get_freeze_count() > kept + 10_000, gc.get_freeze_count()
gc.disable()
del engine
assert catalogue() is None, "an engine that is dropped stays"
"""


def test_an_engine_that_is_dropped_goes() -> None:
    """Without any collection: there is no ring of references in it."""
    subprocess.run([sys.executable, "-c", PROGRAM], check=True)


def test_collections_go_on_after_a_start_also_one_that_fails() -> None:
    """And stay off inside where somebody has put them off outside."""

    def start() -> None:
        with nothing_collected():
            with nothing_collected():
                pass
            assert not gc.isenabled()
            raise KeyError

    assert gc.isenabled()
    with pytest.raises(KeyError):
        start()
    assert gc.isenabled()
