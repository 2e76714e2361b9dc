"""Wordings that combine several numbers: level of a deficit, certificate, duration."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from engine.wording.messages import phrase
from engine.wording.tables import known_language, label

LEVELS: tuple[str, str, str] = ("high", "medium", "minimal")
"""Order of ``level_probability`` in every record."""

PROVED = ("OPTIMAL", "WITHIN_GAP")
"""Statuses of a route that is known to be as good as was asked for."""

CLEAR, LIKELY, UNLIKELY = 0.9, 0.7, 0.3
"""Probability of a high deficit from which it is called clear, of one above minimal from which it
is called probable, and up to which it is called unlikely; between the last two nothing is claimed.
Six tasks never show a clear deficit unless nearly all are wrong. The same words as of changes
between diagnostics: the first two are the thresholds of the default policy's ``[dynamics]``, the
third is the second seen from the other side. Words, not decisions: no rule and no value of a
route depends on them."""


def official_level_words(
    official_level: str | None,
    level_probability: tuple[float, float, float] | None,
    raw_score: float | None,
    raw_max: float | None,
    language: str = "ru",
) -> str:
    """Official level with the share it comes from, beside the probability of that level.

    The level is that of Р-201 from the raw share; the probability is the posterior's for the same
    level. «высокий (55 %; вероятность 0,71)».

    Returns
    -------
    str
        «не измерялся» without an official level.
    """
    language = known_language(language)
    if official_level is None:
        return phrase("level_not_measured", language)
    share = raw_score / raw_max if raw_score is not None and raw_max else None
    chance = _chance_of(official_level, level_probability)
    level = label("official_level", official_level, language)
    if share is None and chance is None:
        return level
    key = "level_chance" if share is None else "level_share" if chance is None else "level_full"
    return phrase(key, language, level=level, share=share, chance=chance)


def _chance_of(
    official_level: str, level_probability: tuple[float, float, float] | None
) -> float | None:
    if level_probability is None or official_level not in LEVELS:
        return None
    chance = level_probability[LEVELS.index(official_level)]
    return None if math.isnan(chance) else chance


def tasks_done(raw_score: float | None, raw_max: float | None, n_tasks: int | None) -> int | None:
    """Tasks that the score stands for.

    Returns
    -------
    int or None
        ``None`` where something is not stated or the score stands for no whole number of tasks:
        a rounded one can belong to another official level than the share itself.
    """
    if raw_score is None or not raw_max or not n_tasks:
        return None
    done = raw_score / raw_max * n_tasks
    return round(done) if abs(done - round(done)) < 1e-6 else None


def own_result_words(
    raw_score: float | None, raw_max: float | None, n_tasks: int | None, language: str = "ru"
) -> str | None:
    """A node's own result: «2 из 6 заданий», or the score itself «15 из 25 баллов, 7 заданий».

    Returns
    -------
    str or None
        ``None`` where the number of tasks is not stated: the share is told beside.
    """
    if raw_score is None or not raw_max or not n_tasks:
        return None
    done = tasks_done(raw_score, raw_max, n_tasks)
    if done is not None:
        return phrase("own_tasks", language, done=done, n_tasks=n_tasks)
    return phrase("own_score", language, score=raw_score, most=raw_max, n_tasks=n_tasks)


def likelihood_words(
    level_probability: tuple[float, float, float] | None,
    raw_score: float | None,
    raw_max: float | None,
    n_tasks: int | None,
    language: str = "ru",
    *,
    official_level: str | None = None,
) -> str:
    """How sure the deficit is, with the evidence behind: «вероятный дефицит (2 из 6 заданий)».

    The words follow the probability that the deficit is above minimal; the brackets tell how many
    tasks were done. Where the ``official_level`` of the node's own newest result says the
    opposite of that probability, the words say where the verdict comes from.
    """
    language = known_language(language)
    if level_probability is None or any(math.isnan(p) for p in level_probability):
        return phrase("deficit_not_measured", language)
    above = level_probability[0] + level_probability[1]
    own = own_result_words(raw_score, raw_max, n_tasks, language)
    return phrase(_verdict(level_probability[0], above, official_level), language, own=own)


def _verdict(high: float, above: float, official_level: str | None) -> str:
    """Key of the words for the probabilities of a high deficit and of one above minimal."""
    if above >= LIKELY and official_level == "minimal":
        return "deficit_despite_result"
    if above <= UNLIKELY and official_level in ("high", "medium"):
        return "no_deficit_despite_result"
    if high >= CLEAR:
        return "deficit_sure"
    if above >= LIKELY:
        return "deficit_likely"
    return "deficit_unlikely" if above <= UNLIKELY else "deficit_undecided"


def direction_words(probability_grown: float, status: str, language: str = "ru") -> str | None:
    """Whether the proficiency has grown or fallen, where that is as sure as a clear deficit.

    Parameters
    ----------
    probability_grown
        P(θ(last) > θ(first)).
    status
        Value of ``DeficitChange``: a growth that shows no removal yet is told as such.

    Returns
    -------
    str or None
        ``None`` where neither is sure.
    """
    if 1 - probability_grown >= CLEAR:
        return phrase("change_fallen", language)
    if probability_grown < CLEAR:
        return None
    open_yet = status in ("likely_remains", "unknown")
    return phrase("change_risen_not_enough" if open_yet else "change_risen", language)


def status_words(status: str, language: str = "ru", *, empty: bool = False) -> str:
    """Status of a solve as a short plain phrase.

    ``empty``: there is a route, but without a step; that nothing better exists is then no news
    to be proud of.
    """
    language = known_language(language)
    if empty:
        return phrase("status_empty" if status in PROVED else "status_empty_open", language)
    return label("solve_status", status, language)


_NEXT: Mapping[str, Sequence[str]] = {
    "next_activities": ("no_activity", "no_gain", "not_in_catalogue", "partly_closed"),
    "next_conditions": (
        *("not_eligible", "audience_position", "audience_subject", "audience_stage", "language"),
        *("form_not_admitted", "online_not_possible", "hours_unknown", "excluded"),
    ),
    "next_offerings": (
        *("no_run", "no_run_in_horizon", "enrolment_closed", "seats", "missing_checkpoint"),
    ),
    "next_free_time": (
        *("busy_time", "overlap", "outside_hours", "daily_load", "forbidden_day"),
        "missed_meeting",
    ),
    "next_tempo": ("tempo", "weeks_full", "parallel"),
    "next_total": ("workload", "steps"),
    "next_budget": ("budget",),
    "next_sequence": ("prerequisite_missing", "no_practice"),
    "next_policy": ("required_theme", "required_activity", "form_by_level", "outranked"),
    "next_mentor": ("mentor_shortage",),
}
"""What to do by the codes that keep demands open, in the order of being told."""


def next_steps(status: str, unmet: Collection[str], language: str = "ru") -> tuple[str, ...]:
    """What to do about a route without a step.

    Parameters
    ----------
    status
        Value of ``SolveStatus``.
    unmet
        Codes of what is open, the more precise one where a code names another as its cause.
    language
        ``ru`` or ``en``.
    """
    language = known_language(language)
    keys = [key for key, codes in _NEXT.items() if not set(codes).isdisjoint(unmet)]
    if status not in PROVED:
        keys.insert(0, "next_longer")
    return tuple(phrase(key, language) for key in keys or ["next_request"])


def certificate_words(
    status: str,
    gap_rel: float | None,
    *,
    cut_by_clock: bool = False,
    empty: bool = False,
    language: str = "ru",
) -> tuple[str, ...]:
    """What is proved of the route, in plain sentences.

    Parameters
    ----------
    status
        Value of ``SolveStatus``.
    gap_rel
        (bound − value) / max(1, |value|) ≥ 0; ``None`` = no bound.
    cut_by_clock
        The wall clock ended the solve.
    empty
        There is a route, but without a step.
    language
        ``ru`` or ``en``.
    """
    language = known_language(language)
    bounded = status in ("WITHIN_GAP", "FEASIBLE")
    key = f"certificate_{status}" + ("_unbounded" if bounded and gap_rel is None else "")
    if empty:
        key = "certificate_empty" if status in PROVED else "certificate_empty_open"
    result = [phrase(key, language, gap=gap_rel)]
    if cut_by_clock:
        result.append(phrase("certificate_cut", language))
    return tuple(result)
