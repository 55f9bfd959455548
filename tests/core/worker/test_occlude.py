from collections.abc import Callable

import numpy as np

from core.jobs.results.occlusion import OcclusionArchive
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from tests.core.salts import salt_rows

SPEC = JobSpec(kind="occlude", settings={"compute": {"device": "cpu", "threads": 1}})


def test_the_sites_of_each_structure_are_hidden(
    make_run: Callable[..., RunFolder], work: Callable[[RunFolder], int], finetuned: RunFolder
):
    rows = [{**row, "targets": {}} for row in salt_rows()[:3]]
    run = make_run("0003-occlude", SPEC, rows, finetuned.model_file)
    assert work(run) == 0, run.error()
    archive = OcclusionArchive(run.occlusion_file)
    assert archive.structure_ids == [1, 2, 3]
    assert archive.outputs == ("size",)
    found = archive.get(2)
    assert found is not None
    assert found.sites.shape == (2, 1)
    assert np.abs(found.sites).min() > 0
    assert found.element_pairs == (("Cl", "Cl"), ("Cl", "Li"), ("Li", "Li"))


def test_a_structure_that_cannot_be_used_is_listed(
    make_run: Callable[..., RunFolder], work: Callable[[RunFolder], int], pretrained: RunFolder
):
    rows = [{**row, "targets": {}} for row in salt_rows()[:2]]
    rows[0]["structure"]["frac_coords"] = [[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]
    run = make_run("0003-occlude", SPEC, rows, pretrained.model_file)
    work(run)
    assert len(OcclusionArchive(run.occlusion_file).structure_ids) + len(run.result()["skipped"]) == 2
