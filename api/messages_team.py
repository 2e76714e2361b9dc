"""Words of the calls about routes of a team."""

from __future__ import annotations

from collections.abc import Mapping

from api.phrases import Kind, Phrase

TEAM_PROBLEMS: Mapping[str, Kind] = {
    "team_build_not_found": Kind(
        404,
        Phrase("Построения команды нет", "Team build not found"),
        Phrase("Построения команды «{id}» нет", "There is no team build “{id}”"),
    ),
    "team_route": Kind(
        409,
        Phrase("Маршрут согласуют со всей командой", "The route is agreed with its team"),
        Phrase(
            "Маршрут построен вместе с командой: места общих шагов берутся всем участникам сразу "
            "или никому, поэтому одного его не согласовать. Согласуйте команду: POST "
            "/routes/team/{build}/decisions",
            "The route was built with a team: seats of shared steps are taken for all members at "
            "once or for none, so it cannot be agreed by itself. Agree the team: POST "
            "/routes/team/{build}/decisions",
        ),
    ),
}

TEAM_FAULTS: Mapping[str, Phrase] = {
    "team_unknown": Phrase(
        "команды «{team}» в реестре нет; есть, например: {known}",
        "the register has no team “{team}”; it has, for instance: {known}",
    ),
    "team_not_named": Phrase(
        "назовите команду реестра в team или участников в members",
        "name a team of the register in team, or the members in members",
    ),
    "not_a_member": Phrase(
        "это не участник команды «{team}»: при названной team здесь только её участники",
        "this is no member of the team “{team}”: with team given, only its members stand here",
    ),
    "member_named_twice": Phrase(
        "участник назван дважды: оставьте один раз", "the member is named twice: keep one"
    ),
    "title_of_register": Phrase(
        "название команды «{team}» — в реестре: уберите title",
        "the register has the title of the team “{team}”: remove title",
    ),
}

TEAM_ENGINE_FAULTS: Mapping[str, str] = {
    "team_too_small": "a team has at least two members",
    "team_too_large": "the team has too many members to be planned at once",
    "team_differs": "all members are planned for one moment and under one policy",
    "team_not_in_being": "the team does not exist on that day",
}
