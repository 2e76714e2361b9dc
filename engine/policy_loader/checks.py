"""Ranges and relations of a profile's values.

Patterns are dotted keys in which ``*`` stands for anything. Types are right already when these
checks run, so they only look at the values.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.domain import Kind, Level, Method, OfficialLevel

Problem = tuple[str, str]

CATEGORIES = frozenset({"dpp_pp", "dpp_pk", "non_formal", "informal"})
REPLACEABLE = frozenset({"tempo_max_min", "total_max_min", "steps_max", "budget_rub"})
"""Limits for which an educator or a request has a setting of its own."""

FIT_FACTORS = frozenset({"competency", "subject", "position", "district"})


@dataclass(frozen=True, slots=True)
class Range:
    """Closed range of a number, or of each number of a list; ``above`` leaves out ``least``."""

    pattern: str
    least: float = 0.0
    most: float = math.inf
    above: bool = False

    def holds(self, number: float) -> bool:
        """Whether a finite number lies in the range."""
        enough = number > self.least if self.above else number >= self.least
        return math.isfinite(number) and enough and number <= self.most

    def words(self) -> str:
        """The range in mathematical notation."""
        left = "(" if self.above else "["
        right = "∞)" if math.isinf(self.most) else f"{self.most:g}]"
        return f"{left}{self.least:g}, {right}"


RANGES: tuple[Range, ...] = (
    Range("levels.*", 0, 1),
    Range("diagnostics.reliability.*", 0, 1, above=True),
    Range("diagnostics.half_life_days", 1),
    Range("diagnostics.max_age_days", 1),
    Range("diagnostics.default_tasks", 1),
    Range("diagnostics.prior_median", 0.01, 0.99),
    Range("diagnostics.procedure_sd.*", 0, 5),
    Range("diagnostics.*_sd", 0, 5),
    Range("diagnostics.change_days", 1),
    Range("dynamics.*", 0.5, 1),
    Range("targets.default", 0, 1),
    Range("targets.by_position.*", 0, 1),
    Range("targets.by_node.*", 0, 1),
    Range("targets.profiles.*.target", 0, 1),
    Range("groups.*", 0, 1),
    Range("group_view.least_people", 3, 1000),
    Range("group_view.*_sd", 0, 5),
    Range("limits.horizon_weeks", 1, 156),
    Range("limits.steps_max", 1, 100),
    Range("limits.parallel_max", 1, 100),
    Range("limits.tempo_default_min", 0, 7 * 1440),
    Range("limits.tempo_max_min", 1, 7 * 1440),
    Range("limits.daily_max_min", 1, 1440),
    Range("limits.self_paced_max_weeks", 1, 156),
    Range("limits.paces", 0, 1, above=True),
    Range("limits.budget_rub.*", 0),
    Range("limits.*", 0),
    Range("calendar.public_holiday_factor", 0, 1),
    Range("calendar.earliest_min", 0, 1440),
    Range("calendar.latest_min", 0, 1440),
    Range("calendar.meeting_weekdays", 1, 7),
    Range("calendar.periods.*.tempo_factor", 0, 1),
    Range("calendar.shift_hours_min.*", 0, 1440),
    Range("mentorship.young_age", 18, 100),
    Range("mentorship.young_years", 0, 50),
    Range("mentorship.new_post_years", 0, 50),
    Range("mentorship.cadence_weeks", 1, 52),
    Range("mentorship.meeting_min", 5, 480),
    Range("mentorship.fit_weight.*", 0),
    Range("form_mix.*", 0),
    Range("transfer.weeks", 0, 156),
    Range("transfer.coverage_least", 0, 1),
    Range("transfer.main_competencies", 1),
    Range("checkpoints.duration_min", 1, 1440),
    Range("measure_first.within_weeks", 1, 52),
    Range("measure_first.minutes_per_task", 0, 1440, above=True),
    Range("measure_first.tasks_per_node", 1, 100),
    Range("measure_first.most_nodes", 1, 4),
    Range("measure_first.task_weight", 0, 1, above=True),
    Range("measure_first.least_worth", 0),
    Range("value.weight_by_level.*", 0, 100),
    Range("value.request_deficit", 0, 1),
    Range("value.development_deficit", 0, 1),
    Range("value.effect.*", 0, 1),
    Range("value.saturation_hours.*", 0, above=True),
    Range("value.*_weight", 0, 100),
    Range("value.bonus_*", 0),
    Range("value.price_*", 0),
    Range("value.mentor_fit", 0),
    Range("exploration.epsilon", 0, 1),
    Range("exploration.first", 1, 1000),
    Range("promotion.people_least", 2),
    Range("promotion.confidence", 0.5, 0.999, above=True),
    Range("promotion.change_least", -1, 0),
    Range("promotion.slice_people", 2),
    Range("promotion.slice_fall_most", 0, 1),
    Range("promotion.calibration_rise_most", 0, 1),
    Range("promotion.latency_ratio_most", 1, 100, above=True),
    Range("lifecycle.hold_days", 1, 365),
    Range("lifecycle.replan_changes_most", 0, 100),
    Range("lifecycle.replan_freeze_days", 0, 365),
    Range("team.node_share", 0, 1, above=True),
    Range("team.least_steps", 0, 10),
    Range("team.most_steps", 0, 10),
    Range("team.excused_most", 0, 100),
    Range("team.bonus_together", 0),
    Range("solve.gap_rel", 0, 1),
    Range("solve.deadline_ms", 1, 30_000),
    Range("solve.deterministic_time", 0, above=True),
)
"""The first range whose pattern fits a key holds; more special ones stand first."""

ORDERED: tuple[tuple[str, str, bool], ...] = (
    ("levels.high_below", "levels.minimal_above", False),
    ("dynamics.likely_probability", "dynamics.removed_probability", False),
    ("limits.tempo_default_min", "limits.tempo_max_min", False),
    ("calendar.earliest_min", "calendar.latest_min", True),
    ("calendar.periods.*.start", "calendar.periods.*.end", False),
    ("form_mix.*.least_min", "form_mix.*.most_min", False),
    ("form_mix.*.least_steps", "form_mix.*.most_steps", False),
    ("team.least_steps", "team.most_steps", False),
)
"""(lower, upper, strict): lower ≤ upper, or lower < upper."""

COMPLETE: tuple[tuple[str, type[StrEnum]], ...] = (
    ("diagnostics.reliability", Method),
    ("diagnostics.procedure_sd", Method),
    ("form_by_level", OfficialLevel),
    ("value.weight_by_level", OfficialLevel),
    ("value.bonus_level", Level),
    ("value.effect", Kind),
    ("value.saturation_hours", Kind),
)
"""Tables that need an entry for every member."""

SUBSETS: tuple[tuple[str, frozenset[str]], ...] = (
    ("form_by_level.*", CATEGORIES),
    ("limits.educator_may_replace", REPLACEABLE),
)


def check_values(values: Mapping[str, object]) -> Iterator[Problem]:
    """Every problem of the values, as (key, text in Russian).

    Parameters
    ----------
    values
        Leaves of the whole profile by dotted key, of the right types.
    """
    yield from _ranges(values)
    yield from _orders(values)
    yield from _complete(values)
    yield from _lists(values)
    yield from _fit_weight(values)
    yield from _zone(values)


def range_of(key: str) -> Range | None:
    """The range that holds for a key."""
    return next((r for r in RANGES if fnmatchcase(key, r.pattern)), None)


def _ranges(values: Mapping[str, object]) -> Iterator[Problem]:
    for key, value in values.items():
        allowed = range_of(key)
        bad = [n for n in _numbers(value) if allowed is not None and not allowed.holds(n)]
        if bad and allowed is not None:
            yield key, f"{bad[0]:g} вне {allowed.words()}"


def _numbers(value: object) -> Iterable[float]:
    items = value if isinstance(value, list) else [value]
    return [n for n in items if isinstance(n, int | float) and not isinstance(n, bool)]


def _orders(values: Mapping[str, object]) -> Iterator[Problem]:
    for low_pattern, high_pattern, strict in ORDERED:
        for low_key in values:
            if not fnmatchcase(low_key, low_pattern):
                continue
            high_key = low_key.rpartition(".")[0] + "." + high_pattern.rpartition(".")[2]
            low, high = _rank(values[low_key]), _rank(values.get(high_key))
            if low is not None and high is not None and (low > high or (strict and low == high)):
                sign = "<" if strict else "≤"
                yield low_key, f"{values[low_key]}: должно быть {sign} {high_key}"


def _rank(value: object) -> float | None:
    if isinstance(value, dt.date):
        return float(value.toordinal())
    return float(value) if isinstance(value, int | float) else None


def _complete(values: Mapping[str, object]) -> Iterator[Problem]:
    for table, members in COMPLETE:
        for member in members:
            if f"{table}.{member}" not in values:
                yield f"{table}.{member}", "ключа нет, а он обязателен"


def _lists(values: Mapping[str, object]) -> Iterator[Problem]:
    for key, value in values.items():
        if not isinstance(value, list):
            continue
        if len({repr(v) for v in value}) < len(value):
            yield key, "значения повторяются"
        for pattern, allowed in SUBSETS:
            strange = sorted(set(value) - allowed) if fnmatchcase(key, pattern) else []
            if strange:
                words = ", ".join(sorted(allowed))
                yield key, f"неизвестно: {', '.join(strange)}; есть: {words}"
        if fnmatchcase(key, "calendar.shift_hours_min.*") and value[0] > value[-1]:
            yield key, "начало смены позже её конца"
        if key == "limits.paces" and value != sorted(value):
            yield key, "доли должны возрастать"
        if not value and key in ("limits.paces", "calendar.meeting_weekdays"):
            yield key, "список не может быть пустым"


def _fit_weight(values: Mapping[str, object]) -> Iterator[Problem]:
    table = "mentorship.fit_weight."
    given = {k.removeprefix(table): v for k, v in values.items() if k.startswith(table)}
    for strange in sorted(given.keys() - FIT_FACTORS):
        yield table + strange, f"неизвестный ключ; есть: {', '.join(sorted(FIT_FACTORS))}"
    # The position is the one factor that applies to everybody, so the mean is never empty.
    if given and not given.get("position"):
        yield table + "position", "должен быть больше 0"


def _zone(values: Mapping[str, object]) -> Iterator[Problem]:
    name = values.get("time_zone")
    try:
        ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "time_zone", f"неизвестный часовой пояс {name!r}; нужно имя IANA: Europe/Moscow"
