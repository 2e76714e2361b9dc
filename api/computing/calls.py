"""What is computed of a whole region; each call can be sent to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.analysis import Analysis, AnalysisOptions, analyse
from engine.documents.reports import Report
from engine.documents.reports.kinds import Asked, Computed, build_report
from engine.documents.reports.record_people import deficits_of
from engine.framework import Framework
from engine.indicators import IndicatorProfile, ReportPeriod, compute
from engine.indicators.results import IndicatorReport
from engine.policy import PolicyProfile
from engine.region_record import RegionRecord

TREND = 2
"""Earlier periods that a trend of a report shows."""


@dataclass(frozen=True, slots=True)
class Places:
    """Districts and organisations of the people of a region, so that others are refused."""

    districts: frozenset[str]
    organisations: frozenset[str]

    @classmethod
    def of(cls, record: RegionRecord) -> Places:
        """Those that anybody states."""
        people = record.educators
        return cls(
            frozenset(d for d in people["district"].dropna() if d),
            frozenset(o for o in people["organisation"].dropna() if o),
        )


@dataclass(frozen=True, slots=True)
class Analysed:
    """An analysis, and of which places it may be asked."""

    analysis: Analysis
    places: Places


@dataclass(frozen=True, slots=True, eq=False)
class AnalysisCall:
    """Analyse a region."""

    record: RegionRecord
    framework: Framework
    policy: PolicyProfile
    options: AnalysisOptions

    def run(self) -> Analysed:
        """Do it."""
        made = analyse(self.record, self.framework, self.policy, self.options)
        return Analysed(made, Places.of(self.record))


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report; and the analysis if one was made for it, for whoever asks next."""

    report: Report
    analysed: Analysed | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ReportCall:
    """Make a report.

    Parameters
    ----------
    profiles
        Profiles of indicators by id, those that are asked for among them.
    analysed
        What is known of the region already; ``None`` = it is analysed where the report asks.
    whole
        The record is that of a whole region: a part says nothing of how it differs from the rest.
    """

    record: RegionRecord
    asked: Asked
    framework: Framework
    policy: PolicyProfile
    profiles: Mapping[str, IndicatorProfile]
    analysed: Analysed | None
    whole: bool

    def run(self) -> MadeReport:
        """Do it.

        Raises
        ------
        InputError
            As of ``build_report``.
        """
        made: list[Analysed] = []

        def analysis() -> Analysis | None:
            if not self.whole:
                return None
            if self.analysed is not None:
                return self.analysed.analysis
            if not made:
                options = AnalysisOptions()
                made.append(AnalysisCall(self.record, self.framework, self.policy, options).run())
            return made[0].analysis

        computed = Computed(
            indicators=self._indicators,
            analysis=analysis,
            deficits=lambda part, by: deficits_of(part, by, self.framework, self.policy),
        )
        report = build_report(self.record, self.asked, computed)
        return MadeReport(report, made[0] if made else None)

    def _indicators(
        self, record: RegionRecord, profile: str, period: ReportPeriod, by: tuple[str, ...]
    ) -> IndicatorReport:
        known = self.profiles[profile]
        return compute(record, known, period, by=by, previous=period.previous(TREND))
