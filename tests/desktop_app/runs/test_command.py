import shlex
import sys
from pathlib import Path

import pytest

from core.cli.parser import build_parser
from core.cli.training.training_options import chosen_settings
from core.config import ENCODERS, build_settings
from desktop_app.runs.command import as_command
from desktop_app.runs.request import RunRequest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="read back as a POSIX shell would")


def request(kind: str, encoder: str, changes: dict[str, object], start_from: str | None = None) -> RunRequest:
    settings = build_settings(kind, "quick", changes, encoder)
    name = None if kind == "pretrain" else "band gap"
    return RunRequest(kind, "my salts", name, start_from, settings, 3, "")


@pytest.mark.parametrize("kind", ["pretrain", "finetune", "study"])
@pytest.mark.parametrize("encoder", list(ENCODERS))
def test_the_command_line_reads_the_same_settings(kind: str, encoder: str):
    asked = request(kind, encoder, {"training.learning_rate": 2.5e-4})
    words = shlex.split(as_command(asked, Path("/my projects/salts")))
    assert words[0] == "siteloupe"
    arguments = build_parser().parse_args(words[1:])
    assert chosen_settings(kind, arguments, {}) == asked.settings
    assert (arguments.project, arguments.collection) == (Path("/my projects/salts"), "my salts")
    assert arguments.seed == 3
    assert arguments.preset == "standard"  # whatever is the default


def test_a_model_brings_its_own_network():
    asked = request("finetune", "site_net", {"encoder.supercell_sites": 20}, start_from="0001-pretrain")
    command = as_command(asked, Path("salts"))
    assert "--from 0001-pretrain" in command
    assert "encoder." not in command


def test_a_model_file_is_named_by_its_path():
    asked = request("finetune", "cgcnn", {}, start_from="/models/of a friend.safetensors")
    words = shlex.split(as_command(asked, Path("salts")))
    arguments = build_parser().parse_args(words[1:])
    assert arguments.start_from == "/models/of a friend.safetensors"
    assert chosen_settings("finetune", arguments, {}) == asked.settings
