import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.errors import DiskFull, ProjectError
from core.store.editing.edits import edits
from core.store.project import Project
from core.store.sample_project import MEASURED, PROPERTY, UNLABELLED, create_sample_project


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """The sample project with few generated crystals."""
    folder = tmp_path_factory.mktemp("sample") / "project"
    with create_sample_project(folder, num_generated=10) as project:
        yield project


def test_the_sample_project_holds_measured_and_generated_crystals(sample: Project):
    sizes = {row.name: row.num_structures for row in sample.collections()}
    assert sizes.keys() == {MEASURED, UNLABELLED}
    assert sizes[MEASURED] > 200
    assert sizes[UNLABELLED] == 10
    assert sample.rejections() == []
    assert edits(sample) == []  # undoing must not take the sample away


def test_every_band_gap_of_the_table_finds_its_crystal(sample: Project, repository: Path):
    with open(repository / "resources" / "sample_project" / "band_gaps.csv", encoding="utf-8") as file:
        measured = {row["id"] for row in csv.DictReader(file) if row["band_gap_eV"]}
    names = {row.id: row.name for row in sample.structure_rows(MEASURED)}
    assert {names[number] for number in sample.labels(PROPERTY)} == measured
    assert sample.property_row(PROPERTY).unit == "eV"


@pytest.mark.parametrize(("name", "gap"), [("Si", 1.1), ("GaAs", 1.4), ("Ge", 0.7)])
def test_band_gaps_of_well_known_semiconductors_match_the_handbook(sample: Project, name: str, gap: float):
    labels = sample.labels(PROPERTY)
    gaps = [labels[row.id].value for row in sample.structure_rows(MEASURED) if row.formula == name]
    assert min(gaps) == pytest.approx(gap, abs=0.1)


def test_generated_crystals_say_that_nobody_measured_them(sample: Project):
    rows = sample.structure_rows(UNLABELLED)
    assert all(any("not a measured structure" in flag for flag in row.flags) for row in rows)


def test_progress_counts_the_generated_crystals(tmp_path: Path):
    steps: list[tuple[int, int]] = []
    project = create_sample_project(
        tmp_path / "project", num_generated=3, on_progress=lambda done, total: steps.append((done, total))
    )
    project.close()
    assert steps == [(1, 3), (2, 3), (3, 3)]


def test_what_is_in_a_folder_is_not_overwritten(tmp_path: Path):
    (tmp_path / "thesis.doc").touch()
    for place in (tmp_path, tmp_path / "thesis.doc"):
        with pytest.raises(ProjectError):
            create_sample_project(place)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_sample_project_that_could_not_be_finished_can_be_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(done: int, total: int) -> None:
        raise DiskFull(tmp_path)

    with pytest.raises(DiskFull):
        create_sample_project(tmp_path / "project", num_generated=3, on_progress=fail)
    assert not (tmp_path / "project").exists()
    with create_sample_project(tmp_path / "project", num_generated=3) as project:
        assert len(project.collections()) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_the_sample_project_is_not_made_where_nothing_can_be_written(
    tmp_path: Path, make_read_only: Callable[[Path], None]
):
    make_read_only(tmp_path)
    with pytest.raises(ProjectError, match="cannot be made"):
        create_sample_project(tmp_path / "project")
