"""One editor per kind of setting: a choice, a switch, a whole number, a word, or a number as it is typed."""

from collections.abc import Iterable
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QSpinBox, QWidget

from core.settings import SettingField

_LARGEST_WHOLE = 2**31 - 1
_FEWEST_LETTERS = 12  # that an editor shows, however narrow the form


class SettingEditor(QWidget):
    """Edits the value of one setting; `changed` after every edit, by hand or by program."""

    changed = Signal()

    def __init__(self, field: SettingField, control: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.control = control
        control.setAccessibleName(field.label)
        control.setAccessibleDescription(field.help)
        control.setToolTip(describe(field))
        control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        control.setMinimumWidth(control.fontMetrics().averageCharWidth() * _FEWEST_LETTERS)
        control.installEventFilter(self)
        self.setFocusProxy(control)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(control, 1)

    def value(self) -> Any:
        """The value as it stands; text that is not a number stays text and is refused by the check."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show another value."""
        raise NotImplementedError

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the form, not change a value that is not being edited."""
        if event.type() == QEvent.Type.Wheel and not self.control.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)


class ChoiceEditor(SettingEditor):
    """A list to choose from."""

    def __init__(self, field: SettingField, parent: QWidget | None = None) -> None:
        self.box = QComboBox()
        self.box.addItems(list(field.choices))
        super().__init__(field, self.box, parent)
        self.box.currentTextChanged.connect(self.changed)

    def value(self) -> str:
        """The chosen word."""
        return self.box.currentText()

    def set_value(self, value: Any) -> None:
        """Choose a word."""
        self.box.setCurrentText(str(value))


class SwitchEditor(SettingEditor):
    """On or off."""

    def __init__(self, field: SettingField, parent: QWidget | None = None) -> None:
        self.box = QCheckBox("on")
        super().__init__(field, self.box, parent)
        self.box.toggled.connect(self.changed)

    def value(self) -> bool:
        """Whether it is on."""
        return self.box.isChecked()

    def set_value(self, value: Any) -> None:
        """Switch on or off."""
        self.box.setChecked(bool(value))


class WholeNumberEditor(SettingEditor):
    """A whole number with its unit, kept in its range."""

    def __init__(self, field: SettingField, parent: QWidget | None = None) -> None:
        self.box = QSpinBox()
        self.box.setRange(
            -_LARGEST_WHOLE if field.minimum is None else int(field.minimum),
            _LARGEST_WHOLE if field.maximum is None else min(int(field.maximum), _LARGEST_WHOLE),
        )
        self.box.setGroupSeparatorShown(True)
        self.box.setSuffix(f" {field.unit}" if field.unit else "")
        self.box.setStepType(QSpinBox.StepType.AdaptiveDecimalStepType)
        super().__init__(field, self.box, parent)
        self.box.valueChanged.connect(self.changed)

    def value(self) -> int:
        """The number."""
        return self.box.value()

    def set_value(self, value: Any) -> None:
        """Show another number."""
        self.box.setValue(int(value))


class WordEditor(SettingEditor):
    """A word typed freely, with some to choose from."""

    def __init__(self, field: SettingField, parent: QWidget | None = None) -> None:
        self.box = QComboBox(editable=True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.addItem(str(field.default))
        super().__init__(field, self.box, parent)
        self.box.editTextChanged.connect(self.changed)

    def suggest(self, words: Iterable[str]) -> None:
        """Offer these words; what is typed stays."""
        typed = self.box.currentText()
        self.box.blockSignals(True)
        self.box.clear()
        self.box.addItems(list(words))
        self.set_value(typed)
        self.box.blockSignals(False)

    def value(self) -> str:
        """The word."""
        return self.box.currentText().strip()

    def set_value(self, value: Any) -> None:
        """Show another word, a long one from its beginning."""
        self.box.setEditText(str(value))
        line = self.box.lineEdit()
        if line is not None:
            line.setCursorPosition(0)


class TextEditor(SettingEditor):
    """A number with a fraction, typed freely."""

    def __init__(self, field: SettingField, parent: QWidget | None = None) -> None:
        self.box = QLineEdit()
        super().__init__(field, self.box, parent)
        if field.unit:
            layout = self.layout()
            assert layout is not None
            layout.addWidget(QLabel(field.unit))
        self.box.textChanged.connect(self.changed)

    def value(self) -> float | str:
        """The number where it can be read, else the text."""
        text = self.box.text().strip()
        try:
            return float(text)
        except ValueError:
            return text

    def set_value(self, value: Any) -> None:
        """Show another number, or what is none."""
        self.box.setText(f"{value:g}" if isinstance(value, float) else str(value))


def make_editor(field: SettingField) -> SettingEditor:
    """The editor that suits a setting, showing its default."""
    if field.choices:
        editor: SettingEditor = ChoiceEditor(field)
    elif field.kind is bool:
        editor = SwitchEditor(field)
    elif field.kind is int:
        editor = WholeNumberEditor(field)
    elif field.kind is str:
        editor = WordEditor(field)
    else:
        editor = TextEditor(field)
    editor.set_value(field.default)
    return editor


def describe(field: SettingField) -> str:
    """Help text of a setting with its range, default and name on the command line."""
    unit = f" {field.unit}" if field.unit else ""
    lines = [field.help]
    if field.minimum is not None and field.maximum is not None:
        lines.append(f"From {field.minimum:g} to {field.maximum:g}{unit}.")
    lines.append(f"Default: {field.default}{unit}. On the command line: --set {field.key}=…")
    return "\n".join(lines)
