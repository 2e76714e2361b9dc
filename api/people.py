"""Whom the service knows: people of its store first, then those of its data package."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from engine.domain import (
    DiagnosticResult,
    Educator,
    HistoryItem,
    ItemResponse,
    Request,
    Slot,
)
from engine.interchange import DataPackage
from engine.storage import DEFAULT_TENANT, EducatorFilter, Repositories, Store

ANYBODY = EducatorFilter()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one educator, for whatever a body leaves out."""

    educator: Educator
    diagnostics: tuple[DiagnosticResult, ...] = ()
    responses: tuple[ItemResponse, ...] = ()
    requests: tuple[Request, ...] = ()
    history: tuple[HistoryItem, ...] = ()
    busy: tuple[Slot, ...] = ()


class People:
    """Look-up of educators by id.

    Parameters
    ----------
    store
        Wins over the package where it has the educator; his evidence is then the store's alone.
    package
        Data package of the tenant: people of another one are not in it.
    tenant
        Whose people.
    """

    def __init__(self, store: Store, package: DataPackage, tenant: str = DEFAULT_TENANT) -> None:
        self._store = store
        self._package = package
        self._tenant = tenant
        self._educators: Mapping[str, Educator] = {e.id: e for e in package.educators}

    @property
    def items(self) -> Mapping[str, tuple[str, ...]]:
        """Framework nodes by item code."""
        return self._package.items

    def known(self, educator_id: str) -> Known | None:
        """Everything known of an educator, ``None`` if nothing is."""
        with self._store.reading(self._tenant) as kept:
            return self.known_in(kept, educator_id)

    def known_in(self, kept: Repositories, educator_id: str) -> Known | None:
        """The same within a transaction of the tenant."""
        educator = kept.educators.get(educator_id)
        if educator is None:
            return self._packaged(educator_id)
        evidence = (
            kept.diagnostics.results(educator_id),
            kept.diagnostics.responses(educator_id),
        )
        return self._joined(educator, evidence)

    def everyone(
        self, wanted: EducatorFilter = ANYBODY, fits: Callable[[Educator], bool] | None = None
    ) -> Iterator[Known]:
        """Everybody known, each once, those of the store first; read in large parts.

        Parameters
        ----------
        wanted
            Who of the store is meant.
        fits
            Who of the package is; ``None`` = all.
        """
        with self._store.reading(self._tenant) as kept:
            stored = frozenset(kept.educators.ids())
            educators = list(kept.educators.every(wanted))
            ids = [e.id for e in educators]
            results, responses = (
                kept.diagnostics.results_of(ids),
                kept.diagnostics.responses_of(ids),
            )
        for educator in educators:
            evidence = (results.get(educator.id, ()), responses.get(educator.id, ()))
            yield self._joined(educator, evidence)
        for educator_id, educator in self._educators.items():
            if educator_id not in stored and (fits is None or fits(educator)):
                packaged = self._packaged(educator_id)
                assert packaged is not None
                yield packaged

    def label(self, educator_id: str) -> str | None:
        """Name of a person, ``None`` if it is not known."""
        with self._store.reading(self._tenant) as kept:
            return kept.labels.get(educator_id) or self._package.labels.get(educator_id)

    def packaged(self) -> Mapping[str, Educator]:
        """Educators of the data package by id."""
        return self._educators

    def _joined(
        self,
        educator: Educator,
        evidence: tuple[tuple[DiagnosticResult, ...], tuple[ItemResponse, ...]],
    ) -> Known:
        """One of the store with what the package alone knows of him."""
        packaged = self._packaged(educator.id)
        if packaged is None:
            return Known(educator, *evidence)
        return replace(packaged, educator=educator, diagnostics=evidence[0], responses=evidence[1])

    def _packaged(self, educator_id: str) -> Known | None:
        educator = self._educators.get(educator_id)
        if educator is None:
            return None
        package = self._package
        return Known(
            educator,
            package.diagnostics.get(educator_id, ()),
            package.responses.get(educator_id, ()),
            package.requests.get(educator_id, ()),
            package.history.get(educator_id, ()),
            package.busy.get(educator_id, ()),
        )
