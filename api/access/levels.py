"""What a manager is shown: levels, never scores, estimates or intervals.

Every number of an answer becomes null unless its field is listed as being no measure of a person:
a field that is added to an answer tomorrow is hidden until somebody lists it here. Words stay:
levels, groups, states, verdicts, titles, dates.
"""

from __future__ import annotations

_COUNTS = frozenset(
    {
        # time, places and money of the route
        "workload_min", "load_min", "tempo_min", "hours_academic", "travel_min", "cost_rub",
        "duration_min", "tempo_min_per_week", "total_min", "peak_min", "peak_bound_min",
        "capacity", "seats",
        # the school's conditions and the size of the catalogue
        "shift", "forbidden_weekdays", "activities", "eligible", "offerings_considered",
        "federal_register", "regional",
        # the record itself
        "revision", "version", "seq", "status", "position", "total",
    }
)  # fmt: skip

_TABLES = frozenset({"cost_by_source"})
"""Fields that are a mapping of free names to counts."""


def levels_only(answer: object) -> object:
    """Answer without any number that measures a person.

    Parameters
    ----------
    answer
        What ``json.loads`` gave; it is not changed.

    Returns
    -------
    object
        The same shape; hidden numbers are null, a list of hidden numbers is null as a whole.
    """
    if isinstance(answer, dict):
        return {
            k: v if k in _TABLES or (k in _COUNTS and _counts(v)) else levels_only(v)
            for k, v in answer.items()
        }
    if isinstance(answer, list):
        return None if answer and all(map(_number, answer)) else [levels_only(v) for v in answer]
    return None if _number(answer) else answer


def _counts(value: object) -> bool:
    """Whether a listed field holds numbers; a record under such a name is gone through."""
    return _number(value) or (isinstance(value, list) and all(map(_number, value)))


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
