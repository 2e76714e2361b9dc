"""The analysis in a terminal: numbers of the record, nothing made up where there is none."""

import pytest

from engine.analysis import AnalysisOptions, analyse
from engine.documents.analysis_text import render_analysis
from tests.engine.analysis.small import FRAMEWORK, UNTIL, programme, region, rules, run, weak


@pytest.fixture(scope="module")
def found():
    """Twenty of thirty were measured in B.1, for which there is a run of three seats."""
    record = region([{}] * 30, weak(20), [programme("a", "B.1")], [run("r", "a", 3)])
    return analyse(record, FRAMEWORK, rules(), AnalysisOptions(until=UNTIL))


def words(text):
    return " ".join(text.split())


def test_it_says_what_was_found(found):
    """Head, shares, the bound, advice by addressee, and what is missing, in Russian."""
    text = words(render_analysis(found, "ru"))
    assert "Анализ региона на 1 сентября 2026, потоки до 1 мая 2027" in text
    assert "Педагогов: 30, из них с результатами диагностики: 20" in text
    assert "B.1 Компетенция Б1: 100 % (от 100 % до 100 %), измерено 20 из 30" in text
    assert "из 20 измеренных дефицит ожидается у 20 человек (от 20 до 20), мест" in text
    assert "до 1 мая 2027: 3; даже если отдать их все под эту тему, не хватит на 17 человек" in text
    assert "диагностику не проходили 10 человек из 30" in text.casefold()
    assert "Нет данных о наставниках." in text


def test_it_says_the_same_in_english(found):
    """Every line is worded; no code is left over."""
    text = words(render_analysis(found, "en"))
    assert "Analysis of the region on 1 September 2026" in text
    assert "of 20 measured, a deficit is expected of 20 people (from 20 to 20)" in text
    assert "not measured: 10 people of 30" in text.casefold()
    assert "gap_" not in text


def test_lines_keep_to_the_width(found):
    """No line is longer than was asked for."""
    assert max(map(len, render_analysis(found, width=80).splitlines())) <= 80


def test_an_empty_region_is_told_in_a_few_lines():
    """No numbers, no advice, and why."""
    text = words(render_analysis(analyse(region([], []), FRAMEWORK, rules())))
    assert "Рекомендаций нет." in text
    assert "Нет данных о педагогах: выводов нет." in text
    assert "целого дефицита;" not in text
