"""One line of work, and the mark by which its result is known again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

MARK_LENGTH = 16
"""Hexadecimal digits of a mark: 64 bits, far more than a file has lines."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the input.

    Parameters
    ----------
    number
        Its place in the file, counted from 1 as editors do.
    text
        What it asks, without the end of the line.
    """

    number: int
    text: str

    def mark(self, setting: str) -> str:
        """Digest of the line and of everything else that its answer depends on (``setting``)."""
        told = f"{setting}\n{self.number}\n{self.text}"
        digest = hashlib.sha256(told.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()[:MARK_LENGTH]
