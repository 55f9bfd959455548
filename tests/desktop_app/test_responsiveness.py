"""The window answers while it works: the longest pause of its thread, watched from inside.

The figures for 20,000 structures are those of tests/benchmarks/bench_window.py; here are few, so that the
test can always run.
"""

from pathlib import Path

from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from core.jobs.process_mark import mark_process
from core.structures.cif.writer import to_cif
from desktop_app.window import MainWindow
from tests.desktop_app.watchdog import watched

# What is asked for is 0.1 s, and 0.03 s for 99 of 100. By processor time a loaded machine is at worst half as
# fast again; by the clock it may take the processor away for as long as it likes.
LONGEST_PAUSE_SECONDS, USUAL_PAUSE_SECONDS = 0.15, 0.045
LONGEST_BY_CLOCK_SECONDS = 5.0
PAN_MILLISECONDS = 16


def pan(window: MainWindow) -> QTimer:
    """Move the map as often as a screen is drawn."""
    timer = QTimer(window, interval=PAN_MILLISECONDS)
    timer.timeout.connect(lambda: window.map.plot.box.translateBy(x=0.01))
    timer.start()
    return timer


def test_the_window_answers_while_it_imports_follows_a_run_and_moves_the_map(
    qtbot: QtBot,
    window: MainWindow,
    small_project: Path,
    rock_salt,
    unstarted,
    finetuned,
    write_epochs,
    tmp_path: Path,
    wait,
):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(400):
        (folder / f"salt-{number:03d}.cif").write_text(to_cif(rock_salt, "salt"), encoding="utf-8")
    finetuned(small_project)
    run = unstarted(small_project)
    mark_process(run.pid_file)
    window.projects.open_folder(small_project)
    qtbot.waitUntil(lambda: window.crystal.view is not None and window.crystal.view.is_live, timeout=wait)
    window.actions_table["show_map"].trigger()
    qtbot.waitUntil(lambda: len(window.map.plot.cloud.places) == 13, timeout=wait)
    panning = pan(window)
    with watched() as pauses:
        with qtbot.waitSignal(window.session.library_changed, timeout=wait):
            window.imports.import_paths([folder])
            write_epochs(run, 500, of=5000)
        qtbot.waitUntil(lambda: window.structures.table.model.rowCount() == 400, timeout=wait)
    panning.stop()
    assert pauses.longest < LONGEST_PAUSE_SECONDS, pauses.summary()
    assert pauses.share_below(USUAL_PAUSE_SECONDS) > 0.98, pauses.summary()
    assert pauses.longest_by_clock < LONGEST_BY_CLOCK_SECONDS, pauses.summary()
    assert window.session.jobs.runs[run.name].history.epochs_done == 500
