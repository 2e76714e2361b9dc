"""A region drawn from a seed: catalogue, people, and the truth behind them.

::

    plan, seed ─► activities ─► runs ─► offerings
               └► truth (one table) ─► people: educators with diagnostics, mentors

``history`` draws a region with outcomes instead: activities with text, people over some years,
what was proposed to them, what they took up, completed and gained, and re-diagnosis; with chances
and gains that are exact.

``abilities`` and ``measurements`` draw people by the hierarchy that the diagnostics assume, over
time, and what tests, observers and items show of them: the truth that judges estimates.

``holes`` draws a region of any size by arrays and plants holes in its catalogue, its mentors and
its districts, to judge what an analysis finds.

Nothing here is real data: every record is marked synthetic, and the shares are those of public
catalogues as far as they are known. Later studies (outcomes, a region at once) add columns to
``Truth`` and parts to ``streams``; what was drawn before stays as it is.
"""

from engine.simulation.closed_deficit import closed_true_deficit
from engine.simulation.history import History, simulate_history
from engine.simulation.history_plan import HistoryPlan, TruthPlan
from engine.simulation.history_truth import HistoryTruth
from engine.simulation.holes import Holes, HolesPlan, simulate_holes
from engine.simulation.region import Region, RegionPlan, simulate_region
from engine.simulation.truth import Truth

__all__ = [
    "History",
    "HistoryPlan",
    "HistoryTruth",
    "Holes",
    "HolesPlan",
    "Region",
    "RegionPlan",
    "Truth",
    "TruthPlan",
    "closed_true_deficit",
    "simulate_history",
    "simulate_holes",
    "simulate_region",
]
