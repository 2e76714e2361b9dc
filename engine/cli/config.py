"""``routes config``: what is in force and why, and the commented file with every default."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer

from engine.cli.inputs import JsonOption
from engine.cli.output import print_json
from engine.settings import Described, Source, config_template, described, read_settings

config = typer.Typer(help="Настройки: что действует и откуда взято; готовый файл.")

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="Файл настроек TOML; без него — ROUTES_CONFIG.")
]

_FROM = {Source.DEFAULT: "по умолчанию", Source.FILE: "файл", Source.ENVIRONMENT: "среда"}


@config.command("show")
def show(path: ConfigOption = None, as_json: JsonOption = False) -> int:
    """Показать все настройки: значение, откуда взято, смысл; пароли скрыты."""
    loaded = read_settings(path)
    settings = described(loaded)
    if as_json:
        print_json(
            {
                "file": None if loaded.file is None else str(loaded.file),
                "settings": [_entry(d) for d in settings],
            }
        )
        return 0
    typer.echo(f"Файл настроек: {loaded.file or 'нет'}")
    width = max(len(d.name) for d in settings)
    for group, members in groupby(settings, key=lambda d: d.group):
        typer.echo(f"\n{group}")
        for setting in members:
            typer.echo(f"  {setting.name:<{width}}  {_value(setting)}")
            typer.echo(f"  {'':<{width}}  {setting.about}")
    return 0


@config.command("template")
def template() -> int:
    """Напечатать файл настроек с пояснениями и всеми значениями по умолчанию."""
    typer.echo(config_template(), nl=False)
    return 0


def _value(setting: Described) -> str:
    source = _FROM[setting.source]
    if setting.source is Source.ENVIRONMENT:
        source = f"{source}, {setting.variable}"
    value = "—" if setting.value is None else setting.value
    return f"{value}  [{source}]"


def _entry(setting: Described) -> dict[str, object]:
    return {
        "name": setting.name,
        "value": setting.value,
        "source": setting.source.value,
        "default": setting.default,
        "variable": setting.variable,
        "about": setting.about,
    }
