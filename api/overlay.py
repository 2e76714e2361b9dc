"""The catalogue of a tenant: the data package, overlaid by the records of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.domain import Activity, Mentor, Offering
from engine.interchange import DataPackage
from engine.recommendation_json import record_from_dict
from engine.storage import DEFAULT_TENANT, CatalogueKind, CatalogueRow, Repositories

Kept = TypeVar("Kept", Activity, Offering, Mentor)

KINDS: tuple[CatalogueKind, ...] = ("activity", "offering", "mentor")


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a tenant has put over the package; small, and sent to worker processes as it is.

    Parameters
    ----------
    version
        Of the tenant's catalogue in the store; 0 = nothing was ever changed.
    rows
        By kind, every record that was put or withdrawn.
    """

    version: int
    rows: Mapping[CatalogueKind, tuple[CatalogueRow, ...]]


NO_OVERLAY = Overlay(0, {})


def overlay_of(kept: Repositories) -> Overlay:
    """Everything that a tenant has changed, as of this transaction."""
    version = kept.catalogue.version()
    if version == 0:
        return NO_OVERLAY
    return Overlay(version, {kind: kept.catalogue.rows(kind) for kind in KINDS})


def overlaid(package: DataPackage, overlay: Overlay) -> DataPackage:
    """The package with records replaced, added and withdrawn.

    Offerings of an activity that has been withdrawn are withdrawn with it. Corrections of tags
    stay: each carries its own text, from which other texts learn.
    """
    if overlay.version == 0:
        return package
    activities = _merged(package.activities, overlay.rows.get("activity", ()), Activity)
    known = {a.id for a in activities}
    offerings = _merged(package.offerings, overlay.rows.get("offering", ()), Offering)
    return replace(
        package,
        activities=activities,
        offerings=tuple(o for o in offerings if o.activity_id in known),
        mentors=_merged(package.mentors, overlay.rows.get("mentor", ()), Mentor),
    )


def package_of(package: DataPackage, tenant: str) -> DataPackage:
    """What a tenant may see of the package: the catalogue; its people are the embedded one's."""
    if tenant == DEFAULT_TENANT:
        return package
    return replace(
        package,
        educators=(),
        mentors=(),
        organisations=(),
        diagnostics={},
        responses={},
        requests={},
        history={},
        busy={},
        labels={},
        interactions=None,
    )


def _merged(
    below: Sequence[Kept], rows: Sequence[CatalogueRow], kind: type[Kept]
) -> tuple[Kept, ...]:
    """Records by id, in the order of their ids."""
    found = {record.id: record for record in below}
    for row in rows:
        if row.record is None:
            found.pop(row.id, None)
        else:
            found[row.id] = record_from_dict(kind, dict(row.record))
    return tuple(found[record_id] for record_id in sorted(found))
