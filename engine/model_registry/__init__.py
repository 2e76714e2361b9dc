"""Registry of matching models: a folder with every version, and a pointer to the one in service.

::

    registry.json        versions with the digests of their files, history, the pointer
    registry.lock        held while somebody writes
    VERSION/             model.joblib, manifest.json, card.md, card.json, report.json, gate-….json

Nothing is deleted and nothing is overwritten but the pointer and the history. What moves the
pointer has been read back whole before: an artefact that cannot be trusted never goes into
service.
"""

from engine.model_registry.records import Card, Entry, Event, Lineage, State, Status
from engine.model_registry.registry import Listed, Loaded, Registry

__all__ = [
    "Card",
    "Entry",
    "Event",
    "Lineage",
    "Listed",
    "Loaded",
    "Registry",
    "State",
    "Status",
]
