from collections.abc import Callable
from types import ModuleType

import pytest

Script = Callable[[str], ModuleType]


@pytest.fixture
def contents(script: Script) -> ModuleType:
    return script("bundle_contents.py")


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("torch/lib/libtorch_cpu.so", "/env/torch/lib/libtorch_cpu.so"),
        ("torch/testing/__init__.py", "/env/torch/testing/__init__.py"),
        ("pyarrow/_fs.cpython-311-x86_64-linux-gnu.so", "/env/pyarrow/_fs.so"),
        ("pyarrow/libarrow_python.so.2600", "/env/pyarrow/libarrow_python.so.2600"),
        ("PySide6/Qt/translations/qtwebengine_locales/en-US.pak", "/env/en-US.pak"),
        ("PySide6/Qt/resources/qtwebengine_resources.pak", "/env/r.pak"),
        ("resources/pretrained/five-properties-cgcnn.safetensors", "/env/model"),
        ("libpython3.11.so.1.0", "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0"),
        ("libz.so.1", "/lib/x86_64-linux-gnu/libz.so.1"),
        ("libssl.so.3", "/lib/x86_64-linux-gnu/libssl.so.3"),
        ("python3.11/lib-dynload/_ssl.so", "/usr/lib/python3.11/lib-dynload/_ssl.so"),
    ],
)
def test_what_the_program_needs_is_kept(contents: ModuleType, place: str, source: str):
    assert contents.is_needed(place, source)


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("torch/test/List_test", "/env/torch/test/List_test"),
        ("pyarrow/_s3fs.cpython-311-x86_64-linux-gnu.so", "/env/pyarrow/_s3fs.so"),
        ("pyarrow/libarrow_python.so.2600.1.0", "/env/pyarrow/libarrow_python.so.2600.1.0"),
        ("PySide6/Qt/qml/QtQuick/libqtquickplugin.so", "/env/libqtquickplugin.so"),
        ("PySide6/Qt/translations/qtwebengine_locales/de.pak", "/env/de.pak"),
        ("libgtk-3.so.0", "/lib/x86_64-linux-gnu/libgtk-3.so.0"),
        ("libstdc++.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6"),
        ("libzstd.so.1", "/usr/lib64/libzstd.so.1"),
    ],
)
def test_what_it_does_not_need_stays_out(contents: ModuleType, place: str, source: str):
    assert not contents.is_needed(place, source)


def test_a_library_stays_as_long_as_something_leads_to_it(contents: ModuleType):
    links = {
        "/e/QtWidgets.so": ["libQt6Widgets.so.6"],
        "/e/libQt6Widgets.so.6": ["/e/libQt6Gui.so.6", "libc.so.6"],
        "/e/libQt6Quick3D.so.6": ["libQt6Quick3DUtils.so.6"],
        "/e/libQt6Quick3DUtils.so.6": ["libQt6Quick3D.so.6"],
    }
    names = ["QtWidgets.so", "libQt6Widgets.so.6", "libQt6Gui.so.6", "libQt6Quick3D.so.6"]
    entries = [(f"PySide6/{name}", f"/e/{name}", "BINARY") for name in [*names, "libQt6Quick3DUtils.so.6"]]
    kept = contents.linked_libraries(entries, lambda file: links.get(file, []))
    assert [place for place, source, kind in kept] == [f"PySide6/{name}" for name in names[:3]]


def test_a_link_goes_with_the_library_that_it_leads_to(contents: ModuleType):
    entries = [
        ("pyarrow/lib.so", "/e/lib.so", "EXTENSION"),
        *((f"pyarrow/{name}", f"/e/{name}", "BINARY") for name in ("libarrow.so", "libarrow_s3.so")),
        *((name, f"pyarrow/{name}", "SYMLINK") for name in ("libarrow.so", "libarrow_s3.so")),
    ]
    kept = contents.linked_libraries(entries, lambda file: {"/e/lib.so": ["libarrow.so"]}.get(file, []))
    assert kept == [entries[0], entries[1], entries[3]]


def test_a_link_to_nothing_goes(contents: ModuleType):
    entries = [
        ("pillow.libs/libjpeg.so", "/e/libjpeg.so", "BINARY"),
        ("libjpeg.so", "pillow.libs/libjpeg.so", "SYMLINK"),
        ("PIL/libjpeg.so", "../pillow.libs/libjpeg.so", "SYMLINK"),
        ("libavif.so", "pillow.libs/libavif.so", "SYMLINK"),
    ]
    assert contents.without_dead_links(entries) == entries[:3]


def test_every_omission_has_a_reason(contents: ModuleType):
    assert all(reason.strip() for reason in contents.LEFT_OUT.values())
