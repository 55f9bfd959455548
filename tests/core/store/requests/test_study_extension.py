from pathlib import Path

import pytest

from core.errors import RunError, SettingError, UnknownChoice
from core.jobs.atomic import write_json
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.study_extension import extend_study
from tests.core.store.requests.test_study import create, project

__all__ = ["project"]  # the fixture


@pytest.fixture
def earlier(project: Project) -> RunFolder:
    """A study as its worker leaves it, in short."""
    run = create(project, {"study.seeds": 2, "study.n_labels": "16"})
    (run.path / "agreement.json").write_text("mark")
    (run.path / "cells.csv").write_text("cells")
    (run.path / "cells" / "unfinished").mkdir(parents=True)
    (run.path / "cells" / "00-mean.npy").write_bytes(b"predictions")
    (run.path / "pretrained" / "a").mkdir(parents=True)
    (run.path / "pretrained" / "a" / "model.safetensors").write_bytes(b"weights")
    write_json(run.result_file, {})
    return run


def test_arms_budgets_and_seeds_are_added_and_what_is_done_comes_along(project: Project, earlier: RunFolder):
    run = extend_study(project, earlier, arms="forest, scratch", n_labels="8", seeds=5)
    plan = run.spec().settings["study"]
    assert (plan["arms"], plan["n_labels"], plan["seeds"]) == ("mean, scratch, forest", "16, 8", 5)
    assert run.path != earlier.path
    for name in ("agreement.json", "cells.csv", "cells/00-mean.npy", "pretrained/a/model.safetensors"):
        assert (run.path / name).read_bytes() == (earlier.path / name).read_bytes()
    assert not (run.path / "cells" / "unfinished").exists()
    assert not run.result_file.exists()
    assert earlier.spec().settings["study"]["seeds"] == 2


def test_all_else_stays_as_it_was(project: Project, earlier: RunFolder):
    before, after = earlier.spec(), extend_study(project, earlier, seeds=3).spec()
    assert after.seed == before.seed
    assert after.structures_sha256 == before.structures_sha256
    changed = {**after.settings, "study": {**after.settings["study"], "seeds": 2, "n_labels": "16"}}
    assert changed == before.settings


def test_what_cannot_be_extended_is_refused(project: Project, earlier: RunFolder):
    with pytest.raises(SettingError, match="2 seeds already"):
        extend_study(project, earlier, seeds=1)
    with pytest.raises(UnknownChoice, match="forst"):
        extend_study(project, earlier, arms="forst")
    (earlier.path / "agreement.json").unlink()
    with pytest.raises(RunError, match="earlier version"):
        extend_study(project, earlier, seeds=3)
    assert [path.name for path in Path(project.runs_folder).iterdir()] == [earlier.name]
