"""The page of groups: shares as the contract tells them, and nothing that it withholds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from api.access.principal import Role
from api.workbench.views import groups
from tests.api.workbench.desks import HOSTILE, HTMX, Desk, demo, open_desk
from tests.api.workbench.markup import sound

TABLE = "/workbench/groups/table"
LARGE, OTHER, SMALL = f"Большой {HOSTILE}", "Другой", "Укромный"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Iterator[Desk]:
    """The demo and planted districts of thirty, twelve and three assessed people."""
    engine, package = demo()
    with open_desk(tmp_path_factory.mktemp("groups"), migrated, engine, package) as found:
        people = [
            {"id": f"p-{n:02}", "district": SMALL if n < 3 else OTHER if n < 15 else LARGE}
            for n in range(45)
        ]
        items = [{**p, "position": "teacher"} for p in people]
        found.api("POST", "/educators", {"items": items})
        results = [
            {
                "educator_id": p["id"],
                "items": [
                    {
                        "procedure_id": "замер",
                        "date": "2026-05-20",
                        "method": "test",
                        "node": node,
                        "score": score + n % 5,
                        "max_score": 20.0,
                        "n_tasks": 20,
                    }
                    for node, score in (("MET.ASM", 8.0), ("MET.DIG", 15.0))
                ],
            }
            for n, p in enumerate(people)
        ]
        found.api("POST", "/diagnostics", {"items": results})
        yield found


def percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def test_shares_are_those_of_the_contract(desk: Desk) -> None:
    """The cell of a group holds the expected share, its bounds and how many were assessed."""
    page = sound(desk.get(f"{TABLE}?by=district&nodes=block", **HTMX).text)
    body = {"by": "district", "node_levels": ["block"]}
    rows = desk.api("POST", "/deficits/groups", body)["rows"]
    row = next(r for r in rows if r["group"]["key"] == LARGE and r["node"] == "MET.ASM")
    share = row["shares"][0]
    assert share["expected"] > 0.5  # planted: 8 to 12 of 20 tasks done, 60 % end the level
    low, high = (percent(x) for x in share["interval_90"])
    assert f"{percent(share['expected'])}от {low} до {high}оценено 30 из 30" in page.said
    assert page.of("svg")
    shades = " ".join(a.get("class") or "" for a in page.of("td"))
    assert f"s{3 + (share['expected'] >= 0.7) + (share['expected'] >= 0.85)}" in shades


def test_competencies_go_by_their_share(desk: Desk) -> None:
    """The one most lack stands first; asked for the minimal level, the order turns."""
    high = sound(desk.get(f"{TABLE}?nodes=block&level=high", **HTMX).text).said
    first, second = "Оценивание и итоговая аттестация", "Цифровые средства обучения"
    assert high.index(first) < high.index(second)
    minimal = sound(desk.get(f"{TABLE}?nodes=block&level=minimal", **HTMX).text).said
    assert minimal.index(second) < minimal.index(first)


def test_small_groups_are_counted_but_not_told(desk: Desk) -> None:
    """A district of three assessed people is not among the rows, and the page says why."""
    part = sound(desk.get(f"{TABLE}?nodes=block", **HTMX).text)
    assert "Большой" in part.said
    assert SMALL not in part.said
    assert "показать ничего нельзя" in part.said
    assert "оценено меньше 5 человек" in part.said
    alone = sound(desk.get(f"{TABLE}?nodes=block&district={quote(SMALL)}", **HTMX).text)
    assert "Показать пока нечего" in alone.said
    assert not alone.of("svg")


def test_conditions_narrow_the_table(desk: Desk) -> None:
    """A position that no assessed person has leaves nothing, with what to do."""
    part = sound(desk.get(f"{TABLE}?position=counsellor", **HTMX).text)
    assert "никто из оценённых" in part.said
    assert "/workbench/imports" in [a["href"] for a in part.of("a")]


def test_the_page_comes_at_once_and_asks_for_its_table(desk: Desk) -> None:
    """The first page holds the choice and a link to the table, which is a page of its own."""
    page = desk.page("/workbench/groups?by=position&level=medium")
    asked = [a["hx-get"] for a in page.of("div") if a.get("hx-trigger") == "load"]
    assert asked == [f"{TABLE}?by=position&nodes=any&level=medium"]
    assert asked[0] in [a["href"] for a in page.of("a")]
    whole = desk.page(asked[0])
    chosen = [a["value"] for a in whole.of("option") if "selected" in a]
    assert chosen == ["position", "any", "medium", ""]
    assert "учитель" in whole.said
    part = desk.get(asked[0], **HTMX)
    assert part.headers["hx-replace-url"] == "/workbench/groups?by=position&nodes=any&level=medium"


def test_strange_choices_become_the_usual_ones(desk: Desk) -> None:
    """What is no grouping or level is taken for the usual one; text of addresses stays text."""
    evil = quote(HOSTILE)
    page = desk.page(f"/workbench/groups?by={evil}&nodes=x&level={evil}&district={evil}")
    assert not page.of("img")
    chosen = [a["value"] for a in page.of("option") if "selected" in a]
    # a district that nobody works in stays in the form, as text
    assert chosen == ["district", "any", "high", "", HOSTILE]
    part = desk.get(f"{TABLE}?nodes=block", **HTMX)
    assert not sound(part.text).of("img")  # the district's own name is hostile


def test_roles(desk: Desk) -> None:
    """A manager sees the groups of his own people; tutors and mentors none."""
    assert desk.get(TABLE, Role.MANAGER, **HTMX).status_code == 200
    assert desk.get(TABLE, Role.TUTOR, **HTMX).status_code == 403
    assert desk.get(TABLE, Role.MENTOR, **HTMX).status_code == 403


# ------------------------------------------------------------------------------- shaping


def row(group: str, node: str, expected: float | None, district: str = "") -> dict[str, Any]:
    """One row of a table; ``None`` = withheld."""
    shares = None
    if expected is not None:
        shares = [{"expected": expected, "interval_90": [expected, expected]}] * 3
    withheld = None if shares else {"code": "group_too_few", "parameters": {"least": 5}}
    kind = "school" if group else "all"
    return {
        "group": {"grouping": kind, "key": group, "title": group.upper(), "district": district},
        "node": node,
        "node_title": f"Узел {node}",
        "n_members": 9,
        "n_measured": 8,
        "shares": shares,
        "withheld": withheld,
    }


def test_groups_and_competencies_are_shown_in_parts() -> None:
    """Parts of both follow each other without gap or repetition; everybody stands in each."""
    nodes = [f"n{i:02}" for i in range(10)]
    ids = [f"g{i:02}" for i in range(45)]
    rows = [row(g, n, 0.9 - i / 100) for g in ("", *ids) for i, n in enumerate(nodes)]
    table = {"rows": rows}
    first = groups.heat_of(table, "high", "ru")
    assert [n for n, _ in first.nodes] == nodes[:8]
    assert (first.columns, first.further, first.total, first.next) == (10, 8, 45, 40)
    assert len(first.picked) == 41 * 8
    last = groups.heat_of(table, "high", "ru", first=40, skip=8)
    assert [n for n, _ in last.nodes] == nodes[8:]
    assert (last.further, last.next) == (None, None)
    assert [line.name for line in last.lines] == ["все", *(g.upper() for g in ids[40:])]


def test_what_is_withheld_stays_so() -> None:
    """A group without any number is left out and counted; one cell withheld tells why alone."""
    rows = [
        *(row("", "a", 0.2), row("", "b", None)),
        *(row("x", "a", 0.6), row("x", "b", None)),
        *(row("y", "a", None), row("y", "b", None)),
    ]
    heat = groups.heat_of({"rows": rows}, "high", "ru")
    assert [line.name for line in heat.lines] == ["все", "X"]
    assert heat.silent == 1
    assert heat.reasons == "оценено меньше 5 человек"
    cells = heat.lines[1].cells
    assert [c and (c.share, c.shade) for c in cells] == [(0.6, 3), (None, None)]
    assert not [r for r in heat.picked if r["group"]["key"] == "y"]


def test_schools_of_one_name_in_two_districts_are_two() -> None:
    """A school that is told of in two districts has a line for each."""
    rows = [row("", "a", 0.5), row("x", "a", 0.5, "Север"), row("x", "a", 0.4, "Юг")]
    heat = groups.heat_of({"rows": rows}, "high", "ru")
    assert [line.district for line in heat.lines] == ["", "Север", "Юг"]
