"""Verbs of public vocabularies that feedback knows, and the faults of statements in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.errors import Fault
from engine.interactions import State
from engine.interchange.json_schemas import pointer

ADL = "http://adlnet.gov/expapi/verbs/"
VOIDED = f"{ADL}voided"
VERBS: Mapping[str, State] = {
    f"{ADL}registered": State.ENROLLED,
    f"{ADL}launched": State.ENROLLED,
    f"{ADL}initialized": State.ENROLLED,
    f"{ADL}attempted": State.ENROLLED,
    f"{ADL}progressed": State.ENROLLED,
    f"{ADL}attended": State.ENROLLED,
    f"{ADL}completed": State.COMPLETED,
    f"{ADL}passed": State.COMPLETED,
    f"{ADL}failed": State.COMPLETED,
    f"{ADL}mastered": State.COMPLETED,
    f"{ADL}exited": State.DROPPED,
    f"{ADL}terminated": State.DROPPED,
    "https://w3id.org/xapi/adl/verbs/abandoned": State.DROPPED,
    "http://activitystrea.ms/schema/1.0/accept": State.ACCEPTED,
    "http://activitystrea.ms/schema/1.0/reject": State.REJECTED,
}
"""Verbs of public vocabularies (ADL, cmi5, Activity Streams) → states."""

OUTCOME_OF_VERB: Mapping[str, float] = {
    f"{ADL}passed": 1.0,
    f"{ADL}mastered": 1.0,
    f"{ADL}failed": 0.0,
}

WORDS: Mapping[str, str] = {
    "xapi_schema": "не так, как требует xAPI 1.0.1: {what}",
    "xapi_no_person": "не сказано, кто: нужен actor.account.name (код, 1–128 знаков) или "
    "actor.mbox_sha1sum, а не группа и не почта",
    "xapi_unknown_verb": "глагол «{what}» не читается",
    "xapi_no_activity": "объект — не активность, код которой (1–128 знаков) кончает её адрес: "
    "{what}",
    "xapi_no_time": "нет timestamp со смещением, между 2000 и 2099 годом",
    "xapi_score_range": "оценка вне своих границ: {what}",
    "xapi_id_twice": "под этим id уже есть другое утверждение: {what}",
    "xapi_no_id": "нет id: без него не узнать присланное дважды",
    "xapi_voiding": "принятое не отменяют: пришлите только утверждения, которые в силе",
    "xapi_not_json": "не разбирается как JSON",
    "xapi_too_many": "больше {what} утверждений: разделите файл",
}
"""Code of a fault → what is wrong, in Russian."""

_WHAT_MOST = 200


def fault(code: str, place: tuple[str | int, ...], row: int | None = None, what: str = "") -> Fault:
    """Fault of a statement; ``what`` is in no language, so that the fault can be said in any."""
    what = sendable(what[:_WHAT_MOST])
    parameters: dict[str, object] = {"what": what} if what else {}
    at = sendable(pointer(*place))
    return Fault(code, WORDS[code].format(what=what), at, row=row, parameters=parameters)


def sendable(text: str) -> str:
    """Text with a mark for each half of a surrogate pair, which JSON has and UTF-8 has not."""
    return text.encode("utf-8", "replace").decode("utf-8")
