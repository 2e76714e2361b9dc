"""Analysis of a region: where deficits concentrate, what is lacking, and what would help.

::

    RegionRecord
      │ people, evidence     classes of people; posteriors of everybody by arrays
      ▼ shares               numbers of people with a deficit, with intervals
      ├ contrast, concentration    groups that stand out, credibly
      ├ supply               open seats and gains by class of people
      │   ├ gaps             who finds nothing, by maximum flow
      │   ├ closable         what open runs can close at best, by a linear programme
      │   ├ candidates, additions    runs to add, each with what it closes, and a proved limit
      │   └ seats            seats nobody needs, and too many for a seat
      ├ mentors              who must go without a mentor even at best
      ▼ recommend            codes and numbers for an addressee
    Analysis
"""

from engine.analysis.analyse import analyse
from engine.analysis.results import (
    Addressee,
    Analysis,
    AnalysisOptions,
    CatalogueGap,
    Concentration,
    Estimate,
    GapCode,
    MentorShortage,
    Missing,
    NodeShare,
    ProposedRun,
    ProposedRuns,
    Recommendation,
    SeatUse,
    Supply,
)

__all__ = [
    "Addressee",
    "Analysis",
    "AnalysisOptions",
    "CatalogueGap",
    "Concentration",
    "Estimate",
    "GapCode",
    "MentorShortage",
    "Missing",
    "NodeShare",
    "ProposedRun",
    "ProposedRuns",
    "Recommendation",
    "SeatUse",
    "Supply",
    "analyse",
]
