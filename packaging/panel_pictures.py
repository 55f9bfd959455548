"""The pictures of the panels: what a project with finished runs shows, panel after panel."""

from pathlib import Path

from pictures import SIZE, save, wait, wait_until
from PySide6.QtWidgets import QTabWidget

from core.store.project import Project
from desktop_app.dialogs.palette import CommandPalette
from desktop_app.look.theme import Theme
from desktop_app.notes import Note, Severity
from desktop_app.session import Session
from desktop_app.upkeep.settings import AppSettings
from desktop_app.window import MainWindow

REDRAWING = 4.0  # seconds in which another crystal has been drawn, on a slow machine too
SHOWN_CRYSTAL, DISORDERED_CRYSTAL = "Al2O3", "Li0.33La0.56TiO3"


def take_panel_pictures(project: Path, theme: Theme) -> None:
    """Open the window in a theme and save each panel."""
    window = MainWindow(Session(), AppSettings())
    window.resize(*SIZE)
    window.show()
    save(window, "welcome", theme)
    window.projects.open_folder(project)
    window.resize(*SIZE)
    window.actions_table["reset_layout"].trigger()
    panels = Panels(window, project, theme)
    panels.take_runs()
    panels.take_train()
    panels.take_predictions()
    panels.take_map()
    panels.take_attention()
    panels.take_study()
    panels.take_disorder()
    panels.take_trajectory()
    window.close()
    window.deleteLater()
    wait(0.2)


class Panels:
    """An open window, whose parts are brought to the front one by one."""

    def __init__(self, window: MainWindow, project: Path, theme: Theme) -> None:
        self.window, self.session, self.theme = window, window.session, theme
        wait_until(lambda: window.structures.table.model.num_rows > 100)
        with Project.open(project) as opened:
            self.number_of = {row.name: row.id for row in opened.structure_rows()}
        self.session.select_structure(self.number_of[SHOWN_CRYSTAL])
        wait_until(lambda: window.crystal.view is not None and window.crystal.view.is_live)

    def take_runs(self) -> None:
        """The curves of one run, and of two beside each other."""
        runs = self.window.runs
        tuned = [name for name, run in self.session.jobs.runs.items() if run.spec.kind == "finetune"]
        self.session.select_run(max(tuned))
        wait_until(lambda: runs.plot.readout.text().startswith("epoch"))
        self.save("runs")
        lines = range(runs.table.model.rowCount())
        runs.table.select_lines(line for line in lines if runs.table.model.row(line).name in tuned)
        runs.table.row_selected.emit(self.session.run)
        self.save("runs-together")
        self.session.select_run(min(tuned))
        self.session.select_run(max(tuned))
        self.take_palette()

    def take_palette(self) -> None:
        """The command palette while it is asked for something."""
        self.trigger("show_palette")
        palette = self.window.findChild(CommandPalette)
        palette.box.setText("export")
        save(palette, "palette", self.theme)
        palette.close()

    def take_train(self) -> None:
        """The form of a fine-tuning."""
        self.trigger("set_up_finetuning")
        form = self.window.train.forms["finetune"]
        wait_until(lambda: form.estimate.isVisible() and "…" not in form.estimate.text())
        self.save("train")
        self.trigger("show_structures")

    def take_predictions(self) -> None:
        """Parity and intervals, where errors come from, and what to measure next."""
        predictions = self.window.predictions
        self.trigger("show_predictions")
        wait_until(lambda: predictions.table.model.num_rows > 100)
        self.save("predictions")
        for tab in ("Errors", "Elements", "Distance", "Worst"):
            turn_to(predictions.views, tab)
            self.save(f"predictions-{tab.lower()}")
        turn_to(predictions.views, "Parity")

    def take_map(self) -> None:
        """Crystals by what the network sees in them."""
        self.trigger("show_map")
        wait_until(lambda: len(self.window.map.plot.cloud.places) > 0)
        self.save("map")

    def take_attention(self) -> None:
        """Each view of the attention of one site."""
        attention = self.window.attention
        self.trigger("show_attention")
        wait_until(lambda: attention.table.model.num_rows > 0)
        self.session.select_site(0)
        wait_until(self.window.crystal.colour_bar.isVisible)
        self.save("attention")
        for tab in ("Neighbours", "Matrix", "Reach", "Elements"):
            turn_to(attention.views, tab)
            self.save(f"attention-{tab.lower()}")
        turn_to(attention.views, "Sites")

    def take_study(self) -> None:
        """What a study has found, and the form of the next one."""
        study = self.window.study
        self.trigger("show_study")
        wait_until(lambda: study.differences.model.rowCount() > 0)
        self.save("study")
        turn_to(study.pages, "New study")
        wait_until(lambda: study.setup is not None and study.setup.measured.count() > 0)
        self.save("study-new")
        turn_to(study.pages, "Results")

    def take_trajectory(self) -> None:
        """Particles in the middle, and what an analysis has found of them."""
        trajectory = self.window.trajectory
        self.trigger("open_sample_trajectory")
        wait_until(lambda: trajectory.opened is not None and trajectory.stage.colours.order is not None)
        trajectory.stage.slider.choose(int(trajectory.stage.colours.order.frames[-1]))  # the last analysed
        self.save("trajectory")
        turn_to(trajectory.views, "Map")
        self.save("trajectory-map")
        turn_to(trajectory.views, "Phases")
        self.trigger("show_runs")

    def take_disorder(self) -> None:
        """A site that elements share, and the panel of messages."""
        self.session.notes.post(Note(Severity.DONE, "1 structure read into 'disordered'."))
        self.session.select_structure(self.number_of[DISORDERED_CRYSTAL])
        wait_until(lambda: self.window.crystal.explanation.text().startswith("Disordered"))
        self.trigger("show_log")
        wait(REDRAWING)
        self.save("disorder-and-messages")

    def trigger(self, command: str) -> None:
        """Give a command, and let it take effect."""
        self.window.actions_table[command].trigger()
        wait(0.2)

    def save(self, name: str) -> None:
        """Save the window."""
        save(self.window, name, self.theme)


def turn_to(tabs: QTabWidget, name: str) -> None:
    """Bring a tab to the front."""
    tabs.setCurrentIndex(next(n for n in range(tabs.count()) if tabs.tabText(n) == name))
    wait(0.2)
