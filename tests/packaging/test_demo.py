from typing import Any

import pytest


@pytest.fixture
def installed(stage: Any) -> Any:
    stage.pretend(".venv/bin/siteloupe")
    stage.pretend("uname", "echo Linux")
    return stage


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY"])
def test_with_a_screen_the_window_opens_on_the_result(installed: Any, variable: str):
    assert installed.run("demo.sh", variables={variable: "0"}).returncode == 0
    assert installed.calls("siteloupe") == ["demo", "demo_project"]


def test_without_a_screen_the_command_for_it_is_printed(installed: Any):
    finished = installed.run("demo.sh")
    assert finished.returncode == 0
    assert ".venv/bin/siteloupe demo_project" in finished.stdout
    assert installed.calls("siteloupe") == ["demo"]


def test_a_failing_demonstration_fails_and_opens_no_window(installed: Any):
    installed.pretend(".venv/bin/siteloupe", "exit 1")
    assert installed.run("demo.sh", variables={"DISPLAY": ":0"}).returncode == 1
    assert installed.calls("siteloupe") == ["demo"]
