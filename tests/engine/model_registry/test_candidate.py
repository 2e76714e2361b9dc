"""A trained candidate in the registry: what is kept with it, and what is refused before."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ArtefactError, InputError, PromotionRefused
from engine.matching.model import MatchingModel
from engine.matching.tag_corrections import TagCorrection
from engine.model_registry import Registry
from engine.model_registry.candidate import (
    SPLIT_DAY,
    Candidate,
    judged,
    register_candidate,
    require_free,
    require_unseen,
    version_name,
)
from engine.training.fingerprint import data_fingerprint
from engine.training.gate_report import gate_to_json
from engine.training.plan_metrics import recommender_of
from tests.engine.model_registry.registered import AT, DAY, FRAMEWORK, registered, registry
from tests.engine.training.trained import OPTIONS, data, first

EPOCH = dt.date(1970, 1, 1)


def kept(folder: Path) -> tuple[Registry, Candidate]:
    """The first small training, registered."""
    made = registry(folder)
    candidate = register_candidate(
        made,
        first(),
        data(),
        OPTIONS,
        created_on=DAY,
        parent=None,
        card=lambda report: f"# {report.version}\n{report.lineage.data_fingerprint}\n",
        at=AT,
        by="аналитик",
    )
    return made, candidate


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Registry, Candidate]:
    """Registered once; not to be changed."""
    return kept(tmp_path_factory.mktemp("модели"))


def split() -> dt.date:
    return EPOCH + dt.timedelta(days=first().evaluation.day)


def test_what_is_read_back_ranks_as_what_was_trained(made: tuple[Registry, Candidate]) -> None:
    """The file's model gives every educator the same relevance, contributions and effects."""
    own, candidate = made
    model = own.load(candidate.version).model
    assert isinstance(model, MatchingModel)
    trained = first().fitted.model
    before, after = (recommender_of(data(), m) for m in (trained, model))
    for id in first().evaluation.people[:4]:
        ours, theirs = (r.rank(data().people[id])[1] for r in (before, after))
        np.testing.assert_array_equal(ours.relevance, theirs.relevance)
        assert np.ptp(ours.relevance) > 0
    assert model.effects == trained.effects


def test_it_does_not_go_into_service_by_that(made: tuple[Registry, Candidate]) -> None:
    """The pointer and the history stay; the list names it with its main figures."""
    state = made[0].state()
    assert (state.in_service, state.history, list(state.versions)) == (None, (), ["m-1"])
    own = first().evaluation.models[0]
    assert state.versions["m-1"].figures == {
        "log_loss": pytest.approx(own.outcomes.log_loss.estimate, abs=5e-5),
        "calibration_error": pytest.approx(own.outcomes.calibration_error, abs=5e-5),
        "closed_to_in_service": pytest.approx(own.plans.to_in_service.estimate, abs=5e-5),
    }


def test_the_lineage_says_from_what_and_how(made: tuple[Registry, Candidate]) -> None:
    """Fingerprint, every option, corrections and the day of the split; the manifest agrees."""
    own, candidate = made
    lineage = own.entry("m-1").lineage
    assert lineage.data_fingerprint == data_fingerprint(data())
    assert lineage.parent is None
    rest = {"corrections": 0, SPLIT_DAY: split().isoformat()}
    assert lineage.parameters == {**OPTIONS.parameters(), **rest}
    manifest = json.loads((candidate.folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"] == lineage.parameters
    assert manifest["digest"] == candidate.digest == own.entry("m-1").digest


def test_card_and_report_tell_of_this_training(made: tuple[Registry, Candidate]) -> None:
    """The card is the rendered report, the report stands beside it in JSON."""
    _, candidate = made
    card = (candidate.folder / "card.md").read_text(encoding="utf-8")
    assert card == f"# m-1\n{data_fingerprint(data())}\n"
    report = json.loads((candidate.folder / "report.json").read_text(encoding="utf-8"))
    assert (report["version"], report["created_on"]) == ("m-1", "2026-09-01")
    assert report["data"]["split_day"] == split().isoformat()


def test_the_verdict_is_of_this_file(made: tuple[Registry, Candidate]) -> None:
    """The kept report judges the digest of the artefact; else it is the evaluation's verdict."""
    own, candidate = made
    verdict = own.gate_of("m-1")
    assert verdict is not None
    assert gate_to_json(verdict) == gate_to_json(candidate.gate)
    assert verdict.candidate_digest == candidate.digest
    seed = OPTIONS.evaluation.seed
    plain = judged(first().evaluation, "m-1", first().in_service, data(), seed)
    assert gate_to_json(replace(verdict, candidate_digest="")) == gate_to_json(plain)
    assert verdict.in_service == MatchingModel.prior().version


def test_the_gate_stands_in_the_way_and_can_be_forced(tmp_path: Path) -> None:
    """A comparison of a dozen people admits nobody; a reason does, and the model is sound."""
    own, _ = kept(tmp_path)
    with pytest.raises(PromotionRefused) as caught:
        own.promote("m-1", at=AT, by="аналитик")
    assert [fault.code for fault in caught.value.faults] == ["gate_failed"]
    assert own.state().in_service is None
    event = own.promote("m-1", at=AT, by="аналитик", force_reason="проба")
    assert (event.forced, own.state().in_service) == (True, "m-1")


def test_a_version_is_named_by_day_and_data(made: tuple[Registry, Candidate]) -> None:
    """``m-day-fingerprint``, with a number where it is taken; corrections make another name."""
    own, _ = made
    name = version_name(data(), DAY, own)
    assert name == f"m-20260901-{data_fingerprint(data())[:8]}"
    node = FRAMEWORK.codes[int(FRAMEWORK.leaves[0])]
    correction = TagCorrection("a", "Курс", right=((node, None),))
    assert version_name(data(), DAY, own, (correction,)).rsplit("-", 1)[0] == "m-20260901"
    assert version_name(data(), DAY, own, (correction,)) != name


def test_a_taken_name_gets_a_number(tmp_path: Path) -> None:
    """The second training on one day and data is -2, the third -3."""
    base = version_name(data(), DAY, registry(tmp_path))
    own = registered(tmp_path, base)
    assert version_name(data(), DAY, own) == f"{base}-2"
    registered(tmp_path, f"{base}-2")
    assert version_name(data(), DAY, own) == f"{base}-3"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("m-1", "version_taken"),
        ("x-1", "version_taken"),
        ("../m", "version_name"),
        ("", "version_name"),
    ],
)
def test_a_name_that_cannot_be_is_refused_before_the_training(
    tmp_path: Path, name: str, code: str
) -> None:
    """What registering would refuse at the end is refused at the start."""
    own = registered(tmp_path, "m-1")
    (tmp_path / "x-1").mkdir()
    with pytest.raises(ArtefactError) as caught:
        require_free(own, name)
    assert [fault.code for fault in caught.value.faults] == [code]
    require_free(own, "m-2")


def test_outcomes_that_a_version_may_have_learned_from_judge_nothing(
    made: tuple[Registry, Candidate],
) -> None:
    """From its split day on it may be compared, a day earlier not; others' lineage is silent."""
    own, _ = made
    entry = own.entry("m-1")
    day = first().evaluation.day
    require_unseen(entry, day)
    with pytest.raises(InputError) as caught:
        require_unseen(entry, day - 1)
    (fault,) = caught.value.faults
    assert fault.code == "evaluation_overlaps_training"
    assert split().isoformat() in fault.detail
    require_unseen(replace(entry, lineage=replace(entry.lineage, parameters={})), 0.0)
