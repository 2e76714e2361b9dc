"""Settings: defaults, file, environment, refusals."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from engine.errors import ConfigurationError
from engine.settings import (
    Settings,
    Source,
    config_template,
    described,
    hidden,
    load_settings,
    read_settings,
)


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
        ("metrics_enabled = 1\n", "true или false"),
        ('log_format = "xml"\n', "json, text"),
        ("key_cache_s = 6\n", "от 0 до 5"),
        ('jwks_url = "https://id.example/keys"\n', "jwt_issuer: пусто, а задан jwks_url"),
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
        ("ROUTES_METRICS_ENABLED", "perhaps", "true или false"),
        ("ROUTES_CONFIG", "/nowhere/routes.toml", "не читается"),
    ],
)
def test_wrong_environment_is_refused_by_name(variable: str, value: str, said: str) -> None:
    """Each slip in the environment is refused with the variable's name."""
    with pytest.raises(ConfigurationError, match=said):
        load_settings(environ={variable: value})


def test_description_names_every_setting_and_hides_the_password(tmp_path: Path) -> None:
    """`config show` gets every setting, and never a password."""
    path = written(tmp_path, 'database_url = "postgresql://routes:p@ss:w@db.local/routes"\n')
    told = {d.name: d for d in described(read_settings(path, {}))}
    assert list(told) == [f.name for f in fields(Settings)]
    assert told["database_url"].value == "postgresql://routes:***@db.local/routes"
    assert told["database_url"].variable == "ROUTES_DATABASE_URL"
    assert all(d.about and d.group for d in told.values())


def test_description_tells_the_source_of_each_setting(tmp_path: Path) -> None:
    """What the environment overrides is of the environment, also where the file has it too."""
    path = written(tmp_path, 'port = 9001\nlanguage = "en"\n')
    told = {d.name: d for d in described(read_settings(path, {"ROUTES_PORT": "9002"}))}
    assert (told["port"].value, told["port"].source) == (9002, Source.ENVIRONMENT)
    assert (told["language"].value, told["language"].source) == ("en", Source.FILE)
    assert (told["host"].value, told["host"].source) == ("127.0.0.1", Source.DEFAULT)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (
            "postgresql://h/db?user=u&password=s3cret&x=1",
            "postgresql://h/db?user=u&password=***&x=1",
        ),
        ("https://id.example/keys?api_token=abc", "https://id.example/keys?api_token=***"),
        ("postgresql://u@h/db", "postgresql://u@h/db"),
        ("sqlite:///routes.db", "sqlite:///routes.db"),
    ],
)
def test_secrets_are_hidden_wherever_an_address_carries_them(address: str, shown: str) -> None:
    """Passwords and tokens among the parameters are hidden, the rest of the address is not."""
    assert hidden(address) == shown


def test_template_is_accepted_back_unchanged(tmp_path: Path) -> None:
    """The printed file gives exactly the defaults, and names every setting once."""
    text = config_template()
    loaded = read_settings(written(tmp_path, text), {})
    assert loaded.settings == Settings()
    assert set(loaded.sources) == {f.name for f in fields(Settings)}
    assert all(line.startswith("#") or " = " in line for line in text.splitlines() if line)


def test_a_bool_of_the_environment_is_read() -> None:
    """The usual spellings of yes and no."""
    for text in ("false", "0", "No", "OFF"):
        assert load_settings(environ={"ROUTES_METRICS_ENABLED": text}).metrics_enabled is False
    for text in ("true", "1", "Yes", "on"):
        assert load_settings(environ={"ROUTES_METRICS_ENABLED": text}).metrics_enabled is True


def test_an_empty_text_clears_what_may_be_empty(tmp_path: Path) -> None:
    """An empty variable, or an empty text of the file, means the bundled demo."""
    assert load_settings(environ={"ROUTES_DATA_PACKAGE": ""}).data_package is None
    assert load_settings(written(tmp_path, 'data_package = ""\n'), {}).data_package is None
    with pytest.raises(ConfigurationError, match="jwt_role_claim: пусто"):
        load_settings(environ={"ROUTES_JWT_ROLE_CLAIM": ""})
