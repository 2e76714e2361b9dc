"""``routes registers``: the registers of a region, shown and exported."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from engine.ages import local_day
from engine.cli.inputs import (
    AsOfOption,
    JsonOption,
    MappingOption,
    PolicyOption,
    parse_as_of,
    policy_named,
    read,
)
from engine.cli.output import print_json, print_remarks
from engine.deficits.groupings import Grouping
from engine.documents.archive import repeatable
from engine.framework import Framework, load_framework
from engine.interchange import TABLES, DataPackage, nodes_of
from engine.interchange.register_books import VIEW_HEADS, register_book
from engine.policy import PolicyProfile
from engine.recommender.groups import Person
from engine.recommender.pipeline import DEFAULT_POLICY
from engine.register_kinds import RegisterName, records_of
from engine.register_views import (
    DeficitEntry,
    Event,
    MentorCard,
    Programme,
    deficit_bank,
    events,
    mentor_cards,
    programmes,
)
from engine.registers import Registers

registers = typer.Typer(no_args_is_help=True, help="Реестры региона: показать и выгрузить.")

VIEWS: Mapping[str, type[Any]] = {
    "programmes": Programme,
    "events": Event,
    "mentors": MentorCard,
    "deficits": DeficitEntry,
}
AnyRegister = StrEnum(  # type: ignore[misc]
    "AnyRegister", {name: name for name in (*(n.value for n in RegisterName), *VIEWS)}
)


class By(StrEnum):
    """Groups of the bank of deficits."""

    DISTRICT = "district"
    SCHOOL = "school"


PackageOption = Annotated[
    Path | None,
    typer.Option(help="Папка пакета данных, XLSX или CSV; без неё — встроенный демо-пакет."),
]
ByOption = Annotated[
    By, typer.Option(help="Банк дефицитов по районам (district) или организациям (school).")
]
ProtectedOption = Annotated[
    bool,
    typer.Option(
        "--protected",
        help="Скрыть в банке дефицитов всё, из чего можно узнать о меньшем числе людей, чем "
        "велит политика (group_view.least_people).",
    ),
]


@dataclass(frozen=True, slots=True)
class _Region:
    """A package and what of it is asked."""

    package: DataPackage
    framework: Framework
    policy: PolicyProfile
    by: By
    protected: bool

    @property
    def day(self) -> dt.date:
        """Day of the package where the policy's region lies."""
        return local_day(self.package.as_of, self.policy.time_zone)

    def rows(self, name: str) -> Sequence[Any]:
        """Records of a register, or rows of a view."""
        package = self.package
        if name not in VIEWS:
            return records_of(package.registers, RegisterName(name))
        if name == "programmes":
            return programmes(package.activities, package.offerings, self.day)
        if name == "events":
            return events(package.activities, package.offerings, self.day)
        if name == "mentors":
            return mentor_cards(package.mentors, package.registers.accompaniments, self.day)
        entries, left_out = deficit_bank(
            self._people(),
            Grouping(self.by.value),
            self.framework,
            self.policy,
            package.as_of,
            protected=self.protected,
        )
        if left_out:
            typer.echo(f"противоречивые результаты не учтены, педагогов: {len(left_out)}", err=True)
        return entries

    def book(self, names: Sequence[str]) -> bytes:
        """Workbook of registers; the same package gives the same bytes."""
        kept = [RegisterName(name) for name in names if name not in VIEWS]
        views = {VIEWS[name]: self.rows(name) for name in names if name in VIEWS}
        registers = self.package.registers if kept else Registers()
        content = register_book(registers, kept, nodes_of(self.framework), views)
        return repeatable(content, self.package.as_of)

    def _people(self) -> Iterator[Person]:
        for educator in self.package.educators:
            results = self.package.diagnostics.get(educator.id, ())
            yield Person(educator, results, self.package.responses.get(educator.id, ()))


@registers.command("show")
def show(
    register: Annotated[
        AnyRegister | None, typer.Argument(help="Реестр; без него — сколько записей в каждом.")
    ] = None,
    package: PackageOption = None,
    by: ByOption = By.DISTRICT,
    protected: ProtectedOption = False,
    mapping: MappingOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
    as_json: JsonOption = False,
) -> int:
    """Показать реестр или число записей в каждом."""
    region = _region(package, by, mapping, policy, as_of, protected=protected)
    if register is None:
        counts = {name.value: len(region.rows(name.value)) for name in AnyRegister}
        _print_counts(counts, as_json=as_json)
        return 0
    rows = region.rows(register.value)
    if as_json:
        print_json(list(rows))
        return 0
    for row in rows:
        typer.echo(_line(register.value, row))
    typer.echo(f"записей: {len(rows)}, день {region.day:%d.%m.%Y}", err=True)
    return 0


@registers.command("export")
def export(
    out: Annotated[
        Path, typer.Option(help="Файл .xlsx для всех реестров или папка: по книге на реестр.")
    ],
    package: PackageOption = None,
    register: Annotated[
        list[AnyRegister] | None,
        typer.Option("--register", help="Только этот реестр; можно повторять."),
    ] = None,
    by: ByOption = By.DISTRICT,
    protected: ProtectedOption = False,
    mapping: MappingOption = None,
    policy: PolicyOption = None,
    as_of: AsOfOption = None,
) -> int:
    """Выгрузить реестры в XLSX; листы хранимых реестров routes import примет обратно."""
    region = _region(package, by, mapping, policy, as_of, protected=protected)
    names = [r.value for r in AnyRegister if register is None or r in register]
    if out.suffix.lower() == ".xlsx":
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(region.book(names))
        typer.echo(out)
        return 0
    if out.suffix:
        raise typer.BadParameter(f"«{out}»: нужен файл .xlsx или папка", param_hint="--out")
    out.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = out / f"{_title(name)}.xlsx"
        path.write_bytes(region.book([name]))
        typer.echo(path)
    return 0


def _region(
    package: Path | None,
    by: By,
    mapping: Path | None,
    policy: str | None,
    as_of: str | None,
    *,
    protected: bool,
) -> _Region:
    framework = load_framework()
    report = read(
        package,
        framework,
        mapping=mapping,
        as_of=parse_as_of(as_of),
        require_catalogue=False,
    )
    data = report.accepted()
    print_remarks(report.notes, report.warnings)
    profile = policy_named(policy or data.policy or DEFAULT_POLICY)
    return _Region(data, framework, profile, by, protected)


def _print_counts(counts: Mapping[str, int], *, as_json: bool) -> None:
    if as_json:
        print_json(dict(counts))
        return
    for name, count in counts.items():
        typer.echo(f"  {_title(name)} ({name}): {count}")


def _title(name: str) -> str:
    return VIEW_HEADS[VIEWS[name]][0] if name in VIEWS else TABLES[name].title


def _line(name: str, row: Any) -> str:
    """One record in one line: what tells it apart, for reading over."""
    if isinstance(row, DeficitEntry):
        counts = (row.high, row.medium, row.minimal)
        shown = "/".join("—" if c is None else str(c) for c in counts)
        return f"{row.title or 'все'} · {row.node} {row.node_title}: {shown} из {row.assessed}"
    told = [str(row.id)]
    told += [str(t) for f in _FIELDS if (t := getattr(row, f, None)) not in (None, "", ())]
    return " · ".join(told)


_FIELDS = (
    *("title", "position", "level", "organisation_id", "educator_id", "form", "by"),
    *("register_to", "next_start", "trained_until"),
)
