"""Indicators that the regulations ask for, computed from definitions that are data.

::

    data/indicators/*.toml ─► loading ─► IndicatorProfile (sets, indicators, controls)
    RegionRecord ─► tables ─► sets (masks over ids) ─► readings ─► breakdown, trend
                                                   └► controls and reminders

A definition speaks of tables and columns of ``vocabulary`` only, so a further indicator of a
regulation's open list is a few lines of TOML.
"""

from engine.indicators.compute import compute
from engine.indicators.controls import controls, reminders
from engine.indicators.definitions import IndicatorDefinition, IndicatorProfile
from engine.indicators.loading import load_definitions, load_profile, profiles
from engine.indicators.periods import Cadence, ReportPeriod
from engine.indicators.results import (
    Control,
    Evidence,
    IndicatorReport,
    IndicatorResult,
    Members,
    Reading,
    Reminder,
    Slice,
)
from engine.indicators.suppression import LEAST_PEOPLE, suppressed
from engine.indicators.tables import RegionTables
from engine.indicators.vocabulary import DIMENSIONS

__all__ = [
    "DIMENSIONS",
    "LEAST_PEOPLE",
    "Cadence",
    "Control",
    "Evidence",
    "IndicatorDefinition",
    "IndicatorProfile",
    "IndicatorReport",
    "IndicatorResult",
    "Members",
    "Reading",
    "RegionTables",
    "Reminder",
    "ReportPeriod",
    "Slice",
    "compute",
    "controls",
    "load_definitions",
    "load_profile",
    "profiles",
    "reminders",
    "suppressed",
]
