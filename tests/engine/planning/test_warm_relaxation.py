"""What ``warm_relaxation`` compiles is all that a solve needs."""

from __future__ import annotations

import subprocess
import sys

COUNT = """
import sys
import numba
from engine.planning.bounding import Bounding
from engine.planning.warm_relaxation import warm_relaxation
from tests.engine.planning.problems import random_problem

def signatures():
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith(("engine.planning.cuts", "engine.planning.relaxation")) or (
            name == "engine.planning.master"
        ):
            for key, value in vars(module).items():
                if isinstance(value, numba.core.dispatcher.Dispatcher):
                    found[name, key] = len(value.signatures)
    return found

warm_relaxation()
before = signatures()
assert sum(before.values()) >= 10, before
for seed in range(12):
    bounding = Bounding(random_problem(seed, ("broad", "medium")[seed % 2]))
    while not bounding.finished:
        bounding.step(None)
assert signatures() == before, set(signatures().items()) - set(before.items())
"""


def test_nothing_is_compiled_after_it() -> None:
    """Every loop has machine code then, and random problems ask for no other."""
    subprocess.run([sys.executable, "-c", COUNT], check=True, timeout=300)
