"""Proficiency, requests, target and policy → deficit vector: what a route is for."""

from engine.deficits.assess import assess_deficits
from engine.deficits.levels import official_level

__all__ = ["assess_deficits", "official_level"]
