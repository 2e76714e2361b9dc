"""The analysis of a region in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import groupby

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from engine.analysis.results import Analysis
from engine.documents.screen import rendered
from engine.wording import known_language, sentence, word
from engine.wording.messages import fill
from engine.wording.tables import lookup

_LEAST_WIDTH = 80
_NODES, _ADVICE = 15, 10
"""Competencies, and recommendations for each addressee, that are printed."""


def render_analysis(
    analysis: Analysis, language: str = "ru", *, width: int = 110, colour: bool = False
) -> str:
    """The analysis as text: the deficits, what the catalogue can do, and what to do.

    Parameters
    ----------
    width
        Columns, at least 80.
    colour
        Whether to use bold; ``False`` gives plain text.
    """
    parts = _Page(analysis, known_language(language)).parts()
    return rendered(parts, max(_LEAST_WIDTH, width), colour=colour)


class _Page:
    """Makes the parts of the page from top to bottom."""

    def __init__(self, analysis: Analysis, language: str) -> None:
        self._of = analysis
        self._language = language

    def _t(self, key: str, **parameters: object) -> str:
        return fill(lookup("analysis", key, self._language), parameters, self._language)

    def parts(self) -> Iterator[RenderableType]:
        found = self._of
        yield Text(self._t("title", day=found.as_of, until=found.until), style="bold")
        yield self._t(
            "people", people=found.n_people, measured=found.n_measured, policy=found.policy
        )
        yield from self._deficits()
        yield from self._supply()
        yield from self._advice()
        if found.missing:
            yield Text("\n" + self._t("missing"), style="bold")
            for gap in found.missing:
                yield _indented(
                    sentence(word(gap.code, gap.parameters, self._language, family="missing"))
                )

    def _deficits(self) -> Iterator[RenderableType]:
        if not self._of.nodes:
            return
        yield Text("\n" + self._t("nodes"), style="bold")
        worst = sorted(self._of.nodes, key=lambda n: (-n.share.value, n.node))
        for node in worst[:_NODES]:
            low, high = node.share.interval_90
            said = self._t(
                "node",
                share=node.share.value,
                low=low,
                high=high,
                measured=node.n_measured,
                members=node.n_members,
            )
            yield _indented(f"{node.node} {node.title}: {said}")
        if len(worst) > _NODES:
            yield _indented(self._t("more", count=len(worst) - _NODES))

    def _supply(self) -> Iterator[RenderableType]:
        supply, runs = self._of.supply, self._of.runs
        if not supply.deficit:
            return
        said = self._t("supply", deficit=supply.deficit)
        if not math.isnan(supply.closable):
            part = supply.closable / supply.deficit
            said += "; " + self._t("closable", closable=supply.closable, part=part)
        yield "\n" + sentence(said)
        if runs.runs:
            yield sentence(self._t("runs", closes=runs.closes, limit=runs.limit))
        options = self._of.options
        yield sentence(self._t("assumed", benefit=options.benefit, least=options.least_gain))

    def _advice(self) -> Iterator[RenderableType]:
        if not self._of.recommendations:
            yield "\n" + sentence(self._t("none"))
        # they come by addressee
        for addressee, group in groupby(self._of.recommendations, key=lambda r: r.addressee):
            found = list(group)
            yield Text("\n" + self._t("for", addressee=addressee), style="bold")
            for advice in found[:_ADVICE]:
                said = word(advice, None, self._language, family="recommendation")
                yield _indented("— " + sentence(said))
            if len(found) > _ADVICE:
                yield _indented(self._t("more", count=len(found) - _ADVICE))


def _indented(text: str) -> Padding:
    return Padding(Text(text), (0, 0, 0, 2))
