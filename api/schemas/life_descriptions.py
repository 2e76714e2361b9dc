"""Words for what a revision of a route changes."""

from __future__ import annotations

from collections.abc import Mapping

LIFE_RECORDS: Mapping[str, str] = {
    "RouteDifference": "Новая редакция маршрута рядом с прежней.",
    "StepChange": "Одно изменение запланированных шагов.",
}

LIFE_DESCRIPTIONS: Mapping[str, Mapping[str, str]] = {
    "RouteDifference": {
        "changes": "Изменения; их столько, сколько считает предел.",
        "changes_most": "Предел числа изменений.",
        "stayed": "Запланированные шаги, которые остались.",
        "comparison": "Обе редакции рядом; пропущенные и отменённые шаги есть только в первой.",
    },
    "StepChange": {
        "code": "moved — другой поток той же активности, replaced — заменён, removed — убран, "
        "added — добавлен.",
        "step_id": "Код прежнего шага, у добавленного — его собственный.",
        "activity_before": "Код прежней активности; null — шаг добавлен.",
        "activity_after": "Код новой активности; null — шаг убран.",
        "title_before": "Прежнее название; null — шаг добавлен.",
        "title_after": "Новое название; null — шаг убран.",
        "before": "Прежний поток; null — шаг добавлен.",
        "after": "Новый поток; null — шаг убран.",
        "why": "Почему прежний шаг не остался; null — шаг добавлен.",
        "reasons": "Почему новый шаг здесь; пусто — шаг убран.",
    },
}
