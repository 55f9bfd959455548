"""What all panels have in common: content, or the reason why there is none and a button that helps."""

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from desktop_app.actions import Actions
from desktop_app.session import Session
from desktop_app.widgets.empty_state import EmptyState


class Panel(QWidget):
    """Shows `content` or `empty`; subclasses fill `content` and say when it is empty."""

    def __init__(self, session: Session, actions: Actions, empty: EmptyState) -> None:
        super().__init__()
        self.session = session
        self.actions_table = actions
        self.empty = empty
        self.content = QWidget()
        self._stack = QStackedWidget()
        self._stack.addWidget(empty)
        self._stack.addWidget(self.content)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self._stack)

    @property
    def is_empty(self) -> bool:
        """Whether the panel says what it is for instead of showing content."""
        return self._stack.currentWidget() is self.empty

    def show_empty(self, sentence: str = "", button: str = "") -> None:
        """Say why there is nothing to show and offer what helps; without a project, that none is open."""
        if self.session.project is None:
            sentence, button = "No project is open.", ""
        self.empty.say(sentence, button)
        self._stack.setCurrentWidget(self.empty)

    def show_content(self) -> None:
        """Show the content."""
        self._stack.setCurrentWidget(self.content)
