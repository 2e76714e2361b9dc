"""Calibrations on disk are trusted only after digest, fields and framework agree."""

import datetime as dt
import json
import os
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from engine.diagnostics.item_bank import ItemBank, ItemParameters
from engine.errors import ArtefactError
from engine.framework import Framework, build_framework, load_framework
from engine.item_bank_store import (
    CARD_FILE,
    ITEMS_FILE,
    MANIFEST_FILE,
    CalibrationSource,
    SkillPrior,
    load_calibration,
    save_calibration,
)

FRAMEWORK = load_framework()
NODES = (FRAMEWORK.codes[FRAMEWORK.leaves[0]], FRAMEWORK.codes[FRAMEWORK.leaves[1]])
BANK = ItemBank.of(
    [
        ItemParameters("з1", (NODES[0],), 1.25, -0.5),
        ItemParameters("з2", tuple(sorted(NODES)), 0.8, 0.125, 2.5),
    ]
)
SOURCE = CalibrationSource("ответы.csv", "q.csv", 300, 2, 580, 0.033333)
PRIOR = SkillPrior(0.25, 0.9, 0.4)
DAY = dt.date(2026, 9, 1)


def save(directory: Path, framework: Framework | None = FRAMEWORK, bank: ItemBank = BANK) -> None:
    save_calibration(
        bank,
        directory,
        prior=PRIOR,
        n_answers={"з1": 300, "з2": 280},
        framework=framework,
        created_on=DAY,
        source=SOURCE,
        card="# Карточка\n",
    )


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    save(tmp_path / "c1")
    return tmp_path / "c1"


def edit_manifest(directory: Path, **changes: object) -> None:
    path = directory / MANIFEST_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def refusal(directory: Path, **options: object) -> str:
    with pytest.raises(ArtefactError) as error:
        load_calibration(directory, **{"expected_framework": FRAMEWORK, **options})  # type: ignore[arg-type]
    (fault,) = error.value.faults
    assert fault.file == directory.name
    return fault.code


def test_a_stored_calibration_reads_back_the_same(stored: Path) -> None:
    """Items, prior, counts and source are those that were written."""
    found = load_calibration(stored, expected_framework=FRAMEWORK)
    assert found.bank.items == BANK.items
    assert found.prior == PRIOR
    assert found.n_answers == {"з1": 300, "з2": 280}
    assert found.manifest.source == SOURCE
    assert (stored / CARD_FILE).read_text() == "# Карточка\n"


def test_version_names_the_day_and_the_digest_of_the_file(stored: Path) -> None:
    """The version can be checked with any other tool."""
    digest = sha256((stored / ITEMS_FILE).read_bytes()).hexdigest()
    found = load_calibration(stored, expected_framework=FRAMEWORK, expected_digest=digest)
    assert found.bank.version == f"2026-09-01 {digest}"


def test_the_same_calibration_has_the_same_digest(stored: Path, tmp_path: Path) -> None:
    """Parameters that differ far below their error do not make another calibration."""
    moved = {k: replace(v, slope=v.slope + 2e-8) for k, v in BANK.items.items()}
    save(tmp_path / "c2", bank=ItemBank(moved))
    assert (stored / ITEMS_FILE).read_bytes() == (tmp_path / "c2" / ITEMS_FILE).read_bytes()


def test_a_slope_edited_by_hand_is_refused(stored: Path) -> None:
    """One digit of one parameter is noticed, with a registry and without one."""
    path = stored / ITEMS_FILE
    text = path.read_text()
    assert text.count("1.25") == 1
    path.write_text(text.replace("1.25", "1.26"))
    assert refusal(stored) == "digest_mismatch"
    edit_manifest(stored, digest=sha256(path.read_bytes()).hexdigest())
    assert refusal(stored, expected_digest="0" * 64) == "digest_not_registered"


def test_another_framework_is_refused(stored: Path) -> None:
    """Another version of the framework, and one that lacks a node of the items."""
    newer = build_framework(FRAMEWORK.id, "9.0.0", "", FRAMEWORK.nodes)
    shorter = build_framework(
        FRAMEWORK.id, FRAMEWORK.version, "", [n for n in FRAMEWORK.nodes if n.code != NODES[0]]
    )
    for framework in (newer, shorter):
        assert refusal(stored, expected_framework=framework) == "framework_changed"


def test_other_words_for_the_same_nodes_are_no_other_framework(stored: Path) -> None:
    """Items are bound to codes, so a new title of a node leaves them as they are."""
    first, *rest = FRAMEWORK.nodes
    reworded = build_framework(
        FRAMEWORK.id, FRAMEWORK.version, "", [replace(first, title="Иначе"), *rest]
    )
    assert load_calibration(stored, expected_framework=reworded).bank.items == BANK.items


def test_a_bank_of_its_own_serves_no_framework(tmp_path: Path) -> None:
    """Without a framework it can be read, but not used for routes."""
    save(tmp_path / "own", framework=None)
    assert refusal(tmp_path / "own") == "framework_missing"
    assert load_calibration(tmp_path / "own", expected_framework=None).bank.items == BANK.items


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        (MANIFEST_FILE, None, "manifest_missing"),
        (MANIFEST_FILE, b"{", "manifest_unreadable"),
        (MANIFEST_FILE, b"[]", "manifest_unreadable"),
        (MANIFEST_FILE, b"\xff\xfe", "manifest_unreadable"),
        (ITEMS_FILE, None, "artefact_missing"),
        (ITEMS_FILE, b"", "digest_mismatch"),
    ],
)
def test_damaged_files_are_refused(
    stored: Path, file: str, content: bytes | None, code: str
) -> None:
    """What is missing or damaged is named, whichever file it is."""
    if content is None:
        (stored / file).unlink()
    else:
        (stored / file).write_bytes(content)
    assert refusal(stored) == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"format": 2}, "manifest_format"),
        ({"format": True}, "manifest_unreadable"),
        ({"digest": None}, "manifest_unreadable"),
        ({"source": {"people": 1}}, "manifest_unreadable"),
        ({"extra": 1}, "manifest_unreadable"),
        ({"artefact": "../other.json"}, "manifest_format"),
    ],
)
def test_foreign_manifests_are_refused(stored: Path, changes: dict[str, object], code: str) -> None:
    """Another format, other fields, another file."""
    edit_manifest(stored, **changes)
    assert refusal(stored) == code


@pytest.mark.parametrize(
    "items", [b"{}", b"[1]", b'{"prior": {}, "items": []}', b"\xff", b'{"prior": 1, "items": []}']
)
def test_items_that_make_no_sense_are_refused_even_with_their_digest(
    stored: Path, items: bytes
) -> None:
    """A digest says that nothing was changed, not that it is a bank."""
    (stored / ITEMS_FILE).write_bytes(items)
    edit_manifest(stored, digest=sha256(items).hexdigest())
    assert refusal(stored) == "artefact_unreadable"


def test_a_slope_below_zero_is_refused_even_with_its_digest(stored: Path) -> None:
    """The checks of a bank hold for one from a file too."""
    content = (stored / ITEMS_FILE).read_text().replace("1.25", "-1.25").encode()
    (stored / ITEMS_FILE).write_bytes(content)
    edit_manifest(stored, digest=sha256(content).hexdigest())
    assert refusal(stored) == "artefact_unreadable"


@pytest.mark.parametrize("failing", [ITEMS_FILE, CARD_FILE, MANIFEST_FILE])
def test_a_torn_write_leaves_no_calibration(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    """Whichever file the disk fills up at, neither a new nor half an old calibration is read."""
    real = os.replace

    def full(source: Path, target: Path) -> None:
        if Path(target).name == failing:
            raise OSError(28, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full)
    changed = ItemBank.of([replace(i, slope=2.0) for i in BANK.items.values()])
    for directory in (stored, tmp_path / "fresh"):
        with pytest.raises(OSError, match="No space"):
            save(directory, bank=changed)
        assert refusal(directory) == "manifest_missing"
