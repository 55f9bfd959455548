"""The structures of a job as the fixed features that a learner takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.encoders.encoding import without_features
from core.evaluation.features.embedding import embedding_features
from core.evaluation.study.feature_table import FeatureTable
from core.graphs.elements import ATOMIC_NUMBERS
from core.inspection.arrays import write_attention, write_embeddings
from core.jobs.study_arms import Block
from core.training.model.model_file import Model
from core.training.preparation import Skipped
from core.worker.context import JobContext
from core.worker.studies.structures import rows_without_structures

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Description:
    """Structures that can be described, C in number; those that cannot are listed as skipped.

    rows: with their composition. parts: (C, F) of each block, in the order asked for.
    """

    rows: Rows
    parts: list[NDArray[np.float64]]
    skipped: list[Skipped]

    @property
    def features(self) -> NDArray[np.float64]:
        """All side by side, (C, F)."""
        return np.hstack(self.parts)

    @property
    def compositions(self) -> list[dict[str, float]]:
        """Element -> amount of each."""
        return [row["composition"] for row in self.rows]

    @property
    def widths(self) -> tuple[int, ...]:
        """How many columns each block has."""
        return tuple(part.shape[1] for part in self.parts)


def describe(context: JobContext, blocks: Sequence[Block], network: Model | None) -> Description:
    """Describe the structures of a job, and write the embeddings and attention that come with it.

    network: whose embedding is wanted; None when no block is one. Raises as a preparation does.
    """
    skipped: list[Skipped] = []
    embedding: list[NDArray[np.float64]] = []
    if network is None:
        rows, skipped = _with_known_elements(rows_without_structures(context.run))
    else:
        run = context.run
        prepared = context.prepare(network.card.typed_encoder_settings(), network.encoder.unknown_elements)
        prepared, encoded = context.encode(network, prepared, "embedding")
        rows, skipped = prepared.rows, prepared.skipped
        ids = [row["id"] for row in rows]
        write_embeddings(run.embeddings_file, ids, prepared.graphs, encoded)
        write_attention(run.attention_file, ids, prepared.graphs, encoded, network.encoder.attention_heads)
        embedding.append(embedding_features(prepared.graphs, encoded))
    path, on_progress = context.run.path / "features.npz", context.progress("describing structures")
    table = FeatureTable(rows, context.run.structures, path, on_progress)
    parts = [_part(block, embedding, table) for block in blocks]
    return Description(rows, parts, skipped)


def _with_known_elements(rows: Rows) -> tuple[Rows, list[Skipped]]:
    kept, skipped = [], []
    for row in rows:
        if unknown := row["composition"].keys() - ATOMIC_NUMBERS.keys():
            skipped.append(Skipped(row["name"], " ".join(without_features(frozenset(unknown)))))
        else:
            kept.append(row)
    return kept, skipped


def _part(block: Block, embedding: Sequence[NDArray[np.float64]], table: FeatureTable) -> NDArray[np.float64]:
    if block == "composition":
        return table.composition
    return table.structure if block == "structure" else embedding[0]
