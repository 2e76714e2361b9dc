"""The file of results: NDJSON, one line for each line of the input, in its order.

Every line begins with the number and the mark of the line that it answers. A run that was cut
short, however hard, leaves whole lines and at most one torn one: ``open_results`` cuts that off
and says how far the file has come.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from engine.batch.lines import MARK_LENGTH, Line
from engine.errors import Fault, InputError

_HEAD = re.compile(rb'\{"line": (\d{1,18}), "input": "([0-9a-f]{%d})", ' % MARK_LENGTH)

Marked = Callable[[Line], str]


@dataclass(frozen=True, slots=True)
class Done:
    """One line that a file answers already."""

    number: int
    mark: str


class Results:
    """Results that are being written.

    Parameters
    ----------
    stream
        Open for writing, at its end.
    done
        What it holds already, in order.
    """

    def __init__(self, stream: BinaryIO, done: tuple[Done, ...] = ()) -> None:
        self._stream = stream
        self.done = done

    def remaining(self, lines: Iterable[Line], mark: Marked) -> Iterator[Line]:
        """Lines without an answer.

        Raises
        ------
        InputError
            ``resume_mismatch``: the file answers other lines, or the same under other settings.
        """
        coming = iter(lines)
        for done in self.done:
            line = next(coming, None)
            if line is None or (line.number, mark(line)) != (done.number, done.mark):
                raise InputError([_mismatch(done.number)])
        return coming

    def write(self, line: Line, mark: str, answer: str) -> None:
        """Append one answer, a JSON object's members without the braces, as one whole line."""
        text = f'{{"line": {line.number}, "input": "{mark}", {answer}}}\n'
        # One write: what is torn is torn at the end, where it can be seen.
        self._stream.write(text.encode("utf-8", "backslashreplace"))
        self._stream.flush()

    def close(self) -> None:
        """Bring everything to the disk and close, where it is a file."""
        if self._stream.seekable():
            os.fsync(self._stream.fileno())
            self._stream.close()


def open_results(path: Path, *, resume: bool) -> Results:
    """Open a file of results; what is torn at its end is cut off.

    Raises
    ------
    InputError
        ``output_exists`` without ``resume``; ``resume_unreadable``: it is no file of results.
    """
    if path.exists() and path.stat().st_size and not resume:
        raise InputError([_exists(path)])
    stream = path.open("r+b" if path.exists() else "x+b")
    try:
        done = tuple(_whole_lines(stream, path))
    except BaseException:
        stream.close()
        raise
    return Results(stream, done)


def _whole_lines(stream: BinaryIO, path: Path) -> Iterator[Done]:
    """What whole lines say they are; leaves the stream behind the last of them, its end."""
    end = 0
    for number, text in enumerate(stream, start=1):
        found = _HEAD.match(text)
        if not text.endswith(b"\n"):
            break
        if found is None or not _is_json(text):
            raise InputError([_unreadable(path, number)])
        end += len(text)
        yield Done(int(found[1]), found[2].decode())
    stream.seek(end)
    stream.truncate()


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _exists(path: Path) -> Fault:
    detail = "файл результатов уже есть: продолжите его (--resume) или укажите другой (--out)"
    return Fault("output_exists", detail, file=str(path))


def _unreadable(path: Path, number: int) -> Fault:
    detail = "это не строка результатов routes batch; укажите другой файл (--out)"
    return Fault("resume_unreadable", detail, file=str(path), row=number)


def _mismatch(number: int) -> Fault:
    detail = (
        f"результат строки {number} получен из другого входа или при других настройках; верните их "
        "или начните новый файл (--out)"
    )
    return Fault("resume_mismatch", detail, row=number)
