"""The route in a terminal."""

from dataclasses import replace

import pytest
from rich.cells import cell_len

from engine.documents import render_terminal
from engine.recommendation import Closing, Unmet
from tests.engine.documents.fixtures import ALL, CHANGED, EMPTY, FULL, HOSTILE, INFEASIBLE, STEPS


@pytest.mark.slow
@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_fits_the_width_without_escapes(name, language, width):
    """Plain output never exceeds the width and holds no control character."""
    text = render_terminal(ALL[name], language, width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert not {c for c in text if ord(c) < 32 and c != "\n"}
    assert "\u202e" not in text
    assert text == render_terminal(ALL[name], language, width=width)


def test_everything_is_told():
    """Head, deficits, steps, load, mentor, checkpoints, open demands, proof and provenance."""
    text = " ".join(render_terminal(FULL, width=140).split())
    assert "Срок: 21 сентября 2026 – 21 марта 2027" in text
    assert "Высокий (33 %; вероятность 0,71)" in text
    for step in STEPS:
        assert step.title in text
    assert "Самая плотная неделя: 12–18 октября 2026, 9 ч 24 мин при темпе 10 ч." in text
    assert "25 сентября 2026 (пт), 15:00–16:00, онлайн" in text
    assert "14 декабря 2026 – 10 января 2027" in text
    assert "Промежуточная диагностика: 8 декабря 2026, 45 мин." in text
    assert "Наставник: нет общего времени" in text
    assert "не более чем на 0,8 %" in text
    assert "primorye@2026.1" in text


def test_steps_stand_by_date():
    """The map is in the order of the first days, whatever the order of the record."""
    text = render_terminal(FULL, width=140)
    titles = [s.title for s in sorted(STEPS, key=lambda s: s.start)]
    places = [text.index(f"{title}") for title in titles]
    assert places == sorted(places)


def test_a_closing_is_said_once():
    """What a reason already tells of a demand is not repeated as «против»."""
    text = render_terminal(FULL, width=140)
    assert "против: Управление классом" not in text
    assert "против: Методика решения текстовых задач: 0,04 (интервал 0,01–0,06)" in text


def test_a_closing_of_nothing_is_not_told():
    """What would print as 0,00 is left out; the next number up, 0.005, prints as 0,01."""
    assert FULL.route is not None
    last = FULL.route.steps[-1]
    for expected, told in ((0.0049, False), (0.005, True)):
        closing = Closing("MET.05", "Проба", expected, (0.0, expected))
        steps = (*FULL.route.steps[:-1], replace(last, closes=(closing,), reasons=()))
        text = render_terminal(replace(FULL, route=replace(FULL.route, steps=steps)), width=140)
        assert ("против: Проба: 0,01" in text) is told
        assert ("Проба" in text) is told


def test_interval_bar():
    """On 25 cells 0.20–0.64 spans cells 5 to 16 and 0.42 lies in cell 10."""
    text = render_terminal(FULL, width=100)
    assert "0 ·····━━━━━●━━━━━━········ 1" in text


def test_dynamics_stand_after_the_deficits():
    """Bars one below the other, the earlier dots empty; left out where nothing was repeated."""
    text = render_terminal(CHANGED, width=100)
    places = [text.index(f"── {name}") for name in ("Дефициты", "Динамика", "Маршрутная карта")]
    assert places == sorted(places)
    # 0.22–0.62 spans cells 5 to 15 and 0.41 lies in cell 10; 0.43–0.79 cells 10 to 19, 0.62 in 15
    assert "0 ·····━━━━━○━━━━━········· 1  Дефицит: вероятно снят" in text
    assert "0 ··········━━━━━●━━━━····· 1" in text
    flat = " ".join(render_terminal(CHANGED, width=140).split())
    assert "изменение +0,21 (от +0,02 до +0,38)" in flat
    assert "Следующее измерение по маршруту: промежуточная диагностика — 8 декабря 2026." in flat
    assert "Динамика" not in render_terminal(FULL)


def test_load_chart_shows_load_and_tempo():
    """The fullest week reaches the top; a week without tempo stays blank."""
    lines = render_terminal(FULL, width=100).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("── Нагрузка"))
    chart = lines[start + 1 : start + 6]
    assert [line.count("█") for line in chart] == sorted(line.count("█") for line in chart)
    # 27 weeks of three columns; the two weeks from 21 December have neither load nor tempo
    left = chart[-1].index("0 ") + 2
    week = dict(enumerate(chart[-1][left + 3 * i : left + 3 * i + 2] for i in range(26)))
    assert week[0] == "██"
    assert week[14].strip() == ""
    assert week[15].strip() == ""
    assert week[16] == "░░"


def test_colour_is_asked_for():
    """Escapes come only with colour, and not from the environment."""
    assert "\x1b[" in render_terminal(FULL, colour=True)
    assert "\x1b[31mabc" not in render_terminal(HOSTILE, colour=True)


def test_environment_does_not_matter(monkeypatch):
    """Variables about terminals change nothing."""
    plain, coloured = render_terminal(FULL), render_terminal(FULL, colour=True)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    assert render_terminal(FULL) == plain
    assert render_terminal(FULL, colour=True) == coloured


def test_without_a_route():
    """The conflict and the repairs stand instead of the map."""
    text = render_terminal(INFEASIBLE)
    assert "Закреплено мероприятие a-101." in text
    assert "Снять требование политики: практика вслед за программой." in text
    assert "Маршрутная карта" not in text


def test_a_route_without_steps_says_so_and_what_to_do():
    """No word of a best route: no fitting activities, and what to change, from what is open."""
    text = " ".join(render_terminal(EMPTY, width=140).split())
    assert "В маршруте нет мероприятий." in text
    assert "Подходящих мероприятий нет: маршрут пуст." in text
    assert "Добавьте в каталог мероприятия по открытым компетенциям" in text
    assert "лучшего маршрута" not in text.lower()
    assert "лучший маршрут" not in text.lower()
    english = " ".join(render_terminal(EMPTY, "en", width=140).split())
    assert "No fitting activities: the route is empty." in english
    runs = replace(EMPTY, unmet=(Unmet("a", "А", "not_eligible", {"code": "no_run_in_horizon"}),))
    assert "Добавьте потоки подходящих мероприятий" in " ".join(render_terminal(runs).split())
    assert "Что делать дальше" not in render_terminal(FULL)


def test_nothing_unmet_does_not_promise_that_nothing_is_left():
    """With every demand served it tells where the rest stands; without steps it is not said."""
    served = " ".join(render_terminal(replace(FULL, unmet=()), width=140).split())
    assert "мероприятия нашлись" in served
    assert "показано в разделе «Дефициты и запросы»" in served
    for rec in (EMPTY, INFEASIBLE):
        assert "Что осталось открытым" not in render_terminal(replace(rec, unmet=()))
