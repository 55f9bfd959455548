"""Attention of a model pair by pair, between the sites of structure files: what a notebook wants."""

from pathlib import Path

import numpy as np

from core.graphs.compression import expand_attention
from core.graphs.pair_images import imported_pairs
from core.inspection.arrays import offsets, write_arrays
from core.inspection.from_files import EncodedFiles
from core.training.model.model_file import Model


def write_pair_attention(path: Path, model: Model, files: EncodedFiles) -> None:
    """Write the attention (pairs, heads) that the model pays in each structure, as a numpy archive.

    `heads` says what its columns are. A pair leads from site `pair_i` of its file, counted from 0, to site
    `pair_j` moved by `images` (pairs, 3) vectors of the lattice in the file, `distances` angstrom away. Pairs
    of structure k are `pair_offsets[k]:pair_offsets[k+1]`; those of one site add up to 1.
    """
    settings = model.card.typed_encoder_settings()
    pairs = [
        imported_pairs(read.structure, settings, graph)
        for read, graph in zip(files.read, files.graphs, strict=True)
    ]
    attention = [
        expand_attention(graph, encoded.attention)[its.pair]
        for graph, encoded, its in zip(files.graphs, files.encoded, pairs, strict=True)
    ]
    arrays = {
        "names": np.array([read.name for read in files.read]),
        "heads": np.array(model.encoder.attention_heads),
        "pair_offsets": offsets([len(its.pair) for its in pairs]),
        "pair_i": np.concatenate([its.site for its in pairs]),
        "pair_j": np.concatenate([its.neighbour for its in pairs]),
        "images": np.concatenate([its.images for its in pairs]),
        "distances": np.concatenate([its.distances for its in pairs]),
        "attention": np.concatenate(attention),
    }
    write_arrays(path, arrays)
