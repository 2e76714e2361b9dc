"""Lists of what is most worth correcting, kept until the catalogue or the tagger changes."""

from __future__ import annotations

import threading

from engine.framework import Framework
from engine.interchange import DataPackage
from engine.matching.tag_review import ReviewItem, review_list, use_by_hours
from engine.matching.tagging import CompetencyTagger

REVIEW_MOST = 200
"""Activities on a list; picks are made one by one, so a shorter list is the head of a longer."""


class ReviewLists:
    """The newest list of one tenant; thread-safe. On thousands of texts it takes seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_of: tuple[DataPackage, CompetencyTagger] | None = None
        self._items: tuple[ReviewItem, ...] = ()

    def of(
        self, package: DataPackage, tagger: CompetencyTagger, framework: Framework
    ) -> tuple[ReviewItem, ...]:
        """Up to ``REVIEW_MOST`` activities of a package, the most valuable first.

        Parameters
        ----------
        tagger
            Fitted on ``framework``.
        """
        with self._lock:
            known = self._made_of
            if known is None or known[0] is not package or known[1] is not tagger:
                use = use_by_hours(package.activities, package.offerings)
                found = review_list(package.activities, framework, tagger, REVIEW_MOST, use)
                self._items, self._made_of = tuple(found), (package, tagger)
            return self._items
