"""``routes keys``: make, list and revoke the keys of machines."""

from __future__ import annotations

import datetime as dt
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated

import typer

from api.access.keys import digest_of, new_key
from api.access.matrix import OPERATIONS, Kind
from api.access.principal import Role, incomplete
from api.access.stored_keys import valid
from api.audit import digest
from engine.cli.inputs import JsonOption
from engine.cli.output import print_json
from engine.errors import ConfigurationError, Fault, InputError
from engine.settings import load_settings
from engine.storage import (
    DEFAULT_TENANT,
    ApiKey,
    AuditEntry,
    Repositories,
    Store,
    Tenant,
    open_store,
)

keys = typer.Typer(no_args_is_help=True, help="Ключи служб: выдать, показать, отозвать.")

ConfigOption = Annotated[Path | None, typer.Option(help="Файл настроек TOML.")]
DatabaseOption = Annotated[
    str | None, typer.Option(help="Адрес базы данных (SQLAlchemy); без него — из настроек.")
]
DAYS = 365
TERMINAL = "terminal"
"""Role in the audit of whoever changes keys by command: the command needs no key itself."""


@keys.command("make")
def make(
    role: Annotated[Role, typer.Option(help="Роль.")],
    tenant: Annotated[str, typer.Option(help="Код региона (арендатора).")] = DEFAULT_TENANT,
    new_tenant: Annotated[
        str | None,
        typer.Option("--new-tenant", help="Название региона, если его ещё нет в базе."),
    ] = None,
    subject: Annotated[
        str | None, typer.Option(help="Код педагога или наставника: для ролей educator, mentor.")
    ] = None,
    organisation: Annotated[
        str | None, typer.Option(help="Код организации: для роли manager.")
    ] = None,
    scopes: Annotated[
        str, typer.Option(help="Сузить: read, solve, write или имена операций через запятую.")
    ] = "",
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Срок действия, дней.")] = DAYS,
    comment: Annotated[str, typer.Option(help="Для чего ключ; видно в списке.")] = "",
    database: DatabaseOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Выдать ключ. Он показывается один раз: в базе остаётся только его отпечаток."""
    if lacking := incomplete(role, subject, organisation):
        raise typer.BadParameter(f"роли {role.value} нужен --{lacking}")
    narrowed = _scopes(scopes)
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    key_id, secret = new_key()
    key = ApiKey(
        id=key_id,
        key_hash=digest_of(secret),
        tenant=tenant,
        role=role.value,
        created_at=now,
        subject=subject,
        organisation=organisation,
        scopes=narrowed,
        comment=comment,
        expires_at=now + dt.timedelta(days=days),
    )
    with _opened(database, config) as store, store.writing(tenant) as kept:
        system = kept.system()
        if system.tenants.get(tenant) is None:
            if new_tenant is None and tenant != DEFAULT_TENANT:
                known = ", ".join(system.tenants.ids()) or "—"
                detail = (
                    f"региона «{tenant}» в базе нет (есть: {known}); чтобы завести его, добавьте "
                    "--new-tenant НАЗВАНИЕ"
                )
                raise InputError([Fault("unknown_tenant", detail)])
            system.tenants.put(Tenant(tenant, new_tenant or DEFAULT_TENANT, now))
        system.keys.add(key)
        _note(kept, "make_key", None, key, now)
    if as_json:
        print_json({"key": secret, **_shown(key, now)})
    else:
        typer.echo(secret)
        typer.echo(
            f"Ключ {key_id}: роль {role.value}, регион {tenant}, до {key.expires_at:%Y-%m-%d}. "
            "Сохраните его сейчас: больше он не покажется.",
            err=True,
        )
    return 0


@keys.command("list")
def list_keys(
    tenant: Annotated[str | None, typer.Option(help="Только этого региона.")] = None,
    database: DatabaseOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> int:
    """Показать ключи: кому, до какого дня, когда ими пользовались; самих ключей в базе нет."""
    now = dt.datetime.now(dt.UTC)
    with _opened(database, config) as store, store.system_reading() as kept:
        found = kept.keys.list(tenant)
    if as_json:
        print_json([_shown(key, now) for key in found])
        return 0
    for key in found:
        whom = key.subject or key.organisation or "—"
        used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "не было"
        until = f"{key.expires_at:%Y-%m-%d}" if key.expires_at else "без срока"
        typer.echo(
            f"{key.id}  {_state(key, now):10}  {key.role:14}  {key.tenant:12}  {whom:12}  "
            f"до {until}  вызов: {used}  {','.join(key.scopes)}  {key.comment}".rstrip()
        )
    if not found:
        typer.echo("Ключей нет; выдать: routes keys make --role platform", err=True)
    return 0


@keys.command("revoke")
def revoke(
    key_id: Annotated[str, typer.Argument(help="Код ключа из routes keys list.")],
    database: DatabaseOption = None,
    config: ConfigOption = None,
) -> int:
    """Отозвать ключ: работающие службы перестают его принимать не позже чем через 5 секунд."""
    at = dt.datetime.now(dt.UTC)
    unknown = InputError(
        [Fault("unknown_key", f"действующего ключа «{key_id}» нет; список: routes keys list")]
    )
    with _opened(database, config) as store:
        with store.system_reading() as known:
            found = known.keys.get(key_id)
        if found is None:
            raise unknown
        with store.writing(found.tenant) as kept:
            keys_of_all = kept.system().keys
            before = keys_of_all.get(key_id)
            if not keys_of_all.revoke(key_id, at):
                raise unknown
            _note(kept, "revoke_key", before, keys_of_all.get(key_id), at)
    typer.echo(f"Ключ {key_id} отозван.")
    return 0


@contextmanager
def _opened(database: str | None, config: Path | None) -> Iterator[Store]:
    """Store of the option or of the settings, up to date."""
    store = open_store(database or load_settings(config).database_url)
    try:
        store.upgrade()
        yield store
    finally:
        store.close()


def _note(
    kept: Repositories, action: str, before: ApiKey | None, after: ApiKey | None, at: dt.datetime
) -> None:
    """Put a change of a key into the audit of its region, in the transaction of the change.

    Nobody signs in at the terminal, so the account of the machine stands for the person.
    """
    key = after or before
    assert key is not None
    before_digest, after_digest = (
        # a call with the key is no change of it
        digest(None if one is None else _kept(replace(one, last_used_at=None)))
        for one in (before, after)
    )
    entry = AuditEntry(
        at=at,
        actor=_account(),
        role=TERMINAL,
        action=action,
        object_kind="key",
        object_id=key.id,
        before_digest=before_digest,
        after_digest=after_digest,
    )
    kept.audit.add(entry)


def _account() -> str:
    """Account that runs the command; in a container it may have a number and no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"


def _scopes(text: str) -> tuple[str, ...]:
    """Scopes of the option.

    Raises
    ------
    ConfigurationError
        One of them is neither a kind nor an operation.
    """
    stated = tuple(sorted({part.strip() for part in text.split(",") if part.strip()}))
    known = {kind.value for kind in Kind} | OPERATIONS.keys()
    if unknown := [scope for scope in stated if scope not in known]:
        raise ConfigurationError(
            f"--scopes: нет таких: {', '.join(unknown)}; есть read, solve, write и имена операций "
            "(operationId в /openapi.json)"
        )
    return stated


def _shown(key: ApiKey, now: dt.datetime) -> dict[str, object]:
    return {**_kept(key), "state": _state(key, now)}


def _kept(key: ApiKey) -> dict[str, object]:
    """Everything that is kept of a key but its digest."""
    return {f.name: getattr(key, f.name) for f in fields(key) if f.name != "key_hash"}


def _state(key: ApiKey, now: dt.datetime) -> str:
    if key.revoked_at is not None:
        return "отозван"
    return "действует" if valid(key, now) else "истёк"
