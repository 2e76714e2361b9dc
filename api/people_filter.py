"""Which educators a list is about: what is asked, and whom of them the caller may see."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass, replace

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.access.scope import limits
from api.service import Service
from engine.ages import is_young, local_day
from engine.domain import Educator, Position
from engine.policy import MentorshipPolicy, load_policy
from engine.storage import EducatorFilter, YoungWithin, district_of, folded


@dataclass(frozen=True, slots=True)
class AskedPeople:
    """Filters of a call; ``None`` = any.

    Parameters
    ----------
    q
        Part of the id, or of the name where the caller may see names.
    district, subject
        Whole, without regard to case.
    young
        By the rule of the service's policy, today.
    """

    q: str | None = None
    position: Position | None = None
    organisation_id: str | None = None
    district: str | None = None
    subject: str | None = None
    young: bool | None = None


EVERYONE = AskedPeople()


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """The filter for the store, and what judges people of a package by the same rules.

    Parameters
    ----------
    rule, day
        Who is young, and on which day; ``None`` = it is not asked for.
    """

    stored: EducatorFilter
    rule: MentorshipPolicy | None = None
    day: dt.date = dt.date.min

    @classmethod
    def of(cls, asked: AskedPeople, service: Service, principal: Principal) -> PeopleFilter:
        """Filter of a call, narrowed to whom the caller may see.

        Raises
        ------
        Forbidden
            Another organisation is asked for than the caller's own.
        """
        found = EducatorFilter(
            text=asked.q,
            by_name=principal.sees_names,
            position=None if asked.position is None else asked.position.value,
            organisation_id=asked.organisation_id,
            district=asked.district,
            subject=asked.subject,
        )
        found = _narrowed(found, principal)
        if asked.young is None:
            return cls(found)
        # reading a policy takes longer than all the rest
        policy = load_policy(service.context.policy)
        rule, day = policy.mentorship, local_day(service.clock(), policy.time_zone)
        within = young_within(rule, day)
        return cls(replace(found, young=asked.young, young_rule=within), rule, day)

    def meets(self, educator: Educator, name: str | None) -> bool:
        """Whether one of a package fits; ``name`` as documents show it, ``None`` = not known."""
        wanted = self.stored
        organisation = educator.organisation
        pairs = (
            (wanted.id, educator.id),
            (wanted.position, educator.position.value),
            (wanted.organisation_id, None if organisation is None else organisation.id),
            (_folded(wanted.district), folded(district_of(educator))),
        )
        if any(asked is not None and asked != value for asked, value in pairs):
            return False
        subject = _folded(wanted.subject)
        if subject is not None and subject not in map(folded, educator.subjects):
            return False
        if self.rule is not None and is_young(educator, self.rule, self.day) is not wanted.young:
            return False
        return self._named(educator.id, name)

    def _named(self, educator_id: str, name: str | None) -> bool:
        part = folded(self.stored.text or "")
        return part in folded(educator_id) or (
            self.stored.by_name
            and name is not None
            and all(word in folded(name) for word in part.split())
        )


def young_within(rule: MentorshipPolicy, day: dt.date) -> YoungWithin:
    """The policy's rule of who is young on a day, as bounds of dates for the database."""
    if rule.young_rule == "off":
        return YoungWithin(None, None, both=True)
    return YoungWithin(
        born_after=_years_before(day, rule.young_age),
        began_after=_years_before(day, rule.young_years) if rule.young_years else None,
        both=rule.young_rule == "and",
    )


def _years_before(day: dt.date, years: int) -> dt.date:
    """Last day of which ``years`` have been completed on ``day`` (``ages.years_since``)."""
    year = day.year - years
    return day.replace(year=year, day=min(day.day, calendar.monthrange(year, day.month)[1]))


def _narrowed(found: EducatorFilter, principal: Principal) -> EducatorFilter:
    if principal.data_scope is DataScope.MENTEES:
        raise Forbidden(principal)  # mentors see routes of mentees, never their records
    forced = limits(principal)
    organisation = forced.get("organisation_id")
    if organisation is not None and found.organisation_id not in (None, organisation):
        raise Forbidden(principal)
    return replace(
        found,
        id=forced.get("educator_id"),
        organisation_id=organisation or found.organisation_id,
    )


def _folded(text: str | None) -> str | None:
    return None if text is None else folded(text)
