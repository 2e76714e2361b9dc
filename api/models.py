"""Which matching model serves, and what happens at the start where it cannot."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from engine.errors import ArtefactError, ConfigurationError, EngineError, Fault
from engine.matching.model import MatchingModel
from engine.matching.relevance import load_prior
from engine.model_registry import Entry, Loaded, Registry, State

log = logging.getLogger(__name__)
E = TypeVar("E")


@dataclass(frozen=True, slots=True)
class RefusedModel:
    """A model that ought to serve and does not.

    Parameters
    ----------
    version
        ``None`` = the registry itself cannot be read.
    digest
        Empty = not known.
    detail
        What is wrong and what to do, in Russian.
    """

    version: str | None
    digest: str
    detail: str


@dataclass(frozen=True, slots=True)
class ServedModel:
    """The model that serves.

    Parameters
    ----------
    digest
        SHA-256 of its file; ``None`` = the weights that come with the package.
    """

    version: str
    digest: str | None = None
    refused: RefusedModel | None = None

    def is_(self, entry: Entry | None) -> bool:
        """Whether it is that entry; ``None`` = the weights that come with the package."""
        return self.digest == (None if entry is None else entry.digest)


PRIOR = ServedModel(load_prior().version)
"""The weights that come with the package."""


def served(entry: Entry | None, refused: RefusedModel | None = None) -> ServedModel:
    """What serves where this entry does; ``None`` = the weights that come with the package."""
    if entry is None:
        return ServedModel(PRIOR.version, None, refused)
    return ServedModel(entry.version, entry.digest, refused)


def refusal(entry: Entry | None, error: Exception) -> RefusedModel:
    """What is said of a model that could not be taken."""
    detail = str(error) if isinstance(error, EngineError) else f"{type(error).__name__}: {error}"
    if entry is None:
        return RefusedModel(None, "", detail)
    return RefusedModel(entry.version, entry.digest, detail)


def matching_model(loaded: Loaded) -> MatchingModel:
    """The model of a file.

    Raises
    ------
    ArtefactError
        There is something else in it.
    """
    if isinstance(loaded.model, MatchingModel):
        return loaded.model
    kind = type(loaded.model).__name__
    detail = f"в файле не модель подбора, а {kind}; зарегистрируйте модель, сделанную routes train"
    raise ArtefactError([Fault("model_class", detail, file=loaded.entry.version)])


def starting_engine(
    registry: Registry | None, build: Callable[[Loaded | None], E]
) -> tuple[E, ServedModel]:
    """Engine to start with: the model in service, else the newest earlier one that can be read.

    The weights that come with the package are the start where no model was ever promoted, where
    the last one was rolled back, and where the refused one is the only one there ever was.

    Raises
    ------
    ConfigurationError
        The registry cannot be read, or none of several models: then nothing would be the old one.
    """
    if registry is None:
        return build(None), PRIOR
    try:
        state = registry.state()
    except ArtefactError as error:
        raise ConfigurationError(f"реестр моделей {registry.folder} не принят: {error}") from error
    present = state.present
    if present is None:
        return build(None), PRIOR
    refused: RefusedModel | None = None
    for entry in (present, *_earlier(state)):
        try:
            engine = build(registry.load(entry.version))
        except Exception as error:
            log.exception("the matching model %s was refused", entry.version)
            refused = refused or refusal(entry, error)
        else:
            return engine, served(entry, refused)
    assert refused is not None
    if any(True for _ in _earlier(state)):
        detail = f"ни одна модель реестра {registry.folder} не принята: {refused.detail}"
        raise ConfigurationError(detail)
    log.error("the weights that come with the package serve instead of %s", present.version)
    return build(None), served(None, refused)


def _earlier(state: State) -> Iterator[Entry]:
    """Models that served before the present one, the newest first, each once."""
    names = dict.fromkeys(v for v in reversed(state.line) if v not in (None, state.in_service))
    return (state.versions[name] for name in names if name is not None)
