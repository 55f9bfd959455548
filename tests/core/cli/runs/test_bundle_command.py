from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.config import PretrainSettings
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from core.worker.process import run_worker
from tests.core.salts import pretrain_spec

Siteloupe = Callable[..., Any]


def queued(project: Path) -> RunFolder:
    settings: Any = pretrain_spec().typed_settings()
    assert isinstance(settings, PretrainSettings)
    with Project.open(project) as opened:
        return create_pretrain_run(opened, collection="salts", settings=settings)


def test_a_run_goes_to_a_cluster_and_its_results_come_back(
    siteloupe: Siteloupe, project: Path, tmp_path: Path
):
    run, bundle = queued(project), tmp_path / "bundle"
    exported = siteloupe("export", run.path, bundle, "--gpus", 2, "--time", "2:00:00", "--json")
    assert exported.status == 0, exported.err
    assert "--gpus-per-node=2" in Path(exported.json["script"]).read_text()

    early = siteloupe("ingest", project, bundle)
    assert early.status == 1
    assert "is queued" in early.err

    assert run_worker(bundle / run.name) == 0
    (bundle / run.name / "pid").unlink()  # it names this process, which lives on
    taken = siteloupe("ingest", project, bundle, "--json")
    assert taken.json == {"run": run.name, "status": "completed", "folder": str(run.path)}
    assert siteloupe("runs", project, "--json").json["runs"][0]["status"] == "completed"


def test_a_folder_that_is_no_run_is_a_sentence(siteloupe: Siteloupe, tmp_path: Path):
    outcome = siteloupe("export", tmp_path, tmp_path / "bundle")
    assert outcome.status == 1
    assert "is not a run" in outcome.err
