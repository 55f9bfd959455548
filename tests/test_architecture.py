"""Holds the arrows of the architecture: who may import whom, and which libraries stay out of which half."""

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

# From the bottom up: a part of core may import from lower layers; parts of one layer do not know each other.
LAYERS = [
    {"errors", "species"},
    {"settings"},
    {
        "encoder_settings",
        "objective_settings",
        "presets",
        "study_settings",
        "fixed_feature_settings",
        "transfer_settings",
        "cloud_settings",
        "trajectory_settings",
        "training_settings",
    },
    {"config", "events"},
    {"structures", "jobs"},
    {"store"},
    {"graphs"},
    {"encoders"},
    {"objectives"},
    {"training"},
    {"inspection"},
    {"evaluation"},
    {"worker"},
    {"cli"},
    {"__main__"},
]
HEIGHT = {part: height for height, layer in enumerate(LAYERS) for part in layer}
TORCH_FREE = set[str]().union(*LAYERS[: LAYERS.index({"store"}) + 1])
TORCH = {"torch", "torchvision"}
QT = {"PySide6", "shiboken6", "pyqtgraph", "py3Dmol"}
FRAMEWORKS = {"lightning", "pytorch_lightning", "ignite", "torch_geometric", "torch_scatter", "dgl", "hydra"}
READERS = {"pymatgen", "gemmi", "spglib", "ase", "gsd", "freud", "sqlite_utils"}
# These decide what the process will be, so they load nothing heavy before they know.
DISPATCHERS = {"core.__main__", "desktop_app.launch"}
# Parts of the window that every subject may use, and all of the window that they may know themselves.
GENERAL = {"models", "widgets", "plots", "forms"}
KNOWN_TO_GENERAL = GENERAL | {"look", "notes", "tasks"}


@dataclass(frozen=True)
class Import:
    """One imported name, and whether it is imported as soon as the importing module is."""

    name: str
    at_once: bool = True

    @property
    def library(self) -> str:
        return self.name.split(".")[0]


def imports(source: str) -> Iterator[Import]:
    """Every import of a source text, those inside functions and type-checking blocks included."""

    def visit(node: ast.AST, at_once: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Import):
                yield from (Import(alias.name, at_once) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                yield from (Import(f"{child.module}.{alias.name}", at_once) for alias in child.names)
            else:
                is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
                yield from visit(child, at_once and not is_function)

    return visit(ast.parse(source), at_once=True)


def part_of_core(name: str) -> str | None:
    """Name the part a dotted name lies in: `core.store.project` is of `store`, `numpy.linalg` of none."""
    package, _, rest = name.partition(".")
    part = rest.split(".")[0]
    return part if package == "core" and part in HEIGHT else None


def part_of_window(name: str) -> str | None:
    """Name the part of the window a dotted name lies in: `desktop_app.plots.legend` is of `plots`."""
    words = name.split(".")
    return words[1] if words[0] == "desktop_app" and len(words) > 1 else None


def panel_of(name: str) -> str | None:
    words = name.split(".")
    return words[2] if words[:2] == ["desktop_app", "panels"] and len(words) > 2 else None


def points_upwards(module: str, imported: Import) -> bool:
    """A part of core imports from its own layer or a higher one."""
    target, part = part_of_core(imported.name), part_of_core(module)
    if target is None or target == part or not module.startswith("core"):
        return False
    return part is None or HEIGHT[target] >= HEIGHT[part]


def brings_the_window_into_core(module: str, imported: Import) -> bool:
    """Core imports Qt or the window."""
    return module.startswith("core") and imported.library in QT | {"desktop_app"}


def brings_torch_into_its_free_half(module: str, imported: Import) -> bool:
    """The window or the torch-free half of core imports torch."""
    is_free = module.startswith("desktop_app") or part_of_core(module) in TORCH_FREE
    return is_free and imported.library in TORCH


def reaches_past_the_torch_free_half(module: str, imported: Import) -> bool:
    """The window imports a part of core that loads torch."""
    target = part_of_core(imported.name)
    is_window = module.startswith("desktop_app") and module not in DISPATCHERS
    return is_window and target is not None and target not in TORCH_FREE


def lets_panels_meet(module: str, imported: Import) -> bool:
    """A panel imports another panel instead of meeting it in the session."""
    own, other = panel_of(module), panel_of(imported.name)
    return own is not None and other is not None and own != other


def brings_a_subject_into_general_widgets(module: str, imported: Import) -> bool:
    """A widget, plot, form or model for every subject imports one of them, or the session."""
    target = part_of_window(imported.name)
    return part_of_window(module) in GENERAL and target is not None and target not in KNOWN_TO_GENERAL


def uses_a_framework(module: str, imported: Import) -> bool:
    """Graph libraries and training frameworks are kept out: docs/decisions/0005."""
    return imported.library in FRAMEWORKS


def loads_before_deciding(module: str, imported: Import) -> bool:
    """A start module imports something heavy before it knows what the process will be."""
    part = part_of_core(imported.name)
    is_heavy = imported.library in QT | TORCH or (part is not None and part not in TORCH_FREE)
    return module in DISPATCHERS and imported.at_once and is_heavy


RULES: list[Callable[[str, Import], bool]] = [
    points_upwards,
    brings_the_window_into_core,
    brings_torch_into_its_free_half,
    reaches_past_the_torch_free_half,
    lets_panels_meet,
    brings_a_subject_into_general_widgets,
    uses_a_framework,
    loads_before_deciding,
]


def broken_rules(module: str, source: str) -> list[str]:
    return [
        f"{module} -> {imported.name}: {rule.__doc__}"
        for imported in imports(source)
        for rule in RULES
        if rule(module, imported)
    ]


def modules_of(package: str) -> dict[str, Path]:
    """Map the dotted name of each module of a package to its file."""
    paths = sorted((REPOSITORY / package).rglob("*.py"))
    return {
        ".".join(path.relative_to(REPOSITORY).with_suffix("").parts).removesuffix(".__init__"): path
        for path in paths
    }


@pytest.mark.parametrize("package", ["core", "desktop_app"])
def test_imports_point_downwards_only(package: str):
    modules = modules_of(package)
    assert modules
    assert [line for name, path in modules.items() for line in broken_rules(name, path.read_text())] == []


def test_every_part_of_core_has_its_layer():
    parts = {name.split(".")[1] for name in modules_of("core") if "." in name}
    assert parts <= set(HEIGHT), "say in LAYERS where the new part of core belongs"


def test_folders_of_the_window_do_not_import_each_other_in_a_circle():
    modules = modules_of("desktop_app")
    folders = {name.split(".")[1] for name in modules if name.count(".") > 1}
    known: dict[str, set[str]] = {folder: set() for folder in folders}
    for name, path in modules.items():
        own = part_of_window(name)
        if own in folders:
            targets = {part_of_window(imported.name) for imported in imports(path.read_text())}
            known[own] |= {target for target in targets & folders if target != own}
    assert sum(map(len, known.values())) > 0
    TopologicalSorter(known).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.store.project", "from core.training.loop.train import train"),
        ("core.structures.cif", "from core.jobs.spec import JobSpec"),
        ("core.jobs.spec", "import core.structures"),
        ("core.events", "def late():\n    from core import config"),
        ("core.errors", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import core.events"),
        ("core", "from core.errors import CoreError"),
        ("core.graphs.pairs", "from PySide6.QtCore import QObject"),
        ("core.worker", "class A:\n    def b(self):\n        import desktop_app.window"),
        ("core.store.project", "import torch.nn as nn"),
        ("core.__main__", "from core import cli"),
        ("core.graphs.batch", "from torch_geometric.data import Data"),
        ("desktop_app.window", "def train():\n    import torch"),
        ("desktop_app.session", "from core.encoders import ENCODERS"),
        ("desktop_app.panels.train", "from desktop_app.panels.runs import RunsPanel"),
        ("desktop_app.panels.train", "from desktop_app.panels import runs"),
        ("desktop_app.plots.legend", "from desktop_app.crystal.scene import Scene"),
        ("desktop_app.widgets.table", "from desktop_app.session import Session"),
        ("desktop_app.launch", "from PySide6.QtWidgets import QApplication"),
        ("desktop_app.launch", "import core.cli"),
    ],
)
def test_a_forbidden_import_is_found(module: str, source: str):
    assert len(broken_rules(module, source)) >= 1


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("core.training.loop.train", "import torch\nfrom core.encoders import ENCODERS"),
        ("core.structures.cif", "from core.structures.structure import Structure"),
        ("core.structures.cif", "from core.errors import StructureError\nimport gemmi"),
        ("core.__main__", "def main():\n    from core import cli\n    from core.worker import work"),
        ("desktop_app.window", "from desktop_app.panels.runs import RunsPanel\nimport core.store.project"),
        ("desktop_app.panels.train", "from desktop_app.session import Session"),
        ("desktop_app.plots.legend", "from desktop_app.look.theme import inks_of\nimport pyqtgraph"),
        ("desktop_app.launch", "def main():\n    from core.cli import main\n    import PySide6"),
    ],
)
def test_an_allowed_import_passes(module: str, source: str):
    assert broken_rules(module, source) == []


def loaded_after(statements: str) -> set[str]:
    """Name the libraries that a fresh Python has loaded after the statements."""
    script = f"import sys\n{statements}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    finished = subprocess.run(
        [sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True, cwd=REPOSITORY
    )
    return set(finished.stdout.split())


def test_the_torch_free_half_loads_neither_torch_nor_qt():
    names = [name for name in modules_of("core") if part_of_core(name) in TORCH_FREE]
    loaded = loaded_after("\n".join(f"import {name}" for name in names))
    assert "core" in loaded
    assert loaded & (TORCH | QT) == set()


def test_the_window_loads_without_torch():
    loaded = loaded_after("\n".join(f"import {name}" for name in modules_of("desktop_app")))
    assert "PySide6" in loaded
    assert loaded & TORCH == set()


@pytest.mark.parametrize("module", sorted(DISPATCHERS))
def test_a_start_module_loads_nothing_heavy(module: str):
    assert loaded_after(f"import {module}") & (TORCH | QT) == set()


def test_the_worker_loads_neither_readers_nor_the_window():
    loaded = loaded_after("import core.worker.kinds")
    assert "torch" in loaded
    assert loaded & (READERS | QT) == set()
