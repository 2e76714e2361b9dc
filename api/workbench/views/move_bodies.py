"""Bodies of the contract from the forms that change a route."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from api.workbench.views.keys import own_key

LIFTING = ("unpin", "unban")
STEP_DECISIONS = ("pin", "ban", "replace", *LIFTING)


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it came.

    Parameters
    ----------
    texts
        Last value of each field, stripped.
    lists
        All values of each field.
    """

    texts: Mapping[str, str]
    lists: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, pairs: Sequence[tuple[str, str]]) -> Sent:
        """The form from its pairs."""
        lists: dict[str, list[str]] = {}
        for name, value in pairs:
            lists.setdefault(name, []).append(value.strip())
        return cls({name: values[-1] for name, values in lists.items()}, lists)

    def text(self, name: str) -> str:
        """Value of a field, empty if it did not come."""
        return self.texts.get(name, "")

    def every(self, name: str) -> list[str]:
        """All values of a field, without empty ones."""
        return [value for value in self.lists.get(name, ()) if value]

    def at(self, version: int) -> Sent:
        """The same form, of a later version of the route."""
        return replace(self, texts={**self.texts, "version": str(version)})

    def headers(self, action: str) -> dict[str, str]:
        """Condition and key of the call.

        The key is of the form and of what was pressed in it: sent twice it is the same, another
        button of the same form is another call. A version that is no number of ours meets none.
        """
        version = self.text("version")
        known = version.isascii() and version.isdigit()
        key = uuid.uuid5(uuid.UUID(own_key(self.text("key"))), action)
        return {"If-Match": f'"{version if known else 0}"', "Idempotency-Key": str(key)}


def decision_body(sent: Sent, decision: str, told: str) -> dict[str, Any]:
    """Body of ``POST …/decisions``.

    Parameters
    ----------
    told
        What the history says of a decision that only changes steps: the contract notes what came
        of it, not what was asked for.
    """
    comment = sent.text("comment")
    body: dict[str, Any] = {"decision": decision}
    if decision in STEP_DECISIONS:
        comment = ": ".join(filter(None, (told, comment)))
    if comment:
        body["comment"] = comment
    if decision in ("ban", "replace") and sent.text("step"):
        body["step"] = sent.text("step")
    target = sent.text("target" if decision == "replace" else "activity")
    if decision in ("pin", "replace", *LIFTING) and target:
        body["activity"] = target
    return body


def lifting_bodies(sent: Sent, comment: str) -> list[dict[str, Any]]:
    """Bodies of ``POST …/decisions`` that take back each wish of a form, bans first.

    With the ban lifted while the pin still holds, the route wanders least in between.
    """
    lifted = [("unban", i) for i in sent.every("unbanned")]
    lifted += [("unpin", i) for i in sent.every("unpinned")]
    return [{"decision": d, "activity": i, "comment": comment} for d, i in lifted]


def progress_body(sent: Sent, event: str) -> dict[str, Any]:
    """Body of ``POST …/progress`` with one event."""
    told = {"step": sent.text("step"), "event": event}
    if sent.text("comment"):
        told["comment"] = sent.text("comment")
    return {"events": [told]}


def replan_body(sent: Sent) -> dict[str, Any]:
    """Body of ``POST …/replan``; a bound that is no number goes on to be refused."""
    body: dict[str, Any] = {}
    if sent.text("comment"):
        body["comment"] = sent.text("comment")
    for name in ("pinned", "excluded"):
        if sent.every(name):
            body[name] = sent.every(name)
    bound = sent.text("changes_most")
    if bound:
        body["changes_most"] = int(bound) if bound.isascii() and bound.isdigit() else bound
    return body


def as_replan(call: str, body: Mapping[str, Any], sent: Sent) -> dict[str, list[str]]:
    """What a refused call asked of the route, as ``POST …/replan`` asks for it.

    Returns
    -------
    dict
        ``pinned`` and ``excluded``: there the number of changes can be raised.
    """
    if call == "replan":
        return {name: list(body.get(name, ())) for name in ("pinned", "excluded")}
    if body["decision"] in LIFTING:
        return {"pinned": [], "excluded": []}
    target, step = body.get("activity"), body.get("step")
    former = sent.text("offering") if sent.text("same") else sent.text("activity")
    leaves = former or step if body["decision"] == "replace" else step
    return {"pinned": [target] if target else [], "excluded": [leaves] if leaves else []}
