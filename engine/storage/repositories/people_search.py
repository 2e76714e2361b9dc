"""What educators are searched by: columns of a record, conditions of a filter."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from engine.domain import Educator
from engine.storage.bound import Bound, Where
from engine.storage.folding import folded, folded_entry, folded_list
from engine.storage.tables import LABELS, SEARCH
from engine.storage.values import EducatorFilter, YoungWithin

_STATED_AGE = 35
"""The age that ``Educator.turns_35_on`` is about."""


def search_columns(educator: Educator) -> dict[str, object]:
    """Row of the search table."""
    organisation = educator.organisation
    return {
        "educator_id": educator.id,
        "folded_id": folded(educator.id),
        "position": educator.position.value,
        "organisation_id": None if organisation is None else organisation.id,
        "district": folded(district_of(educator)),
        "subjects": folded_list(educator.subjects),
        "born_on": _born(educator),
        "pedagogical_start": educator.pedagogical_start,
    }


def district_of(educator: Educator) -> str:
    """Own district, else the organisation's; empty = not stated."""
    return educator.district or (educator.organisation.district if educator.organisation else "")


def conditions(bound: Bound, wanted: EducatorFilter) -> list[Where]:
    """Conditions on rows of the search table."""
    found: list[Where] = []
    equal = {
        SEARCH.c.educator_id: wanted.id,
        SEARCH.c.position: wanted.position,
        SEARCH.c.organisation_id: wanted.organisation_id,
        SEARCH.c.district: None if wanted.district is None else folded(wanted.district),
    }
    found += [column == value for column, value in equal.items() if value is not None]
    if wanted.subject is not None:
        found.append(bound.holds_text(SEARCH.c.subjects, folded_entry(wanted.subject)))
    if wanted.text is not None and folded(wanted.text):
        found.append(_named(bound, folded(wanted.text), by_name=wanted.by_name))
    if wanted.young is not None and wanted.young_rule is not None:
        young = _young(wanted.young_rule)
        # what is not known is neither: NOT of NULL is NULL
        found.append(young if wanted.young else sa.not_(young))
    return found


def _named(bound: Bound, part: str, *, by_name: bool) -> Where:
    by_id = bound.holds_text(SEARCH.c.folded_id, part)
    if not by_name:
        return by_id
    # the words of a name come in any order
    holds = [bound.holds_text(LABELS.c.folded_name, word) for word in part.split()]
    return by_id | bound.among(SEARCH.c.educator_id, LABELS, LABELS.c.educator_id, *holds)


def _young(rule: YoungWithin) -> Where:
    """SQL joins what is not known just as the rule does (three-valued AND and OR)."""
    parts = [
        sa.false() if bound is None else column > bound
        for column, bound in (
            (SEARCH.c.born_on, rule.born_after),
            (SEARCH.c.pedagogical_start, rule.began_after),
        )
    ]
    return sa.and_(*parts) if rule.both else sa.or_(*parts)


def _born(educator: Educator) -> dt.date | None:
    turns = educator.turns_35_on
    if educator.born_on is not None or turns is None:
        return educator.born_on
    try:
        return turns.replace(year=turns.year - _STATED_AGE)
    except ValueError:  # 29 February of a year without one
        return dt.date(turns.year - _STATED_AGE, 3, 1)
