"""The JSON form of a route problem: canonical bytes, digest, and a reader that trusts nothing.

``route_problem.schema.json`` beside this module describes the file. Candidates stand in columns;
rows of different length are columns too, with ``indptr``: row i is entries
``indptr[i] … indptr[i + 1] − 1``.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from engine.domain import IntArray
from engine.errors import ArtefactError, Fault
from engine.planning.json_reader import MISSING, Reader
from engine.planning.problem import (
    CandidateTable,
    CheckpointOffer,
    CheckpointRules,
    FormLimit,
    Limits,
    MentorRules,
    Pin,
    ProblemActivity,
    ProblemDemand,
    ProblemMentor,
    Ragged,
    Revision,
    RouteProblem,
)
from engine.planning.solution import RouteSolution, SolveOptions
from engine.planning.validity import fault, validate_problem

FORMAT = "route-problem"
VERSION = 1
SIZE_MAX_BYTES = 16 * 2**20
"""Default limit of a problem file; 5 000 candidates need about 2 MiB."""

NO_CLOCK_MS = 1_000_000_000
"""A deadline that no solve reaches: eleven days; the work limit ends a replay."""

SEED_MAX = 2**31 - 1
"""Greatest seed of the solver."""

INT_COLUMNS = (
    "activity",
    "start_day",
    "end_day",
    "bonus_mpt",
    "price_mpt",
    "source",
    "cost_rub",
    "seats",
)
RAGGED_COLUMNS = {
    "gains": ("demand", "gain_units"),
    "weekly": ("week", "minutes"),
    "meetings": ("start_min", "end_min", "place"),
}


def write_problem_file(problem: RouteProblem, options: SolveOptions) -> bytes:
    """Canonical JSON of a problem with its options: the same input gives the same bytes."""
    # with sorted keys, as everything inside: the text of the problem is there already
    given = _canonical(dataclasses.asdict(options))
    text = (
        f'{{"format":{_canonical(FORMAT)},"options":{given},'
        f'"problem":{_text_of(problem)},"version":{VERSION}}}\n'
    )
    return text.encode()


def replay_options(options: SolveOptions, solution: RouteSolution) -> SolveOptions:
    """Options under which ``solution``'s problem, solved again anywhere, gives the same answer.

    The clock is left out. What it cut is repeated by the units of work that were finished; an
    answer that it did not cut keeps its asked limit, as a limit of CP-SAT may steer its search.
    """
    work = solution.work_milli if solution.cut_by_clock else options.work_milli
    return dataclasses.replace(options, deadline_ms=NO_CLOCK_MS, work_milli=work)


def read_problem_file(
    data: bytes, limit_bytes: int = SIZE_MAX_BYTES
) -> tuple[RouteProblem, SolveOptions]:
    """Problem and options of a file.

    Parameters
    ----------
    data
        The file, UTF-8.
    limit_bytes
        A longer file is refused unread.

    Raises
    ------
    ArtefactError
        If it is too long, no JSON, or no problem file of this version.
    InputError
        If its content is wrong; with every fault and its JSON pointer.
    """
    reader = Reader()
    file = reader.fields(
        _parsed(data, limit_bytes), "", ("format", "version", "options", "problem")
    )
    if not reader.faults and (file["format"], file["version"]) != (FORMAT, VERSION):
        detail = f"Это не файл задачи «{FORMAT}» версии {VERSION}: соберите его заново."
        raise ArtefactError([fault("foreign_file", "/format", detail)])
    seed = partial(reader.integer, most=SEED_MAX)
    options = reader.record(SolveOptions, file["options"], "/options", {"seed": seed})
    reader.faults.extend(_option_faults(options) if not reader.faults else ())
    problem = _problem(reader, file["problem"], "/problem")
    return _sound(reader, problem, "/problem"), options


def problem_to_dict(problem: RouteProblem) -> dict[str, Any]:
    """The problem as JSON values: dicts, lists, ints, bools and texts only.

    ``revision`` is left out where there is none.
    """
    revised = {} if problem.revision is None else {"revision": _plain(problem.revision)}
    return {
        "first_day": problem.first_day,
        "tempo_min": problem.tempo_min.tolist(),
        "holiday_week": problem.holiday_week.tolist(),
        "day_open_min": problem.day_open_min.tolist(),
        "day_close_min": problem.day_close_min.tolist(),
        "busy": problem.busy.tolist(),
        "demands": _records(problem.demands),
        "activities": _records(problem.activities),
        "candidates": _table_to_dict(problem.candidates),
        "limits": _plain(problem.limits),
        "budget_sources": list(problem.budget_sources),
        "budget_rub": list(problem.budget_rub),
        "form_mix": _records(problem.form_mix),
        "pins": _records(problem.pins),
        "mentor": {**_plain(problem.mentor), "options": _records(problem.mentor.options)},
        "checkpoints": {
            **_plain(problem.checkpoints),
            "offers": _records(problem.checkpoints.offers),
        },
        **revised,
    }


def problem_from_dict(value: object) -> RouteProblem:
    """The problem of JSON values as ``problem_to_dict`` makes them.

    Raises
    ------
    InputError
        With every fault: wrong types, unknown or missing fields, and what ``validate_problem``
        finds.
    """
    reader = Reader()
    problem = _problem(reader, value, "")
    return _sound(reader, problem, "")


def problem_digest(problem: RouteProblem) -> str:
    """sha256, in hex, of the canonical JSON of ``problem_to_dict`` (options not included)."""
    return hashlib.sha256(f"{_text_of(problem)}\n".encode()).hexdigest()


_TEXTS: WeakKeyDictionary[RouteProblem, str] = WeakKeyDictionary()
"""Canonical texts of problems in use: digest and file of a large one take 10 ms each otherwise."""


def _text_of(problem: RouteProblem) -> str:
    text = _TEXTS.get(problem)
    if text is None:
        text = _TEXTS[problem] = _canonical(problem_to_dict(problem))
    return text


def _canonical(value: object) -> str:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def _records(records: Iterable[object]) -> list[dict[str, Any]]:
    return [_plain(record) for record in records]


def _plain(record: object) -> dict[str, Any]:
    names = (f.name for f in dataclasses.fields(record))  # type: ignore[arg-type]
    return {name: _listed(getattr(record, name)) for name in names}


def _listed(value: object) -> object:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


def _table_to_dict(table: CandidateTable) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(table, name).tolist() for name in INT_COLUMNS}
    columns["label"] = list(table.label)
    columns["excluded"] = table.excluded.tolist()
    for name, fields in RAGGED_COLUMNS.items():
        rows: Ragged = getattr(table, name)
        columns[name] = {"indptr": rows.indptr.tolist()}
        for i, field in enumerate(fields):
            columns[name][field] = rows.values[:, i].tolist()
    return columns


def _parsed(data: bytes, limit_bytes: int) -> object:
    if len(data) > limit_bytes:
        detail = f"Файл длиннее {limit_bytes} байт ({len(data)}): уменьшите задачу."
        raise ArtefactError([fault("file_too_large", "", detail, limit_bytes=limit_bytes)])
    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=_without_repeats)
    except UnicodeDecodeError as error:
        raise _unreadable(f"Файл не в кодировке UTF-8 (байт {error.start}).") from error
    except RecursionError as error:
        raise _unreadable("Слишком глубокая вложенность.") from error
    except json.JSONDecodeError as error:
        place = f"строка {error.lineno}, знак {error.colno}"
        raise _unreadable(f"Это не JSON: {place}.") from error
    except ValueError as error:
        raise _unreadable(f"Это не JSON, который можно прочесть: {error}.") from error


def _unreadable(detail: str) -> ArtefactError:
    return ArtefactError([fault("not_json", "", f"{detail} Сохраните файл задачи заново.")])


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("поле названо в одном объекте дважды")
    return found


def _problem(reader: Reader, value: object, at: str) -> RouteProblem:
    if isinstance(value, dict):
        value = {"revision": MISSING, **value}
    return reader.record(
        RouteProblem,
        value,
        at,
        {
            "tempo_min": partial(_vector, reader),
            "holiday_week": lambda v, p: np.array(reader.booleans(v, p), dtype=np.bool_),
            "day_open_min": partial(_vector, reader),
            "day_close_min": partial(_vector, reader),
            "busy": partial(_matrix, reader),
            "demands": lambda v, p: reader.items(v, p, partial(_demand, reader)),
            "activities": lambda v, p: reader.items(v, p, partial(_activity, reader)),
            "candidates": partial(_table, reader),
            "limits": partial(reader.record, Limits),
            "budget_sources": lambda v, p: reader.items(v, p, reader.text),
            "budget_rub": lambda v, p: tuple(reader.integers(v, p)),
            "form_mix": lambda v, p: reader.items(v, p, partial(reader.record, FormLimit)),
            "pins": lambda v, p: reader.items(v, p, partial(_pin, reader)),
            "mentor": partial(_mentor, reader),
            "checkpoints": partial(_checkpoints, reader),
            "revision": partial(_revision, reader),
        },
    )


def _vector(reader: Reader, value: object, at: str) -> IntArray:
    return np.array(reader.integers(value, at), dtype=np.int64)


def _matrix(reader: Reader, value: object, at: str) -> IntArray:
    rows = reader.items(value, at, reader.numbers(2))
    return np.array(rows, dtype=np.int64).reshape(len(rows), 2)


def _index_tuple(reader: Reader, value: object, at: str) -> tuple[int, ...]:
    return tuple(reader.integers(value, at))


def _demand(reader: Reader, value: object, at: str) -> ProblemDemand:
    pieces = partial(reader.items, read=reader.numbers(2))
    return reader.record(ProblemDemand, value, at, {"pieces": pieces})


def _activity(reader: Reader, value: object, at: str) -> ProblemActivity:
    indices = partial(_index_tuple, reader)
    groups = partial(reader.items, read=indices)
    return reader.record(
        ProblemActivity, value, at, {"prerequisites": groups, "practices": indices}
    )


def _pin(reader: Reader, value: object, at: str) -> Pin:
    return reader.record(Pin, value, at, {"candidates": partial(_index_tuple, reader)})


def _mentor(reader: Reader, value: object, at: str) -> MentorRules:
    slots = partial(reader.items, read=reader.numbers(3))
    option = partial(reader.record, ProblemMentor, readers={"slots": slots})
    return reader.record(MentorRules, value, at, {"options": partial(reader.items, read=option)})


def _checkpoints(reader: Reader, value: object, at: str) -> CheckpointRules:
    offers = partial(reader.items, read=partial(reader.record, CheckpointOffer))
    return reader.record(CheckpointRules, value, at, {"offers": offers})


def _revision(reader: Reader, value: object, at: str) -> Revision | None:
    if value is MISSING:
        return None
    indices = partial(_index_tuple, reader)
    steps = partial(reader.items, read=indices)
    return reader.record(Revision, value, at, {"fixed": indices, "steps": steps, "frozen": indices})


def _table(reader: Reader, value: object, at: str) -> CandidateTable:
    readers: dict[str, Any] = dict.fromkeys(INT_COLUMNS, partial(_vector, reader))
    readers["label"] = lambda v, p: reader.items(v, p, reader.text)
    readers["excluded"] = lambda v, p: np.array(reader.booleans(v, p), dtype=np.bool_)
    for name, fields in RAGGED_COLUMNS.items():
        readers[name] = partial(_ragged, reader, fields)
    return reader.record(CandidateTable, value, at, readers)


def _ragged(reader: Reader, names: tuple[str, ...], value: object, at: str) -> Ragged:
    found = reader.fields(value, at, ("indptr", *names))
    indptr = _vector(reader, found["indptr"], f"{at}/indptr")
    columns = [_vector(reader, found[name], f"{at}/{name}") for name in names]
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        detail = f"Столбцы {', '.join(names)} разной длины: {[len(c) for c in columns]}."
        reader.faults.append(fault("unequal_columns", at, detail))
        columns = [column[:0] for column in columns]
    return Ragged(indptr, np.stack(columns, axis=1))


def _sound(reader: Reader, problem: RouteProblem, at: str) -> RouteProblem:
    """The problem, if its types and then its structure have no fault."""
    if not reader.faults:
        reader.faults.extend(
            dataclasses.replace(found, pointer=f"{at}{found.pointer}")
            for found in validate_problem(problem)
        )
    reader.finish()
    return problem


def _option_faults(options: SolveOptions) -> Iterable[Fault]:
    least = {"gap_ppm": 0, "deadline_ms": 1, "work_milli": 0, "seed": 0}
    for name, low in least.items():
        value = getattr(options, name)
        if value < low:
            detail = f"Значение {value} меньше наименьшего допустимого {low}."
            yield fault("out_of_range", f"/options/{name}", detail, value=value, least=low)
