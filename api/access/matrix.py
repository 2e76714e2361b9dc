"""Who may call what: the one table, operation by operation.

An operation is called like its endpoint function. One that is missing here stops the start
(``undeclared``) and, should it ever be reached, is refused to everybody. Whose data a role sees
within an operation is ``principal.ROLE_SCOPE``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from api.access.principal import Principal, Role


class Kind(StrEnum):
    """What an operation costs and changes; also the scopes that a key can be narrowed to."""

    READ = "read"
    SOLVE = "solve"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Operation:
    """One row: ``roles`` may call; a principal whose scopes leave the row out may not."""

    kind: Kind
    roles: frozenset[Role]

    def admits(self, name: str, principal: Principal) -> bool:
        """Whether the principal may call the operation of that name."""
        scopes = principal.scopes
        narrowed = not scopes or self.kind.value in scopes or name in scopes
        return narrowed and principal.role in self.roles


_LETTERS: Mapping[str, Role] = {
    "P": Role.PLATFORM,
    "M": Role.METHODIST,
    "T": Role.TUTOR,
    "N": Role.MENTOR,
    "E": Role.EDUCATOR,
    "G": Role.MANAGER,
    "D": Role.DATA_SCIENTIST,
    "U": Role.AUDITOR,
    "A": Role.ADMIN,
}
_EVERYBODY = "".join(_LETTERS)

# P platform · M methodist · T tutor · N mentor · E educator · G manager · D data scientist ·
# U auditor · A admin
_TABLE = """
read   openapi                everybody
read   version                everybody
read   demo_data              everybody
read   read_metrics           P D U A

solve  build_route            P M T E A
solve  build_routes           P M A
solve  build_team_routes      P M T A
read   list_routes            P M T N E G U A
read   read_route             P M T N E G U A
read   read_team_routes       P M T U A
read   read_problem           P M T U A
read   read_calendar          P M T N E G A
read   read_page              P M T N E A
read   read_document          P M T N E A
read   read_note              P M T N E A
read   read_report            P M G D U A
solve  read_explanation       P M T N E A
solve  read_why_not           P M T N E A
solve  read_alternatives      P M T E A
read   read_wishes            P M T E A
solve  take_variant           P M T E A
solve  compare                P M T E A
solve  check                  P M T E A
read   follow_route           P M T E A
write  stop_solve             P M T E A
write  decide                 P M T E A
write  decide_team            P M T A
write  report_progress        P M T N E A
solve  replan                 P M T A

solve  assess_deficits        P M T E A
solve  view_groups            P M G U A
solve  rank_activities        P M T E D A

read   list_activities        everybody
read   read_activity          everybody
write  put_activity           P M A
write  import_activities      P M A
write  remove_activity        P M A
read   list_tagging           P M D A
read   read_tags              everybody
write  put_tags               P M A
read   list_offerings         everybody
read   read_offering          everybody
write  put_offering           P M A
write  import_offerings       P M A
write  remove_offering        P M A
read   list_mentors           P M T U A
read   read_mentor            P M T N U A
write  put_mentor             P M A
write  import_mentors         P M A
write  remove_mentor          P M A
solve  assign_mentors         P M A
read   list_educators         P M T E G U A
read   read_educator          P M T E G U A
read   list_organisations     P M T E G U A
read   read_busy              P M T E A
write  put_educator           P M A
write  import_educators       P M A
write  erase_educator         P M A
read   list_diagnostics       P M T E U A
read   read_diagnostics       P M T E U A
write  put_diagnostics        P M A
write  import_diagnostics     P M A
write  remove_diagnostics     P M A

read   list_methodists        P M T G D U A
read   read_methodist         P M T G D U A
write  put_methodist          P M A
write  import_methodists      P M A
write  remove_methodist       P M A
read   list_teams             P M T G D U A
read   read_team              P M T G D U A
write  put_team               P M A
write  import_teams           P M A
write  remove_team            P M A
read   list_internship_sites  P M T G D U A
read   read_internship_site   P M T G D U A
write  put_internship_site    P M A
write  import_internship_sites P M A
write  remove_internship_site P M A
read   list_communities       P M T G D U A
read   read_community         P M T G D U A
write  put_community          P M A
write  import_communities     P M A
write  remove_community       P M A
read   list_practices         P M T G D U A
read   read_practice          P M T G D U A
write  put_practice           P M A
write  import_practices       P M A
write  remove_practice        P M A
read   list_accompaniments    P M T G D U A
read   read_accompaniment     P M T G D U A
write  put_accompaniment      P M A
write  import_accompaniments  P M A
write  remove_accompaniment   P M A
read   list_programmes        P M T G D U A
read   list_events            P M T G D U A
read   list_mentor_cards      P M T G D U A
read   read_deficit_bank      P M T G D U A
read   export_register        P M T G D U A

read   read_framework         everybody
read   export_framework       everybody
read   list_indicators        P M G D U A
read   read_indicators        P M G D U A
read   list_counted           P M D U A
read   read_analysis          P M G D U A

read   read_form              everybody
write  import_workbook        P M A

write  add_feedback           P M T A
read   list_feedback          P D U A
read   list_models            M D U A
read   read_model_card        M D U A
write  promote_model          D A
write  roll_back_model        D A
read   list_audit             U A
"""

PROBES = frozenset({"live", "ready"})
"""Operations below ``/health/``, which a balancer calls without a credential."""

PAGE_PREFIX = "workbench_"
"""Names of pages begin with it. A page decides nothing: what it shows and does it asks of the
operations above, in its caller's name, and each of them passes the gate.
"""


def _read(table: str) -> Iterator[tuple[str, Operation]]:
    for line in filter(str.strip, table.splitlines()):
        kind, name, *letters = line.split()
        roles = _EVERYBODY if letters == ["everybody"] else letters
        yield name, Operation(Kind(kind), frozenset(_LETTERS[letter] for letter in roles))


OPERATIONS: Mapping[str, Operation] = dict(_read(_TABLE))


def undeclared(routes: Iterable[Any]) -> tuple[str, ...]:
    """Names of endpoints of an application that the table lacks, sorted; empty = complete.

    Parameters
    ----------
    routes
        ``app.routes``. Mounted applications count by the name of the mount.
    """
    names = {str(getattr(route, "name", "") or route) for route in endpoints(routes)}
    declared = OPERATIONS.keys() | PROBES
    return tuple(sorted(n for n in names - declared if not n.startswith(PAGE_PREFIX)))


def roles_of(name: str) -> tuple[str, ...]:
    """Roles that may call an operation, in the order of ``Role``, for the OpenAPI document."""
    operation = OPERATIONS.get(name)
    return tuple(r.value for r in Role if operation is not None and r in operation.roles)


def endpoints(routes: Iterable[Any]) -> Iterator[Any]:
    """Give every endpoint, those of included routers too, however the framework nests them."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        if inner is None:
            yield route
        else:
            yield from endpoints(inner.routes)
