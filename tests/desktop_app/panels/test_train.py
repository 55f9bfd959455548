import json
import shlex
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.config import ENCODERS
from core.jobs.run_folder import RunFolder
from core.store.editing.labelling import import_labels
from core.store.project import Project
from core.structures.labels.table import LabelColumn
from desktop_app.panels.train import TrainPanel
from desktop_app.runs import probing
from desktop_app.session import Session
from tests.core.shipped import ship_header


@pytest.fixture
def launched(monkeypatch: pytest.MonkeyPatch) -> list[RunFolder]:
    """Collects the runs that would be started; no process is."""
    runs: list[RunFolder] = []
    monkeypatch.setattr("core.store.runs.queue.launch", runs.append)
    return runs


@pytest.fixture
def panel(qtbot: QtBot, filled_session: Session, shown, wait: int) -> TrainPanel:
    panel = shown(TrainPanel)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    return panel


def choose(panel: TrainPanel, qtbot: QtBot, tab: int) -> None:
    qtbot.mouseClick(panel.kinds, Qt.MouseButton.LeftButton, pos=panel.kinds.tabRect(tab).center())


def test_an_empty_project_is_told_to_import_first(
    qtbot: QtBot, empty_session: Session, actions, shown, wait: int
):
    panel = shown(TrainPanel)
    qtbot.waitUntil(lambda: "import" in panel.empty.sentence.text(), timeout=wait)
    assert not actions["start_run"].isEnabled()
    with qtbot.waitSignal(actions["import_folder"].triggered):
        qtbot.mouseClick(panel.empty.button, Qt.MouseButton.LeftButton)


def test_pretraining_needs_no_property(panel: TrainPanel):
    assert panel.kind == "pretrain"
    assert not panel.measured.isVisible()
    assert panel.collection.currentText() == "salts (13)"


def test_fine_tuning_offers_properties_and_counts_measured_structures(qtbot: QtBot, panel: TrainPanel):
    choose(panel, qtbot, 1)
    assert panel.measured.isVisible()
    assert panel.measured.currentText() == "gap"
    assert panel.collection.currentText() == "salts (12)"
    assert panel.start_button.text() == "Start: fine-tune"


def test_a_value_that_is_not_allowed_stands_in_the_way_until_mended(qtbot: QtBot, panel: TrainPanel, actions):
    rate = panel.forms["pretrain"].editor("training.learning_rate").control
    rate.clear()
    qtbot.keyClicks(rate, "fast")
    assert not panel.start_button.isEnabled()
    assert not actions["start_run"].isEnabled()
    assert "Learning rate" in panel.reason.text()
    assert panel.start_button.toolTip() == panel.reason.text()
    rate.clear()
    qtbot.keyClicks(rate, "0.01")
    assert panel.start_button.isEnabled()


def test_too_few_values_stand_in_the_way(qtbot: QtBot, panel: TrainPanel, filled_session: Session, wait: int):
    with Project.open(filled_session.project_folder) as project:
        project.db.execute("delete from labels where structure_id > 5")
        project.db.conn.commit()
    choose(panel, qtbot, 1)
    filled_session.library_changed.emit()
    qtbot.waitUntil(lambda: "at least 8 measured structures" in panel.reason.text(), timeout=wait)
    assert not panel.start_button.isEnabled()


def test_without_measured_values_fine_tuning_says_where_to_get_them(
    qtbot: QtBot, panel: TrainPanel, filled_session: Session, wait: int
):
    with Project.open(filled_session.project_folder) as project:
        for table in ("labels", "properties"):
            project.db.execute(f"delete from {table}")
        project.db.conn.commit()
    choose(panel, qtbot, 1)
    filled_session.library_changed.emit()
    qtbot.waitUntil(lambda: "First import measured values" in panel.reason.text(), timeout=wait)


def test_starting_writes_the_run_that_the_form_describes(
    qtbot: QtBot, panel: TrainPanel, filled_session: Session, actions, launched, wait: int
):
    panel.forms["pretrain"].editor("training.epochs").set_value(3)
    panel.seed.setValue(11)
    panel.title.setText("A first try")
    with qtbot.waitSignals([actions["show_runs"].triggered, filled_session.run_selected], timeout=wait):
        qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
        assert not panel.start_button.isEnabled()
    qtbot.waitUntil(lambda: len(launched) == 1, timeout=wait)
    spec = launched[0].spec()
    assert (spec.kind, spec.collection, spec.seed, spec.title) == ("pretrain", "salts", 11, "A first try")
    assert spec.settings["training"]["epochs"] == 3
    assert filled_session.run_name == launched[0].name
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)


def test_fine_tuning_can_start_from_a_finished_run_whose_network_it_keeps(
    qtbot: QtBot, trained_session: Session, shown, launched, wait: int
):
    panel = shown(TrainPanel)
    qtbot.waitUntil(lambda: not panel.is_empty and panel.start_from.count() == 3, timeout=wait)
    choose(panel, qtbot, 1)
    assert not panel.forms["finetune"].editor("encoder.supercell_sites").isHidden()
    panel.start_from.setCurrentIndex(1)
    assert panel.forms["finetune"].editor("encoder.supercell_sites").isHidden()
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(launched) == 1, timeout=wait)
    spec = launched[0].spec()
    assert [prop.name for prop in spec.properties] == ["gap"]
    assert spec.start_from is not None
    assert spec.start_from.name == "0001-finetune-gap"


def test_fine_tuning_starts_from_the_recommended_shipped_model_unless_told_otherwise(
    qtbot: QtBot, filled_session: Session, shipped_folder: Path, shown, launched, wait: int
):
    ship_header(shipped_folder, "another", encoder="cgcnn")
    ship_header(shipped_folder, "best", recommended=True)
    panel = shown(TrainPanel)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    assert not panel.origin.isVisible()
    choose(panel, qtbot, 1)
    texts = [panel.start_from.itemText(k) for k in range(panel.start_from.count())]
    assert texts == ["shipped: Title of best", "scratch", "shipped: Title of another", "a model file…"]
    assert panel.start_from.currentIndex() == 0
    assert panel.origin.isVisible()
    assert panel.origin.text() == "Title of best, network Site-Net, compact. Learned from 12 salts."
    assert not panel.encoder.isVisible()
    qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(launched) == 1, timeout=wait)
    start = launched[0].spec().start_from
    assert start is not None
    assert start.name == "best (shipped)"


def ask_for_file(
    panel: TrainPanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, answer: Path | str
) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *args: (str(answer), ""))
    qtbot.keyClick(panel.start_from, Qt.Key.Key_End)


def test_fine_tuning_can_start_from_a_model_file(
    qtbot: QtBot, panel: TrainPanel, tmp_path: Path, launched, monkeypatch: pytest.MonkeyPatch, wait: int
):
    choose(panel, qtbot, 1)
    path = ship_header(tmp_path, "of a friend", encoder="cgcnn")
    ask_for_file(panel, qtbot, monkeypatch, path)
    assert panel.start_from.currentText() == "file: of a friend.safetensors"
    assert panel.origin.isVisible()
    assert panel.origin.text() == f"{path}, network CGCNN."
    assert not panel.encoder.isVisible()
    form = panel.forms["finetune"]
    assert (form.presets.currentText(), form.values()["training.learning_rate"]) == ("recommended", 2e-3)
    qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[words.index("--from") + 1] == str(path)
    assert words[words.index("--encoder") + 1] == "cgcnn"
    qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(launched) == 1, timeout=wait)
    spec = launched[0].spec()
    assert spec.encoder == "cgcnn"
    assert spec.start_from is not None
    assert spec.start_from.name == "of a friend.safetensors"
    assert (launched[0].path / "start.safetensors").read_bytes() == path.read_bytes()


def test_a_long_name_of_a_model_file_does_not_make_the_panel_wide(
    qtbot: QtBot, panel: TrainPanel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    choose(panel, qtbot, 1)
    before = panel.content.minimumSizeHint().width()
    ask_for_file(panel, qtbot, monkeypatch, ship_header(tmp_path, 200 * "x"))
    assert panel.start_from.currentText().startswith("file: xxx")
    assert panel.content.minimumSizeHint().width() == before


def test_what_is_no_model_file_is_said_and_the_choice_stays(
    qtbot: QtBot,
    panel: TrainPanel,
    filled_session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
):
    choose(panel, qtbot, 1)
    ask_for_file(panel, qtbot, monkeypatch, ship_header(tmp_path, "mine", encoder="cgcnn"))
    entries = panel.start_from.count()
    checkpoint = tmp_path / "band-gap.pth.tar"
    checkpoint.write_bytes(b"pickled")
    ask_for_file(panel, qtbot, monkeypatch, checkpoint)
    note = filled_session.notes.history[-1]
    assert str(checkpoint) in note.text
    assert "siteloupe convert" in note.hint
    assert panel.start_from.currentText() == "file: mine.safetensors"
    ask_for_file(panel, qtbot, monkeypatch, "")  # the question is closed
    assert panel.start_from.currentText() == "file: mine.safetensors"
    assert panel.start_from.count() == entries


def test_the_training_is_that_of_the_network_which_is_started_from(
    qtbot: QtBot, filled_session: Session, shipped_folder: Path, shown, wait: int
):
    """The standard learning rate of CGCNN is not that of Site-Net; what the user changed stays."""
    ship_header(shipped_folder, "best", encoder="cgcnn", recommended=True)
    panel = shown(TrainPanel)
    qtbot.waitUntil(lambda: not panel.is_empty, timeout=wait)
    choose(panel, qtbot, 1)
    assert panel.forms["finetune"].values()["training.learning_rate"] == 2e-3
    panel.forms["finetune"].editor("training.epochs").set_value(7)
    panel.start_from.setCurrentText("scratch")
    assert not panel.forms["finetune"].editor("encoder.supercell_sites").isHidden()
    values = panel.forms["finetune"].values()
    assert (values["training.learning_rate"], values["training.epochs"]) == (1e-3, 7)


def test_the_blend_is_proposed_from_a_pretrained_model_until_the_user_chooses(
    qtbot: QtBot, filled_session: Session, shipped_folder: Path, shown, wait: int
):
    ship_header(shipped_folder, "best", encoder="cgcnn", recommended=True)
    panel = shown(TrainPanel)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    choose(panel, qtbot, 1)
    form = panel.forms["finetune"]
    assert form.presets.currentText() == "recommended"
    assert form.values()["training.blend"] is True
    form.editor("objective.classes").set_value("gap")
    assert form.presets.currentText() == "standard"
    form.editor("objective.classes").set_value("")
    assert form.presets.currentText() == "recommended"
    panel.start_from.setCurrentText("scratch")
    assert panel.forms["finetune"].presets.currentText() == "standard"
    panel.start_from.setCurrentIndex(0)
    form = panel.forms["finetune"]
    qtbot.keyClick(form.presets, Qt.Key.Key_Up)  # from recommended to standard
    panel.start_from.setCurrentText("scratch")
    panel.start_from.setCurrentIndex(0)
    assert panel.forms["finetune"].presets.currentText() == "standard"


def test_scratch_is_one_choice_away_from_a_shipped_model(
    qtbot: QtBot, filled_session: Session, shipped_folder: Path, shown, wait: int
):
    ship_header(shipped_folder, "best", recommended=True)
    panel = shown(TrainPanel)
    qtbot.waitUntil(lambda: not panel.is_empty, timeout=wait)
    choose(panel, qtbot, 1)
    panel.start_from.setCurrentText("scratch")
    assert not panel.origin.isVisible()
    assert panel.encoder.isVisible()


def test_without_shipped_models_scratch_comes_first(qtbot: QtBot, panel: TrainPanel):
    choose(panel, qtbot, 1)
    assert panel.start_from.currentText() == "scratch"
    assert not panel.origin.isVisible()


def test_a_run_that_cannot_be_written_is_reported_and_the_button_comes_back(
    qtbot: QtBot, panel: TrainPanel, filled_session: Session, small_project: Path, launched, wait: int
):
    (small_project / "runs").write_text("not a folder", encoding="utf-8")
    with qtbot.waitSignal(filled_session.notes.posted, timeout=wait):
        qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(panel.start_button.isEnabled, timeout=wait)
    assert launched == []


def test_the_form_follows_the_encoder_and_keeps_the_rest(panel: TrainPanel):
    panel.forms["pretrain"].editor("training.epochs").set_value(3)
    panel.encoder.setCurrentText("CGCNN")
    form = panel.forms["pretrain"]
    assert form.isVisible()
    assert form.editor("encoder.cutoff").isVisible()
    assert form.editor("training.epochs").value() == 3
    panel.encoder.setCurrentText("Site-Net, compact")
    assert not form.isVisible()
    assert panel.forms["pretrain"].editor("encoder.supercell_sites").isVisible()


def test_a_run_with_the_chosen_encoder_is_started(
    qtbot: QtBot, panel: TrainPanel, launched: list[RunFolder], wait: int
):
    panel.encoder.setCurrentText("CGCNN")
    qtbot.mouseClick(panel.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(launched), timeout=wait)
    assert launched[0].spec().encoder == "cgcnn"
    assert launched[0].spec().settings["encoder"]["neighbour_choice"] == "shells"


def test_every_encoder_is_offered(panel: TrainPanel):
    assert [panel.encoder.itemData(n) for n in range(panel.encoder.count())] == list(ENCODERS)


def test_a_value_that_is_not_allowed_is_taken_to_the_other_encoder_with_its_complaint(
    qtbot: QtBot, panel: TrainPanel
):
    rate = panel.forms["pretrain"].editor("training.learning_rate").control
    rate.clear()
    qtbot.keyClicks(rate, "fast")
    panel.encoder.setCurrentText("CGCNN")
    assert not panel.start_button.isEnabled()
    assert "Learning rate" in panel.reason.text()


def test_columns_of_metadata_are_offered_to_keep_together(
    qtbot: QtBot, panel: TrainPanel, filled_session: Session, wait: int
):
    with Project.open(filled_session.project_folder) as project, project.transaction():
        project.db.execute("insert into metadata (structure_id, name, value) values (1, 'family', 'halide')")
    filled_session.library_changed.emit()
    box = panel.forms["finetune"].editor("training.group_by").box
    qtbot.waitUntil(lambda: box.findText("family") >= 0, timeout=wait)
    assert [box.itemText(k) for k in range(box.count())] == ["formula", "random", "family"]
    assert box.currentText() == "formula"


def test_the_run_can_be_copied_as_a_command(qtbot: QtBot, panel: TrainPanel, small_project: Path):
    choose(panel, qtbot, 1)
    panel.forms["finetune"].editor("training.epochs").set_value(7)
    qtbot.mouseClick(panel.copy_button, Qt.MouseButton.LeftButton)
    words = shlex.split(QGuiApplication.clipboard().text())
    assert words[:3] == ["siteloupe", "finetune", str(small_project)]
    assert words[3:] == [
        "--collection",
        "salts",
        "--preset",
        "standard",
        "--property",
        "gap",
        "--from",
        "scratch",
        "--set",
        "training.epochs=7",
    ]


def test_the_time_of_the_run_stands_under_the_preset_and_never_in_the_way_of_the_start(
    qtbot: QtBot, panel: TrainPanel, monkeypatch: pytest.MonkeyPatch, wait: int
):
    figures = {"loading": 0, "preparing": 0, "training": 1.0, "num_tried": 13, "device": "processor"}
    program = "import sys; open(sys.argv[1], 'w').write(sys.argv[2])"
    monkeypatch.setattr(
        probing,
        "worker_command",
        lambda run: [sys.executable, "-c", program, str(run.result_file), json.dumps(figures)],
    )
    panel.forms["pretrain"].presets.setCurrentText("quick")
    assert panel.start_button.isEnabled()
    estimate = panel.forms["pretrain"].estimate
    qtbot.waitUntil(estimate.isVisible, timeout=wait)
    qtbot.waitUntil(lambda: estimate.text() == "about 2 minutes on this machine", timeout=wait)  # 10 of 12
    panel.forms["pretrain"].presets.setCurrentText("standard")
    qtbot.waitUntil(lambda: estimate.text() == "about 10 minutes on this machine", timeout=wait)
    panel.hide()
    assert estimate.text() == ""


def test_no_time_is_told_of_a_run_that_cannot_be_started(qtbot: QtBot, panel: TrainPanel):
    panel.forms["pretrain"].editor("training.learning_rate").control.setText("fast")
    assert not panel.prober.is_measuring
    assert panel.prober._request is None


def test_a_fine_tuning_is_set_up_from_the_selected_run(
    qtbot: QtBot, trained_session: Session, actions, shown, wait: int
):
    panel = shown(TrainPanel)
    qtbot.waitUntil(lambda: not panel.is_empty and panel.start_from.count() == 3, timeout=wait)
    trained_session.select_run("0001-finetune-gap")
    with qtbot.waitSignal(actions["show_train"].triggered):
        actions["finetune_from_run"].trigger()
    assert panel.kind == "finetune"
    assert panel.start_from.currentData() == "0001-finetune-gap"


def test_a_property_that_may_have_a_floor_is_asked_about(
    qtbot: QtBot, filled_session: Session, small_project: Path, tmp_path: Path, shown, wait: int
):
    table = tmp_path / "more.csv"
    table.write_text("id,x\nsalt-00,0\nsalt-01,2.5\n", encoding="utf-8")
    with Project.open(small_project) as project:
        import_labels(project, table, "id", [LabelColumn(name="x", column="x")])
    panel = shown(TrainPanel)
    qtbot.waitUntil(lambda: not panel.is_empty, timeout=wait)
    assert not panel.floor.isVisible()
    choose(panel, qtbot, 1)
    assert not panel.floor.isVisible()  # gaps, of which none is 0
    panel.measured.setCurrentText("x")
    assert panel.floor.isVisible()
    qtbot.mouseClick(panel.floor.button, Qt.MouseButton.LeftButton)
    assert panel.forms["finetune"].values()["objective.output"] == "non_negative"
    assert not panel.floor.isVisible()
