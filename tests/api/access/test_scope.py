"""Whose data within the tenant: each role against records of its own and of others."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from api.access.errors import Forbidden
from api.access.principal import Role
from api.access.scope import check_educator, check_educator_id, check_route, narrowed, visible
from engine.domain import Educator, Organisation, Position
from engine.storage import RouteFilter
from tests.api.access.people import EDUCATOR, MENTOR, ORGANISATION, principal

EVERYTHING = (
    Role.PLATFORM, Role.METHODIST, Role.TUTOR, Role.DATA_SCIENTIST, Role.AUDITOR, Role.ADMIN,
)  # fmt: skip


@dataclass(frozen=True)
class Owners:
    educator_id: str = EDUCATOR
    mentor_id: str | None = MENTOR
    organisation_id: str | None = ORGANISATION


def educator(name: str = EDUCATOR, organisation: str | None = ORGANISATION) -> Educator:
    school = Organisation(organisation, "Школа") if organisation else None
    return Educator(name, Position.TEACHER, organisation=school)


def sees(role: Role, route: Owners) -> bool:
    try:
        check_route(principal(role), route)
    except Forbidden:
        return False
    return True


def test_everybody_sees_the_route_that_is_theirs() -> None:
    """The route of the educator, of the mentor's mentee and of the manager's school."""
    assert all(sees(role, Owners()) for role in Role)


@pytest.mark.parametrize(
    ("route", "loses"),
    [
        (Owners(educator_id="E-other"), {Role.EDUCATOR}),
        (Owners(mentor_id="N-other"), {Role.MENTOR}),
        (Owners(mentor_id=None), {Role.MENTOR}),
        (Owners(organisation_id="O-other"), {Role.MANAGER}),
        (Owners(organisation_id=None), {Role.MANAGER}),
        (Owners("E-other", "N-other", "O-other"), {Role.EDUCATOR, Role.MENTOR, Role.MANAGER}),
    ],
)
def test_another_owner_shuts_out_exactly_whom_it_concerns(route: Owners, loses: set[Role]) -> None:
    """Each trait of a route decides for one role, and a missing one never lets anybody in."""
    assert {role for role in Role if not sees(role, route)} == loses


@pytest.mark.parametrize("role", [Role.EDUCATOR, Role.MENTOR, Role.MANAGER])
def test_a_principal_without_a_subject_sees_nothing(role: Role) -> None:
    """Nobody's data must not become everybody's, not even where routes have no owner either."""
    bare = principal(role, subject=None, organisation=None)
    with pytest.raises(Forbidden):
        check_route(bare, Owners("", None, None))
    with pytest.raises(Forbidden):
        narrowed(bare, RouteFilter())
    with pytest.raises(Forbidden):
        check_educator(bare, educator(organisation=None))


def test_educators_by_role() -> None:
    """An educator is seen by himself, his school's manager and those who see the whole tenant."""
    for role in Role:
        seen = visible(principal(role), [educator(), educator("E-2"), educator("E-3", None)])
        expected = {
            Role.EDUCATOR: [EDUCATOR],
            Role.MANAGER: [EDUCATOR, "E-2"],
            Role.MENTOR: [],
        }.get(role, [EDUCATOR, "E-2", "E-3"])
        assert [e.id for e in seen] == expected, role


def test_by_id_alone_only_the_own_one_is_known_to_be_right() -> None:
    """An educator is refused another's id before anything is looked up."""
    check_educator_id(principal("educator"), EDUCATOR)
    check_educator_id(principal("methodist"), "E-other")
    with pytest.raises(Forbidden):
        check_educator_id(principal("educator"), "E-other")


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.EDUCATOR, RouteFilter(educator_id=EDUCATOR, status="OPTIMAL")),
        (Role.MENTOR, RouteFilter(mentor_id=MENTOR, status="OPTIMAL")),
        (Role.MANAGER, RouteFilter(organisation_id=ORGANISATION, status="OPTIMAL")),
        *((role, RouteFilter(status="OPTIMAL")) for role in EVERYTHING),
    ],
)
def test_lists_are_narrowed_to_what_is_theirs(role: Role, expected: RouteFilter) -> None:
    """The forced field is added and what was asked for stays."""
    assert narrowed(principal(role), RouteFilter(status="OPTIMAL")) == expected


def test_asking_for_others_by_name_is_refused() -> None:
    """A filter that contradicts the scope is a 403, not an empty list that looks like a fact."""
    with pytest.raises(Forbidden):
        narrowed(principal("educator"), RouteFilter(educator_id="E-other"))
    same = narrowed(principal("educator"), RouteFilter(educator_id=EDUCATOR))
    assert same.educator_id == EDUCATOR
