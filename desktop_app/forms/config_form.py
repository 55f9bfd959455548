"""A form made from the settings models of `core.config`: it shows what the engine knows of each setting."""

from collections.abc import Iterable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPalette
from PySide6.QtWidgets import QComboBox, QFormLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from core.config import DEFAULT_ENCODER, PRESETS, build_settings, job_settings, setting_fields
from core.errors import SettingError
from core.presets import PRESET_WORDS
from core.settings import SettingField, Settings
from desktop_app.forms.setting_editor import SettingEditor, describe, make_editor
from desktop_app.look.theme import inks_of

_GROUP_TITLES = {
    "encoder": "Network",
    "objective": "What is learned",
    "transfer": "Start from a model",
    "training": "Training",
    "compute": "Computer",
    "study": "Study",
    "deep_infomax": "Deep InfoMax",
    "pretraining": "Pretraining",
    "scratch_training": "Training from scratch",
}
# Settings seen at first, of those that the network has; the others are folded away as advanced.
_BASIC = {
    "pretrain": (
        *("encoder.supercell_sites", "encoder.cutoff", "encoder.site_width", "encoder.crystal_width"),
        *("training.epochs", "training.learning_rate", "training.validation_fraction"),
    ),
    "finetune": (
        *("transfer.freeze", "training.epochs", "training.learning_rate", "training.test_fraction"),
        *("training.ensemble", "training.blend"),
    ),
    "study": ("study.arms", "study.n_labels", "study.seeds", "study.split", "study.folds", "study.reference"),
}


class ConfigForm(QWidget):
    """The settings of one kind of job with one encoder.

    `changed` after each edit; names of changed settings are bold.
    """

    changed = Signal()

    def __init__(self, kind: str, encoder: str = DEFAULT_ENCODER, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind, self.encoder = kind, encoder
        self.presets = QComboBox()
        self.presets.setAccessibleName("Preset")
        self._preset_label = QLabel("Preset")
        self.presets.addItems(list(PRESETS[kind]))
        self.presets.setToolTip(
            "A starting point for all settings below. Names of settings you changed are bold."
        )
        self.meaning, self.estimate = _remark(), _remark()
        self._is_chosen = False  # by the user: then no other preset is proposed
        self._rows = {field.key: _FormRow(field) for field in setting_fields(job_settings(kind, encoder))}
        self._lay_out()
        for row in self._rows.values():
            row.editor.changed.connect(self._on_edited)
        self.presets.currentTextChanged.connect(self.set_preset)
        self._fill("standard")

    def set_preset(self, name: str) -> None:
        """Fill in the values of a preset, which the user has chosen."""
        self._is_chosen = True
        self._fill(name)
        self._on_edited()

    def propose_preset(self, name: str) -> None:
        """Fill in a preset, unless the user has chosen one; what was changed stays."""
        if self._is_chosen or name == self.presets.currentText():
            return
        changed = self._changed()
        self._fill(name)
        self._change(changed)

    def show_estimate(self, words: str, basis: str = "") -> None:
        """Say under the preset how long a run with these settings takes, and what that rests on."""
        self.estimate.setText(words)
        self.estimate.setToolTip(basis)
        self._basic.setRowVisible(self.estimate, bool(words))

    def values(self) -> dict[str, Any]:
        """Value of each setting by its dotted key."""
        return {key: row.editor.value() for key, row in self._rows.items()}

    def settings(self) -> Settings:
        """The settings as they stand; raises SettingError when one is not allowed."""
        return build_settings(self.kind, "standard", self.values(), self.encoder)

    def take_over(self, other: "ConfigForm") -> None:
        """Take the preset and what was changed from the form of another encoder, but for its network."""
        self._fill(other.presets.currentText())
        self._is_chosen = other._is_chosen
        self._change(
            {key: value for key, value in other._changed().items() if not key.startswith("encoder.")}
        )

    def problems(self) -> list[str]:
        """One sentence for each value that is not allowed."""
        return [row.problem for row in self._rows.values() if row.problem]

    def show_group(self, group: str, shown: bool) -> None:
        """Show or hide the settings of a group, such as `encoder`; hidden ones keep their values."""
        for key, row in self._rows.items():
            if key.startswith(f"{group}."):
                row.set_shown(shown)
        for title in self.findChildren(QLabel, group):
            title.setVisible(shown)

    def align_labels(self, width: int) -> None:
        """Make the column of names at least this wide, so that it stands under that of another form."""
        for row in self._rows.values():
            row.label.setMinimumWidth(width)
        self._preset_label.setMinimumWidth(width)

    @property
    def label_width(self) -> int:
        """Width that the longest name needs among those seen at first; the others wrap."""
        return label_width(self.kind, self.encoder, self.fontMetrics())

    def editor(self, key: str) -> SettingEditor:
        """The editor of one setting."""
        return self._rows[key].editor

    def changeEvent(self, event: QEvent) -> None:
        """Say what is wrong in the colours of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            for row in self._rows.values():
                row.show_problem()

    def _changed(self) -> dict[str, Any]:
        """Value of each setting that is not as in the preset."""
        return {key: row.editor.value() for key, row in self._rows.items() if row.is_changed}

    def _change(self, values: Mapping[str, Any]) -> None:
        with QSignalBlocker(self):  # half of the values say nothing
            for key, value in values.items():
                self._rows[key].editor.set_value(value)
        self._on_edited()

    def _fill(self, preset: str) -> None:
        """Show the values of a preset, and measure changes from them; says nothing."""
        values = build_settings(self.kind, preset, encoder=self.encoder).model_dump()
        with QSignalBlocker(self), QSignalBlocker(self.presets):
            self.presets.setCurrentText(preset)
            for key, row in self._rows.items():
                group, setting = key.split(".")
                row.set_reference(values[group][setting])
        self.meaning.setText(PRESET_WORDS.get(self.kind, {}).get(preset, ""))

    def _on_edited(self) -> None:
        for row in self._rows.values():
            row.check(self.kind, self.encoder)
        self.changed.emit()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        basic = self._basic = _form_layout()
        basic.addRow(self._preset_label, self.presets)
        basic.addRow(self.meaning)
        basic.addRow(self.estimate)
        basic.setRowVisible(self.estimate, False)
        advanced = [row for row in self._rows.values() if _is_advanced(self.kind, row.editor.field)]
        _add_rows(basic, [row for row in self._rows.values() if row not in advanced])
        layout.addLayout(basic)
        if advanced:
            self.advanced_button, folded = _fold(f"Advanced ({len(advanced)})")
            inside = _form_layout()
            _add_rows(inside, advanced, titled=True)
            folded.setLayout(inside)
            layout.addWidget(self.advanced_button)
            layout.addWidget(folded)


def label_width(kind: str, encoder: str, metrics: QFontMetrics) -> int:
    """Width that the longest name needs among the settings that a form shows at first."""
    fields = setting_fields(job_settings(kind, encoder))
    shown = [field.label for field in fields if not _is_advanced(kind, field)]
    return max(metrics.horizontalAdvance(f"{label}m") for label in shown)


def _is_advanced(kind: str, field: SettingField) -> bool:
    return field.key not in _BASIC[kind] if kind in _BASIC else field.advanced


class _FormRow:
    """Label, editor and the complaint under it."""

    def __init__(self, field: SettingField) -> None:
        self.editor = make_editor(field)
        self.label = QLabel(field.label, wordWrap=True)
        self.label.setToolTip(describe(field))
        self.label.setBuddy(self.editor)
        self.complaint = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.problem = ""
        self._reference: Any = field.default

    @property
    def is_changed(self) -> bool:
        """Whether the value is another one than that of the preset."""
        return bool(self.editor.value() != self._reference)

    def set_reference(self, value: Any) -> None:
        """Show the preset's value and measure changes from it."""
        self._reference = value
        self.editor.set_value(value)

    def add_to(self, form: QFormLayout) -> None:
        """Take two lines of a form: the editor, and the complaint when there is one."""
        self._form = form
        form.addRow(self.label, self.editor)
        form.addRow(self.complaint)
        form.setRowVisible(self.complaint, False)

    def set_shown(self, shown: bool) -> None:
        """Show or hide the setting."""
        self._form.setRowVisible(self.editor, shown)

    def check(self, kind: str, encoder: str) -> None:
        """Say under the field what is wrong with its value, as the command line would."""
        value = self.editor.value()
        try:
            build_settings(kind, "standard", {self.editor.field.key: value}, encoder)
            self.problem = ""
        except SettingError as error:
            self.problem = error.message
        self.show_problem()

    def show_problem(self) -> None:
        """Draw what was found wrong in the colours of the theme, and the name in bold if it was changed."""
        self.complaint.setText(self.problem)
        self._form.setRowVisible(self.complaint, bool(self.problem))
        for widget, role in (
            (self.complaint, QPalette.ColorRole.WindowText),
            (self.editor.control, QPalette.ColorRole.Text),
        ):
            palette = QPalette()
            if self.problem:
                palette.setColor(role, inks_of(self.label).error)
            widget.setPalette(palette)
        font = self.label.font()
        font.setBold(self.is_changed)
        self.label.setFont(font)


def _remark() -> QLabel:
    label = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def _form_layout() -> QFormLayout:
    form = QFormLayout()
    form.setContentsMargins(0, 0, 0, 0)
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return form


def _add_rows(form: QFormLayout, rows: Iterable[_FormRow], *, titled: bool = False) -> None:
    group = ""
    for row in rows:
        of_row = row.editor.field.key.split(".")[0]
        if titled and of_row != group:
            group = of_row
            form.addRow(_group_title(group))
        row.add_to(form)


def _group_title(group: str) -> QLabel:
    title = QLabel(_GROUP_TITLES.get(group, group.capitalize()))
    title.setObjectName(group)
    title.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return title


def _fold(text: str) -> tuple[QToolButton, QWidget]:
    """A button that shows and hides what is folded under it."""
    button = QToolButton(autoRaise=True)
    button.setText(text)
    button.setCheckable(True)
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    button.setArrowType(Qt.ArrowType.RightArrow)
    folded = QWidget()
    folded.hide()

    def toggle(shown: bool) -> None:
        button.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)
        folded.setVisible(shown)

    button.toggled.connect(toggle)
    return button, folded
