"""The catalogue of a tenant: the data package, overlaid by the records of the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from engine.domain import Activity, Mentor, Offering
from engine.interchange import DataPackage
from engine.matching.tag_corrections import TagCorrection
from engine.recommendation_json import record_from_dict
from engine.registers import Registers
from engine.storage import DEFAULT_TENANT, CatalogueKind, CatalogueRow, Repositories

Kept = TypeVar("Kept", Activity, Offering, Mentor)

KINDS: tuple[CatalogueKind, ...] = ("activity", "offering", "mentor", "correction")


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
    stay: each carries its own text, from which other texts learn. One of the store stands in the
    place of the package's of the same activity.
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
        corrections=_corrections(package.corrections, overlay),
    )


def effective(package: DataPackage, overlay: Overlay) -> DataPackage:
    """The overlaid package as routes are planned from it: with coverage as methodists state it.

    A correction of the store is the last word on its activity: it goes before a given coverage,
    too, whoever sends that again. Records stay as they were put, so what is read can be put back.
    """
    stated = {c.activity_id: c for c in _corrections((), overlay)}
    if not stated:
        return package
    activities = (stated_coverage(a, stated.get(a.id)) for a in package.activities)
    return replace(package, activities=tuple(activities))


def stated_coverage(activity: Activity, correction: TagCorrection | None) -> Activity:
    """The activity with the coverage that a correction gives it, or leaves of it.

    Where nothing is left, the coverage comes from the text, without what was struck out.
    """
    if correction is None:
        return activity
    if correction.right:
        coverage = {node: share for node, share in correction.coverage().items() if share > 0}
        return replace(activity, coverage=coverage, coverage_confidence=1.0)
    left = {n: share for n, share in activity.coverage.items() if n not in correction.wrong}
    return replace(activity, coverage=left)


def _corrections(below: Sequence[TagCorrection], overlay: Overlay) -> tuple[TagCorrection, ...]:
    """Corrections by activity, in the order of their ids where the store has any."""
    rows = overlay.rows.get("correction", ())
    if not rows:
        return tuple(below)
    found = {c.activity_id: c for c in below}
    for row in rows:
        if row.record is None:
            found.pop(row.id, None)
        else:
            found[row.id] = record_from_dict(TagCorrection, dict(row.record))
    return tuple(found[activity_id] for activity_id in sorted(found))


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
        registers=Registers(),
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
