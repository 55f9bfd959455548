from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.config import build_settings
from core.errors import CoreError, ModelError, SettingError, TooFewStructures, UnknownChoice
from core.jobs.run_folder import RunFolder
from core.store.editing.labelling import import_labels
from core.store.importing.files import import_files
from core.store.project import Project
from core.store.requests.features import create_features_run
from core.structures.cif.writer import to_cif
from core.structures.labels.table import LabelColumn
from core.structures.structure import Structure
from tests.core.salts import salt_rows


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Thirty-two salts with a size, five of which have a hardness."""
    (tmp_path / "files").mkdir()
    lines = ["name,size,hardness"]
    for row in salt_rows():
        cif = to_cif(Structure.from_dict(row["structure"]), row["formula"])
        (tmp_path / "files" / f"{row['formula']}.cif").write_text(cif)
        hardness = 2 if row["id"] <= 5 else ""
        lines.append(f"{row['formula']},{row['targets']['size']['value']},{hardness}")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    with Project.create(tmp_path / "project") as opened:
        import_files(opened, [tmp_path / "files"], "salts")
        columns = [LabelColumn(name, name, "") for name in ("size", "hardness")]
        import_labels(opened, tmp_path / "labels.csv", "name", columns)
        yield opened


def create(
    project: Project, name: str = "size", changes: dict[str, Any] | None = None, **more: Any
) -> RunFolder:
    settings: Any = build_settings("features", changes=changes)
    return create_features_run(project, collection="salts", property_names=[name], settings=settings, **more)


def test_the_run_holds_structures_and_labels(project: Project):
    run = create(project)
    assert run.spec().kind == "features"
    assert run.spec().start_from is None
    assert sum("size" in row["targets"] for row in run.structures()) == 32


def test_the_starting_model_is_copied(project: Project, tmp_path: Path):
    (tmp_path / "mine.safetensors").write_bytes(b"weights")
    run = create(project, start_from=tmp_path / "mine.safetensors")
    assert run.start_model_file.read_bytes() == b"weights"
    assert run.spec().start_from is not None


@pytest.mark.parametrize(
    ("name", "changes", "more", "error"),
    [
        ("hardness", {}, {}, TooFewStructures),
        ("colour", {}, {}, UnknownChoice),
        ("size", {"learning.composition": False, "learning.structure": False}, {}, SettingError),
        ("size", {"held_out.group_by": "DOI"}, {}, UnknownChoice),
        ("size", {}, {"start_from": Path("nowhere")}, ModelError),
    ],
)
def test_what_cannot_be_done_is_refused(
    project: Project, name: str, changes: dict[str, Any], more: dict[str, Any], error: type[CoreError]
):
    with pytest.raises(error):
        create(project, name, changes, **more)
    assert not list(project.runs_folder.glob("*"))


def test_classes_have_a_column_each_and_words_need_no_table(project: Project):
    with project.transaction():
        for number in range(1, 33):
            project.db["metadata"].insert(
                {"structure_id": number, "name": "family", "value": "ab"[number % 2]}
            )
    run = create(project, "family")
    assert [(p.name, p.of, p.choice) for p in run.spec().properties] == [
        ("family = a", "family", "a"),
        ("family = b", "family", "b"),
    ]


def test_numbers_can_be_declared_classes_for_learners_that_know_them(project: Project):
    with pytest.raises(SettingError, match="but has the value 4"):
        create(project, changes={"learning.classes": "size"})
    with pytest.raises(SettingError, match="learner 'stack' learns numbers alone") as caught:
        create(project, changes={"learning.classes": "size", "learning.learner": "stack"})
    assert "forest" in caught.value.hint
