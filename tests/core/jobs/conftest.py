"""A run to work on."""

from pathlib import Path

import pytest

from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """A queued run with two rows."""
    run = RunFolder(tmp_path / "runs" / "0007-pretrain-site_net")
    run.write_job(JobSpec(kind="pretrain", seed=3), [{"id": 1, "name": "NaCl"}, {"id": 2, "name": "Fe₂O₃"}])
    return run
