"""Long and wide tables of answers and scores, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from engine.diagnostics.labels import by_label
from engine.domain import BoolArray, FloatArray, IntArray
from engine.errors import Fault, InputError

ANSWER_COLUMNS = ("person", "item", "response")
SCORE_COLUMNS = ("person", "node", "score", "max_score")


@dataclass(frozen=True, slots=True, eq=False)
class ScoreTable:
    """Scores of many people in effective tasks.

    Parameters
    ----------
    people, nodes
        Labels of rows and columns, as the table has them.
    successes, failures
        Shape (n_people, n_nodes), ≥ 0; both 0 = not measured.
    """

    people: tuple[object, ...]
    nodes: tuple[object, ...]
    successes: FloatArray
    failures: FloatArray


def wide_responses(table: pd.DataFrame) -> pd.DataFrame:
    """A long table of answers (``person``, ``item``, ``response``) → people × items.

    Exact repetitions count once; an empty response is NaN = not answered.

    Raises
    ------
    InputError
        With every fault: a missing column or label, a response outside [0, 1], one person's two
        different answers to one item. Rows are counted from 1.
    """
    _need_columns(table, ANSWER_COLUMNS)
    table = table.reset_index(drop=True)
    value = pd.to_numeric(table["response"], errors="coerce")
    faults = _label_faults(table, ANSWER_COLUMNS[:2])
    faults += _response_faults(table, value)
    if faults:
        raise InputError(faults)
    known = table.assign(response=value)[list(ANSWER_COLUMNS)].drop_duplicates()
    answered = known.dropna(subset=["response"])
    twice = answered.duplicated(["person", "item"], keep=False)
    if twice.any():
        raise InputError(_contradictions(answered[twice], "item", "response"))
    people, items = _labels(known["person"]), _labels(known["item"])
    values = np.full((len(people), len(items)), np.nan)
    at = _places(people, answered["person"]), _places(items, answered["item"])
    values[at] = answered["response"].to_numpy(np.float64)
    return pd.DataFrame(values, index=people, columns=items)


def score_table(
    table: pd.DataFrame, default_tasks: float | Mapping[object, float] | None
) -> ScoreTable:
    """A long table of scores → effective tasks per person and node.

    Parameters
    ----------
    table
        Columns ``person``, ``node``, ``score``, ``max_score`` and, where known, ``n_tasks``
        (empty = ``default_tasks``) and ``procedure``. Scores of one person and node in several
        procedures add up; exact repetitions count once. An empty score is no measurement.
    default_tasks
        For all nodes or by node; ``None`` = every score must state its own.

    Raises
    ------
    InputError
        With every fault: a missing column or label, a maximum that is no finite number above 0,
        a score outside [0, maximum], a number of tasks that is none, below 1 or not known, two
        different scores or maxima of one person and node in one procedure.
    """
    _need_columns(table, SCORE_COLUMNS)
    table = table.reset_index(drop=True)
    frame = table.assign(
        score=pd.to_numeric(table["score"], errors="coerce"),
        max_score=pd.to_numeric(table["max_score"], errors="coerce"),
        n_tasks=_tasks(table, default_tasks),
    )
    if "procedure" not in table.columns:
        frame["procedure"] = ""
    faults = _label_faults(table, SCORE_COLUMNS[:2]) + _score_faults(table, frame)
    if faults:
        raise InputError(faults)
    frame = frame[[*SCORE_COLUMNS, "n_tasks", "procedure"]].drop_duplicates()
    measured = frame.dropna(subset=["score"])
    twice = measured.duplicated(["person", "node", "procedure"], keep=False)
    if twice.any():
        raise InputError(_score_contradictions(measured[twice]))
    people, nodes = _labels(frame["person"]), _labels(frame["node"])
    share = (measured["score"] / measured["max_score"]).to_numpy(np.float64)
    tasks = measured["n_tasks"].to_numpy(np.float64)
    at = _places(people, measured["person"]), _places(nodes, measured["node"])
    successes, failures = np.zeros((2, len(people), len(nodes)))
    np.add.at(successes, at, tasks * share)
    np.add.at(failures, at, tasks * (1 - share))
    return ScoreTable(tuple(people), tuple(nodes), successes, failures)


def check_responses(responses: FloatArray) -> None:
    """Refuse answers outside [0, 1]; NaN = not answered is welcome.

    Raises
    ------
    ValueError
        With the first place.
    """
    wrong = ~np.isnan(responses) & ~((responses >= 0) & (responses <= 1))
    if wrong.any():
        row, column = np.argwhere(wrong)[0].tolist()
        raise ValueError(
            f"response {responses[row, column]:g} in row {row}, column {column} lies outside "
            f"[0, 1] ({int(wrong.sum())} such responses)"
        )


def check_q_matrix(q_matrix: FloatArray, items: Sequence[object]) -> None:
    """Refuse a Q-matrix that is not 0/1, has another number of rows, or an item without a skill.

    Raises
    ------
    InputError
        With every faulty item.
    """
    if q_matrix.ndim != 2:
        detail = "Q-матрица — таблица: по строке на задание и по столбцу на умение"
        raise InputError([Fault("q_matrix_shape", detail, "/q_matrix")])
    if len(q_matrix) != len(items):
        raise InputError(
            [
                Fault(
                    "q_matrix_shape",
                    f"В Q-матрице {len(q_matrix)} строк, а заданий {len(items)}: "
                    "нужна одна строка на задание",
                    "/q_matrix",
                )
            ]
        )
    faults = []
    for i, item in enumerate(items):
        if not np.isin(q_matrix[i], (0, 1)).all():
            detail = f"Задание «{item}»: в Q-матрице должны стоять 0 или 1"
            faults.append(Fault("q_matrix_value", detail, f"/q_matrix/{i}"))
        elif not q_matrix[i].any():
            detail = (
                f"Задание «{item}» не связано ни с одним умением: отметьте хотя бы одно "
                "или уберите задание"
            )
            faults.append(
                Fault(
                    "item_without_nodes", detail, f"/q_matrix/{i}", parameters={"item": str(item)}
                )
            )
    if faults:
        raise InputError(faults)


def no_answers() -> InputError:
    """A table in which nothing is measured teaches nothing."""
    detail = "В таблице нет ни одного ответа или балла: учиться не на чем"
    return InputError([Fault("no_answers", detail)])


def _labels(column: pd.Series[Any]) -> pd.Index[Any]:
    """Distinct labels in order of appearance, each as it is: 1 and "1" are two."""
    return pd.Index(pd.unique(column.astype(object)), dtype=object)


def _places(labels: pd.Index[Any], column: pd.Series[Any]) -> IntArray:
    return labels.get_indexer(pd.Index(column, dtype=object))


def _given(column: pd.Series[Any]) -> BoolArray:
    """Which cells are not empty; spaces are."""
    given: BoolArray = (column.notna() & (column.astype(str).str.strip() != "")).to_numpy(bool)
    return given


def _need_columns(table: pd.DataFrame, names: Sequence[str]) -> None:
    missing = [name for name in names if name not in table.columns]
    if missing:
        raise InputError(
            [
                Fault(
                    "column_missing",
                    f"Нет столбца «{name}»; есть: {', '.join(map(str, table.columns))}",
                    f"/{name}",
                    parameters={"column": name},
                )
                for name in missing
            ]
        )


def _label_faults(table: pd.DataFrame, names: Sequence[str]) -> list[Fault]:
    return [
        Fault("label_missing", f"Строка {row + 1}: не заполнен столбец «{name}»", f"/{row}/{name}")
        for name in names
        for row in np.flatnonzero(table[name].isna().to_numpy()).tolist()
    ]


def _response_faults(table: pd.DataFrame, value: pd.Series[float]) -> list[Fault]:
    wrong = _given(table["response"]) & ~value.between(0, 1).to_numpy(bool)
    return [
        Fault(
            "response_out_of_range",
            f"Строка {row + 1}: ответ «{table['response'].iloc[row]}» — нужна доля от 0 до 1 "
            "или пусто, если ответа нет",
            f"/{row}/response",
        )
        for row in np.flatnonzero(wrong).tolist()
    ]


def _contradictions(rows: pd.DataFrame, what: str, value: str) -> list[Fault]:
    faults = []
    for (person, label), same in rows.groupby(["person", what], sort=False):
        places = ", ".join(str(i + 1) for i in same.index.tolist())
        faults.append(
            Fault(
                "duplicate_contradiction",
                f"Строки {places}: у «{person}» на «{label}» разные значения; оставьте верное",
                f"/{same.index[-1]}/{value}",
                parameters={"person": str(person), what: str(label)},
            )
        )
    return faults


def _tasks(
    table: pd.DataFrame, default_tasks: float | Mapping[object, float] | None
) -> pd.Series[float]:
    """Tasks of every row; NaN where the cell is no number or nothing is known."""
    if isinstance(default_tasks, Mapping):
        known = [by_label(default_tasks, node, np.nan) for node in table["node"]]
    else:
        known = [np.nan if default_tasks is None else default_tasks] * len(table)
    default = pd.Series(np.asarray(known, dtype=np.float64), index=table.index)
    if "n_tasks" not in table.columns:
        return default
    stated = pd.to_numeric(table["n_tasks"], errors="coerce").astype(np.float64)
    return stated.where(_given(table["n_tasks"]), default)


def _score_faults(table: pd.DataFrame, frame: pd.DataFrame) -> list[Fault]:
    score, most, tasks = (frame[c].to_numpy(np.float64) for c in ("score", "max_score", "n_tasks"))
    given = _given(table["score"])
    bounded = np.isfinite(most) & (most > 0)
    checks = (
        (
            "maximum_not_positive",
            ~bounded & (given | _given(table["max_score"])),
            "max_score",
            "максимум должен быть конечным числом больше нуля",
        ),
        ("not_a_number", given & np.isnan(score), "score", "балл не число"),
        ("score_below_zero", given & (score < 0), "score", "балл меньше нуля"),
        (
            "score_above_maximum",
            given & bounded & (score > most * (1 + 1e-9)),
            "score",
            "балл больше максимума",
        ),
        (
            "tasks_not_positive",
            ~(np.isfinite(tasks) & (tasks >= 1)) & (given | _stated_tasks(table)),
            "n_tasks",
            "число заданий должно быть числом не меньше 1",
        ),
    )
    return [
        Fault(code, f"Строка {row + 1}: {words}", f"/{row}/{column}")
        for code, wrong, column, words in checks
        for row in np.flatnonzero(wrong).tolist()
    ]


def _stated_tasks(table: pd.DataFrame) -> BoolArray:
    if "n_tasks" in table.columns:
        return _given(table["n_tasks"])
    return np.zeros(len(table), dtype=bool)


def _score_contradictions(rows: pd.DataFrame) -> list[Fault]:
    faults = []
    groups = rows.groupby(["person", "node", "procedure"], sort=False, dropna=False)
    for (person, node, _), same in groups:
        other_maximum = same["max_score"].nunique() > 1
        code = "contradictory_maximum" if other_maximum else "duplicate_contradiction"
        what = "разные максимумы" if other_maximum else "разные баллы"
        places = ", ".join(str(i + 1) for i in same.index.tolist())
        faults.append(
            Fault(
                code,
                f"Строки {places}: у «{person}» на «{node}» {what}; оставьте верную строку "
                "или укажите процедуры",
                f"/{same.index[-1]}/{'max_score' if other_maximum else 'score'}",
                parameters={"person": str(person), "node": str(node)},
            )
        )
    return faults
