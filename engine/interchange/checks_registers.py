"""Cross-checks of the registers: periods, members, who accompanies whom."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from engine.domain import MentorForm
from engine.interchange.faults import FaultLog
from engine.interchange.headers import nearest
from engine.interchange.records import Record, Records
from engine.interchange.schema import TABLES
from engine.register_kinds import KINDS, RegisterName

_COMPANIONS: Mapping[MentorForm, tuple[str, ...]] = MappingProxyType(
    {
        MentorForm.MENTOR_YOUNG: ("mentors", "educators"),
        MentorForm.PEER: ("mentors", "educators"),
        MentorForm.TUTOR: ("mentors", "educators", "methodists"),
        MentorForm.TEAM: ("teams",),
    }
)
"""Where those stand who accompany in a form; looked up only where all of them are known."""

_LEADS = ("educators", "methodists", "mentors")
_UNKNOWN: Mapping[tuple[str, ...], str] = MappingProxyType(
    {("educators",): "unknown_educator", ("teams",): "unknown_team"}
)
SUGGESTIONS_MOST = 20


def check_registers(
    tables: Mapping[str, Records],
    log: FaultLog,
    elsewhere: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> None:
    """Everything that references alone do not show.

    Parameters
    ----------
    elsewhere
        Ids by table that are known though no file holds them.
    """
    known = _Known(tables, elsewhere)
    for name in KINDS:
        for record in tables.get(name, ()):
            _check_period(record, log)
            for column in _lists(record):
                _check_repeated(record, column, log)
    for record in tables.get(RegisterName.COMMUNITIES, ()):
        known.check(record, "lead", _LEADS, log)
    for record in tables.get(RegisterName.ACCOMPANIMENTS, ()):
        _check_accompaniment(record, known, log)


def _lists(record: Record) -> Iterator[str]:
    for column in record.table.columns:
        if isinstance(record[column.name], tuple):
            yield column.name


def _check_period(record: Record, log: FaultLog) -> None:
    since, until = record["since"], record["until"]
    if since is not None and until is not None and until < since:
        log.error(
            "period_reversed",
            f"последний день {until:%d.%m.%Y} раньше первого {since:%d.%m.%Y}: поменяйте их "
            "местами или исправьте",
            record.at("until"),
        )


def _check_repeated(record: Record, column: str, log: FaultLog) -> None:
    values = record[column]
    repeated = list(dict.fromkeys(v for v in values if values.count(v) > 1))
    if repeated:
        log.error(
            "member_twice",
            f"названы дважды: {', '.join(f'«{v}»' for v in repeated)}; оставьте по одному разу",
            record.at(column),
            values=repeated,
        )


def _check_accompaniment(record: Record, known: _Known, log: FaultLog) -> None:
    form = MentorForm(record["form"])
    if record["educator_id"] == record["by"]:
        log.error(
            "accompanies_oneself",
            f"«{record['by']}» сопровождает сам себя: исправьте «Кого» или «Кто»",
            record.at("by"),
        )
    whom = ("teams",) if form is MentorForm.TEAM else ("educators",)
    known.check(record, "educator_id", whom, log)
    also = () if form is MentorForm.TEAM else ("methodists",)
    known.check(record, "by", _COMPANIONS[form], log, also)


class _Known:
    """Ids of tables, of the package and of elsewhere; a table that nobody holds is not known."""

    def __init__(
        self, tables: Mapping[str, Records], elsewhere: Mapping[str, Collection[str]]
    ) -> None:
        self._tables = tables
        self._elsewhere = elsewhere
        self._ids: dict[str, dict[str, None] | None] = {}
        self._found = 0

    def check(
        self,
        record: Record,
        column: str,
        among: tuple[str, ...],
        log: FaultLog,
        also: tuple[str, ...] = (),
    ) -> None:
        """Refuse an id that stands in none of the tables, where all of them are known.

        Parameters
        ----------
        also
            Tables in which it may stand as well, if they are known.
        """
        value = record[column]
        found = [self._of(name) for name in among]
        more = [self._of(name) for name in also]
        if value is None or None in found or any(value in ids for ids in (*found, *more) if ids):
            return
        # likeness over tens of thousands of ids is slow, and only the first faults are shown
        every = [i for ids in found for i in ids or ()]
        close = nearest(value, every) if self._found < SUGGESTIONS_MOST else []
        self._found += 1
        hint = f"; похоже на {', '.join(f'«{c}»' for c in close)}" if close else ""
        titles = ", ".join(f"«{TABLES[name].title}»" for name in among)
        log.error(
            _UNKNOWN.get(among, "unknown_person"),
            f"«{value}» нет в таблицах {titles}{hint}: исправьте код или добавьте строку",
            record.at(column),
            value=value,
            nearest=close,
        )

    def _of(self, name: str) -> dict[str, None] | None:
        if name not in self._ids:
            self._ids[name] = self._read(name)
        return self._ids[name]

    def _read(self, name: str) -> dict[str, None] | None:
        records = self._tables.get(name)
        given = self._elsewhere.get(name)
        if (records is None or records.headless) and given is None:
            return None
        own = [] if records is None else [str(r["id"]) for r in records]
        broken = [] if records is None else sorted(records.broken_ids)
        return dict.fromkeys((*own, *broken, *(given or ())))
