"""The page of the ИОМ: complete, safe, accessible, self-contained, the same every time."""

import os
import re
import subprocess
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from engine.documents import render_html, render_terminal
from engine.documents.evidence_text import evidence_lines
from engine.recommendation import Evidence, RequestEntry
from tests.engine.documents.fixtures import (
    ALL,
    ASSESSMENT,
    CHANGED,
    CHANGES,
    EMPTY,
    EVIL,
    FULL,
    HOSTILE,
    INFEASIBLE,
    STEPS,
    UNKNOWN,
    WISH,
    day,
)

EVIDENCE = Evidence("урок-1", day("2026-04-21"), "observation", 1, 2, 1)
VOID = {"meta", "br", "link", "img", "input", "hr", "col"}


class Page(HTMLParser):
    """Elements with attributes, text without typesetting, and unbalanced tags."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.faults = []
        self._open = []
        self._text = []
        self.feed(source)
        self.close()
        self.faults += self._open

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        self._text.append(" ")
        if tag not in VOID and (not self._open or self._open.pop() != tag):
            self.faults.append(f"/{tag}")

    def handle_data(self, data):
        if "style" not in self._open:
            self._text.append(data)

    @property
    def text(self):
        return re.sub(r"\s+", " ", "".join(self._text).replace("\u2060", ""))

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]


def page(rec, **options):
    return Page(render_html(rec, **options))


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_well_formed_and_self_contained(name, language):
    """Every page is balanced, names its language, has unique ids, no script, nothing external."""
    source = render_html(ALL[name], language=language)
    result = Page(source)
    assert result.faults == []
    assert result.all("html") == [{"lang": language}]
    ids = Counter(a["id"] for _, a in result.elements if "id" in a)
    assert max(ids.values()) == 1
    tags = {tag for tag, _ in result.elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    for _, attributes in result.elements:
        assert not [a for a in attributes if a.startswith("on")]
        assert "src" not in attributes
        assert attributes.get("href", "#").startswith("#")
    assert "url(http" not in source
    assert "@import" not in source
    assert "default-src 'none'" in source


@pytest.mark.parametrize("name", ALL)
def test_same_input_same_bytes(name):
    """Rendering twice gives the same text."""
    assert render_html(ALL[name]) == render_html(ALL[name])


def test_all_of_the_template_is_there():
    """Five descriptors, four inputs, map, reasons, mentor, checkpoints, report, signatures."""
    text = page(FULL).text
    for heading in (
        "Содержание",
        "Формы организации",
        "Технологии",
        "Темп",
        "Общее время",
        "Дефициты",
        "Запросы педагога",
        "Условия организации",
        "Ресурсы дополнительного образования",
        "Маршрутная карта",
        "Маршрут по неделям",
        "Почему эти мероприятия",
        "Наставник и встречи",
        "Контрольные точки",
        "Что осталось открытым",
        "Насколько хорош маршрут",
        "Что сделано",
        "Ссылка на результат",
        "Принято тьютором",
        "Рефлексия",
        "Подписи",
        "Происхождение расчёта",
    ):
        assert heading in text
    for step in STEPS:
        # in the map, on the timeline, among the reasons, in the report
        assert text.count(step.title[:20]) >= 4


def test_facts_are_told():
    """Level beside probability, estimate with interval, load in both hours, gap in words."""
    text = page(FULL).text
    assert "Высокий (33 %; вероятность 0,71)" in text
    assert "вероятный дефицит (2 из 6 заданий)" in text  # 0.71 + 0.22
    assert "0,42 (0,20–0,64)" in text
    assert "закроется 0,27, останется 0,15" in text
    assert "7 мероприятий, 74 ч 15 мин (99 ак. ч)" in text
    assert "не более чем на 0,8 %" in text
    assert "14 декабря 2026 – 10 января 2027" in text
    assert "бюджет, 6500 ₽" in text
    assert "22 сентября 2026 (вт), 16:00–17:30" in text
    assert "UTC+10" in text
    assert FULL.provenance.problem_digest in text


def test_dynamics_are_told():
    """Dates with official level, share and tasks; the change with its interval; what became."""
    text = page(CHANGED).text
    assert "3 сентября 2025 — высокий (20 %; 1 из 5 заданий)" in text
    assert "4 февраля 2026 — высокий (55 %)" in text
    assert "2 сентября 2026 — средний (63 %; 6 заданий)" in text
    assert "+0,21 (от +0,02 до +0,38)" in text
    assert "−0,02 (от −0,18 до +0,13)" in text
    assert "Вероятно снят; владение выросло вероятность дефицита > 0,99 → 0,22" in text
    assert "Вероятно остаётся вероятность дефицита 0,93 → 0,95" in text
    assert "Следующее измерение по маршруту: промежуточная диагностика — 8 декабря 2026." in text


@pytest.mark.parametrize(
    ("shares", "size", "said"),
    [
        ((0.2, 0.6), -0.05, "Доля выполнения здесь выросла, а оценка снизилась"),
        ((0.6, 0.2), 0.05, "Доля выполнения здесь снизилась, а оценка выросла"),
        ((0.6, 0.2), -0.05, None),
        ((0.6, 0.6), 0.05, None),  # the shares have no direction to contradict
        ((0.6, 0.2), 0.004, None),  # prints as 0,00
    ],
)
def test_an_estimate_against_the_shares_is_explained(shares, size, said):
    """Page and terminal say that other competencies decided it; only where the signs differ."""
    first, *_, last = CHANGES[0].points
    points = tuple(
        replace(p, raw_share=share) for p, share in zip((first, last), shares, strict=True)
    )
    rec = replace(FULL, changes=(replace(CHANGES[0], points=points, change=size),))
    line = " ".join(render_terminal(rec, width=140).split())
    if said is None:
        assert "другим компетенциям" not in page(rec).text + line
    else:
        assert f"{said}: решили результаты по другим компетенциям" in page(rec).text
        assert "решили результаты по другим компетенциям" in line


def test_a_direction_stands_beside_what_became():
    """From nothing to all and from all to nothing do not read the same."""
    ways = [(0.95, "владение выросло, но порог"), (0.05, "владение снизилось")]
    for grown, said in ways:
        rec = replace(FULL, changes=(replace(CHANGES[1], probability_grown=grown),))
        assert f"Вероятно остаётся; {said}" in page(rec).text
        line = " ".join(render_terminal(rec, width=140).split())
        assert f"Дефицит: вероятно остаётся; {said[:16]}" in line


def test_a_verdict_against_the_own_result_is_explained_on_the_page():
    """All six tasks done beside a probable deficit."""
    entry = replace(FULL.deficits[0], raw_score=6, raw_max=6, n_tasks=6, official_level="minimal")
    text = page(replace(FULL, deficits=(entry,))).text
    assert "возможен дефицит: так выходит по всем результатам вместе; на этом блоке 6 из 6" in text


def test_the_count_of_official_levels_stands_beside_the_expected_one():
    """Official 1, 2, 1; the probabilities of the four deficits sum to 1.16, 1.45, 1.39."""
    text = page(FULL).text
    assert "Высокий уровень: 1 (по вероятностям 1,2)" in text
    assert "Средний уровень: 2 (по вероятностям 1,5)" in text
    assert "Минимальный уровень: 1 (по вероятностям 1,4)" in text


def test_without_a_second_measurement_there_is_no_dynamics():
    """No heading, no row and no chart where nothing was measured twice."""
    assert "Динамика" in page(CHANGED).text
    for rec in (FULL, EMPTY):
        assert "Динамика" not in page(rec).text
        assert "измерение" not in page(rec).text.lower()
    assert "Следующее измерение" not in page(replace(INFEASIBLE, changes=CHANGES)).text


def test_each_measurement_is_drawn_at_its_estimate():
    """On a scale of 188 units from 6 an estimate of 0.62 lies at 122.6; the last dot is solid."""
    result = page(replace(CHANGED, deficits=()))
    dots = [a for a in result.all("circle") if a.get("r") == "4"]
    assert [a["cx"] for a in dots] == ["83.1", "96.2", "122.6", "122.6", "118.8"]
    assert [a["fill"] == "#fff" for a in dots] == [True, True, False, True, False]


def test_name_or_a_line_to_fill_in():
    """Without a display name there is a line for it; with one there is the name."""
    assert any("fill" in a.get("class", "") for a in page(FULL).all("dd") + page(FULL).all("span"))
    named = page(FULL, display_name="Иванова Анна <b>Петровна</b>")
    assert "Иванова Анна <b>Петровна</b>" in named.text
    assert not named.all("b")


def test_nothing_stated_reads_not_stated():
    """Descriptors, conditions and group without data read «не указано», never a filler."""
    text = page(EMPTY).text
    assert "Содержание не указано" in text
    assert "Технологии не указано" in text
    assert "Организация не указано" in text
    assert "Группа сопровождения не указано" in text
    assert "Сельская местность: не указано" in text
    assert "Диагностики не было" in text
    assert "В маршруте нет мероприятий." in text
    assert "None" not in text
    assert "nan" not in text.lower().split()


def test_a_route_without_steps_says_so_and_what_to_do():
    """No word of a best route: no fitting activities, and what to change, from what is open."""
    text = page(EMPTY).text
    assert "Подходящих мероприятий нет: маршрут пуст" in text
    assert "Что делать дальше" in text
    assert "Добавьте в каталог мероприятия по открытым компетенциям" in text
    assert "лучшего маршрута" not in text.lower()
    assert "лучший маршрут" not in text.lower()
    assert "Что делать дальше" not in page(FULL).text


def test_nothing_unmet_does_not_promise_that_nothing_is_left():
    """With every demand served it tells where the rest stands; without steps it is not said."""
    assert "мероприятия нашлись" in page(replace(FULL, unmet=())).text
    assert "Что осталось открытым" not in page(replace(EMPTY, unmet=())).text


def test_without_a_route():
    """An infeasible request gets conflict and repairs; an undecided one says so; neither a map."""
    text = page(INFEASIBLE).text
    assert "закреплено мероприятие a-101" in text
    assert "недельный темп: 1 ч 30 мин" in text
    assert "Увеличить недельный темп на 2 ч 30 мин (потеря: 21 балл)." in text
    assert "Маршрутная карта" not in text
    assert "маршрутом не закрывается" not in text
    unknown = page(UNKNOWN).text
    assert "ни маршрута, ни доказательства" in unknown
    assert "Вместе невыполнимы" not in unknown
    single = page(replace(INFEASIBLE, conflict=INFEASIBLE.conflict[:1])).text
    assert "Невыполнимо требование" in single
    assert "Вместе невыполнимы" not in single
    no_conflict = page(replace(INFEASIBLE, conflict=None, repairs=())).text
    assert "установить не удалось" in no_conflict


def test_hostile_texts_stay_texts():
    """Titles, codes, places, names and ids are shown as written and never become markup."""
    result = page(HOSTILE, display_name=EVIL)
    shown = "<script>alert(1)</script>\"'{{7*7}}[red]"
    assert result.text.count(shown) > 30
    assert "49" not in result.text.split()
    assert not result.all("script")
    source = render_html(HOSTILE)
    assert source.count("</style>") == 1
    assert not {c for c in source if ord(c) < 32 and c not in "\n"}
    assert "\u202e" not in source


def test_tables_and_drawings_are_accessible():
    """Header cells have a scope; each drawing with content is named and described."""
    result = page(CHANGED)
    assert all(a.get("scope") in ("col", "row") for a in result.all("th"))
    drawings = [a for a in result.all("svg") if a.get("aria-hidden") != "true"]
    assert len(drawings) == len(FULL.deficits) + len(CHANGES) + 1
    ids = {a["id"] for _, a in result.elements if "id" in a}
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert set(drawing["aria-labelledby"].split()) <= ids
    levels = [int(tag[1]) for tag, _ in result.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_english_page():
    """The page by parameter in English; titles stay as the catalogue has them."""
    text = page(FULL, language="en").text
    assert "Individual learning route" in text
    assert "High (33%; probability 0.71)" in text
    assert ASSESSMENT in text
    assert "Маршрут" not in text.replace(WISH, "")


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 390, 1280])
def test_no_sideways_scrolling(width, tmp_path):
    """At the width of a phone and of a desk the page is no wider than the window."""
    document = render_html(CHANGED).replace("&", "&amp;").replace('"', "&quot;")
    wrapper = (
        f'<!DOCTYPE html><body><iframe id="f" style="border:0;width:{width}px;height:900px"'
        f' srcdoc="{document}"></iframe><script>onload = () => {{'
        "const d = document.getElementById('f').contentDocument.documentElement;"
        "document.body.dataset.width = d.scrollWidth; }</script></body>"
    )
    (tmp_path / "wrapper.html").write_text(wrapper, encoding="utf-8")
    run = subprocess.run(
        [
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--window-size=1600,1000",
            "--dump-dom",
            Path(tmp_path / "wrapper.html").as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    found = re.search(r'data-width="(\d+)"', run.stdout)
    assert found is not None
    assert int(found[1]) <= width


def test_evidence_tells_observers_and_criteria():
    """Each observer's card is a line with the sum of its criteria; one criterion is named."""
    inner = [replace(EVIDENCE, score=s, observer="inner", criterion=c) for s, c in zip(
        (0, 1, 2), ("К1", "К2", "К3"), strict=True)]  # fmt: skip
    outer = replace(EVIDENCE, observer="outer", criterion="К1")
    rest = replace(EVIDENCE, score=2, observer="third")
    assert list(evidence_lines((*inner, outer, rest), "ru")) == [
        "наблюдение, 21 апреля 2026: 3 из 6, 3 критерия, наблюдатель: inner (процедура урок-1)",
        "наблюдение, 21 апреля 2026: 1 из 2, 1 задание, критерий К1, наблюдатель: outer "
        "(процедура урок-1)",
        "наблюдение, 21 апреля 2026: 2 из 2, 1 задание, наблюдатель: third (процедура урок-1)",
    ]
    (line,) = evidence_lines((replace(EVIDENCE, observer="a", criterion="C1"),), "en")
    assert line.endswith("1 task, criterion C1, observer: a (procedure урок-1)")


def test_equal_evidence_is_counted_and_requests_name_their_competency():
    """Three equal marks are one line; a node that is no demand is named by the request's demand."""
    marks = (EVIDENCE, EVIDENCE, EVIDENCE)
    deficits = (replace(FULL.deficits[0], evidence=marks), *FULL.deficits[1:])
    wish = RequestEntry("projects", "Хочу вести проекты", None, None, ("MET.09",))
    text = page(replace(FULL, deficits=deficits, requests=(wish,))).text
    assert "(процедура урок-1) × 3" in text
    assert f"«Хочу вести проекты»; отнесено к компетенциям: {WISH}" in text


def test_the_mentor_is_named_where_names_are_loaded() -> None:
    """The page names the mentor with his cipher; without names the cipher stands alone."""
    assert FULL.route is not None
    assert FULL.route.mentor is not None
    mentor = FULL.route.mentor.id
    assert f"Наставникова А. Б. ({mentor})" in render_html(FULL, mentor_name="Наставникова А. Б.")
    assert "&lt;b&gt;" in render_html(FULL, mentor_name="<b>")
    assert "Наставникова" not in render_html(FULL)
