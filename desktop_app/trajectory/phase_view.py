"""How many particles are in which phase, or cluster, frame by frame."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from core.jobs.results.particle_order import ParticleOrder
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.trajectory.particle_colours import SPECIES, ParticleColours, legend_colors
from desktop_app.trajectory.share_plot import SharePlot

_HOW = {
    "phase": "Solid by averaged q6, gas by a density below the critical one of a simple liquid.",
    "cluster": "Particles whose embeddings are alike; numbers are by size.",
}


class PhaseView(QWidget):
    """Clicking the plot goes to the frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kinds = choice_box("Groups")
        self.plot = SharePlot()
        self.how = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self._order: ParticleOrder | None = None
        self.kinds.currentIndexChanged.connect(self._draw)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.kinds)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self.how)

    def show_order(self, order: ParticleOrder) -> None:
        """Show what an analysis found."""
        self._order = order
        offer(self.kinds, [(f"By {kind}", kind) for kind in order.groups if kind != SPECIES])
        self._draw()

    def mark_frame(self, frame: int) -> None:
        """Draw a line at a frame, counted from 0."""
        self.plot.mark_frame(frame)

    def _draw(self) -> None:
        kind = self.kinds.currentData()
        if self._order is None or kind is None:
            return
        colouring, _ = ParticleColours(self._order).all(kind)
        shares = self._order.shares(kind)
        if len(colouring.categories) < shares.shape[1]:  # those beyond the palette are one
            last = len(colouring.categories) - 1
            shares[:, last] = shares[:, last:].sum(axis=1)
        names, colors = colouring.categories, legend_colors(colouring)
        self.plot.show_shares(self._order.frames, shares[:, : len(names)], names, colors)
        self.how.setText(_HOW.get(kind, ""))
