"""Words of the model card: names of rankers, slices and states, and the limits of a model."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.documents.text import clean
from engine.evaluation.bootstrap import Interval
from engine.evaluation.off_policy import Reason
from engine.interactions import State
from engine.training.report import Limit
from engine.wording import label
from engine.wording.quantities import number

NO_DATA = "нет данных"

RANKERS: Mapping[str, str] = {
    "random": "наугад",
    "popular": "самые популярные",
    "tfidf": "сходство текста (TF-IDF)",
    "item_knn": "сходство записей (item-kNN)",
    "als": "ALS",
    "ease": "EASE",
    "order": "порядок прохождения",
}
"""Baselines; any other ranker is a model and goes by its version."""

NO_SUPPORT: Mapping[Reason, str] = {
    Reason.NO_PROPENSITIES: "вероятностей предложений никто не хранил",
    Reason.NO_EXPLORATION: "предложения не разыгрывались",
    Reason.OUTSIDE_SUPPORT: "слишком многое из списков не могло быть предложено",
    Reason.TOO_FEW: "слишком мало совпадений с журналом",
}
"""Why the log says nothing of a model."""

FIGURES: Mapping[str, str] = {
    "log_loss": "логарифмические потери",
    "calibration_error": "ошибка калибровки",
    "closed_to_in_service": "закрытый дефицит к работающей",
}
"""Main figures of a model; the card and the registry's list name them alike."""

STATES: Mapping[State, str] = {
    State.PROPOSED: "предложено, ответа нет",
    State.REJECTED: "отклонено",
    State.ACCEPTED: "одобрено методистом",
    State.ENROLLED: "записан, исхода нет",
    State.DROPPED: "не завершено",
    State.COMPLETED: "завершено",
}

TRAITS: Mapping[str, str] = {
    "position": "должность",
    "district": "район",
    "young": "молодые педагоги",
    "rural": "сельские школы",
}
_YES_NO: Mapping[str, str] = {
    "young:yes": "молодые педагоги",
    "young:no": "не молодые педагоги",
    "rural:yes": "сельские школы",
    "rural:no": "не сельские школы",
}

LIMITS: Mapping[str, str] = {
    "taken_up": "Релевантность выучена по тем, кто записался или о ком решил методист. "
    "Об остальных исходов нет: чем меньше человек похож на них, тем меньше она стоит.",
    "not_cause": "Кто что выбрал, решал не жребий. Часть того, что похоже на действие "
    "мероприятия, может быть заслугой тех, кто его выбирает.",
    "judge_is_model": "Закрытый дефицит планов считает судья — отдельная модель, обученная только "
    "на отложенных исходах. Этим планам никто не следовал: настоящего исхода у них нет.",
    "popularity_held_out": "Популярность учтена при обучении, чтобы её действие не приписать "
    "другим факторам, и исключена при ранжировании. Поэтому модель может хуже угадывать, на что "
    "запишутся, чем списки популярного, и это намеренно.",
    "judge_effects": "Судья считает эффекты мероприятий, оценённые по всем данным, для всех "
    "моделей одинаково; часть этих данных видела и модель, поэтому верны ли сами эффекты, из "
    "закрытого дефицита не видно.",
    "prior_in_service": "Работают веса из поставки, они не видели исходов. Превзойти их — "
    "наименьшее, чего можно ждать от обученной модели.",
    "nobody_measured_again": "После завершённых мероприятий никто не прошёл диагностику снова: "
    "завершение принято за пользу, рост умений не измерен.",
    "policy_effects": "Эффекты мероприятий не оценены: планирование берёт их из политики.",
    "no_exploration": "Предложения не разыгрывались, вероятности показа не записаны: оценить "
    "по этим данным другую политику показа нельзя.",
    "no_ranking": "Ранжирование не измерено: об этом не просили, или никто не завершил после дня "
    "раздела ничего нового для себя.",
    "no_latency": "Время ранжирования не измерено.",
    "no_gate": "С работающей моделью не сравнивалась: допуска нет.",
    "small_slices": "В этих срезах педагогов меньше порога допуска, и потери в них могли остаться "
    "незамеченными: {names}.",
    "no_slices": "Признаки ни у кого не указаны, поэтому не проверено, одинаково ли хорошо модель "
    "служит группам по ним: {names}.",
}


def limit_words(limit: Limit) -> str:
    """One sentence or two; the code itself where it has no words."""
    names = (TRAITS.get(name) or slice_words(name) for name in limit.names)
    return LIMITS.get(limit.code, limit.code).replace("{names}", ", ".join(names))


def slice_words(name: str) -> str:
    """``position:teacher`` → «должность: учитель»; a name of no known trait as it is."""
    if name in _YES_NO:
        return _YES_NO[name]
    trait, _, value = name.partition(":")
    if trait == "position":
        value = label("position", value, "ru")
    return f"{TRAITS[trait]}: {clean(value)}" if trait in TRAITS and value else clean(name)


def figure(value: float, places: int = 3) -> str:
    """A number with ``places`` decimals; NaN is «нет данных»."""
    return NO_DATA if math.isnan(value) else number(value, "ru", places, fixed=True)


def figure_within(found: Interval, places: int = 3) -> str:
    """An estimate with its interval: «1,032 [1,010; 1,055]»."""
    if math.isnan(found.estimate):
        return NO_DATA
    return f"{figure(found.estimate, places)} [{ends(found.low, found.high, places)}]"


def ends(low: float, high: float, places: int = 3) -> str:
    """Ends of an interval without its brackets."""
    if math.isnan(low) or math.isnan(high):
        return NO_DATA
    return f"{figure(low, places)}; {figure(high, places)}"


def cell(text: str) -> str:
    """Text from outside that can neither break a Markdown table nor become markup."""
    found = clean(text)
    for mark in "\\`*_[]<>|#":
        found = found.replace(mark, f"\\{mark}")
    return " ".join(found.split())
