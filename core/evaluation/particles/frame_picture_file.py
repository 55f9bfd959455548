"""What frames of a trajectory look like to a classifier of other frames, as a table and as an image."""

from pathlib import Path

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from core.evaluation.figure_file import save_figure
from core.evaluation.particles.frame_classifier import FramePicture
from core.jobs.csv_file import write_csv


def write_frame_picture(path: Path, picture: FramePicture) -> list[Path]:
    """Write the picture beside `path` as .csv, .svg and .png, and give the paths; raises DiskFull.

    In the table, a line is a frame that was shown, and a column one that was learned, numbered from 1. Blocks
    on the diagonal are phases, as in arXiv 2411.14680, figure 5.
    """
    table, *images = (path.with_suffix(suffix) for suffix in (".csv", ".svg", ".png"))
    columns = ["frame", *(f"as frame {number}" for number in picture.learned + 1)]
    rows = zip((picture.shown + 1).tolist(), picture.image.tolist(), strict=True)
    write_csv(table, columns, [[number, *shares] for number, shares in rows])
    figure = _drawn(picture)
    for image in images:
        save_figure(figure, image)
    return [table, *images]


def _drawn(picture: FramePicture) -> Figure:
    """True frames from bottom to top, what they are taken for from left to right."""
    figure = Figure(figsize=(5.6, 4.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    image = axes.imshow(picture.image, origin="lower", cmap="viridis", vmin=0.0, aspect="auto")
    for axis, frames in ((axes.xaxis, picture.learned), (axes.yaxis, picture.shown)):
        step = max(1, len(frames) // 10)
        axis.set_ticks(range(0, len(frames), step), [str(number + 1) for number in frames[::step]])
    axes.set_xlabel("Taken for frame")
    axes.set_ylabel("Frame")
    figure.colorbar(image, label="Mean probability")
    return figure
