"""Organisations and districts of the people whom a caller may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.access.principal import DataScope, Principal
from api.people_filter import EVERYONE, PeopleFilter
from api.service import Service
from engine.domain import Organisation
from engine.storage import CountedPlace, district_of, folded


def organisations_of(service: Service, principal: Principal) -> Mapping[str, Any]:
    """Organisations with the number of their people, and districts with theirs.

    People of the store count as the store has them, others as the data package does; where two
    records name one organisation differently, the store's holds.

    Returns
    -------
    dict
        In the shape of ``OrganisationList``. An organisation without people is listed for those
        alone who see a whole region.

    Raises
    ------
    Forbidden
        The role sees no records of educators, or the credential does not say whose data they are.
    """
    places = list(_places(service, principal))
    known: dict[str, Organisation] = {}
    if principal.data_scope is DataScope.ALL:
        known = {o.id: o for o in service.package.organisations}
    people: Counter[str] = Counter()
    for place in places:
        if place.organisation is not None:
            known[place.organisation.id] = place.organisation
            people[place.organisation.id] += place.people
    ordered = sorted(known.values(), key=lambda o: (folded(o.title), o.id))
    return {
        "items": [_shown(o, people[o.id]) for o in ordered],
        "districts": _districts(places),
    }


def _places(service: Service, principal: Principal) -> Iterator[CountedPlace]:
    """Those of the package first, so that the store's come to hold."""
    wanted = PeopleFilter.of(EVERYONE, service, principal)
    packaged = service.people.packaged()
    with service.store.reading(principal.tenant) as kept:
        stored = kept.educators.among(list(packaged))
        places = kept.educators.places(wanted.stored)
    for educator_id, educator in packaged.items():
        if educator_id not in stored and wanted.meets(educator, None):
            yield CountedPlace(educator.organisation, district_of(educator), 1)
    yield from places


def _districts(places: Sequence[CountedPlace]) -> list[dict[str, object]]:
    """Districts as they are searched for: without regard to case, as written by the last one."""
    titles = {folded(p.district): p.district for p in places if folded(p.district)}
    people: Counter[str] = Counter()
    for place in places:
        people[folded(place.district)] += place.people
    return [{"title": titles[name], "people": people[name]} for name in sorted(titles)]


def _shown(organisation: Organisation, people: int) -> dict[str, object]:
    return {
        "id": organisation.id,
        "title": organisation.title,
        "district": organisation.district,
        "locality": organisation.locality,
        "rural": organisation.conditions.rural,
        "people": people,
    }
