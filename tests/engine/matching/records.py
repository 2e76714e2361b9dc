"""Short ways to make the records that matching tests need."""

import datetime as dt
from collections.abc import Sequence

import numpy as np

from engine.domain import (
    Activity,
    DeficitVector,
    Demand,
    DemandKind,
    Educator,
    Form,
    Kind,
    Offering,
    Position,
    Stage,
)
from engine.framework import Framework, Node, build_framework, load_framework

FRAMEWORK = load_framework()
AS_OF = dt.datetime(2026, 9, 1, 9, 0, tzinfo=dt.UTC)
HORIZON = (dt.date(2026, 9, 7), dt.date(2027, 5, 16))
TEACHER = Educator("e1", Position.TEACHER, ("математика",), (Stage.BASIC,))


def activity(id: str = "a1", title: str = "Занятие", **values: object) -> Activity:
    fields: dict[str, object] = {
        "id": id,
        "kind": Kind.SEMINAR,
        "title": title,
        "hours_academic": 8.0,
        "form": Form.NON_FORMAL,
    }
    return Activity(**{**fields, **values})  # type: ignore[arg-type]


def offering(
    activity_id: str = "a1", start: str = "2026-10-01", end: str = "2026-10-02", **values: object
) -> Offering:
    fields: dict[str, object] = {
        "id": f"o-{activity_id}-{start}",
        "activity_id": activity_id,
        "start": dt.date.fromisoformat(start),
        "end": dt.date.fromisoformat(end),
    }
    return Offering(**{**fields, **values})  # type: ignore[arg-type]


def demand(
    *nodes: str,
    code: str = "",
    kind: DemandKind = DemandKind.DEFICIT,
    weight: float = 1.0,
    expected: float = 0.4,
    text: str | None = None,
) -> Demand:
    return Demand(
        code=code or nodes[0],
        kind=kind,
        title=code or nodes[0],
        nodes=nodes,
        weight=weight,
        expected=expected,
        sd=0.1,
        interval_90=(0.2, 0.6),
        pieces=((expected, 1.0),),
        text=text,
    )


def deficits(demands: Sequence[Demand], framework: Framework = FRAMEWORK) -> DeficitVector:
    nothing = np.full(len(framework), np.nan)
    return DeficitVector(framework.codes, nothing, nothing, nothing, tuple(demands), None)


def tree(*codes: str) -> Framework:
    """A framework whose codes are paths; inner nodes are those that others go through."""
    parents = {c.rpartition(".")[0] for c in codes}
    return build_framework(
        "tree",
        "1",
        "",
        [
            Node(
                code,
                code.rpartition(".")[0] or None,
                f"Узел {code}",
                "leaf" if code not in parents else "block" if "." in code else "direction",
            )
            for code in codes
        ],
    )
