"""The two tables of a calibration, checked against each other and against a framework."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import Fault, InputError
from engine.framework import Framework
from engine.interchange.answers import read_answers
from engine.interchange.faults import FaultLog, Place
from engine.interchange.names import file_name
from engine.interchange.q_matrix import QMatrix, read_q_matrix, report_unknown, unknown_nodes

FEW_PEOPLE = 100
"""Below it a calibration is a first look, not a ruler."""


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationTables:
    """What items are calibrated on.

    Parameters
    ----------
    responses
        People × items, in [0, 1], NaN = not answered; nobody and no item is without answers.
    q_matrix
        Items × skills, 0 or 1, rows in the order of the items of ``responses``.
    framework
        Framework whose codes the skills are; ``None`` = they are names of their own.
    warnings, notes
        What was left out, and what was decided.
    """

    responses: pd.DataFrame
    q_matrix: pd.DataFrame
    framework: Framework | None
    warnings: tuple[Fault, ...]
    notes: tuple[Fault, ...]


def read_calibration_tables(
    responses: Path, q_matrix: Path, framework: Framework | None, *, named: bool
) -> CalibrationTables:
    """Read and check the table of answers and the Q-matrix (CSV or XLSX, wide or long).

    Parameters
    ----------
    framework
        Whose codes the skills may be; ``None`` = they are names of their own.
    named
        Whether they must be. Else they must be where at least half of them are, for the rest is
        then misspelt; with fewer codes they are names of their own.

    Raises
    ------
    InputError
        With every fault of both files, with file, row and column.
    FileNotFoundError
        One of the files is not there.
    """
    log = FaultLog()
    matrix = read_q_matrix(q_matrix, log)
    known = {*matrix.skills, *matrix.broken} if matrix else _Everything()
    answers = read_answers(responses, known, log)
    bound = _bound(matrix, framework, named, log) if matrix else None
    if matrix is None or answers is None or log.failed:
        raise InputError(log.errors)
    used = _used(answers, matrix, Place(file_name(responses)), log)
    _check_contrast(used, Place(file_name(responses)), log)
    if log.failed:
        raise InputError(log.errors)
    table = matrix.table(list(used.columns))
    return CalibrationTables(used, table, bound, log.warnings, log.notes)


class _Everything:
    """Without a Q-matrix no item is unknown: its own fault is enough."""

    def __contains__(self, item: object) -> bool:
        return True


def _bound(
    matrix: QMatrix, framework: Framework | None, named: bool, log: FaultLog
) -> Framework | None:
    if framework is None:
        detail = "рамка не взята: калибровка останется отдельной, в маршрутах она не участвует"
        log.note("bank_stands_alone", detail, Place(matrix.file))
        return None
    unknown = unknown_nodes(matrix, framework)
    if not unknown:
        return framework
    if named or 2 * len(unknown) <= len(matrix.skill_places):
        report_unknown(unknown, matrix.skill_places, framework, log)
        return framework
    place = Place(matrix.file)
    if len(unknown) < len(matrix.skill_places):
        detail = (
            f"кодами рамки {framework.id} названы не все умения (нет: {', '.join(unknown)}): "
            "калибровка останется отдельной, для маршрутов исправьте коды"
        )
        log.warning("bank_stands_alone", detail, place, unknown=list(unknown))
    else:
        detail = (
            f"умения — не коды рамки {framework.id}: калибровка останется отдельной, "
            "в маршрутах она не участвует"
        )
        log.note("bank_stands_alone", detail, place)
    return None


def _used(answers: pd.DataFrame, matrix: QMatrix, place: Place, log: FaultLog) -> pd.DataFrame:
    """The table without items and people that have no answers; each left out is named."""
    answered = answers.notna()
    given = {name for name, some in answered.any().items() if some}
    for item in matrix.skills:
        if item not in given:
            detail = f"на задание «{item}» нет ни одного ответа: параметров у него не будет"
            log.warning("item_without_answers", detail, matrix.item_places[item], item=item)
    silent = answers.index[~answered.any(axis=1)]
    if len(silent):
        detail = f"людей без единого ответа: {len(silent)}; они ни на что не влияют"
        log.note("people_without_answers", detail, place)
    return answers.loc[~answers.index.isin(silent), [i for i in answers.columns if i in given]]


def _check_contrast(used: pd.DataFrame, place: Place, log: FaultLog) -> None:
    values = used.to_numpy(np.float64)
    given = values[~np.isnan(values)]
    if not len(given):
        log.error("no_answers", "в таблице нет ни одного ответа: калибровать не на чем", place)
    elif given.min() == given.max():
        what = "ответ один" if len(given) == 1 else f"все ответы одинаковы ({given[0]:g})"
        detail = f"{what}: по ним нельзя сказать, чем задания отличаются; добавьте другие ответы"
        log.error("answers_all_alike", detail, place, answers=len(given))
    elif min(used.shape) < 2:
        detail = "для калибровки нужны хотя бы два человека и два задания"
        log.error("too_little_to_calibrate", detail, place)
    elif len(used) < FEW_PEOPLE:
        detail = f"людей всего {len(used)}: параметры заданий будут приблизительными"
        log.warning("few_people", detail, place)
