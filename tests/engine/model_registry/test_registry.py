"""The registry: what is kept, who may go into service, and what never moves the pointer."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import multiprocessing
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ArtefactError, InputError, PromotionRefused
from engine.framework import build_framework
from engine.interactions import Interactions
from engine.matching.collaborative import CollaborativeSignals
from engine.matching.model import MatchingModel
from engine.matching.signals import LearnedSignals
from engine.model_registry import Card, Lineage, Registry, Status
from engine.model_registry.files import one_writer
from engine.training.gate_report import gate_digest
from tests.engine.model_registry.registered import (
    AT,
    DAY,
    FRAMEWORK,
    add,
    compared,
    framework_of,
    model,
    promoted,
    registered,
    registry,
)


def codes(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [fault.code for fault in error.value.faults]


def pointer(folder: Path) -> str | None:
    found: str | None = json.loads((folder / "registry.json").read_text())["in_service"]
    return found


def test_what_is_registered_is_kept_whole(tmp_path: Path) -> None:
    """Five files with their SHA-256, lineage, who and when; the model reads back the same."""
    made = registered(tmp_path, "m-1")
    entry = made.entry("m-1")
    names = {"card.json", "card.md", "manifest.json", "model.joblib", "report.json"}
    assert set(entry.files) == names
    for name in names:
        content = (tmp_path / "m-1" / name).read_bytes()
        assert entry.files[name] == hashlib.sha256(content).hexdigest()
    assert entry.digest == entry.files["model.joblib"]
    assert entry.lineage == Lineage("f" * 64, "1.0", {"seed": 7}, None)
    assert (entry.registered_at, entry.registered_by, entry.created_on) == (AT, "аналитик", DAY)
    assert (tmp_path / "m-1" / "card.md").read_text(encoding="utf-8") == "# Модель m-1\n"
    read = made.load("m-1").model
    assert isinstance(read, MatchingModel)
    assert read.version == "m-1"
    assert made.state().in_service is None
    # the same registry, opened anew
    assert registry(tmp_path).state() == made.state()


def test_an_empty_folder_is_an_empty_registry(tmp_path: Path) -> None:
    """Nothing is in service and nothing is made by looking."""
    made = registry(tmp_path / "nowhere")
    assert made.state().present is None
    assert made.listed() == ()
    assert not (tmp_path / "nowhere").exists()
    with pytest.raises(ArtefactError) as error:
        made.load("m-1")
    assert codes(error) == ["version_unknown"]


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "имя", "a b", "x" * 65])
def test_a_version_that_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    """A version becomes a folder, so nothing but a plain name is taken."""
    with pytest.raises(ArtefactError) as error:
        add(registry(tmp_path / "r"), name)
    assert codes(error) == ["version_name"]
    assert not (tmp_path / "r").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A version that is registered, and a folder that is not, are both left alone."""
    made = registered(tmp_path, "m-1")
    before = made.entry("m-1")
    with pytest.raises(ArtefactError) as error:
        add(made, "m-1")
    assert codes(error) == ["version_taken"]
    (tmp_path / "m-2").mkdir()
    with pytest.raises(ArtefactError) as error:
        add(made, "m-2")
    assert codes(error) == ["folder_taken"]
    assert made.entry("m-1") == before


def test_a_torn_registration_leaves_no_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where writing fails midway the registry is as before, and a second try succeeds."""
    made = registered(tmp_path, "m-1")
    before = made.state()
    with pytest.raises(TypeError):
        add(made, "m-2", report={"number": {1, 2}.__iter__()})
    assert made.state() == before
    assert not (tmp_path / "m-2").exists()
    add(made, "m-2")
    assert set(made.load("m-2").entry.files) == set(before.versions["m-1"].files)


# ------------------------------------------------------------------------------ the gate


def test_a_passing_comparison_lets_a_model_into_service(tmp_path: Path) -> None:
    """The pointer moves, and the history says who, when, instead of what, by which report."""
    made = registered(tmp_path, "m-1", "m-2")
    report = compared(made, "m-1")
    event = made.promote("m-1", report, at=AT, by="методист")
    assert pointer(tmp_path) == "m-1"
    assert (event.previous, event.version, event.by, event.at) == (None, "m-1", "методист", AT)
    assert (event.gate_digest, event.forced) == (gate_digest(report), False)
    made.attach_gate(compared(made, "m-2"))
    later = made.promote("m-2", at=AT + dt.timedelta(days=1), by="методист")
    assert (later.previous, later.digest) == ("m-1", made.entry("m-2").digest)
    assert registry(tmp_path).state().history == (event, later)
    shown = {item.entry.version: item.status for item in made.listed()}
    assert shown == {"m-1": Status.FORMER, "m-2": Status.IN_SERVICE}


def test_without_a_passing_comparison_nothing_moves(tmp_path: Path) -> None:
    """No report, one that says no, one of another model, and one that is out of date."""
    made = promoted(registered(tmp_path, "m-1", "m-2", "m-3"), "m-1")
    stale = compared(made, "m-3")

    def refused(version: str, report: object = None) -> list[str]:
        with pytest.raises(PromotionRefused) as error:
            made.promote(version, report, at=AT, by="x")  # type: ignore[arg-type]
        return codes(error)

    assert refused("m-2") == ["gate_missing"]
    assert refused("m-2", compared(made, "m-2", change=-0.05)) == ["gate_failed"]
    assert refused("m-2", compared(made, "m-3")) == ["gate_other_model"]
    renamed = replace(compared(made, "m-3"), candidate="m-2")
    assert refused("m-2", renamed) == ["gate_other_model"]
    forged = replace(compared(made, "m-2", change=-0.05), passed=True)
    assert refused("m-2", forged) == ["gate_failed"]
    assert pointer(tmp_path) == "m-1"
    promoted(made, "m-2")
    assert refused("m-3", stale) == ["gate_stale"]
    assert pointer(tmp_path) == "m-2"
    with pytest.raises(ArtefactError) as error:
        made.promote("m-2", at=AT, by="x", force_reason="ещё раз")
    assert codes(error) == ["already_in_service"]


def test_force_needs_a_reason_and_is_recorded(tmp_path: Path) -> None:
    """An empty reason is none; a given one stands in the history with the report's digest."""
    made = registered(tmp_path, "m-1")
    bad = compared(made, "m-1", change=-0.05)
    with pytest.raises(PromotionRefused):
        made.promote("m-1", bad, at=AT, by="x", force_reason="  ")
    event = made.promote("m-1", bad, at=AT, by="x", force_reason="пилот в одном районе")
    assert (event.forced, event.reason) == (True, "пилот в одном районе")
    assert event.gate_digest == gate_digest(bad)


def test_a_reason_where_none_is_needed_is_no_force(tmp_path: Path) -> None:
    """What the gate allows is not recorded as forced."""
    made = registered(tmp_path, "m-1")
    event = made.promote("m-1", compared(made, "m-1"), at=AT, by="x", force_reason="на всякий")
    assert (event.forced, event.reason) == (False, None)


def test_a_comparison_is_kept_with_its_version(tmp_path: Path) -> None:
    """It reads back the same; a later one replaces it; one of another file is refused."""
    made = registered(tmp_path, "m-1")
    assert made.gate_of("m-1") is None
    first, second = compared(made, "m-1", 0.01), compared(made, "m-1", 0.02)
    made.attach_gate(first)
    made.attach_gate(second)
    kept = made.gate_of("m-1")
    assert kept is not None
    assert gate_digest(kept) == gate_digest(second)
    assert len(made.entry("m-1").files) == 6
    with pytest.raises(ArtefactError) as error:
        made.attach_gate(replace(first, candidate_digest="0" * 64))
    assert codes(error) == ["gate_other_model"]


# --------------------------------------------------------------------------- rolling back


def test_rolling_back_goes_the_way_back(tmp_path: Path) -> None:
    """m-1, m-2, m-1 again; back to m-2, to m-1, to the package's weights, and no further."""
    made = promoted(registered(tmp_path, "m-1", "m-2"), "m-1", "m-2", "m-1")
    assert made.state().line == (None, "m-1", "m-2", "m-1")
    gone = [made.rollback(at=AT, by="дежурный").version for _ in range(3)]
    assert gone == ["m-2", "m-1", None]
    assert pointer(tmp_path) is None
    with pytest.raises(ArtefactError) as error:
        made.rollback(at=AT, by="дежурный")
    assert codes(error) == ["nothing_to_roll_back"]
    assert len(made.state().history) == 6
    promoted(made, "m-2")
    assert made.state().line == (None, "m-2")


def test_what_cannot_be_read_is_not_gone_back_to(tmp_path: Path) -> None:
    """The earlier model is read before the pointer moves; a damaged one leaves it where it is."""
    made = promoted(registered(tmp_path, "m-1", "m-2"), "m-1", "m-2")
    (tmp_path / "m-1" / "model.joblib").unlink()
    with pytest.raises(ArtefactError) as error:
        made.rollback(at=AT, by="x")
    assert codes(error) == ["registry_file_missing"]
    assert pointer(tmp_path) == "m-2"
    assert len(made.state().history) == 2


# ------------------------------------------------------------------------- what is refused


def _append(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


@pytest.mark.parametrize(
    "file", ["model.joblib", "manifest.json", "card.md", "card.json", "report.json"]
)
@pytest.mark.parametrize(
    ("spoil", "code"),
    [(_append, "registry_file_changed"), (Path.unlink, "registry_file_missing")],
)
def test_a_changed_or_missing_file_is_refused(
    tmp_path: Path, file: str, spoil: Callable[[Path], None], code: str
) -> None:
    """One byte more in any file, or the file gone: no promotion, even forced, and it is listed."""
    made = promoted(registered(tmp_path, "m-1", "m-2"), "m-1")
    made.attach_gate(compared(made, "m-2"))
    spoil(tmp_path / "m-2" / file)
    for reason in (None, "очень надо"):
        with pytest.raises(ArtefactError) as error:
            made.promote("m-2", at=AT, by="x", force_reason=reason)
        assert codes(error) == [code]
        assert f"m-2/{file}" in str(error.value)
    assert pointer(tmp_path) == "m-1"
    faults = {item.entry.version: item.fault for item in made.listed()}
    assert faults["m-1"] is None
    assert f"m-2/{file}" in (faults["m-2"] or "")


def test_an_edited_gate_report_is_refused(tmp_path: Path) -> None:
    """A kept «no» that somebody turns into «yes» does not open the gate."""
    made = registered(tmp_path, "m-1")
    made.attach_gate(compared(made, "m-1", change=-0.05))
    gate_file = made.entry("m-1").gate
    assert gate_file is not None
    path = tmp_path / "m-1" / gate_file
    path.write_text(path.read_text().replace("false", "true"))
    with pytest.raises(ArtefactError) as error:
        made.promote("m-1", at=AT, by="x")
    assert codes(error) == ["registry_file_changed"]


def test_a_changed_framework_is_refused(tmp_path: Path) -> None:
    """A model waits for its framework: another content of the same version is not taken."""
    registered(tmp_path, "m-1")
    first, *rest = FRAMEWORK.nodes
    edited = build_framework(
        FRAMEWORK.id, FRAMEWORK.version, "", [replace(first, title="Иное"), *rest]
    )
    made = Registry(tmp_path, lambda name: edited)
    with pytest.raises(ArtefactError) as error:
        made.promote("m-1", compared(made, "m-1"), at=AT, by="x")
    assert codes(error) == ["framework_changed"]
    assert made.state().in_service is None


def test_another_scikit_learn_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model of this version is not read by the next one."""
    made = registered(tmp_path, "m-1")
    monkeypatch.setattr("engine.model_store.version", lambda package: "99.1.0")
    with pytest.raises(ArtefactError, match=r"установлен 99\.1\.0") as error:
        made.promote("m-1", compared(made, "m-1"), at=AT, by="x")
    assert codes(error) == ["sklearn_version"]
    assert made.state().in_service is None


def test_a_model_under_another_name_is_refused(tmp_path: Path) -> None:
    """The name in the provenance is that of the registry, or the model is not served."""
    made = registry(tmp_path)
    made.register(
        model("m-9"),
        "m-1",
        framework=FRAMEWORK,
        created_on=DAY,
        card=Card("", {}),
        report={},
        lineage=Lineage("", ""),
        at=AT,
        by="x",
    )
    with pytest.raises(ArtefactError) as error:
        made.load("m-1")
    assert codes(error) == ["model_misnamed"]


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (lambda s: "{", "registry_unreadable"),
        (lambda s: "[]", "registry_format"),
        (lambda s: json.dumps({**s, "format": 2}), "registry_format"),
        (lambda s: json.dumps({**s, "in_service": "m-2"}), "registry_inconsistent"),
        (lambda s: json.dumps({**s, "in_service": None}), "registry_inconsistent"),
        (lambda s: json.dumps({**s, "history": []}), "registry_inconsistent"),
        (lambda s: json.dumps({**s, "versions": {}}), "registry_inconsistent"),
        (lambda s: json.dumps({**s, "extra": 1}), "record_field_unknown"),
        (
            lambda s: json.dumps(
                {**s, "versions": {**s["versions"], "../x": s["versions"]["m-1"]}}
            ),
            "registry_inconsistent",
        ),
    ],
)
def test_a_damaged_registry_is_refused(
    tmp_path: Path, edit: Callable[[dict[str, object]], str], code: str
) -> None:
    """No JSON, another format, a pointer that its history does not give, a path for a name."""
    made = promoted(registered(tmp_path, "m-1", "m-2"), "m-1")
    path = tmp_path / "registry.json"
    path.write_text(edit(json.loads(path.read_text())))
    with pytest.raises(ArtefactError) as error:
        made.state()
    assert codes(error) == [code]


# ---------------------------------------------------------------------------- two writers


def test_a_second_writer_waits_and_then_gives_up(tmp_path: Path) -> None:
    """While one holds the lock another is refused with words; afterwards it may write."""
    with one_writer(tmp_path), pytest.raises(ArtefactError) as error, one_writer(tmp_path, 0.1):
        raise AssertionError("two writers at once")
    assert codes(error) == ["registry_busy"]
    with one_writer(tmp_path, 0.0):
        pass


def _register_many(folder: str, name: str) -> None:
    made = Registry(Path(folder), framework_of)
    for number in range(4):
        add(made, f"{name}-{number}")


@pytest.mark.slow
def test_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    """Two processes register four versions each at the same time; all eight are there."""
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_register_many, args=(str(tmp_path), name)) for name in "ab"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(120)
        assert worker.exitcode == 0
    made = registry(tmp_path)
    assert set(made.state().versions) == {f"{name}-{n}" for name in "ab" for n in range(4)}
    assert all(item.fault is None for item in made.listed())


def test_instants_without_offset_are_refused(tmp_path: Path) -> None:
    """The history is read in other time zones."""
    made = registered(tmp_path, "m-1")
    naive = dt.datetime(2026, 9, 1)
    with pytest.raises(ValueError, match="offset"):
        made.promote("m-1", at=naive, by="x")
    with pytest.raises(ValueError, match="offset"):
        made.rollback(at=naive, by="x")
    with pytest.raises(ValueError, match="offset"):
        add(made, "m-2", at=naive)


def test_a_model_of_another_version_of_the_program_is_refused_when_it_is_read(
    tmp_path: Path,
) -> None:
    """A file that reads well but lacks a learned part fails on loading, not in a request."""
    whole = model("m-1")
    signals = LearnedSignals(
        CollaborativeSignals().fit(
            Interactions.from_columns(
                ["p1", "p1", "p2"], ["a", "b", "a"], np.array([1.0, 2.0, 3.0]), clock="days"
            )
        ),
        ("a", "b"),
    )
    del signals.collaborative.takers_, signals.collaborative.popularity_
    made = registry(tmp_path)
    add(made, "m-1", content=replace(whole, signals=signals))
    with pytest.raises(ArtefactError) as refused:
        made.load("m-1")
    assert codes(refused) == ["model_outdated"]
    assert "обучите модель заново" in str(refused.value)
