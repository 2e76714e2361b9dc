"""The record of a region as frames, one for each table of the vocabulary.

Frames of entities are in the order of their ids and hold each once. Both ends of a span stand in
``<name>_since`` and ``<name>_until``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pandas as pd

from engine.domain import Activity, MentorForm
from engine.indicators.vocabulary import TABLES, ColumnKind
from engine.region_record import RegionRecord
from engine.registers import Period

Rows = Sequence[Mapping[str, object]]


def educators(record: RegionRecord) -> pd.DataFrame:
    """Educators; of several rows of one id the first."""
    found = record.educators.drop_duplicates("educator").sort_values("educator")
    return found.reset_index(drop=True)


def organisations(record: RegionRecord) -> pd.DataFrame:
    """Organisations, also those that only educators name."""
    known = {o.id: (o.district, o.conditions.rural) for o in record.organisations}
    named = record.educators["organisation"].dropna().unique()
    return _frame(
        "organisations",
        [
            {"organisation": id_, "district": known.get(id_, ("", None))[0],
             "rural": known.get(id_, ("", None))[1]}
            for id_ in sorted({*known, *named})
        ],
    )  # fmt: skip


def sittings(record: RegionRecord) -> pd.DataFrame:
    """Scores with their share of the maximum."""
    return record.sittings.assign(share=record.sittings["score"] / record.sittings["max_score"])


def routes(record: RegionRecord) -> pd.DataFrame:
    """Routes; a route is active from its making to its end."""
    found = record.routes.drop_duplicates("route").sort_values("route").reset_index(drop=True)
    return found.assign(active_since=found["created_on"], active_until=found["ended_on"])


def participation(record: RegionRecord) -> pd.DataFrame:
    """Participation; columns of the activity are added where they are asked for."""
    return record.participation.rename(columns={"offering": "run"})


def activities(record: RegionRecord) -> pd.DataFrame:
    """The catalogue."""
    return _frame("activities", [_activity(a) for a in _by_id(record.activities)])


def runs(record: RegionRecord) -> pd.DataFrame:
    """Runs; columns of the activity are added where they are asked for."""
    return _frame(
        "runs",
        [
            {"run": o.id, "activity": o.activity_id, "start": o.start, "end": o.end,
             "during_since": o.start, "during_until": o.end, "self_paced": o.self_paced}
            for o in _by_id(record.offerings)
        ],
    )  # fmt: skip


def teams(record: RegionRecord) -> pd.DataFrame:
    """Teams of the register, and one for each organisation that has managers."""
    districts = {o.id: o.district for o in record.organisations}
    found: list[Mapping[str, object]] = [
        {
            "team": t.id,
            "from_register": True,
            "organisation": t.organisation_id,
            "district": districts.get(t.organisation_id, ""),
            "members": len(t.members),
            **_span("exists", t.exists),
        }
        for t in record.registers.teams
    ]
    managers = _managers(record)
    found += [
        {
            "team": team_of_organisation(str(organisation)),
            "from_register": False,
            "organisation": organisation,
            "district": districts.get(str(organisation)) or str(people["district"].iloc[0]),
            "members": len(people),
            **_span("exists", Period()),
        }
        for organisation, people in managers.groupby("organisation", sort=True)
    ]
    return _frame("teams", sorted(found, key=lambda row: str(row["team"])))


def team_of_organisation(organisation: str) -> str:
    """Id of the team that the managers of an organisation form."""
    return f"organisation:{organisation}"


def team_members(record: RegionRecord) -> pd.DataFrame:
    """Who belongs to which team."""
    found: list[Mapping[str, object]] = [
        {"team": t.id, "educator": m, "from_register": True, **_span("exists", t.exists)}
        for t in record.registers.teams
        for m in t.members
    ]
    managers = _managers(record)
    formed = pd.DataFrame(
        {
            "team": managers["organisation"].map(team_of_organisation),
            "educator": managers["educator"],
            "from_register": False,
            "exists_since": pd.NaT,
            "exists_until": pd.NaT,
        }
    )
    stated = _frame("team_members", found)
    return pd.concat([stated, formed], ignore_index=True) if found else formed


def methodists(record: RegionRecord) -> pd.DataFrame:
    """Methodists with how many are assigned to them by name."""
    return _frame(
        "methodists",
        [
            {
                "methodist": m.id,
                "level": m.level,
                "trained_until": m.trained_until,
                "subjects": m.subjects,
                "assigned_educators": len(m.educators),
                "assigned_organisations": len(m.organisations),
                "district": m.district,
                "organisation": m.organisation_id,
                **_span("in_post", m.in_post),
            }
            for m in _by_id(record.registers.methodists)
        ],
    )


def methodist_charges(record: RegionRecord) -> pd.DataFrame:
    """Educators assigned to methodists, by name and through their organisation."""
    in_school = {
        str(school): people["educator"].tolist()
        for school, people in record.educators.groupby("organisation", sort=True)
    }
    found = []
    for m in record.registers.methodists:
        common = {"methodist": m.id, "level": m.level, **_span("in_post", m.in_post)}
        found += [{**common, "educator": e, "by_name": True} for e in m.educators]
        for school in m.organisations:
            found += [
                {**common, "educator": e, "by_name": False} for e in in_school.get(school, ())
            ]
    charges = _frame("methodist_charges", found)
    # by name first: who is named is not counted once more through the organisation
    kept = charges.drop_duplicates(["methodist", "educator"])
    return kept.sort_values(["methodist", "educator"], ignore_index=True)


def mentors(record: RegionRecord) -> pd.DataFrame:
    """Mentors of the catalogue."""
    return _frame(
        "mentors",
        [
            {
                "mentor": m.id,
                "district": m.district,
                "organisation": m.organisation_id,
                "consent": m.consent,
                "consent_on": m.consent_on,
                "trained_until": m.trained_until,
                "capacity": m.capacity,
                "forms": m.forms,
            }
            for m in _by_id(record.mentors)
        ],
    )


def accompaniments(record: RegionRecord) -> pd.DataFrame:
    """Who accompanied whom; a team is accompanied as a team."""
    return _frame(
        "accompaniments",
        [
            {
                "educator": None if a.form is MentorForm.TEAM else a.educator_id,
                "team": a.educator_id if a.form is MentorForm.TEAM else None,
                "mentor": a.by,
                "form": a.form,
                **_span("during", a.during),
            }
            for a in record.registers.accompaniments
        ],
    )


def communities(record: RegionRecord) -> pd.DataFrame:
    """Professional communities."""
    return _frame(
        "communities",
        [
            {
                "community": c.id,
                "level": c.level,
                "district": c.district,
                "organisation": c.organisation_id,
                **_span("exists", c.exists),
            }
            for c in _by_id(record.registers.communities)
        ],
    )


def community_members(record: RegionRecord) -> pd.DataFrame:
    """Members of communities, those who lead them among them."""
    return _frame(
        "community_members",
        [
            {"community": c.id, "educator": m, "level": c.level, **_span("exists", c.exists)}
            for c in record.registers.communities
            for m in sorted({*c.members, *([c.lead] if c.lead else [])})
        ],
    )


def sites(record: RegionRecord) -> pd.DataFrame:
    """Internship sites."""
    return _frame(
        "sites",
        [
            {
                "site": s.id,
                "level": s.level,
                "places": s.places,
                "district": s.district,
                "organisation": s.organisation_id,
                **_span("open_during", s.open_during),
            }
            for s in _by_id(record.registers.sites)
        ],
    )


def practices(record: RegionRecord) -> pd.DataFrame:
    """Best practices."""
    return _frame(
        "practices",
        [
            {
                "practice": p.id,
                "level": p.level,
                "district": p.district,
                "organisation": p.organisation_id,
                **_span("in_bank", p.in_bank),
            }
            for p in _by_id(record.registers.practices)
        ],
    )


FRAMES: Mapping[str, Callable[[RegionRecord], pd.DataFrame]] = MappingProxyType(
    {
        make.__name__: make
        for make in (
            educators, organisations, sittings, routes, participation, activities, runs, teams,
            team_members, methodists, methodist_charges, mentors, accompaniments, communities,
            community_members, sites, practices,
        )
    }
)  # fmt: skip
"""How the frame of each table is made."""


def _managers(record: RegionRecord) -> pd.DataFrame:
    people = educators(record)
    return people[people["manager"].astype(bool) & people["organisation"].notna()]


def _activity(a: Activity) -> Mapping[str, object]:
    return {
        "activity": a.id,
        "kind": a.kind,
        "form": a.form,
        "level": a.level,
        "document": a.document,
        "provider": a.provider,
        "positions": a.positions,
        "subjects": a.subjects,
        "themes": a.themes,
        "hours": a.hours_academic,
        "register_since": a.register_from,
        "register_until": a.register_to,
        "in_register_ever": a.register_from is not None or a.register_to is not None,
    }


def _span(name: str, period: Period) -> Mapping[str, object]:
    return {f"{name}_since": period.since, f"{name}_until": period.until}


def _by_id(records: Sequence[Any]) -> list[Any]:
    return sorted(records, key=lambda record: str(record.id))


def _frame(table: str, rows: Rows) -> pd.DataFrame:
    """Frame of rows; without any it has the table's columns all the same."""
    if rows:
        return pd.DataFrame.from_records(list(rows))
    names = []
    for name, column in TABLES[table].items():
        span = column.kind is ColumnKind.SPAN
        names += [f"{name}_since", f"{name}_until"] if span else [name]
    return pd.DataFrame({name: pd.Series(dtype=object) for name in names})
