from typing import Any

import pytest


@pytest.fixture
def debian(stage: Any) -> Any:
    """A machine with libnss3 and libasound2t64, whose archive has libglib2.0-0 under its new name only."""
    stage.pretend("dpkg-query", r"printf 'ii libnss3\nii libasound2t64\nrc libgbm1\n'")
    stage.pretend("apt-get")
    stage.pretend("apt-cache", '[ "$2" = libglib2.0-0t64 ]')
    stage.pretend("id", "echo 0")
    return stage


def test_nothing_is_installed_when_nothing_is_missing(debian: Any):
    finished = debian.run("debian_packages.sh", "libnss3", "libasound2")
    assert finished.returncode == 0
    assert "all 2 present" in finished.stdout
    assert debian.calls("apt-get") == []


def test_root_installs_what_is_missing_after_an_update(debian: Any):
    assert debian.run("debian_packages.sh", "libnss3", "libgl1", "libglib2.0-0").returncode == 0
    update, install = debian.calls("apt-get")
    assert update == "update"
    assert install.split() == ["install", "--yes", "--no-install-recommends", "libgl1", "libglib2.0-0t64"]


def test_a_removed_package_with_leftover_settings_is_missing(debian: Any):
    debian.run("debian_packages.sh", "libgbm1")
    assert "install --yes --no-install-recommends libgbm1" in debian.calls("apt-get")


def test_a_dot_in_a_name_is_no_wildcard(debian: Any):
    debian.pretend("dpkg-query", r"printf 'ii libglib2x0-0\n'")
    assert "1 of 1 missing" in debian.run("debian_packages.sh", "libglib2.0-0").stdout


def test_sudo_without_password_is_used(debian: Any):
    debian.pretend("id", "echo 1000")
    debian.pretend("sudo", 'shift; [ "$1" = true ] || "$@"')
    assert debian.run("debian_packages.sh", "libgl1").returncode == 0
    assert "-n env DEBIAN_FRONTEND=noninteractive apt-get install" in debian.calls("sudo")[-1]
    assert debian.calls("apt-get")[-1].endswith("libgl1")


@pytest.mark.parametrize("sudo", [None, "exit 1"], ids=["no sudo", "sudo asks for a password"])
def test_without_rights_the_one_command_is_printed(debian: Any, sudo: str | None):
    debian.pretend("id", "echo 1000")
    if sudo is not None:
        debian.pretend("sudo", sudo)
    finished = debian.run("debian_packages.sh", "libgl1", "libglib2.0-0")
    assert finished.returncode == 1
    assert "apt-get install --no-install-recommends libgl1 libglib2.0-0t64" in finished.stderr
    assert debian.calls("apt-get") == []


def test_a_failing_installation_is_not_hidden(debian: Any):
    debian.pretend("apt-get", '[ "$1" = update ]')
    assert debian.run("debian_packages.sh", "libgl1").returncode != 0


def test_other_systems_are_left_alone(stage: Any):
    finished = stage.run("debian_packages.sh", "libgl1")
    assert finished.returncode == 0
    assert "not checked" in finished.stdout
