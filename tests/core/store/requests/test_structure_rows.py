import json
from collections.abc import Callable

import pytest

from core.config import FinetuneSettings
from core.errors import TooFewStructures
from core.store.editing.structures import delete_structures
from core.store.project import Project
from core.store.requests.training import create_finetune_run, create_pretrain_run
from tests.core.store.requests.small_requests import PRETRAIN


def test_rows_are_written_one_by_one_as_json_lines(library: Project):
    run = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    lines = run.structures_file.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 10
    assert json.loads(lines[0]).keys() == {"id", "name", "formula", "content_hash", "targets", "structure"}


def test_deleted_structures_stay_out_of_runs(project: Project, fill: Callable[..., None]):
    fill(project, 6)
    delete_structures(project, [2, 3])
    run = create_pretrain_run(project, collection="all", settings=PRETRAIN)
    assert [row["id"] for row in run.structures()] == [1, 4, 5, 6]
    delete_structures(project, [1])
    with pytest.raises(TooFewStructures, match="'all' has 3"):
        create_pretrain_run(project, collection="all", settings=PRETRAIN)


def test_errors_and_metadata_come_along_where_they_are_known(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 9)
    label(project, 8)
    project.db.execute("update labels set error = 0.1 where structure_id = 2")
    project.db.execute("insert into metadata (structure_id, name, value) values (2, 'family', 'garnet')")
    settings = FinetuneSettings()
    run = create_finetune_run(project, collection="all", property_names=["band gap"], settings=settings)
    first, second, *_ = run.structures()
    assert first["targets"] == {"band gap": {"value": 0.5, "bound": ""}}
    assert "metadata" not in first
    assert second["targets"] == {"band gap": {"value": 1.5, "bound": "", "error": 0.1}}
    assert second["metadata"] == {"family": "garnet"}
