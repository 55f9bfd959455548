"""Takes the pictures of docs/tutorial: a new user's walk through the window with measured conductivities.

Presses what a new user would press: the button of the welcome page, then always the step that the strip under
the toolbar points out. Only the answers to questions about files are given for the user. Needs the folder
../shared/data/obelix, and some minutes. Run it with: make tutorial.
"""

import shutil
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from unittest.mock import patch

from pictures import DOCS, SIZE, prepare_application, save_as, wait, wait_until
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton, QTabWidget, QWidget

from core.jobs.run_folder import Status
from core.store.project import Project
from desktop_app.dialogs.labels import LabelsDialog
from desktop_app.guide.workflow import Step
from desktop_app.library.column_mapping import Role
from desktop_app.look.theme import Theme, apply_theme
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.widgets.table import Table
from desktop_app.widgets.toast import Toast
from desktop_app.window import MainWindow

OBELIX = Path(__file__).resolve().parents[2] / "shared" / "data" / "obelix"
PICTURES = DOCS / "tutorial"
PROPERTY, UNIT = "conductivity", "S/cm"
EPOCHS = 20  # enough to see what happens; the preset has more
KEPT_BACK = 9  # every so many-th file plays a crystal that nobody has measured yet
SHOWN = "jqc"  # Li7BiO6


def main() -> None:
    """Walk through the window in a project of its own."""
    if not OBELIX.is_dir():
        raise SystemExit(
            f"The tutorial needs the measured conductivities of '{OBELIX}', which are not there."
        )
    with tempfile.TemporaryDirectory(prefix="tutorial-") as folder:
        app = prepare_application(Path(folder) / "settings")
        apply_theme(app, Theme.LIGHT)
        measured, candidates = lay_out_files(Path(folder))
        walk = Walk(Path(folder))
        walk.open_project()
        walk.import_structures(measured)
        walk.import_values(OBELIX / "labels.csv")
        walk.learn()
        walk.look_at_predictions()
        walk.look_at_attention()
        walk.predict(candidates)
        walk.close()


def lay_out_files(folder: Path) -> tuple[Path, Path]:
    """Copy the crystals into two folders: those that are measured, and those that could be."""
    measured, candidates = folder / "measured", folder / "candidates"
    for number, file in enumerate(sorted((OBELIX / "cifs").iterdir())):
        place = candidates if number % KEPT_BACK == KEPT_BACK - 1 else measured
        place.mkdir(exist_ok=True)
        shutil.copy(file, place)
    return measured, candidates


class Walk:
    """The window, and the hand of somebody who has never seen it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.session = Session()
        self.window = MainWindow(self.session, AppSettings())
        self.window.resize(*SIZE)
        self.window.show()

    def open_project(self) -> None:
        """Make a project from the welcome page."""
        self.picture("01-welcome")
        button = next(b for b in self.window.welcome.findChildren(QPushButton) if "New" in b.text())
        with answered("getSaveFileName", (str(self.folder / "Conductivity"), "")):
            click(button)
        self.window.resize(*SIZE)
        self.picture("02-empty-project")

    def import_structures(self, folder: Path) -> None:
        """Do what the strip says: import a folder."""
        with answered("getExistingDirectory", str(folder)):
            self.follow(Step.IMPORT)
        wait_until(lambda: self.window.structures.table.model.num_rows > 100)
        with Project.open(self.folder / "Conductivity") as project:
            number = next(row.id for row in project.structure_rows() if row.name == SHOWN)
        self.session.select_structure(number)
        wait_until(lambda: self.window.crystal.view is not None and self.window.crystal.view.is_live)
        self.rest()
        self.picture("03-structures")

    def import_values(self, table: Path) -> None:
        """Do what the strip says: import a table of measured values."""
        with answered("getOpenFileName", (str(table), "")):
            self.follow(Step.FINETUNE)
        wait_until(lambda: self.window.findChild(LabelsDialog) is not None)
        dialog = self.window.findChild(LabelsDialog)
        line = next(line for line in dialog.columns.lines if line.holds is Role.VALUES)
        line.property_name.setText(PROPERTY)
        line.unit.setText(UNIT)
        button = dialog.buttons.button(dialog.buttons.StandardButton.Ok)
        wait_until(button.isEnabled)
        self.picture("04-table", dialog)
        click(button)
        wait_until(lambda: self.window.train.measured.count() > 0)
        self.rest()
        self.picture("05-values")

    def learn(self) -> None:
        """Fine-tune from the shipped model, in less time than the form proposes."""
        window = self.window
        self.follow(Step.FINETUNE)
        form = window.train.forms["finetune"]
        form.set_preset("quick")
        form.editor("training.epochs").set_value(EPOCHS)
        wait_until(window.train.start_button.isEnabled)
        wait_until(lambda: form.estimate.isVisible() and "…" not in form.estimate.text())
        self.picture("06-fine-tune")
        click(window.train.start_button)
        wait_until(
            lambda: self.session.run is not None and len(self.session.run.history.epochs) >= EPOCHS // 2
        )
        self.picture("07-at-work")
        self.wait_for_run()

    def look_at_predictions(self) -> None:
        """Do what the strip says: look at the predictions."""
        self.follow(Step.PREDICT)
        wait_until(lambda: self.window.predictions.table.model.num_rows > 100)
        self.rest()
        self.picture("08-predictions")

    def look_at_attention(self) -> None:
        """Do what the strip says: choose a site and see where the network looked."""
        attention = self.window.attention
        self.follow(Step.INSPECT)
        wait_until(lambda: attention.table.model.rowCount() > 0)
        click_row(attention.table, 0)
        wait_until(self.window.crystal.colour_bar.isVisible)
        self.picture("09-attention")
        turn_to(attention.views, "Hiding")
        click(attention.occlusion.start)
        wait_until(lambda: attention.occlusion.site_values is not None)
        self.rest()
        self.picture("10-hiding")

    def predict(self, folder: Path) -> None:
        """Drop a folder of crystals that nobody has measured, and ask which to measure next."""
        self.drop(folder)
        menu = self.window.findChild(QMenu, "dropped")
        self.picture("11-drop", menu)
        menu.actions()[0].trigger()
        menu.close()
        runs = self.session.jobs.runs
        wait_until(lambda: any(run.spec is not None and run.spec.kind == "predict" for run in runs.values()))
        predictions = self.window.predictions
        wait_until(lambda: self.session.run is not None and self.session.run.spec.kind == "predict")
        wait_until(lambda: 0 < predictions.table.model.num_rows < 100)
        predictions.ranks.box.setCurrentText("Highest value")
        click_row(predictions.table, 0)
        self.rest()
        self.picture("12-what-to-measure-next")

    def close(self) -> None:
        """End as the user does."""
        self.window.close()
        self.window.deleteLater()
        wait(0.5)

    def follow(self, step: Step) -> None:
        """Press a step of the strip; it is worth a word where the strip points to another one."""
        standing = self.window.workflow.standing
        print(f"[{standing.next_step}] {standing.sentence}", flush=True)
        if standing.next_step is not step:
            print(f"The strip does not point to '{step}'.", flush=True)
        click(self.window.strip.buttons[step])

    def drop(self, folder: Path) -> None:
        """Let a folder fall on the window."""
        files = QMimeData()
        files.setUrls([QUrl.fromLocalFile(str(folder))])
        place = QPointF(self.window.rect().center())
        button, key = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        self.window.dropEvent(QDropEvent(place, Qt.DropAction.CopyAction, files, button, key))

    def wait_for_run(self) -> None:
        """Wait until the selected run has ended, and end where it has failed."""
        wait_until(lambda: self.session.run is not None and not self.session.run.is_active)
        run = self.session.run
        if run is None or run.status is not Status.COMPLETED:
            raise SystemExit(f"The run has not completed: {run and run.problem}")
        self.rest()

    def rest(self) -> None:
        """Wait until nothing is done in the background, and no message covers a corner."""
        wait_until(self.window.activity.isHidden)
        self.close_messages()

    def close_messages(self) -> None:
        """Close those that float over the lower right corner."""
        for toast in self.window.findChildren(Toast):
            toast.close_toast()

    def picture(self, name: str, widget: QWidget | None = None) -> None:
        """Save the window, or one of its dialogs."""
        save_as(widget or self.window, PICTURES / f"{name}.png")


def answered(question: str, answer: object) -> AbstractContextManager[object]:
    """Answer a question about a file or a folder, whose dialog belongs to the system."""
    return patch.object(QFileDialog, question, return_value=answer)


def click(button: QPushButton) -> None:
    """Press a button as a mouse does."""
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def click_row(table: Table, row: int) -> None:
    """Press the first cell of a row."""
    place = table.view.visualRect(table.model.index(row, 0)).center()
    QTest.mouseClick(table.view.viewport(), Qt.MouseButton.LeftButton, pos=place)


def turn_to(tabs: QTabWidget, name: str) -> None:
    """Press a tab."""
    number = next(n for n in range(tabs.count()) if tabs.tabText(n) == name)
    QTest.mouseClick(tabs.tabBar(), Qt.MouseButton.LeftButton, pos=tabs.tabBar().tabRect(number).center())


if __name__ == "__main__":
    main()
