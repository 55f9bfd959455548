"""What hiding sites does to the predictions for structure files, as a table."""

from collections.abc import Callable, Iterator
from pathlib import Path

import torch

from core.inspection.from_files import EncodedFiles
from core.inspection.occlusion import occlude, outputs_of
from core.jobs.csv_file import write_csv
from core.species import main_element
from core.training.model.model_file import Model


def write_occlusion_table(
    path: Path, model: Model, files: EncodedFiles, on_progress: Callable[[int, int], None]
) -> None:
    """Write one line for each site and each pair of elements that is hidden, as CSV.

    A site is told by its number in the file, from 0, and its label; `whole` is what is predicted with nothing
    hidden and `change` what hiding adds to it, in `unit`, empty where a site would see nothing at all.
    """
    header = ["id", "path", "hidden", "site", "label", "output", "unit", "whole", "change"]
    write_csv(path, header, _lines(model, files, on_progress))


def _lines(
    model: Model, files: EncodedFiles, on_progress: Callable[[int, int], None]
) -> Iterator[list[str | float | int]]:
    outputs = outputs_of(model)
    for done, (read, graph) in enumerate(zip(files.read, files.graphs, strict=True), start=1):
        structure = read.structure
        elements = [main_element(site) for site in structure.species]
        found = occlude(model, graph, elements, torch.device("cpu"))
        labels = structure.site_labels or ("",) * structure.num_sites
        hidden: list[tuple[str, str | int, str]] = [("site", k, label) for k, label in enumerate(labels)]
        hidden += [("-".join(pair), "", "") for pair in found.element_pairs]
        for what, changes in zip(hidden, [*found.sites, *found.elements], strict=True):
            for (name, unit), whole, change in zip(outputs, found.whole, changes, strict=True):
                yield [read.name, read.path, *what, name, unit, float(whole), float(change)]
        on_progress(done, len(files.read))
