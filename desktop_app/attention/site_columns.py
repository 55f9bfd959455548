"""Columns of the table of sites beside their attention."""

from dataclasses import dataclass

from desktop_app.models.cells_model import Column, share_column
from desktop_app.models.rows_model import RowsModel


@dataclass(frozen=True)
class SiteRow:
    """One site, its `species` in words, and what attention it gets.

    `from_chosen`: from the chosen site, None without one. `received`: from all sites, on average.
    """

    site: int
    name: str
    species: str
    from_chosen: float | None
    received: float


def sites_model() -> RowsModel:
    """An empty table of :class:`SiteRow`."""
    return RowsModel(
        [
            Column("Site", lambda row: row.site, text=lambda row: row.name),
            Column("Species", lambda row: row.species, tooltip=lambda row: row.species),
            share_column(
                "From chosen site",
                lambda row: row.from_chosen,
                "Share of the chosen site's attention that goes to this site and its copies",
            ),
            share_column(
                "From all, mean",
                lambda row: row.received,
                "The same share, averaged over all sites that attend",
            ),
        ],
        searched=lambda row: f"{row.name} {row.species}",
    )


def species_text(species: dict[str, float]) -> str:
    """Write the elements of a site with their occupancies: `Li 0.5, vacant 0.5`."""
    parts = sorted(species.items(), key=lambda item: -item[1])
    if len(parts) == 1 and abs(parts[0][1] - 1) < 1e-3:
        return parts[0][0]
    words = [f"{symbol} {occupancy:.3g}" for symbol, occupancy in parts]
    vacant = 1 - sum(species.values())
    return ", ".join(words + ([f"vacant {vacant:.3g}"] if vacant > 1e-3 else []))
