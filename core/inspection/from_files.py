"""Applying a model to structure files outside a project."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import torch

from core.encoders.encoding import without_features
from core.errors import CoreError, ModelError, StructureError
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.inspection.encode import Encoded, encode
from core.store.importing.preparation import storable
from core.structures.readers.read import ReadStructure, Rejection, read_file, require_files
from core.training.model.model_file import Model

Used = TypeVar("Used")


@dataclass(frozen=True)
class EncodedFiles:
    """Structures read from files beside what the model makes of them, and what could not be used."""

    read: list[ReadStructure]
    graphs: list[CrystalGraph]
    encoded: list[Encoded]
    rejected: list[Rejection]


def encode_files(
    model: Model,
    paths: Sequence[Path],
    on_progress: Callable[[int, int], None] = lambda done, total: None,
) -> EncodedFiles:
    """Read and encode every structure found; raises StructureError when none can be used."""
    settings = model.card.typed_encoder_settings()

    def graph_of(read: ReadStructure) -> CrystalGraph:
        _check_elements(model, read)
        return build_crystal_graph(read.structure, settings)

    read, graphs, rejected = use_files(paths, graph_of, on_progress)
    return EncodedFiles(read, graphs, encode(model, graphs, torch.device("cpu")), rejected)


def use_files(
    paths: Sequence[Path],
    use: Callable[[ReadStructure], Used],
    on_progress: Callable[[int, int], None],
) -> tuple[list[ReadStructure], list[Used], list[Rejection]]:
    """Read every structure found and make something of each; what `use` has an error for is rejected.

    Raises StructureError when none can be used.
    """
    files = require_files(paths)
    kept: list[ReadStructure] = []
    made: list[Used] = []
    rejected: list[Rejection] = []
    for done, path in enumerate(files, start=1):
        found, problems = read_file(path)
        rejected += [replace(problem, path=storable(problem.path)) for problem in problems]
        for one in found:
            one = replace(one, name=storable(one.name), path=storable(one.path))
            try:
                made.append(use(one))
                kept.append(one)
            except CoreError as error:
                rejected.append(Rejection(one.path, one.block, error.message, error.hint))
        on_progress(done, len(files))
    if not kept:
        first = rejected[0]
        raise StructureError(
            f"None of the {len(files)} files can be used. The first, '{first.path}': {first.reason}",
            first.hint,
        )
    return kept, made, rejected


def _check_elements(model: Model, read: ReadStructure) -> None:
    unknown = model.encoder.unknown_elements & set(read.structure.composition)
    if unknown:
        raise ModelError(*without_features(unknown))
