"""Refusals that one handler turns into problem documents: a code of ``messages`` and its values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.errors import Fault


class Refused(Exception):
    """A call that is answered with a problem document.

    Parameters
    ----------
    code
        Key of ``messages.PROBLEMS``; the status follows from it.
    parameters
        Values of the detail.
    faults
        Entries of ``errors``.
    members
        Further members of the document, in JSON types (RFC 9457, 3.2).
    """

    def __init__(
        self,
        code: str,
        parameters: Mapping[str, object] | None = None,
        *,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.parameters = dict(parameters or {})
        self.faults = tuple(faults)
        self.headers = dict(headers or {})
        self.members = dict(members or {})
