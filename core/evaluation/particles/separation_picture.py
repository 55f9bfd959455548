"""Particles where a network, and where order parameters put them, coloured by what they are."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from core.evaluation.figure_file import plain, save_figure
from core.evaluation.particles.separation import Separation
from core.evaluation.study.plots import COLOURS
from core.jobs.csv_file import write_csv


def write_separation_picture(path: Path, found: Sequence[Separation]) -> list[Path]:
    """Draw what was found beside `path` as .csv, .svg and .png, and give the paths; raises DiskFull.

    One picture for each description, with its principal components as axes and the share that the linear
    probe recognises above it (arXiv 2411.14680, figure 3). In the table, a line is a particle.
    """
    table, *images = (path.with_suffix(suffix) for suffix in (".csv", ".svg", ".png"))
    lines = [
        [one.description, one.probe.class_names[kind], *place]
        for one in found
        for kind, place in zip(one.kinds.tolist(), one.places.tolist(), strict=True)
    ]
    write_csv(table, ["by", "kind", "component 1", "component 2"], lines)
    figure = Figure(figsize=(4.0 * len(found), 4.2), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for axes, one in zip(panels, found, strict=True):
        _draw(axes, one)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), markerscale=3.0)
    for image in images:
        save_figure(figure, image)
    return [table, *images]


def _draw(axes: Axes, one: Separation) -> None:
    accuracy = one.probe.accuracy
    for number, name in enumerate(one.probe.class_names):
        x, y = one.places[one.kinds == number].T
        colour = COLOURS[number % len(COLOURS)]
        axes.scatter(x, y, s=4.0, linewidths=0.0, color=colour, label=plain(name))
    title = f"{one.description}\n{accuracy.mean:.1%} ({accuracy.lower:.1%} to {accuracy.upper:.1%})"
    axes.set_title(title, fontsize=10)
    axes.set_xlabel("component 1")
    axes.set_ylabel("component 2")
