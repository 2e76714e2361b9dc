"""Who needs a mentor, who may be it, and when both are free."""

from engine.mentorship.need import admitted_forms, mentor_reasons, missing_dates
from engine.mentorship.occupied import left_of_mentors
from engine.mentorship.options import mentor_need

__all__ = ["admitted_forms", "left_of_mentors", "mentor_need", "mentor_reasons", "missing_dates"]
