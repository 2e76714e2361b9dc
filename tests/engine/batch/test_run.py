"""Lines over processes: order, one answer each, workers that die."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from engine.batch import Line, answers, open_cluster
from engine.errors import ConfigurationError


def lines(*texts: str) -> list[Line]:
    return [Line(number, text) for number, text in enumerate(texts, start=1)]


def doubled(line: Line) -> str:
    """Slower for earlier lines, so that later ones are ready first."""
    time.sleep(0.2 if line.number == 1 else 0.0)
    return line.text * 2


def dying(folder: Path, line: Line) -> str:
    """Kills its process as often as the text says, and counts the deaths in a folder."""
    kind, _, deaths = line.text.partition(":")
    if kind == "die":
        done = len(list(folder.glob(f"{line.number}-*")))
        if done < int(deaths):
            (folder / f"{line.number}-{done}").touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return f"{line.number} of {os.getpid()}"


def lost(line: Line) -> str:
    return f"{line.number} lost"


def test_answers_come_in_the_order_of_the_lines() -> None:
    """A slow first line does not let others before it."""
    asked = lines("a", "b", "c", "d")
    with open_cluster("loky", 2) as cluster:
        found = list(answers(doubled, asked, cluster, lost=lost))
    assert found == [(line, line.text * 2) for line in asked]


def test_one_process_is_this_one() -> None:
    """With one job nothing is started: the work is done here."""
    with open_cluster("loky", 1) as cluster:
        ((_, text),) = answers(partial(dying, Path()), lines("x"), cluster, lost=lost)
    assert text == f"1 of {os.getpid()}"


def test_a_worker_that_dies_costs_one_retry(tmp_path: Path) -> None:
    """A line that kills its worker once is answered by another one, and no other line is lost."""
    asked = lines("x", "x", "die:1", *"xxxxxx")
    with open_cluster("loky", 2) as cluster:
        found = list(answers(partial(dying, tmp_path), asked, cluster, lost=lost))
    assert [line for line, _ in found] == asked
    assert [text.partition(" of ")[0] for _, text in found] == [str(n) for n in range(1, 10)]
    assert len(list(tmp_path.iterdir())) == 1


def test_only_the_line_that_kills_twice_is_given_up(tmp_path: Path) -> None:
    """Of all lines the deadly one alone has no answer, and the lines after it are done."""
    asked = lines("x", "die:9", "x", "x", "x")
    with open_cluster("loky", 2) as cluster:
        found = list(answers(partial(dying, tmp_path), asked, cluster, lost=lost))
    assert [line for line, _ in found] == asked
    assert [text for _, text in found if "lost" in text] == ["2 lost"]
    assert len(list(tmp_path.iterdir())) == 2


def test_lines_are_taken_as_they_are_needed() -> None:
    """The input is not read to its end before the first answer: it may be endless."""

    def endless() -> Iterator[Line]:
        number = 0
        while True:
            number += 1
            yield Line(number, "x")

    with open_cluster("loky", 2) as cluster:
        coming = answers(doubled, endless(), cluster, lost=lost)
        assert [next(coming)[0].number for _ in range(3)] == [1, 2, 3]
        coming.close()


def test_an_address_means_nothing_to_processes_of_this_machine() -> None:
    """A cluster's address without its backend is a slip that is told."""
    with pytest.raises(ConfigurationError, match="--backend"), open_cluster("loky", 2, "tcp://x"):
        pass


@pytest.mark.cluster
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_a_dask_cluster_of_two_workers_gives_the_same(tmp_path: Path) -> None:
    """Order, answers and a death on a local cluster of two processes."""
    asked = lines("x", "x", "die:1", *"xxx")
    with open_cluster("dask", 2) as cluster:
        assert cluster.jobs == 2
        found = list(answers(partial(dying, tmp_path), asked, cluster, lost=lost))
        told = list(answers(doubled, lines("a", "b", "c"), cluster, lost=lost))
    assert [line for line, _ in found] == asked
    assert not any("lost" in text or f"of {os.getpid()}" in text for _, text in found)
    assert [text for _, text in told] == ["aa", "bb", "cc"]


@pytest.mark.cluster
def test_ray_gives_the_same() -> None:
    """Order and answers on a local Ray of two processes, more lines than one window holds."""
    pytest.importorskip("ray")
    asked = lines(*(str(n) for n in range(40)))
    with open_cluster("ray", 2) as cluster:
        assert cluster.window == 16
        found = list(answers(doubled, asked, cluster, lost=lost))
    assert found == [(line, line.text * 2) for line in asked]
