"""What can be done with the structures inside the lasso."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget


class Surrounded(QWidget):
    """Counts them and offers buttons; hidden while there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.structure_ids: list[int] = []
        self.count = QLabel()
        self.collect, self.tag = QPushButton("Add to collection…"), QPushButton("Tag…")
        self.clear = QToolButton()
        self.clear.setText("Let go")
        self.clear.setToolTip("Show all points alike again.")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.count, 1)
        for button in (self.collect, self.tag, self.clear):
            layout.addWidget(button)
        self.show_structures([])

    def show_structures(self, structure_ids: list[int]) -> None:
        """Say how many there are."""
        self.structure_ids = structure_ids
        self.count.setText(f"{len(structure_ids):,} structure" + ("" if len(structure_ids) == 1 else "s"))
        self.setVisible(bool(structure_ids))
