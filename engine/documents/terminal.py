"""The route in a terminal: readable at 80 columns, at its best from 100 on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.documents.build_view import build_view
from engine.documents.changes_text import change_parts
from engine.documents.screen import interval_bar, rendered
from engine.documents.text import shortened
from engine.documents.view import RouteView, StepView
from engine.recommendation import Recommendation, WeekLoad
from engine.wording import known_language, phrase, sentence
from engine.wording.dates import month
from engine.wording.quantities import minutes

_STATUS_STYLE = {"OPTIMAL": "green", "WITHIN_GAP": "green", "FEASIBLE": "yellow"}
_LEVEL_STYLE = {"high": "red", "medium": "yellow", "minimal": "green"}
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_LOAD_ROWS = 5


def render_terminal(
    rec: Recommendation, language: str = "ru", *, width: int = 100, colour: bool = False
) -> str:
    """The recommendation as text for a terminal.

    Parameters
    ----------
    rec
        The answer of the engine.
    language
        ``ru`` or ``en``.
    width
        Columns, at least 60.
    colour
        Whether to use colours and bold; ``False`` gives plain text without any escape sequence.

    Returns
    -------
    str
        Lines with a final line break. The same arguments give the same text, whatever the
        environment says of terminals.
    """
    language, width = known_language(language), max(60, width)
    page = _Page(rec, build_view(rec, language), width)
    return rendered(page.parts(), width, colour=colour)


class _Page:
    """Makes the parts of the page from top to bottom."""

    def __init__(self, rec: Recommendation, view: RouteView, width: int) -> None:
        self.rec = rec
        self.view = view
        self.width = width
        self.t = partial(phrase, language=view.language)

    def parts(self) -> Iterable[RenderableType]:
        yield from self._head()
        if self.view.notes:
            yield from self._section("section_notes", self._list(self.view.notes))
        if self.view.next_steps:
            yield from self._section("section_next", self._list(self.view.next_steps))
        if self.rec.route is None:
            yield from self._no_route()
        else:
            yield from self._section("section_descriptors", self._grid(self.view.descriptors))
        yield from self._section("section_inputs", self._grid(self.view.inputs))
        yield from self._section("section_deficits", *self._deficits())
        if self.view.changes:
            yield from self._section("section_dynamics", *self._dynamics())
        if self.rec.route is not None:
            yield from self._route()
        unmet = [f"{u.title}: {u.reason}" for u in self.view.unmet]
        if unmet or self.view.steps:
            told = self._list(unmet or [self.t("nothing_unmet")])
            yield from self._section("section_unmet", told)
        if self.rec.route is not None:
            yield from self._section("section_certificate", *self._certificate())
        if self.view.variants:
            yield from self._section("section_variants", self._list(self.view.variants))
        if self.view.not_chosen:
            lines = [f"{reason}: {count}" for reason, count in self.view.not_chosen]
            yield from self._section("section_not_chosen", self._list(lines))
        yield from self._section("section_provenance", *self._provenance())

    # ------------------------------------------------------------------ helpers

    def _section(self, key: str, *body: RenderableType) -> Iterable[RenderableType]:
        title = self.t(key)
        rule = "─" * max(2, self.width - len(title) - 4)
        yield Text.assemble("\n", ("── ", "dim"), (title, "bold"), (f" {rule}", "dim"))
        yield from (Padding(part, (0, 0, 0, 2)) for part in body)

    def _list(self, items: Sequence[str]) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column()
        for item in items:
            table.add_row("•", Text(sentence(item)))
        return table

    def _grid(self, pairs: Sequence[tuple[str, str | Sequence[str]]]) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", width=min(24, self.width // 4))
        table.add_column()
        for name, value in pairs:
            text = value if isinstance(value, str) else "; ".join(value)
            table.add_row(Text(name), Text(text))
        return table

    # ------------------------------------------------------------------ parts

    def _head(self) -> Iterable[RenderableType]:
        yield Text(self.t("title"), style="bold")
        if self.rec.route is not None and self.rec.route.start is not None:
            yield Text(f"{self.t('period')}: {self.view.terms}")
        style = _STATUS_STYLE.get(self.view.status, "red")
        style = "yellow" if self.view.next_steps else style
        yield Text(sentence(self.view.status_words), style=f"bold {style}")
        yield Text("")
        yield Padding(self._grid(self.view.about), (0, 0, 0, 2))

    def _no_route(self) -> Iterable[RenderableType]:
        body: list[RenderableType] = [
            Text(sentence(line), style="bold red") for line in self.view.certificate
        ]
        if self.view.conflict:
            one = len(self.view.conflict) == 1
            intro = self.t("conflict_intro_one") if one else self.t("conflict_intro")
            body += [Text(intro), self._list(self.view.conflict)]
        elif self.view.status == "INFEASIBLE":
            body.append(Text(self.t("conflict_unknown")))
        if self.view.repairs:
            body += [Text(self.t("repairs_intro")), self._list(self.view.repairs)]
        elif self.view.status == "INFEASIBLE":
            body.append(Text(self.t("repairs_none")))
        yield from self._section("section_no_route", *body)

    def _deficits(self) -> Iterable[RenderableType]:
        if not self.view.deficits:
            yield Text(self.t("nothing_measured"))
            return
        bar = 25 if self.width >= 96 else 15
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=False)
        table.add_column(ratio=1)
        table.add_column(width=bar + 4, no_wrap=True)
        table.add_column(ratio=1)
        for d, entry in zip(self.view.deficits, self.rec.deficits, strict=True):
            style = _LEVEL_STYLE.get(entry.official_level or "", "")
            level = Text(sentence(d.official).rstrip("."), style=style)
            if d.likelihood:
                level.append(f"\n{d.likelihood}", style="dim")
            level.append(f"\n{d.closed_words}" if d.closed_words else "", style="dim")
            level.append("\n")
            drawn = interval_bar(d.estimate, d.low, d.high, bar)
            table.add_row(Text(d.title), Group(drawn, Text(d.size)), level)
        yield table
        yield Text(self.t("bar_legend"), style="dim")

    def _dynamics(self) -> Iterable[RenderableType]:
        # The padding of a section takes two columns.
        yield from change_parts(self.view.changes, self.width - 2, self.view.language)
        if self.view.next_measurements:
            yield Text(sentence(self.view.next_measurements))

    def _route(self) -> Iterable[RenderableType]:
        assert self.rec.route is not None
        yield from self._section("section_map", *self._steps())
        if any(week.load_min or week.tempo_min for week in self.rec.route.weekly_load):
            yield from self._section("section_load", *self._load(self.rec.route.weekly_load))
        yield from self._section("section_mentor", *self._mentor())
        checkpoints = [
            ", ".join(filter(None, (f"{c.stage}: {c.when}", c.duration)))
            for c in self.view.checkpoints
        ]
        yield from self._section(
            "section_checkpoints", self._list(checkpoints or [self.t("no_checkpoints")])
        )

    def _steps(self) -> Iterable[RenderableType]:
        if not self.view.steps:
            yield Text(self.t("no_steps"))
            return
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(width=2, justify="right")
        table.add_column(width=19)
        table.add_column(ratio=1)
        for step in self.view.steps:
            when = Text(step.terms)
            if step.record.self_paced:
                when.append(f"\n{self.t('any_time')}", style="dim")
            table.add_row(Text(str(step.number), style="bold"), when, self._step(step))
        yield table
        assert self.rec.route is not None
        total = self.rec.route.workload_min
        yield Text(self.t("total_row", steps=len(self.view.steps), minutes=total), style="bold")
        money = ", ".join(f"{source} {amount}" for source, amount in self.view.money)
        yield Text(self.t("money_row", money=money) if money else self.t("money_none"))

    def _step(self, step: StepView) -> Text:
        text = Text(step.title, style="bold")
        if step.record.pinned:
            text.append(f" [{self.t('pinned')}]", style="not bold yellow")
        facts = f"\n{step.kind}; {step.form}; {step.document}; {step.funding}"
        text.append(facts, style="not bold dim")
        text.append(f"\n{step.hours}, {step.workload}", style="not bold")
        for meeting in step.meetings:
            text.append(f"\n  ○ {meeting}", style="not bold")
        if step.unexplained:
            closes = "; ".join(step.unexplained)
            text.append(f"\n{self.t('against')}: {closes}", style="not bold cyan")
        for reason in step.reasons:
            text.append(f"\n{self.t('why')}: {reason}", style="not bold green")
        text.append("\n")
        return text

    def _load(self, weeks: Sequence[WeekLoad]) -> Iterable[RenderableType]:
        busy = [i for i, week in enumerate(weeks) if week.load_min]
        shown = weeks[busy[0] : busy[-1] + 1] if busy else weeks
        yield from _load_chart(shown, self.width - 4, self.view.language)
        yield Text(self.t("load_legend"), style="dim")
        if self.view.busiest:
            yield Text(sentence(self.view.busiest))

    def _mentor(self) -> Iterable[RenderableType]:
        mentor = self.view.mentor
        if mentor is None:
            yield Text(self.t("mentor_none"))
            return
        pairs: list[tuple[str, str | Sequence[str]]] = [
            (self.t("mentor_id"), mentor.id),
            (self.t("mentor_form"), mentor.form),
            (self.t("mentor_fit"), mentor.fit),
            (self.t("mentor_why"), "\n".join(mentor.reasons) or self.t("not_measured")),
            (self.t("mentor_meetings"), "\n".join(mentor.meetings) or self.t("no_meetings")),
        ]
        if mentor.missed:
            pairs.append((self.t("mentor_missed"), mentor.missed))
        yield self._grid(pairs)

    def _certificate(self) -> Iterable[RenderableType]:
        style = _STATUS_STYLE.get(self.view.status, "")
        for line in self.view.certificate:
            yield Text(sentence(line), style=style)
        numbers = "; ".join(f"{name}: {value}" for name, value in self.view.certificate_numbers)
        if numbers:
            yield Text(f"{numbers}. {self.t('points_note')}", style="dim")

    def _provenance(self) -> Iterable[RenderableType]:
        # A digest is longer than a narrow line and only ever compared: its head is enough here.
        pairs = [(name, shortened(value, 28)) for name, value in self.view.provenance]
        yield Text("; ".join(f"{name}: {value}" for name, value in pairs), style="dim")


def _load_chart(weeks: Sequence[WeekLoad], width: int, language: str) -> Iterable[Text]:
    """A column per week: load as a solid bar, what is left of the tempo shaded."""
    most = max(max(week.load_min, week.tempo_min) for week in weeks)
    top = minutes(most, language)
    column = 3 if 3 * len(weeks) + len(top) + 1 <= width else 2
    column = column if column * len(weeks) + len(top) + 1 <= width else 1
    for row in range(_LOAD_ROWS, 0, -1):
        scale = top if row == _LOAD_ROWS else "0" if row == 1 else ""
        line = Text(f"{scale:>{len(top)}} ", style="dim")
        for week in weeks:
            mark, style = _load_mark(week, row, most)
            line.append((mark * max(1, column - 1)).ljust(column), style=style)
        yield line
    yield _month_line(weeks, column, len(top) + 1, language)


def _load_mark(week: WeekLoad, row: int, most: int) -> tuple[str, str]:
    eighths = week.load_min / most * _LOAD_ROWS * 8 - (row - 1) * 8
    if eighths >= 1:
        over = week.load_min > 0.9 * week.tempo_min
        return _EIGHTHS[min(8, int(eighths))], "yellow" if over else "blue"
    # A cell counts as free tempo when its middle lies below the tempo.
    free = week.tempo_min / most * _LOAD_ROWS > row - 0.5
    return ("░", "dim") if free else (" ", "")


def _month_line(weeks: Sequence[WeekLoad], column: int, indent: int, language: str) -> Text:
    cells = [" "] * (indent + column * len(weeks) + 4)
    free_from = 0
    for i, week in enumerate(weeks):
        name = month(week.week, language, short=True)
        at = indent + column * i
        starts = i == 0 or week.week.month != weeks[i - 1].week.month
        if starts and at >= free_from:
            cells[at : at + len(name)] = list(name)
            free_from = at + len(name) + 1
    return Text("".join(cells).rstrip(), style="dim")
