"""Proficiency, requests, target and policy → deficit vector: what a route is for."""

from engine.deficits.assess import assess_deficits
from engine.deficits.dynamics import with_changes
from engine.deficits.information import Outlook, outlook_of
from engine.deficits.levels import official_level

__all__ = ["Outlook", "assess_deficits", "official_level", "outlook_of", "with_changes"]
