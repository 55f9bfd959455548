"""A library to make requests of, and what passes for a model."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.store.project import Project


@pytest.fixture
def library(project: Project, fill: Callable[..., None], label: Callable[..., None]) -> Project:
    """A project with ten structures, nine of them labelled."""
    fill(project, 10)
    label(project, 9)
    return project


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """What passes for a model file here."""
    path = tmp_path / "my model.safetensors"
    path.write_bytes(b"weights")
    return path
