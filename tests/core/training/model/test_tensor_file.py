from pathlib import Path

import pytest
import torch

from core.errors import DiskFull, ModelError
from core.training.model.tensor_file import read_model_tensors, write_tensors


def test_tensors_and_metadata_come_back(tmp_path: Path):
    path = tmp_path / "file.safetensors"
    transposed = torch.arange(6.0).reshape(2, 3).T
    write_tensors(path, {"a": transposed, "b": torch.nn.Parameter(torch.ones(1))}, {"kind": "test"})
    metadata, tensors = read_model_tensors(path)
    assert metadata == {"kind": "test"}
    assert torch.equal(tensors["a"], transposed)
    assert torch.equal(tensors["b"], torch.ones(1))


def test_what_is_no_such_file_is_no_model(tmp_path: Path):
    (tmp_path / "text.safetensors").write_text("not tensors")
    for name in ("text.safetensors", "missing.safetensors"):
        with pytest.raises(ModelError, match=f"{name}' is not a model file"):
            read_model_tensors(tmp_path / name)


def test_a_full_disk_is_told_and_leaves_the_old_file(small_disk: Path):
    path = small_disk / "file.safetensors"
    write_tensors(path, {"a": torch.zeros(100)}, {})
    before = path.read_bytes()
    with pytest.raises(DiskFull, match=r"file\.safetensors"):
        write_tensors(path, {"a": torch.zeros(1_000_000)}, {})
    assert path.read_bytes() == before
    assert list(small_disk.iterdir()) == [path]
