"""What is asked of horizontal pairs, and what is said of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from engine.assignment.records import accompaniment
from engine.domain import MentorForm
from engine.registers import Accompaniment, Period

ALONE_NOBODY = "peer_nobody_suits"
ALONE_OTHERS = "peer_others_paired"


@dataclass(frozen=True, slots=True)
class PeerRules:
    """Whom colleagues may be paired with. Local: no regulation prescribes it.

    Parameters
    ----------
    most_pairs
        Pairs of one educator, ≥ 1.
    least
        What a pair is worth at least, in whole deficits of weight 1, > 0.
    declared
        Probability of a strength that is stated and was not measured, in [0, 1].
    has_from
        Least probability of having a competency from which it can be given, in [0, 1].
    same_subject
        Only pairs with a subject in common, or in the same position where one has no subjects.
    same_district
        Only pairs of one district; people without a district are left out then.
    """

    most_pairs: int = 1
    least: float = 0.1
    declared: float = 0.5
    has_from: float = 0.5
    same_subject: bool = False
    same_district: bool = False

    def __post_init__(self) -> None:
        shares = (self.declared, self.has_from)
        if self.most_pairs < 1 or not self.least > 0 or not all(0 <= x <= 1 for x in shares):
            raise ValueError(
                "most_pairs ≥ 1, least > 0, declared and has_from in [0, 1] are needed"
            )


USUAL = PeerRules()


@dataclass(frozen=True, slots=True)
class PeerPair:
    """Two colleagues; ``one_id`` comes before ``other_id``.

    Parameters
    ----------
    one_gives, other_gives
        What each gives the other, in whole deficits of weight 1.
    one_shares, other_shares
        Competencies by what they add to that, at most three.
    """

    one_id: str
    other_id: str
    one_gives: float
    other_gives: float
    one_shares: tuple[tuple[str, float], ...] = ()
    other_shares: tuple[tuple[str, float], ...] = ()

    @property
    def value(self) -> float:
        """What both give together."""
        return self.one_gives + self.other_gives


@dataclass(frozen=True, slots=True)
class Alone:
    """Somebody without a pair.

    Parameters
    ----------
    code
        ``peer_nobody_suits``, or ``peer_others_paired``: colleagues who would suit have pairs that
        are worth more together.
    suiting
        Colleagues with whom a pair would be worth enough.
    """

    educator_id: str
    code: str
    suiting: int


@dataclass(frozen=True, slots=True)
class PeerAssignment:
    """Pairs of colleagues.

    Parameters
    ----------
    value, bound, gap
        Σ of the pairs' values in whole deficits of weight 1; no choice of pairs under these rules
        is worth more than ``bound``; bound − value. Counted in units of 10⁻⁶.
    considered
        Pairs that the rules admit and that are worth enough.
    present
        Pairs of the register that stand, ids in order.
    """

    as_of: dt.datetime
    policy: str
    rules: PeerRules
    pairs: tuple[PeerPair, ...]
    alone: tuple[Alone, ...]
    value: float
    bound: float
    gap: float
    considered: int
    present: tuple[tuple[str, str], ...] = ()

    def accompaniments(
        self, since: dt.date, until: dt.date | None = None
    ) -> tuple[Accompaniment, ...]:
        """Records of the register: one for each direction in which something is given."""
        return tuple(
            accompaniment(taker, MentorForm.PEER, giver, Period(since, until))
            for pair in self.pairs
            for giver, taker, given in (
                (pair.one_id, pair.other_id, pair.one_gives),
                (pair.other_id, pair.one_id, pair.other_gives),
            )
            if given > 0
        )
