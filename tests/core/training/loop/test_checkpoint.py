from pathlib import Path

import pytest
import torch

from core.errors import RunError
from core.training.loop.checkpoint import Checkpoint, load_checkpoint, load_weights, save_checkpoint


def trained_a_step() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
    torch.manual_seed(0)
    network = torch.nn.Linear(3, 2)
    optimiser = torch.optim.AdamW(network.parameters(), lr=0.1, amsgrad=True)
    network(torch.ones(1, 3)).sum().backward()
    optimiser.step()
    return network, optimiser


def test_weights_optimiser_noise_and_progress_come_back_equal(tmp_path: Path):
    network, optimiser = trained_a_step()
    noise = torch.Generator().manual_seed(5)
    progress = {"epoch": 3, "best_loss": None, "metric_sums": {"local": 0.1}}
    saved = Checkpoint(network.state_dict(), optimiser.state_dict(), noise.get_state(), progress)
    save_checkpoint(tmp_path / "last.safetensors", saved)
    loaded = load_checkpoint(tmp_path / "last.safetensors")

    assert loaded.progress == progress
    assert torch.equal(loaded.noise, saved.noise)
    assert all(torch.equal(loaded.weights[name], saved.weights[name]) for name in saved.weights)
    fresh = torch.optim.AdamW(torch.nn.Linear(3, 2).parameters())
    fresh.load_state_dict(loaded.optimiser)
    for number, state in optimiser.state_dict()["state"].items():
        restored = fresh.state_dict()["state"][number]
        assert state.keys() == restored.keys()
        assert all(torch.equal(torch.as_tensor(state[key]), restored[key]) for key in state)


def test_a_damaged_checkpoint_is_refused_with_its_name(tmp_path: Path):
    path = tmp_path / "last.safetensors"
    path.write_bytes(b"\x80\x04 not a checkpoint")
    with pytest.raises(RunError, match=r"last\.safetensors"):
        load_checkpoint(path)


def test_a_checkpoint_of_other_widths_is_refused_with_the_weight_that_does_not_fit(tmp_path: Path):
    path = tmp_path / "last.safetensors"
    network, optimiser = trained_a_step()
    noise = torch.Generator().get_state()
    save_checkpoint(path, Checkpoint(network.state_dict(), optimiser.state_dict(), noise, {}))
    load_weights(torch.nn.Linear(3, 2), load_checkpoint(path), path)
    with pytest.raises(
        RunError, match=r"last\.safetensors' is of a network .* size mismatch for bias"
    ) as caught:
        load_weights(torch.nn.Linear(3, 4), load_checkpoint(path), path)
    assert caught.value.hint.startswith("Start the job again")
