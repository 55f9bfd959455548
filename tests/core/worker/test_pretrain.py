from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from core.events import EpochEnded, Event
from core.jobs.results.arrays import read_embeddings
from core.jobs.results.attention import AttentionArchive
from core.jobs.run_folder import RunFolder
from core.training.model.model_file import load_model
from tests.core.salts import pretrain_spec

MakeRun = Callable[..., RunFolder]
Rows = list[dict[str, Any]]


def test_the_result_has_the_loss_and_what_was_used(pretrained: RunFolder):
    result = pretrained.result()
    assert result["metrics"].keys() == {"validation_loss", "num_train"}
    assert result["metrics"]["num_train"] == 29
    assert result["metrics"]["validation_loss"] == result["best_validation_loss"]
    assert 0 <= result["best_epoch"] < result["epochs"] == 3
    assert result["num_structures"] == 32
    assert result["skipped"] == []


def test_each_epoch_tells_both_levels(pretrained: RunFolder, events: Callable[[RunFolder], list[Event]]):
    epochs = [event for event in events(pretrained) if isinstance(event, EpochEnded)]
    assert len(epochs) == 3
    for epoch in epochs:
        assert {"local", "global", "validation local", "validation global"} <= epoch.metrics.keys()
        assert np.isfinite([epoch.train_loss, epoch.validation_loss, *epoch.metrics.values()]).all()
    best = min(epoch.validation_loss for epoch in epochs)
    assert pretrained.result()["best_validation_loss"] == best


def test_the_model_has_learned_no_property(pretrained: RunFolder):
    model = load_model(pretrained.model_file)
    assert model.head is None
    assert model.card.properties == ()
    assert model.card.lineage.started_from == "scratch"
    assert (model.card.lineage.loaded, model.card.lineage.reinitialised) == ((), ())


def test_every_structure_gets_embeddings_and_attention(pretrained: RunFolder, salts: Rows):
    ids = [row["id"] for row in salts]
    embeddings = read_embeddings(pretrained.embeddings_file)
    assert embeddings is not None
    assert embeddings.structure_ids.tolist() == ids
    assert embeddings.crystal.shape == (32, 4)
    assert embeddings.site.shape == (64, 4)
    assert AttentionArchive(pretrained.attention_file).structure_ids == ids


def test_nothing_is_predicted(pretrained: RunFolder):
    assert not pretrained.predictions_file.exists()


def test_a_structure_that_cannot_be_used_is_listed_and_the_job_goes_on(
    make_run: MakeRun, salts: Rows, work: Callable[[RunFolder], int]
):
    salts[0]["structure"]["species"] = [{"Xx": 1.0}, {"Cl": 1.0}]
    run = make_run("0001", pretrain_spec(), salts)
    assert work(run) == 0
    assert [one["name"] for one in run.result()["skipped"]] == ["LiF-1"]
    assert run.result()["num_structures"] == 31
    assert 1 not in AttentionArchive(run.attention_file).structure_ids


def test_with_too_few_structures_to_validate_on_there_is_no_validation_loss(
    make_run: MakeRun, salts: Rows, work: Callable[[RunFolder], int]
):
    run = make_run("0001", pretrain_spec(), salts[:6])
    assert work(run) == 0
    assert run.result()["metrics"] == {"validation_loss": None, "num_train": 5}


@pytest.mark.parametrize(("count", "message"), [(2, "only 1"), (0, "no structures")])
def test_too_few_structures_are_refused(
    make_run: MakeRun, salts: Rows, work: Callable[[RunFolder], int], count: int, message: str
):
    run = make_run("0001", pretrain_spec(), salts[:count])
    assert work(run) == 1
    assert message in run.error()[0]
