"""Cross-checks of people and evidence: consent, tempo, scores, dates, requests."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping

from engine.interchange.duplicates import all_places
from engine.interchange.faults import FaultLog, Place
from engine.interchange.records import Record, Records

TEMPO_SUSPICIOUS_BELOW_MIN = 15
"""A weekly tempo of so few minutes is most likely meant in hours."""

WORKING_AGE_YEARS = 16

SHARE_SUSPICIOUS_FROM = 10
"""With so high a maximum a score between 0 and 1 is most likely a share of it."""


def check_educators(educators: Records, today: dt.date, log: FaultLog) -> None:
    """Dates that cannot be and tempos that look wrong."""
    for record in educators:
        born, turns = record["born_on"], record["turns_35_on"]
        if born is not None and born.year > today.year - WORKING_AGE_YEARS:
            log.error(
                "birth_date_implausible",
                f"дата рождения {born:%d.%m.%Y} не может быть у работающего педагога: исправьте",
                record.at("born_on"),
            )
        if born is not None and turns is not None and turns.year != born.year + 35:
            log.error(
                "age_contradiction",
                f"35 лет исполняется {turns:%d.%m.%Y}, а дата рождения "
                f"{born:%d.%m.%Y}: оставьте верную",
                record.at("turns_35_on"),
            )
        tempo = record["tempo_min_per_week"]
        if tempo == 0:
            log.warning(
                "tempo_zero",
                "темп 0 минут в неделю: маршрут не построится ни на одну "
                "неделю; впишите минуты или оставьте пусто (темп по профилю региона)",
                record.at("tempo_min_per_week"),
            )
        elif tempo is not None and tempo < TEMPO_SUSPICIOUS_BELOW_MIN:
            log.warning(
                "tempo_suspicious",
                f"темп {tempo} минут в неделю похож на часы: столбец "
                f"в минутах, {tempo} ч = {tempo * 60}",
                record.at("tempo_min_per_week"),
            )


def check_mentors(mentors: Records, today: dt.date, log: FaultLog) -> None:
    """A mentor without written consent in force is refused."""
    for record in mentors:
        given = record["consent_on"]
        if not record["consent"]:
            log.error(
                "mentor_without_consent",
                f"у наставника «{record['id']}» нет письменного "
                "согласия: получите его и впишите «да» либо уберите строку",
                record.at("consent"),
                mentor=record["id"],
            )
        elif given is not None and given > today:
            log.error(
                "mentor_without_consent",
                f"согласие наставника «{record['id']}» датировано "
                f"будущим днём {given:%d.%m.%Y}: исправьте дату или уберите строку",
                record.at("consent_on"),
                mentor=record["id"],
            )


def check_diagnostics(diagnostics: Records, today: dt.date, log: FaultLog) -> None:
    """Scores within their maximum, not of the future; rows without a score are left out."""
    absent = 0
    kept = []
    for record in diagnostics:
        if record["date"] > today:
            log.error(
                "diagnostics_in_future",
                f"дата диагностики {record['date']:%d.%m.%Y} позже "
                f"дня расчёта {today:%d.%m.%Y}: исправьте дату или день расчёта (as_of)",
                record.at("date"),
            )
        score = record["score"]
        if score is None:
            absent += 1
            continue
        if score > record["max_score"]:
            log.error(
                "score_above_maximum",
                f"балл {score:g} больше максимума "
                f"{record['max_score']:g}: исправьте балл или максимум",
                record.at("score"),
                score=score,
                max_score=record["max_score"],
            )
        _warn_of_a_share(record, log)
        if record["procedure_id"] is None:
            record.values["procedure_id"] = f"{record['method']}-{record['date'].isoformat()}"
        kept.append(record)
    if absent:
        log.note(
            "score_absent",
            f"строк без балла: {absent}; они не взяты: «не оценивалось» — не ноль",
            Place(diagnostics.rows[0].place.file),
            count=absent,
        )
    diagnostics.rows = kept


def _warn_of_a_share(record: Record, log: FaultLog) -> None:
    score, most = record["score"], record["max_score"]
    if 0 < score < 1 and most >= SHARE_SUSPICIOUS_FROM:
        log.warning(
            "score_looks_like_share",
            f"балл {score:g} при максимуме {most:g} похож на долю: если это "
            f"{score * 100:.10g}%, впишите балл ({score * most:.10g} из {most:g})",
            record.at("score"),
            score=score,
            max_score=most,
        )


def check_responses(
    responses: Records, items: Mapping[str, tuple[str, ...]], today: dt.date, log: FaultLog
) -> None:
    """Answers not of the future, one to an item, each item's nodes known."""
    answers: defaultdict[tuple[object, ...], list[Record]] = defaultdict(list)
    for record in responses:
        answers[_answer(record)].append(record)
    for record in responses:
        _check_one_answer(record, answers[_answer(record)], log)
        if record["date"] > today:
            log.error(
                "diagnostics_in_future",
                f"дата {record['date']:%d.%m.%Y} позже дня расчёта "
                f"{today:%d.%m.%Y}: исправьте дату",
                record.at("date"),
            )
        if record["node"] is None and record["item"] not in items:
            log.error(
                "unknown_item",
                f"неизвестно, что измеряет задание «{record['item']}»: "
                "добавьте его в таблицу items или впишите компетенцию",
                record.at("item"),
            )


def _answer(record: Record) -> tuple[object, ...]:
    return tuple(record[c] for c in ("educator_id", "procedure_id", "date", "item"))


def _check_one_answer(record: Record, same: list[Record], log: FaultLog) -> None:
    """Rows of one answer may name its nodes one by one, but must give the same answer."""
    first = same[0]
    if first["response"] != record["response"]:
        log.error(
            "duplicate_contradiction",
            f"ответ на задание «{record['item']}» в строке {first.place.row} другой: "
            "оставьте верный",
            record.at("response"),
            first_row=first.place.row,
            rows=all_places(same, "response"),
        )


def check_requests(requests: Records, log: FaultLog) -> None:
    """A request says something; one without a number is numbered per educator (r1, r2 …)."""
    given = {(r["educator_id"], r["id"]) for r in requests}
    counters: dict[str, int] = {}
    for record in requests:
        if record["node"] is None and not record["text"] and record["career_position"] is None:
            log.error(
                "request_empty",
                "в запросе нет ни компетенции, ни текста, ни должности: "
                "впишите что-нибудь одно или уберите строку",
                record.at("text"),
            )
        if record["id"] is None:
            educator = record["educator_id"]
            number = counters.get(educator, 0) + 1
            while (educator, f"r{number}") in given:
                number += 1
            counters[educator] = number
            record.values["id"] = f"r{number}"


def check_history(history: Records, today: dt.date, log: FaultLog) -> None:
    """What was completed has a name and a day gone by."""
    for record in history:
        if record["activity_id"] is None and not record["title"]:
            log.error(
                "history_empty",
                "впишите идентификатор мероприятия или его название",
                record.at("title"),
            )
        if record["completed_on"] > today:
            log.error(
                "history_in_future",
                f"завершено {record['completed_on']:%d.%m.%Y} — позже "
                f"дня расчёта {today:%d.%m.%Y}: исправьте дату",
                record.at("completed_on"),
            )


def check_labels(labels: Records, people: frozenset[str], log: FaultLog) -> None:
    """Say which names belong to nobody in the package."""
    for record in labels:
        if record["id"] not in people:
            log.warning(
                "label_without_person",
                f"шифр «{record['id']}» не встречается среди "
                "педагогов и наставников: имя не пригодится",
                record.at("id"),
            )
