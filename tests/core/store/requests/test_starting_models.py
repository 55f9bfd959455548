from pathlib import Path

import pytest

from core.errors import ModelError
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from tests.core.store.requests.small_requests import PRETRAIN, finetune


@pytest.mark.parametrize("form", ["run", "folder", "file"])
def test_a_starting_model_from_a_run_is_named_after_the_run(library: Project, form: str):
    first = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    first.model_file.write_bytes(b"weights")
    source = {"run": first, "folder": first.path, "file": first.model_file}[form]
    start = finetune(library, start_from=source).spec().start_from
    assert start is not None
    assert start.name == first.name


def test_a_model_that_is_not_there_is_told_as_such(library: Project, tmp_path: Path):
    unfinished = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    for source in (tmp_path / "absent.safetensors", unfinished, unfinished.path):
        with pytest.raises(ModelError, match="There is no model at"):
            finetune(library, start_from=source)
