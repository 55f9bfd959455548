import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.config import TransferSettings
from core.evaluation.study.finetuning import finetune, transfer_of
from core.evaluation.study.pretraining import Pretraining
from core.evaluation.study.workplace import Interrupted, Workplace
from core.jobs.study_arms import Fixed, Source
from core.jobs.study_texts import parse_arm
from tests.core.evaluation.study.places import FOLD, bench, lesson, place


def predict(work: Workplace, seed: int = 0, **changes: object) -> np.ndarray:
    taught = replace(lesson(work, seed=seed), **changes)
    return finetune(parse_arm("scratch"), taught, bench(work), FOLD.test, work.folder / "cell")


def test_the_test_is_predicted_and_nothing_is_left_behind(tmp_path: Path):
    predicted = predict(place(tmp_path))
    assert predicted.shape == (4,)
    assert np.isfinite(predicted).all()
    assert not (tmp_path / "cell").exists()


def test_labels_outside_the_lesson_change_nothing(tmp_path: Path):
    one, other = place(tmp_path / "a"), place(tmp_path / "b")
    taught = lesson(other)
    for row in other.rows:
        row["targets"]["size"]["value"] = 1e6
    predicted = finetune(parse_arm("scratch"), taught, bench(other), FOLD.test, tmp_path / "cell")
    np.testing.assert_array_equal(predict(one), predicted)


def test_predictions_are_near_the_labels_learned_from(tmp_path: Path):
    """Two epochs teach little but the mean, which the normaliser knows."""
    predicted = predict(place(tmp_path), values=np.linspace(1000.0, 1001.0, 10))
    assert np.abs(predicted - 1000.5).max() < 10


def test_the_seed_decides(tmp_path: Path):
    first, again, other = (
        predict(place(tmp_path / name), seed) for name, seed in (("a", 1), ("b", 1), ("c", 2))
    )
    assert first.tolist() == again.tolist() != other.tolist()


def test_weights_of_what_is_pretrained_on_do_not_concern_what_is_studied(tmp_path: Path):
    weighted = place(tmp_path / "a", {"objective.property_weights": "other=2"})
    np.testing.assert_array_equal(predict(weighted), predict(place(tmp_path / "b")))


@pytest.mark.parametrize("bounds", ["censored", "exact", "skip"])
def test_bounds_are_learned_as_set(tmp_path: Path, bounds: str):
    work = place(tmp_path, {"objective.bounds": bounds, "scratch_training.epochs": 20})
    values = np.array([5.0, 5.1, 4.9, 5.2, 4.8, 9.0, 8.9, 9.1, 8.8, 9.2])
    predicted = predict(work, values=values, bounds=np.array([0] * 5 + [-1] * 5))
    assert np.isfinite(predicted).all()
    if bounds == "skip":
        assert np.abs(predicted - 5.0).max() < 1.0


def test_networks_from_scratch_have_their_own_training(tmp_path: Path):
    short = place(tmp_path / "a", {"training.epochs": 2, "scratch_training.epochs": 1})
    long = place(tmp_path / "b", {"training.epochs": 1, "scratch_training.epochs": 1})
    np.testing.assert_array_equal(predict(short), predict(long))


def test_a_stopped_training_keeps_its_checkpoint(tmp_path: Path):
    with pytest.raises(Interrupted):
        predict(place(tmp_path, should_stop=lambda: True))
    assert (tmp_path / "cell" / "last.safetensors").exists()
    np.testing.assert_array_equal(predict(place(tmp_path)), predict(place(tmp_path / "whole")))


def test_deeper_layers_can_be_made_anew(tmp_path: Path):
    changes = {"transfer.freeze": "sites", "transfer.deeper": "new"}
    work = place(tmp_path, changes)
    predicted = finetune(parse_arm("deep_infomax"), lesson(work), bench(work), FOLD.test, tmp_path / "cell")
    assert np.isfinite(predicted).all()


@pytest.mark.parametrize(
    ("fixed", "freeze", "layers"),
    [(None, "sites", 3), (0, "none", 3), (2, "layers", 2), ("all", "encoder", 3)],
)
def test_what_an_arm_keeps_fixed_goes_before_the_settings(fixed: Fixed | None, freeze: str, layers: int):
    settings = TransferSettings(freeze="sites", frozen_layers=3, depth_factor=0.5)
    found = transfer_of(settings, fixed)
    assert (found.freeze, found.frozen_layers, found.depth_factor) == (freeze, layers, 0.5)


@pytest.mark.parametrize(("text", "stays"), [("all", True), ("0", False)])
def test_an_arm_with_a_fixed_encoder_leaves_its_weights_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, stays: bool
):
    work = place(tmp_path)
    start = Pretraining(work).start(Source("deep_infomax"), FOLD, 0)
    monkeypatch.setattr(Pretraining, "start", lambda *_: start)
    before = copy.deepcopy(start.encoder.state_dict())
    arm = parse_arm(f"deep_infomax ({text} fixed)")
    finetune(arm, lesson(work), bench(work), FOLD.test, tmp_path / "cell")
    after = start.encoder.state_dict()
    assert all(torch.equal(after[name], before[name]) for name in before) is stays


@pytest.mark.parametrize(("arm", "is_limited"), [("deep_infomax", True), ("scratch", False)])
def test_a_limit_on_what_is_shown_cuts_epochs_of_pretrained_networks(
    tmp_path: Path, arm: str, is_limited: bool
):
    """Ten labels, twice each: the limit does what setting the epochs to two does."""
    epochs = {"training.epochs": 4, "scratch_training.epochs": 4, "study.shown_at_most": 29}
    few = place(tmp_path / "few", {"training.epochs": 2, "scratch_training.epochs": 2})
    limited = place(tmp_path / "limited", epochs)
    one, other = (
        finetune(parse_arm(arm), lesson(work), bench(work), FOLD.test, work.folder / "cell")
        for work in (few, limited)
    )
    assert (one.tolist() == other.tolist()) == is_limited
