"""Words of the reports: all there, in both languages, and said as people read them."""

from __future__ import annotations

import ast
import datetime as dt
import re
from pathlib import Path

import pytest

import engine.documents.reports as reports
from engine.documents.reports.model import HIDDEN, Amount, Name, Said, Unit, Word
from engine.documents.reports.speak import Speaker
from engine.domain import Reason
from engine.wording.messages import parameters_of
from engine.wording.tables import tables
from tests.engine.documents.reports.reading import said_of
from tests.engine.documents.reports.reports import every

ROOM = Path(reports.__file__).parent
SAYING = {"Said", "said", "words", "numbers", "say"}


def codes_of_sources() -> set[str]:
    """Keys that the sources name: first arguments of what says, and names of facts."""
    found = set()
    for source in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in SAYING and node.args and isinstance(node.args[0], ast.Constant):
                found.add(node.args[0].value)
            if name in ("facts", "provenance"):
                pairs = [a for a in node.args if isinstance(a, ast.Tuple)]
                found |= {p.elts[0].value for p in pairs if isinstance(p.elts[0], ast.Constant)}
    return found


def test_every_key_of_the_sources_has_words():
    """No page shows a bare key: each that a builder names stands in both languages."""
    codes = codes_of_sources()
    assert len(codes) > 150
    for language in ("ru", "en"):
        assert codes - set(tables(language)["report"]) == set()


COMPOSED = re.compile(
    r"(section|short|slice|gap|control|advice|kind_dpp|register|young|level)_|by_\w+_slices$"
    r"|\w+_title$"
)


def test_no_key_is_idle():
    """Whatever has words is named by a source, whole or by its beginning."""
    files = [*ROOM.rglob("*.py"), *(ROOM.parent / "templates" / "reports").glob("*.j2")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files)
    quoted = set(re.findall(r"[\"']([a-z_]+)[\"']", text))
    idle = {k for k in tables("ru")["report"] if k not in quoted and not COMPOSED.match(k)}
    assert idle == set()


@pytest.mark.parametrize("name", sorted(every()))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_phrase_of_a_report_has_what_it_speaks_of(name, language):
    """Each phrase has words, and is given the parameters that they need and no other."""
    known = tables(language)["report"]
    for said in said_of(every()[name]):
        assert said.code in known
        assert parameters_of(known[said.code]) == set(said.parameters), said.code


@pytest.mark.parametrize(
    ("cell", "russian", "english"),
    [
        (None, "не указано", "not stated"),
        ("", "", ""),
        (HIDDEN, "скрыто", "withheld"),
        (Amount(None), "не указано", "not stated"),
        (Amount(float("nan"), Unit.SHARE), "нет данных", "no data"),
        (Amount(12345), "12 345", "12,345"),
        (Amount(0.4251, Unit.SHARE), "43 %", "43%"),
        (Amount(0.42, Unit.SHARE, 0.3, 0.5), "42 % (30–50)", "42% (30–50)"),
        (Amount(0.4, Unit.SIZE, 0.2, 0.64), "0,40 (0,20–0,64)", "0.40 (0.20–0.64)"),
        (Amount(0.1, Unit.CHANGE), "+0,10", "+0.10"),
        (Amount(1234567.0, Unit.MONEY), "1 234 567 ₽", "1,234,567 ₽"),
        (Amount(36.0, Unit.HOURS), "36 ак. ч", "36 ac. h"),
        (dt.date(2026, 3, 1), "1 марта 2026", "1 March 2026"),
        (("а", None), "а; не указано", "а; not stated"),
        (Name("position", "head"), "руководитель организации", "head of an organisation"),
        (Word(Reason("pinned", {})), "закреплено методистом или самим педагогом", None),
        (Said("chart_target", {"target": Amount(0.4, Unit.SHARE)}), "цель: 40 %", "target: 40%"),
        (Said("advice_route", {"steps": 5}), None, None),
    ],
)
def test_cells_in_words(cell, russian, english):
    """What is not stated, not known and kept back reads differently; numbers have their units."""
    if russian is not None:
        assert Speaker("ru").cell(cell) == russian
    if english is not None:
        assert Speaker("en").cell(cell) == english
    assert "{" not in Speaker("ru").cell(cell)
