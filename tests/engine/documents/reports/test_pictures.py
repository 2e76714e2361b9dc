"""Drawings of tables: what is drawn is what the table says, safe on any page."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from engine.documents.reports.bars import ROWS_MOST, WIDTH, X0, build_bars
from engine.documents.reports.model import (
    HIDDEN,
    Amount,
    Column,
    Drawing,
    Figure,
    Said,
    Table,
    Unit,
)
from engine.documents.reports.pictures import figure_svgs
from engine.documents.reports.speak import Speaker
from engine.documents.reports.trend import build_trend
from engine.documents.text import clean
from tests.engine.documents.documents import letters
from tests.engine.documents.reports.reading import NASTY
from tests.engine.documents.reports.reports import every, odd

RU = Speaker("ru")
SVG = "{http://www.w3.org/2000/svg}"


def bars(*amounts, target=None, drawing=Drawing.BARS, values=(1,)):
    columns = (Column("имя"), *(Column(f"столбец {i}") for i in range(len(amounts[0]))))
    rows = tuple((f"строка {i}", *row) for i, row in enumerate(amounts))
    return Figure(drawing, Table("Заголовок", columns, rows), values, target)


def figures():
    for name, report in every().items():
        for section in report.sections:
            for i, block in enumerate(section.blocks):
                if isinstance(block, Figure):
                    yield pytest.param(block, id=f"{name}-{section.id}-{i}")


@pytest.mark.parametrize("figure", list(figures()))
@pytest.mark.parametrize("language", ["ru", "en"])
def test_pictures_stand_by_themselves(figure, language):
    """Well-formed, of stated size, named for screen readers, without style, script or address."""
    for svg in figure_svgs(figure, Speaker(language), "u"):
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"
        assert float(root.get("height")) < 1400
        assert {n.tag for n in root.iter()} & {
            f"{SVG}script",
            f"{SVG}style",
            f"{SVG}image",
        } == set()
        assert re.search(r"\sstyle=|href|url\((?!#)", svg) is None
        named = [root.find(f".//*[@id='{i}']") for i in root.get("aria-labelledby").split()]
        assert all(node is not None and node.text for node in named)


@pytest.mark.parametrize("figure", list(figures()))
def test_every_row_of_the_table_is_named_and_numbered(figure):
    """Names and numbers of all rows can be read in the pictures, those without a number too."""
    svgs = figure_svgs(figure, RU, "u")
    said = letters("".join("".join(ElementTree.fromstring(s).itertext()) for s in svgs))
    if figure.shown:
        for row in figure.table.rows:
            assert letters(clean(RU.cell(row[0]))) in said
            if len(figure.values) == 1:
                assert letters(RU.cell(row[figure.values[0]])) in said


def test_bars_are_as_long_as_their_numbers():
    """A half is half as long as the whole, whiskers stand at the ends of the interval."""
    figure = bars((Amount(1.0, Unit.SHARE),), (Amount(0.5, Unit.SHARE, 0.25, 0.75),))
    (made,) = build_bars(figure, RU)
    whole, half = (row.parts[0].width for row in made.rows)
    assert half == pytest.approx(whole / 2)
    low, high = made.rows[1].whisker
    assert low == pytest.approx(X0 + whole / 4)
    assert high == pytest.approx(X0 + 3 * whole / 4)
    assert made.rows[0].whisker is None
    assert all(row.end < WIDTH for row in made.rows)


def test_parts_of_a_bar_add_up():
    """Shares of levels stand behind each other without gap, and make the whole."""
    figure = bars(
        (Amount(0.2, Unit.SHARE), Amount(0.3, Unit.SHARE), Amount(0.5, Unit.SHARE)),
        (HIDDEN, HIDDEN, HIDDEN),
        drawing=Drawing.LEVELS,
        values=(1, 2, 3),
    )
    (made,) = build_bars(figure, RU)
    parts = made.rows[0].parts
    assert parts[1].x == pytest.approx(parts[0].x + parts[0].width)
    assert parts[2].x == pytest.approx(parts[1].x + parts[1].width)
    ratio = [p.width / parts[0].width for p in parts]
    assert ratio == pytest.approx([1, 1.5, 2.5])
    assert len({p.fill for p in parts}) == 3
    assert (made.rows[1].parts, made.rows[1].said) == ((), "скрыто")


@pytest.mark.parametrize(
    ("cell", "said"),
    [(Amount(float("nan"), Unit.SHARE), "нет данных"), (Amount(None), "не указано"),
     (HIDDEN, "скрыто")],
)  # fmt: skip
def test_what_is_no_number_is_no_bar(cell, said):
    """Nobody to count, not stated and kept back are words, never a bar of length zero."""
    (made,) = build_bars(bars((cell,), (Amount(0.5, Unit.SHARE),)), RU)
    assert (made.rows[0].parts, made.rows[0].said) == ((), said)


def test_many_rows_take_several_pictures_of_one_scale():
    """Sixty districts: no row is lost, twice as much is twice as long on every picture."""
    figure = bars(*((Amount(float(i)),) for i in range(1, 61)))
    made = build_bars(figure, RU)
    assert [len(p.rows) for p in made] == [ROWS_MOST, ROWS_MOST, 60 - 2 * ROWS_MOST]
    widths = [row.parts[0].width for p in made for row in p.rows]
    assert [w / widths[0] for w in widths] == pytest.approx(range(1, 61))


def test_the_target_has_its_place_and_its_words():
    """40 % of a scale to 50 % lies at four fifths; the words name it."""
    (made,) = build_bars(bars((Amount(0.3, Unit.SHARE),), target=0.4), RU)
    length = made.rows[0].parts[0].width / 0.6  # 30 % of 50 %
    assert made.target == (pytest.approx(X0 + 0.8 * length), "цель: 40 %")


def test_a_period_without_data_breaks_the_line():
    """Two runs of two points each; heights follow the numbers on one scale."""
    values = [1, 3, float("nan"), 4, 2]
    table = Table(
        "Т", (Column("год"), Column("ряд")),
        tuple((str(2020 + i), Amount(float(v))) for i, v in enumerate(values)),
    )  # fmt: skip
    trend = build_trend(Figure(Drawing.TREND, table), RU)
    runs = trend.lines[0].runs
    assert [[p.said for p in run] for run in runs] == [["1", "3"], ["4", "2"]]
    heights = [trend.bottom - p.y for run in runs for p in run]
    assert [h / heights[0] for h in heights] == pytest.approx([1, 3, 4, 2])
    assert len(trend.periods) == 5


def test_lines_differ_by_more_than_colour():
    """Mark and dash differ for up to four lines."""
    columns = tuple(Column(str(i)) for i in range(5))
    table = Table("Т", columns, (("2024", *(Amount(float(i)) for i in range(4))),))
    trend = build_trend(Figure(Drawing.TREND, table, values=(1, 2, 3, 4)), RU)
    assert len({(line.mark, line.dash) for line in trend.lines}) == 4
    assert len({line.mark for line in trend.lines}) == 4


def test_nothing_known_is_not_drawn():
    """A figure without any number has no picture instead of an empty one."""
    assert figure_svgs(bars((HIDDEN,), (Amount(float("nan")),)), RU, "u") == ()
    assert (
        figure_svgs(Figure(Drawing.BARS, Table("Т", (Column("a"), Column("b")), ())), RU, "u") == ()
    )


@pytest.mark.parametrize("text", NASTY)
def test_hostile_texts_stay_text(text):
    """Markup of a title is escaped in every drawing."""
    for block in odd(text).sections[0].blocks:
        if isinstance(block, Figure):
            for svg in figure_svgs(block, RU, "u"):
                root = ElementTree.fromstring(svg)
                assert letters(clean(text)) in letters("".join(root.itertext()))
                assert "onerror=" not in re.sub(r">[^<]*<", "><", svg)


def test_a_figure_of_words_is_refused():
    """Rows must have as many cells as there are columns."""
    with pytest.raises(ValueError, match="under 2 columns"):
        Table(Said("by_position"), (Column("a"), Column("b")), (("1", "2", "3"),))
