"""A small framework and a policy with round numbers for hand calculation."""

import datetime as dt
from dataclasses import replace

from engine.domain import (
    DiagnosticResult,
    ItemResponse,
    Method,
    OfficialLevel,
    Position,
)
from engine.framework import Node, build_framework
from engine.policy import Diagnostics, Groups, Levels, Targets, load_policy

AS_OF = dt.datetime(2026, 9, 1, 12, tzinfo=dt.timezone(dt.timedelta(hours=3)))
TODAY = dt.date(2026, 9, 1)
MANAGERS = (Position.HEAD, Position.DEPUTY_HEAD)


def framework():
    """Two directions for everybody, one for managers, one leaf for psychologists."""
    nodes = [
        Node("A", None, "Направление А", "direction"),
        Node("A.1", "A", "Блок А1", "block"),
        Node("A.1.1", "A.1", "Компетенция А11", "leaf"),
        Node("A.1.2", "A.1", "Компетенция А12", "leaf"),
        Node("A.2", "A", "Блок А2", "block"),
        Node("A.2.1", "A.2", "Компетенция А21", "leaf"),
        Node("A.2.2", "A.2", "Компетенция А22", "leaf", positions=(Position.PSYCHOLOGIST,)),
        Node("B", None, "Направление Б", "direction"),
        Node("B.1", "B", "Компетенция Б1", "leaf"),
        Node("M", None, "Управление", "direction", positions=MANAGERS),
        Node("M.1", "M", "Блок М1", "block"),
        Node("M.1.1", "M.1", "Компетенция М11", "leaf"),
        Node("M.2", "M", "Компетенция М2", "leaf"),
    ]
    return build_framework("test", "1", "Проверочная рамка", nodes)


def policy(**diagnostics):
    """The default profile with every value that the tests compute with set to a round one."""
    base = load_policy("default")
    rule = Diagnostics(
        reliability={
            Method.TEST: 1.0,
            Method.OBSERVATION: 0.5,
            Method.EXPERT: 0.5,
            Method.SELF: 0.25,
        },
        half_life_days=100,
        max_age_days=300,
        default_tasks=6,
        procedure_sd={
            Method.TEST: 0.2,
            Method.OBSERVATION: 0.5,
            Method.EXPERT: 0.5,
            Method.SELF: 0.8,
        },
        prior_median=0.6,
        person_sd=0.9,
        direction_sd=0.4,
        node_sd=0.5,
        change_sd=0.0,
        change_days=30,
        official_methods=(Method.TEST, Method.OBSERVATION, Method.EXPERT),
    )
    return replace(
        base,
        time_zone="Europe/Moscow",
        levels=Levels(high_below=0.60, minimal_above=0.80),
        diagnostics=replace(rule, **diagnostics),
        targets=Targets(default=0.8, by_position={Position.HEAD: 0.9}, by_node={"A.1.2": 0.7}),
        groups=Groups(
            support_probability_high=0.6,
            development_probability_minimal=0.7,
            support_young=True,
        ),
        form_by_level={
            OfficialLevel.HIGH: frozenset({"dpp_pp", "dpp_pk", "non_formal", "informal"}),
            OfficialLevel.MEDIUM: frozenset({"dpp_pk", "non_formal", "informal"}),
            OfficialLevel.MINIMAL: frozenset({"non_formal", "informal"}),
        },
        mentorship=replace(base.mentorship, young_rule="and", young_age=35, young_years=3),
        value=replace(
            base.value,
            weight_by_level={
                OfficialLevel.HIGH: 3.0,
                OfficialLevel.MEDIUM: 2.0,
                OfficialLevel.MINIMAL: 1.0,
            },
            request_weight=1.5,
            development_weight=0.5,
            career_weight=0.8,
            request_deficit=0.4,
            development_deficit=0.3,
        ),
    )


def result(node="A.1", score=3.0, max_score=6.0, **other):
    """A test score of today with six tasks."""
    fields = {
        "procedure_id": "p1",
        "date": TODAY,
        "method": Method.TEST,
        "n_tasks": 6,
        **other,
    }
    return DiagnosticResult(node=node, score=score, max_score=max_score, **fields)


def answer(item, response, node="A.1.1", **other):
    """An answer of today."""
    fields = {"procedure_id": "items", "date": TODAY, **other}
    return ItemResponse(item=item, response=response, node=node, **fields)
