"""What stays out of the bundle, with the reason, and what is in it although no import says so."""

import re
from collections.abc import Callable, Iterable
from fnmatch import fnmatch
from os.path import normpath
from pathlib import PurePath

Entry = tuple[str, str, str]  # PyInstaller's: place in the bundle, file, kind

HIDDEN_IMPORTS = [
    "resources",  # asked for by name, to find what lies in it
    "ase.io.extxyz",  # ase loads a format when a file of it is read
]

WITH_FILES = ["resources", "pymatgen", "parsnip"]  # whose tables and pictures PyInstaller does not know of

# Imported by libraries where they are there, and used by nothing here.
EXCLUDED_MODULES = [
    *("IPython", "OpenGL", "PyQt5", "PyQt6", "PySide2", "gi", "notebook", "plotly", "tkinter"),
    *("hypothesis", "mypy", "numba", "pip", "pytest", "setuptools", "tensorboard"),
    *("matplotlib.tests", "torch.utils.tensorboard"),
]

LEFT_OUT = {
    "torch/test/*": "PyTorch's tests of itself",
    "torch/bin/test_*": "the same",
    "torch/lib/*_test.so": "the same",
    "torch/lib/libbackend_with_compiler.so": "the same",
    "torch/lib/libaoti_custom_ops.so": "the same",
    "torch/bin/protoc*": "a compiler of message formats",
    "torch/include/*": "for compiling against it",
    "torch/share/*": "the same",
    "*.a": "the same",
    "*.lib": "the same",
    "pyarrow/include/*": "the same",
    "pyarrow/includes/*": "the same",
    "pyarrow/src/*": "the same",
    "pyarrow/tests/*": "tests",
    "pyarrow/_[!f]*fs.*": "disks of other people's computers",
    "pyarrow/*flight*": "talks to servers",
    "pyarrow/libarrow_python*.so": "another name of a file that is there",
    "pyarrow/libarrow_python*.so.*.*": "the same",
    "matplotlib/mpl-data/sample_data/*": "examples",
    "PIL/_avif*": "a format of photographs",
    "pillow.libs/libavif*": "the same",
    "PySide6/*qml/*": "no window here is written in QML",
    "PySide6/*plugins/qmltooling/*": "the same",
    "PySide6/*plugins/position/*": "where on Earth the computer is",
    "PySide6/*plugins/printsupport/*": "nothing is printed",
    "PySide6/*plugins/platformthemes/libqgtk3*": "would draw on GTK, which a bare system lacks",
    "PySide6/*plugins/platforminputcontexts/*virtualkeyboard*": "keyboards on screens",
    "PySide6/*plugins/imageformats/*qpdf*": "no PDF is shown",
    "PySide6/*translations/*": "the program speaks English",
    "PySide6/*_devtools_resources*.pak": "for debugging web pages",
    "PySide6/*.debug.*": "the same",
}
KEPT = ("*/qtwebengine_locales/en-US.pak",)  # without any, the web engine ends the program

# Libraries that are there for the sake of others: one that nothing links to any more goes, too.
ON_DEMAND = re.compile(r"(libQt6|libarrow|libicu|Qt6.*\.dll$|arrow.*\.dll$)")

# Of the libraries of the system only what Python's own modules link to comes along. The rest, Qt's
# neighbours, must fit the graphics driver and the fonts of the machine; the .deb depends on them.
SYSTEM_FOLDER = re.compile(r"(/usr)?/lib(64)?(/[^/]+-linux-gnu)?/[^/]+")
OF_PYTHON = re.compile(
    r"lib(python3|ssl|crypto|ffi|sqlite3|lzma|bz2|z|expat|uuid|readline|tinfo|ncursesw|mpdec)[.0-9-].*"
)


def is_needed(place: str, source: str) -> bool:
    """Whether a file that PyInstaller has found belongs into the bundle at this place."""
    name = PurePath(place).as_posix()
    if any(fnmatch(name, pattern) for pattern in KEPT):
        return True
    if any(fnmatch(name, pattern) for pattern in LEFT_OUT):
        return False
    if SYSTEM_FOLDER.fullmatch(source):
        return OF_PYTHON.fullmatch(PurePath(source).name) is not None
    return True


def linked_libraries(binaries: Iterable[Entry], links_of: Callable[[str], Iterable[str]]) -> list[Entry]:
    """The binaries without those on-demand libraries that none of the others needs, directly or not.

    `links_of` names the libraries that a file links to, with or without a folder.
    """
    entries = [(PurePath(entry[0]).name, entry) for entry in binaries]
    files = [(name, source) for name, (place, source, kind) in entries if kind != "SYMLINK"]
    on_demand = {name: source for name, source in files if ON_DEMAND.match(name)}
    waiting = [source for name, source in files if name not in on_demand]
    wanted: set[str] = set()
    while waiting:
        links = {PurePath(link).name for link in links_of(waiting.pop())}
        new = links & on_demand.keys() - wanted
        wanted |= new
        waiting += [on_demand[name] for name in new]
    return [entry for name, entry in entries if name in wanted or not ON_DEMAND.match(name)]


def without_dead_links(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without symbolic links to what is not among them."""
    found = list(entries)
    places = {place for place, target, kind in found}
    return [
        (place, target, kind)
        for place, target, kind in found
        if kind != "SYMLINK" or normpath(PurePath(place).parent / target) in places
    ]
