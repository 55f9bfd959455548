from collections.abc import Callable

import pytest

from core.config import FinetuneSettings, PretrainSettings, build_settings
from core.jobs.atomic import write_json
from core.jobs.speed import Speed, Workload, is_probe
from core.store.project import Project
from core.store.requests.probe import TRIED, Probe, create_probe, spread_over
from core.store.requests.training import plan_finetuning, plan_pretraining

FIGURES = {"loading": 5.0, "preparing": 0.1, "training": 0.01, "num_tried": 16, "device": "processor"}


@pytest.fixture
def library(project: Project, fill: Callable[..., None], label: Callable[..., None]) -> Project:
    """A project with forty structures, the first thirty of them labelled."""
    fill(project, 40)
    label(project, 30)
    return project


def probe_pretraining(project: Project, **changes: object) -> Probe:
    settings = build_settings("pretrain", changes=changes)
    assert isinstance(settings, PretrainSettings)
    return create_probe(project, plan_pretraining(project, collection="all", settings=settings))


def probe_finetuning(project: Project, **changes: object) -> Probe:
    settings = build_settings("finetune", changes=changes)
    assert isinstance(settings, FinetuneSettings)
    planned = plan_finetuning(project, collection="all", property_names=["band gap"], settings=settings)
    return create_probe(project, planned)


def test_a_few_structures_of_the_job_are_set_aside_outside_the_runs(library: Project):
    probe = probe_pretraining(library)
    assert probe.run.path.parent == library.folder / "cache" / "probes"
    assert probe.run.spec().num_structures == len(list(probe.run.structures())) == TRIED
    assert is_probe(probe.run)
    assert library.runs() == []


def test_those_that_are_tried_are_spread_over_all_sizes():
    assert spread_over([(k, "") for k in range(100)], 4) == [(12, ""), (37, ""), (62, ""), (87, "")]
    assert spread_over([(1, ""), (2, "")], 4) == [(1, ""), (2, "")]


def test_the_work_counts_what_is_learned_from_in_every_epoch_of_every_network(library: Project):
    assert probe_pretraining(library, **{"training.epochs": 7}).work == Workload(40, 36, 7)
    changes = {"training.epochs": 5, "training.ensemble": 3, "training.test_fraction": 0.3}
    assert probe_finetuning(library, **changes).work == Workload(40, 18, 15)


def test_each_network_of_a_blend_holds_out_a_third_of_what_is_no_test(library: Project):
    changes = {"training.epochs": 5, "training.blend": True, "training.test_fraction": 0.2}
    assert probe_finetuning(library, **changes).work == Workload(40, 16, 15)


def test_what_a_blend_does_before_is_measured_too(library: Project):
    blended = probe_finetuning(library, **{"training.blend": True})
    assert blended.run.spec().settings["training"]["blend"] is True
    assert blended.run.path != probe_finetuning(library).run.path


def test_only_measured_structures_are_tried_for_a_fine_tuning(library: Project):
    rows = list(probe_finetuning(library).run.structures())
    assert all(row["targets"] for row in rows)
    assert max(row["id"] for row in rows) <= 30


def test_what_was_measured_serves_again_whatever_the_number_of_epochs(library: Project):
    first = probe_pretraining(library)
    assert first.speed() is None
    write_json(first.run.result_file, FIGURES)
    again = probe_pretraining(library, **{"training.epochs": 3, "training.learning_rate": 0.5})
    assert again.speed() == Speed(**FIGURES)
    assert again.run.path == first.run.path


@pytest.mark.parametrize(
    "changes",
    [{"training.pairs_per_batch": 500}, {"encoder.supercell_sites": 20}, {"compute.threads": 1}],
)
def test_other_settings_that_make_it_slower_are_measured_anew(library: Project, changes: dict[str, object]):
    assert probe_pretraining(library, **changes).run.path != probe_pretraining(library).run.path


def test_other_structures_are_measured_anew(library: Project, fill: Callable[..., None]):
    before = probe_pretraining(library)
    fill(library, 40, first=100)
    assert probe_pretraining(library).run.path != before.run.path


def test_what_is_left_half_done_is_set_up_anew(library: Project):
    probe = probe_pretraining(library)
    write_json(probe.run.result_file, {"loading": 1.0})
    probe.run.events_file.write_text("what an earlier try has left")
    assert probe_pretraining(library).speed() is None
    assert not probe.run.events_file.exists()


def test_only_what_was_measured_is_kept(library: Project):
    probe = probe_pretraining(library)
    write_json(probe.run.result_file, FIGURES)
    probe.tidy()
    assert [path.name for path in probe.run.path.iterdir()] == ["result.json"]
    assert probe_pretraining(library).speed() == Speed(**FIGURES)
