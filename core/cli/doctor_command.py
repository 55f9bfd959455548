"""doctor: what is installed, what is missing, and whether anything is exposed, in words."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, packages_distributions, version
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import psutil

import core
from core import __version__
from core.cli.console import Console
from core.cli.subcommands import Subcommands
from core.errors import CoreError
from core.store.requests import shipped_models

PACKAGES = (
    *("numpy", "scipy", "torch", "pymatgen", "gemmi", "spglib", "ase", "freud-analysis", "gsd", "psutil"),
    *("scikit-learn", "matplotlib", "openpyxl", "orjson", "pyarrow", "pydantic", "rich", "safetensors"),
    "sqlite-utils",
)
OF_THE_WINDOW = ("PySide6", "shiboken6", "py3Dmol", "pyqtgraph")
# Settings of the web engine by which other programs could look into it, or it at more than its page.
EXPOSING_VARIABLE = "QTWEBENGINE_REMOTE_DEBUGGING"
EXPOSING_FLAGS = ("--remote-debugging", "--disable-web-security", "--allow-file-access")
WINDOW_SECONDS = 120.0
STARTS = (("-m", "core"), ("-m", "desktop_app.launch"))
PROGRAMS = ("siteloupe", "siteloupe.exe")
OF_TORCHRUN = "MASTER_ADDR"  # in the environment of each process of a job of several


@dataclass(frozen=True)
class Finding:
    """One line of the report; `problem` says what is wrong and what to do, and is empty where nothing is."""

    name: str
    found: str
    problem: str = ""


def add_commands(commands: Subcommands, common: argparse.ArgumentParser) -> None:
    """Declare the command of this file."""
    doctor = commands.add_parser(
        "doctor", parents=[common], help="say what is installed, what is missing, and what is exposed"
    )
    doctor.set_defaults(command=_doctor)


def _doctor(arguments: argparse.Namespace, console: Console) -> dict[str, Any]:
    findings = list(examine())
    console.table("This installation", ["what", "found"], [[one.name, one.found] for one in findings])
    problems = [one.problem for one in findings if one.problem]
    content = {"findings": [asdict(one) for one in findings], "problems": problems}
    if problems:
        console.result(content)
        raise CoreError(" ".join(problems))
    console.show("Nothing is wrong.")
    return content


def examine() -> Iterator[Finding]:
    """Look at program, packages, device, window, open ports, folders and shipped models, in this order."""
    yield Finding("Siteloupe", f"{__version__} in {core.__path__[0]}")
    yield Finding("Python", f"{platform.python_version()} in {sys.executable}")
    yield Finding(
        "System", f"{platform.platform()}, {psutil.virtual_memory().total / 1024**3:.0f} GB of memory"
    )
    yield from _packages()
    yield _other_core()
    yield _device()
    yield from _window()
    yield _open_ports()
    yield _web_engine_settings()
    yield _temporary_folder()
    yield from _shipped_models()


def _packages() -> Iterator[Finding]:
    for name in PACKAGES:
        found = _version(name)
        missing = f"'{name}' is not installed: install Siteloupe again."
        yield Finding(name, found or "missing", "" if found else missing)
    for name in OF_THE_WINDOW:
        yield Finding(name, _version(name) or "missing; only the window needs it")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _other_core() -> Finding:
    """Another distribution that brings a `core`, or another folder of that name where Python looks."""
    owners = sorted(set(packages_distributions().get("core", [])) - {"siteloupe"})
    own = Path(core.__path__[0]).resolve()
    places = [Path(place or ".", "core") for place in sys.path]
    folders = sorted({str(one.resolve()) for one in places if (one / "__init__.py").is_file()} - {str(own)})
    if not owners and not folders:
        return Finding("Other packages called 'core'", "none")
    words = ", ".join([*owners, *folders])
    problem = (
        f"There is another package called 'core' ({words}): install Siteloupe in an environment of its own."
    )
    return Finding("Other packages called 'core'", words, problem)


def _device() -> Finding:
    try:
        from core.config import ComputeSettings
        from core.training.loop.device import choose_device  # imports torch, which takes seconds

        device = choose_device(ComputeSettings())
    except (CoreError, ImportError, OSError) as error:
        return Finding("Device", "none", f"Nothing can be computed: {error}")
    return Finding("Device", device.words, device.warning)


def _window() -> Iterator[Finding]:
    """Ask the window's own libraries in another process, for the engine knows no Qt and they may crash."""
    if getattr(sys, "frozen", False):
        yield Finding("Window", "siteloupe --self-test tries it")
        return
    if find_spec("PySide6") is None:
        yield Finding("Window", "not installed; pip install 'siteloupe[window]' adds it")
        return
    command = [sys.executable, "-P", "-m", "desktop_app.upkeep.window_facts"]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, timeout=WINDOW_SECONDS)
        facts = json.loads(answer.stdout)
    except subprocess.TimeoutExpired:
        yield Finding("Window", "no answer", "The window does not start: try 'siteloupe --safe-mode'.")
    except ValueError:
        words = answer.stderr.strip().splitlines()[-1:] or [f"it ended with {answer.returncode}"]
        yield Finding("Window", "does not start", f"The window does not start: {words[0]}")
    else:
        yield from (Finding(str(name), str(found), str(problem)) for name, found, problem in facts)


def _open_ports() -> Finding:
    """What Siteloupe's processes on this machine listen on: nothing, but those of a job of several do."""
    expected: list[str] = []
    others: list[str] = []
    for process in psutil.process_iter(["cmdline"]):
        if process.pid != os.getpid() and not is_ours(process.info["cmdline"] or []):
            continue
        try:
            is_shared = OF_TORCHRUN in process.environ()
            for one in process.net_connections(kind="inet"):
                if one.status == psutil.CONN_LISTEN:
                    words = f"process {process.pid} on {one.laddr.ip} port {one.laddr.port}"
                    (expected if is_shared else others).append(words)
        except psutil.Error:  # of another user, or gone
            continue
    found = [*others, *(f"{words} (torchrun)" for words in expected)]
    problem = f"Other programs can connect to Siteloupe: {', '.join(others)}. It has no reason to listen."
    return Finding("Open ports", ", ".join(found) or "none", problem if others else "")


def is_ours(command: list[str]) -> bool:
    """Whether a command line is one of Siteloupe's, a window or a worker."""
    is_module = any(pair in STARTS for pair in pairwise(command))
    return is_module or any(Path(word).name in PROGRAMS for word in command[:2])


def _web_engine_settings() -> Finding:
    flags = os.environ.get("QTWEBENGINE_CHROMIUM_FLAGS", "").split()
    exposing = [flag for flag in flags if flag.startswith(EXPOSING_FLAGS)]
    if os.environ.get(EXPOSING_VARIABLE):
        exposing.append(EXPOSING_VARIABLE)
    problem = f"{', '.join(exposing)} in the environment opens the 3-D page to other programs: take it out."
    return Finding("Web engine", ", ".join(exposing) or "closed", problem if exposing else "")


def _temporary_folder() -> Finding:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
        return Finding("Temporary folder", tempfile.gettempdir())
    except OSError as error:
        return Finding("Temporary folder", "none", f"No temporary file can be written: {error}.")


def _shipped_models() -> Iterator[Finding]:
    """Each is read whole: weights that do not fit their description are found."""
    from core.evaluation.learners.learned_file import load_learned
    from core.training.model.model_file import holds_learner, load_model

    for path in sorted(shipped_models.FOLDER.glob("*.safetensors")):
        try:
            read = load_learned if holds_learner(path) else load_model
            read(path)
            yield Finding(f"Model {path.stem}", f"intact, {path.stat().st_size / 1e6:.1f} MB")
        except (CoreError, OSError) as error:
            yield Finding(f"Model {path.stem}", "damaged", f"{error} Install Siteloupe again.")
