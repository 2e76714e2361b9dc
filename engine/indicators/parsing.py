"""From TOML tables to definitions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from engine.indicators.definitions import (
    CombinedSet,
    Condition,
    ControlDefinition,
    EvidenceDefinition,
    IndicatorDefinition,
    IndicatorProfile,
    Option,
    Quantified,
    RowsSet,
    SetDefinition,
    Target,
    Term,
    Unit,
)
from engine.indicators.periods import Cadence
from engine.indicators.toml_values import Values, value_problem
from engine.indicators.vocabulary import DAYS, OPERATORS, TABLES, Column, ColumnKind

NAMELESS = ": "
"""Part of the names of sets that an indicator writes without naming them."""

_COMBINES = ("all_of", "any_of", "none_of")
_WITH_DAY = ("after", "not_after", "not_before", "open_on")


class Parser(Values):
    """Makes a profile; not to be used where it has problems."""

    def __init__(self, origin: Mapping[str, str]) -> None:
        super().__init__(origin)
        self._sets: dict[str, SetDefinition] = {}
        self._templates: Mapping[str, Any] = {}

    def profile(self, name: str, values: Mapping[str, Any]) -> IndicatorProfile:
        """The whole profile; not to be used where there are problems."""
        self._sets = {}
        about = values.get("profile", {})
        for key, table in values.get("sets", {}).items():
            self._sets[key] = self._set(table, f"sets.{key}")
        cadence = self._one_of(about, "cadence", "profile", tuple(c.value for c in Cadence))
        rhythm = Cadence(cadence or Cadence.YEARLY)
        self._templates = values.get("templates", {})
        indicators = tuple(self._indicator(i, rhythm) for i in values.get("indicators", ()))
        controls = tuple(self._control(c) for c in values.get("controls", ()))
        plan = values.get("plan", {})
        return IndicatorProfile(
            id=name,
            title=self._text(about, "title", "profile"),
            regulation=self._text(about, "regulation", "profile"),
            cadence=rhythm,
            cadence_wording=self._text(about, "cadence_wording", "profile"),
            cadence_clause=self._text(about, "cadence_clause", "profile"),
            minimal_above=self._number(about, "minimal_above", "profile", 0.0, 1.0),
            young=self._text(about, "young", "profile"),
            young_unknown=self._text(about, "young_unknown", "profile"),
            sets=self._sets,
            indicators=indicators,
            controls=controls,
            plan_year=self._whole(plan, "year", "plan") if plan else None,
        )

    # ---------------------------------------------------------------- sets

    def _set(self, table: Any, place: str) -> SetDefinition:
        if not isinstance(table, Mapping):
            self._tell(place, "нужна таблица")
            return CombinedSet()
        if "from" in table:
            return self._rows(table, place)
        self._known(table, _COMBINES, place)
        names = {key: self._names(table.get(key, []), f"{place}.{key}") for key in _COMBINES}
        if not names["all_of"] and not names["any_of"]:
            self._tell(place, "множество должно стоять из from, all_of или any_of")
        return CombinedSet(**names)

    def _rows(self, table: Mapping[str, Any], place: str) -> SetDefinition:
        self._known(table, ("from", "key", "where", "each"), place)
        name = self._one_of(table, "from", place, tuple(TABLES))
        if name is None:
            return CombinedSet()
        ids = tuple(c for c, about in TABLES[name].items() if about.kind is ColumnKind.ID)
        key = self._one_of(table, "key", place, ids) or ids[0]
        where = self._table(table, "where", place)
        conditions = tuple(
            condition
            for column, spec in where.items()
            for condition in self._conditions(name, column, spec, f"{place}.where.{column}")
        )
        each = self._table(table, "each", place)
        return RowsSet(name, key, conditions, self._each(name, each, f"{place}.each"))

    def _conditions(self, table: str, name: str, spec: Any, place: str) -> list[Condition]:
        column = TABLES[table].get(name)
        if column is None:
            known = ", ".join(TABLES[table])
            self._tell(place, f"в таблице {table} нет такого столбца; есть: {known}")
            return []
        if not isinstance(spec, Mapping):
            spec = {"is": spec}
        on = spec.get("on", "")
        found = [
            self._condition(name, column, operator, value, on, f"{place}.{operator}")
            for operator, value in spec.items()
            if operator != "on"
        ]
        return [c for c in found if c is not None]

    def _condition(
        self, name: str, column: Column, operator: str, value: Any, on: Any, place: str
    ) -> Condition | None:
        known = OPERATORS[column.kind]
        if operator not in known:
            self._tell(place, f"столбец так не сравнивают; можно: {', '.join(known)}")
            return None
        if operator in _WITH_DAY:
            value, on = True, value
        if (operator in _WITH_DAY or operator == "years_below") and on not in DAYS:
            self._tell(place, f"нужен день отчёта: {', '.join(DAYS)}")
            return None
        problem = value_problem(operator, column, value)
        if problem:
            self._tell(place, problem)
            return None
        value = tuple(value) if isinstance(value, list) else value
        return Condition(name, operator, value, str(on))  # type: ignore[arg-type]

    def _each(self, table: str, each: Mapping[str, Any], place: str) -> Quantified | None:
        if not each:
            return None
        self._known(each, ("column", "in_set", "least_share", "least_count"), place)
        ids = tuple(c for c, about in TABLES[table].items() if about.kind is ColumnKind.ID)
        return Quantified(
            self._one_of(each, "column", place, ids) or "",
            self._text(each, "in_set", place),
            self._number(each, "least_share", place, 0.0, 1.0, default=0.0),
            self._whole(each, "least_count", place, default=1),
        )

    def _reference(self, value: Any, name: str, place: str) -> str:
        """A set by its name, or an intersection of names, kept as a set without a name."""
        if isinstance(value, str):
            return value
        self._sets[name] = CombinedSet(all_of=self._names(value, place))
        if not value:
            self._tell(place, "нужно имя множества или список имён")
        return name

    # ---------------------------------------------------------------- indicators

    def _indicator(self, table: Any, cadence: Cadence) -> IndicatorDefinition:
        if not isinstance(table, Mapping):
            table = {}
        name = self._text(table, "id", "indicators.?")
        place = f"indicators.{name}"
        table = self._like(table, place)
        keys = ("id", "wording", "clause", "unit", "formula", "numerator", "denominator",
                "target", "terms", "cadence")  # fmt: skip
        self._known(table, keys, place)
        own = self._one_of(table, "cadence", place, tuple(c.value for c in Cadence), cadence)
        terms = tuple(
            self._term(term, name, f"{place}.terms") for term in self._list(table, "terms", place)
        )
        sides = {
            side: self._reference(table[side], name + NAMELESS + side, f"{place}.{side}")
            for side in ("numerator", "denominator")
            if side in table
        }
        if "numerator" not in sides:
            self._tell(f"{place}.numerator", "ключа нет, а он обязателен")
        target = self._table(table, "target", place)
        return IndicatorDefinition(
            id=name,
            wording=self._text(table, "wording", place),
            clause=self._text(table, "clause", place),
            unit=self._one_of(table, "unit", place, get_args(Unit)) or "share",  # type: ignore[arg-type]
            formula=self._text(table, "formula", place),
            numerator=sides.get("numerator", ""),
            cadence=Cadence(own or cadence),
            denominator=sides.get("denominator"),
            target=self._target(target, f"{place}.target") if target else None,
            terms=terms,
        )

    def _like(self, table: Mapping[str, Any], place: str) -> Mapping[str, Any]:
        """The table with what it takes over from its template."""
        if "like" not in table:
            return table
        name = self._one_of(table, "like", place, tuple(self._templates))
        template = self._templates[name] if name is not None else {}
        if not isinstance(template, Mapping):
            self._tell(f"{place}.like", "шаблон должен быть таблицей")
            template = {}
        return {**template, **{k: v for k, v in table.items() if k != "like"}}

    def _term(self, table: Any, indicator: str, place: str) -> Term:
        if not isinstance(table, Mapping):
            table = {}
        name = self._text(table, "id", place)
        place = f"{place}.{name}"
        self._known(table, ("id", "words", "options"), place)
        options = tuple(
            self._option(o, indicator, name, f"{place}.options")
            for o in self._list(table, "options", place)
        )
        if not options:
            self._tell(place, "у термина нет ни одного прочтения (options)")
        return Term(name, self._text(table, "words", place), options)

    def _option(self, table: Any, indicator: str, term: str, place: str) -> Option:
        if not isinstance(table, Mapping):
            table = {}
        name = self._text(table, "id", place)
        place = f"{place}.{name}"
        self._known(table, ("id", "label", "label_en", "set", "undecided"), place)
        nameless = f"{indicator}{NAMELESS}{term}={name}"
        undecided = table.get("undecided")
        return Option(
            id=name,
            label=self._text(table, "label", place),
            set=self._reference(table.get("set", []), nameless, f"{place}.set"),
            undecided=None
            if undecided is None
            else self._reference(undecided, f"{nameless}?", f"{place}.undecided"),
            label_en=self._text(table, "label_en", place) if "label_en" in table else "",
        )

    def _target(self, table: Mapping[str, Any], place: str) -> Target:
        self._known(table, ("at_least", "words"), place)
        most = float("inf")
        return Target(
            self._number(table, "at_least", place, 0.0, most), self._text(table, "words", place)
        )

    def _control(self, table: Any) -> ControlDefinition:
        if not isinstance(table, Mapping):
            table = {}
        name = self._text(table, "id", "controls.?")
        place = f"controls.{name}"
        keys = ("id", "section", "wording", "terms", "responsible_text", "responsible", "months",
                "evidence")  # fmt: skip
        self._known(table, keys, place)
        months = [
            tuple(span) for span in self._list(table, "months", place) if isinstance(span, list)
        ]
        if not all(len(s) == 2 and 1 <= s[0] <= s[1] <= 12 for s in months):
            self._tell(f"{place}.months", "нужны пары месяцев [первый, последний] в 1–12")
        evidence = []
        for item in self._list(table, "evidence", place):
            inner = f"{place}.evidence"
            item = item if isinstance(item, Mapping) else {}
            label, meant = self._text(item, "label", inner), self._text(item, "set", inner)
            evidence.append(EvidenceDefinition(label, meant))
        return ControlDefinition(
            id=name,
            section=self._text(table, "section", place),
            wording=self._text(table, "wording", place),
            terms=self._text(table, "terms", place),
            responsible_text=self._text(table, "responsible_text", place),
            responsible=self._names(table.get("responsible", []), f"{place}.responsible"),
            months=tuple(months),
            evidence=tuple(evidence),
        )
