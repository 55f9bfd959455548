"""Learning curves with their confidence bands, as SVG and PNG."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from core.evaluation.figure_file import plain, save_figure
from core.evaluation.study.comparison import CurvePoint
from core.jobs.spec import PropertySpec
from core.jobs.study_arms import Arm

# Told apart by colour-blind readers too (Okabe and Ito 2008), and by marker where there are more arms.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def plot_curves(folder: Path, curves: Sequence[CurvePoint], arms: Sequence[Arm], prop: PropertySpec) -> None:
    """Write curves.svg and curves.png: mean absolute error against the number of labels, 95 % bands."""
    figure = Figure(figsize=(7.0, 5.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes: Axes = figure.subplots()
    budgets = sorted({point.n_labels for point in curves}, key=lambda number: (number == 0, number))
    place = {budget: k for k, budget in enumerate(budgets)}
    for number, arm in enumerate(arms):
        points = sorted((p for p in curves if p.arm == arm.text), key=lambda p: place[p.n_labels])
        if points:
            _draw(axes, number, arm, [place[p.n_labels] for p in points], points)
    axes.set_xticks(range(len(budgets)), [f"{budget:,}" if budget else "all" for budget in budgets])
    axes.set_xlabel("Labels to learn from")
    unit = f" ({prop.learned_unit})" if prop.learned_unit else ""
    axes.set_ylabel(plain(f"Mean absolute error of {prop.name}{unit}"))
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False, fontsize=8
    )
    for kind in ("svg", "png"):
        save_figure(figure, folder / f"curves.{kind}")


def _draw(axes: Axes, number: int, arm: Arm, places: list[int], points: Sequence[CurvePoint]) -> None:
    colour, marker = COLOURS[number % len(COLOURS)], MARKERS[number // len(COLOURS) % len(MARKERS)]
    axes.plot(places, [p.mae.mean for p in points], color=colour, marker=marker, label=plain(arm.words))
    lower, upper = [p.mae.lower for p in points], [p.mae.upper for p in points]
    axes.fill_between(places, lower, upper, color=colour, alpha=0.15, linewidth=0)
