"""Commands in another system's folder; this system stands in for a bare one."""

import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def inside(tmp_path: Path, repository: Path) -> list[str]:
    """The beginning of a command that is run in a folder in which this system is seen a second time."""
    if subprocess.run(["unshare", "--mount", "--pid", "--fork", "true"], capture_output=True).returncode:
        pytest.skip("needs a root who may make namespaces")
    root = tmp_path / "root"
    root.mkdir()
    script = repository / "packaging" / "linux" / "inside.sh"
    words = f'mount --bind / "{root}" && exec "{script}" "{root}" "$@"'
    return ["unshare", "--mount", "bash", "-c", words, "bash"]


def output(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_command_runs_as_the_person_named_and_knows_nothing_of_this_session(
    inside: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SECRET", "of this session")
    words = output(*inside, "daemon", "bash", "-c", 'echo "$(id -un) $HOME ${SECRET-}"')
    assert words.split() == ["daemon", output("getent", "passwd", "daemon").split(":")[5]]


def test_its_exit_status_is_told_and_its_mounts_are_gone(inside: list[str], tmp_path: Path):
    finished = subprocess.run([*inside, "root", "bash", "-c", "exit 3"], capture_output=True)
    assert finished.returncode == 3
    assert str(tmp_path) not in Path("/proc/mounts").read_text()


def test_the_person_may_make_namespaces_as_a_sandbox_does(inside: list[str]):
    if subprocess.run(["unshare", "--user", "true"], capture_output=True).returncode:
        pytest.skip("this system grants nobody namespaces")
    assert output(*inside, "daemon", "unshare", "--user", "--map-root-user", "id", "-u") == "0"
