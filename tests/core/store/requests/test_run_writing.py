import errno
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import DiskFull, ProjectError
from core.jobs.run_folder import RunFolder
from core.store.project import Project
from core.store.requests.training import create_pretrain_run
from tests.core.store.requests.small_requests import PRETRAIN, finetune


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull, "disk is full"),
        (PermissionError(errno.EACCES, "Permission denied"), ProjectError, "Permission denied"),
    ],
)
def test_a_run_that_cannot_be_written_is_told_and_taken_away(
    library: Project, monkeypatch: pytest.MonkeyPatch, error: OSError, kind: type[Exception], words: str
):
    def fail(source: object, target: Path) -> None:
        target.write_bytes(b"half")
        raise error

    first = create_pretrain_run(library, collection="all", settings=PRETRAIN)
    first.model_file.write_bytes(b"weights")
    monkeypatch.setattr(shutil, "copyfile", fail)
    with pytest.raises(kind, match=words):
        finetune(library, start_from=first)
    assert list(library.runs_folder.iterdir()) == [first.path]


def test_no_run_can_be_made_in_a_folder_that_is_read_only(
    library: Project, make_read_only: Callable[[Path], None]
):
    library.runs_folder.mkdir()
    make_read_only(library.runs_folder)
    with pytest.raises(ProjectError, match=r"No run can be made in .*runs'"):
        create_pretrain_run(library, collection="all", settings=PRETRAIN)


def test_runs_are_numbered_in_the_order_of_their_making(library: Project):
    runs = [create_pretrain_run(library, collection="all", settings=PRETRAIN) for _ in range(3)]
    assert [run.name for run in runs] == [f"000{k}-pretrain-site_net" for k in (1, 2, 3)]
    assert [run.name for run in library.runs()] == [run.name for run in runs]


def test_numbers_go_on_beyond_four_digits(library: Project):
    (library.runs_folder / "10041-pretrain-site_net").mkdir(parents=True)
    assert create_pretrain_run(library, collection="all", settings=PRETRAIN).number == 10042


def test_the_number_of_a_deleted_run_is_not_given_again(
    library: Project, finish_run: Callable[..., RunFolder]
):
    from core.store.runs.ingest import ingest_run

    old = finish_run(library.runs_folder, name="0005-finetune-band_gap")
    ingest_run(library, old)
    shutil.rmtree(old.path)
    assert finetune(library).name == "0006-finetune-band_gap"


def test_two_programs_never_give_the_same_number(library: Project):
    script = (
        "import sys; from pathlib import Path\n"
        "from core.config import FinetuneSettings, PretrainSettings\n"
        "from core.store.requests import training; from core.store.project import Project\n"
        "project = Project.open(Path(sys.argv[1]))\n"
        "for _ in range(10):\n"
        "    if sys.argv[2] == 'pretrain':\n"
        "        training.create_pretrain_run(project, collection='all', settings=PretrainSettings())\n"
        "    else:\n"
        "        training.create_finetune_run(project, collection='all', property_names=['band gap'],\n"
        "                                      settings=FinetuneSettings())"
    )
    programs = [
        subprocess.Popen([sys.executable, "-c", script, library.folder, kind], stderr=subprocess.PIPE)
        for kind in ("pretrain", "finetune")
    ]
    assert [(one.communicate()[1], one.returncode) for one in programs] == [(b"", 0)] * 2
    assert [run.number for run in library.runs()] == list(range(1, 21))


def test_a_hostile_property_name_stays_inside_the_runs_folder(
    library: Project, label: Callable[..., None], hostile: str
):
    label(library, 9, name=hostile)
    run = finetune(library, property_names=[hostile], title=hostile)
    assert run.path.parent == library.runs_folder
    assert re.fullmatch("0001-finetune[A-Za-z0-9_-]*", run.name)
    assert len(run.name) <= 45
    spec = run.spec()
    assert (spec.properties[0].name, spec.title) == (hostile, hostile)
    assert [*next(iter(run.structures()))["targets"]] == [hostile]
