"""Assignments in a terminal: what is cut, what is said of nobody, and the gap of pairs."""

from __future__ import annotations

import dataclasses

import pytest

from engine.assignment import Mentee, Need, Person, assign
from engine.assignment.peer_records import PeerRules
from engine.assignment.peers import pair_peers
from engine.assignment.task import Answer
from engine.documents import assignment_text
from engine.documents.assignment_text import render_assignment
from engine.domain import MentorForm, Reason
from engine.framework import load_framework
from tests.engine.mentorship.people import AS_OF, mentor, policy, teacher

FRAMEWORK, POLICY = load_framework(), policy()
FORMS = (MentorForm.MENTOR_YOUNG,)


def mentees(count: int, *, required: bool = True) -> list[Mentee]:
    reasons = (Reason("young_educator"),) if required else ()
    need = (Need("MET.ASM", ("MET.ASM",), 1.0),)
    return [Mentee(Person(teacher(id=f"e{i:02}"), need), FORMS, reasons) for i in range(count)]


def page(answer: Answer, language: str = "ru", width: int = 200) -> list[str]:
    text = render_assignment(answer, FRAMEWORK, language, width=width)
    assert text.endswith("\n")
    return text.splitlines()


def test_long_lists_are_cut_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five pairs and five unserved two lines each, then how many more there are."""
    monkeypatch.setattr(assignment_text, "LINES", 2)
    found = assign(mentees(10), [mentor("m", capacity=5)], POLICY, AS_OF)
    lines = page(Answer(found, None))
    assert sum("и ещё 3" in line for line in lines) == 2
    assert sum(line.strip().startswith("e0") for line in lines) == 4


def test_competencies_have_their_titles() -> None:
    """What a mentor is strong in stands in words; a present pair is called so."""
    carer = mentor("m", competencies=("MET.ASM.01",))
    found = assign(mentees(1), [carer], POLICY, AS_OF, framework=FRAMEWORK)
    (line,) = (x for x in page(Answer(found, None)) if x.strip().startswith("e00"))
    assert FRAMEWORK.node("MET.ASM").title in line
    present = dataclasses.replace(found.pairs[0], present=True, fit=float("nan"))
    kept = dataclasses.replace(found, pairs=(present,))
    (line,) = (x for x in page(Answer(kept, None)) if x.strip().startswith("e00"))
    assert line.split()[-2:] == ["прежняя", "пара"]
    assert "прежних пар оставлено: 1" in " ".join(page(Answer(kept, None)))


@pytest.mark.parametrize(
    ("language", "words"),
    [("ru", "нет письменного согласия наставника — 1"), ("en", "no mentor at all")],
)
def test_rules_that_refuse_are_worded(language: str, words: str) -> None:
    """Codes of the mentors' rules and of the assignment have words; no mentor is told as such."""
    carers = [mentor("m", consent=False)] if language == "ru" else []
    found = assign(mentees(1, required=False), carers, POLICY, AS_OF)
    text = " ".join(page(Answer(found, None), language))
    assert words in text
    assert "assignment_" not in text
    assert "положено" not in text


def test_pairs_and_their_gap() -> None:
    """What each gives with its competency; an unproved rest is told as a bound, not as proof."""
    people = [
        Person(teacher(id="a"), (Need("MET.ASM", ("MET.ASM",), 1.0, 0.1),)),
        Person(teacher(id="b"), (Need("MET.ASM", ("MET.ASM",), 0.0, 0.9),)),
        Person(teacher(id="c")),
    ]
    found = pair_peers(people, POLICY, AS_OF, framework=FRAMEWORK, rules=PeerRules())
    text = " ".join(" ".join(page(Answer(None, found))).split())
    assert "Пар: 1, без пары: 1, рассмотрено возможных пар: 1." in text
    assert "никакой другой выбор пар не даёт больше (вместе 0,90" in text
    assert "c: ни одна пара не допустима" in text
    open_end = dataclasses.replace(found, bound=found.value + 0.5, gap=0.5)
    text = " ".join(" ".join(page(Answer(None, open_end))).split())
    assert "больше 1,40 не даст никакой выбор пар" in text
    assert "никакой другой выбор" not in text
