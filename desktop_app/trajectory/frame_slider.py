"""A slider over the frames of a trajectory, with a button that plays them."""

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

_PAUSE = 80  # milliseconds between frames, where they are read as fast


class FrameSlider(QWidget):
    """`frame_chosen` tells the frame, from 0, that is wanted; playing waits until it is shown."""

    frame_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.play = QToolButton()
        self.play.setText("▶")
        self.play.setCheckable(True)
        self.play.setAccessibleName("Play")
        self.play.setToolTip("Show the frames one after the other.")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Frame")
        self.count = QLabel()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._go_on)
        self.play.toggled.connect(self._on_play)
        self.slider.valueChanged.connect(self._on_moved)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.play)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.count)
        self.offer(0)

    @property
    def frame(self) -> int:
        """The frame that is wanted."""
        return self.slider.value()

    def offer(self, count: int) -> None:
        """Start anew at the first of so many frames, without telling so."""
        self.play.setChecked(False)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, count - 1))
        self.slider.setValue(0)
        self.slider.blockSignals(False)
        self.setEnabled(count > 1)
        self._show_count()

    def choose(self, frame: int) -> None:
        """Go to a frame."""
        self.slider.setValue(frame)

    def shown(self) -> None:
        """Hear that the wanted frame is drawn: while playing, the next one is due."""
        if self.play.isChecked():
            self._timer.start()

    def stop(self) -> None:
        """Play no longer."""
        self.play.setChecked(False)

    def _on_play(self, on: bool) -> None:
        self.play.setText("❚❚" if on else "▶")
        if not on:
            self._timer.stop()
        elif self.frame == self.slider.maximum():
            self.choose(0)
        else:
            self._go_on()

    def _go_on(self) -> None:
        if self.frame == self.slider.maximum():
            self.stop()
        else:
            self.choose(self.frame + 1)

    def _on_moved(self, frame: int) -> None:
        self._show_count()
        self.frame_chosen.emit(frame)

    def _show_count(self) -> None:
        self.count.setText(f"{self.frame + 1} / {self.slider.maximum() + 1}")
