"""Words for faults of xAPI statements: Russian of the engine that reads them, and English."""

from __future__ import annotations

from collections.abc import Mapping

from api.phrases import Phrase
from engine.interchange.xapi import WORDS

_ENGLISH: Mapping[str, str] = {
    "xapi_schema": "not as xAPI 1.0.1 requires: {what}",
    "xapi_no_person": "it is not said who: actor.account.name (an id, 1–128 characters) or "
    "actor.mbox_sha1sum is needed, and no group or mailbox",
    "xapi_unknown_verb": "the verb “{what}” is not read",
    "xapi_no_activity": "the object is no activity whose id (1–128 characters) ends its address: "
    "{what}",
    "xapi_no_time": "there is no timestamp with offset, in the years 2000–2099",
    "xapi_score_range": "the score is out of its bounds: {what}",
    "xapi_id_twice": "another statement has this id already: {what}",
    "xapi_no_id": "there is no id: without it a repeated statement is not known again",
    "xapi_voiding": "what was received is not voided here: send only statements that hold",
    "xapi_not_json": "it is not JSON",
    "xapi_too_many": "more than {what} statements: divide the file",
}

STATEMENT_FAULTS: Mapping[str, Phrase] = {
    code: Phrase(russian, _ENGLISH[code]) for code, russian in WORDS.items()
}
"""By code; a code that has no English wording fails at import."""
