"""The registry of models over HTTP: list, promote, roll back."""

from __future__ import annotations

import json

from fastapi import Response

from api.access.principal import Principal
from api.audit import audited
from api.refusals import Refused
from api.service import Service, registry_of
from engine.errors import ArtefactError, PromotionRefused
from engine.model_registry import Event, Registry
from engine.recommendation import to_dict

JSON, MARKDOWN = "application/json", "text/markdown"


def list_models(service: Service) -> object:
    """Every version with its state and gate report; without a registry none."""
    registry = registry_of(service.settings, service.package)
    if registry is None:
        return {"in_service": None, "items": []}
    items = []
    for listed in registry.listed():
        entry = listed.entry
        gate = None if listed.fault else registry.gate_of(entry.version)
        items.append(
            {
                "version": entry.version,
                "status": str(listed.status),
                "digest": entry.digest,
                "created_on": entry.created_on,
                "registered_at": entry.registered_at,
                "figures": dict(entry.figures),
                "fault": listed.fault,
                "gate": None if gate is None else to_dict(gate),
            }
        )
    return {"in_service": registry.state().in_service, "items": items}


def model_card(service: Service, version: str, *, markdown: bool) -> Response:
    """Card of a version, for people or for programs.

    Raises
    ------
    Refused
        ``registry_absent``, ``model_not_found``.
    ArtefactError
        A file was changed after it was registered.
    """
    registry = _registry(service)
    entry = registry.state().versions.get(version)
    if entry is None:
        raise Refused("model_not_found", {"version": version[:80]})
    card = registry.card_of(version)
    if markdown:
        return Response(card.markdown, media_type=MARKDOWN)
    answer = {"version": version, "digest": entry.digest, "card": to_dict(card.content)}
    return Response(json.dumps(answer, ensure_ascii=False), media_type=JSON)


def promote(
    service: Service, principal: Principal, version: str, force_reason: str | None
) -> Response:
    """Put a version into service; running processes follow.

    Raises
    ------
    Refused
        ``registry_absent``, ``model_not_found``, ``promotion_refused``.
    """
    registry = _registry(service)
    if version not in registry.state().versions:
        raise Refused("model_not_found", {"version": version[:80]})
    at = service.clock()
    try:
        event = registry.promote(version, at=at, by=principal.actor, force_reason=force_reason)
    except (PromotionRefused, ArtefactError) as error:
        raise _refused(error) from error
    return _told(service, principal, "promote_model", event)


def roll_back(service: Service, principal: Principal) -> Response:
    """Put the model before the present one into service again.

    Raises
    ------
    Refused
        ``registry_absent``, ``promotion_refused`` (there is nothing to go back to).
    """
    registry = _registry(service)
    try:
        event = registry.rollback(at=service.clock(), by=principal.actor)
    except ArtefactError as error:
        raise _refused(error) from error
    return _told(service, principal, "roll_back_model", event)


def _registry(service: Service) -> Registry:
    registry = registry_of(service.settings, service.package)
    if registry is None:
        raise Refused("registry_absent")
    return registry


def _refused(error: PromotionRefused | ArtefactError) -> Refused:
    first = error.faults[0].detail if error.faults else ""
    return Refused("promotion_refused", {"first": first}, faults=error.faults)


def _told(service: Service, principal: Principal, action: str, event: Event) -> Response:
    with service.store.writing(principal.tenant) as kept:
        # The registry is a folder: its own history says the same if this is lost.
        audited(
            kept, principal, action, "model", event.version or "", event.previous, event, event.at
        )
    answer = {
        "action": event.action.value,
        "version": event.version,
        "previous": event.previous,
        "at": event.at.isoformat(),
        "forced": event.forced,
    }
    return Response(json.dumps(answer), media_type=JSON)
