"""From a body about a team to the engine's request: every member's faults, all at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from api.access.principal import Principal
from api.access.scope import check_educator
from api.messages import FAULTS, RUSSIAN
from api.schemas.people import EducatorRef
from api.schemas.route_body import OptionsBody, RouteBody
from api.schemas.team import MEMBER_MS, TeamMemberBody, TeamRouteBody
from api.service import Service
from api.translate import Context, Translated, to_request
from engine.domain import Occupancy
from engine.errors import Fault, InputError
from engine.interchange.headers import nearest
from engine.recommender.team_request import (
    DEADLINE_MS,
    TeamRequest,
    check_request,
    request_of_team,
)
from engine.register_kinds import RegisterName
from engine.registers import Team

_COMMON = ("/policy", "/options", "/constraints")
"""Beginnings of pointers to what all members share."""


@dataclass(frozen=True, slots=True)
class AskedMember:
    """One member as the body speaks of him.

    Parameters
    ----------
    place
        His number in ``members`` of the body; ``None`` = the register alone names him.
    own_constraints
        Whether his constraints are his own.
    asked
        Without limits of a solve: those are the team's.
    """

    place: int | None
    own_constraints: bool
    asked: Translated

    def pointer(self, pointer: str) -> str:
        """Pointer of the body for one of the engine's request of this member."""
        return _of_body(self.asked.pointers.of(pointer), self.place, self.own_constraints)


@dataclass(frozen=True, slots=True)
class AskedTeam:
    """A request for a team, and what is needed to answer for it.

    Parameters
    ----------
    registered
        Whether the team is of the register.
    """

    request: TeamRequest
    members: tuple[AskedMember, ...]
    registered: bool

    @property
    def budget_ms(self) -> int:
        """Wall-clock limit of the whole call, milliseconds: the search, and what surrounds it."""
        assert self.request.deadline_ms is not None
        return self.request.deadline_ms + MEMBER_MS * len(self.members)

    def around(self, occupancy: Occupancy) -> AskedTeam:
        """The same around what agreed routes hold."""
        members = tuple(replace(m, occupancy=occupancy) for m in self.request.members)
        return replace(self, request=replace(self.request, members=members))

    @contextmanager
    def translating(self) -> Iterator[None]:
        """Give the faults of an ``InputError`` raised inside the body's pointers."""
        try:
            yield
        except InputError as error:
            raise InputError(_once(self._moved(f) for f in error.faults)) from error

    def _moved(self, fault: Fault) -> Fault:
        head, _, rest = fault.pointer.removeprefix("/members/").partition("/")
        if fault.pointer.startswith("/members/") and head.isdigit():
            pointer = self.members[int(head)].pointer(f"/{rest}" if rest else "")
        else:
            pointer = "/team" if self.registered else "/members"
        return replace(fault, pointer=pointer)


def asked_team(
    body: TeamRouteBody, service: Service, language: str, principal: Principal, build_id: str
) -> AskedTeam:
    """Translate a body of a caller.

    Parameters
    ----------
    build_id
        Names a team that is in no register.

    Raises
    ------
    InputError
        With every fault that was found.
    Forbidden
        One of the members is nobody whom the caller may plan for.
    """
    body = body.model_copy(update={"as_of": body.as_of or service.clock()})
    registered = None if body.team is None else _registered(body.team, service, principal)
    members = _members(body, _given(body, registered), service.context, language)
    for one in members:
        check_educator(principal, one.asked.request.educator)
    options, limit = body.options, min(DEADLINE_MS, service.settings.deadline_max_ms)
    found = AskedTeam(
        request=TeamRequest(
            registered or _named(body, members, build_id),
            tuple(one.asked.request for one in members),
            deadline_ms=options.deadline_ms if options.deadline_ms is not None else limit,
            gap_rel=options.gap_rel,
            seed=options.seed,
        ),
        members=members,
        registered=registered is not None,
    )
    with found.translating():
        check_request(found.request)
        request_of_team(found.request.team, found.request.members, found.request.members[0].as_of)
    return found


def _members(
    body: TeamRouteBody,
    given: Sequence[tuple[int | None, TeamMemberBody]],
    context: Context,
    language: str,
) -> tuple[AskedMember, ...]:
    """Every member translated, or every fault of all of them."""
    asked: list[AskedMember] = []
    faults: list[Fault] = []
    for place, member in given:
        try:
            asked.append(_member(body, place, member, context, language))
        except InputError as error:
            own = member.constraints is not None
            faults += [replace(f, pointer=_of_body(f.pointer, place, own)) for f in error.faults]
    faults += _repeated(asked)
    if faults:
        raise InputError(_once(faults))
    return tuple(asked)


def _named(body: TeamRouteBody, members: Sequence[AskedMember], build_id: str) -> Team:
    """A team of no register."""
    educators = [one.asked.request.educator for one in members]
    organisation = next((e.organisation for e in educators if e.organisation), None)
    return Team(
        id=build_id,
        organisation_id="" if organisation is None else organisation.id,
        title=body.title or "",
        members=tuple(e.id for e in educators),
    )


def _registered(team_id: str, service: Service, principal: Principal) -> Team:
    with service.store.reading(principal.tenant) as kept:
        package = service.catalogues.of(principal.tenant, kept)
        found = kept.registers.all_of(RegisterName.TEAMS, package.registers)
    teams: dict[str, Any] = {record.id: record for record in found}
    if team_id in teams:
        team: Team = teams[team_id]
        return team
    close = ", ".join(nearest(team_id, list(teams)) or sorted(teams)[:5]) or "—"
    raise InputError([_fault("team_unknown", "/team", team=team_id, known=close)])


def _given(body: TeamRouteBody, team: Team | None) -> Sequence[tuple[int | None, TeamMemberBody]]:
    """Every member with his place in the body, in the team's order."""
    given = list(enumerate(body.members or ()))
    if team is None:
        if not given:
            raise InputError([_fault("team_not_named", "/members")])
        return given
    own = {member.educator.id: (place, member) for place, member in given}
    faults = [
        _fault("not_a_member", f"/members/{place}/educator/id", team=team.id)
        for place, member in given
        if member.educator.id not in team.members
    ]
    faults += [
        _fault("member_named_twice", f"/members/{place}/educator/id")
        for place, member in given
        if member.educator.id is not None and own[member.educator.id][0] != place
    ]
    if body.title is not None:
        faults.append(_fault("title_of_register", "/title", team=team.id))
    if faults:
        raise InputError(faults)
    known = (
        TeamMemberBody.model_construct(educator=EducatorRef.model_construct(id=educator))
        for educator in team.members
    )
    return [own.get(member.educator.id, (None, member)) for member in known]


def _member(
    body: TeamRouteBody,
    place: int | None,
    member: TeamMemberBody,
    context: Context,
    language: str,
) -> AskedMember:
    options = body.options
    own = member.constraints is not None
    single = RouteBody.model_construct(
        as_of=body.as_of,
        educator=member.educator,
        diagnostics=member.diagnostics,
        requests=member.requests,
        history=member.history,
        constraints=member.constraints or body.constraints,
        policy=body.policy,
        options=OptionsBody.model_construct(
            deadline_ms=options.deadline_ms, seed=options.seed, language=options.language
        ),
    )
    asked = to_request(single, context, language)
    # The deadline is the whole team's; a member alone has what the policy gives to one route.
    request = replace(asked.request, deadline_ms=None)
    return AskedMember(place, own, replace(asked, request=request))


def _repeated(asked: Sequence[AskedMember]) -> Iterator[Fault]:
    seen: set[str] = set()
    for one in asked:
        educator = one.asked.request.educator.id
        if educator in seen:
            yield _fault("member_named_twice", one.pointer("/educator/id"))
        seen.add(educator)


def _of_body(pointer: str, place: int | None, own_constraints: bool) -> str:
    """Pointer into the body for one into the body of a member's own."""
    shared = pointer.startswith(_COMMON)
    if pointer.startswith("/constraints") and own_constraints:
        shared = False
    if shared:
        return pointer
    return "/team" if place is None else f"/members/{place}{pointer}"


def _once(faults: Iterator[Fault] | Sequence[Fault]) -> list[Fault]:
    """Each fault once: what all members share is looked at for each of them."""
    return list({(f.code, f.pointer, f.detail): f for f in faults}.values())


def _fault(code: str, pointer: str, **parameters: object) -> Fault:
    told: Mapping[str, object] = parameters
    return Fault(code, FAULTS[code].say(RUSSIAN, told), pointer, parameters=parameters)
