"""Ruin and recreate over a pool of columns, compiled.

A set of steps is torn open at random or around a moment, and closed again by greedy insertion
that now and then looks away ("blinks"); small losses are accepted at first and none at the end
(Schrimpf et al., 2000; Christiaens and Vanden Berghe, 2020). Rules that add up or exclude pairs
always hold; what only a whole route can show (accompaniment, pins, least amounts) costs a price
while it is broken. Randomness is a number in, so the same call gives the same steps.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.domain import BoolArray, IntArray
from engine.planning.compiled import compiled, inlined
from engine.planning.search_company import complete
from engine.planning.search_table import (
    END,
    LACK,
    MINUTES,
    OWN,
    START,
    WEEKS,
    Adding,
    Needs,
    SearchTable,
    Wanted,
)

LACK_MPT = 2_000
"""Price of a minute that a checkpoint or a meeting lacks, while the search goes on."""
WANTED_MPT = 3_000_000
"""Price of an unmet pin, and of a least amount of which all is lacking."""
STEPS_CAP = 64
NOTHING = -(2**62)
FEW_MIN = 15
"""A week with less room than this is as good as full."""
RUIN_MOST = 7


class State(NamedTuple):
    """A set of steps while it is changed.

    Parameters
    ----------
    chosen, size
        Its columns are ``chosen[: size[0]]``.
    used, filled
        What they take of each resource, and gain of each demand.
    able, open_columns
        Columns that could be inserted when the set was last looked at: flags, and a list.
    random
        State of the generator.
    """

    chosen: IntArray
    size: IntArray
    used: IntArray
    filled: IntArray
    able: IntArray
    open_columns: IntArray
    random: IntArray


@compiled
def _new_state(t: SearchTable, seed: int) -> State:
    n = len(t.adding.column)
    return State(
        np.zeros(STEPS_CAP, np.int64),
        np.zeros(1, np.int64),
        np.zeros(len(t.adding.limit), np.int64),
        np.zeros(len(t.adding.phi), np.int64),
        np.zeros(n, np.int64),
        np.zeros(n, np.int64),
        np.full(1, seed * 2654435761 + 88172645463325252, np.int64),
    )


@inlined
def draw(s: State, below: int) -> int:
    """Next number in [0, below) of a xorshift generator (Marsaglia, 2003)."""
    x = s.random[0]
    x ^= (x << 13) & 0x7FFFFFFFFFFFFFFF
    x ^= x >> 7
    x ^= (x << 17) & 0x7FFFFFFFFFFFFFFF
    s.random[0] = x
    return int((x >> 11) % below)


# --------------------------------------------------------------------- what adds up


@inlined
def fits(a: Adding, s: State, j: int) -> bool:
    """Whether everything that adds up has room for column ``j``."""
    use, limit, used = a.use, a.limit, s.used
    for e in range(a.use_ptr[j], a.use_ptr[j + 1]):
        if used[use[e, 0]] + use[e, 1] > limit[use[e, 0]]:
            return False
    return True


@inlined
def worth_of(a: Adding, s: State, j: int) -> int:
    """What column ``j`` adds to the value of the set, in mpt."""
    gain, phi, filled = a.gain, a.phi, s.filled
    value, most = int(a.column[j, OWN]), phi.shape[1] - 1
    for e in range(a.gain_ptr[j], a.gain_ptr[j + 1]):
        k, before = gain[e, 0], filled[gain[e, 0]]
        value += phi[k, min(before + gain[e, 1], most)] - phi[k, min(before, most)]
    return value


@inlined
def book(a: Adding, s: State, j: int, sign: int) -> None:
    """Add (``sign`` 1) or take back (−1) what column ``j`` uses and gains."""
    for e in range(a.use_ptr[j], a.use_ptr[j + 1]):
        s.used[a.use[e, 0]] += sign * a.use[e, 1]
    for e in range(a.gain_ptr[j], a.gain_ptr[j + 1]):
        s.filled[a.gain[e, 0]] += sign * a.gain[e, 1]


@inlined
def _take(a: Adding, s: State, j: int) -> None:
    s.chosen[s.size[0]] = j
    s.size[0] += 1
    book(a, s, j, 1)


@inlined
def _drop(a: Adding, s: State, place: int) -> None:
    book(a, s, s.chosen[place], -1)
    s.size[0] -= 1
    s.chosen[place] = s.chosen[s.size[0]]


@inlined
def free_of(excludes: BoolArray, s: State, j: int) -> bool:
    """Whether no chosen column excludes column ``j``."""
    chosen, excluded = s.chosen, False
    for i in range(s.size[0]):
        excluded = excluded or excludes[j, chosen[i]]
    return not excluded


@inlined
def _reset(a: Adding, excludes: BoolArray, s: State, columns: IntArray, count: int) -> None:
    """Make the set these columns, each that the ones before it leave room for."""
    while s.size[0] > 0:
        _drop(a, s, s.size[0] - 1)
    for i in range(count):
        if fits(a, s, columns[i]) and free_of(excludes, s, columns[i]):
            _take(a, s, columns[i])


# --------------------------------------------------------------------- pairs and needs


@inlined
def unmet_need(needs: Needs, s: State, j: int, beside: int) -> int:
    """First need of ``j`` that neither the chosen columns nor ``beside`` meet, −1 = none."""
    serves, chosen = needs.serves, s.chosen
    for need in range(needs.ptr[j], needs.ptr[j + 1]):
        met = beside >= 0 and serves[need, beside]
        for i in range(s.size[0]):
            met = met or serves[need, chosen[i]]
        if not met:
            return need
    return -1


@inlined
def price_of_lack(wanted: Wanted, chosen: IntArray, count: int) -> int:
    """Price of unmet pins and least amounts, in mpt."""
    price = 0
    for q in range(len(wanted.least)):
        amount = 0
        for i in range(count):
            amount += wanted.amount[q, chosen[i]]
        if amount < wanted.least[q]:
            price += WANTED_MPT * (wanted.least[q] - amount) // wanted.least[q] + 1
    return price


# --------------------------------------------------------------------- ruin


@inlined
def _ruin(a: Adding, s: State) -> None:
    """Take out a few steps: anywhere, or those that run around one moment."""
    wanted = min(s.size[0], 1 + draw(s, RUIN_MOST))
    anywhere = draw(s, 2) == 1
    pivot, column = s.chosen[draw(s, s.size[0])], a.column
    moment = (column[pivot, START] + column[pivot, END]) // 2
    for _ in range(wanted):
        nearest, distance = 0, 2**40
        for i in range(s.size[0]):
            j = s.chosen[i]
            away = 8 * max(0, max(column[j, START] - moment, moment - column[j, END]))
            away = draw(s, 64) if anywhere else away + draw(s, 8)
            if away < distance:
                nearest, distance = i, away
        _drop(a, s, nearest)


# --------------------------------------------------------------------- recreate


@inlined
def _partner(a: Adding, excludes: BoolArray, needs: Needs, s: State, need: int, j: int) -> int:
    """A good column that meets a need beside the chosen ones and ``j``; −1 = none fits."""
    best, best_worth = -1, NOTHING
    for e in range(needs.server_ptr[need], needs.server_ptr[need + 1]):
        p = needs.server[e]
        if s.able[p] == 0 or excludes[j, p] or not fits(a, s, p):
            continue
        worth = worth_of(a, s, p) + draw(s, 64) * 4_000
        if worth > best_worth and free_of(excludes, s, p) and unmet_need(needs, s, p, j) < 0:
            best, best_worth = p, worth
    return best


@inlined
def _mend(t: SearchTable, s: State) -> None:
    """Meet every unmet need of the chosen columns by a partner, or take the step out."""
    a, excludes, needs = t.adding, t.excludes, t.needs
    i = 0
    while i < s.size[0]:
        j = s.chosen[i]
        need = unmet_need(needs, s, j, -1)
        if need < 0:
            i += 1
            continue
        p = -1
        if draw(s, 4) > 0 and s.size[0] < STEPS_CAP - 2:
            p = _partner(a, excludes, needs, s, need, j)
        if p >= 0:
            _take(a, s, p)
        else:
            _drop(a, s, i)
            i = 0


@inlined
def _look(t: SearchTable, s: State) -> int:
    """Flag and list the columns that could be inserted now; later on they only become fewer."""
    a, excludes = t.adding, t.excludes
    full = 0
    for w in range(min(60, len(t.company.tempo))):
        if s.used[w] + FEW_MIN > a.limit[w]:
            full |= 1 << w
    count = 0
    for j in range(len(s.able)):
        s.able[j] = 0
        crossed = a.column[j, WEEKS] & full
        if crossed == 0 and fits(a, s, j) and free_of(excludes, s, j):
            s.able[j] = 1
            s.open_columns[count] = j
            count += 1
    return count


@inlined
def _insertion(t: SearchTable, s: State, j: int, lack: int) -> tuple[int, int, int]:
    """Worth and minutes of inserting column ``j``, and the partner that it takes (−1 = none).

    Worth is at most 0 where the column cannot be inserted.
    """
    a, excludes, needs = t.adding, t.excludes, t.needs
    worth, minutes = worth_of(a, s, j), int(a.column[j, MINUTES])
    if lack > 0:
        s.chosen[s.size[0]] = j
        worth += lack - price_of_lack(t.wanted, s.chosen, s.size[0] + 1)
    need = unmet_need(needs, s, j, -1)
    if need < 0:
        return worth, minutes, -1
    book(a, s, j, 1)
    p = _partner(a, excludes, needs, s, need, j)
    if p >= 0:
        worth += worth_of(a, s, p)
        minutes += a.column[p, MINUTES]
    book(a, s, j, -1)
    if p < 0 or unmet_need(needs, s, j, p) >= 0:
        worth = 0
    return worth, minutes, p


@inlined
def _score(s: State, lack: int, worth: int, minutes: int, taste: int) -> float:
    """By what a column is preferred: worth, worth by time, or what the relaxation likes."""
    score = max(1.0, float(worth - (taste // 3) * lack // 2))
    if taste % 3 == 1:
        score /= minutes + 60.0
    elif taste % 3 == 2:
        score /= minutes + 500.0
    return score * (1.0 + draw(s, 256) / 1024.0)


@inlined
def _recreate(t: SearchTable, s: State) -> None:
    """Insert the best column, alone or with a partner, until nothing adds to the value."""
    a, excludes = t.adding, t.excludes
    count = _look(t, s)
    _mend(t, s)
    taste = draw(s, 12)
    while s.size[0] < STEPS_CAP - 2:
        best, beside, best_score = -1, -1, 0.0
        lack = price_of_lack(t.wanted, s.chosen, s.size[0])
        kept = 0
        for place in range(count):
            j = s.open_columns[place]
            if not fits(a, s, j) or not free_of(excludes, s, j):
                s.able[j] = 0
                continue
            s.open_columns[kept] = j
            kept += 1
            if draw(s, 16) == 0:
                continue
            worth, minutes, p = _insertion(t, s, j, lack)
            if worth > 0:
                score = _score(s, a.column[j, LACK], worth, minutes, taste)
                if score > best_score:
                    best, beside, best_score = j, p, score
        count = kept
        if best < 0:
            break
        _take(a, s, best)
        if beside >= 0:
            _take(a, s, beside)


# --------------------------------------------------------------------- search


@compiled
def _judge(t: SearchTable, s: State, out: IntArray) -> int:
    """Value of the set with its accompaniment, in mpt; ``out[4]`` becomes the price of lack."""
    a = t.adding
    value, most = 0, a.phi.shape[1] - 1
    for i in range(s.size[0]):
        value += a.column[s.chosen[i], OWN]
    for k in range(len(s.filled)):
        value += a.phi[k, min(s.filled[k], most)]
    value += complete(a, t.meets, t.company, s.chosen, s.size[0], s.used, out)
    out[4] = LACK_MPT * out[4] + price_of_lack(t.wanted, s.chosen, s.size[0])
    return value


@inlined
def _copy(source: IntArray, target: IntArray, count: int) -> None:
    for i in range(count):
        target[i] = source[i]


@compiled
def search(
    t: SearchTable,
    begin: IntArray,
    turns: int,
    patience_ppm: int,
    seed: int,
    best_chosen: IntArray,
    best_out: IntArray,
) -> int:
    """Ruin and recreate from a set of columns.

    Parameters
    ----------
    begin
        Columns to begin with, the most wanted first: each is taken if the ones before it leave
        room for it.
    turns
        Sets that are built; the first is ``begin`` filled up.
    patience_ppm
        Loss by which a new set may be accepted at first, in parts per million of the best
        value; it falls to 0.
    best_chosen, best_out
        Become the best set found and its accompaniment, see ``complete``.

    Returns
    -------
    int
        Its number of steps; 0 where no set holds.
    """
    a, excludes = t.adding, t.excludes
    s = _new_state(t, seed)
    kept, out = np.zeros(STEPS_CAP, np.int64), np.zeros(len(best_out), np.int64)
    kept_count, best_count = len(begin), 0
    best, current = NOTHING, NOTHING
    _copy(begin, kept, kept_count)
    for turn in range(turns):
        _reset(a, excludes, s, kept, kept_count)
        if turn > 0 and s.size[0] > 0:
            _ruin(a, s)
        _recreate(t, s)
        if s.size[0] == 0:
            continue
        value = _judge(t, s, out)
        if out[4] == 0 and value > best:
            best, best_count = value, s.size[0]
            _copy(s.chosen, best_chosen, best_count)
            _copy(out, best_out, len(out))
        loss = 0
        if best > NOTHING:
            loss = abs(best) // 1_000_000 * patience_ppm * (turns - turn) // turns
        if value - out[4] >= current - loss:
            current, kept_count = value - out[4], s.size[0]
            _copy(s.chosen, kept, kept_count)
    return int(best_count)
