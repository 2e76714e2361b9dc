"""Registers that are read off other records: programmes, events, mentors, the bank of deficits.

Nothing of them is kept: each is what the catalogue, the mentors and the diagnostics say on the day
that is asked about.
"""

from engine.register_views.catalogue import (
    Event,
    Programme,
    events,
    in_federal_register,
    programmes,
)
from engine.register_views.deficits import DeficitEntry, deficit_bank
from engine.register_views.mentors import MentorCard, mentor_cards

__all__ = [
    "DeficitEntry",
    "Event",
    "MentorCard",
    "Programme",
    "deficit_bank",
    "events",
    "in_federal_register",
    "mentor_cards",
    "programmes",
]
