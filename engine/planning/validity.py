"""Is a problem well-formed? Every fault with the JSON pointer of its place.

Well-formed says nothing of feasible: an empty pin or a tempo of 0 is a problem without a route,
not a fault.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.errors import Fault
from engine.planning.problem import CATEGORIES, DAY_MIN, FORMS, Ragged, RouteProblem

NUMBER_MAX = 10**9
"""No number of a problem is larger: sums of them stay far inside 64 bits."""

VALUE_MAX = 10**15
"""Most Σ length · slope of all demands, in mpt."""

FAULTS_PER_CHECK = 50
"""More faults of one kind in one column are not listed one by one."""

PIN_CODES = ("pinned", "required_activity", "required_theme", "team_step", "started", "frozen")


def validate_problem(problem: RouteProblem) -> tuple[Fault, ...]:
    """Every fault in the structure of a problem; empty = ``check_route`` and solvers may run.

    Parameters
    ----------
    problem
        Any problem whose fields have the declared types.

    Returns
    -------
    tuple of Fault
        Pointers are relative to ``problem_json.problem_to_dict(problem)``.
    """
    # Shapes first: the other checks index by them.
    shapes = (*_calendar_shapes(problem), *_table_shapes(problem))
    if shapes:
        return shapes
    return (
        *_calendar(problem),
        *_busy(problem),
        *_demands(problem),
        *_activities(problem),
        *_candidate_columns(problem),
        *_candidate_rows(problem),
        *_limits(problem),
        *_budget_and_forms(problem),
        *_pins(problem),
        *_mentor(problem),
        *_checkpoints(problem),
        *_revision(problem),
        *_labels(problem),
    )


def fault(code: str, pointer: str, detail: str, **parameters: object) -> Fault:
    """Fault at a JSON pointer."""
    return Fault(code=code, detail=detail, pointer=pointer, parameters=parameters)


def _range_fault(pointer: str, value: int, low: int, high: int) -> Fault:
    if high == NUMBER_MAX and value > high:
        detail = f"Число {value} больше {high}: проверьте единицу измерения."
        return fault("number_too_large", pointer, detail, value=value, most=high)
    detail = f"Значение {value} вне допустимого: от {low} до {high}."
    return fault("out_of_range", pointer, detail, value=value, least=low, most=high)


def _in_range(pointer: str, value: int, low: int, high: int = NUMBER_MAX) -> Iterator[Fault]:
    if not low <= value <= high:
        yield _range_fault(pointer, value, low, high)


def _column_in_range(
    pointer: str, column: IntArray, low: int, high: int = NUMBER_MAX
) -> Iterator[Fault]:
    yield from capped(
        pointer,
        (
            _range_fault(f"{pointer}/{i}", int(column[i]), low, high)
            for i in np.flatnonzero((column < low) | (column > high))
        ),
    )


def capped(pointer: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    """The first ``FAULTS_PER_CHECK`` faults and, where there are more, one that says so."""
    for count, found in enumerate(faults):
        if count == FAULTS_PER_CHECK:
            detail = f"Показаны первые {FAULTS_PER_CHECK} ошибок этого вида; есть и другие."
            yield fault("more_faults", pointer, detail, shown=FAULTS_PER_CHECK)
            return
        yield found


def _index_fault(pointer: str, value: int, size: int) -> Fault:
    detail = f"Ссылка {value} указывает на несуществующую запись: всего записей {size}, счёт с 0."
    return fault("index_out_of_range", pointer, detail, value=value, size=size)


def _indices(pointer: str, values: Iterable[int], size: int) -> Iterator[Fault]:
    for i, value in enumerate(values):
        if not 0 <= value < size:
            yield _index_fault(f"{pointer}/{i}", value, size)


def _shape(pointer: str, actual: tuple[int, ...], wanted: tuple[int, ...]) -> Iterator[Fault]:
    if actual != wanted:
        detail = f"Размер {list(actual)}, а должен быть {list(wanted)}."
        yield fault("wrong_shape", pointer, detail, actual=list(actual), expected=list(wanted))


def _calendar_shapes(problem: RouteProblem) -> Iterator[Fault]:
    n_weeks, n_days = problem.n_weeks, problem.n_days
    if n_weeks == 0:
        yield fault("empty_horizon", "/tempo_min", "Горизонт пуст: нужна хотя бы одна неделя.")
    yield from _shape("/tempo_min", problem.tempo_min.shape, (n_weeks,))
    yield from _shape("/holiday_week", problem.holiday_week.shape, (n_weeks,))
    yield from _shape("/day_open_min", problem.day_open_min.shape, (n_days,))
    yield from _shape("/day_close_min", problem.day_close_min.shape, (n_days,))
    yield from _shape("/busy", problem.busy.shape, (len(problem.busy), 2))


def _table_shapes(problem: RouteProblem) -> Iterator[Fault]:
    table = problem.candidates
    size = len(table.label)  # the labels say how many candidates there should be
    for name in ("activity", "start_day", "end_day", "bonus_mpt", "price_mpt"):
        yield from _shape(f"/candidates/{name}", getattr(table, name).shape, (size,))
    for name in ("source", "cost_rub", "seats", "excluded"):
        yield from _shape(f"/candidates/{name}", getattr(table, name).shape, (size,))
    for name, width in (("gains", 2), ("weekly", 2), ("meetings", 3)):
        yield from _ragged(f"/candidates/{name}", getattr(table, name), size, width)
    if len(problem.budget_sources) != len(problem.budget_rub):
        yield from _shape("/budget_rub", (len(problem.budget_rub),), (len(problem.budget_sources),))


def _ragged(pointer: str, rows: Ragged, size: int, width: int) -> Iterator[Fault]:
    entries = len(rows.values)
    yield from _shape(pointer, rows.values.shape, (entries, width))
    yield from _shape(f"{pointer}/indptr", rows.indptr.shape, (size + 1,))
    indptr = rows.indptr.ravel()
    broken = not len(indptr) or indptr[0] != 0 or indptr[-1] != entries
    if broken or (np.diff(indptr) < 0).any():
        detail = f"Границы строк должны не убывать, начинаться с 0 и кончаться на {entries}."
        yield fault("broken_rows", f"{pointer}/indptr", detail, entries=entries)


def _calendar(problem: RouteProblem) -> Iterator[Fault]:
    if not _is_monday(problem.first_day):
        detail = f"«{problem.first_day}» — не понедельник в виде ГГГГ-ММ-ДД."
        yield fault("not_a_monday", "/first_day", detail, value=problem.first_day)
    yield from _column_in_range("/tempo_min", problem.tempo_min, 0)
    yield from _column_in_range("/day_open_min", problem.day_open_min, 0, DAY_MIN)
    yield from _column_in_range("/day_close_min", problem.day_close_min, 0, DAY_MIN)
    for day in np.flatnonzero(problem.day_open_min > problem.day_close_min):
        detail = "День закрывается раньше, чем открывается; для закрытого дня ставьте одно время."
        yield fault("closes_before_opening", f"/day_close_min/{day}", detail, day=int(day))


def _is_monday(text: str) -> bool:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return False
    # fromisoformat takes other spellings too; one date has one spelling in the file.
    return day.weekday() == 0 and day.isoformat() == text


def _busy(problem: RouteProblem) -> Iterator[Fault]:
    horizon = problem.n_days * DAY_MIN
    yield from _spans("/busy", problem.busy, horizon, "")


def _spans(pointer: str, spans: IntArray, horizon: int, column: str) -> Iterator[Fault]:
    """Each (start, end, …) row is a span of positive length inside the horizon."""
    bad = (spans[:, 0] < 0) | (spans[:, 1] > horizon) | (spans[:, 0] >= spans[:, 1])
    faults = (
        fault(
            "bad_span",
            f"{pointer}{column}/{i}",
            f"Промежуток от {spans[i, 0]} до {spans[i, 1]} мин пуст или выходит за горизонт "
            f"(0–{horizon} мин).",
            start_min=int(spans[i, 0]),
            end_min=int(spans[i, 1]),
            horizon_min=horizon,
        )
        for i in np.flatnonzero(bad)
    )
    yield from capped(pointer, faults)


def _demands(problem: RouteProblem) -> Iterator[Fault]:
    total = 0
    for k, demand in enumerate(problem.demands):
        at = f"/demands/{k}"
        yield from _in_range(f"{at}/categories", demand.categories, 0, 2 ** len(CATEGORIES) - 1)
        before = NUMBER_MAX
        for i, (length, slope) in enumerate(demand.pieces):
            yield from _in_range(f"{at}/pieces/{i}/0", length, 1)
            yield from _in_range(f"{at}/pieces/{i}/1", slope, 1)
            if slope > before:
                detail = f"Наклон {slope} больше предыдущего {before}: наклоны не возрастают."
                yield fault("rising_slope", f"{at}/pieces/{i}/1", detail, slope=slope)
            before = min(before, slope)
            total += max(0, length) * max(0, slope)
    if total > VALUE_MAX:
        detail = f"Все дефициты вместе стоят {total} mpt, больше {VALUE_MAX}: уменьшите веса."
        yield fault("value_too_large", "/demands", detail, total_mpt=total, most=VALUE_MAX)


def _activities(problem: RouteProblem) -> Iterator[Fault]:
    size = len(problem.activities)
    for a, activity in enumerate(problem.activities):
        at = f"/activities/{a}"
        yield from _in_range(f"{at}/category", activity.category, 0, len(CATEGORIES) - 1)
        for g, group in enumerate(activity.prerequisites):
            yield from _indices(f"{at}/prerequisites/{g}", group, size)
        yield from _indices(f"{at}/practices", activity.practices, size)


def _candidate_columns(problem: RouteProblem) -> Iterator[Fault]:
    table, at = problem.candidates, "/candidates"
    last_day = problem.n_days - 1
    yield from _column_indices(f"{at}/activity", table.activity, len(problem.activities))
    yield from _column_in_range(f"{at}/start_day", table.start_day, 0, last_day)
    yield from _column_in_range(f"{at}/end_day", table.end_day, 0, last_day)
    for j in np.flatnonzero(table.start_day > table.end_day):
        detail = "Поток кончается раньше, чем начинается."
        yield fault("ends_before_start", f"{at}/end_day/{j}", detail, label=table.label[int(j)])
    yield from _column_in_range(f"{at}/bonus_mpt", table.bonus_mpt, 0)
    yield from _column_in_range(f"{at}/price_mpt", table.price_mpt, 0)
    yield from _column_in_range(f"{at}/cost_rub", table.cost_rub, 0)
    yield from _column_in_range(f"{at}/seats", table.seats, -1)
    yield from _column_in_range(f"{at}/source", table.source, -1, len(problem.budget_sources) - 1)
    for j in np.flatnonzero((table.source == -1) & (table.cost_rub > 0)):
        detail = "Указана стоимость без источника средств: назовите источник или поставьте 0."
        yield fault("cost_without_source", f"{at}/cost_rub/{j}", detail, label=table.label[int(j)])


def _column_indices(pointer: str, column: IntArray, size: int) -> Iterator[Fault]:
    bad = np.flatnonzero((column < 0) | (column >= size))
    yield from capped(pointer, (_index_fault(f"{pointer}/{i}", int(column[i]), size) for i in bad))


def _candidate_rows(problem: RouteProblem) -> Iterator[Fault]:
    table, at = problem.candidates, "/candidates"
    gains, weekly, meetings = table.gains, table.weekly, table.meetings
    yield from _column_indices(f"{at}/gains/demand", gains.values[:, 0], len(problem.demands))
    yield from _column_in_range(f"{at}/gains/gain_units", gains.values[:, 1], 1)
    yield from _ascending(f"{at}/gains/demand", gains)
    yield from _column_indices(f"{at}/weekly/week", weekly.values[:, 0], problem.n_weeks)
    yield from _column_in_range(f"{at}/weekly/minutes", weekly.values[:, 1], 1)
    yield from _ascending(f"{at}/weekly/week", weekly)
    yield from _weeks_of_run(problem)
    yield from _spans(f"{at}/meetings", meetings.values, problem.n_days * DAY_MIN, "/start_min")
    yield from _column_in_range(f"{at}/meetings/place", meetings.values[:, 2], -1)


def _ascending(pointer: str, rows: Ragged) -> Iterator[Fault]:
    """Inside each row the first field rises strictly: sorted, and named once."""
    first = rows.values[:, 0]
    same_row = row_of_entry(rows)
    bad = np.flatnonzero((np.diff(first) <= 0) & (np.diff(same_row) == 0)) + 1
    detail = "Внутри одного варианта номера идут по возрастанию, каждый один раз."
    yield from capped(pointer, (fault("not_ascending", f"{pointer}/{i}", detail) for i in bad))


def row_of_entry(rows: Ragged) -> IntArray:
    """Row of each entry, shape (n_entries,)."""
    return np.repeat(np.arange(len(rows), dtype=np.int64), np.diff(rows.indptr))


def _weeks_of_run(problem: RouteProblem) -> Iterator[Fault]:
    """A candidate works only while it runs: else rules on days and on weeks would disagree."""
    table = problem.candidates
    row, week = row_of_entry(table.weekly), table.weekly.values[:, 0]
    yield from _outside_run(
        "/candidates/weekly/week",
        (week < table.start_day[row] // 7) | (week > table.end_day[row] // 7),
    )
    row = row_of_entry(table.meetings)
    day = table.meetings.values[:, 0] // DAY_MIN
    yield from _outside_run(
        "/candidates/meetings/start_min", (day < table.start_day[row]) | (day > table.end_day[row])
    )


def _outside_run(pointer: str, bad: BoolArray) -> Iterator[Fault]:
    detail = "Время лежит вне дней потока: исправьте начало, конец или расписание."
    faults = (fault("outside_run", f"{pointer}/{i}", detail) for i in np.flatnonzero(bad))
    yield from capped(pointer, faults)


def _limits(problem: RouteProblem) -> Iterator[Fault]:
    limits = problem.limits
    for name in ("workload_max_min", "steps_max", "parallel_max", "daily_max_min"):
        yield from _in_range(f"/limits/{name}", getattr(limits, name), -1)
    yield from _in_range("/limits/travel_buffer_min", limits.travel_buffer_min, 0)
    yield from _in_range("/limits/transfer_weeks", limits.transfer_weeks, 0)


def _budget_and_forms(problem: RouteProblem) -> Iterator[Fault]:
    for s, amount in enumerate(problem.budget_rub):
        yield from _in_range(f"/budget_rub/{s}", amount, 0)
    for i, limit in enumerate(problem.form_mix):
        yield from _in_range(f"/form_mix/{i}/form", limit.form, 0, len(FORMS) - 1)
        for name in ("least_min", "most_min", "least_steps", "most_steps"):
            yield from _in_range(f"/form_mix/{i}/{name}", getattr(limit, name), -1)


def _pins(problem: RouteProblem) -> Iterator[Fault]:
    for p, pin in enumerate(problem.pins):
        yield from _indices(f"/pins/{p}/candidates", pin.candidates, len(problem.candidates))
        if pin.code not in PIN_CODES:
            detail = f"Неизвестный код «{pin.code}»; возможны: {', '.join(PIN_CODES)}."
            yield fault("unknown_pin_code", f"/pins/{p}/code", detail, value=pin.code)


def _mentor(problem: RouteProblem) -> Iterator[Fault]:
    rules = problem.mentor
    yield from _in_range("/mentor/cadence_weeks", rules.cadence_weeks, 1)
    yield from _in_range("/mentor/missed_meeting_mpt", rules.missed_meeting_mpt, 0)
    for m, option in enumerate(rules.options):
        at = f"/mentor/options/{m}"
        for name in ("fit_mpt", "price_mpt", "capacity"):
            yield from _in_range(f"{at}/{name}", getattr(option, name), 0)
        slots = np.array(option.slots, dtype=np.int64).reshape(len(option.slots), 3)
        yield from _spans(f"{at}/slots", slots, problem.n_days * DAY_MIN, "")
        for i, place in enumerate(slots[:, 2].tolist()):
            yield from _in_range(f"{at}/slots/{i}/2", place, -1)


def _checkpoints(problem: RouteProblem) -> Iterator[Fault]:
    rules, at = problem.checkpoints, "/checkpoints"
    yield from _in_range(f"{at}/final_within_days", rules.final_within_days, 0)
    yield from _in_range(f"{at}/checkpoint_missing_mpt", rules.checkpoint_missing_mpt, 0)
    for i, offer in enumerate(rules.offers):
        yield from _in_range(f"{at}/offers/{i}/day", offer.day, 0, problem.n_days - 1)
        yield from _in_range(f"{at}/offers/{i}/duration_min", offer.duration_min, 1)


def _revision(problem: RouteProblem) -> Iterator[Fault]:
    revision, at = problem.revision, "/revision"
    if revision is None:
        return
    size = len(problem.candidates)
    yield from _indices(f"{at}/fixed", revision.fixed, size)
    yield from _indices(f"{at}/frozen", revision.frozen, len(revision.steps))
    for s, step in enumerate(revision.steps):
        yield from _indices(f"{at}/steps/{s}", step, size)
    yield from _in_range(f"{at}/changes_most", revision.changes_most, 0)
    yield from _in_range(f"{at}/free_day", revision.free_day, 0)
    every = [j for group in (revision.fixed, *revision.steps) for j in group]
    if len(set(every)) < len(every):
        detail = "Вариант стоит в двух шагах прежнего маршрута: оставьте его в одном."
        yield fault("candidate_in_two_steps", at, detail)
    activity = problem.candidates.activity
    for s, step in enumerate(revision.steps):
        if len({int(activity[j]) for j in step if 0 <= j < size}) > 1:
            detail = "Варианты одного шага должны быть одного мероприятия."
            yield fault("step_of_two_activities", f"{at}/steps/{s}", detail)


def _labels(problem: RouteProblem) -> Iterator[Fault]:
    lists: tuple[tuple[str, str, Iterable[str]], ...] = (
        ("/demands", "/label", [demand.label for demand in problem.demands]),
        ("/activities", "/label", [activity.label for activity in problem.activities]),
        ("/candidates/label", "", problem.candidates.label),
        ("/budget_sources", "", problem.budget_sources),
        ("/mentor/options", "/label", [option.label for option in problem.mentor.options]),
        ("/checkpoints/offers", "/label", [offer.label for offer in problem.checkpoints.offers]),
    )
    for pointer, field, labels in lists:
        seen: dict[str, int] = {}
        for i, label in enumerate(labels):
            first = seen.setdefault(label, i)
            if first != i:
                detail = f"Обозначение «{label}» уже занято записью {first}: дайте другое."
                yield fault("repeated_label", f"{pointer}/{i}{field}", detail, label=label)
