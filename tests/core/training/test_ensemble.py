from pathlib import Path

import numpy as np
import pytest
import torch

from core.events import CheckpointSaved, EpochEnded, Message, Progress
from core.inspection.encode import encode
from core.training.ensemble import (
    Member,
    join_members,
    join_outcomes,
    join_splits,
    mean_and_spread,
    num_folds,
)
from core.training.loop.train import BEST, LAST, Outcome
from core.training.model.model_card import NormaliserCard
from core.training.model.model_file import Model, load_model, save_model
from core.training.splits import Split
from tests.core.models import GAP, graph_of, untrained_model
from tests.core.salts import rock_salt

CPU = torch.device("cpu")


def shifted(by: float) -> Model:
    """A model that predicts so much more than the others."""
    model = untrained_model(GAP)
    normaliser = NormaliserCard(mean=-1.5 + by, std=0.5)
    return Model(model.card.model_copy(update={"normalisers": (normaliser,)}), model.encoder, model.head)


def test_an_ensemble_predicts_the_mean_of_its_members_after_loading_too(tmp_path: Path):
    graph = graph_of(rock_salt("Na", "Cl", 5.6))
    joined = join_members([shifted(0.0), shifted(1.0), shifted(5.0)])
    save_model(tmp_path / "model.safetensors", joined)
    (alone,), (before,), (after,) = (
        encode(one, [graph], CPU)
        for one in (shifted(0.0), joined, load_model(tmp_path / "model.safetensors"))
    )
    assert before.predicted == pytest.approx(alone.predicted + 2.0)
    assert before.by_member[:, 0] - alone.predicted == pytest.approx([0.0, 1.0, 5.0])
    np.testing.assert_array_equal(before.by_member, after.by_member)
    np.testing.assert_array_equal(before.crystal, alone.crystal)


def test_the_card_tells_what_is_not_the_same_for_its_members():
    card = join_members([shifted(0.0), shifted(1.0)]).card
    assert [member.normalisers[0].mean for member in card.members] == [-0.5]
    assert card.of_member(card.members[0]) == shifted(1.0).card


def test_a_network_alone_has_the_folder_and_the_seed_of_its_job(tmp_path: Path):
    alone = Member(0, 1, tmp_path, 7)
    assert (alone.checkpoints, alone.seed, alone.is_finished) == (tmp_path, 7, False)
    alone.finish(shifted(0.0), Outcome(False, 3, 2, 0.5))
    assert list(tmp_path.iterdir()) == []


def test_members_differ_by_seed_and_folder_and_the_first_is_like_a_network_alone(tmp_path: Path):
    members = [Member(number, 20, tmp_path, seed) for seed in (7, 8) for number in range(20)]
    assert len({member.seed for member in members}) == 40
    assert (members[0].seed, members[20].seed) == (7, 8)
    assert len({member.checkpoints for member in members[:20]}) == 20


def test_a_finished_member_is_kept_in_place_of_its_checkpoints(tmp_path: Path):
    member = Member(1, 3, tmp_path, 7)
    member.checkpoints.mkdir()
    for name in (LAST, BEST):
        (member.checkpoints / name).write_bytes(b"")
    outcome = Outcome(False, 3, 2, 0.5, left_out=(4,))
    member.finish(shifted(1.0), outcome)
    model, back = member.finished()
    assert back == outcome
    assert model.card == shifted(1.0).card
    assert not (member.checkpoints / LAST).exists()
    assert not (member.checkpoints / BEST).exists()


def test_the_epochs_of_members_follow_each_other():
    member = Member(2, 3, Path(), 0)
    epoch = EpochEnded(4, 1.0, 1.0, 0.1, {})
    assert member.placed(epoch, 10) == EpochEnded(24, 1.0, 1.0, 0.1, {})
    assert member.placed(CheckpointSaved(9, best=True), 10) == CheckpointSaved(29, best=True)
    assert member.placed(Progress("training", 5, 100), 10) == Progress("training", 205, 300)
    for event in (Progress("predicting", 5, 100), Message("info", "")):
        assert member.placed(event, 10) == event


@pytest.mark.parametrize("count", range(1, 21))
@pytest.mark.parametrize("fold_size", [0, 1, 8, 30, 500])
def test_at_least_two_of_several_networks_hold_out_the_same(count: int, fold_size: int):
    folds = num_folds(count, fold_size)
    shared = np.bincount([number % folds for number in range(count)])
    assert shared.min() >= min(2, count)


@pytest.mark.parametrize(
    ("count", "fold_size", "folds"),
    [(1, 10, 1), (3, 10, 1), (4, 10, 2), (20, 8, 4), (6, 8, 3), (20, 100, 2), (20, 0, 2)],
)
def test_few_labels_ask_for_more_folds(count: int, fold_size: int, folds: int):
    assert num_folds(count, fold_size) == folds


def test_outcomes_add_up():
    outcomes = [Outcome(False, 3, 2, 0.5, left_out=(1,)), Outcome(False, 4, 3, 1.5, left_out=(1, 5))]
    joined = join_outcomes(outcomes)
    assert (joined.epochs_done, joined.best_loss, joined.left_out, joined.stopped) == (7, 1.0, (1, 5), False)
    assert join_outcomes([*outcomes, Outcome(True, 1, 0, None)]).stopped


def test_what_one_network_holds_out_another_learns_from():
    test = np.array([9])
    first = Split(np.array([0, 1, 2]), np.array([3, 4]), test)
    second = Split(np.array([0, 3, 4]), np.array([1, 2]), test)
    joined = join_splits([first, second])
    assert joined.train.tolist() == [0, 1, 2, 3, 4]
    assert joined.validation.tolist() == [1, 2, 3, 4]
    assert joined.test is test


def test_mean_and_spread_leave_out_what_is_not_known():
    values = np.array([[1.0, 3.0, np.nan], [2.0, np.nan, np.nan], [np.nan] * 3])[:, :, None]
    mean, spread = mean_and_spread(values)
    np.testing.assert_allclose(mean[:, 0], [2.0, 2.0, np.nan], rtol=1e-7)
    np.testing.assert_allclose(spread[:, 0], [np.std([1.0, 3.0], ddof=1), np.nan, np.nan], rtol=1e-7)
