"""Needs of many people at once against each one's deficit vector."""

from __future__ import annotations

import dataclasses
import math

import pytest

from engine.assignment import needs_of
from engine.assignment.many import Evidence, people_of
from engine.deficits import assess_deficits
from engine.diagnostics import estimate_proficiency
from engine.domain import Request
from engine.framework import load_framework
from engine.policy import load_policy
from engine.simulation.region import RegionPlan, simulate_region

FRAMEWORK, POLICY = load_framework(), load_policy("default")
REGION = simulate_region(RegionPlan(activities=2, educators=25, mentors=0, weeks=1), 4, FRAMEWORK)


def evidence() -> list[Evidence]:
    """People of a region; some ask for measured nodes, some for others, two together, a text."""
    found = []
    for i, one in enumerate(REGION.educators):
        node = one.diagnostics[0].node
        requests = (
            (),
            (Request("r1", node=node), Request("r2", text="как разрешать конфликты")),
            (Request("r1", node="MET.ASM", weight=0.5), Request("r2", node="MET.ASM")),
        )[i % 3]
        found.append(Evidence(one.educator, one.diagnostics, (), requests))
    return found


def test_needs_are_those_of_the_deficit_vector():
    """Codes, nodes, stakes and strengths are those of the demands, one person after another."""
    people, left_out = people_of(evidence(), FRAMEWORK, POLICY, REGION.as_of)
    assert left_out == ()
    compared = 0
    for one, person in zip(evidence(), people, strict=True):
        known = estimate_proficiency(
            one.results, (), FRAMEWORK, POLICY, REGION.as_of, time_zone=one.educator.time_zone
        )
        vector = assess_deficits(one.educator, known, one.requests, FRAMEWORK, POLICY, REGION.as_of)
        wanted = [n for n in needs_of(vector.demands) if not n.code.startswith("development:")]
        assert [(n.code, n.nodes) for n in person.needs] == [(n.code, n.nodes) for n in wanted]
        for mine, theirs in zip(person.needs, wanted, strict=True):
            assert mine.stake == pytest.approx(theirs.stake, abs=1e-5)
            assert math.isnan(mine.strong) == math.isnan(theirs.strong)
            if not math.isnan(mine.strong):
                assert mine.strong == pytest.approx(theirs.strong, abs=1e-5)
            compared += 1
    assert compared > 100


def test_evidence_at_fault_stops_nobody():
    """One score above its maximum and one empty request are left out and named."""
    given = evidence()[:3]
    wrong = dataclasses.replace(given[0].results[0], score=99.0)
    given[0] = dataclasses.replace(given[0], results=(wrong, *given[0].results[1:]))
    given[1] = dataclasses.replace(given[1], requests=(Request("empty"),))
    people, left_out = people_of(given, FRAMEWORK, POLICY, REGION.as_of)
    assert [x.educator_id for x in left_out] == [given[0].educator.id, given[1].educator.id]
    assert [x.faults[0].code for x in left_out][1] == "empty_request"
    assert wrong.node not in {n.code for n in people[0].needs}
    assert len(people[0].needs) == len(given[0].results) - 1
    assert people[2].needs
