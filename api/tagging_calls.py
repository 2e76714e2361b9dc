"""What the calls about tags of activities do: read them, correct them, say what is worth it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from fastapi import Response

from api.access.principal import Principal
from api.audit import audited
from api.catalogue_calls import JSON, writing
from api.etags import Match, etag
from api.overlay import stated_coverage
from api.record_checks import Rows, check_tag_rows
from api.refusals import Refused
from api.schemas.tagging import TagsBody
from api.service import Service
from engine.domain import Activity
from engine.framework import Framework
from engine.interchange import DataPackage
from engine.matching.coverage import tag_activities
from engine.matching.tag_corrections import TagCorrection
from engine.matching.tag_review import ReviewItem
from engine.matching.tagging import CompetencyTagger
from engine.recommendation import to_dict
from engine.recommender import Recommender
from engine.storage import CatalogueRow, Repositories


@dataclass(frozen=True, slots=True)
class TagCalls:
    """Calls about the tags of one tenant's catalogue."""

    service: Service
    principal: Principal

    def read(self, activity_id: str) -> Response:
        """Coverage of an activity as routes are planned with it, and the correction's tag."""
        with self.service.store.reading(self.principal.tenant) as kept:
            row = kept.catalogue.get("correction", activity_id)
            activity, package = self._found(kept, activity_id)
        return self._told(activity, package, row)

    def put(self, activity_id: str, body: TagsBody, match: Match) -> Response:
        """Keep a methodist's verdicts on an activity; none = forget them.

        Raises
        ------
        InputError
            Everything that is wrong with them.
        Refused
            ``record_not_found``, ``version_stale``.
        """
        with writing(self.service, self.principal) as (kept, at):
            activity, _ = self._found(kept, activity_id)
            before = kept.catalogue.get("correction", activity_id)
            match.check(0 if before is None else before.version)
            framework = self.service.engine.framework
            rows = Rows((body,), single=True)
            check_tag_rows(rows, activity, body.verdicts, framework).refuse()
            correct(kept, {activity_id: correction_of(activity, body)}, at)
            after = kept.catalogue.get("correction", activity_id)
            assert after is not None
            old = None if before is None else before.record
            audited(
                *(kept, self.principal, "put_tags", "activity", activity_id),
                *(old, after.record, at),
            )
            package = self.service.catalogues.fresh(self.principal.tenant, kept)
        return self._told(activity, package, after)

    def review(self, limit: int) -> object:
        """Activities whose tags are most worth a look, and how many have none but from the text."""
        with self.service.store.reading(self.principal.tenant) as kept:
            package = self.service.catalogues.of(self.principal.tenant, kept)
        framework = self.service.engine.framework
        tagger = tagger_of(self.service, package)
        items = self.service.review_lists.of(package, tagger, framework)
        known = {c.activity_id for c in package.corrections}
        untagged = sum(not a.coverage and a.id not in known for a in package.activities)
        return {"items": [_item(i, framework) for i in items[:limit]], "untagged": untagged}

    def _found(self, kept: Repositories, activity_id: str) -> tuple[Activity, DataPackage]:
        package = self.service.catalogues.of(self.principal.tenant, kept)
        found = next((a for a in package.activities if a.id == activity_id), None)
        if found is None:
            raise Refused("record_not_found", {"id": activity_id[:80]})
        return found, package

    def _told(self, activity: Activity, package: DataPackage, row: CatalogueRow | None) -> Response:
        framework = self.service.engine.framework
        correction = next((c for c in package.corrections if c.activity_id == activity.id), None)
        stored = row is not None and row.record is not None
        applied = stated_coverage(activity, correction) if stored else activity
        tagger = tagger_of(self.service, package)
        [(_, tags)] = tag_activities([applied], framework, tagger)
        version = 0 if row is None else row.version
        answer = {
            "activity_id": activity.id,
            "title": activity.title,
            "version": version,
            "source": _source(applied, correction, stored=stored),
            "tags": [
                {
                    "node": node,
                    "node_title": framework.node(node).title,
                    "share": round(share, 6),
                    "confidence": round(confidence, 6),
                }
                for node, share, confidence in tags
            ],
            "verdicts": [] if correction is None else verdicts(correction),
            "updated_at": row.updated_at.isoformat() if row is not None and stored else None,
        }
        return _json(answer, headers=etag(version))


def correct(
    kept: Repositories, corrections: Mapping[str, TagCorrection | None], at: dt.datetime
) -> None:
    """Keep corrections by activity, ``None`` = forget it; all as changes of the catalogue."""
    records = {i: to_dict(c, digits=None) for i, c in corrections.items() if c is not None}
    forgotten = [i for i, c in corrections.items() if c is None]
    if records:
        kept.catalogue.put("correction", records, at)  # type: ignore[arg-type]
    if forgotten:
        kept.catalogue.withdraw("correction", forgotten, at)


def correction_of(activity: Activity, body: TagsBody) -> TagCorrection | None:
    """Correction of checked verdicts, with the text from which others learn; none = ``None``."""
    if not body.verdicts:
        return None
    right = {v.node: v.share for v in body.verdicts if v.verdict == "right"}
    wrong = [v.node for v in body.verdicts if v.verdict == "wrong"]
    return TagCorrection.of(activity, right, wrong)


def tagger_of(service: Service, package: DataPackage) -> CompetencyTagger:
    """Tagger that knows a package's corrections; without any the one of the serving model."""
    if not package.corrections and isinstance(service.engine, Recommender):
        return service.engine.matcher.tagger_
    return _fitted(service.engine.framework, package.corrections)


@lru_cache(maxsize=8)
def _fitted(framework: Framework, corrections: tuple[TagCorrection, ...]) -> CompetencyTagger:
    return CompetencyTagger(corrections=corrections).fit(framework)


def _source(activity: Activity, correction: TagCorrection | None, *, stored: bool) -> str:
    if correction is not None and correction.right and (stored or not activity.coverage):
        return "corrected"
    return "given" if activity.coverage else "tagged"


def verdicts(correction: TagCorrection) -> list[dict[str, object]]:
    """What a correction says, as it is sent: right leaves before wrong ones."""
    told = [(node, "right", share) for node, share in correction.right]
    told += [(node, "wrong", None) for node in correction.wrong]
    return [{"node": n, "verdict": verdict, "share": share} for n, verdict, share in told]


def _item(item: ReviewItem, framework: Framework) -> dict[str, object]:
    return {
        "activity_id": item.activity_id,
        "title": item.title,
        "tags": [
            {"node": node, "node_title": framework.node(node).title, "chance": round(chance, 6)}
            for node, chance in item.tags
        ],
        "doubt": round(item.doubt, 6),
        "use": round(item.use, 6),
        "similar": item.similar,
        "value": round(item.value, 6),
    }


def _json(answer: object, *, headers: dict[str, str]) -> Response:
    return Response(json.dumps(answer, ensure_ascii=False), headers=headers, media_type=JSON)
