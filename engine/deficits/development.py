"""Development demands of educators without a deficit above minimal (group развитие)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from engine.deficits.certain import certain_demand
from engine.domain import Demand, DemandKind, NodeProficiency
from engine.framework import Framework
from engine.policy import Value

_CATEGORIES = frozenset({"non_formal", "informal"})


@dataclass(frozen=True, slots=True)
class _Development:
    name: str
    title: str
    theme: str
    codes: tuple[str, ...]


_SHARING = _Development(
    name="sharing",
    title="Представление своего опыта: конкурс, открытый урок, мастер-класс",
    theme="sharing",
    codes=("COM.COL.03",),
)
_MENTORING = _Development(
    name="mentoring",
    title="Наставничество: сопровождение коллег",
    theme="mentoring",
    codes=("COM.COL.01",),
)
"""Where these stand in a framework: nodes of the theme, else the codes of the bundled one."""


def development_demands(
    framework: Framework,
    proficiency: Sequence[NodeProficiency],
    value: Value,
    *,
    may_mentor: bool,
) -> tuple[Demand, ...]:
    """Sharing experience as presenter and, unless the educator is young, mentoring others.

    Parameters
    ----------
    proficiency
        Of the measured nodes that apply to the educator, at least one. Where the framework
        knows neither sharing nor mentoring, the strongest measured direction stands in: it is
        what the educator has to give.
    """
    wanted = (_MENTORING, _SHARING) if may_mentor else (_SHARING,)
    return tuple(
        certain_demand(
            code=f"development:{development.name}",
            kind=DemandKind.DEVELOPMENT,
            title=development.title,
            nodes=_nodes(development, framework) or _strongest_direction(framework, proficiency),
            weight=value.development_weight,
            deficit=value.development_deficit,
            categories=_CATEGORIES,
        )
        for development in wanted
    )


def _nodes(development: _Development, framework: Framework) -> tuple[str, ...]:
    themed = [node.code for node in framework.nodes if node.theme == development.theme]
    return tuple(themed or [code for code in development.codes if code in framework])


def _strongest_direction(
    framework: Framework, proficiency: Sequence[NodeProficiency]
) -> tuple[str, ...]:
    means: defaultdict[str, list[float]] = defaultdict(list)
    for node in proficiency:
        above = framework.ancestors(node.node)
        means[above[-1].code if above else node.node].append(node.mean)
    return (min(means, key=lambda code: (-fmean(means[code]), code)),)
