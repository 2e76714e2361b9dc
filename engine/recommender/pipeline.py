"""The recommender: heavy objects built once, one call a route; the only place with the order."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Protocol, Self

from engine.calendar import (
    WorkCalendar,
    build_calendar,
    educator_zone,
    local_date,
)
from engine.catalogue import Catalogue, compile_catalogue
from engine.deficits import outlook_of
from engine.diagnostics.item_bank import ItemBank
from engine.domain import (
    Activity,
    DeficitVector,
    Mentor,
    MentorNeed,
    Offering,
    Ranking,
)
from engine.effects import ActivityEffects
from engine.errors import Fault, InputError
from engine.explanation import Explanation, WhyNot
from engine.framework import DEFAULT_FRAMEWORK, Framework, load_framework
from engine.matching.coverage import infer_themes
from engine.matching.eligibility import OfferingTable
from engine.matching.exploration import draw_order, exploration_seed
from engine.matching.matcher import ActivityMatcher
from engine.matching.model import MatchingModel
from engine.matching.tag_corrections import TagCorrection
from engine.matching.tagging import CompetencyTagger
from engine.mentorship import left_of_mentors, mentor_need
from engine.planning.compile import compile_problem
from engine.planning.compile_effects import EffectTable
from engine.planning.compile_measure import MeasureFirst
from engine.planning.compile_static import with_seats_held
from engine.planning.conflicts import Conflict, find_conflict
from engine.planning.problem_json import problem_digest
from engine.planning.solution import OnProgress, RouteSolution, SolveOptions, SolveStatus
from engine.planning.solver import solve
from engine.policy import PolicyProfile, list_policies, load_policy
from engine.recommender.assemble import assemble, explanation_of, not_chosen
from engine.recommender.changes import Case
from engine.recommender.dynamics import deficits_of
from engine.recommender.given_steps import GivenStep
from engine.recommender.pin_repairs import with_pin_repairs
from engine.recommender.prices import PRICES_DEADLINE_MS, price_relaxations
from engine.recommender.request import RouteRequest
from engine.recommender.request_nodes import request_nodes
from engine.recommender.revised import revised_problem
from engine.recommender.route_check import RouteCheck, check_hand_made
from engine.recommender.stages import (
    Outcome,
    OutdatedRoute,
    Prepared,
    Stages,
    horizon_days,
    prepared_of,
    solve_options,
    stages_of,
)
from engine.recommender.team_case import in_team
from engine.recommender.variant_entries import variants_of
from engine.recommender.why_not import IN_ROUTE_REASON, AskLimits, Recompile, explain_absence

DEFAULT_POLICY = "default"
UNNAMED_CALIBRATION = "unnamed"
"""Items that were given by hand, without a version."""


class CatalogueSource(Protocol):
    """What a data package offers to a recommender."""

    @property
    def activities(self) -> Sequence[Activity]: ...  # noqa: D102
    @property
    def offerings(self) -> Sequence[Offering]: ...  # noqa: D102
    @property
    def mentors(self) -> Sequence[Mentor]: ...  # noqa: D102
    @property
    def framework(self) -> str | None: ...  # noqa: D102
    @property
    def policy(self) -> str | None: ...  # noqa: D102
    @property
    def corrections(self) -> Sequence[TagCorrection]: ...  # noqa: D102


class Recommender:
    """Builds routes from one catalogue version; immutable after construction, thread-safe.

    Parameters
    ----------
    activities, offerings
        The catalogue; may be empty.
    policy
        Profile for requests that name none.
    matcher
        Fitted on these activities in the order of their ids; ``None`` = fit the model's.
    model
        What training gave; ``None`` = the weights that come with the package.
    model_digest
        SHA-256 of the file of the model, for the provenance; ``None`` = it comes from no file.
    items
        Calibrated items; ``None`` = every item counts as an average one.
    effects
        Effects of activities for planning; ``None`` = the model's, without them the policy's.
    """

    def __init__(
        self,
        *,
        activities: Sequence[Activity],
        offerings: Sequence[Offering],
        mentors: Sequence[Mentor],
        framework: Framework,
        policy: str = DEFAULT_POLICY,
        matcher: ActivityMatcher | None = None,
        items: ItemBank | None = None,
        model: MatchingModel | None = None,
        model_digest: str | None = None,
        effects: ActivityEffects | None = None,
    ) -> None:
        self.framework = framework
        self.items = items
        self.model_digest = model_digest
        if matcher is None:
            model = model or MatchingModel.prior()
            matcher = model.matcher(sorted(activities, key=lambda a: a.id), framework)
        self.matcher = matcher
        # A policy may require a theme that real catalogues do not mark.
        themes = infer_themes(matcher.activities_, framework, matcher.tagger_)
        themed = [replace(a, themes=themes[a.id]) for a in activities]
        self.catalogue: Catalogue = compile_catalogue(themed, offerings)
        self.mentors = tuple(sorted(mentors, key=lambda m: m.id))
        self.default_policy = policy
        self.policies: dict[str, PolicyProfile] = {
            name: load_policy(name) for name in list_policies()
        }
        self.offering_table = OfferingTable.from_catalogue(self.catalogue)
        if effects is None and model is not None:
            effects = model.effects
        self.effects: EffectTable | None = None
        if effects is not None:
            coverage = matcher.coverage_
            self.effects = EffectTable.of(effects, self.catalogue, framework, coverage)
        self.policy_of(policy)

    @classmethod
    def from_package(
        cls,
        package: CatalogueSource,
        framework: Framework | None = None,
        *,
        policy: str | None = None,
        items: ItemBank | None = None,
        model: MatchingModel | None = None,
        model_digest: str | None = None,
    ) -> Self:
        """Build from a data package; what is given goes before what the package names.

        Corrections of tags go before those that a model was trained with: they are kept by hand.
        """
        if package.corrections:
            tagger = CompetencyTagger(corrections=tuple(package.corrections))
            model = replace(model or MatchingModel.prior(), tagger=tagger)
        if framework is None:
            framework = load_framework(package.framework or DEFAULT_FRAMEWORK)
        return cls(
            activities=package.activities,
            offerings=package.offerings,
            mentors=package.mentors,
            framework=framework,
            policy=policy or package.policy or DEFAULT_POLICY,
            items=items,
            model=model,
            model_digest=model_digest,
        )

    def policy_of(self, name: str | None) -> PolicyProfile:
        """The profile of that name, the default one for ``None``.

        Raises
        ------
        InputError
            If there is no such profile; the known ones are named.
        """
        wanted = name or self.default_policy
        if wanted not in self.policies:
            known = ", ".join(sorted(self.policies))
            detail = f"нет профиля политики «{wanted}»; есть: {known}"
            parameters: dict[str, object] = {"policy": wanted, "known": sorted(self.policies)}
            fault = Fault("unknown_policy", detail, pointer="/policy", parameters=parameters)
            raise InputError([fault])
        return self.policies[wanted]

    @property
    def calibration(self) -> str | None:
        """Version of the calibrated items for the provenance; ``None`` without any."""
        return None if self.items is None else self.items.version or UNNAMED_CALIBRATION

    def deficits(self, request: RouteRequest) -> DeficitVector:
        """Deficit vector of a request: diagnostics, targets and requests, no catalogue."""
        return self._deficits(request, self.policy_of(request.policy))[0]

    def rank(self, request: RouteRequest) -> tuple[DeficitVector, Ranking]:
        """Deficit vector and the ranking of the whole catalogue for it."""
        policy = self.policy_of(request.policy)
        deficits, _ = self._deficits(request, policy)
        return deficits, self._rank(request, policy, deficits)

    def rank_for(self, request: RouteRequest, deficits: DeficitVector) -> Ranking:
        """Ranking of the whole catalogue for deficits that are known already."""
        return self._rank(request, self.policy_of(request.policy), deficits)

    def recommend(self, request: RouteRequest, on_progress: OnProgress | None = None) -> Outcome:
        """Build the route.

        Parameters
        ----------
        on_progress
            Called with value and bound of the route as the solve gets on.

        Raises
        ------
        NothingToPlan
            Neither a usable diagnostic result nor a request.
        InputError
            Everything that is wrong in the request.
        """
        started = time.monotonic()
        stages = self._stages(request, on_progress)
        recommendation = assemble(
            stages, self.framework, self.catalogue, self.calibration, self.model_digest
        )
        if request.variants:
            variants = variants_of(stages, self.catalogue, started)
            recommendation = replace(recommendation, variants=variants)
        return Outcome(recommendation, stages.compiled.problem, stages.options, stages.solution)

    def check(
        self, request: RouteRequest, steps: Sequence[GivenStep], mentor: str | None = None
    ) -> RouteCheck:
        """Judge a hand-made route of this educator, and mend it with the least edit.

        Parameters
        ----------
        mentor
            Id of the mentor asked for; ``None`` = whoever suits.

        Raises
        ------
        InputError
            Everything that is wrong in the request, in the steps and in the mentor.
        """
        return check_hand_made(self.prepare(request), self.catalogue, steps, mentor)

    # ------------------------------------------------------------------ questions afterwards

    def why_not(
        self,
        request: RouteRequest,
        activity_id: str,
        *,
        known: RouteSolution | None = None,
        digest: str | None = None,
        only: Collection[str] = (),
        limits: AskLimits | None = None,
    ) -> WhyNot:
        """Why an activity is not in the route: the least changes that admit it, or its price.

        Parameters
        ----------
        known
            What the solve of this request said; ``None`` = solve it first.
        digest
            Of the problem that ``known`` belongs to.
        only
            Codes of the changes to look at; empty = all kinds.

        Raises
        ------
        InputError
            ``unknown_activity``, and everything that is wrong in the request.
        OutdatedRoute
            The request gives another problem than ``digest`` says: data have changed since.
        """
        stages = self._known_stages(request, known, digest)
        prepared = prepared_of(stages)
        return explain_absence(
            prepared,
            stages.solution,
            not_chosen(stages, self.catalogue).get(activity_id, IN_ROUTE_REASON),
            self.catalogue,
            activity_id,
            self._recompile(prepared),
            limits or AskLimits(),
            only,
        )

    def explain(
        self,
        request: RouteRequest,
        *,
        known: RouteSolution | None = None,
        digest: str | None = None,
        limits: AskLimits | None = None,
    ) -> Explanation:
        """Reasons of the steps, and the value of what would help; parameters as of ``why_not``.

        Raises
        ------
        InputError
            Everything that is wrong in the request.
        OutdatedRoute
            The request gives another problem than ``digest`` says: data have changed since.
        """
        stages = self._known_stages(request, known, digest)
        prepared = prepared_of(stages)
        asked = limits or AskLimits(deadline_ms=PRICES_DEADLINE_MS)
        prices = price_relaxations(prepared, stages.solution, self._recompile(prepared), asked)
        return explanation_of(stages, self.catalogue, prices)

    def _recompile(self, base: Prepared) -> Recompile:
        def recompile(case: Case, rank_again: bool) -> Prepared:
            return self.prepare_changed(base, case.request, case.policy, rank_again=rank_again)

        return recompile

    def _known_stages(
        self, request: RouteRequest, known: RouteSolution | None, digest: str | None
    ) -> Stages:
        prepared = self.prepare(request)
        problem = prepared.compiled.problem
        if digest is not None and problem_digest(problem) != digest:
            raise OutdatedRoute(digest)
        solution = known or solve(problem, prepared.options)
        return stages_of(prepared, solution, None)

    # ------------------------------------------------------------------ stages

    def prepare(self, request: RouteRequest) -> Prepared:
        """Every stage up to the problem; nothing is solved.

        Raises
        ------
        NothingToPlan
            Neither a usable diagnostic result nor a request.
        InputError
            Everything that is wrong in the request.
        """
        policy = self.policy_of(request.policy)
        deficits, nodes = self._deficits(request, policy)
        ranking = self._rank(request, policy, deficits)
        measure = None
        if policy.measure_first.enabled:
            measure = MeasureFirst(outlook_of(deficits, policy))
        return self._compile(request, policy, nodes, deficits, ranking, measure)

    def prepare_changed(
        self,
        base: Prepared,
        request: RouteRequest,
        policy: PolicyProfile,
        *,
        rank_again: bool = False,
    ) -> Prepared:
        """Compile a changed request of the same educator, keeping what the change cannot touch.

        Parameters
        ----------
        base
            Its deficits stand: evidence, requests and targets must be the same. So does the worth
            of what a diagnostic would tell.
        policy
            May differ from any profile on file.
        rank_again
            The change touches who may take part (admitted forms, history).
        """
        ranking = base.ranking
        if rank_again:
            ranking = self._rank(request, policy, base.deficits)
        measure = None
        if policy.measure_first.enabled:
            measure = MeasureFirst(None, base.compiled.measuring)
        return self._compile(request, policy, base.request_nodes, base.deficits, ranking, measure)

    def _compile(
        self,
        request: RouteRequest,
        policy: PolicyProfile,
        nodes: Mapping[str, tuple[str, ...]],
        deficits: DeficitVector,
        ranking: Ranking,
        measure: MeasureFirst | None,
    ) -> Prepared:
        if request.team is not None:
            return self._in_team(request, policy, nodes, deficits, ranking, measure)
        calendar = self._calendar(request, policy)
        need = self._mentor_need(request, policy, deficits, calendar)
        organisation = request.educator.organisation
        compiled = compile_problem(
            educator=request.educator,
            deficits=deficits,
            ranking=ranking,
            catalogue=with_seats_held(self.catalogue, request.occupancy.seats),
            mentor_need=need,
            constraints=request.constraints,
            history=request.history,
            calendar=calendar,
            policy=policy,
            as_of=request.as_of,
            home_locality=organisation.locality if organisation else "",
            node_coverage=self.matcher.coverage_,
            measure=measure,
            effects=self.effects,
        )
        compiled = revised_problem(compiled, request, calendar, deficits)
        return Prepared(
            request=request,
            policy=policy,
            request_nodes=nodes,
            deficits=deficits,
            ranking=ranking,
            calendar=calendar,
            mentor_need=need,
            compiled=compiled,
            options=solve_options(request, policy),
        )

    def _in_team(
        self,
        request: RouteRequest,
        policy: PolicyProfile,
        nodes: Mapping[str, tuple[str, ...]],
        deficits: DeficitVector,
        ranking: Ranking,
        measure: MeasureFirst | None,
    ) -> Prepared:
        """The same of a member of a team whose part of the plan is known."""
        assert request.team is not None
        single = replace(request, team=None)
        alone = self._compile(single, policy, nodes, deficits, ranking, measure)
        # What the catalogue has lost is no choice; the digest of the problem tells the change.
        runs = (i for i in request.team.opened if i in self.catalogue.offering_index)
        constraints = single.constraints
        opened = replace(constraints, pinned=(*constraints.pinned, *runs))
        wider = self.prepare_changed(alone, replace(single, constraints=opened), policy)
        return replace(in_team(alone, wider, request.team), request=request)

    def _stages(self, request: RouteRequest, on_progress: OnProgress | None = None) -> Stages:
        prepared = self.prepare(request)
        problem, options = prepared.compiled.problem, prepared.options
        started = time.monotonic()
        solution = solve(problem, options, on_progress=on_progress)
        conflict = None
        if solution.status is SolveStatus.INFEASIBLE:
            conflict = self._conflict(prepared, started)
        return stages_of(prepared, solution, conflict)

    def _conflict(self, prepared: Prepared, started: float) -> Conflict | None:
        """Why there is no route, in what the solve left of the deadline."""

        def left() -> SolveOptions:
            spent_ms = round((time.monotonic() - started) * 1000)
            options = prepared.options
            return replace(options, deadline_ms=max(1, options.deadline_ms - spent_ms))

        conflict = find_conflict(prepared.compiled.problem, left())
        if conflict is None:
            return None
        recompile = self._recompile(prepared)
        return with_pin_repairs(prepared, conflict, self.catalogue, recompile, left())

    def _deficits(
        self, request: RouteRequest, policy: PolicyProfile
    ) -> tuple[DeficitVector, dict[str, tuple[str, ...]]]:
        nodes = request_nodes(request.requests, request.educator, self.matcher, self.framework)
        found = {i: codes for i, codes in nodes.items() if codes}
        return deficits_of(
            request, self.framework, policy, items=self.items, request_nodes=found
        ), nodes

    def _rank(
        self, request: RouteRequest, policy: PolicyProfile, deficits: DeficitVector
    ) -> Ranking:
        ranking = self.matcher.rank(
            request.educator,
            deficits,
            activities=self.matcher.activities_,
            offerings=self.offering_table,
            requests=request.requests,
            history=request.history,
            constraints=request.constraints,
            policy=policy,
            as_of=request.as_of,
            horizon=horizon_days(request, policy),
        )
        if not policy.exploration.enabled:
            return ranking
        day = local_date(request.as_of, educator_zone(request.educator, policy))
        return draw_order(
            ranking,
            epsilon=policy.exploration.epsilon,
            first=policy.exploration.first,
            seed=exploration_seed(request.educator.id, ranking.model_version, day),
        )

    def _calendar(self, request: RouteRequest, policy: PolicyProfile) -> WorkCalendar:
        first, last = horizon_days(request, policy)
        monday = first - dt.timedelta(days=first.weekday())
        if request.kept is not None:
            monday = request.kept.first_monday
        weeks = (last - monday).days // 7 + 1
        return build_calendar(policy, request.educator, monday, weeks)

    def _mentor_need(
        self,
        request: RouteRequest,
        policy: PolicyProfile,
        deficits: DeficitVector,
        calendar: WorkCalendar,
    ) -> MentorNeed:
        return mentor_need(
            request.educator,
            deficits,
            left_of_mentors(self.mentors, request.occupancy),
            policy,
            request.constraints.busy,
            calendar,
            request.as_of,
            framework=self.framework,
        )
