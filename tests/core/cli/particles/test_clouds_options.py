import argparse
import signal
from pathlib import Path

import pytest

from core.cli.console import Console
from core.cli.particles.clouds_options import (
    Stopped,
    add_material,
    claim_folder,
    material,
    stoppable,
    tell,
)
from core.errors import SettingError, UnknownChoice
from core.events import EpochEnded, Message


def _learn() -> None:
    """Stands for a command."""


def arguments(out: Path, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_material(parser)
    parser.set_defaults(command=_learn, json=False)
    return parser.parse_args(["--out", str(out), *words])


def test_a_folder_is_made_and_taken_up_again_by_the_same_options_on_any_device(tmp_path: Path):
    claim_folder(arguments(tmp_path / "a"))
    claim_folder(arguments(tmp_path / "a", "--device", "cpu"))
    with pytest.raises(SettingError, match="other options"):
        claim_folder(arguments(tmp_path / "a", "--seed", "1"))


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")
    for out in (tmp_path / "file", tmp_path / "nowhere" / "a"):
        with pytest.raises(SettingError):
            claim_folder(arguments(out))


def test_ctrl_c_asks_for_a_stop_and_works_as_before_afterwards():
    before = signal.getsignal(signal.SIGINT)
    with stoppable() as should_stop:
        assert not should_stop()
        signal.raise_signal(signal.SIGINT)
        assert should_stop()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_structure_type_that_is_not_known_is_named(tmp_path: Path):
    with pytest.raises(UnknownChoice, match="cF4-Unobtainium"):
        material(arguments(tmp_path, "--structures", "cF4-Unobtainium"), Console(as_json=True))


def test_epochs_and_messages_are_told_to_a_person(capsys: pytest.CaptureFixture[str]):
    console = Console(as_json=True)
    ended = EpochEnded(
        epoch=0, train_loss=1.0, validation_loss=2.0, seconds=1.0, metrics={"MSE": 0.25, "trivial MSE": 0.5}
    )
    for event in (ended, Message("info", "Cut short.")):
        tell(event, console, lambda done, total, text="": None)
    told = capsys.readouterr()
    assert "Epoch 1: MSE 0.25, trivial MSE 0.5." in told.err
    assert "Cut short." in told.err
    assert told.out == ""


def test_a_stop_says_how_to_go_on():
    assert "goes on" in str(Stopped())
