"""Every operation of the contract as a method."""

# fmt: off
# Made by api.make_client; do not edit by hand.

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from api.client import types
from api.client.transport import Event, Reply, Transport, quoted


class Operations:
    """Calls over a transport."""

    def __init__(self, transport: Transport) -> None:
        self.transport = transport

    def list_activities(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        kind: types.Kind | None = None,
        q: str | None = None,
        covers: str | None = None,
    ) -> Reply[types.ActivityList]:
        """Активности."""
        return self.transport.call(
            "GET",
            "/activities",
            query={"cursor": cursor, "limit": limit, "kind": kind, "q": q, "covers": covers},
        )

    def import_activities(
        self,
        body: types.ActivitiesBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести активности."""
        return self.transport.call(
            "POST",
            "/activities",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_activity(
        self,
        activity_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать активность."""
        return self.transport.call(
            "DELETE",
            f"/activities/{quoted(activity_id)}",
            headers={"If-Match": if_match},
        )

    def read_activity(
        self,
        activity_id: str,
    ) -> Reply[types.ActivityRecord]:
        """Активность."""
        return self.transport.call(
            "GET",
            f"/activities/{quoted(activity_id)}",
        )

    def put_activity(
        self,
        activity_id: str,
        body: types.ActivityBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.ActivityRecord]:
        """Внести активность."""
        return self.transport.call(
            "PUT",
            f"/activities/{quoted(activity_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def read_tags(
        self,
        activity_id: str,
    ) -> Reply[types.TagsAnswer]:
        """Разметка активности."""
        return self.transport.call(
            "GET",
            f"/activities/{quoted(activity_id)}/tags",
        )

    def put_tags(
        self,
        activity_id: str,
        body: types.TagsBody,
        *,
        if_match: str,
    ) -> Reply[types.TagsAnswer]:
        """Исправить разметку активности."""
        return self.transport.call(
            "PUT",
            f"/activities/{quoted(activity_id)}/tags",
            headers={"If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def read_analysis(
        self,
        *,
        by: list[Literal['district', 'school', 'subject', 'position']] | None = None,
        until: str | None = None,
        run_seats: int | None = None,
        runs: int | None = None,
        as_of: str | None = None,
        district: str | None = None,
        organisation: str | None = None,
        position: types.Position | None = None,
        prefer: str | None = None,
    ) -> Reply[types.AnalysisAnswer | types.ComputingAnswer]:
        """Анализ региона и адресные рекомендации."""
        return self.transport.call(
            "GET",
            "/analysis",
            query={"by": by, "until": until, "run_seats": run_seats, "runs": runs, "as_of": as_of, "district": district, "organisation": organisation, "position": position},
            headers={"Prefer": prefer},
        )

    def list_audit(
        self,
        *,
        object_kind: str | None = None,
        object_id: str | None = None,
        actor: str | None = None,
        since: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Reply[types.AuditAnswer]:
        """Журнал изменений."""
        return self.transport.call(
            "GET",
            "/audit",
            query={"object_kind": object_kind, "object_id": object_id, "actor": actor, "since": since, "cursor": cursor, "limit": limit},
        )

    def assess_deficits(
        self,
        body: types.RouteBody,
    ) -> Reply[types.DeficitsAnswer]:
        """Дефициты."""
        return self.transport.call(
            "POST",
            "/deficits",
            body=body,
            media_type="application/json",
        )

    def view_groups(
        self,
        body: types.GroupsBody,
    ) -> Reply[types.GroupsAnswer]:
        """Дефициты групп."""
        return self.transport.call(
            "POST",
            "/deficits/groups",
            body=body,
            media_type="application/json",
        )

    def demo_data(
        self,
    ) -> Reply[types.DemoAnswer]:
        """Готовые запросы."""
        return self.transport.call(
            "GET",
            "/demo-data",
        )

    def list_diagnostics(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Reply[types.EvidenceList]:
        """Диагностика."""
        return self.transport.call(
            "GET",
            "/diagnostics",
            query={"cursor": cursor, "limit": limit},
        )

    def import_diagnostics(
        self,
        body: types.AllEvidenceBody,
        *,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести диагностику."""
        return self.transport.call(
            "POST",
            "/diagnostics",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_diagnostics(
        self,
        educator_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать диагностику педагога."""
        return self.transport.call(
            "DELETE",
            f"/diagnostics/{quoted(educator_id)}",
            headers={"If-Match": if_match},
        )

    def read_diagnostics(
        self,
        educator_id: str,
    ) -> Reply[types.EvidenceRecord]:
        """Диагностика педагога."""
        return self.transport.call(
            "GET",
            f"/diagnostics/{quoted(educator_id)}",
        )

    def put_diagnostics(
        self,
        educator_id: str,
        body: types.EvidenceBody,
        *,
        if_match: str,
    ) -> Reply[types.EvidenceRecord]:
        """Заменить диагностику педагога."""
        return self.transport.call(
            "PUT",
            f"/diagnostics/{quoted(educator_id)}",
            headers={"If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def list_educators(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        q: str | None = None,
        position: types.Position | None = None,
        organisation_id: str | None = None,
        district: str | None = None,
        subject: str | None = None,
        young: bool | None = None,
    ) -> Reply[types.EducatorList]:
        """Педагоги."""
        return self.transport.call(
            "GET",
            "/educators",
            query={"cursor": cursor, "limit": limit, "q": q, "position": position, "organisation_id": organisation_id, "district": district, "subject": subject, "young": young},
        )

    def import_educators(
        self,
        body: types.EducatorsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести педагогов."""
        return self.transport.call(
            "POST",
            "/educators",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def erase_educator(
        self,
        educator_id: str,
    ) -> Reply[types.ErasedAnswer]:
        """Стереть педагога."""
        return self.transport.call(
            "DELETE",
            f"/educators/{quoted(educator_id)}",
        )

    def read_educator(
        self,
        educator_id: str,
    ) -> Reply[types.EducatorRecord]:
        """Педагог."""
        return self.transport.call(
            "GET",
            f"/educators/{quoted(educator_id)}",
        )

    def put_educator(
        self,
        educator_id: str,
        body: types.EducatorBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.EducatorRecord]:
        """Внести педагога."""
        return self.transport.call(
            "PUT",
            f"/educators/{quoted(educator_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def read_busy(
        self,
        educator_id: str,
    ) -> Reply[types.BusyRecord]:
        """Занятость педагога."""
        return self.transport.call(
            "GET",
            f"/educators/{quoted(educator_id)}/busy",
        )

    def list_feedback(
        self,
        *,
        educator_id: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Reply[types.FeedbackList]:
        """Принятая обратная связь."""
        return self.transport.call(
            "GET",
            "/feedback",
            query={"educator_id": educator_id, "cursor": cursor, "limit": limit},
        )

    def add_feedback(
        self,
        body: types.FeedbackListBody,
        *,
        idempotency_key: str | None = None,
    ) -> Reply[types.FeedbackAnswer]:
        """Обратная связь."""
        return self.transport.call(
            "POST",
            "/feedback",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def read_framework(
        self,
        *,
        if_none_match: str | None = None,
    ) -> Reply[types.api__schemas__framework__FrameworkAnswer]:
        """Перечень компетенций."""
        return self.transport.call(
            "GET",
            "/framework",
            headers={"If-None-Match": if_none_match},
        )

    def export_framework(
        self,
        *,
        if_none_match: str | None = None,
    ) -> Reply[Any]:
        """Перечень компетенций в формате CASE."""
        return self.transport.call(
            "GET",
            "/framework.case.json",
            headers={"If-None-Match": if_none_match},
        )

    def live(
        self,
    ) -> Reply[types.HealthAnswer]:
        """Служба отвечает."""
        return self.transport.call(
            "GET",
            "/health/live",
        )

    def ready(
        self,
    ) -> Reply[types.HealthAnswer]:
        """Служба загружена."""
        return self.transport.call(
            "GET",
            "/health/ready",
        )

    def import_workbook(
        self,
        body: bytes,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.WorkbookAnswer]:
        """Внести книгу Excel."""
        return self.transport.call(
            "POST",
            "/imports",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            keyed=True,
        )

    def list_indicators(
        self,
    ) -> Reply[types.ProfileList]:
        """Документы с показателями."""
        return self.transport.call(
            "GET",
            "/indicators",
        )

    def read_indicators(
        self,
        profile: str,
        *,
        from_: str | None = None,
        to: str | None = None,
        by: list[Literal['district', 'organisation', 'position', 'young', 'level', 'kind', 'provider']] | None = None,
        previous: int | None = None,
    ) -> Reply[types.IndicatorReportAnswer]:
        """Показатели документа."""
        return self.transport.call(
            "GET",
            f"/indicators/{quoted(profile)}",
            query={"from": from_, "to": to, "by": by, "previous": previous},
        )

    def list_counted(
        self,
        profile: str,
        indicator: str,
        *,
        from_: str | None = None,
        to: str | None = None,
        reading: str | None = None,
        side: Literal['numerator', 'denominator'] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Reply[types.CountedList]:
        """Кто стоит за показателем."""
        return self.transport.call(
            "GET",
            f"/indicators/{quoted(profile)}/{quoted(indicator)}/people",
            query={"from": from_, "to": to, "reading": reading, "side": side, "cursor": cursor, "limit": limit},
        )

    def list_mentors(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Reply[types.MentorList]:
        """Наставники."""
        return self.transport.call(
            "GET",
            "/mentors",
            query={"cursor": cursor, "limit": limit},
        )

    def import_mentors(
        self,
        body: types.MentorsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести наставников."""
        return self.transport.call(
            "POST",
            "/mentors",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def assign_mentors(
        self,
        body: types.AssignmentBody,
    ) -> Reply[types.AssignmentAnswer]:
        """Закрепить наставников, тьюторов, команды или составить пары."""
        return self.transport.call(
            "POST",
            "/mentors/assignment",
            body=body,
            media_type="application/json",
        )

    def remove_mentor(
        self,
        mentor_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать наставника."""
        return self.transport.call(
            "DELETE",
            f"/mentors/{quoted(mentor_id)}",
            headers={"If-Match": if_match},
        )

    def read_mentor(
        self,
        mentor_id: str,
    ) -> Reply[types.MentorRecord]:
        """Наставник."""
        return self.transport.call(
            "GET",
            f"/mentors/{quoted(mentor_id)}",
        )

    def put_mentor(
        self,
        mentor_id: str,
        body: types.MentorBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.MentorRecord]:
        """Внести наставника."""
        return self.transport.call(
            "PUT",
            f"/mentors/{quoted(mentor_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def read_metrics(
        self,
    ) -> Reply[bytes]:
        """Показатели."""
        return self.transport.call(
            "GET",
            "/metrics",
        )

    def list_models(
        self,
    ) -> Reply[types.ModelList]:
        """Модели."""
        return self.transport.call(
            "GET",
            "/models",
        )

    def roll_back_model(
        self,
        *,
        idempotency_key: str | None = None,
    ) -> Reply[types.PromotionAnswer]:
        """Вернуть прежнюю модель."""
        return self.transport.call(
            "POST",
            "/models/rollback",
            headers={"Idempotency-Key": idempotency_key},
            keyed=True,
        )

    def read_model_card(
        self,
        version: str,
        *,
        format: Literal['json', 'markdown'] | None = None,
    ) -> Reply[types.ModelCardAnswer | bytes]:
        """Карточка модели."""
        return self.transport.call(
            "GET",
            f"/models/{quoted(version)}/card",
            query={"format": format},
        )

    def promote_model(
        self,
        version: str,
        body: types.PromotionBody,
        *,
        idempotency_key: str | None = None,
    ) -> Reply[types.PromotionAnswer]:
        """Пустить модель в работу."""
        return self.transport.call(
            "POST",
            f"/models/{quoted(version)}/promotion",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def list_offerings(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        activity_id: str | None = None,
    ) -> Reply[types.OfferingList]:
        """Потоки."""
        return self.transport.call(
            "GET",
            "/offerings",
            query={"cursor": cursor, "limit": limit, "activity_id": activity_id},
        )

    def import_offerings(
        self,
        body: types.OfferingsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести потоки."""
        return self.transport.call(
            "POST",
            "/offerings",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_offering(
        self,
        offering_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать поток."""
        return self.transport.call(
            "DELETE",
            f"/offerings/{quoted(offering_id)}",
            headers={"If-Match": if_match},
        )

    def read_offering(
        self,
        offering_id: str,
    ) -> Reply[types.OfferingRecord]:
        """Поток."""
        return self.transport.call(
            "GET",
            f"/offerings/{quoted(offering_id)}",
        )

    def put_offering(
        self,
        offering_id: str,
        body: types.OfferingBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.OfferingRecord]:
        """Внести поток."""
        return self.transport.call(
            "PUT",
            f"/offerings/{quoted(offering_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def list_organisations(
        self,
        *,
        if_none_match: str | None = None,
    ) -> Reply[types.OrganisationList]:
        """Организации и районы."""
        return self.transport.call(
            "GET",
            "/organisations",
            headers={"If-None-Match": if_none_match},
        )

    def rank_activities(
        self,
        body: types.RouteBody,
        *,
        limit: int | None = None,
    ) -> Reply[types.RecommendationsAnswer]:
        """Подходящие активности."""
        return self.transport.call(
            "POST",
            "/recommendations",
            query={"limit": limit},
            body=body,
            media_type="application/json",
        )

    def list_accompaniments(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.AccompanimentList]:
        """Реестр «Сопровождение»."""
        return self.transport.call(
            "GET",
            "/registers/accompaniments",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def import_accompaniments(
        self,
        body: types.AccompanimentItemsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести в реестр «Сопровождение»."""
        return self.transport.call(
            "POST",
            "/registers/accompaniments",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_accompaniment(
        self,
        record_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать сопровождение."""
        return self.transport.call(
            "DELETE",
            f"/registers/accompaniments/{quoted(record_id)}",
            headers={"If-Match": if_match},
        )

    def read_accompaniment(
        self,
        record_id: str,
    ) -> Reply[types.AccompanimentRecord]:
        """Прочесть сопровождение."""
        return self.transport.call(
            "GET",
            f"/registers/accompaniments/{quoted(record_id)}",
        )

    def put_accompaniment(
        self,
        record_id: str,
        body: types.AccompanimentBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.AccompanimentRecord]:
        """Внести сопровождение."""
        return self.transport.call(
            "PUT",
            f"/registers/accompaniments/{quoted(record_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def list_communities(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.CommunityList]:
        """Реестр «Профессиональные сообщества»."""
        return self.transport.call(
            "GET",
            "/registers/communities",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def import_communities(
        self,
        body: types.CommunityItemsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести в реестр «Профессиональные сообщества»."""
        return self.transport.call(
            "POST",
            "/registers/communities",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_community(
        self,
        record_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать сообщество."""
        return self.transport.call(
            "DELETE",
            f"/registers/communities/{quoted(record_id)}",
            headers={"If-Match": if_match},
        )

    def read_community(
        self,
        record_id: str,
    ) -> Reply[types.CommunityRecord]:
        """Прочесть сообщество."""
        return self.transport.call(
            "GET",
            f"/registers/communities/{quoted(record_id)}",
        )

    def put_community(
        self,
        record_id: str,
        body: types.CommunityBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.CommunityRecord]:
        """Внести сообщество."""
        return self.transport.call(
            "PUT",
            f"/registers/communities/{quoted(record_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def read_deficit_bank(
        self,
        *,
        by: Literal['district', 'school'] | None = None,
        node_levels: list[Literal['direction', 'block', 'leaf']] | None = None,
    ) -> Reply[types.DeficitBankAnswer]:
        """Банк дефицитов."""
        return self.transport.call(
            "GET",
            "/registers/deficits",
            query={"by": by, "node_levels": node_levels},
        )

    def list_events(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.EventList]:
        """Реестр мероприятий."""
        return self.transport.call(
            "GET",
            "/registers/events",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def list_internship_sites(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.SiteList]:
        """Реестр «Стажировочные площадки»."""
        return self.transport.call(
            "GET",
            "/registers/internship_sites",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def import_internship_sites(
        self,
        body: types.SiteItemsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести в реестр «Стажировочные площадки»."""
        return self.transport.call(
            "POST",
            "/registers/internship_sites",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_internship_site(
        self,
        record_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать площадку."""
        return self.transport.call(
            "DELETE",
            f"/registers/internship_sites/{quoted(record_id)}",
            headers={"If-Match": if_match},
        )

    def read_internship_site(
        self,
        record_id: str,
    ) -> Reply[types.SiteRecord]:
        """Прочесть площадку."""
        return self.transport.call(
            "GET",
            f"/registers/internship_sites/{quoted(record_id)}",
        )

    def put_internship_site(
        self,
        record_id: str,
        body: types.SiteBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.SiteRecord]:
        """Внести площадку."""
        return self.transport.call(
            "PUT",
            f"/registers/internship_sites/{quoted(record_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def list_mentor_cards(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.MentorCardList]:
        """Реестр наставников."""
        return self.transport.call(
            "GET",
            "/registers/mentors",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def list_methodists(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.MethodistList]:
        """Реестр «Методисты»."""
        return self.transport.call(
            "GET",
            "/registers/methodists",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def import_methodists(
        self,
        body: types.MethodistItemsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести в реестр «Методисты»."""
        return self.transport.call(
            "POST",
            "/registers/methodists",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_methodist(
        self,
        record_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать методиста."""
        return self.transport.call(
            "DELETE",
            f"/registers/methodists/{quoted(record_id)}",
            headers={"If-Match": if_match},
        )

    def read_methodist(
        self,
        record_id: str,
    ) -> Reply[types.MethodistRecord]:
        """Прочесть методиста."""
        return self.transport.call(
            "GET",
            f"/registers/methodists/{quoted(record_id)}",
        )

    def put_methodist(
        self,
        record_id: str,
        body: types.MethodistBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.MethodistRecord]:
        """Внести методиста."""
        return self.transport.call(
            "PUT",
            f"/registers/methodists/{quoted(record_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def list_practices(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.PracticeList]:
        """Реестр «Лучшие практики»."""
        return self.transport.call(
            "GET",
            "/registers/practices",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def import_practices(
        self,
        body: types.PracticeItemsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести в реестр «Лучшие практики»."""
        return self.transport.call(
            "POST",
            "/registers/practices",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_practice(
        self,
        record_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать практику."""
        return self.transport.call(
            "DELETE",
            f"/registers/practices/{quoted(record_id)}",
            headers={"If-Match": if_match},
        )

    def read_practice(
        self,
        record_id: str,
    ) -> Reply[types.PracticeRecord]:
        """Прочесть практику."""
        return self.transport.call(
            "GET",
            f"/registers/practices/{quoted(record_id)}",
        )

    def put_practice(
        self,
        record_id: str,
        body: types.PracticeBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.PracticeRecord]:
        """Внести практику."""
        return self.transport.call(
            "PUT",
            f"/registers/practices/{quoted(record_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def list_programmes(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.ProgrammeList]:
        """Реестр программ ДПО."""
        return self.transport.call(
            "GET",
            "/registers/programmes",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def list_teams(
        self,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        on: str | None = None,
    ) -> Reply[types.TeamList]:
        """Реестр «Управленческие команды»."""
        return self.transport.call(
            "GET",
            "/registers/teams",
            query={"cursor": cursor, "limit": limit, "on": on},
        )

    def import_teams(
        self,
        body: types.TeamItemsBody,
        *,
        dry_run: bool | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.ImportAnswer]:
        """Внести в реестр «Управленческие команды»."""
        return self.transport.call(
            "POST",
            "/registers/teams",
            query={"dry_run": dry_run},
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def remove_team(
        self,
        record_id: str,
        *,
        if_match: str,
    ) -> Reply[None]:
        """Убрать команду."""
        return self.transport.call(
            "DELETE",
            f"/registers/teams/{quoted(record_id)}",
            headers={"If-Match": if_match},
        )

    def read_team(
        self,
        record_id: str,
    ) -> Reply[types.TeamRecord]:
        """Прочесть команду."""
        return self.transport.call(
            "GET",
            f"/registers/teams/{quoted(record_id)}",
        )

    def put_team(
        self,
        record_id: str,
        body: types.TeamBody,
        *,
        if_none_match: Literal['*'] | None = None,
        if_match: str | None = None,
    ) -> Reply[types.TeamRecord]:
        """Внести команду."""
        return self.transport.call(
            "PUT",
            f"/registers/teams/{quoted(record_id)}",
            headers={"If-None-Match": if_none_match, "If-Match": if_match},
            body=body,
            media_type="application/json",
        )

    def export_register(
        self,
        register: types.AnyRegister,
        *,
        on: str | None = None,
    ) -> Reply[bytes]:
        """Реестр книгой Excel."""
        return self.transport.call(
            "GET",
            f"/registers/{quoted(register)}.xlsx",
            query={"on": on},
        )

    def read_report(
        self,
        report: types.ReportName,
        format: types.ReportFormat,
        *,
        from_: str | None = None,
        to: str | None = None,
        profile: list[str] | None = None,
        district: str | None = None,
        organisation: str | None = None,
        language: str | None = None,
        prefer: str | None = None,
    ) -> Reply[bytes | types.ComputingAnswer]:
        """Отчёт о регионе."""
        return self.transport.call(
            "GET",
            f"/reports/{quoted(report)}.{quoted(format)}",
            query={"from": from_, "to": to, "profile": profile, "district": district, "organisation": organisation, "language": language},
            headers={"Prefer": prefer},
        )

    def list_routes(
        self,
        *,
        educator_id: str | None = None,
        state: types.RouteState | None = None,
        status: str | None = None,
        policy: str | None = None,
        organisation_id: str | None = None,
        mentor_id: str | None = None,
        created_from: str | None = None,
        created_to: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
    ) -> Reply[types.RouteList]:
        """Маршруты."""
        return self.transport.call(
            "GET",
            "/routes",
            query={"educator_id": educator_id, "state": state, "status": status, "policy": policy, "organisation_id": organisation_id, "mentor_id": mentor_id, "created_from": created_from, "created_to": created_to, "cursor": cursor, "limit": limit},
        )

    def build_route(
        self,
        body: types.RouteBody,
        *,
        prefer: str | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.RecommendationAnswer | types.JobAnswer]:
        """Построить маршрут."""
        return self.transport.call(
            "POST",
            "/routes",
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def build_routes(
        self,
        body: Iterable[Mapping[str, Any]],
        *,
        idempotency_key: str | None = None,
    ) -> Iterator[Any]:
        """Построить много маршрутов."""
        return self.transport.lines("/routes/batch", body, {"idempotency-key": idempotency_key})

    def check(
        self,
        body: types.CheckBody,
    ) -> Reply[types.RouteCheckAnswer]:
        """Проверить маршрут, составленный вручную."""
        return self.transport.call(
            "POST",
            "/routes/check",
            body=body,
            media_type="application/json",
        )

    def compare(
        self,
        body: types.CompareBody,
    ) -> Reply[types.ComparisonAnswer]:
        """Сравнить маршруты."""
        return self.transport.call(
            "POST",
            "/routes/compare",
            body=body,
            media_type="application/json",
        )

    def build_team_routes(
        self,
        body: types.TeamRouteBody,
        *,
        idempotency_key: str | None = None,
    ) -> Reply[types.TeamRouteAnswer]:
        """Построить маршруты команды."""
        return self.transport.call(
            "POST",
            "/routes/team",
            headers={"Idempotency-Key": idempotency_key},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def read_team_routes(
        self,
        build_id: str,
    ) -> Reply[types.TeamRouteAnswer]:
        """Маршруты команды."""
        return self.transport.call(
            "GET",
            f"/routes/team/{quoted(build_id)}",
        )

    def decide_team(
        self,
        build_id: str,
        body: types.TeamDecisionBody,
        *,
        if_match: str,
        idempotency_key: str | None = None,
    ) -> Reply[types.TeamRouteAnswer]:
        """Решение о команде."""
        return self.transport.call(
            "POST",
            f"/routes/team/{quoted(build_id)}/decisions",
            headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def read_route(
        self,
        route_id: str,
        *,
        if_none_match: str | None = None,
    ) -> Reply[types.RecommendationAnswer | types.JobAnswer]:
        """Маршрут."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}",
            headers={"If-None-Match": if_none_match},
        )

    def read_alternatives(
        self,
        route_id: str,
        step_id: str,
    ) -> Reply[types.AlternativesAnswer]:
        """Чем заменить шаг."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/alternatives/{quoted(step_id)}",
        )

    def read_calendar(
        self,
        route_id: str,
        *,
        language: str | None = None,
    ) -> Reply[bytes]:
        """Календарь."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/calendar.ics",
            query={"language": language},
        )

    def decide(
        self,
        route_id: str,
        body: types.DecisionBody,
        *,
        if_match: str,
        idempotency_key: str | None = None,
    ) -> Reply[types.ChangedRouteAnswer]:
        """Решение."""
        return self.transport.call(
            "POST",
            f"/routes/{quoted(route_id)}/decisions",
            headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def read_document(
        self,
        route_id: str,
        kind: types.DocumentKind,
        *,
        language: str | None = None,
    ) -> Reply[bytes]:
        """Документ ИОМ."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/document.{quoted(kind)}",
            query={"language": language},
        )

    def follow_route(
        self,
        route_id: str,
        *,
        last_event_id: str | None = None,
    ) -> Iterator[Event]:
        """Как строится."""
        return self.transport.events(f"/routes/{quoted(route_id)}/events", {"last-event-id": last_event_id})

    def read_explanation(
        self,
        route_id: str,
    ) -> Reply[types.ExplanationAnswer]:
        """Почему так и что поможет."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/explanation",
        )

    def read_note(
        self,
        route_id: str,
        format: types.ReportFormat,
        *,
        language: str | None = None,
    ) -> Reply[bytes]:
        """Аналитическая справка педагога."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/note.{quoted(format)}",
            query={"language": language},
        )

    def read_page(
        self,
        route_id: str,
        *,
        language: str | None = None,
    ) -> Reply[bytes]:
        """Страница ИОМ."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/page",
            query={"language": language},
        )

    def read_problem(
        self,
        route_id: str,
    ) -> Reply[Any]:
        """Файл задачи."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/problem",
        )

    def report_progress(
        self,
        route_id: str,
        body: types.ProgressBody,
        *,
        if_match: str,
        idempotency_key: str | None = None,
    ) -> Reply[types.ChangedRouteAnswer]:
        """Ход маршрута."""
        return self.transport.call(
            "POST",
            f"/routes/{quoted(route_id)}/progress",
            headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def replan(
        self,
        route_id: str,
        body: types.ReplanBody,
        *,
        if_match: str,
        idempotency_key: str | None = None,
    ) -> Reply[types.ChangedRouteAnswer]:
        """Перестроить."""
        return self.transport.call(
            "POST",
            f"/routes/{quoted(route_id)}/replan",
            headers={"Idempotency-Key": idempotency_key, "If-Match": if_match},
            body=body,
            media_type="application/json",
            keyed=True,
        )

    def stop_solve(
        self,
        route_id: str,
    ) -> Reply[types.JobAnswer]:
        """Закончить расчёт."""
        return self.transport.call(
            "DELETE",
            f"/routes/{quoted(route_id)}/solve",
        )

    def take_variant(
        self,
        route_id: str,
        name: Literal['fast', 'light'],
        *,
        prefer: str | None = None,
        idempotency_key: str | None = None,
    ) -> Reply[types.RecommendationAnswer | types.JobAnswer]:
        """Взять вариант."""
        return self.transport.call(
            "POST",
            f"/routes/{quoted(route_id)}/variants/{quoted(name)}",
            headers={"prefer": prefer, "Idempotency-Key": idempotency_key},
            keyed=True,
        )

    def read_why_not(
        self,
        route_id: str,
        activity_id: str,
        *,
        change: list[Literal['more_tempo', 'more_total', 'more_weeks', 'more_steps', 'more_budget', 'more_parallel', 'more_daily', 'later_hours', 'earlier_hours', 'working_hours', 'open_weekday', 'allow_online', 'free_slot', 'lift_ban', 'drop_pin', 'pin_it', 'allow_form', 'relax_rule', 'complete_first']] | None = None,
    ) -> Reply[types.WhyNotAnswer]:
        """Почему не это."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/why-not/{quoted(activity_id)}",
            query={"change": change},
        )

    def read_wishes(
        self,
        route_id: str,
    ) -> Reply[types.RouteWishes]:
        """Что закреплено и запрещено."""
        return self.transport.call(
            "GET",
            f"/routes/{quoted(route_id)}/wishes",
        )

    def list_tagging(
        self,
        *,
        limit: int | None = None,
    ) -> Reply[types.TaggingList]:
        """Что проверить в разметке."""
        return self.transport.call(
            "GET",
            "/tagging",
            query={"limit": limit},
        )

    def read_form(
        self,
        form: types.BlankForm,
    ) -> Reply[bytes]:
        """Пустой бланк."""
        return self.transport.call(
            "GET",
            f"/templates/{quoted(form)}.xlsx",
        )

    def version(
        self,
    ) -> Reply[types.VersionAnswer]:
        """Версии."""
        return self.transport.call(
            "GET",
            "/version",
        )
