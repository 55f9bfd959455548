"""The learning curves of a transfer study, as a table and as a matrix of diagrams."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from core.evaluation.figure_file import save_figure
from core.jobs.csv_file import write_csv
from core.objectives.clouds import TASKS
from core.training.clouds.transfer_table import Start, TransferPoint

# As published, arXiv 2411.14680, figure 4: black, blue and red.
_STARTS: dict[Start, tuple[str, str]] = {
    "scratch": ("#000000", "from scratch"),
    "frozen": ("#0072b2", "core frozen"),
    "free": ("#d55e00", "core free"),
}


def write_transfer_report(folder: Path, points: Sequence[TransferPoint]) -> list[Path]:
    """Write curves.csv, curves.svg and curves.png, and give their paths; raises DiskFull.

    The table has a line for each point, with standard errors over replicas. In the diagrams rows are tasks
    that were learned from few clouds, columns those that were learned before; bars are one standard error.
    """
    table = folder / "curves.csv"
    write_csv(table, [field.name for field in fields(TransferPoint)], [_line(point) for point in points])
    figure = _drawn(points)
    images = [folder / f"curves.{kind}" for kind in ("svg", "png")]
    for image in images:
        save_figure(figure, image)
    return [table, *images]


def _line(point: TransferPoint) -> list[object]:
    return ["" if value is None else value for value in astuple(point)]


def _drawn(points: Sequence[TransferPoint]) -> Figure:
    targets = list(dict.fromkeys(point.target for point in points))
    sources = list(dict.fromkeys(point.source for point in points if point.source)) or [""]
    counts = sorted({point.num_clouds for point in points})
    figure = Figure(figsize=(1.5 + 1.8 * len(sources), 1.5 + 1.6 * len(targets)), layout="constrained")
    FigureCanvasAgg(figure)
    diagrams = figure.subplots(len(targets), len(sources), sharex=True, sharey="row", squeeze=False)
    for row, target in enumerate(targets):
        for column, source in enumerate(sources):
            axes: Axes = diagrams[row, column]
            for start in _STARTS:
                came_from = "" if start == "scratch" else source
                wanted = [p for p in points if (p.target, p.source, p.start) == (target, came_from, start)]
                _draw(axes, start, counts, wanted)
            axes.grid(alpha=0.3)
            axes.spines[["top", "right"]].set_visible(False)
        diagrams[row, 0].set_ylabel(f"{target}\n{TASKS[target].score}", fontsize=9)
    for first, last, source in zip(diagrams[0], diagrams[-1], sources, strict=True):
        first.set_title(f"after {source}" if source else "", fontsize=9)
        last.set_xticks(range(len(counts)), [f"{count:,}" for count in counts])
        last.set_xlim(-0.5, len(counts) - 0.5)
        last.set_xlabel("Clouds to learn from", fontsize=9)
    _add_legend(figure, diagrams.ravel().tolist())
    return figure


def _add_legend(figure: Figure, diagrams: Sequence[Axes]) -> None:
    """Explain each kind of start once, wherever it is drawn."""
    shown: dict[str, Artist] = {}
    for axes in diagrams:
        handles, labels = axes.get_legend_handles_labels()
        shown |= {str(label): handle for label, handle in zip(labels, handles, strict=True)}
    figure.legend(
        list(shown.values()), list(shown), loc="outside upper center", ncols=3, frameon=False, fontsize=8
    )


def _draw(axes: Axes, start: Start, counts: list[int], points: Sequence[TransferPoint]) -> None:
    """One curve, with its standard errors where there is more than one replica."""
    if not points:
        return
    colour, words = _STARTS[start]
    ordered = sorted(points, key=lambda point: point.num_clouds)
    axes.errorbar(
        [counts.index(point.num_clouds) for point in ordered],
        [point.mean for point in ordered],
        yerr=[point.standard_error or 0.0 for point in ordered],
        color=colour,
        marker="o",
        markersize=3,
        linewidth=1,
        capsize=2,
        label=words,
    )
