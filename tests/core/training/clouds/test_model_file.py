from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.encoders.geometric_algebra.cloud_core import CloudCore
from core.encoders.geometric_algebra.products import MULTIVECTORS, VECTORS, Form
from core.errors import ModelError
from core.objectives.clouds import TASKS, create_cloud_task
from core.objectives.clouds.cloud_task import CloudTask
from core.training.clouds.model_file import (
    CloudCard,
    attention_in_clouds,
    embed_clouds,
    load_cloud_model,
    save_cloud_model,
)
from core.training.model.tensor_file import write_tensors
from tests.core.encoders.geometric_algebra.clouds import rotation
from tests.core.objectives.clouds.prototypes import drawn, prototype_clouds, task_of

CLOUDS = prototype_clouds(clouds_per_crystal=2)


def saved(task: CloudTask, path: Path) -> CloudCard:
    card = CloudCard.of(task, CLOUDS, num_train=7, seed=3, figures={"MSE": 0.01, "trivial MSE": 0.06})
    save_cloud_model(path, card, task)
    return card


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("form", [MULTIVECTORS, VECTORS], ids=str)
def test_a_network_that_was_saved_answers_as_before(tmp_path: Path, name: str, form: Form):
    task = task_of(name, form=form, num_blocks=1).train()
    inputs, targets = drawn(task, CLOUDS)
    task.learn(inputs, targets)  # the running statistics are part of what is saved
    card = saved(task, tmp_path / "model.safetensors")
    again, loaded = load_cloud_model(tmp_path / "model.safetensors")
    assert again == card
    assert not loaded.training
    assert torch.equal(loaded(inputs), task.eval()(inputs))


@pytest.mark.parametrize("name", TASKS)
def test_embeddings_are_of_each_cloud_alone_and_finite(name: str):
    task = task_of(name, num_blocks=1)
    together = embed_clouds(task, CLOUDS)
    alone = embed_clouds(task, CLOUDS.select(np.array([3])))
    assert together.shape[0] == len(CLOUDS)
    assert np.isfinite(together).all()
    np.testing.assert_allclose(together[3:4], alone, atol=1e-5)


def test_embeddings_do_not_depend_on_how_many_are_made_at_once(monkeypatch: pytest.MonkeyPatch):
    task = task_of("frame", num_blocks=1)
    together = embed_clouds(task, CLOUDS)
    monkeypatch.setattr("core.training.clouds.model_file._CLOUDS_AT_ONCE", 3)
    np.testing.assert_allclose(embed_clouds(task, CLOUDS), together, atol=1e-5)


@pytest.mark.parametrize("tied", [False, True])
def test_the_attention_of_a_cloud_is_shared_among_its_points_whichever_way_it_is_turned(tied: bool):
    torch.manual_seed(0)
    task = create_cloud_task("shift", CloudCore(1, width=8, num_blocks=2, tied=tied))
    found = attention_in_clouds(task, CLOUDS)
    assert found.shape == CLOUDS.mask.shape
    np.testing.assert_allclose(found.sum(axis=1), 1.0, atol=1e-5)
    assert found.std(axis=1).max() > 1e-4  # some points get more than others
    turned = replace(CLOUDS, vectors=CLOUDS.vectors @ rotation(dtype=torch.float32).numpy())
    np.testing.assert_allclose(attention_in_clouds(task, turned), found, atol=1e-6)


@pytest.mark.parametrize("damage", ["task", "width", "form"])
def test_a_file_that_is_damaged_is_refused(tmp_path: Path, damage: str):
    task, path = task_of("shift", num_blocks=1), tmp_path / "model.safetensors"
    card = saved(task, path)
    wrong = card.model_copy(update={damage: 4 if damage == "width" else "nothing"})
    save_cloud_model(path, wrong, task)
    with pytest.raises(ModelError, match="damaged"):
        load_cloud_model(path)


def test_a_file_of_another_kind_is_refused(tmp_path: Path):
    path = tmp_path / "model.safetensors"
    write_tensors(path, {"weight": torch.zeros(1)}, {})
    with pytest.raises(ModelError, match="no network for clouds"):
        load_cloud_model(path)
    path.write_text("nothing")
    with pytest.raises(ModelError, match="not a model file"):
        load_cloud_model(path)
