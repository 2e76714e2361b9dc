"""The card of a calibration: what a methodist and a data scientist read before they trust it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from engine.diagnostics.calibration_report import (
    CHECK_LEAST,
    CHECK_SEED,
    CHECK_SHARE,
    LEAST_ANSWERS,
    LEAST_SLOPE,
    MOST_INTERCEPT,
    RELIABILITY_PEOPLE,
    CalibrationReport,
    FitCheck,
    ItemCheck,
    items_to_look_at,
)
from engine.documents.text import clean
from engine.framework import Framework
from engine.item_bank_store import CalibrationSource
from engine.wording.quantities import number, percent

RELIABLE = 0.7
"""Reliability from which differences between people are mostly real (Nunnally 1978)."""

REMARKS: Mapping[str, str] = {
    "constant": "все ответы одинаковы: задание никого не различает, параметры — из априорных "
    "предположений; проверьте ключ или замените задание",
    "few_answers": f"ответов меньше {LEAST_ANSWERS}: параметры приблизительны, соберите ещё ответы",
    "low_slope": f"наклон меньше {number(LEAST_SLOPE, 'ru')}: сильные отвечают почти как слабые; "
    "проверьте ключ и формулировку",
    "extreme_intercept": f"лёгкость дальше {number(MOST_INTERCEPT, 'ru')} от средней: почти все "
    "отвечают одинаково; такое задание мало говорит",
}
_LIMITS = (
    "Единица шкалы — среднее задание этой таблицы (наклон 1, лёгкость 0). Владение 0,7 значит "
    "«верны 70 % таких заданий»; с долями по другим заданиям его сравнивать нельзя.",
    "Параметры верны для людей, похожих на тех, по кому калибровали, и для тех же условий "
    "(время, подсказки, вариант). После заметных перемен калибруйте заново.",
    "Пропуск считается неизвестным ответом, не ошибкой. Если слабые чаще пропускают трудное, "
    "такие задания выглядят легче, чем есть.",
    "Угадывание отдельно не учитывается: у заданий с двумя-тремя вариантами ответа наклон занижен.",
    "Задание действует только для тех умений, с которыми калибровано; связи, изменённые "
    "в пакете, будут названы ошибкой.",
    "Это инструмент для маршрута, а не для кадровых решений о человеке.",
)


def render_card(
    report: CalibrationReport,
    source: CalibrationSource,
    framework: Framework | None,
    created_on: str,
) -> str:
    """The card in Markdown, in Russian; the same arguments give the same text."""
    parts = [
        "# Карточка калибровки заданий",
        "\n".join(_made_from(report, source, framework, created_on)),
        "## Умения",
        _skills(report),
        "## Как предсказаны отложенные ответы",
        _fit(report.fit),
        "## Задания, на которые стоит посмотреть",
        _remarks(report.items),
        "## Все задания",
        _items(report.items),
        "## Пределы применения",
        "\n".join(f"- {line}" for line in _LIMITS),
    ]
    return "\n\n".join(parts) + "\n"


def _made_from(
    report: CalibrationReport,
    source: CalibrationSource,
    framework: Framework | None,
    created_on: str,
) -> Iterator[str]:
    bound = "нет: умения названы по-своему, в маршрутах калибровка не участвует"
    if framework is not None:
        bound = f"{framework.id} {framework.version} — {clean(framework.title)}"
    counts = sorted(i.n_answers for i in report.items)
    middle = counts[len(counts) // 2]
    steps = f"сошлась за {report.n_iterations} шагов"
    if not report.converged:
        steps = f"не сошлась за {report.n_iterations} шагов: параметры приблизительны"
    yield f"- Сделана: {created_on}; {steps}."
    yield f"- Рамка компетенций: {bound}."
    yield f"- Ответы: {_cell(source.responses_file)}; Q-матрица: {_cell(source.q_matrix_file)}."
    yield (
        f"- Людей {_whole(report.people)}, заданий {len(report.items)}, "
        f"ответов {_whole(report.answers)}, пропущено {percent(report.share_missing, 'ru')}."
    )
    yield (
        f"- Ответов на задание: от {_whole(counts[0])} до {_whole(counts[-1])}, "
        f"обычно {_whole(middle)}."
    )
    yield (
        f"- Люди, в логитах: среднее {_number(report.mean)}, разброс общего уровня "
        f"{_number(report.person_sd)}, отдельных умений внутри человека "
        f"{_number(report.skill_sd)}."
    )


def _skills(report: CalibrationReport) -> str:
    skills = report.skills
    lines = ["| умение | заданий | надёжность |", "|---|---|---|"]
    lines += [f"| {_cell(s.skill)} | {s.n_items} | {_number(s.reliability)} |" for s in skills]
    weak = [_cell(s.skill) for s in skills if s.reliability < RELIABLE]
    note = (
        "Надёжность — какая часть различий между людьми видна по этим ответам, а не от случая "
        "(предельная надёжность, от 0 до 1)."
    )
    if report.people < RELIABILITY_PEOPLE:
        note += (
            f" Здесь она не указана: людей {_whole(report.people)}, а меньше чем по "
            f"{RELIABILITY_PEOPLE} она случайна."
        )
    if weak:
        note += (
            f" Ниже {_number(RELIABLE)}: {', '.join(weak)} — по отдельному человеку судите "
            "осторожно, смотрите на интервал."
        )
    return "\n".join(lines) + "\n\n" + note


def _fit(fit: FitCheck | None) -> str:
    if fit is None:
        return (
            f"Ответов слишком мало, чтобы отложить хотя бы {CHECK_LEAST}: насколько модель "
            "предсказывает новые ответы, неизвестно."
        )
    return "\n".join(
        (
            f"Отложено наугад {percent(CHECK_SHARE, 'ru')} ответов ({_whole(fit.n_answers)}, зерно "
            f"{CHECK_SEED}), остальное калибровано отдельно.",
            "",
            "| чем предсказано | AUC | логарифмические потери |",
            "|---|---|---|",
            f"| калибровка | {_number(fit.auc, 3)} | {_number(fit.log_loss, 3)} |",
            f"| доля верных по заданию | {_number(fit.auc_item_mean, 3)} "
            f"| {_number(fit.log_loss_item_mean, 3)} |",
            "",
            "AUC — как часто верному ответу дана большая вероятность, чем неверному (0,5 — наугад, "
            "больше — лучше); потери — чем меньше, тем лучше.",
        )
    )


def _remarks(items: Sequence[ItemCheck]) -> str:
    found = items_to_look_at(items)
    if not found:
        return "Таких нет."
    return "\n".join(
        f"- {_cell(item.item)}: {'; '.join(REMARKS[code] for code in item.remarks)}."
        for item in found
    )


def _items(items: Sequence[ItemCheck]) -> str:
    lines = [
        "| задание | умения | ответов | верных | наклон | лёгкость | вес ответа |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {_cell(i.item)} | {_cell(', '.join(i.nodes))} | {_whole(i.n_answers)} "
        f"| {percent(i.share, 'ru')} | {_number(i.slope)} | {_number(i.intercept)} "
        f"| {_number(i.tasks)} |"
        for i in items
    ]
    note = (
        "Наклон — как сильно задание отличает сильного от слабого; лёгкость — в логитах; "
        "вес ответа — скольким заданиям «верно или неверно» равен один ответ (больше 1, если "
        "бывает верное частично)."
    )
    return "\n".join(lines) + "\n\n" + note


def _number(value: float, places: int = 2) -> str:
    return "—" if math.isnan(value) else number(value, "ru", places, fixed=True)


def _whole(value: int) -> str:
    return number(value, "ru", 0)


def _cell(text: str) -> str:
    """Text from outside that can neither break the table nor become markup."""
    found = clean(text)
    for mark in "\\`*_[]<>|#":
        found = found.replace(mark, f"\\{mark}")
    return " ".join(found.split())
