"""Model files are trusted only after their digest, versions and framework agree."""

import datetime as dt
import json
import pickle
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ArtefactError
from engine.framework import build_framework, load_framework
from engine.matching.relevance import RelevanceModel, load_prior
from engine.model_store import ARTEFACT_FILE, MANIFEST_FILE, Manifest, load_model, save_model

FRAMEWORK = load_framework()
DAY = dt.date(2026, 9, 1)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    model = RelevanceModel.from_prior(load_prior())
    save_model(
        model,
        tmp_path / "m1",
        framework=FRAMEWORK,
        model_version="1",
        created_on=DAY,
        parameters={"seed": 7},
    )
    return tmp_path / "m1"


def _edit_manifest(directory: Path, **changes: object) -> None:
    path = directory / MANIFEST_FILE
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def _codes(error: pytest.ExceptionInfo[ArtefactError]) -> list[str]:
    return [fault.code for fault in error.value.faults]


def test_a_stored_model_predicts_the_same(stored: Path) -> None:
    """A model that is read back gives the predictions of the one that was written."""
    model, manifest = load_model(stored, expected_framework=FRAMEWORK)
    assert isinstance(model, RelevanceModel)
    X = np.linspace(0, 1, 2 * model.n_features_in_).reshape(2, -1)
    expected = RelevanceModel.from_prior(load_prior()).predict_proba(X)
    np.testing.assert_array_equal(model.predict_proba(X), expected)
    assert (manifest.created_on, manifest.parameters) == ("2026-09-01", {"seed": 7})


def test_manifest_digest_is_sha256_of_the_file(stored: Path) -> None:
    """The digest can be checked with any other tool."""
    written = json.loads((stored / MANIFEST_FILE).read_text())
    assert written["digest"] == sha256((stored / ARTEFACT_FILE).read_bytes()).hexdigest()
    assert set(written) == set(Manifest.__dataclass_fields__)


def test_a_changed_file_is_refused_before_anything_of_it_runs(stored: Path, tmp_path: Path) -> None:
    """A file with foreign code in place of the model is refused and its code does not run."""
    trace = tmp_path / "ran"

    class Payload:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (trace,)

    content = pickle.dumps(Payload())
    (stored / ARTEFACT_FILE).write_bytes(content)
    with pytest.raises(ArtefactError) as error:
        load_model(stored, expected_framework=FRAMEWORK)
    assert _codes(error) == ["digest_mismatch"]
    assert not trace.exists()
    _edit_manifest(stored, digest=sha256(content).hexdigest())
    with pytest.raises(ArtefactError) as error:
        load_model(stored, expected_framework=FRAMEWORK, expected_digest="0" * 64)
    assert _codes(error) == ["digest_not_registered"]
    assert not trace.exists()


def test_one_flipped_bit_is_noticed(stored: Path) -> None:
    """The smallest change of the file is refused."""
    content = bytearray((stored / ARTEFACT_FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (stored / ARTEFACT_FILE).write_bytes(bytes(content))
    with pytest.raises(ArtefactError, match="контрольная сумма"):
        load_model(stored, expected_framework=FRAMEWORK)


def test_another_minor_version_of_sklearn_is_refused(stored: Path) -> None:
    """A patch release is accepted, another minor release is not."""
    major, minor = json.loads((stored / MANIFEST_FILE).read_text())["sklearn"].split(".")[:2]
    _edit_manifest(stored, sklearn=f"{major}.{minor}.99")
    load_model(stored, expected_framework=FRAMEWORK)
    _edit_manifest(stored, sklearn=f"{major}.{int(minor) + 1}.0")
    with pytest.raises(ArtefactError) as error:
        load_model(stored, expected_framework=FRAMEWORK)
    assert _codes(error) == ["sklearn_version"]


def test_another_framework_is_refused(stored: Path) -> None:
    """Another version, and the same version with another content, are refused."""
    newer = build_framework(FRAMEWORK.id, "9.0.0", "", FRAMEWORK.nodes)
    first, *rest = FRAMEWORK.nodes
    edited = build_framework(
        FRAMEWORK.id, FRAMEWORK.version, "", [replace(first, title="Иное"), *rest]
    )
    for framework in (newer, edited):
        with pytest.raises(ArtefactError) as error:
            load_model(stored, expected_framework=framework)
        assert _codes(error) == ["framework_changed"]


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        (MANIFEST_FILE, None, "manifest_missing"),
        (MANIFEST_FILE, b"{", "manifest_unreadable"),
        (MANIFEST_FILE, b"[]", "manifest_unreadable"),
        (MANIFEST_FILE, b'{"sklearn": 5}', "manifest_unreadable"),
        (MANIFEST_FILE, b"\xff\xfe", "manifest_unreadable"),
        (ARTEFACT_FILE, None, "artefact_missing"),
        (ARTEFACT_FILE, b"", "digest_mismatch"),
    ],
)
def test_missing_and_damaged_files_are_named(
    stored: Path, file: str, content: bytes | None, code: str
) -> None:
    """Each way in which files can be broken has its own code and names what to do."""
    if content is None:
        (stored / file).unlink()
    else:
        (stored / file).write_bytes(content)
    with pytest.raises(ArtefactError) as error:
        load_model(stored, expected_framework=FRAMEWORK)
    assert _codes(error) == [code]
    assert "; " in error.value.faults[0].detail


def test_whole_file_that_is_no_model_is_refused(stored: Path) -> None:
    """A file whose digest agrees but that cannot be read is an artefact error, not a crash."""
    (stored / ARTEFACT_FILE).write_bytes(b"not a model")
    _edit_manifest(stored, digest=sha256(b"not a model").hexdigest())
    with pytest.raises(ArtefactError) as error:
        load_model(stored, expected_framework=FRAMEWORK)
    assert _codes(error) == ["artefact_unreadable"]
