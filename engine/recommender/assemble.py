"""From the stages' results to the answer: every fact is carried, none is made up here."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from engine import __version__
from engine.catalogue import Catalogue, fold
from engine.domain import Demand, DemandKind, Level, Reason
from engine.explanation import Explanation, Price, StepReasons
from engine.framework import Framework
from engine.mentorship import missing_dates
from engine.planning.checks import CheckReport, check_route
from engine.planning.compile_frame import tempo_most
from engine.planning.explain import closed_part, unmet_demands
from engine.planning.problem import RouteProblem
from engine.planning.problem_json import problem_digest
from engine.planning.solution import RouteSolution
from engine.planning.standing import reasons_in_the_way, standing_of, worth_alone
from engine.recommendation import (
    Certificate,
    ConditionsEntry,
    ConflictMember,
    DeficitEntry,
    Descriptors,
    EducatorEntry,
    Evidence,
    Provenance,
    Recommendation,
    Repair,
    RequestEntry,
    Resources,
    RouteEntry,
    Unmet,
)
from engine.recommender.dynamics import change_entries, proficiency_entry
from engine.recommender.exploration import exploration_entry
from engine.recommender.route_entry import build_route_entry
from engine.recommender.stages import Stages

MPT = 1_000


def assemble(
    stages: Stages,
    framework: Framework,
    catalogue: Catalogue,
    calibration: str | None = None,
    model_digest: str | None = None,
) -> Recommendation:
    """Put the answer together from what the stages said.

    Parameters
    ----------
    calibration
        Version of the calibrated items; ``None`` = none were used.
    model_digest
        Of the file of the matching model; ``None`` = it comes from no file.
    """
    compiled, solution = stages.compiled, stages.solution
    digest = problem_digest(compiled.problem)
    report = None
    entry = None
    if solution.route is not None:
        report = check_route(compiled.problem, solution.route)
        entry = build_route_entry(stages, catalogue, report)
    return Recommendation(
        id=f"route-{digest[:12]}",
        as_of=stages.request.as_of,
        status=solution.status.value,
        certificate=_certificate(solution),
        educator=_educator(stages),
        group=stages.deficits.group.value if stages.deficits.group else None,
        deficits=tuple(
            _deficit(stages, framework, k, demand, report)
            for k, demand in enumerate(stages.deficits.demands)
        ),
        requests=_requests(stages),
        conditions=_conditions(stages),
        resources=_resources(stages, catalogue),
        descriptors=_descriptors(stages, entry),
        route=entry,
        unmet=tuple(_unmet(stages, report)),
        conflict=_conflict(stages, catalogue),
        repairs=_repairs(stages, catalogue),
        notes=tuple(_notes(stages, framework, catalogue)),
        not_chosen=_not_chosen(stages, catalogue, report),
        provenance=_provenance(stages, framework, catalogue, digest, calibration, model_digest),
        changes=change_entries(stages.deficits),
        exploration=exploration_entry(stages.ranking, entry),
    )


def _certificate(solution: RouteSolution) -> Certificate:
    def points(mpt: int | None) -> float | None:
        return None if mpt is None else mpt / MPT

    gap = solution.gap_ppm
    return Certificate(
        value=points(solution.value_mpt),
        bound=points(solution.bound_mpt),
        gap_rel=None if gap is None else gap / 1_000_000,
        work_limit=solution.work_milli / 1000,
        cut_by_clock=solution.cut_by_clock,
    )


def _educator(stages: Stages) -> EducatorEntry:
    educator = stages.request.educator
    tempo = stages.compiled.problem.tempo_min
    organisation = educator.organisation
    return EducatorEntry(
        id=educator.id,
        position=educator.position.value,
        subjects=educator.subjects,
        stages=tuple(s.value for s in educator.stages),
        organisation=organisation.title if organisation else None,
        district=educator.district or (organisation.district if organisation else "") or None,
        strengths=educator.strengths,
        time_zone=str(stages.calendar.zone),
        tempo_min_per_week=int(np.max(tempo)) if len(tempo) else 0,
    )


def _deficit(
    stages: Stages, framework: Framework, k: int, demand: Demand, report: CheckReport | None
) -> DeficitEntry:
    measured = demand.proficiency
    probability = demand.level_probability
    closed = 0.0
    if report is not None:
        gained = report.demand_fill[k].gained
        closed = closed_part(stages.compiled.problem, demand, k, gained)
    return DeficitEntry(
        node=demand.code,
        kind=demand.kind.value,
        title=demand.title,
        estimate=demand.expected,
        interval_90=demand.interval_90,
        weight=demand.weight,
        official_level=demand.official_level.value if demand.official_level else None,
        level_probability=None if np.isnan(probability).any() else probability,
        raw_score=measured.raw_score if measured else None,
        raw_max=measured.raw_max if measured else None,
        n_tasks=(measured.raw_tasks or None) if measured else None,
        closed_expected=closed,
        evidence=_evidence(demand),
        direction=_direction(framework, demand),
        proficiency=proficiency_entry(demand),
    )


def _evidence(demand: Demand) -> tuple[Evidence, ...]:
    if demand.proficiency is None:
        return ()
    return tuple(
        Evidence(
            procedure_id=e.procedure_id,
            date=e.date,
            method=e.method.value,
            score=e.score,
            max_score=e.max_score,
            n_tasks=e.n_tasks,
            observer=e.observer,
            criterion=e.criterion,
        )
        for e in demand.proficiency.evidence
    )


def _direction(framework: Framework, demand: Demand) -> str | None:
    if not demand.nodes or demand.kind is not DemandKind.DEFICIT:
        return None
    code = demand.nodes[0]
    ancestors = framework.ancestors(code)
    return (ancestors[-1] if ancestors else framework.node(code)).title


def _requests(stages: Stages) -> tuple[RequestEntry, ...]:
    return tuple(
        RequestEntry(
            id=r.id,
            text=r.text,
            node=r.node,
            career_position=r.career_position.value if r.career_position else None,
            nodes=stages.request_nodes.get(r.id, ()),
        )
        for r in stages.requests
    )


def _conditions(stages: Stages) -> ConditionsEntry:
    own = stages.request.educator.conditions
    organisation = stages.request.educator.organisation
    school = organisation.conditions if organisation else own
    return ConditionsEntry(
        rural=school.rural if own.rural is None else own.rural,
        internet=school.internet if own.internet is None else own.internet,
        shift=school.shift if own.shift is None else own.shift,
        forbidden_weekdays=tuple(sorted({*own.forbidden_weekdays, *school.forbidden_weekdays})),
    )


def _resources(stages: Stages, catalogue: Catalogue) -> Resources:
    today = stages.request.as_of.date()
    federal = sum(
        1
        for a in catalogue.activities
        if a.register_from is not None
        and a.register_from <= today
        and (a.register_to is None or today <= a.register_to)
    )
    return Resources(
        activities=len(catalogue.activities),
        eligible=len(catalogue.activities) - len(stages.ranking.ineligible),
        offerings_considered=len(set(stages.compiled.offering_ids)),
        federal_register=federal,
        regional=sum(1 for a in catalogue.activities if a.level is Level.REGIONAL),
    )


def _descriptors(stages: Stages, entry: RouteEntry | None) -> Descriptors:
    steps = entry.steps if entry else ()
    covered = {c.title: None for s in steps for c in s.closes}
    return Descriptors(
        content=tuple(covered),
        forms=tuple(sorted({s.form for s in steps})),
        technologies=tuple(sorted({t for s in steps for t in s.technology})),
        tempo_min_per_week=int(np.max(stages.compiled.problem.tempo_min)),
        total_min=entry.workload_min if entry else 0,
    )


# --------------------------------------------------------------------------- why not


def _unmet(stages: Stages, report: CheckReport | None) -> Iterator[Unmet]:
    route = stages.solution.route
    for label, reason in stages.compiled.unmet_required.items():
        code = str(reason.parameters.get("required", "required_theme"))
        name = "theme" if code == "required_theme" else "label"
        yield Unmet(label, label, code, {name: label, "cause": reason.code})
    need = stages.mentor_need
    if need.required and not any(
        option.capacity >= 1 for option in stages.compiled.problem.mentor.options
    ):
        yield Unmet("mentor", "", "mentor_shortage", {"considered": len(need.refused)})
    if route is None or report is None:
        return
    demands = stages.deficits.demands
    for k, reason in unmet_demands(
        stages.compiled.problem,
        demands,
        _covering(stages),
        stages.compiled.dropped,
        route,
        report,
    ):
        yield Unmet(demands[k].code, demands[k].title, reason.code, reason.parameters)
    monday = stages.calendar.first_monday
    for first, last in report.missed_windows:
        span = {
            "start": monday + dt.timedelta(weeks=first),
            "end": monday + dt.timedelta(weeks=last + 1, days=-1),
        }
        yield Unmet("mentor", "", "missed_meeting", span)
    for stage in report.missing_checkpoints:
        yield Unmet("checkpoint", "", "missing_checkpoint", {"stage": stage})


def _covering(stages: Stages) -> list[list[str]]:
    """Ids of the activities that cover each demand."""
    coverage = stages.ranking.coverage.tocsc()
    ids = stages.ranking.activity_ids
    return [
        [ids[a] for a in sorted(coverage.indices[coverage.indptr[k] : coverage.indptr[k + 1]])]
        for k in range(coverage.shape[1])
    ]


def explanation_of(stages: Stages, catalogue: Catalogue, prices: tuple[Price, ...]) -> Explanation:
    """Reasons of the steps and counts of the codes of all others, with prices."""
    route, problem = stages.solution.route, stages.compiled.problem
    steps: tuple[StepReasons, ...] = ()
    if route is not None:
        entry = build_route_entry(stages, catalogue, check_route(problem, route))
        steps = tuple(StepReasons(s.activity, s.title, s.reasons) for s in entry.steps)
    counts = Counter(reason.code for reason in not_chosen(stages, catalogue).values())
    return Explanation(
        steps=steps,
        prices=prices,
        problem_digest=problem_digest(problem),
        not_chosen=dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))),
    )


def not_chosen(stages: Stages, catalogue: Catalogue) -> dict[str, Reason]:
    """Why each activity is not in the route, by id in the order of the catalogue."""
    route = stages.solution.route
    report = None if route is None else check_route(stages.compiled.problem, route)
    return _not_chosen(stages, catalogue, report)


def _not_chosen(
    stages: Stages, catalogue: Catalogue, report: CheckReport | None
) -> dict[str, Reason]:
    compiled, route = stages.compiled, stages.solution.route
    chosen = {compiled.activity_ids[j] for j in route.chosen} if route else set()
    in_the_way = _in_the_way(stages, report)

    def why(i: str) -> Reason:
        if i in compiled.dropped:
            return compiled.dropped[i]
        return in_the_way.get(i, NO_ROUTE)

    return {i: why(i) for i in catalogue.activity_ids if i not in chosen}


NO_ROUTE = Reason("no_route")


def _in_the_way(stages: Stages, report: CheckReport | None) -> dict[str, Reason]:
    """Reasons of the activities that have candidates; without a route only the bans."""
    problem, route = stages.compiled.problem, stages.solution.route
    if route is None or report is None:
        admitted = {problem.activities[a].label for a in _open_activities(problem)}
        banned = (a.label for a in problem.activities if a.label not in admitted)
        return {i: Reason("excluded", {"label": i}) for i in banned}
    standing = standing_of(problem, route, report)
    return reasons_in_the_way(problem, standing, route.chosen, worth_alone(problem))


def _open_activities(problem: RouteProblem) -> list[int]:
    """Activities with a candidate that is not excluded."""
    table = problem.candidates
    return [int(a) for a in np.unique(table.activity[~table.excluded])]


def _conflict(stages: Stages, catalogue: Catalogue) -> tuple[ConflictMember, ...] | None:
    """Members of the conflict; a pin with nothing left to choose says what took it away."""
    if stages.conflict is None:
        return None
    members = []
    for m in stages.conflict.members:
        parameters = titled(m.parameters, catalogue)
        cause = stages.compiled.dropped.get(str(m.parameters.get("label")))
        if cause is not None:
            parameters["cause"] = cause.code
        members.append(ConflictMember(m.code, parameters))
    return tuple(members)


def titled(parameters: Mapping[str, object], catalogue: Catalogue) -> dict[str, object]:
    """Parameters with the title of the activity that ``label`` names, if it names one."""
    label = str(parameters.get("label"))
    index = catalogue.activity_index.get(label)
    if index is None and label in catalogue.offering_index:
        index = int(catalogue.offering_activity[catalogue.offering_index[label]])
    if index is None:
        return dict(parameters)
    return {**parameters, "title": catalogue.activities[index].title}


def _repairs(stages: Stages, catalogue: Catalogue) -> tuple[Repair, ...]:
    """Repairs with what each costs against the most valuable one, in points."""
    if stages.conflict is None:
        return ()
    options = stages.conflict.repairs
    best = max((r.value_mpt for r in options if r.value_mpt is not None), default=None)
    repairs = []
    for option in options:
        parameters = titled(option.parameters, catalogue)
        changes = parameters.get("changes")
        if isinstance(changes, list):
            parameters["changes"] = [titled(change, catalogue) for change in changes]
        if best is not None and option.value_mpt is not None:
            parameters["loss"] = (best - option.value_mpt) / MPT
        repairs.append(Repair(option.code, parameters))
    return tuple(repairs)


def _notes(stages: Stages, framework: Framework, catalogue: Catalogue) -> Iterator[Reason]:
    request = stages.request
    yield from missing_dates(request.educator, stages.policy, request.as_of)
    if stages.conflict is not None and not stages.conflict.minimal:
        yield Reason("conflict_unfinished")
    if not request.diagnostics and not request.responses:
        yield Reason("no_diagnostics")
    yield from _unused_evidence(stages, framework)
    titles = {fold(a.title) for a in catalogue.activities} if request.history else set()
    for item in request.history:
        known = item.activity_id in catalogue.activity_index
        if not known and fold(item.title or "") not in titles:
            yield Reason("history_not_matched", {"title": item.title or item.activity_id})
    yield from _applied_limits(stages)
    for r in stages.requests:
        if r.text and not stages.request_nodes.get(r.id) and r.career_position is None:
            yield Reason("unmatched_request", {"text": r.text})


def _unused_evidence(stages: Stages, framework: Framework) -> Iterator[Reason]:
    """Results that no demand shows: of nodes that are not for this educator, or too old."""
    request = stages.request
    shown = {d.proficiency.node for d in stages.deficits.demands if d.proficiency is not None}
    educator = request.educator
    applies = framework.applies_to(educator.position, educator.subjects, educator.stages)
    newest: dict[str, dt.date] = {}
    dated = [(r.node, r.date) for r in request.diagnostics]
    dated += [(r.node, r.date) for r in request.responses]
    for node, day in dated:
        newest[node] = max(day, newest.get(node, day))
    for node in sorted(newest.keys() - shown):
        title = framework.node(node).title
        if applies[framework.index[node]]:
            yield Reason("stale_evidence", {"title": title, "date": newest[node]})
        else:
            yield Reason("node_not_applicable", {"title": title})


def _applied_limits(stages: Stages) -> Iterator[Reason]:
    """Numbers that were asked for and did not hold, because the policy's are tighter."""
    request = stages.request
    problem = stages.compiled.problem.limits
    tempo = tempo_most(request.educator, stages.policy)
    asked: tuple[tuple[str, int | None, int], ...] = (
        ("tempo_max_min", request.educator.tempo_min_per_week, tempo),
        ("total_max_min", request.educator.total_min, problem.workload_max_min),
        ("steps_max", request.constraints.max_steps, problem.steps_max),
    )
    for name, stated, applied in asked:
        if stated is not None and stated > applied:
            yield Reason("limit_applied", {"limit": name, "asked": stated, "applied": applied})
    for source, stated_rub in sorted((request.constraints.budget_by_source or {}).items()):
        index = stages.compiled.problem.budget_sources.index(source.value)
        amount = stages.compiled.problem.budget_rub[index]
        if stated_rub > amount:
            yield Reason(
                "limit_applied",
                {"limit": "budget_rub", "asked": stated_rub, "applied": amount},
            )


def _provenance(
    stages: Stages,
    framework: Framework,
    catalogue: Catalogue,
    digest: str,
    calibration: str | None,
    model_digest: str | None,
) -> Provenance:
    options = stages.options
    return Provenance(
        policy=f"{stages.policy.id} {stages.policy.version}: {stages.policy.regulation}",
        framework=f"{framework.id} {framework.version}",
        catalogue=catalogue.version,
        model=stages.ranking.model_version,
        engine_version=__version__,
        problem_digest=digest,
        seed=options.seed,
        gap_rel_asked=options.gap_ppm / 1_000_000,
        deadline_ms=options.deadline_ms,
        calibration=calibration,
        model_digest=model_digest,
        effects=_effects_version(stages),
    )


def _effects_version(stages: Stages) -> str | None:
    effects = stages.compiled.effects
    return None if effects is None else effects.effects.version
