"""Setting up a run: what to learn, from which structures, starting from what, with which settings."""

from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.config import DEFAULT_ENCODER, ENCODERS, GROUPINGS
from core.errors import CoreError
from core.jobs.run_folder import RunFolder
from core.presets import proposed_preset
from desktop_app.actions import Actions
from desktop_app.dialogs.ask import ask_file
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.forms.config_form import ConfigForm
from desktop_app.forms.scroll_column import ScrollColumn
from desktop_app.forms.setting_forms import ENCODER_TITLES, SettingForms
from desktop_app.library.floor_hint import FloorHint
from desktop_app.library.survey import LibrarySurvey, survey_library
from desktop_app.look.plain_text import as_written
from desktop_app.panel import Panel
from desktop_app.runs.command import as_command
from desktop_app.runs.probing import Prober
from desktop_app.runs.request import RunRequest, create_run
from desktop_app.runs.start_box import StartBox
from desktop_app.session import Session
from desktop_app.tasks import LatestTask
from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.empty_state import EmptyState

_KINDS = {
    "pretrain": ("Pretrain", "Learn from structures alone, without measured values."),
    "finetune": ("Fine-tune", "Learn a measured property, best from a pretrained model."),
}
_MODEL_FILES = "Models (*.safetensors);;All files (*)"
_OUTPUT = "objective.output"
_LARGEST_SEED = 2**31 - 1


class TrainPanel(Panel):
    """The button starts the run, or the words above it say why it cannot."""

    def __init__(self, session: Session, actions: Actions) -> None:
        empty = EmptyState("Train", "", "Import folder…")
        super().__init__(session, actions, empty)
        empty.acted.connect(actions["import_folder"].trigger)
        self.kinds = QTabBar(expanding=True)
        self.kinds.setAccessibleName("Kind of run")
        self.purpose = QLabel(wordWrap=True)
        self.collection, self.measured = choice_box(), choice_box()
        self.start_from = StartBox(session, self._ask_for_model)
        self.floor = FloorHint()
        self.origin = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.origin.setMinimumWidth(1)  # a long file name is cut rather than makes the panel wide
        self.seed = QSpinBox(maximum=_LARGEST_SEED)
        self.seed.setToolTip("Runs with the same seed, settings and structures give the same numbers.")
        self.title = QLineEdit(placeholderText="optional")
        self.encoder = choice_box()
        self._encoder = DEFAULT_ENCODER
        self._forms = SettingForms(list(_KINDS))
        self.reason = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.start_button = QPushButton()
        self.copy_button = QToolButton()
        self.copy_button.setDefaultAction(actions["copy_command"])
        self._survey: LibrarySurvey | None = None
        self._surveying = LatestTask(session.tasks)
        self._creating = False
        self.prober = Prober(session, self)
        self._lay_out()
        self._connect()
        self.reload()

    @property
    def kind(self) -> str:
        """`pretrain` or `finetune`."""
        return list(_KINDS)[self.kinds.currentIndex()]

    @property
    def forms(self) -> dict[str, ConfigForm]:
        """For each kind of run the form of the chosen encoder."""
        return {kind: self._form(kind) for kind in _KINDS}

    def _form(self, kind: str) -> ConfigForm:
        return self._forms.form(kind, self._encoder)

    def reload(self) -> None:
        """Read again, in a thread, what the project has to learn from."""
        self._survey = None
        self._surveying.abandon()
        if self.session.project is None:
            self.show_empty()
        else:
            self._surveying.start(self.session.ask(survey_library), self._on_survey, self.session.notes.error)
        self._judge()

    def _connect(self) -> None:
        session, start = self.session, self.actions_table["start_run"]
        session.project_changed.connect(self.reload)
        session.library_changed.connect(self.reload)
        self.kinds.currentChanged.connect(self._on_kind)
        self.collection.currentIndexChanged.connect(self._judge)
        self.measured.currentIndexChanged.connect(self._on_property)
        self.start_from.start_changed.connect(self._on_start_from)
        self.encoder.currentIndexChanged.connect(self._on_encoder)
        self._forms.changed.connect(self._judge)
        start.triggered.connect(self._start)
        self.actions_table["copy_command"].triggered.connect(self._copy_command)
        for number, command in enumerate(("set_up_pretraining", "set_up_finetuning")):
            self.actions_table[command].triggered.connect(partial(self._set_up, number))
        self.actions_table["finetune_from_run"].triggered.connect(self._start_from_run)
        self.start_button.clicked.connect(start.trigger)
        self.floor.accepted.connect(lambda: self._form(self.kind).editor(_OUTPUT).set_value("non_negative"))
        self.prober.told.connect(lambda *words: self._form(self.kind).show_estimate(*words))
        self._on_kind()

    def _on_survey(self, survey: LibrarySurvey) -> None:
        self._survey = survey
        if not survey.collections:
            self.show_empty("First import crystal structures.", "Import folder…")
        else:
            self.show_content()
            offer(self.measured, [(name, name) for name in survey.measured])
            self._offer_collections()
            self._forms.suggest("training.group_by", (*GROUPINGS, *survey.metadata))
        self._judge()

    def _on_kind(self) -> None:
        learning = self.kind == "finetune"
        for row in (self.measured, self.start_from):
            self._choices.setRowVisible(row, learning)
        self._on_start_from()
        self.purpose.setText(_KINDS[self.kind][1])
        self.start_button.setText(f"Start: {_KINDS[self.kind][0].lower()}")
        self._offer_collections()
        self._judge()

    def _set_up(self, kind: int) -> None:
        self.kinds.setCurrentIndex(kind)
        self.actions_table["show_train"].trigger()

    def _start_from_run(self) -> None:
        """Set up a fine-tuning of the selected run's network."""
        self._set_up(list(_KINDS).index("finetune"))
        self.start_from.choose(self.session.run_name)

    def _on_property(self) -> None:
        self._offer_collections()
        self._judge()

    def _on_start_from(self) -> None:
        """A model brings its own network and how that is trained; say where one comes from."""
        learning, origin = self.kind == "finetune", self.start_from.origin
        self.origin.setText(origin)
        self._choices.setRowVisible(self.origin, learning and bool(origin))
        from_scratch = self.start_from.start is None
        self._forms.show_network("finetune", from_scratch)
        self._choices.setRowVisible(self.encoder, from_scratch or not learning)
        self._on_encoder()

    def _ask_for_model(self) -> Path | None:
        return ask_file(self.window(), "Start from a model file", _MODEL_FILES, AppSettings())

    def _on_encoder(self) -> None:
        """Show the form of the encoder; what was changed besides the network stays."""
        of_start = self.start_from.encoder if self.kind == "finetune" else None
        self._encoder = of_start or self.encoder.currentData()
        self._forms.show_form(self.kind, self._encoder)
        self._scroll.fit()
        self._judge()

    def _offer_collections(self) -> None:
        """List the collections with their usable structures, the richest one chosen unless the user chose."""
        survey, prop = self._survey, self._property()
        if survey is None:
            return
        entries = [(f"{name} ({len(survey.usable(name, prop)):,})", name) for name in survey.collections]
        chosen = self.collection.currentData()
        offer(self.collection, entries)
        if not survey.usable(chosen or "", prop):
            self.collection.setCurrentIndex(self.collection.findData(survey.richest(prop)))

    def _property(self) -> str | None:
        return self.measured.currentData() if self.kind == "finetune" else None

    def _propose_preset(self) -> None:
        """Let the form begin with what was found to be the nearest for such a fine-tuning."""
        survey, prop = self._survey, self._property()
        if survey is None or not prop:
            return
        form = self._form("finetune")
        classes = str(form.editor("objective.classes").value()).split(",")
        preset = proposed_preset(
            pretrained=self.start_from.start is not None,
            num_labels=len(survey.usable(self.collection.currentData() or "", prop)),
            as_classes=prop in (name.strip() for name in classes),
        )
        form.propose_preset(preset)

    def _hint_at_floor(self) -> None:
        """Ask whether the property can be negative, where its values look as if it could not."""
        name, output = self._property() or "", self._form(self.kind).values().get(_OUTPUT)
        wanted = self._survey is not None and name in self._survey.floored and output == "linear"
        self._choices.setRowVisible(self.floor, wanted)
        self.floor.show_property(name)

    def _judge(self) -> None:
        """Enable the start, or say what stands in its way."""
        self._propose_preset()
        self._hint_at_floor()
        obstacle = self._obstacle()
        start = self.actions_table["start_run"]
        start.setEnabled(not obstacle)
        self.actions_table["copy_command"].setEnabled(not obstacle)
        self.start_button.setEnabled(not obstacle)
        self.start_button.setToolTip(as_written(obstacle) or start.toolTip())
        self.reason.setText(obstacle or "The run goes on when the window is closed.")
        self._ask_how_long(obstacle)

    def _ask_how_long(self, obstacle: str) -> None:
        """Let the time be estimated of a run that could be started now, while the form is in sight."""
        try:
            request = None if obstacle or not self.isVisible() else self._request()
        except CoreError:  # settings that contradict each other: said when the run is started
            request = None
        if request is None:
            self.prober.cancel()
        else:
            self.prober.ask(replace(request, seed=0, title=""))

    def showEvent(self, event: QShowEvent) -> None:
        """Estimate how long the run would take."""
        super().showEvent(event)
        self._judge()

    def hideEvent(self, event: QHideEvent) -> None:
        """Try nothing for a form that nobody sees."""
        super().hideEvent(event)
        self.prober.close()

    def _obstacle(self) -> str:
        if self._survey is None:
            return "No project is open." if self.session.project is None else "Counting structures…"
        if self._creating:
            return "Preparing the run…"
        if self.kind == "finetune" and not self._property():
            return "First import measured values (Project > Import measured values)."
        if problems := self._form(self.kind).problems():
            return problems[0]
        return self._survey.obstacle(self.collection.currentData() or "", self._property())

    def _start(self) -> None:
        if self._obstacle():
            return
        try:
            request = self._request()
        except CoreError as error:
            self.session.notes.error(error)
            return
        self._creating = True
        self._judge()
        work = self.session.ask(partial(create_run, request))
        task = self.session.start_activity("Preparing the run", work)
        task.succeeded.connect(self._on_created)
        task.finished.connect(self._on_create_ended)

    def _copy_command(self) -> None:
        folder = self.session.project_folder
        if folder is None or self._obstacle():
            return
        try:
            QGuiApplication.clipboard().setText(as_command(self._request(), folder))
        except CoreError as error:
            self.session.notes.error(error)
        else:
            self.session.notes.done("The command is copied; paste it into a terminal.")

    def _request(self) -> RunRequest:
        return RunRequest(
            kind=self.kind,
            collection=self.collection.currentData(),
            property_name=self._property(),
            start_from=self.start_from.start,
            settings=self._form(self.kind).settings(),
            seed=self.seed.value(),
            title=self.title.text().strip(),
        )

    def _on_created(self, run: RunFolder) -> None:
        self.session.start_run(run)
        self.actions_table["show_runs"].trigger()

    def _on_create_ended(self) -> None:
        self._creating = False
        self._judge()

    def _lay_out(self) -> None:
        for name, purpose in _KINDS.values():
            self.kinds.setTabToolTip(self.kinds.addTab(name), purpose)
        self._choices = QFormLayout()
        self._choices.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Property", self.measured),
            ("Structures", self.collection),
            ("Start from", self.start_from),
            ("Network", self.encoder),
            ("Title", self.title),
            ("Seed", self.seed),
        )
        offer(self.encoder, [(ENCODER_TITLES[name], name) for name in ENCODERS])
        for name, widget in rows:
            widget.setAccessibleName(name)
            label = QLabel(name)
            label.setMinimumWidth(self._forms.label_width)
            label.setBuddy(widget)
            self._choices.addRow(label, widget)
            if widget is self.measured:
                self._choices.addRow(self.floor)
            if widget is self.start_from:
                self._choices.addRow(self.origin)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.purpose)
        column.addLayout(self._choices)
        column.addWidget(self._forms)
        column.addStretch(1)
        self._scroll = ScrollColumn(inside)
        layout = QVBoxLayout(self.content)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.kinds)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.reason)
        row = QHBoxLayout()
        row.addWidget(self.start_button, 1)
        row.addWidget(self.copy_button)
        layout.addLayout(row)
