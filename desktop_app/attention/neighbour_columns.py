"""Columns of the table of a site's neighbours, the most attended first."""

from dataclasses import dataclass

import numpy as np

from core.jobs.results.attention import AttentionMap
from core.structures.structure import Structure
from desktop_app.attention.distinct_sites import distances_from, distinct_sites
from desktop_app.attention.site_columns import species_text
from desktop_app.models.cells_model import Column, share_column
from desktop_app.models.rows_model import RowsModel


@dataclass(frozen=True)
class NeighbourRow:
    """A distinct site, how much of the chosen site's attention it gets, and how far its nearest copy is."""

    name: str
    species: str
    share: float
    distance: float


def neighbours_model() -> RowsModel:
    """An empty table of :class:`NeighbourRow`."""
    return RowsModel(
        [
            Column("Neighbour", lambda row: row.name, header_tooltip="×2: two equivalent sites, one weight"),
            Column("Species", lambda row: row.species, tooltip=lambda row: row.species),
            share_column(
                "Attention",
                lambda row: row.share,
                "Share of the chosen site's attention; all shares sum to 100 %",
            ),
            Column(
                "Distance (Å)",
                lambda row: row.distance,
                text=lambda row: f"{row.distance:.3f}",
                numeric=True,
                header_tooltip="From the chosen site to the nearest copy of this one",
            ),
        ],
        searched=lambda row: f"{row.name} {row.species}",
    )


def neighbours_of(
    structure: Structure, attention: AttentionMap, site: int, head: int | None
) -> list[NeighbourRow]:
    """All distinct sites, from the one that the imported `site` attends to most."""
    sites = distinct_sites(structure, attention.site_map)
    shares = attention.matrix(head)[attention.site_map[site]]
    distances = np.full(len(shares), np.inf)
    np.minimum.at(distances, attention.site_map, distances_from(structure, site))
    return [
        NeighbourRow(
            name=sites.names[number],
            species=species_text(dict(structure.species[sites.first[number]])),
            share=float(shares[number]),
            distance=float(distances[number]),
        )
        for number in np.argsort(-shares, kind="stable")
    ]
