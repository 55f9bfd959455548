from collections.abc import Callable

import pytest

from core.config import build_settings
from core.errors import SettingError, TooFewStructures, UnknownChoice
from core.store.project import Project
from core.store.requests.training import create_finetune_run
from tests.core.store.requests.small_requests import finetune


def test_too_few_labels_are_told_with_their_number(
    library: Project, label: Callable[..., None], fill: Callable[..., None]
):
    label(library, 7, name="hardness")
    with pytest.raises(TooFewStructures, match=r"'hardness' needs at least 8 .*'all' has 7"):
        finetune(library, property_names=["band gap", "hardness"])
    fill(library, 20, collection="unlabelled", first=50)
    with pytest.raises(TooFewStructures, match="'unlabelled' has 0"):
        finetune(library, collection="unlabelled")


def test_no_property_is_told_as_such(library: Project):
    with pytest.raises(SettingError, match="No property"):
        finetune(library, property_names=[])


@pytest.mark.parametrize("group_by", ["formula", "random", "Family"])
def test_runs_may_keep_together_what_has_the_same_metadata(
    project: Project, fill: Callable[..., None], label: Callable[..., None], group_by: str
):
    fill(project, 9)
    label(project, 8)
    project.db.execute("insert into metadata (structure_id, name, value) values (2, 'Family', 'garnet')")
    settings = build_settings("finetune", changes={"training.group_by": group_by})
    run = create_finetune_run(project, collection="all", property_names=["band gap"], settings=settings)
    assert run.spec().typed_settings().training.group_by == group_by


def test_a_column_to_group_by_that_no_labelled_structure_has_is_refused(
    project: Project, fill: Callable[..., None], label: Callable[..., None]
):
    fill(project, 9)
    label(project, 8)
    project.db.execute("insert into metadata (structure_id, name, value) values (2, 'Family', 'garnet')")
    project.db.execute("insert into metadata (structure_id, name, value) values (9, 'source', 'here')")
    settings = build_settings("finetune", changes={"training.group_by": "familie"})
    with pytest.raises(UnknownChoice) as refused:
        create_finetune_run(project, collection="all", property_names=["band gap"], settings=settings)
    assert str(refused.value) == (
        "Unknown column to group by 'familie'. Did you mean 'Family'? Available: Family, formula, random."
    )
    assert project.runs() == []
