from pathlib import Path
from typing import Any

import pytest

# Stands for python3 and, once `-m venv` was asked for, for the python of the environment.
PYTHON = """
case "$*" in
    "-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
    *"import ensurepip"*) exit "${NO_ENSUREPIP:-0}" ;;
    *"-venv"*) echo python3.11-venv ;;
    *version_info*) exit "${TOO_OLD:-0}" ;;
    *"pip list"*) echo "PySide6==${INSTALLED_PYSIDE6:-6.11.3}" ;;
    *"pip install"*) exit "${INSTALL_FAILS:-0}" ;;
esac
"""


@pytest.fixture
def machine(stage: Any) -> Any:
    """A machine with a Python, an empty clone, and all libraries of the window."""
    (stage.folder / "pyproject.toml").write_text("[project]\n")
    (stage.folder / "constraints.txt").write_text("PySide6==6.11.3\n")
    stage.pretend("packaging/qt_libraries.sh")
    stage.pretend("python3", PYTHON)
    return stage


def installations(machine: Any) -> list[str]:
    return [call for call in machine.calls("python") if "pip install" in call]


def environments(machine: Any) -> list[str]:
    return [call for call in machine.calls("python3") if "-m venv" in call]


def test_a_fresh_clone_gets_torch_first_and_then_the_rest(machine: Any):
    assert machine.run("bootstrap.sh").returncode == 0
    assert installations(machine) == [
        "-m pip install --constraint constraints.txt torch",
        "-m pip install --constraint constraints.txt --editable .[window,dev]",
    ]
    assert machine.calls("qt_libraries.sh") == [""]


def test_a_second_run_installs_nothing_but_looks_at_the_system_libraries_again(machine: Any):
    machine.run("bootstrap.sh")
    before = len(installations(machine))
    assert machine.run("bootstrap.sh").returncode == 0
    assert len(installations(machine)) == before
    assert len(machine.calls("qt_libraries.sh")) == 2


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_changed_requirements_are_installed_into_the_same_environment(machine: Any, name: str):
    machine.run("bootstrap.sh")
    with (machine.folder / name).open("a") as file:
        file.write("# changed\n")
    machine.run("bootstrap.sh")
    assert len(installations(machine)) == 4
    assert len(environments(machine)) == 1


def test_another_pyside6_wants_a_fresh_environment(machine: Any):
    machine.run("bootstrap.sh")
    (machine.folder / "constraints.txt").write_text("PySide6==6.12.1\n")
    machine.run("bootstrap.sh")
    assert len(environments(machine)) == 2


def test_a_failed_installation_ends_the_set_up_and_is_tried_again(machine: Any):
    assert machine.run("bootstrap.sh", variables={"INSTALL_FAILS": "1"}).returncode != 0
    assert machine.run("bootstrap.sh").returncode == 0
    assert len(installations(machine)) == 3


def test_an_unsuitable_python_is_refused_with_a_sentence(machine: Any):
    finished = machine.run("bootstrap.sh", variables={"TOO_OLD": "1"})
    assert finished.returncode == 1
    assert "needs Python 3.11, 3.12 or 3.13" in finished.stderr
    assert installations(machine) == []


def test_the_named_python_is_used(machine: Any):
    machine.pretend("python3.12", PYTHON)
    machine.run("bootstrap.sh", variables={"PYTHON": "python3.12"})
    assert environments(machine) == []
    assert any("-m venv" in call for call in machine.calls("python3.12"))


def test_the_part_of_python_that_debian_leaves_out_is_installed(machine: Any):
    machine.pretend("packaging/debian_packages.sh")
    assert machine.run("bootstrap.sh", variables={"NO_ENSUREPIP": "1"}).returncode == 0
    assert machine.calls("debian_packages.sh") == ["python3.11-venv"]


def test_missing_system_libraries_do_not_keep_the_engine_from_running(machine: Any):
    machine.pretend("packaging/qt_libraries.sh", "exit 1")
    finished = machine.run("bootstrap.sh")
    assert finished.returncode == 0
    assert "the window may not start" in finished.stderr


def test_a_moved_clone_is_set_up_again(machine: Any, tmp_path_factory: pytest.TempPathFactory):
    machine.run("bootstrap.sh")
    stamp = machine.folder / ".venv" / "installed"
    stamp.write_text(stamp.read_text().replace(str(machine.folder), str(Path("/elsewhere"))))
    machine.run("bootstrap.sh")
    assert len(installations(machine)) == 4
