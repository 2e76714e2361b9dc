"""The diagnostic results behind a deficit in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from engine.recommendation import Evidence
from engine.wording import label, phrase


def evidence_lines(evidence: Sequence[Evidence], language: str) -> Iterator[str]:
    """One line per result; the criteria that one observer marked on one card in one line.

    Lines that are the same come once, with their number.
    """
    cards: dict[tuple[object, ...], list[Evidence]] = {}
    for i, e in enumerate(evidence):
        # Results without a criterion are whole results: each is a card of its own.
        alone = i if e.criterion is None else None
        cards.setdefault((e.procedure_id, e.date, e.method, e.observer, alone), []).append(e)
    for line, count in Counter(_line(card, language) for card in cards.values()).items():
        yield line if count == 1 else f"{line} × {count}"


def _line(card: Sequence[Evidence], language: str) -> str:
    first = card[0]
    criteria = {e.criterion for e in card}
    return phrase(
        "evidence",
        language,
        method=label("method", first.method, language),
        date=first.date,
        score=sum(e.score for e in card),
        max_score=sum(e.max_score for e in card),
        n_tasks=first.n_tasks if len(card) == 1 else None,
        criterion=first.criterion if len(criteria) == 1 else None,
        criteria=len(criteria) if len(criteria) > 1 else None,
        observer=first.observer,
        procedure=first.procedure_id,
    )
