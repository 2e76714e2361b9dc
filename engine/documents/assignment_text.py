"""An assignment in a terminal: pairs, who goes without and why, and the proof."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from engine.assignment.mentees import Unclear
from engine.assignment.peer_records import PeerAssignment, PeerPair
from engine.assignment.records import Assignment, Load, Pair, Shortage, Unserved
from engine.assignment.task import Answer
from engine.documents.screen import rendered
from engine.documents.text import shortened
from engine.framework import Framework
from engine.wording import known_language, label, sentence, word
from engine.wording.quantities import number

LINES = 40
"""Most lines of a list; the rest is counted, and files have everything."""

MORE = 5
NAMED = 8
_LEAST_WIDTH = 90
_TITLE_MOST = 70


def render_assignment(
    answer: Answer,
    framework: Framework,
    language: str = "ru",
    *,
    width: int = 120,
    colour: bool = False,
) -> str:
    """The answer as text.

    Parameters
    ----------
    framework
        Titles of competencies.
    width
        Columns, at least 90.
    colour
        Whether to use bold and dim; ``False`` gives plain text.

    Returns
    -------
    str
        Lines with a final line break; the same arguments give the same text.
    """
    page = _Page(framework, known_language(language))
    parts = page.peers(answer.peers) if answer.peers else page.assigned(answer)
    return rendered(parts, max(_LEAST_WIDTH, width), colour=colour)


class _Page:
    """Makes the parts of the page from top to bottom."""

    def __init__(self, framework: Framework, language: str) -> None:
        self.framework = framework
        self.language = language

    def say(self, code: str, **parameters: object) -> str:
        return word(code, parameters, self.language, family="assignment")

    def line(self, code: str, **parameters: object) -> str:
        return sentence(self.say(code, **parameters))

    # ------------------------------------------------------------------ people to carers

    def assigned(self, answer: Answer) -> Iterator[RenderableType]:
        found = answer.assignment
        assert found is not None
        yield Text(self.say("title", form=found.form), style="bold")
        yield self.say("moment", day=found.as_of.date(), policy=found.policy)
        yield from self._totals(found)
        if found.pairs:
            yield self._heading("list_pairs")
            yield _inside(self._pairs(found.pairs))
            yield from self._rest(len(found.pairs), LINES)
        yield from self._list("list_unserved", found.unserved, partial(self._without, found))
        yield from self._list("list_bottlenecks", found.bottlenecks, self._bottleneck)
        yield from self._list("list_more", _worth_more(found.loads), self._one_more, MORE)
        yield from self._list("list_unclear", answer.unclear, self._unclear)

    def _totals(self, found: Assignment) -> Iterator[RenderableType]:
        proof, spread = found.certificate, found.spread
        standing = sum(pair.present for pair in found.pairs)
        yield self.line(
            "served",
            served=proof.served,
            people=proof.people,
            served_required=proof.served_required if proof.required else None,
            required=proof.required or None,
            standing=standing or None,
        )
        yield self.line("proved", value=proof.value)
        if spread.carers:
            yield self.line(
                "spread",
                carers=spread.carers,
                mean=spread.mean,
                least=spread.least,
                most=spread.most,
                gini=spread.gini,
            )

    def _pairs(self, pairs: Sequence[Pair]) -> Table:
        worth = "column_worth" if all(p.form == "team" for p in pairs) else "column_fit"
        table = self._table("column_educator", "column_carer", "column_form", worth, "column_why")
        for pair in pairs[:LINES]:
            table.add_row(
                pair.educator_id,
                pair.carer_id,
                label("mentor_form", pair.form, self.language),
                self._number(pair.fit),
                self.say("present") if pair.present else self._titles(pair.competencies),
            )
        return table

    def _without(self, found: Assignment, one: Unserved) -> str:
        due = f" ({self.say('required')})" if one.required else ""
        if not found.loads:
            return f"{one.educator_id}{due}: {self.say('assignment_nobody')}"
        refusals = ", ".join(self._refused(one.refusals))
        return f"{one.educator_id}{due}: " + self.say(
            one.code, refusals=refusals, admitted=one.admitted
        )

    def _refused(self, refusals: Mapping[str, int]) -> Iterator[str]:
        for code, count in sorted(refusals.items(), key=lambda item: (-item[1], item[0])):
            own = word(code, {}, self.language, family="assignment")
            reason = own if own != code else word(code, {}, self.language)
            yield self.say("refused", reason=reason, count=count)

    def _bottleneck(self, tight: Shortage) -> str:
        return self.say(
            "bottleneck",
            people=len(tight.educators),
            carers=self._named(tight.carers),
            places=tight.places,
            missing=tight.missing,
        )

    def _one_more(self, load: Load) -> str:
        if load.one_more_serves is None:
            return self.say("one_more_fit", carer=load.carer_id, fit=load.one_more_fit)
        code = "one_more_other" if load.one_more_serves else "one_more_required"
        return self.say(code, carer=load.carer_id)

    def _unclear(self, one: Unclear) -> str:
        reasons = "; ".join(word(reason, language=self.language) for reason in one.missing)
        return f"{one.educator_id}: {reasons}"

    # ------------------------------------------------------------------ pairs of colleagues

    def peers(self, found: PeerAssignment | None) -> Iterator[RenderableType]:
        assert found is not None
        yield Text(self.say("title_peers"), style="bold")
        yield self.say("moment", day=found.as_of.date(), policy=found.policy)
        yield self.line(
            "served_peers",
            pairs=len(found.pairs),
            alone=len(found.alone),
            considered=found.considered,
        )
        code = "gap_peers" if found.gap else "proved_peers"
        yield self.line(code, value=found.value, bound=found.bound)
        if found.pairs:
            yield self._heading("list_pairs")
            yield _inside(self._peer_pairs(found.pairs))
            yield from self._rest(len(found.pairs), LINES)
        yield from self._list(
            "list_alone",
            found.alone,
            lambda one: f"{one.educator_id}: {self.say(one.code, suiting=one.suiting)}",
        )

    def _peer_pairs(self, pairs: Sequence[PeerPair]) -> Table:
        table = self._table("column_educator", "column_carer", "column_gives", "column_takes")
        for pair in pairs[:LINES]:
            table.add_row(
                pair.one_id,
                pair.other_id,
                self._shared(pair.one_gives, pair.one_shares),
                self._shared(pair.other_gives, pair.other_shares),
            )
        return table

    def _shared(self, worth: float, shares: Sequence[tuple[str, float]]) -> str:
        codes = [code for code, _ in shares]
        return f"{self._number(worth)} {self._titles(codes)}".strip() if worth else ""

    # ------------------------------------------------------------------ pieces

    def _heading(self, code: str) -> Text:
        return Text.assemble("\n", (self.say(code), "bold"))

    def _list(
        self, head: str, items: Sequence[object], text: Callable[..., str], most: int | None = None
    ) -> Iterator[RenderableType]:
        if not items:
            return
        most = LINES if most is None else most
        yield self._heading(head)
        for item in items[:most]:
            yield _inside(text(item))
        yield from self._rest(len(items), most)

    def _table(self, *columns: str) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for code in columns:
            table.add_column(self.say(code), overflow="fold")
        return table

    def _rest(self, count: int, most: int) -> Iterator[RenderableType]:
        if count > most:
            yield _inside(Text(self.say("rest", count=count - most), style="dim"))

    def _titles(self, codes: Sequence[str]) -> str:
        known = [self.framework.node(c).title for c in codes if c in self.framework]
        return shortened("; ".join(known), _TITLE_MOST)

    def _named(self, ids: Sequence[str]) -> str:
        more = f" {self.say('rest', count=len(ids) - NAMED)}" if len(ids) > NAMED else ""
        return ", ".join(ids[:NAMED]) + more

    def _number(self, value: float) -> str:
        return "" if math.isnan(value) else number(value, self.language, 2, fixed=True)


def _inside(part: RenderableType) -> Padding:
    return Padding(part, (0, 0, 0, 2))


def _worth_more(loads: Sequence[Load]) -> list[Load]:
    """Carers whose further place would bring something: first who serves, then by fit."""
    worth = [x for x in loads if x.one_more_serves is not None or x.one_more_fit > 0]
    return sorted(
        worth,
        key=lambda x: (
            x.one_more_serves is None,
            x.one_more_serves or 0,
            -x.one_more_fit,
            x.carer_id,
        ),
    )
