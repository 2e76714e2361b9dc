"""What is said of a question asked afterwards, in both languages."""

from __future__ import annotations

import datetime as dt

import pytest

from engine.domain import Reason
from engine.explanation import OUTCOMES, VERDICTS, ChangeOutcome, PointsInterval, Price
from engine.wording import interval_words, price_words, why_not_words, word
from engine.wording.tables import declared, tables

TEMPO = ChangeOutcome("more_tempo", {"minutes": 90, "step": 30, "above_policy": True}, "admits")
WEEKS = ChangeOutcome("more_weeks", {"weeks": 26}, "does_not_help")
BUDGET = ChangeOutcome("more_budget", {"source": "own", "rub": 1_500}, "not_verified")


def test_intervals_in_words():
    """Exact, from–to, nothing, and what cannot be told precisely; the proved lies within."""
    assert interval_words(PointsInterval(60.0, 60.0, False)) == "60 баллов"
    assert interval_words(PointsInterval(1.2, 2.9, False)) == "от 1 до 3 баллов"
    assert interval_words(PointsInterval(0.0, 0.0, False)) == "0 баллов"
    assert interval_words(PointsInterval(0.0, 51.0, True)) == (
        "не больше 51 балла, а может быть, и ничего: точнее сказать нельзя"
    )
    assert interval_words(PointsInterval(10.0, 900.0, True)) == (
        "от 10 до 900 баллов; точнее сказать нельзя"
    )
    assert interval_words(PointsInterval(1.9, 2.1, False)) == "от 1 до 3 баллов"
    assert interval_words(PointsInterval(0.0, 0.3, False)) == "от 0 до 1 балла"
    assert interval_words(PointsInterval(1.2, 2.9, False), "en") == "1 to 3 points"


def test_admitted_lists_what_helps_then_what_does_not():
    """One list for each outcome, with steps above the policy marked."""
    lines = why_not_words("admitted_by", Reason("tempo"), None, (TEMPO, WEEKS, BUDGET))
    assert lines == (
        "Почему не вошло: не помещается в недельный темп.",
        "Ни один допустимый маршрут его не содержит. Поможет любое одно из изменений "
        "(проверено расчётом):",
        "— увеличить недельный темп на 1 ч 30 мин (шаг 30 мин в неделю) "
        "(это выше предела политики)",
        "Изменение делает маршрут с ним возможным; чтобы оно вошло, закрепите его.",
        "Не помогает даже так:",
        "— продлить сроки маршрута: ещё 26 недель",
        "Не проверено:",
        "— увеличить бюджет (личные средства) на 1500 ₽",
    )


@pytest.mark.parametrize(
    ("code", "way_out"),
    [
        ("hours_unknown", "--hours"),
        ("no_run_in_horizon", "--open-enrolment"),
        ("enrolment_closed", "Дождитесь нового потока"),
    ],
)
def test_a_gap_of_the_data_is_no_failed_change(code, way_out):
    """Nothing was tried, so nothing is said to have failed; the way out is."""
    (_, line) = why_not_words("no_change_helps", Reason(code), None, ())
    assert line.startswith("Изменением настроек это не поправить. ")
    assert way_out in line


def test_what_is_in_the_route_has_its_dates():
    """Run and dates come with the answer; without them it is still a sentence."""
    facts = {"start": dt.date(2026, 9, 7), "end": dt.date(2026, 9, 20), "offering": "a-1"}
    (line,) = why_not_words("in_route", Reason("in_route", facts), None, ())
    assert line == "Это мероприятие входит в маршрут: 7–20 сентября 2026, поток a-1."
    (line,) = why_not_words("in_route", Reason("in_route"), None, ())
    assert line == "Это мероприятие входит в маршрут."


def test_a_pin_without_runs_tells_the_cause():
    """The member says what took the runs away."""
    said = word("pinned", {"label": "a-1", "cause": "tempo"}, family="conflict")
    assert said == "закреплено мероприятие a-1: не помещается в недельный темп"


def test_outranked_tells_the_price():
    """The loss as an interval, or that it could not be calculated."""
    loss = PointsInterval(30.0, 50.0, False)
    (_, line) = why_not_words("outranked", Reason("outranked"), loss, ())
    assert line == (
        "Маршрут с ним возможен. Если его закрепить, маршрут потеряет от 30 до 50 баллов."
    )
    (_, line) = why_not_words("outranked", Reason("outranked"), None, ())
    assert "посчитать не удалось" in line


def test_what_would_help():
    """One line for each price; without a route there is nothing to compare with."""
    prices = (
        Price("more_tempo", {"minutes": 60}, PointsInterval(10.0, 12.0, False)),
        Price("drop_pin", {"label": "a-1"}, None),
    )
    assert price_words(prices, has_route=True) == [
        "Что сделает маршрут лучше",
        "— увеличить недельный темп на 1 ч: даёт от 10 до 12 баллов",
        "— снять закрепление мероприятия a-1: не проверено, срок расчёта вышел",
    ]
    assert price_words((), has_route=False) == ["Маршрута нет, сравнивать не с чем."]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_verdict_and_outcome_is_told(language):
    """No verdict or outcome comes out as a bare code."""
    changes = tuple(ChangeOutcome("pin_it", {}, outcome) for outcome in OUTCOMES)
    for verdict in VERDICTS:
        for line in why_not_words(verdict, Reason("no_gain"), None, changes, language):
            assert line.startswith("— ") or line[0].isupper()
            assert not line.startswith(("why_", "— pin_it"))


def test_several_changes_are_told_together():
    """The parts of one answer are worded one after another."""
    parts = [{"code": "more_tempo", "minutes": 60}, {"code": "more_weeks", "weeks": 2}]
    change = ChangeOutcome("together", {"changes": parts}, "admits")
    line = why_not_words("admitted_by", Reason("tempo"), None, (change,))[2]
    assert line == (
        "— изменить сразу несколько: увеличить недельный темп на 1 ч; "
        "продлить сроки маршрута: ещё 2 недели"
    )


def test_members_of_pins_without_runs_are_worded():
    """Every demand that such a conflict may name has words in both languages."""
    from engine.recommender.pin_repairs import MEMBER_OF_CHANGE

    for language in ("ru", "en"):
        assert set(MEMBER_OF_CHANGE.values()) <= set(tables(language)["conflict"])
    assert set(MEMBER_OF_CHANGE) <= set(declared()["change"])
