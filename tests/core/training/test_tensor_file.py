from pathlib import Path

import pytest
import torch
from safetensors import safe_open

from core.errors import DiskFull
from core.training.tensor_file import write_tensors


def test_tensors_and_metadata_come_back(tmp_path: Path):
    path = tmp_path / "file.safetensors"
    transposed = torch.arange(6.0).reshape(2, 3).T
    write_tensors(path, {"a": transposed, "b": torch.nn.Parameter(torch.ones(1))}, {"kind": "test"})
    with safe_open(path, framework="pt") as file:
        assert file.metadata() == {"kind": "test"}
        assert torch.equal(file.get_tensor("a"), transposed)
        assert torch.equal(file.get_tensor("b"), torch.ones(1))


def test_a_full_disk_is_told_and_leaves_the_old_file(small_disk: Path):
    path = small_disk / "file.safetensors"
    write_tensors(path, {"a": torch.zeros(100)}, {})
    before = path.read_bytes()
    with pytest.raises(DiskFull, match=r"file\.safetensors"):
        write_tensors(path, {"a": torch.zeros(1_000_000)}, {})
    assert path.read_bytes() == before
    assert list(small_disk.iterdir()) == [path]
