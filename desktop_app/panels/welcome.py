"""The first page: open, make or try a project."""

from collections.abc import Collection
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from core.store.database import DATABASE_NAME
from desktop_app.actions import Actions
from desktop_app.look.icons import application_icon
from desktop_app.look.plain_text import as_written
from desktop_app.upkeep.recovery_box import RecoveryBox

_SHOWN_RECENT = 6
_PROMISE = (
    "Learn from crystal structures and a few measured values,\nand see site by site what the model looks at."
)
_STEPS = (
    ("Import", "a folder of CIF files, disordered ones too, and a table of measured values"),
    ("Pretrain", "on structures without values, or choose a model that comes with the program"),
    ("Fine-tune", "on the few that are measured"),
    ("Predict and inspect", "errors beside simple baselines, attention on the atoms"),
)


class WelcomePanel(QWidget):
    """Buttons for the three beginnings, the recent projects, and the way through the program.

    `locating` asks where a project is now that is not where it was; `pinning` gives whether one shall stay.
    """

    recent_chosen = Signal(Path)
    locating = Signal(Path)
    pinning = Signal(Path, bool)

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._actions = actions
        self.recent_buttons: list[QToolButton] = []
        self.pins: list[QToolButton] = []
        self._recent = QGridLayout()
        self._recent.setColumnStretch(0, 1)
        middle = QVBoxLayout()
        middle.setSpacing(14)
        self.recovery = RecoveryBox()
        middle.addWidget(self.recovery)
        middle.addLayout(_heading())
        middle.addLayout(self._beginnings())
        middle.addWidget(self._tour_button(), 0, Qt.AlignmentFlag.AlignLeft)
        middle.addLayout(self._recent)
        middle.addSpacing(10)
        middle.addWidget(_way())
        column = QVBoxLayout(self)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addLayout(middle)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(2)

    def show_recent(self, folders: list[Path], pinned: Collection[Path] = ()) -> None:
        """List the projects opened last; of those that are gone, a press asks where they are now."""
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self.recent_buttons, self.pins = [], []
        if folders:
            self._recent.addWidget(_small_title("Recent projects"), 0, 0)
        for line, folder in enumerate(folders[:_SHOWN_RECENT], start=1):
            self.recent_buttons.append(self._recent_button(folder))
            self.pins.append(self._pin(folder, folder in pinned))
            self._recent.addWidget(self.recent_buttons[-1], line, 0, Qt.AlignmentFlag.AlignLeft)
            self._recent.addWidget(self.pins[-1], line, 1)

    def _recent_button(self, folder: Path) -> QToolButton:
        present = (folder / DATABASE_NAME).exists()
        button = QToolButton(autoRaise=True)
        name = folder.name.replace("&", "&&")
        where = str(folder.parent).replace("&", "&&")
        button.setText(f"{name}   ·   {where}" + ("" if present else "   (not found: Locate…)"))
        button.setToolTip(as_written(str(folder)))
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.clicked.connect(lambda: (self.recent_chosen if present else self.locating).emit(folder))
        return button

    def _pin(self, folder: Path, is_pinned: bool) -> QToolButton:
        button = QToolButton(autoRaise=True)
        button.setCheckable(True)
        button.setChecked(is_pinned)
        button.setText("Pinned" if is_pinned else "Pin")
        button.setAccessibleName(f"Pin {folder.name}")
        button.setToolTip("A pinned project stays at the head of this list.")
        button.toggled.connect(lambda wanted: self.pinning.emit(folder, wanted))
        return button

    def _tour_button(self) -> QPushButton:
        action = self._actions["take_tour"]
        button = QPushButton(f"New here? {action.text()}: it opens the sample project", flat=True)
        button.setToolTip(action.toolTip())
        button.clicked.connect(action.trigger)
        return button

    def _beginnings(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for name in ("open_sample", "open_project", "new_project"):
            action = self._actions[name]
            button = QPushButton(action.icon(), action.text())
            button.setToolTip(action.toolTip())
            button.setMinimumHeight(round(button.fontMetrics().height() * 2.4))
            button.setDefault(name == "open_sample")
            button.clicked.connect(action.trigger)
            action.enabledChanged.connect(button.setEnabled)
            row.addWidget(button, 1)
        return row


def _heading() -> QHBoxLayout:
    row = QHBoxLayout()
    picture = QLabel()
    picture.setPixmap(application_icon().pixmap(48, 48))
    words = QVBoxLayout()
    title = QLabel("Siteloupe")
    font = title.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    font.setWeight(QFont.Weight.DemiBold)
    title.setFont(font)
    words.addWidget(title)
    words.addWidget(QLabel(_PROMISE))
    row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
    row.addSpacing(8)
    row.addLayout(words, 1)
    return row


def _way() -> QWidget:
    """The steps of the work, in order."""
    box = QWidget()
    layout = QVBoxLayout(box)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(_small_title("The way from files to a prediction"))
    for number, (step, what) in enumerate(_STEPS, start=1):
        layout.addWidget(QLabel(f"{number}.  {step}: {what}"))
    return box


def _small_title(text: str) -> QLabel:
    label = QLabel(text)
    font = label.font()
    font.setBold(True)
    label.setFont(font)
    return label
