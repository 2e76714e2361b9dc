"""Faults of evidence: of single values, and of rows that contradict each other."""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Container, Hashable, Iterator, Sequence
from dataclasses import dataclass

from engine.diagnostics.evidence import mark_of, split_by_sitting
from engine.diagnostics.item_bank import ItemBank
from engine.domain import DiagnosticResult, ItemResponse, Method
from engine.errors import Fault

_ROUNDING = 1e-9
"""Part of the maximum by which a score may exceed it through rounding of its sum."""


def evidence_faults(
    results: Sequence[DiagnosticResult],
    responses: Sequence[ItemResponse],
    node_codes: Container[str],
    today: dt.date,
    items: ItemBank | None = None,
) -> tuple[Fault, ...]:
    """Every fault of the evidence; empty = it can be used.

    Pointers are ``/diagnostics/{i}/…`` into ``results`` and ``/item_responses/{i}/…`` into
    ``responses``. Rows that are wrong by themselves are left out of the comparisons, so that one
    slip is named once.
    """
    faults: list[Fault] = []
    numbered: list[_Row] = []
    for i, row in enumerate(results):
        found = list(_result_faults(row, f"/diagnostics/{i}", node_codes, today))
        faults += found
        if not found:
            numbered.append(_Row(i, row))
    answers: list[_Answer] = []
    for i, answer in enumerate(responses):
        found = list(_response_faults(answer, f"/item_responses/{i}", node_codes, today))
        faults += found
        if not found:
            answers.append(_Answer(i, answer))
    faults += _contradictions(numbered)
    faults += _answer_contradictions(answers)
    faults += _counted_twice(numbered, answers)
    if items is not None:
        faults += _other_nodes(answers, items)
    return tuple(faults)


@dataclass(frozen=True, slots=True)
class _Row:
    index: int
    row: DiagnosticResult

    @property
    def date(self) -> dt.date:
        return self.row.date


@dataclass(frozen=True, slots=True)
class _Answer:
    index: int
    row: ItemResponse


# --------------------------------------------------------------------------- single values


def _result_faults(
    row: DiagnosticResult, pointer: str, node_codes: Container[str], today: dt.date
) -> Iterator[Fault]:
    yield from _place_faults(row, pointer, node_codes, today)
    yield from _score_faults(row, pointer)
    if row.n_tasks is not None and row.n_tasks <= 0:
        yield Fault(
            "tasks_not_positive",
            f"Число заданий {row.n_tasks}: укажите целое число не меньше 1 "
            "или оставьте поле пустым, если оно неизвестно",
            f"{pointer}/n_tasks",
            parameters={"n_tasks": row.n_tasks},
        )


def _place_faults(
    row: DiagnosticResult | ItemResponse, pointer: str, node_codes: Container[str], today: dt.date
) -> Iterator[Fault]:
    if not row.procedure_id.strip():
        yield Fault(
            "procedure_missing",
            "Не указана процедура диагностики: впишите её код, "
            "по нему различаются повторные измерения",
            f"{pointer}/procedure_id",
        )
    if row.node not in node_codes:
        yield Fault(
            "unknown_node",
            f"Кода «{row.node}» нет в перечне компетенций: исправьте код "
            "или загрузите перечень, в котором он есть",
            f"{pointer}/node",
            parameters={"node": row.node},
        )
    if row.date > today:
        yield Fault(
            "date_in_future",
            f"Дата {row.date:%d.%m.%Y} позже дня расчёта {today:%d.%m.%Y}: исправьте дату "
            "диагностики или момент расчёта",
            f"{pointer}/date",
            parameters={"date": row.date.isoformat(), "as_of": today.isoformat()},
        )


def _score_faults(row: DiagnosticResult, pointer: str) -> Iterator[Fault]:
    parameters = {"score": str(row.score), "max_score": str(row.max_score)}
    if not math.isfinite(row.max_score):
        yield _not_a_number(f"{pointer}/max_score", "Максимальный балл", row.max_score)
    elif row.max_score <= 0:
        yield Fault(
            "maximum_not_positive",
            f"Максимальный балл {row.max_score:g}: укажите число больше нуля",
            f"{pointer}/max_score",
            parameters=dict(parameters),
        )
    if not math.isfinite(row.score):
        yield _not_a_number(f"{pointer}/score", "Балл", row.score)
    elif row.score < 0:
        yield Fault(
            "score_below_zero",
            f"Балл {row.score:g} меньше нуля: укажите число от 0 до максимального балла",
            f"{pointer}/score",
            parameters=dict(parameters),
        )
    elif row.score > row.max_score * (1 + _ROUNDING) and row.max_score > 0:
        yield Fault(
            "score_above_maximum",
            f"Балл {row.score:g} больше максимального {row.max_score:g}: "
            "исправьте балл или максимум",
            f"{pointer}/score",
            parameters=dict(parameters),
        )


def _not_a_number(pointer: str, what: str, value: float) -> Fault:
    return Fault(
        "not_a_number",
        f"{what} не является конечным числом ({value}): укажите число "
        "или уберите строку, если оценки нет",
        pointer,
        parameters={"value": str(value)},
    )


def _response_faults(
    row: ItemResponse, pointer: str, node_codes: Container[str], today: dt.date
) -> Iterator[Fault]:
    yield from _place_faults(row, pointer, node_codes, today)
    if not math.isnan(row.response) and not 0 <= row.response <= 1:
        yield Fault(
            "response_out_of_range",
            f"Ответ на задание «{row.item}» оценён в {row.response:g}: укажите долю от 0 до 1 "
            "или оставьте пустым, если ответа нет",
            f"{pointer}/response",
            parameters={"item": row.item, "response": str(row.response)},
        )


# --------------------------------------------------------------------------- rows against rows


def _contradictions(rows: Sequence[_Row]) -> Iterator[Fault]:
    groups: defaultdict[Hashable, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[row.row.procedure_id, row.row.method, row.row.node].append(row)
    for group in groups.values():
        for sitting in split_by_sitting(group, lambda numbered: mark_of(numbered.row)):
            yield from _different_marks(sitting)
            yield from _different_maxima(sitting)
            yield from _different_tasks(sitting)
            yield from _total_beside_criteria(sitting)


def _different_marks(sitting: Sequence[_Row]) -> Iterator[Fault]:
    first: dict[Hashable, _Row] = {}
    for row in sitting:
        other = first.setdefault(mark_of(row.row), row)
        if other.row != row.row and other.row.max_score == row.row.max_score:
            field = "n_tasks" if other.row.score == row.row.score else "score"
            yield Fault(
                "duplicate_contradiction",
                f"Записи № {other.index + 1} и № {row.index + 1} говорят об одной оценке "
                f"(процедура «{row.row.procedure_id}», компетенция «{row.row.node}»), "
                "но расходятся: оставьте верную; если оценки дали разные люди, укажите, кто",
                f"/diagnostics/{row.index}/{field}",
                parameters={"other": other.index, "procedure_id": row.row.procedure_id},
            )


def _different_maxima(sitting: Sequence[_Row]) -> Iterator[Fault]:
    first: dict[str | None, _Row] = {}
    for row in sitting:
        other = first.setdefault(row.row.criterion, row)
        if other.row.max_score != row.row.max_score:
            yield Fault(
                "contradictory_maximum",
                f"В процедуре «{row.row.procedure_id}» у компетенции «{row.row.node}» два разных "
                f"максимума: {other.row.max_score:g} и {row.row.max_score:g}; "
                "укажите один и тот же",
                f"/diagnostics/{row.index}/max_score",
                parameters={"other": other.index, "procedure_id": row.row.procedure_id},
            )


def _different_tasks(sitting: Sequence[_Row]) -> Iterator[Fault]:
    """Two observers of one work saw the same tasks; one may leave their number out."""
    stated = [row for row in sitting if row.row.criterion is None and row.row.n_tasks is not None]
    for row in stated[1:]:
        if row.row.n_tasks != stated[0].row.n_tasks and mark_of(row.row) != mark_of(stated[0].row):
            yield Fault(
                "contradictory_tasks",
                f"В процедуре «{row.row.procedure_id}» у компетенции «{row.row.node}» наблюдатели "
                f"указали разное число заданий: {stated[0].row.n_tasks} и {row.row.n_tasks}; "
                "укажите одно",
                f"/diagnostics/{row.index}/n_tasks",
                parameters={"other": stated[0].index, "procedure_id": row.row.procedure_id},
            )


def _total_beside_criteria(sitting: Sequence[_Row]) -> Iterator[Fault]:
    totals = [row for row in sitting if row.row.criterion is None]
    if len(totals) == len(sitting):
        return
    for row in totals:
        yield Fault(
            "total_beside_criteria",
            f"В процедуре «{row.row.procedure_id}» у компетенции «{row.row.node}» есть и общий "
            "балл, и баллы по критериям: оставьте что-то одно, иначе они посчитаются дважды",
            f"/diagnostics/{row.index}/criterion",
            parameters={"procedure_id": row.row.procedure_id, "node": row.row.node},
        )


def _answer_contradictions(answers: Sequence[_Answer]) -> Iterator[Fault]:
    first: dict[Hashable, _Answer] = {}
    for answer in answers:
        row = answer.row
        # without the node: an item that measures several of them has one answer all the same
        other = first.setdefault((row.procedure_id, row.date, row.item), answer)
        same = other.row.response == row.response or (
            math.isnan(other.row.response) and math.isnan(row.response)
        )
        if not same:
            yield Fault(
                "duplicate_contradiction",
                f"Записи № {other.index + 1} и № {answer.index + 1} дают разные ответы на задание "
                f"«{row.item}» процедуры «{row.procedure_id}»: оставьте верную",
                f"/item_responses/{answer.index}/response",
                parameters={"other": other.index, "procedure_id": row.procedure_id},
            )


def _counted_twice(rows: Sequence[_Row], answers: Sequence[_Answer]) -> Iterator[Fault]:
    by_items = {
        (answer.row.procedure_id, answer.row.node)
        for answer in answers
        if not math.isnan(answer.row.response)
    }
    for row in rows:
        if row.row.method is Method.TEST and (row.row.procedure_id, row.row.node) in by_items:
            yield Fault(
                "score_beside_items",
                f"В процедуре «{row.row.procedure_id}» у компетенции «{row.row.node}» есть и балл, "
                "и ответы на задания: оставьте что-то одно, иначе они посчитаются дважды",
                f"/diagnostics/{row.index}/score",
                parameters={"procedure_id": row.row.procedure_id, "node": row.row.node},
            )


def _other_nodes(answers: Sequence[_Answer], items: ItemBank) -> Iterator[Fault]:
    """Parameters of an item hold for the nodes that it was calibrated with, and no others."""
    first: dict[str, _Answer] = {}
    nodes: defaultdict[str, set[str]] = defaultdict(set)
    for answer in answers:
        first.setdefault(answer.row.item, answer)
        nodes[answer.row.item].add(answer.row.node)
    for item, answer in first.items():
        known = items.items.get(item)
        if known is not None and set(known.nodes) != nodes[item]:
            yield Fault(
                "item_calibrated_otherwise",
                f"Задание «{item}» калибровано для компетенций {', '.join(known.nodes)}, а здесь "
                f"связано с {', '.join(sorted(nodes[item]))}: исправьте таблицу заданий "
                "или калибруйте заново",
                f"/item_responses/{answer.index}/node",
                parameters={"item": item, "calibrated": list(known.nodes)},
            )
