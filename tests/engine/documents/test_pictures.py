"""Pictures that stand by themselves: true to the numbers, safe to put on any page."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from engine.documents.build_view import build_view
from engine.documents.pictures import (
    deficit_bar_svg,
    deficit_profile_svg,
    group_heat_map_svg,
    timeline_svg,
    weekly_load_svg,
)
from tests.engine.documents.fixtures import ALL, EMPTY, EVIL, FULL, INFEASIBLE, STEPS

SVG = "{http://www.w3.org/2000/svg}"
OF_ROUTE = (deficit_profile_svg, timeline_svg, weekly_load_svg)


def shares(*expected):
    return [
        {"expected": e, "interval_90": [max(0.0, e - 0.1), min(1.0, e + 0.1)]} for e in expected
    ]


def row(group, node, high, title="Школа"):
    """One row of the answer of POST /deficits/groups; ``high`` None = withheld."""
    return {
        "group": {"grouping": "school", "key": group, "title": f"{title} {group}", "district": ""},
        "node": node,
        "node_title": f"Компетенция {node}",
        "n_members": 40,
        "n_measured": 31,
        "shares": None if high is None else shares(high, 0.3, 0.7 - high),
    }


TABLE = {
    "rows": [row("1", "A", 0.05), row("1", "B", 0.44), row("2", "A", 0.93), row("2", "B", None)]
}


def pictures():
    for name, rec in ALL.items():
        for draw in OF_ROUTE:
            for language in ("ru", "en"):
                yield pytest.param(draw, rec, language, id=f"{draw.__name__}-{name}-{language}")


@pytest.mark.parametrize(("draw", "rec", "language"), list(pictures()))
def test_pictures_stand_by_themselves(draw, rec, language):
    """Well-formed, of stated size, named for screen readers, without style, script or address."""
    made = draw(rec, language)
    if made is None:
        return
    root = ElementTree.fromstring(made)
    assert root.tag == f"{SVG}svg"
    assert float(root.get("width")) == 960
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
    assert root.find(f"{SVG}title").text
    assert root.find(f"{SVG}desc").text
    for element in root.iter():
        assert element.tag.removeprefix(SVG) in {
            *("svg", "title", "desc", "defs", "pattern", "rect", "line", "circle", "text"),
            *("g", "path"),
        }
        assert not {"style", "href", "class"} & set(element.attrib)
        assert not [name for name in element.attrib if name.startswith("on")]
    assert "url(http" not in made
    assert made == draw(rec, language)


@pytest.mark.parametrize("draw", OF_ROUTE)
def test_identifiers_begin_as_asked(draw):
    """Two pictures on one page share no identifier, and point to their own patterns."""
    first, second = (draw(FULL, uid=uid) for uid in ("left", "right"))
    ids = [set(re.findall(r'\bid="([^"]+)"', text)) for text in (first, second)]
    assert not ids[0] & ids[1]
    for text, own in zip((first, second), ids, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", text)) <= own


def test_nothing_to_draw_is_no_picture():
    """Without demands, dates or route there is none."""
    assert deficit_profile_svg(EMPTY) is None
    assert timeline_svg(EMPTY) is None
    assert weekly_load_svg(EMPTY) is None
    assert timeline_svg(INFEASIBLE) is None
    assert weekly_load_svg(INFEASIBLE) is None


def test_the_profile_is_true_to_scale():
    """The scale is 400 wide from 410: 0.42 is at 578, its interval 0.20–0.64 from 490, 176 wide."""
    root = ElementTree.fromstring(deficit_profile_svg(FULL))
    circles = [c for c in root.iter(f"{SVG}circle") if c.get("stroke")]
    assert [float(c.get("cx")) for c in circles] == [578.0, 534.0, 482.0, 446.0, 610.0]
    band = next(r for r in root.iter(f"{SVG}rect") if r.get("fill") == "#b9d1ea")
    assert (float(band.get("x")), float(band.get("width"))) == (490.0, 176.0)
    hatched = [r for r in root.iter(f"{SVG}rect") if r.get("fill") == "url(#profileh)"]
    # of 0.42 the route closes 0.27: from 0.15 on
    assert (float(hatched[0].get("x")), float(hatched[0].get("width"))) == (470.0, 108.0)


def test_long_titles_of_the_profile_are_wrapped_not_cut():
    """Every word of a title of two hundred characters is there, in lines below each other."""
    title = "Компетенция с очень длинным названием " * 6
    rec = replace(FULL, deficits=(replace(FULL.deficits[0], title=title),))
    root = ElementTree.fromstring(deficit_profile_svg(rec))
    lines = [t for t in root.iter(f"{SVG}text") if t.get("x") == "0"]
    told = " ".join(t.text for t in lines).replace("\u00a0", " ")
    assert title.strip() in told
    heights = [float(t.get("y")) for t in lines]
    assert len(heights) > 3
    assert heights == sorted(heights)


def test_what_was_not_measured_has_no_mark():
    """A demand without an estimate is named and says so, and no point stands at nought."""
    nothing = replace(
        FULL.deficits[0], estimate=float("nan"), interval_90=(float("nan"), float("nan"))
    )
    made = deficit_profile_svg(replace(FULL, deficits=(nothing,)))
    assert "не измерялось" in made.replace("\u00a0", " ")
    assert not [c for c in ElementTree.fromstring(made).iter(f"{SVG}circle") if c.get("stroke")]


def test_the_load_of_each_week_is_true_to_scale():
    """564 minutes, the fullest week, against 324: the bars are as high as the loads."""
    root = ElementTree.fromstring(weekly_load_svg(FULL))
    bars = [g for g in root.iter(f"{SVG}g") if g.find(f"{SVG}rect") is not None]
    heights = [float(g.findall(f"{SVG}rect")[1].get("height")) for g in bars]
    loads = [w.load_min for w in FULL.route.weekly_load if w.week <= FULL.route.end]
    assert len(loads) == 26
    assert heights == pytest.approx([76 * load / 600 for load in loads], abs=0.01)


def test_the_bar_of_one_demand_is_that_of_the_page():
    """The same marks on a scale of 188 from 6: 0.42 is at 85."""
    view = build_view(FULL, "ru")
    root = ElementTree.fromstring(deficit_bar_svg(view.deficits[0], "ru", uid="d"))
    assert [float(c.get("cx")) for c in root.iter(f"{SVG}circle")] == [85.0]


def test_all_steps_are_on_the_timeline():
    """Every step has a bar and its number; forms are explained below."""
    made = timeline_svg(FULL)
    assert [
        n for n in range(1, len(STEPS) + 1) if f">{n}. " not in made.replace("\u00a0", " ")
    ] == []
    assert "формальное обучение" in made


def test_hostile_texts_are_escaped():
    """A title cannot leave its element."""
    rec = ALL["hostile"]
    for draw in OF_ROUTE:
        made = draw(rec)
        assert "<script" not in made
        assert EVIL not in made


def test_heat_map_tells_share_and_bounds_in_each_cell():
    """One cell a group and competency: 44 % with its bounds 34–54; a withheld number is a dash."""
    root = ElementTree.fromstring(group_heat_map_svg(TABLE))
    cells = {
        g.find(f"{SVG}title").text.replace("\u00a0", " "): [
            t.text.replace("\u00a0", " ").replace("\u2060", "") for t in g.iter(f"{SVG}text")
        ]
        for g in root.iter(f"{SVG}g")
    }
    assert len(cells) == 4
    told = {" ".join(name.replace("\u2060", "").split()): texts for name, texts in cells.items()}
    assert told["Школа 1, Компетенция B: 44 % (от 34 % до 54 %), оценено 31 из 40"] == [
        "44 %",
        "34–54",
    ]
    assert told["Школа 2: не показано"] == ["—"]


def luminance(colour):
    """Relative luminance of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_heat_map_is_legible_in_grey():
    """More is always darker, and letters stand out by WCAG's 4.5 on every fill."""
    table = {"rows": [row(str(i), "A", i / 20) for i in range(15)]}
    root = ElementTree.fromstring(group_heat_map_svg(table))
    groups = list(root.iter(f"{SVG}g"))
    fills = [luminance(g.find(f"{SVG}rect").get("fill")) for g in groups]
    assert fills == sorted(fills, reverse=True)
    assert len(set(fills)) >= 5
    for g, fill in zip(groups, fills, strict=True):
        ink = luminance(g.find(f"{SVG}text").get("fill"))
        light, dark = max(fill, ink) + 0.05, min(fill, ink) + 0.05
        assert light / dark >= 4.5


def test_heat_map_shows_what_is_asked_in_the_order_asked():
    """Competencies come as named; an unknown level is an error, no rows are no picture."""
    made = group_heat_map_svg(TABLE, nodes=["B", "A"], level="minimal").replace("\u00a0", " ")
    assert made.index("Компетенция B:") < made.index("Компетенция A:")
    assert "Компетенция A" not in group_heat_map_svg(TABLE, nodes=["B"]).replace("\u00a0", " ")
    assert group_heat_map_svg(TABLE, nodes=["C"]) is None
    assert group_heat_map_svg({"rows": []}) is None
    with pytest.raises(ValueError):
        group_heat_map_svg(TABLE, level="huge")
