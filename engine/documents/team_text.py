"""A team's plan in a terminal: what is shared, each member's route, why nothing else is shared."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.documents.screen import rendered
from engine.recommendation import Step
from engine.recommender.team_answer import (
    AbsentMember,
    LeftToOthers,
    MemberAnswer,
    RejectedStep,
    SharedStep,
    TeamRecommendation,
    TrainedReading,
)
from engine.wording import known_language, label, sentence, status_words, word
from engine.wording.dates import span
from engine.wording.messages import fill
from engine.wording.quantities import number
from engine.wording.tables import lookup

_STATUS_STYLE = {"OPTIMAL": "green", "WITHIN_GAP": "green", "FEASIBLE": "yellow"}
_LEAST_WIDTH = 80


def render_team(
    answer: TeamRecommendation, language: str = "ru", *, width: int = 100, colour: bool = False
) -> str:
    """The plan of a team as text.

    Parameters
    ----------
    width
        Columns, at least 80.
    colour
        Whether to use colours and bold; ``False`` gives plain text.

    Returns
    -------
    str
        Lines with a final line break; the same arguments give the same text.
    """
    width = max(_LEAST_WIDTH, width)
    return rendered(_Page(answer, known_language(language), width).parts(), width, colour=colour)


class _Page:
    """Makes the parts of the page from top to bottom."""

    def __init__(self, answer: TeamRecommendation, language: str, width: int) -> None:
        self.answer, self.language, self.width = answer, language, width

    def say(self, key: str, **parameters: object) -> str:
        return fill(lookup("team", key, self.language), parameters, self.language)

    def parts(self) -> Iterator[RenderableType]:
        answer = self.answer
        yield Text(self.say("title", title=answer.title), style="bold")
        yield Text(
            self.say(
                "about",
                organisation=answer.organisation,
                members=len(answer.members) or len(answer.stuck),
                as_of=answer.as_of.date(),
            )
        )
        yield Text(self.say("policy", policy=answer.policy), style="dim")
        status = sentence(status_words(answer.status, self.language))
        yield Text(status, style=f"bold {_STATUS_STYLE.get(answer.status, 'red')}")
        if not answer.members:
            yield from self._no_plan()
        else:
            yield from self._certificate()
            yield from self._section("section_shared", *self._shared())
            yield from self._section("section_trained", *map(self._trained, answer.trained))
            yield from self._section("section_members", self._members(), *self._routes())
        if answer.rejected:
            yield from self._section("section_rejected", *self._rejected())

    def _section(self, key: str, *body: RenderableType) -> Iterator[RenderableType]:
        title = self.say(key)
        rule = "─" * max(2, self.width - len(title) - 4)
        yield Text.assemble("\n", ("── ", "dim"), (title, "bold"), (f" {rule}", "dim"))
        yield from (Padding(part, (0, 0, 0, 2)) for part in body)

    def _certificate(self) -> Iterator[RenderableType]:
        certificate = self.answer.certificate
        yield Text(
            sentence(
                self.say(
                    "certificate",
                    value=certificate.value,
                    bound=certificate.bound,
                    gap=certificate.gap_rel,
                    together=self.answer.together_points,
                )
            )
        )
        if certificate.cut_by_clock:
            yield Text(sentence(self.say("cut")), style="yellow")

    # ------------------------------------------------------------------ shared steps

    def _shared(self) -> Iterator[RenderableType]:
        if not self.answer.shared:
            yield Text(sentence(self.say("nothing_shared")))
        for step in self.answer.shared:
            yield Text.assemble((f"{self.say('mark')} ", "bold"), self._run(step))
            for line in self._about(step):
                yield Padding(Text(line), (0, 0, 0, 2))
        if self.answer.training_missing:
            yield Text(sentence(self.say("training_missing")), style="yellow")

    def _run(self, step: SharedStep | Step) -> str:
        dates = ""
        if step.start is not None and step.end is not None:
            dates = f", {span(step.start, step.end, self.language)}"
        return self.say("runs", title=step.title, offerings=step.offering) + dates

    def _about(self, step: SharedStep) -> Iterator[str]:
        yield self.say("shared_members", members=", ".join(step.members))
        key = "shared_unlimited" if step.seats_left is None else "shared_seats"
        yield self.say(key, taken=len(step.members), left=step.seats_left)
        if step.outside_audience:
            yield self.say("shared_outside", members=", ".join(step.outside_audience))
        if step.trains:
            yield self.say("shared_trains")
        for away in step.excused:
            yield self.say("shared_excused", educator=away.educator, why=self._why(away))

    def _why(self, away: AbsentMember) -> str:
        return "; ".join(word(reason, language=self.language) for reason in away.reasons)

    def _trained(self, reading: TrainedReading) -> RenderableType:
        line = self.say(
            "trained_line",
            reading=self.say(reading.reading),
            verdict=self.say("trained_yes" if reading.trained else "trained_no"),
            n=len(reading.members),
            of=reading.of,
        )
        if reading.by_policy:
            return Text(self.say("trained_policy", line=line), style="bold")
        return Text(line)

    # ------------------------------------------------------------------ members

    def _members(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for key in ("member", "position"):
            table.add_column(self.say(f"column_{key}"))
        for key in ("value", "alone", "cost", "steps"):
            table.add_column(self.say(f"column_{key}"), justify="right", no_wrap=True)
        for member in self.answer.members:
            route = member.recommendation.route
            table.add_row(
                member.educator,
                label("position", member.position, self.language),
                self._points(member.value),
                self._points(member.value_alone),
                self._cost(member),
                str(len(route.steps) if route is not None else 0),
            )
        return table

    def _points(self, value: float | None) -> str:
        return "—" if value is None else number(value, self.language, 0)

    def _cost(self, member: MemberAnswer) -> str:
        if member.cost is None:
            return "—"
        return "…".join(self._points(end) for end in (member.cost.low, member.cost.high))

    def _routes(self) -> Iterator[RenderableType]:
        for member in self.answer.members:
            position = label("position", member.position, self.language)
            head = self.say("steps_of", educator=member.educator, position=position)
            yield Text.assemble("\n", (head, "bold"))
            yield from self._steps(member)
        yield Text("\n" + self.say("mark_note"), style="dim")

    def _steps(self, member: MemberAnswer) -> Iterator[RenderableType]:
        route = member.recommendation.route
        shared = set(member.shared)
        for step in route.steps if route is not None else ():
            mark = self.say("mark") if step.id in shared else " "
            yield Text.assemble((f"{mark} ", "bold"), self._run(step))
        for left in member.left_to_others:
            yield Text("  " + self._left(left), style="yellow")
        if member.without_mentor:
            yield Text("  " + self.say("without_mentor"), style="yellow")

    def _left(self, left: LeftToOthers) -> str:
        return self.say(f"left_{left.kind}", label=left.label, title=left.title or left.label)

    # ------------------------------------------------------------------ what is not shared

    def _no_plan(self) -> Iterator[RenderableType]:
        lines = [
            self.say(
                "stuck",
                educator=stuck.educator,
                why="; ".join(
                    word(r, language=self.language, family="conflict") for r in stuck.conflict
                ),
            )
            for stuck in self.answer.stuck
        ]
        lines = lines or [self.say("no_plan"), self.say("no_plan_hint")]
        yield from self._section("section_no_plan", *(Text(sentence(line)) for line in lines))

    def _rejected(self) -> Iterator[RenderableType]:
        groups: dict[tuple[str, str], list[RejectedStep]] = {}
        for step in self.answer.rejected:
            groups.setdefault((step.activity, self._verdict(step)), []).append(step)
        for (_, verdict), steps in groups.items():
            runs = ", ".join(step.offering for step in steps)
            yield Text(f"{self.say('runs', title=steps[0].title, offerings=runs)}: {verdict}")
        if self.answer.rejected_more:
            yield Text(self.say("rejected_more", count=self.answer.rejected_more), style="dim")

    def _verdict(self, step: RejectedStep) -> str:
        high = None if step.loss_high is None else math.ceil(step.loss_high)
        low = None if step.loss_low is None else math.floor(step.loss_low)
        if step.code == "outranked" and not low:
            return self.say("outranked_close", high=high)
        need = len(self.answer.members) - len(step.cannot)
        who = "; ".join(self._absent(step.cannot))
        return self.say(step.code, low=low, high=high, left=step.seats_left, need=need, who=who)

    def _absent(self, members: Sequence[AbsentMember]) -> Iterator[str]:
        for away in members:
            yield self.say("cannot_one", educator=away.educator, why=self._why(away))
