"""``routes doctor``: green where all is well, red with the way out where it is not."""

from __future__ import annotations

import json
import os
import re
import socket
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import docx
import pytest

from engine.cli import doctor_machine
from engine.cli.app import run
from engine.cli.doctor import _documents
from engine.cli.doctor_machine import check_clock, check_disk, check_folders, check_port
from engine.documents.docx import bundled_template
from engine.documents.parts import DocumentUnavailable
from engine.errors import ConfigurationError
from engine.settings import Settings
from engine.storage import open_store


def told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, str]]:
    """Exit code, and by check what is wrong (empty = nothing)."""
    code = run(["doctor", "--json", *arguments])
    checks = json.loads(capsys.readouterr().out)["checks"]
    return code, {c["check"]: "" if c["passed"] else c["said"] for c in checks}


def config(folder: Path, **settings: object) -> list[str]:
    path = folder / "routes.toml"
    text = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
    path.write_text(text, encoding="utf-8")
    return ["--config", str(path)]


@pytest.mark.slow
def test_a_sound_machine_is_green(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every check passes, that of a real worker process too, and the code is 0."""
    url = f"sqlite:///{tmp_path / 'routes.db'}"
    store = open_store(url)
    store.upgrade()
    store.close()
    code, found = told(config(tmp_path, database_url=url), capsys)
    assert (code, set(found.values())) == (0, {""})
    assert {"настройки", "база данных", "процессы расчёта", "диск", "часы", "порт"} <= set(found)


def test_everything_wrong_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old schema, a broken registry, a missing package: three red lines, code 1."""
    monkeypatch.setattr("engine.cli.doctor.check_workers", lambda settings: "")
    path, models = tmp_path / "old.db", tmp_path / "models"
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE TABLE notes (text TEXT)")
    models.mkdir()
    (models / "registry.json").write_text("{", encoding="utf-8")
    arguments = config(
        tmp_path,
        database_url=f"sqlite:///{path}",
        models_dir=str(models),
        data_package=str(tmp_path / "nowhere"),
    )
    code, found = told(arguments, capsys)
    assert code == 1
    assert "routes db upgrade" in found["база данных"]
    assert "nowhere" in found["пакет данных"]
    assert found["модели"]
    assert found["часы"] == ""


def test_wrong_settings_end_the_checks_of_what_they_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The slip is named, what is installed was checked all the same."""
    code, found = told(config(tmp_path, prot=1), capsys)
    assert code == 1
    assert "похоже на port" in found["настройки"]
    assert found["маршрут"] == ""
    assert "база данных" not in found


def test_a_taken_port_is_told_and_the_next_one_found() -> None:
    """All asked ports taken is a fault; with attempts left the next free one is named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match="смените port"):
            check_port(Settings(port=port, port_attempts=0))
        assert f"({port} занят)" in check_port(Settings(port=port, port_attempts=1000))


def test_a_full_disk_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than a gibibyte where the database lies."""
    free = {"value": doctor_machine.FREE_LEAST_BYTES}
    usage: Callable[[Path], object] = lambda folder: type("Usage", (), {"free": free["value"]})  # noqa: E731
    monkeypatch.setattr(doctor_machine.shutil, "disk_usage", usage)
    assert "свободно 1 ГБ" in check_disk(Settings())
    free["value"] -= 1
    with pytest.raises(ConfigurationError, match="освободите место"):
        check_disk(Settings())


def test_a_clock_behind_the_program_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two days before the program was installed it cannot be now."""
    future = time.time() + 3 * 86_400
    real = os.stat(doctor_machine.engine.__file__)
    stat = type("Stat", (), {"st_mtime": future, "st_mode": real.st_mode})
    monkeypatch.setattr(Path, "stat", lambda self, **_: stat)
    with pytest.raises(ConfigurationError, match="NTP"):
        check_clock(Settings())


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """Where nothing can be written the setting that names the place is told."""
    url = f"sqlite:///{tmp_path / 'none' / 'routes.db'}"
    with pytest.raises(ConfigurationError, match="database_url"):
        check_folders(Settings(database_url=url))
    with pytest.raises(ConfigurationError, match="не читается"):
        check_folders(Settings(models_dir=str(tmp_path / "none")))


def test_a_regions_template_is_filled_in(tmp_path: Path) -> None:
    """The region's copy is tried with a real route; the tag at fault is told by its name."""
    good, bad, none = tmp_path / "наш.docx", tmp_path / "плохой.docx", tmp_path / "нет.docx"
    good.write_bytes(bundled_template())
    document = docx.Document(str(good))
    document.add_paragraph("{{ nmae }}")
    document.save(str(bad))
    assert "наш.docx" in _documents(Settings(iom_template=str(good)))
    with pytest.raises(ConfigurationError, match="nmae"):
        _documents(Settings(iom_template=str(bad)))
    with pytest.raises(ConfigurationError, match=re.escape("нет.docx")):
        _documents(Settings(iom_template=str(none)))


def test_documents_are_wanted_by_whoever_has_a_template(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the library it is said what to install; a fault it is only beside a template."""

    def missing(*told: object, **named: object) -> bytes:
        raise DocumentUnavailable("docx", "docxtpl")

    monkeypatch.setattr("engine.cli.doctor.render_docx", missing)
    assert "pip install" in _documents(Settings())
    with pytest.raises(DocumentUnavailable):
        _documents(Settings(iom_template=str(tmp_path / "наш.docx")))
