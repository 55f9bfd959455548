"""How the measured properties, the elements and the sizes of the shown structures are distributed."""

from collections.abc import Callable
from functools import partial
from itertools import islice

from PySide6.QtWidgets import QComboBox, QWidget

from core.store.library.histograms import (
    COLUMNS,
    Histogram,
    column_histogram,
    element_counts,
    property_histogram,
)
from core.store.library.query import StructureQuery
from core.store.project import Project
from desktop_app.dialogs.side_dialog import SideDialog
from desktop_app.look.plain_text import with_unit
from desktop_app.plots.histogram import HistogramPlot
from desktop_app.session import Session
from desktop_app.tasks import LatestTask

_MOST_ELEMENTS = 30  # bars that can be told apart
_COLUMN_WORDS = dict(
    zip(COLUMNS, ("sites", "volume (Å³)", "density (g/cm³)", "space group number"), strict=True)
)

Answer = Histogram | dict[str, int]


class StatisticsDialog(SideDialog):
    """Follows the library while it is open."""

    def __init__(self, session: Session, query: StructureQuery, parent: QWidget) -> None:
        super().__init__("Statistics of the structures", (110, 70), parent)
        self._session, self._query = session, query
        self.choice = QComboBox()
        self.choice.setAccessibleName("Quantity")
        self.histogram = HistogramPlot()
        self._loading = LatestTask(session.tasks)
        self.finished.connect(self._loading.abandon)
        for widget in (self.choice, self.histogram):
            self.column.addWidget(widget)
        self._fill()
        self.choice.currentIndexChanged.connect(self._load)
        session.library_changed.connect(self._load)
        session.project_changed.connect(self.close)
        self._load()

    def _fill(self) -> None:
        """List properties first, then what every structure has."""
        project, query = self._session.project, self._query
        self._questions: list[Callable[[Project], Answer]] = []
        for prop in project.properties() if project is not None else []:
            title = with_unit(prop.name, prop.unit)
            self._offer(title, partial(property_histogram, name=prop.name, query=query))
        self._offer("elements", lambda of: dict(islice(element_counts(of, query).items(), _MOST_ELEMENTS)))
        for column, words in _COLUMN_WORDS.items():
            self._offer(words, partial(column_histogram, column=column, query=query))

    def _offer(self, title: str, question: Callable[[Project], Answer]) -> None:
        self._questions.append(question)
        self.choice.addItem(title)

    def _load(self) -> None:
        if self._session.project is not None:
            question = self._session.ask(self._questions[self.choice.currentIndex()])
            self._loading.start(question, self._show, self._session.notes.error)

    def _show(self, answer: Answer) -> None:
        title = self.choice.currentText()
        if isinstance(answer, Histogram):
            self.histogram.show_values(answer, title)
        else:
            self.histogram.show_counts(answer, title)
