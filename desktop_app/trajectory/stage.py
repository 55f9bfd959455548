"""A frame in the middle of the window: its particles in space, their colours, and a slider over frames."""

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.look.colours import value_range
from desktop_app.look.plain_text import as_written
from desktop_app.plots.colour_bar import ColourBar
from desktop_app.plots.colourings import Colouring
from desktop_app.plots.legend import Legend
from desktop_app.trajectory.frame_slider import FrameSlider
from desktop_app.trajectory.opened import OpenedTrajectory, ShownFrame, describe_frame
from desktop_app.trajectory.particle_colours import SPECIES, ParticleColours, legend_colors
from desktop_app.trajectory.particle_view import ParticleView

_SMALLEST_SHARE = 0.005  # that is told; below it would be 0 %


class TrajectoryStage(QWidget):
    """`frame_wanted` tells the number of a frame, from 0, `particle_clicked` that of a particle.

    `recoloured` when something else is to be coloured by.
    """

    frame_wanted = Signal(int)
    particle_clicked = Signal(int)
    recoloured = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = ParticleView()
        self.slider = FrameSlider()
        self.colourings = choice_box("Colour by")
        self.facts = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.readout = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.legend, self.colour_bar = Legend(), ColourBar()
        self._colours = ParticleColours(None)
        self._count = 0
        self._frame: ShownFrame | None = None
        self._colouring: Colouring | None = None
        self.slider.frame_chosen.connect(self.frame_wanted)
        self.view.particle_clicked.connect(self.particle_clicked)
        self.colourings.currentIndexChanged.connect(self._on_colouring)
        self._lay_out()

    @property
    def frame(self) -> ShownFrame | None:
        """The frame that is shown."""
        return self._frame

    @property
    def colours(self) -> ParticleColours:
        """What the particles of all frames can be coloured by."""
        return self._colours

    @property
    def title(self) -> str:
        """What the particles are coloured by."""
        return str(self.colourings.currentData() or SPECIES)

    def show_trajectory(self, opened: OpenedTrajectory) -> None:
        """Show another trajectory, from its first frame, which may be damaged."""
        self._count = len(opened.trajectory)
        self.slider.offer(self._count)
        self.view.mark(None)
        self.show_order(ParticleColours(opened.order))
        if isinstance(opened.first, ShownFrame):
            self.show_frame(opened.first)
        else:
            self.show_problem(0)

    def show_order(self, colours: ParticleColours) -> None:
        """Offer what an analysis knows; phases are shown at first."""
        self._colours = colours
        offer(self.colourings, [(_as_entry(title), title) for title in colours.titles])
        if colours.order is not None and self.title == SPECIES:
            self.colourings.setCurrentIndex(self.colourings.findData("phase"))

    def show_frame(self, frame: ShownFrame) -> None:
        """Show a frame."""
        self._frame = frame
        self.facts.setText(describe_frame(frame, self._count))
        self.facts.setToolTip(as_written("\n".join(frame.particles.remarks)))
        if self.view.marked is not None and self.view.marked >= len(frame.particles):
            self.view.mark(None)
        self._colouring, colors = self._colours.of_frame(self.title, frame)
        self.view.show_scene(frame.scene, colors)
        self._explain(self._colouring)
        self.slider.shown()

    def show_problem(self, number: int) -> None:
        """Show nothing in place of a frame that cannot be read."""
        self._frame = self._colouring = None
        self.facts.setText(f"Frame {number + 1} of {self._count} cannot be shown.")
        self.facts.setToolTip("")
        self.readout.setText("")
        self.view.show_scene(None, np.zeros((0, 3), np.uint8))
        self.slider.shown()

    def mark(self, particle: int | None) -> None:
        """Ring a particle, and say what it is."""
        self.view.mark(particle)
        self._tell()

    def _on_colouring(self) -> None:
        if self._frame is not None:
            self._colouring, colors = self._colours.of_frame(self.title, self._frame)
            self.view.show_colors(colors)
            self._explain(self._colouring)
        self.recoloured.emit()

    def _explain(self, colouring: Colouring) -> None:
        """Say what the colours mean; the scale is that of all frames."""
        is_scale = not colouring.categories
        self.colour_bar.setVisible(is_scale)
        self.legend.setVisible(not is_scale)
        if is_scale:
            whole, _ = self._colours.all(colouring.title)
            self.colour_bar.show_scale(colouring.title, colouring.unit, *value_range(whole.values))
        else:
            entries = zip(colouring.categories, legend_colors(colouring), strict=True)
            self.legend.show_entries(colouring.title, list(entries))
        self._tell()

    def _tell(self) -> None:
        particle, colouring, frame = self.view.marked, self._colouring, self._frame
        if frame is None or colouring is None:
            return
        if particle is not None:
            self.readout.setText(f"Particle {particle + 1:,}. {colouring.text_of(particle)}")
        elif colouring.title != self.title:
            self.readout.setText(f"This frame was not analysed, so it has no {self.title}.")
        else:
            self.readout.setText(_summary(colouring))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        row = QHBoxLayout()
        row.addWidget(QLabel("Colour by"))
        row.addWidget(self.colourings, 1)
        row.addStretch(1)
        layout.addWidget(self.facts)
        layout.addLayout(row)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.legend)
        layout.addWidget(self.colour_bar)
        layout.addWidget(self.readout)
        layout.addWidget(self.slider)


def _as_entry(title: str) -> str:
    """A title with a capital letter, but for those of order parameters, which are written q."""
    return title if title.startswith("q") else title[:1].upper() + title[1:]


def _summary(colouring: Colouring) -> str:
    """The shares of the groups of a frame, or the mean and the spread of its numbers."""
    if not colouring.categories:
        mean, spread = float(np.mean(colouring.values)), float(np.std(colouring.values))
        return f"Mean of this frame: {mean:.4g} ± {spread:.2g}. Click a particle to see its own."
    counts = np.bincount(colouring.values.astype(np.intp), minlength=len(colouring.categories))
    shares = counts / max(1, counts.sum())
    named = zip(colouring.categories, shares, strict=True)
    parts = [f"{share:.0%} {name}" for name, share in named if share >= _SMALLEST_SHARE]
    return f"{', '.join(parts)}. Click a particle to see its own."
