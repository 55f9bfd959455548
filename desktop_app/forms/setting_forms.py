"""The settings of kinds of runs with each encoder: one form for each pair, of which one is seen."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from core.config import ENCODERS
from desktop_app.forms.config_form import ConfigForm, label_width
from desktop_app.forms.setting_editor import WordEditor

ENCODER_TITLES = {
    "site_net": "Site-Net, compact",
    "site_net_multihead": "Site-Net with several heads",
    "cgcnn": "CGCNN",
    "geometric_algebra": "Geometric algebra",
}


class SettingForms(QWidget):
    """Makes a form when it is first asked for; `changed` after each edit of one.

    What was set in the form of another encoder is taken over, but for the network.
    """

    changed = Signal()

    def __init__(self, kinds: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        metrics = self.fontMetrics()
        self.label_width = max(label_width(kind, name, metrics) for kind in kinds for name in ENCODERS)
        self._made: dict[tuple[str, str], ConfigForm] = {}  # by kind of run and encoder
        self._current: dict[str, ConfigForm] = {}  # the form last asked for, by kind of run
        self._without_network: set[str] = set()
        self._suggested: dict[str, Sequence[str]] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)

    def form(self, kind: str, encoder: str) -> ConfigForm:
        """The form of a kind of run with an encoder."""
        form = self._made.get((kind, encoder)) or self._make(kind, encoder)
        before = self._current.get(kind, form)
        self._current[kind] = form
        if before is not form:
            form.take_over(before)
        return form

    def show_form(self, kind: str, encoder: str) -> None:
        """Let this form be the one that is seen."""
        shown = self.form(kind, encoder)
        for form in self._made.values():
            form.setVisible(form is shown)

    def show_network(self, kind: str, shown: bool) -> None:
        """Show or hide the settings of the network, which a starting model brings along."""
        self._without_network -= {kind}
        if not shown:
            self._without_network |= {kind}
        for (of_kind, _), form in self._made.items():
            if of_kind == kind:
                form.show_group("encoder", shown)

    def suggest(self, key: str, words: Sequence[str]) -> None:
        """Offer words for a setting in every form that has it."""
        self._suggested[key] = words
        for form in self._made.values():
            _suggest(form, key, words)

    def _make(self, kind: str, encoder: str) -> ConfigForm:
        form = self._made[kind, encoder] = ConfigForm(kind, encoder)
        form.hide()
        form.align_labels(self.label_width)
        form.show_group("encoder", kind not in self._without_network)
        for key, words in self._suggested.items():
            _suggest(form, key, words)
        form.changed.connect(self.changed)
        layout = self.layout()
        assert layout is not None
        layout.addWidget(form)
        return form


def _suggest(form: ConfigForm, key: str, words: Sequence[str]) -> None:
    editor = form.editor(key) if key in form.values() else None
    if isinstance(editor, WordEditor):
        editor.suggest(words)
