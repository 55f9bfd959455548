"""The steps of the work as a row of buttons: done ones ticked, the next one standing out and explained."""

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop_app.guide.workflow import Standing, Step
from desktop_app.look.plain_text import as_written
from desktop_app.look.theme import inks_of


class StepStrip(QWidget):
    """Shows a standing; `chosen` with the name of a command when a step is pressed."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._standing = Standing()
        self.buttons: Mapping[Step, QPushButton] = {step: QPushButton() for step in Step}
        self.sentence = QLabel(textFormat=Qt.TextFormat.PlainText)
        self.sentence.setAccessibleName("What to do next")
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        layout.setSpacing(4)
        for step, button in self.buttons.items():
            button.clicked.connect(partial(self._choose, step))
            layout.addWidget(button)
        layout.addSpacing(8)
        layout.addWidget(self.sentence, 1)
        self.show_standing(self._standing)

    def show_standing(self, standing: Standing) -> None:
        """Tick what is done and point out what is next."""
        self._standing = standing
        done = standing.done
        for number, (step, button) in enumerate(self.buttons.items(), start=1):
            is_next = step is standing.next_step
            state = "at work" if step is standing.working else "done" if step in done else ""
            mark = {"at work": "…", "done": "✓"}.get(state, f"{number}")
            button.setText(f"{mark}  {step}")
            button.setFlat(not is_next)
            state = state or ("next" if is_next else "not done yet")
            button.setAccessibleName(f"Step {number} of {len(Step)}: {step}, {state}")
            button.setToolTip(as_written(_as_sentence(standing.advice(step).sentence)))
        self.sentence.setText(standing.sentence)
        self.sentence.setToolTip(as_written(standing.sentence))
        self._follow_theme()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._follow_theme()

    def _choose(self, step: Step) -> None:
        self.chosen.emit(self._standing.advice(step).command)

    def _follow_theme(self) -> None:
        inks = inks_of(self)
        for step, button in self.buttons.items():
            palette = QPalette()
            if step is self._standing.next_step:
                palette.setColor(QPalette.ColorRole.Button, QColor(inks.selection))
                palette.setColor(QPalette.ColorRole.ButtonText, QColor(inks.selected))
            elif step in self._standing.done:
                palette.setColor(QPalette.ColorRole.ButtonText, QColor(inks.good))
            button.setPalette(palette)


def _as_sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
