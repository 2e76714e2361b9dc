"""Mentor, slots and checkpoints for a set of steps, compiled: fast, and only a proposal."""

from __future__ import annotations

import numpy as np

from engine.domain import IntArray
from engine.planning.compiled import compiled
from engine.planning.problem import DAY_MIN
from engine.planning.search_table import END, MINUTES, START, Adding, Company, Meets

NO_OFFER_MIN = 600
"""Minutes said to be lacking where nothing can be taken at all."""
FAR = 2**60


@compiled
def _middle_week(load: IntArray, weeks: int, last_week: int) -> int:
    """Week after the one by whose end half is done; −1 where it lies beyond the last."""
    total = 0
    for w in range(weeks):
        total += load[w]
    done = 0
    for w in range(weeks):
        done += load[w]
        if 2 * done >= total:
            return w + 1 if w + 1 <= last_week else -1
    return -1


@compiled
def _take_offer(c: Company, room: IntArray, low: int, high: int, out: IntArray, at: int) -> int:
    """Put the offer of a day in [low, high] that lacks least into ``out[at]``.

    Room shrinks by it; one that stands in ``out`` already is not taken again.

    Returns
    -------
    int
        Minutes lacking; −1 where none is on offer.
    """
    best, lacking, any_offer = -1, NO_OFFER_MIN, False
    for i in range(len(c.offer)):
        day = c.offer[i, 0]
        if low <= day <= high:
            any_offer = True
            lack = max(0, c.offer[i, 1] - room[day // 7])
            if i != out[1] and lack < lacking:
                best, lacking = i, lack
    out[at] = best
    if best >= 0:
        room[c.offer[best, 0] // 7] -= c.offer[best, 1]
    return lacking if any_offer else -1


@compiled
def _slot_free(m: Meets, c: Company, s: int, chosen: IntArray, count: int) -> bool:
    """Whether no meeting of the steps excludes a slot, and its day has room for it."""
    day = c.slot[s, 2] // DAY_MIN
    room = c.rules[8] - (c.slot[s, 3] - c.slot[s, 2])
    for i in range(count):
        for e in range(m.ptr[chosen[i]], m.ptr[chosen[i] + 1]):
            if m.meeting[e, 0] // DAY_MIN == day:
                room -= m.meeting[e, 1] - m.meeting[e, 0]
            apart = max(m.meeting[e, 0], c.slot[s, 2]) - min(m.meeting[e, 1], c.slot[s, 3])
            away = m.meeting[e, 2] != c.slot[s, 4]
            if away and m.meeting[e, 2] >= 0 and c.slot[s, 4] >= 0:
                apart -= m.buffer[0]
            if apart < 0:
                return False
    return bool(room >= 0)


@compiled
def _meet(
    m: Meets,
    c: Company,
    chosen: IntArray,
    count: int,
    room: IntArray,
    option: int,
    first: int,
    last: int,
    out: IntArray,
) -> int:
    """Earliest fitting slot in each window from week ``first`` to ``last``.

    ``out`` becomes (minutes lacking, minutes taken, slots taken, slot, slot, …).

    Returns
    -------
    int
        Worth of the mentor less missed windows, mpt.
    """
    out[0], out[1], out[2] = 0, 0, 0
    if c.mentor[option, 0] < 0:
        return 0
    worth = int(c.mentor[option, 1])
    s, end = c.mentor[option, 2], c.mentor[option, 3]
    for begin in range(first, last + 1, c.rules[0]):
        if c.empty[begin] == 1:
            continue
        while s < end and c.slot[s, 1] < begin:
            s += 1
        found = False
        i = s
        while i < end and c.slot[i, 1] < begin + c.rules[0] and not found:
            length = c.slot[i, 3] - c.slot[i, 2]
            if room[c.slot[i, 1]] >= length and _slot_free(m, c, i, chosen, count):
                found = True
                out[1] += length
                out[3 + out[2]] = c.slot[i, 0]
                out[2] += 1
            i += 1
        if not found:
            worth -= c.rules[1]
            if c.rules[2] == 0:
                out[0] += NO_OFFER_MIN
    return worth


@compiled
def complete(
    a: Adding,
    m: Meets,
    c: Company,
    chosen: IntArray,
    count: int,
    used: IntArray,
    out: IntArray,
) -> int:
    """Mentor, slots and checkpoints for at least one chosen column.

    Parameters
    ----------
    used
        Minutes by week first.
    out
        Shape (n_weeks + 6,); becomes (mentor, middle, final, slots taken, minutes lacking,
        slot, slot, …), −1 = none. Lacking 0 = all rules of accompaniment hold.

    Returns
    -------
    int
        What they are worth, mpt.
    """
    weeks = len(c.tempo)
    room = np.empty(weeks, dtype=np.int64)
    trial = np.empty(weeks + 3, dtype=np.int64)
    for w in range(weeks):
        room[w] = c.tempo[w] - used[w]
    first, last, total = FAR, -FAR, 0
    for i in range(count):
        first = min(first, a.column[chosen[i], START])
        last = max(last, a.column[chosen[i], END])
        total += a.column[chosen[i], MINUTES]
    worth, lacking = 0, 0
    out[1], out[2] = -1, -1
    week = _middle_week(used, weeks, last // 7)
    for at in (1, 2):
        low, high = 7 * week, 7 * week + 6
        if at == 2:
            low, high = last + 1, last + c.rules[5]
        if c.rules[2 + at] == 1 and (at == 2 or week >= 0):
            lack = _take_offer(c, room, low, high, out, at)
            if lack < 0:
                worth -= c.rules[6]
            else:
                lacking += lack
        if out[at] >= 0:
            total += c.offer[out[at], 1]
    best = -FAR
    for option in range(len(c.mentor)):
        met = _meet(m, c, chosen, count, room, option, first // 7, last // 7, trial)
        lack = trial[0] + max(0, total + trial[1] - c.rules[7])
        # A minute that is lacking weighs more than any mentor is worth.
        if met - 100_000 * lack > best:
            best = met - 100_000 * lack
            out[0], out[3], out[4] = c.mentor[option, 0], trial[2], lack
            for i in range(trial[2]):
                out[5 + i] = trial[3 + i]
    worth += best + 100_000 * out[4]
    out[4] += lacking
    return int(worth)
