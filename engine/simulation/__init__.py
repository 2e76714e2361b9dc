"""A region drawn from a seed: catalogue, people, and the truth behind them.

::

    plan, seed ─► activities ─► runs ─► offerings
               └► truth (one table) ─► people: educators with diagnostics, mentors

``abilities`` and ``measurements`` draw people by the hierarchy that the diagnostics assume, over
time, and what tests, observers and items show of them: the truth that judges estimates.

Nothing here is real data: every record is marked synthetic, and the shares are those of public
catalogues as far as they are known. Later studies (outcomes, a region at once) add columns to
``Truth`` and parts to ``streams``; what was drawn before stays as it is.
"""

from engine.simulation.region import Region, RegionPlan, simulate_region
from engine.simulation.truth import Truth

__all__ = ["Region", "RegionPlan", "Truth", "simulate_region"]
