from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.jobs.run_folder import RunFolder, Status
from core.jobs.spec import JobSpec
from desktop_app.runs.outcome import RunOutcome
from desktop_app.runs.outcome_words import PURPOSES
from desktop_app.runs.run_poller import RunView


@pytest.fixture
def outcome(qtbot: QtBot) -> RunOutcome:
    outcome = RunOutcome()
    qtbot.addWidget(outcome)
    outcome.show()
    return outcome


def prediction(status: Status) -> RunView:
    return RunView(RunFolder(Path("runs/0001")), JobSpec(kind="predict"), status)


def test_a_run_at_work_shows_how_far_it_is(outcome: RunOutcome):
    run = prediction(Status.RUNNING)
    run.history.stage, run.history.steps = "predicting 3/12", (3, 12)
    outcome.show_run(run, PURPOSES["predict"], {})
    assert outcome.bar.isVisible()
    assert (outcome.bar.value(), outcome.bar.maximum()) == (3, 12)
    assert outcome.bar.text() == "predicting 3/12"
    assert not outcome.button.isVisible()


def test_a_completed_run_tells_its_result_and_leads_to_it(qtbot: QtBot, outcome: RunOutcome):
    result = {"metrics": {"num_structures": 12}}
    outcome.show_run(prediction(Status.COMPLETED), PURPOSES["predict"], result)
    assert not outcome.bar.isVisible()
    assert outcome.outcome.text() == "12 structures were predicted."
    with qtbot.waitSignal(outcome.wanted) as signal:
        qtbot.mouseClick(outcome.button, Qt.MouseButton.LeftButton)
    assert signal.args == ["show_predictions"]
