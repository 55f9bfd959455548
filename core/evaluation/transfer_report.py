"""The learning curves of a transfer study, as a table and as a matrix of diagrams."""

from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from core.evaluation.figure_file import save_figure
from core.jobs.csv_file import write_csv
from core.objectives.clouds import TASKS
from core.training.clouds_transfer_table import Start, TransferPoint

# As published, arXiv 2411.14680, figure 4: black, blue and red.
_STARTS: dict[Start, tuple[str, str]] = {
    "scratch": ("#000000", "from scratch"),
    "frozen": ("#0072b2", "core frozen"),
    "free": ("#d55e00", "core free"),
}


def write_transfer_report(folder: Path, points: Sequence[TransferPoint]) -> list[Path]:
    """Write curves.csv, curves.svg and curves.png, and give their paths; raises DiskFull.

    The table has a line for each point, with standard errors over replicas. In the diagrams rows are tasks
    that were learned from few clouds, columns those that were learned before; bands are one standard error.
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
    figure = Figure(figsize=(1.5 + 1.8 * len(sources), 1.2 + 1.6 * len(targets)), layout="constrained")
    FigureCanvasAgg(figure)
    diagrams = figure.subplots(len(targets), len(sources), sharex=True, sharey="row", squeeze=False)
    for row, target in enumerate(targets):
        for column, source in enumerate(sources):
            axes: Axes = diagrams[row, column]
            for start in _STARTS:
                wanted = source if start != "scratch" else ""
                _draw(
                    axes,
                    start,
                    [p for p in points if (p.target, p.source, p.start) == (target, wanted, start)],
                )
            axes.set_xscale("log")
            axes.grid(alpha=0.3)
            axes.spines[["top", "right"]].set_visible(False)
            if row == 0:
                axes.set_title(f"after {source}" if source else "", fontsize=9)
        diagrams[row, 0].set_ylabel(f"{target}\n{TASKS[target].score}", fontsize=9)
    figure.supxlabel("Clouds to learn from", fontsize=9)
    handles = {
        label: one for d in diagrams.flat for one, label in zip(*d.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(), handles.keys(), loc="outside lower center", ncols=3, frameon=False, fontsize=8
    )
    return figure


def _draw(axes: Axes, start: Start, points: Sequence[TransferPoint]) -> None:
    """One curve, with its error bars where there is more than one replica."""
    if not points:
        return
    colour, words = _STARTS[start]
    ordered = sorted(points, key=lambda point: point.num_clouds)
    axes.errorbar(
        [point.num_clouds for point in ordered],
        [point.mean for point in ordered],
        yerr=[point.standard_error or 0.0 for point in ordered],
        color=colour,
        marker="o",
        markersize=3,
        linewidth=1,
        capsize=2,
        label=words,
    )
