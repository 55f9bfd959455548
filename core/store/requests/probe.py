"""Setting a few structures of a training aside, on which the worker measures how fast it would go."""

import hashlib
import json
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from core.config import FinetuneSettings, PretrainSettings
from core.jobs.run_folder import RunFolder
from core.jobs.spec import JobSpec
from core.jobs.speed import Speed, Workload, mark_as_probe, read_speed
from core.store.project import Project
from core.store.requests.run_writing import writing_in
from core.store.requests.starting_models import as_start
from core.store.requests.structure_rows import structure_rows
from core.store.requests.training import PlannedRun

FOLDER = Path("cache") / "probes"
TRIED = 16  # structures: their sizes are spread like those of all
# What makes no difference to the time that a structure takes in one epoch, and could make a small part fail.
_AS_FOR_ONE = {"ensemble": 1, "group_by": "random", "epochs": 1, "patience": 0}


@dataclass(frozen=True)
class Probe:
    """A folder in which the speed of a job is, or will be, measured."""

    run: RunFolder
    work: Workload

    def speed(self) -> Speed | None:
        """What was measured; None while that has not been done."""
        return read_speed(self.run)

    def tidy(self) -> None:
        """Delete everything but what was measured."""
        for path in self.run.path.iterdir():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path != self.run.result_file:
                path.unlink(missing_ok=True)


def create_probe(project: Project, planned: PlannedRun) -> Probe:
    """Set a few structures of a job aside, or find the folder where the same was measured before.

    The same are the settings that speed depends on, the structures that are tried, and the machine. Raises
    DiskFull and ProjectError.
    """
    everything, useful = _sizes(project, planned)
    tried = spread_over(useful, TRIED)
    settings = _settings_of_a_part(planned.spec)
    spec = planned.spec.model_copy(update={"settings": settings, "seed": 0, "title": ""})
    run = RunFolder(project.folder / FOLDER / _key(spec, tried))
    probe = Probe(run, _workload(planned.spec, len(everything), len(useful)))
    if probe.speed() is None:
        with writing_in(run.path):
            shutil.rmtree(run.path, ignore_errors=True)
            run.path.mkdir(parents=True)
            for name, path in as_start(planned.model).items():
                shutil.copyfile(path, run.path / name)
            mark_as_probe(run, probe.work)
            numbers = {number for number, _ in tried}
            run.write_job(spec, structure_rows(project, spec.collection, planned.labels, numbers))
    return probe


def spread_over(sizes: list[tuple[int, str]], count: int) -> list[tuple[int, str]]:
    """So many entries of a list in order, at equal distances from one another; all where there are fewer."""
    step = max(1.0, len(sizes) / count)
    return [sizes[int((k + 0.5) * step)] for k in range(min(count, len(sizes)))]


def _sizes(project: Project, planned: PlannedRun) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Number and hash of all structures, the smallest first, and of those that are learned from."""
    sql = (
        "select s.id, s.content_hash from structures s join members m on m.structure_id = s.id "
        "where m.collection_id = ? and not s.deleted order by s.num_sites, s.id"
    )
    of_collection = [project.collection_id(planned.spec.collection)]
    numbers, hashes = project.columns(["id", "content_hash"], sql, of_collection)
    everything = list(zip(numbers, hashes, strict=True))
    if not planned.labels:
        return everything, everything
    labelled = set[int]().union(*planned.labels.values())
    return everything, [entry for entry in everything if entry[0] in labelled]


def _settings_of_a_part(spec: JobSpec) -> dict[str, Any]:
    training = spec.settings["training"]
    changes = {name: value for name, value in _AS_FOR_ONE.items() if name in training}
    return {**spec.settings, "training": {**training, **changes}}


def _workload(spec: JobSpec, num_structures: int, num_useful: int) -> Workload:
    training = cast(PretrainSettings | FinetuneSettings, spec.typed_settings()).training
    networks, tested = getattr(training, "num_networks", 1), getattr(training, "test_fraction", 0.0)
    share = 1.0 - training.validation_fraction - tested
    if getattr(training, "blend", False):  # each network holds out one of as many parts
        share = (1.0 - tested) * (1.0 - 1.0 / networks)
    return Workload(num_structures, max(1, round(share * num_useful)), training.epochs * networks)


def _of_training(settings: Mapping[str, Any]) -> list[Any]:
    """What of the training makes a difference to the time of one epoch, or to what is done before it."""
    return [settings["pairs_per_batch"], settings.get("blend", False)]


def _key(spec: JobSpec, tried: list[tuple[int, str]]) -> str:
    start = None if spec.start_from is None else spec.start_from.sha256
    content: Mapping[str, Any] = {
        "kind": spec.kind,
        "encoder": spec.encoder,
        "settings": {**spec.settings, "training": _of_training(spec.settings["training"])},
        "start": start,
        "tried": tried,
        "machine": socket.gethostname(),
        "versions": spec.versions,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
