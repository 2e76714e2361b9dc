"""A workbook sent over HTTP → checked records, and what the tenant has besides."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from api.messages import FAULTS, RUSSIAN
from api.register_checks import known_ids
from api.schemas.catalogue import ROWS_MOST
from api.service import Service
from engine.domain import Organisation
from engine.errors import Fault, InputError
from engine.interchange import TABLES, DataPackage, ImportReport, nodes_of, read_package
from engine.interchange.archives import archive_problem
from engine.interchange.elsewhere import Elsewhere
from engine.interchange.files import is_workbook
from engine.register_kinds import RegisterName
from engine.storage import Repositories

LABEL = "книга.xlsx"
"""How faults name what was sent: its own name may be anything."""
UNPACKED_MOST_BYTES = 64 * 1024 * 1024
"""Of all parts together; the service has other callers to serve."""

KEPT = frozenset(
    {
        *("activities", "offerings", "meetings", "prerequisites", "coverage", "corrections"),
        *("organisations", "educators", "labels", "mentors", "mentor_slots"),
        *("diagnostics", "responses", "items"),
        *RegisterName,
    }
)
"""Tables that the service keeps, or that say what kept rows mean (``items``)."""

BOUNDED = frozenset(
    {"activities", "offerings", "mentors", "educators", "labels", "corrections", *RegisterName}
)
"""Tables of which as many rows are taken at once as of JSON records."""


def read_workbook(content: bytes, service: Service, known: Elsewhere) -> ImportReport:
    """Read a workbook against what the tenant has; the report holds a package.

    Raises
    ------
    InputError
        With every fault, each with sheet, row and column.
    """
    _check_archive(content)
    framework = service.engine.framework
    with TemporaryDirectory() as folder:
        path = Path(folder) / LABEL
        path.write_bytes(content)
        report = read_package(
            path,
            known_nodes=nodes_of(framework),
            as_of=service.clock(),
            time_zone=service.package.time_zone,
            require_catalogue=False,
            elsewhere=known,
        )
    faults = (*report.faults, *_unwanted(report))
    if faults:
        raise InputError(faults)
    return report


def known_to(service: Service, kept: Repositories, package: DataPackage) -> Elsewhere:
    """What rows may speak of besides the workbook: the tenant's catalogue and people."""
    ids = known_ids(kept, package)
    return Elsewhere(
        ids={**ids, "offerings": [o.id for o in package.offerings]},
        organisations=_organisations(package, kept),
        items=package.items,
        activities=package.activities,
        with_runs={o.activity_id for o in package.offerings},
    )


def _organisations(package: DataPackage, kept: Repositories) -> dict[str, Organisation]:
    """Organisations of the package and of the people who are kept."""
    packaged = (e.organisation for e in package.educators if e.organisation is not None)
    found = {o.id: o for o in (*package.organisations, *packaged)}
    return found | kept.educators.organisations()


def _check_archive(content: bytes) -> None:
    """Refuse what must not be unpacked here, before anything of it is."""
    if not is_workbook(content):
        return  # the reader says what it is instead
    try:
        problem = archive_problem(content, UNPACKED_MOST_BYTES)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError, EOFError):
        return  # a damaged one: the reader says so
    if problem is not None:
        code, detail = problem
        raise InputError([Fault(code, detail, file=LABEL)])


def _unwanted(report: ImportReport) -> Iterator[Fault]:
    """What a package may hold and the service does not take."""
    for name in sorted(report.counts.keys() - KEPT):
        yield _fault("table_not_kept", table=name, title=TABLES[name].title)
    if not report.counts and not report.faults:
        known = ", ".join(t.title for n, t in TABLES.items() if n in KEPT)
        yield _fault("workbook_without_tables", known=known)
    if any(w.code == "only_example_rows" for w in report.warnings):
        yield _fault("workbook_of_examples")
    for name, count in report.counts.items():
        if name in BOUNDED and count.read > ROWS_MOST:
            yield _fault(
                "sheet_too_long", title=TABLES[name].title, rows=count.read, most=ROWS_MOST
            )


def people_too_many(number: int) -> Fault:
    """Fault of a workbook with the diagnostics of too many people."""
    return _fault("people_too_many", number=number, most=ROWS_MOST)


def _fault(code: str, **parameters: object) -> Fault:
    detail = FAULTS[code].say(RUSSIAN, parameters)
    return Fault(code, detail, file=LABEL, parameters=parameters)
