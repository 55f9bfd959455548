from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QMainWindow, QSplitter
from pytestqt.qtbot import QtBot

from core.events import Failed
from core.jobs.atomic import write_json
from core.jobs.event_log import EventLog
from core.jobs.run_folder import RunFolder
from core.store.importing.files import import_files
from core.store.project import Project
from core.structures.cif.writer import to_cif
from desktop_app.actions import Actions
from desktop_app.panels.trajectory import TrajectoryPanel
from desktop_app.session import Session
from tests.core.graphs.crystals import rock_salt
from tests.core.jobs.particle_orders import particle_order
from tests.desktop_app.trajectory.trajectory_projects import (
    SIZE,
    analysed,
    finish,
    learned,
    write_trajectory,
)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(frame: QMainWindow, empty_session: Session, actions: Actions) -> TrajectoryPanel:
    """The panel beside its stage, in an empty project."""
    panel = TrajectoryPanel(empty_session, actions)
    both = QSplitter()
    both.addWidget(panel.stage)
    both.addWidget(panel)
    frame.setCentralWidget(both)
    frame.resize(1000, 700)
    frame.show()
    panel.look(True)
    return panel


@pytest.fixture
def melt(tmp_path: Path) -> Path:
    return write_trajectory(tmp_path / "melt.gsd")


@pytest.fixture
def open_melt(qtbot: QtBot, panel: TrajectoryPanel, melt: Path, wait: int) -> Callable[[], None]:
    def open_it() -> None:
        panel.open_file(melt)
        qtbot.waitUntil(lambda: panel.opened is not None, timeout=wait)

    return open_it


@pytest.fixture
def done(
    qtbot: QtBot, panel: TrajectoryPanel, empty_project: Path, melt: Path, wait: int
) -> Callable[..., RunFolder]:
    """Leaves an analysis in the project and waits until the panel shows it."""

    def make(**changes: bool) -> RunFolder:
        run = analysed(empty_project, melt, particle_order((SIZE,) * 3, **changes))
        qtbot.waitUntil(lambda: panel.opened is not None and panel.opened.run == run.name, timeout=wait)
        panel.grab()
        return run

    return make


def go_to(qtbot: QtBot, panel: TrajectoryPanel, frame: int, wait: int) -> None:
    panel.stage.slider.choose(frame)
    qtbot.waitUntil(lambda: panel.stage.frame is not None and panel.stage.frame.number == frame, timeout=wait)


def tabs(panel: TrajectoryPanel) -> list[str]:
    count = panel.views.count()
    return [panel.views.tabText(k) for k in range(count) if panel.views.isTabVisible(k)]


@pytest.fixture
def offered(qtbot: QtBot, panel: TrajectoryPanel, open_melt, empty_project: Path, monkeypatch, wait: int):
    """The network that an analysis of the open melt may choose, and the list of runs that are started."""
    started: list = []
    monkeypatch.setattr(panel.session, "start_run", started.append)
    network = learned(empty_project)
    open_melt()
    qtbot.waitUntil(lambda: panel.analysis.choice.count() == 2, timeout=wait)
    return network, started


def test_an_empty_panel_offers_to_open_a_file_or_the_sample(
    qtbot: QtBot, panel: TrajectoryPanel, actions: Actions
):
    assert panel.is_empty
    for button, name in (
        (panel.empty.button, "open_trajectory"),
        (panel.sample_button, "open_sample_trajectory"),
    ):
        with qtbot.waitSignal(actions[name].triggered):
            qtbot.mouseClick(button, LEFT)


def test_a_trajectory_is_shown_with_the_facts_of_each_frame(
    qtbot: QtBot, panel: TrajectoryPanel, open_melt, wait: int
):
    with qtbot.waitSignal(panel.stage_wanted, check_params_cb=bool, timeout=wait):
        open_melt()
    assert panel.name.text() == "melt.gsd"
    assert panel.stage.facts.text() == "Frame 1 of 6 · 27 particles · box 9 × 9 × 9 · step 0"
    assert panel.stage.legend.entries[0][0] == "Ar"
    go_to(qtbot, panel, 2, wait)
    assert panel.stage.facts.text() == "Frame 3 of 6 · 27 particles · box 9.6 × 9.6 × 9.6 · step 2,000"
    assert "not that of the first frame" in panel.stage.facts.toolTip()
    assert tabs(panel) == ["Analyse", "Learn"]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"words\n", "no trajectory that can be read"), (b"", "empty"), (b"4\nx\nA 0 0\n", "breaks off")],
)
def test_a_file_that_cannot_be_read_is_named_in_the_panel(
    qtbot: QtBot, panel: TrajectoryPanel, tmp_path: Path, content: bytes, said: str, wait: int
):
    path = tmp_path / "odd.xyz"
    path.write_bytes(content)
    panel.open_file(path)
    qtbot.waitUntil(lambda: said in panel.empty.sentence.text(), timeout=wait)
    assert "odd.xyz" in panel.empty.sentence.text()


def test_a_foreign_schema_is_said_beside_what_is_open(
    qtbot: QtBot, panel: TrajectoryPanel, open_melt, shared_data: Path, wait: int
):
    open_melt()
    panel.open_file(shared_data / "trajectories" / "other_schema_gsd_test_v1.gsd")
    qtbot.waitUntil(panel.message.isVisible, timeout=wait)
    assert "other_schema_gsd_test_v1.gsd is a GSD file of the schema 'none'" in panel.message.text.text()
    assert panel.name.text() == "melt.gsd"


def test_a_damaged_frame_is_named_and_not_shown_and_the_next_one_is(
    qtbot: QtBot, panel: TrajectoryPanel, melt: Path, wait: int
):
    panel.open_file(write_trajectory(melt, damaged=(1,)))
    qtbot.waitUntil(lambda: panel.opened is not None, timeout=wait)
    panel.stage.slider.choose(1)
    qtbot.waitUntil(panel.message.isVisible, timeout=wait)
    assert "melt.gsd, frame 2: the position of particle 5" in panel.message.text.text()
    assert panel.stage.facts.text() == "Frame 2 of 6 cannot be shown."
    go_to(qtbot, panel, 2, wait)
    assert not panel.message.isVisible()


def test_a_damaged_first_frame_is_named_and_the_others_can_be_seen(
    qtbot: QtBot, panel: TrajectoryPanel, melt: Path, wait: int
):
    panel.open_file(write_trajectory(melt, damaged=(0,)))
    qtbot.waitUntil(lambda: panel.opened is not None, timeout=wait)
    assert "melt.gsd, frame 1: the position of particle 5" in panel.message.text.text()
    assert panel.stage.facts.text() == "Frame 1 of 6 cannot be shown."
    go_to(qtbot, panel, 1, wait)
    assert panel.stage.facts.text().startswith("Frame 2 of 6")
    assert not panel.message.isVisible()


def test_plots_are_filled_when_they_are_looked_at(qtbot: QtBot, panel: TrajectoryPanel, done, wait: int):
    done(compared=True)
    assert not len(panel.map.plot.cloud.places)
    assert panel.frames.image.image is None
    go_to(qtbot, panel, 2, wait)
    panel.views.setCurrentWidget(panel.map)
    places = panel.map.plot.cloud.places.copy()
    assert len(places) == SIZE
    panel.views.setCurrentWidget(panel.phases)
    go_to(qtbot, panel, 4, wait)
    assert (panel.map.plot.cloud.places == places).all()
    panel.views.setCurrentWidget(panel.map)
    assert not (panel.map.plot.cloud.places == places).all()


def test_an_analysis_that_is_there_is_shown_with_its_phases(
    qtbot: QtBot, panel: TrajectoryPanel, done, wait: int
):
    done()
    assert tabs(panel) == ["Phases", "Map", "Bonds", "Probe", "Analyse", "Learn"]
    assert panel.stage.title == "phase"
    assert panel.stage.readout.text().startswith("100% gas")
    assert [line.name() for line in panel.phases.plot.lines] == ["gas", "liquid", "solid"]
    go_to(qtbot, panel, 4, wait)
    assert panel.stage.readout.text().startswith("100% solid")
    assert panel.phases.plot.present.value() == 5
    go_to(qtbot, panel, 3, wait)
    assert panel.stage.readout.text() == "This frame was not analysed, so it has no phase."


def test_frames_that_were_compared_have_an_image(panel: TrajectoryPanel, done):
    done(compared=True)
    assert "Frames" in tabs(panel)
    panel.views.setCurrentWidget(panel.frames)
    assert panel.frames.image.image.shape == (3, 3)


def test_what_separates_the_phases_best_has_words_where_it_was_not_asked_for(panel: TrajectoryPanel, done):
    done()
    panel.views.setCurrentWidget(panel.separation)
    assert panel.separation.verdict.text().startswith("Not worked out in this analysis.")


def test_what_separates_the_phases_best_has_a_table(panel: TrajectoryPanel, done):
    done(probed=True)
    panel.views.setCurrentWidget(panel.separation)
    assert panel.separation.table.rowCount() == 3
    assert panel.separation.verdict.text().startswith("Told apart best by: embedding.")


def test_frames_of_phases_are_asked_for_in_the_form(qtbot: QtBot, panel: TrajectoryPanel, offered, wait: int):
    network, started = offered
    panel.analysis.form.editor("analysis.phases").set_value("gas=1-2, solid=5-6")
    panel.views.setCurrentWidget(panel.analysis)
    qtbot.mouseClick(panel.analysis.start_button, LEFT)
    qtbot.waitUntil(panel.analysis.message.isVisible, timeout=wait)
    assert "no network" in panel.analysis.message.text.text()
    panel.analysis.choice.setCurrentText(network.name)
    qtbot.waitUntil(panel.analysis.start_button.isEnabled, timeout=wait)
    qtbot.mouseClick(panel.analysis.start_button, LEFT)
    qtbot.waitUntil(lambda: bool(started), timeout=wait)
    assert started[0].spec().settings["analysis"]["phases"] == "gas=1-2, solid=5-6"


def test_a_file_is_recognised_as_one_that_was_analysed(
    qtbot: QtBot, panel: TrajectoryPanel, done, open_melt, melt: Path, wait: int
):
    run = done()
    panel.open_file(melt)
    qtbot.waitUntil(lambda: panel.opened.trajectory.path == melt, timeout=wait)
    assert panel.opened.run == run.name
    assert panel.analyses.currentText() == run.name
    other = write_trajectory(melt.with_name("other.gsd"), names=("Kr",))
    panel.open_file(other)
    qtbot.waitUntil(lambda: panel.opened.trajectory.path == other, timeout=wait)
    assert panel.opened.run == ""
    assert panel.analyses.currentText() == "not analysed"


def test_a_clicked_particle_is_ringed_in_space_and_on_the_map_and_told(
    qtbot: QtBot, panel: TrajectoryPanel, done
):
    done()
    panel.views.setCurrentWidget(panel.map)
    panel.grab()
    view = panel.stage.view
    place = QPointF(view.rect().center())
    particle = view.particle_at(place)
    assert particle is not None
    qtbot.mouseClick(view, LEFT, pos=place.toPoint())
    assert view.marked == particle
    assert panel.stage.readout.text() == f"Particle {particle + 1}. phase: gas"
    ring = panel.map.plot.mark.getData()
    assert [axis[0] for axis in ring] == pytest.approx(panel.map.plot.cloud.places[particle])


def test_a_clicked_point_goes_to_its_frame_and_rings_its_particle(
    qtbot: QtBot, panel: TrajectoryPanel, done, wait: int
):
    done()
    panel.views.setCurrentWidget(panel.map)
    qtbot.mouseClick(panel.map.all_frames, LEFT, pos=panel.map.all_frames.rect().center())
    panel.map.all_frames.setChecked(True)
    assert len(panel.map.plot.cloud.places) == 3 * SIZE
    panel.grab()
    point = 2 * SIZE + 5
    panel.map.plot.point_clicked.emit(point)
    qtbot.waitUntil(lambda: panel.stage.view.marked == 5, timeout=wait)
    assert panel.stage.frame is not None
    assert panel.stage.frame.number == 4
    ring = panel.map.plot.mark.getData()
    assert [axis[0] for axis in ring] == pytest.approx(panel.map.plot.cloud.places[point])


def test_points_have_the_colours_of_the_particles(panel: TrajectoryPanel, done):
    done()
    panel.views.setCurrentWidget(panel.map)
    panel.stage.colourings.setCurrentIndex(panel.stage.colourings.findData("averaged q6"))
    assert panel.stage.colour_bar.isVisible()
    assert (panel.map.plot.cloud.colors == panel.stage.view._colors).all()
    assert panel.stage.readout.text().startswith("Mean of this frame")


def test_an_analysis_is_asked_for_and_shown_once_it_is_done(
    qtbot: QtBot, panel: TrajectoryPanel, offered, wait: int
):
    network, started = offered
    panel.analysis.choice.setCurrentText(network.name)
    panel.analysis.form.editor("analysis.every").set_value(2)
    panel.views.setCurrentWidget(panel.analysis)
    qtbot.mouseClick(panel.analysis.start_button, LEFT)
    qtbot.waitUntil(lambda: bool(started), timeout=wait)
    (run,) = started
    spec = run.spec()
    assert spec.settings["analysis"]["every"] == 2
    assert spec.start_from is not None
    assert run.trajectory_file.name == "melt.gsd"
    assert tabs(panel) == ["Analyse", "Learn"]
    finish(run)
    qtbot.waitUntil(lambda: panel.opened.run == run.name, timeout=wait)
    assert "Phases" in tabs(panel)


def test_an_analysis_that_fails_says_why_in_the_panel(
    qtbot: QtBot, panel: TrajectoryPanel, open_melt, monkeypatch, wait: int
):
    started = []
    monkeypatch.setattr(panel.session, "start_run", started.append)
    open_melt()
    panel.views.setCurrentWidget(panel.analysis)
    qtbot.mouseClick(panel.analysis.start_button, LEFT)
    qtbot.waitUntil(lambda: bool(started), timeout=wait)
    write_json(started[0].error_file, {"message": "melt.gsd, frame 1: too few.", "hint": "Add some."})
    with EventLog(started[0].events_file) as log:
        log.append(Failed("melt.gsd, frame 1: too few.", "Add some."))
    qtbot.waitUntil(panel.message.isVisible, timeout=wait)
    assert "melt.gsd, frame 1: too few." in panel.message.text.text()


def test_an_analysis_that_is_chosen_elsewhere_is_shown(
    qtbot: QtBot, panel: TrajectoryPanel, done, empty_project: Path, melt: Path, wait: int
):
    first = done()
    second = analysed(empty_project, melt)
    qtbot.waitUntil(lambda: panel.analyses.count() == 3, timeout=wait)
    panel.session.select_run(second.name)
    qtbot.waitUntil(lambda: panel.opened.run == second.name, timeout=wait)
    panel.analyses.setCurrentText(first.name)
    panel.analyses.activated.emit(panel.analyses.currentIndex())
    qtbot.waitUntil(lambda: panel.opened.run == first.name, timeout=wait)


def test_a_setting_that_is_wrong_is_said_in_the_form(
    qtbot: QtBot, panel: TrajectoryPanel, open_melt, empty_project: Path, wait: int
):
    open_melt()
    panel.analysis.form.editor("analysis.degrees").set_value("six")
    panel.views.setCurrentWidget(panel.analysis)
    qtbot.mouseClick(panel.analysis.start_button, LEFT)
    qtbot.waitUntil(panel.analysis.message.isVisible, timeout=wait)
    assert "'six' are no degrees" in panel.analysis.message.text.text()
    with Project.open(empty_project) as project:
        assert project.runs() == []


def test_a_network_can_learn_of_structure_types_or_of_the_trajectory(
    qtbot: QtBot, panel: TrajectoryPanel, open_melt, monkeypatch, wait: int
):
    started = []
    monkeypatch.setattr(panel.session, "start_run", started.append)
    open_melt()
    panel.views.setCurrentWidget(panel.learning)
    for source, has_file in (("structure types", False), ("this trajectory", True)):
        panel.learning.choice.setCurrentText(source)
        count = len(started)
        qtbot.mouseClick(panel.learning.start_button, LEFT)
        qtbot.waitUntil(lambda before=count: len(started) > before, timeout=wait)
        assert (started[-1].trajectory_file is not None) is has_file


def test_a_network_can_learn_of_the_crystals_of_a_collection(
    qtbot: QtBot,
    panel: TrajectoryPanel,
    open_melt: Callable[[], None],
    empty_project: Path,
    monkeypatch: pytest.MonkeyPatch,
    wait: int,
):
    cif = empty_project.parent / "salt.cif"
    cif.write_text(to_cif(rock_salt(), "salt"))
    with Project.open(empty_project) as project:
        import_files(project, [cif], "salts")
    started = []
    monkeypatch.setattr(panel.session, "start_run", started.append)
    open_melt()
    panel.views.setCurrentWidget(panel.learning)
    choice = panel.learning.choice
    qtbot.waitUntil(lambda: choice.findText("crystals of salts") > 0, timeout=wait)
    choice.setCurrentText("crystals of salts")
    qtbot.mouseClick(panel.learning.start_button, LEFT)
    qtbot.waitUntil(lambda: bool(started), timeout=wait)
    assert started[0].spec().collection == "salts"
    assert [row["name"] for row in started[0].structures()] == ["salt"]


def test_another_project_forgets_the_trajectory(qtbot: QtBot, panel: TrajectoryPanel, open_melt):
    open_melt()
    with qtbot.waitSignal(panel.stage_wanted) as wanted:
        panel.session.open_project(None)
    assert wanted.args == [False]
    assert panel.opened is None
    assert panel.empty.sentence.text() == "No project is open."
    assert not panel.sample_button.isVisible()
