"""Answering lines over a cluster: in their order, one answer each, whatever workers do."""

from __future__ import annotations

import warnings
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice

from joblib import Parallel, delayed

from engine.batch.clusters import Cluster
from engine.batch.lines import Line

Work = Callable[[Line], str]


def answers(
    work: Work, lines: Iterable[Line], cluster: Cluster, *, lost: Work
) -> Iterator[tuple[Line, str]]:
    """Answer every line, in the order of the input.

    A worker that dies takes along what was given out and not yet answered: each of these lines is
    done once more, alone, so that only the one that kills its worker again is given up.

    Parameters
    ----------
    work
        Answers one line; importable by workers, and never raising.
    lost
        Answer to a line whose worker died twice; called here.

    Yields
    ------
    Each line with its answer.
    """
    coming = iter(lines)
    while True:
        window = _Window(coming, cluster.window)
        try:
            for text in _given_out(work, window, cluster):
                yield window.open.popleft(), text
        except cluster.died:
            for line in window.open:
                yield line, _alone(work, line, cluster, lost)
        if not window.given:
            return


class _Window:
    """Lines that are given out in one go; ``open`` are those without an answer, in order."""

    def __init__(self, coming: Iterator[Line], most: int | None) -> None:
        self._coming = islice(coming, most)
        self.open: deque[Line] = deque()
        self.given = 0

    def __iter__(self) -> Iterator[Line]:
        for line in self._coming:
            self.open.append(line)
            self.given += 1
            yield line


def _given_out(work: Work, window: _Window, cluster: Cluster) -> Iterator[str]:
    tasks = (delayed(work)(line) for line in window)
    # A line takes from milliseconds to the deadline: bundles would wait for their slowest.
    parallel = Parallel(return_as="generator" if cluster.streams else "list", batch_size=1)
    found = parallel(tasks)
    try:
        # Not "yield from", which would close ``found`` before the handler below.
        for text in found:  # noqa: UP028
            yield text
    except GeneratorExit:
        # Whoever stops early means it; joblib would advise him to ask for less.
        if isinstance(found, Generator):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found.close()
        raise


def _alone(work: Work, line: Line, cluster: Cluster, lost: Work) -> str:
    try:
        (text,) = Parallel(batch_size=1)([delayed(work)(line)])
    except cluster.died:
        return lost(line)
    return str(text)
