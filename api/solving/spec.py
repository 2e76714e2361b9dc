"""From what a worker builds its engine: the very records of the service, never a second reading.

Files may change while the service runs; a worker that read them again after a crash would answer
from another catalogue than the rest. People are not among the records.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from api.models import matching_model
from api.solving.engine import Engine
from engine.diagnostics.item_bank import ItemBank
from engine.domain import Activity, Mentor, Offering
from engine.errors import ConfigurationError
from engine.framework import load_framework
from engine.matching.tag_corrections import TagCorrection
from engine.model_registry import Registry
from engine.recommender import Recommender
from engine.recommender.pipeline import CatalogueSource


@dataclass(frozen=True, slots=True)
class EngineKey:
    """Which engine a call needs.

    Parameters
    ----------
    catalogue
        Version of the compiled catalogue.
    model
        SHA-256 of the file of the matching model; ``None`` = the package's weights.
    revision
        Number that grows with every change of what the catalogue's version does not tell, such
        as mentors.
    """

    tenant: str
    catalogue: str
    model: str | None = None
    revision: int = 0

    @property
    def family(self) -> Hashable:
        """What engines have in common of which a newer one may stand in for an older one."""
        return self.tenant


class EngineSource(Protocol):
    """A recipe of an engine; picklable."""

    @property
    def key(self) -> EngineKey:
        """Which engine it makes."""

    def build(self) -> Engine:
        """Make it."""


@dataclass(frozen=True, slots=True)
class CatalogueRecords:
    """What of a data package an engine is built from."""

    activities: Sequence[Activity]
    offerings: Sequence[Offering]
    mentors: Sequence[Mentor]
    corrections: Sequence[TagCorrection]
    framework: str | None
    policy: str | None

    @classmethod
    def of(cls, package: CatalogueSource) -> Self:
        """Leave everything else of a package behind."""
        return cls(
            package.activities,
            package.offerings,
            package.mentors,
            package.corrections,
            package.framework,
            package.policy,
        )


@dataclass(frozen=True, slots=True)
class EngineSpec:
    """Recipe of a recommender.

    Parameters
    ----------
    policy
        Profile of requests that name none.
    models_dir, model_version
        Where the model lies; ``None`` = the package's weights.
    """

    key: EngineKey
    records: CatalogueRecords
    policy: str
    items: ItemBank | None = None
    models_dir: str | None = None
    model_version: str | None = None

    def build(self) -> Recommender:
        """Build the recommender, and make sure that it is the one that was meant.

        Raises
        ------
        ArtefactError
            The model was refused.
        ConfigurationError
            It is another one than the key says.
        """
        model, digest = None, None
        if self.models_dir is not None and self.model_version is not None:
            framework = self.records.framework
            registry = Registry(Path(self.models_dir), lambda _: load_framework(framework))
            loaded = registry.load(self.model_version)
            model, digest = matching_model(loaded), loaded.entry.digest
        made = Recommender.from_package(
            self.records, policy=self.policy, items=self.items, model=model, model_digest=digest
        )
        if (made.catalogue.version, digest) != (self.key.catalogue, self.key.model):
            raise ConfigurationError(
                f"процесс расчёта получил другой каталог или другую модель: "
                f"{made.catalogue.version}, {digest}"
            )
        return made
