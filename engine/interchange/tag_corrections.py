"""Corrections of tags in a data package: checks of their records, records ↔ corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from math import fsum

from engine.domain import Activity
from engine.interchange.faults import FaultLog
from engine.interchange.records import Record, Records
from engine.interchange.words import RIGHT, WRONG
from engine.matching.tag_corrections import TagCorrection

SUM_TOLERANCE = 1e-9


def check_tag_corrections(
    corrections: Records,
    activities: Records,
    covered: Iterable[Record],
    log: FaultLog,
    elsewhere: Collection[str] = (),
) -> None:
    """Verdicts with a competency and a text; shares of right ones only, at most 1 together.

    Parameters
    ----------
    covered
        Records of the given coverage, which goes before corrections.
    elsewhere
        Ids of activities whose texts are known though no file holds them.
    """
    titles = {r["id"] for r in activities} | activities.broken_ids | set(elsewhere)
    given = {r["activity_id"] for r in covered}
    for activity, rows in _judged(corrections).items():
        for record in rows:
            _check_row(record, log)
        if activity not in titles and not any(r["title"] for r in rows):
            log.error(
                "correction_without_text",
                f"активности «{activity}» нет в каталоге, и названия в правке нет: впишите "
                "название, по нему правка учит другие",
                rows[0].at("title"),
                id=activity,
            )
        if activity in given:
            log.warning(
                "correction_beside_coverage",
                f"охват активности «{activity}» задан в таблице coverage, и правка его не меняет: "
                "исправьте охват там",
                rows[0].at("activity_id"),
                id=activity,
            )
        _check_shares(activity, [r for r in rows if r["verdict"] == RIGHT], log)


def _check_row(record: Record, log: FaultLog) -> None:
    if record["node"] is None:
        log.error(
            "correction_without_node",
            "указана оценка, а компетенции нет: впишите код компетенции",
            record.at("node"),
        )
    if record["right_share"] is not None and record["verdict"] == WRONG:
        log.error(
            "share_of_wrong",
            "компетенция отмечена неверной, а доля указана: уберите долю или исправьте оценку",
            record.at("right_share"),
        )


def _check_shares(activity: str, right: Sequence[Record], log: FaultLog) -> None:
    stated = [r["right_share"] for r in right if r["right_share"] is not None]
    total = fsum(stated)
    nothing_left = len(stated) < len(right) and total > 1 - SUM_TOLERANCE
    if total > 1 + SUM_TOLERANCE or nothing_left:
        log.error(
            "correction_shares_above_one",
            f"у «{activity}» сумма указанных долей {total:g}"
            + (", для верных без доли ничего не остаётся" if nothing_left else " больше 1")
            + ": уменьшите доли",
            right[0].at("right_share"),
            id=activity,
        )


def _judged(corrections: Iterable[Record]) -> dict[str, list[Record]]:
    """Rows with a verdict by activity: a list for review has others, too."""
    found: defaultdict[str, list[Record]] = defaultdict(list)
    for record in corrections:
        if record["verdict"] is not None:
            found[record["activity_id"]].append(record)
    return found


def build_tag_corrections(
    corrections: Iterable[Record], activities: Collection[Activity]
) -> tuple[TagCorrection, ...]:
    """Corrections in the order of the file, with the texts of their activities.

    The text of an activity that is not in the catalogue is the title in the correction.
    """
    known = {a.id: a for a in activities}
    found = []
    for activity, rows in _judged(corrections).items():
        right = {r["node"]: r["right_share"] for r in rows if r["verdict"] == RIGHT}
        wrong = [r["node"] for r in rows if r["verdict"] == WRONG]
        if activity in known:
            found.append(TagCorrection.of(known[activity], right, wrong))
        else:
            title = next(r["title"] for r in rows if r["title"])
            found.append(
                TagCorrection(activity, title, tuple(sorted(right.items())), tuple(sorted(wrong)))
            )
    return tuple(found)


def rows_of_corrections(corrections: Iterable[TagCorrection]) -> list[Mapping[str, object]]:
    """Rows of the table, right leaves before wrong ones."""
    return [
        {
            "activity_id": c.activity_id,
            "title": c.title,
            "node": node,
            "verdict": verdict,
            "right_share": share,
        }
        for c in corrections
        for node, share, verdict in (
            *((node, share, RIGHT) for node, share in c.right),
            *((node, None, WRONG) for node in c.wrong),
        )
    ]
