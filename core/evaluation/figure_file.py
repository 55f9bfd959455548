"""Figures as files that are the same each time they are drawn."""

from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

from core.jobs.atomic import write_atomically

DOTS_PER_INCH = 150


def plain(text: str) -> str:
    """Text in which matplotlib finds no formula."""
    return text.replace("$", r"\$")


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure in one step, as SVG or PNG by the suffix of the path; raises DiskFull."""
    kind = path.suffix.removeprefix(".")

    def write(partial: Path) -> None:
        # Without date and random names, so that the same numbers give the same file.
        with rc_context({"svg.hashsalt": "siteloupe"}):
            metadata = {"Date": None} if kind == "svg" else None
            figure.savefig(partial, format=kind, dpi=DOTS_PER_INCH, metadata=metadata)

    write_atomically(path, write)
