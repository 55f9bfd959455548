"""Setting up a study: the property, the structures, and the settings of the comparison."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from core.config import ENCODERS, GROUPINGS
from core.errors import CoreError
from core.jobs.run_folder import RunFolder
from core.study_settings import CLUSTER
from desktop_app.forms.choice_box import choice_box, offer
from desktop_app.forms.config_form import ConfigForm
from desktop_app.forms.scroll_column import ScrollColumn
from desktop_app.forms.setting_forms import ENCODER_TITLES, SettingForms
from desktop_app.library.survey import LibrarySurvey
from desktop_app.runs.command import as_command
from desktop_app.runs.request import RunRequest, create_run
from desktop_app.session import Session

_LARGEST_SEED = 2**31 - 1
_ARMS = (
    "mean, forest, boosting, boosting_structure, scratch, deep_infomax",
    "mean, forest, boosting, boosting_structure",
    "scratch, deep_infomax",
)


class StudySetup(QWidget):
    """The button starts the study, or the words above it say why it cannot; `created` gives its run."""

    created = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._survey = LibrarySurvey()
        self._creating = False
        self.measured, self.collection = choice_box("Property"), choice_box("Structures")
        self.encoder = choice_box("Network")
        offer(self.encoder, [(ENCODER_TITLES[name], name) for name in ENCODERS])
        self.seed = QSpinBox(maximum=_LARGEST_SEED)
        self._forms = SettingForms(["study"])
        self.reason = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.start_button = QPushButton("Start the study")
        self.copy_button = QToolButton()
        self.copy_button.setText("Copy as command")
        self.copy_button.setToolTip("Copy the line that starts this study in a terminal.")
        self._lay_out()
        self.measured.currentIndexChanged.connect(self._offer_collections)
        self.collection.currentIndexChanged.connect(self._judge)
        self.encoder.currentIndexChanged.connect(self._on_encoder)
        self._forms.changed.connect(self._judge)
        self.start_button.clicked.connect(self._start)
        self.copy_button.clicked.connect(self._copy_command)
        self._forms.suggest("study.arms", _ARMS)
        self._on_encoder()

    @property
    def form(self) -> ConfigForm:
        """The settings with the chosen network."""
        return self._forms.form("study", self.encoder.currentData())

    def show_survey(self, survey: LibrarySurvey) -> None:
        """Offer what the project has to learn from."""
        self._survey = survey
        offer(self.measured, [(name, name) for name in survey.measured])
        self._forms.suggest("study.split", (*GROUPINGS, CLUSTER, *survey.metadata))
        for name in ("study.test_collection", "study.pool"):
            self._forms.suggest(name, ("", *survey.collections))
        self._offer_collections()

    def _on_encoder(self) -> None:
        self._forms.show_form("study", self.encoder.currentData())
        self._judge()

    def _offer_collections(self) -> None:
        prop = self.measured.currentData()
        names = self._survey.collections
        offer(
            self.collection, [(f"{name} ({len(self._survey.usable(name, prop)):,})", name) for name in names]
        )
        if not self._survey.usable(self.collection.currentData() or "", prop):
            self.collection.setCurrentIndex(self.collection.findData(self._survey.richest(prop)))
        self._judge()

    def _obstacle(self) -> str:
        if self._creating:
            return "Preparing the study…"
        prop = self.measured.currentData()
        if not prop:
            return "First import measured values (Project > Import measured values)."
        if problems := self.form.problems():
            return problems[0]
        return self._survey.obstacle(self.collection.currentData() or "", prop)

    def _judge(self) -> None:
        obstacle = self._obstacle()
        for button in (self.start_button, self.copy_button):
            button.setEnabled(not obstacle)
        self.reason.setText(obstacle or "Every cell is one training; the study goes on without the window.")

    def _request(self) -> RunRequest | None:
        """What the form asks for; None, and the reason is said, where its settings contradict each other."""
        try:
            settings = self.form.settings()
        except CoreError as error:
            self._session.notes.error(error)
            return None
        return RunRequest(
            kind="study",
            collection=self.collection.currentData(),
            property_name=self.measured.currentData(),
            start_from=None,
            settings=settings,
            seed=self.seed.value(),
            title="",
        )

    def _copy_command(self) -> None:
        request, folder = self._request(), self._session.project_folder
        if request is not None and folder is not None:
            QGuiApplication.clipboard().setText(as_command(request, folder))
            self._session.notes.done("The command is copied; paste it into a terminal.")

    def _start(self) -> None:
        request = self._request()
        if request is None:
            return
        self._creating = True
        self._judge()
        work = self._session.ask(partial(create_run, request))
        task = self._session.start_activity("Preparing the study", work)
        task.succeeded.connect(self._on_created)
        task.finished.connect(self._on_create_ended)

    def _on_created(self, run: RunFolder) -> None:
        self._session.start_run(run)
        self.created.emit(run)

    def _on_create_ended(self) -> None:
        self._creating = False
        self._judge()

    def _lay_out(self) -> None:
        choices = QFormLayout()
        choices.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        rows = (
            ("Property", self.measured),
            ("Structures", self.collection),
            ("Network", self.encoder),
            ("Seed", self.seed),
        )
        for name, widget in rows:
            label = QLabel(name)
            label.setMinimumWidth(self._forms.label_width)
            label.setBuddy(widget)
            widget.setAccessibleName(name)
            choices.addRow(label, widget)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(QLabel("Compare ways to learn, with few labels and with many.", wordWrap=True))
        column.addLayout(choices)
        column.addWidget(self._forms)
        column.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.addWidget(ScrollColumn(inside), 1)
        layout.addWidget(self.reason)
        buttons = QHBoxLayout()
        buttons.addWidget(self.start_button, 1)
        buttons.addWidget(self.copy_button)
        layout.addLayout(buttons)
