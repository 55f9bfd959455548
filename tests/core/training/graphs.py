"""Graphs of small crystals to train on."""

from collections.abc import Sequence
from typing import Any

from core.config import SiteNetSettings
from core.graphs.build import build_crystal_graph
from core.graphs.crystal_graph import CrystalGraph
from core.structures.structure import Structure

SMALL_ENCODER = SiteNetSettings(supercell_sites=8, hidden_width=8, site_width=4, crystal_width=4)


def graphs_of(rows: Sequence[dict[str, Any]]) -> list[CrystalGraph]:
    """Build the graphs of rows of structures.jsonl."""
    return [build_crystal_graph(Structure.from_dict(row["structure"]), SMALL_ENCODER) for row in rows]
