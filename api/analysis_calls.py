"""What the call about the analysis of a region does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.analysis_view import View, of_organisation
from api.computing.calls import Analysed, AnalysisCall, Places
from api.computing.flights import Computations, Flight, Question, Run
from api.messages import FAULTS, RUSSIAN
from api.refusals import Refused
from api.service import Service
from engine.ages import local_day
from engine.analysis import Analysis, AnalysisOptions, Recommendation
from engine.errors import Fault, InputError
from engine.policy import load_policy
from engine.recommendation import to_dict
from engine.wording import sentence, word
from engine.wording.messages import fill
from engine.wording.tables import lookup

SUBJECT = "analysis"
KNOWN_MOST = 12
"""Places that a refusal names."""


class AskedAnalysis(NamedTuple):
    """What is asked for; ``as_of`` of ``None`` = now."""

    options: AnalysisOptions = AnalysisOptions()
    as_of: dt.datetime | None = None
    view: View = View()


def analysis_question(
    service: Service, version: object, options: AnalysisOptions, as_of: dt.datetime | None = None
) -> Question:
    """The one question of all who want the analysis of a region on the same data."""
    return Question(service.tenant, (SUBJECT, options, as_of), version)


class AnalysisCalls:
    """Calls about the analysis of one tenant's region."""

    def __init__(
        self, service: Service, principal: Principal, language: str, computations: Computations
    ) -> None:
        self._service, self._principal, self._language = service, principal, language
        self._computations = computations

    def asked(self, asked: AskedAnalysis) -> Flight[Analysed]:
        """The computation that will have the answer.

        Raises
        ------
        Forbidden
            A region is not for the role.
        Refused
            ``runs_end_too_early``: the last day of runs is before the day of the analysis.
        """
        self._own()
        service, options, as_of = self._service, asked.options, asked.as_of
        at = service.clock()
        policy = load_policy(service.context.policy)
        today = local_day(as_of or at, policy.time_zone)
        if options.until is not None and options.until < today:
            told = {"day": str(today), "last": str(options.until)}
            raise Refused("runs_end_too_early", told)

        def make(run: Run) -> Analysed:
            record = service.region.everybody()
            if as_of is not None:
                record = replace(record, as_of=as_of)
            return run(AnalysisCall(record, service.engine.framework, policy, options))

        question = analysis_question(service, service.region.version(), options, as_of)
        return self._computations.ask(question, make, at)

    def shown(self, analysed: Analysed, view: View) -> dict[str, object]:
        """The analysis as the caller may see it and as he has asked for it.

        Raises
        ------
        InputError
            Nobody is of the district or of the organisation.
        Forbidden
            A head asks for another organisation.
        """
        own = self._own()
        if own is not None:
            if view.organisation not in (None, own):
                raise Forbidden(self._principal)
            return self._told(of_organisation(analysed.analysis, own), own)
        _check(view, analysed.places)
        return self._told(view.of(analysed.analysis), None)

    def _own(self) -> str | None:
        """Organisation of a head; ``None`` = whoever may see the region."""
        scope = self._principal.data_scope
        if scope is DataScope.ALL:
            return None
        if scope is not DataScope.ORGANISATION or not self._principal.organisation:
            raise Forbidden(self._principal)
        return self._principal.organisation

    def _told(self, found: Analysis, organisation: str | None) -> dict[str, object]:
        told: Any = to_dict(found)
        for advice, record in zip(told["recommendations"], found.recommendations, strict=True):
            advice["said"] = self._advice(record, organisation)
        for gap, missing in zip(told["missing"], found.missing, strict=True):
            gap["said"] = self._said(missing.code, missing.parameters, "missing")
        del told["options"]["until"]
        return {**told, "organisation": organisation}

    def _advice(self, found: Recommendation, organisation: str | None) -> str:
        if organisation is None:
            return self._said(found.code, found.parameters, "recommendation")
        # As in the note of a head: where his school stands out, by name and without estimates.
        template = lookup("report", "advice_school_deficit", self._language)
        return sentence(fill(template, {"node": found.parameters["node_title"]}, self._language))

    def _said(self, code: str, parameters: Mapping[str, object], family: str) -> str:
        return sentence(word(code, parameters, self._language, family=family))


def _check(view: View, known: Places) -> None:
    for name, asked, there in (
        ("district", view.district, known.districts),
        ("organisation", view.organisation, known.organisations),
    ):
        if asked is not None and asked not in there:
            some = ", ".join(sorted(there)[:KNOWN_MOST]) + ("…" if len(there) > KNOWN_MOST else "")
            code = f"report_{name}_unknown"
            parameters: dict[str, object] = {"asked": asked, "known": some or "—"}
            detail = FAULTS[code].say(RUSSIAN, parameters)
            raise InputError([Fault(code, detail, f"/{name}", parameters=parameters)])
