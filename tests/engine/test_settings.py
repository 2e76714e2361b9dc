"""Settings: defaults, file, environment, refusals."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from engine.errors import ConfigurationError
from engine.settings import Settings, load_settings


def written(folder: Path, text: str) -> Path:
    path = folder / "routes.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_need_no_file_and_no_environment() -> None:
    """Without a file and an environment every setting has its default."""
    assert load_settings(environ={}) == Settings()
    assert Settings().host == "127.0.0.1"


def test_environment_wins_over_file_and_file_over_default(tmp_path: Path) -> None:
    """The order is default, file, environment."""
    path = written(tmp_path, 'port = 9001\nlanguage = "en"\n')
    settings = load_settings(path, {"ROUTES_PORT": "9002", "HOME": "/root"})
    assert (settings.port, settings.language, settings.policy) == (9002, "en", None)


def test_config_variable_names_the_file(tmp_path: Path) -> None:
    """ROUTES_CONFIG is used where no path is given, and is not a setting itself."""
    path = written(tmp_path, "port = 9003\n")
    assert load_settings(environ={"ROUTES_CONFIG": str(path)}).port == 9003


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prot = 9000\n", "похоже на port"),
        ('port = "9000"\n', "целое число"),
        ("port = true\n", "целое число"),
        ("port = 0\n", "от 1 до 65535"),
        ("policy = 7\n", "строка"),
        ('host = " "\n', "host: пусто"),
        ('language = "de"\n', "ru, en"),
        ("deadline_max_ms = 30001\n", "от 1 до 30000"),
        ("deadline_min_ms = 500\ndeadline_max_ms = 400\n", "deadline_min_ms"),
        ("port = \n", "TOML"),
        ("[server]\nport = 1\n", "неизвестная настройка server"),
    ],
)
def test_wrong_files_are_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    """Each slip in a file is refused with what is wrong."""
    with pytest.raises(ConfigurationError, match=said):
        load_settings(written(tmp_path, text), {})


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("ROUTES_PROT", "1", "ROUTES_PROT: неизвестная настройка"),
        ("ROUTES_PORT", "many", "целое число"),
        ("ROUTES_CONFIG", "/nowhere/routes.toml", "не читается"),
    ],
)
def test_wrong_environment_is_refused_by_name(variable: str, value: str, said: str) -> None:
    """Each slip in the environment is refused with the variable's name."""
    with pytest.raises(ConfigurationError, match=said):
        load_settings(environ={variable: value})


def test_description_names_every_setting_and_hides_the_password() -> None:
    """`config show` gets every setting, and never a password."""
    settings = Settings(database_url="postgresql://routes:p@ss:w@db.local/routes")
    described = {d.name: d for d in settings.describe()}
    assert list(described) == [f.name for f in fields(Settings)]
    assert described["database_url"].value == "postgresql://routes:***@db.local/routes"
    assert described["database_url"].variable == "ROUTES_DATABASE_URL"
    assert all(d.about for d in described.values())


def test_environment_can_clear_the_data_package() -> None:
    """An empty variable means the bundled demo."""
    assert load_settings(environ={"ROUTES_DATA_PACKAGE": ""}).data_package is None
