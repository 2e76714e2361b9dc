"""Reports: computed beside the requests, rendered, named, and refused with what is to be done."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from fastapi import Response

from api.access.errors import Forbidden
from api.access.principal import DataScope, Principal
from api.analysis_calls import analysis_question
from api.computing.calls import MadeReport, ReportCall
from api.computing.flights import Computations, Flight, Question, Run
from api.file_names import attachment
from api.messages import FAULTS, RUSSIAN
from api.refusals import Refused
from api.service import Service
from engine.analysis import AnalysisOptions
from engine.documents.parts import EXTRA, DocumentUnavailable
from engine.documents.reports import Report, render
from engine.documents.reports.kinds import Asked, ReportName
from engine.documents.reports.speak import Speaker
from engine.errors import Fault, InputError
from engine.indicators import Cadence, ReportPeriod
from engine.policy import load_policy

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def file_of(report: Report, form: str, media_type: str, language: str, zone: ZoneInfo) -> Response:
    """The report as a file; a page is shown, the others are saved.

    Parameters
    ----------
    zone
        The day in the file's name is that of this zone.

    Raises
    ------
    Refused
        ``report_unavailable``: the server lacks a library of this format.
    """
    try:
        content = render(report, form, language)
    except DocumentUnavailable as error:
        raise Refused("report_unavailable", {"part": error.part, "extra": EXTRA}) from error
    headers = {"Content-Language": language, "Cache-Control": "private, no-store"}
    if form == "html":
        headers["Content-Security-Policy"] = PAGE_POLICY
    else:
        day = report.as_of.astimezone(zone).date().isoformat()
        title = f"{file_title(report, language)} {day}"
        headers["Content-Disposition"] = attachment(title, form, f"{report.id}-{day}")
    return Response(content, media_type=media_type, headers=headers)


def file_title(report: Report, language: str) -> str:
    """What the report is and about whom: its title and the names in its subtitle."""
    about = [text for text in report.subtitle if isinstance(text, str)]
    return " ".join([Speaker(language).text(report.title), *about])


def period_of(since: dt.date | None, until: dt.date | None, today: dt.date) -> ReportPeriod:
    """The days of a report; a day that is not named is that of this year.

    Raises
    ------
    InputError
        ``report_period_reversed``: the last day is before the first.
    """
    year = ReportPeriod.containing(today, Cadence.YEARLY)
    first, last = since or year.first, until or year.last
    if last < first:
        parameters: dict[str, object] = {"first": first.isoformat(), "last": last.isoformat()}
        detail = FAULTS["report_period_reversed"].say(RUSSIAN, parameters)
        raise InputError([Fault("report_period_reversed", detail, "/to", parameters=parameters)])
    return ReportPeriod(first, last)


class ReportCalls:
    """Reports on one tenant's region."""

    def __init__(self, service: Service, principal: Principal, computations: Computations) -> None:
        self._service, self._principal = service, principal
        self._computations = computations

    def asked(self, asked: Asked) -> Flight[Report]:
        """The computation that will have the report.

        Parameters
        ----------
        asked
            A manager's organisation is put in where none is named.

        Raises
        ------
        Forbidden
            A manager asks for more than the note on his own organisation.
        InputError
            ``report_profile_unknown``.
        """
        service, principal = self._service, self._principal
        self._check(asked)
        whole = principal.data_scope is DataScope.ALL
        version = service.region.version()
        analysis = analysis_question(service, version, AnalysisOptions())
        policy = load_policy(service.context.policy)

        def make(run: Run) -> Report:
            record, _ = service.region.of(principal)
            known = self._computations.known(analysis) if whole else None
            call = ReportCall(
                record=record,
                asked=asked,
                framework=service.engine.framework,
                policy=policy,
                profiles=service.indicator_profiles,
                analysed=known,
                whole=whole,
            )
            made: MadeReport = run(call)
            if made.analysed is not None:
                self._computations.keep(analysis, made.analysed)
            return made.report

        scope = None if whole else principal.organisation
        lane = "region" if whole else "organisation"
        question = Question(service.tenant, ("report", asked, scope), version, lane)
        return self._computations.ask(question, make, service.clock())

    def _check(self, asked: Asked) -> None:
        principal = self._principal
        if principal.data_scope is not DataScope.ALL and (
            principal.data_scope is not DataScope.ORGANISATION
            or asked.name is not ReportName.SCHOOL
            or asked.organisation is None
            or asked.organisation != principal.organisation
        ):
            raise Forbidden(principal)
        known = self._service.indicator_profiles
        for name in asked.profiles:
            if name not in known:
                parameters: dict[str, object] = {"profile": name, "known": ", ".join(known)}
                detail = FAULTS["report_profile_unknown"].say(RUSSIAN, parameters)
                fault = Fault("report_profile_unknown", detail, "/profile", parameters=parameters)
                raise InputError([fault])
