"""Definitions against the regulations, letter by letter."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from engine.indicators import load_definitions, load_profile, profiles

REGULATIONS = Path(__file__).resolve().parents[4] / "shared" / "regulations"
FILES = {
    "spb": "spb-173-r-2026.txt",
    "primorye": "primorye-384-a-2022.txt",
    "sosnovy-bor": "sosnovy-bor-449-r-2023.txt",
    "volgodonsk": "volgodonsk-concept.txt",
    "leningrad-oblast": "leningrad-oblast-1184-r-2023.txt",
}
# SHA-256 of all wordings of a profile, joined by line feeds, as they were compared with the text
# of the regulation: a slip of the pen in a definition shows where that text is not at hand.
CHECKED = {
    "spb": "c03d0f48ad91cf6d7a52631362a850ea01a29fc2df661684baaaf8f48c00e411",
    "primorye": "c48f098508f98198e2808eff3ba176ba64cacb672f0581fc34a3d91b8c2a3f35",
    "sosnovy-bor": "c724f6cac9ede44a9925aa37a4eb3cee0dbe96f8711ebcdf0153d1443f048dbe",
    "volgodonsk": "63bc047448e4014a09dca952cfb46bdf17a1bbb34641992062e47eb233d64a55",
    "leningrad-oblast": "d693fb53d70666d67a5e23029b90ea9800d14d253fb46d07306adfc358210bcb",
}


def normal(text: str) -> str:
    """Text without mark-up and with single spaces."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def regulation(profile: str) -> str:
    path = REGULATIONS / FILES[profile]
    if not path.is_file():
        pytest.skip("the text of the regulation is not at hand")
    return path.read_text(encoding="utf-8")


def wordings(profile: str) -> list[str]:
    known = load_profile(profile)
    of_controls = [
        text
        for c in known.controls
        for text in (c.id, c.section, c.wording, c.terms, c.responsible_text)
    ]
    return [known.cadence_wording, *(i.wording for i in known.indicators), *of_controls]


def plan_rows(text: str) -> list[tuple[str, str, str, str]]:
    """Number, action, terms and bodies of every row of the plan, over its page breaks."""
    rows: list[list[str]] = []
    for line in text[text.index("Ответственный исполнитель") :].splitlines()[1:]:
        cells = line.split("\t")
        if line.startswith("<b>") or not line.strip() or line.strip("-\t ") == "":
            continue
        if re.fullmatch(r"\d\.\d+\.", cells[0].strip()):
            rows.append([*cells, "", "", ""][:4])
        else:
            # what goes on after a page break leaves the first column empty, mark-up does not
            rest = cells[1:] if cells[0].strip() == "" else cells
            for index, cell in enumerate(rest[:3], start=1):
                rows[-1][index] += f" {cell.replace('--', '')}"
    found = [tuple(normal(cell) for cell in row) for row in rows]
    return [(n.rstrip("."), action, terms, who) for n, action, terms, who in found]


@pytest.mark.parametrize("profile", ["spb", "primorye", "sosnovy-bor", "volgodonsk"])
def test_indicators_are_quoted_word_for_word(profile):
    """Each wording, and how often to look, stands in the regulation as it stands here."""
    text = normal(regulation(profile))
    for wording in wordings(profile):
        assert wording in text


def test_the_plan_is_quoted_word_for_word():
    """All 46 dated actions have the number, action, terms and bodies of the plan's table."""
    rows = plan_rows(regulation("leningrad-oblast"))
    known = load_profile("leningrad-oblast").controls
    assert [(c.id, c.wording, c.terms, c.responsible_text) for c in known] == rows
    assert len(rows) == 46


def test_no_indicator_is_left_out():
    """As many as the regulations number: two, six, seven, six; the plan has none."""
    counts = {profile: len(load_definitions(profile)) for profile in profiles()}
    assert counts == {
        "spb": 2,
        "primorye": 6,
        "sosnovy-bor": 7,
        "volgodonsk": 6,
        "leningrad-oblast": 0,
    }


@pytest.mark.parametrize("profile", sorted(FILES))
def test_wordings_are_those_that_were_compared(profile):
    """No wording has changed since it was compared with its regulation."""
    digest = hashlib.sha256("\n".join(wordings(profile)).encode()).hexdigest()
    assert digest == CHECKED[profile]


def test_months_and_bodies_of_the_plan():
    """Terms and bodies in words are read right: a sample of every kind, by eye."""
    known = {c.id: (c.months, c.responsible) for c in load_profile("leningrad-oblast").controls}
    assert known["1.1"] == (((1, 2),), ("КОПО ЛО",))
    assert known["1.2"] == (((1, 1),), ("КОПО ЛО", "ОМСУ"))
    assert known["1.4"] == (((1, 6), (7, 12)), ("КОПО ЛО", "ЦНППМ"))
    assert known["1.6"] == (tuple((m, m) for m in range(1, 13)), ("ЦНППИМ", "РМЦ"))
    assert known["1.7"] == ((), ("ЦНППИМ", "РНМЦ СПО"))
    assert known["1.8"] == (((11, 12),), ("ЦНППИМ",))
    assert known["2.5"] == (((1, 12),), ("ГАОУ ДПО «ЛОИРО»", "ММС", "РНМЦР СПО"))
    assert known["3.3"] == (((4, 4), (10, 10), (12, 12)), ("РМЦ",))
    assert known["4.5"] == (((4, 4), (10, 10)), ("РМЦ",))
    assert known["6.5"] == (((1, 6),), ("ГАОУ ДПО «ЛОИРО»",))
