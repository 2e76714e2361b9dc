"""Group view: from a body, or from everybody the service knows, to the table and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from api.access.principal import Principal
from api.access.scope import check_educator
from api.messages import FAULTS, RUSSIAN, fault_text
from api.people_filter import AskedPeople, PeopleFilter
from api.pointers import Pointers
from api.schemas.groups import (
    ROWS_MOST,
    GroupsAnswer,
    GroupsBody,
    LeftOutAnswer,
    LeftOutFault,
    MemberBody,
)
from api.schemas.route_body import RouteBody
from api.service import Service
from api.translate import Translated, to_request
from engine.errors import Fault, InputError
from engine.policy import load_policy
from engine.recommendation import to_dict
from engine.recommender.groups import LeftOut, Person, group_deficits


@dataclass(frozen=True, slots=True)
class _Asked:
    """People of a table, and where each one's evidence stood in the body."""

    people: tuple[Person, ...]
    places: Mapping[str, tuple[str, Pointers]]


def groups_answer(
    body: GroupsBody, service: Service, language: str, principal: Principal
) -> GroupsAnswer:
    """Table of the deficits of groups, of those whom the caller may see.

    Raises
    ------
    InputError
        What is wrong in the body, with pointers into it; faults of one educator's results are
        part of the answer instead.
    Forbidden
        Somebody is named whom the caller may not see.
    """
    as_of = body.as_of or service.clock()
    policy = known_policy(body.policy, service)
    asked = _asked(body, as_of, service, language, principal)
    table, left_out = group_deficits(
        asked.people,
        body.by,
        service.engine.framework,
        load_policy(policy),
        as_of,
        node_levels=body.node_levels,
        items=service.engine.items,
    )
    if len(table.rows) > ROWS_MOST:
        raise _refused("table_too_large", "/node_levels", rows=len(table.rows), most=ROWS_MOST)
    found = to_dict(table)
    assert isinstance(found, dict)
    said = left_out_answers(left_out, language, asked.places)
    return GroupsAnswer.model_validate({**found, "as_of": as_of, "left_out": said})


def known_policy(asked: str | None, service: Service) -> str:
    """Profile that a body names; ``None`` = the service's.

    Raises
    ------
    InputError
        ``unknown_policy``.
    """
    policy = asked or service.context.policy
    if policy not in service.policies:
        known = ", ".join(service.policies)
        raise _refused("unknown_policy", "/policy", policy=policy, known=known)
    return policy


def _asked(
    body: GroupsBody, as_of: dt.datetime, service: Service, language: str, principal: Principal
) -> _Asked:
    filters = ("organisation_id", "district", "position")
    given = next((name for name in filters if getattr(body, name) is not None), None)
    if body.educators is not None and given is not None:
        raise _refused("filter_of_given_people", f"/{given}")
    if body.educators is None:
        people = tuple(_known(body, service, principal))
        return _Asked(people, {})
    faults: list[Fault] = []
    found: dict[str, tuple[str, Translated]] = {}
    for place, member in enumerate(body.educators):
        prefix = f"/educators/{place}"
        try:
            asked = to_request(_route_body(member, as_of), service.context, language)
        except InputError as error:
            faults += [replace(f, pointer=prefix + f.pointer) for f in error.faults]
            continue
        check_educator(principal, asked.request.educator)
        if asked.request.educator.id in found:
            faults += _refused("educator_repeated", f"{prefix}/educator/id").faults
        found[asked.request.educator.id] = (prefix, asked)
    if faults:
        raise InputError(faults)
    return _Asked(
        people=tuple(_person(asked) for _, asked in found.values()),
        places={i: (prefix, asked.pointers) for i, (prefix, asked) in found.items()},
    )


def _known(body: GroupsBody, service: Service, principal: Principal) -> Iterator[Person]:
    """Those whom the service knows and the caller may see, who meet the filters."""
    asked = AskedPeople(
        position=body.position, organisation_id=body.organisation_id, district=body.district
    )
    wanted = PeopleFilter.of(asked, service, principal)
    for known in service.people.everyone(wanted.stored, lambda e: wanted.meets(e, None)):
        yield Person(known.educator, known.diagnostics, known.responses)


def _route_body(member: MemberBody, as_of: dt.datetime) -> RouteBody:
    """The member as the one educator of a route; checked already, hence no second check."""
    return RouteBody.model_construct(
        as_of=as_of, educator=member.educator, diagnostics=member.diagnostics
    )


def _person(asked: Translated) -> Person:
    request = asked.request
    return Person(request.educator, tuple(request.diagnostics), tuple(request.responses))


def left_out_answers(
    left_out: Sequence[LeftOut],
    language: str,
    places: Mapping[str, tuple[str, Pointers]] = MappingProxyType({}),
) -> list[LeftOutAnswer]:
    """Whose results are not counted, and why.

    Parameters
    ----------
    places
        Where each one's results stood in the body, by id; absent = they are the service's.
    """
    return [
        LeftOutAnswer(
            educator_id=person.educator_id,
            errors=list(_faults(person.faults, places.get(person.educator_id), language)),
        )
        for person in left_out
    ]


def _faults(
    faults: Sequence[Fault], place: tuple[str, Pointers] | None, language: str
) -> Iterator[LeftOutFault]:
    for fault in faults:
        pointer = "" if place is None else place[0] + place[1].of(fault.pointer)
        detail = fault_text(fault.code, fault.detail, fault.parameters, language)
        yield LeftOutFault(code=fault.code, detail=detail, pointer=pointer)


def _refused(code: str, pointer: str, **parameters: object) -> InputError:
    detail = FAULTS[code].say(RUSSIAN, parameters)
    return InputError([Fault(code, detail, pointer, parameters=parameters)])
