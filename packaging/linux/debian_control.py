"""Prints the control file of the .deb: `debian_control.py VERSION INSTALLED_KILOBYTES ARCHITECTURE`."""

import platform
import re
import sys
from pathlib import Path

PACKAGING = Path(__file__).resolve().parents[1]
NOT_NEEDED = {"VIRTUAL_SCREEN"}  # lists of qt_libraries.sh that only tests want
RENAMED = {"libasound2", "libglib2.0-0"}  # since Debian 13 and Ubuntu 24.04, with t64 behind the name

CONTROL = """\
Package: siteloupe
Version: {version}
Section: science
Priority: optional
Architecture: {architecture}
Maintainer: Siteloupe authors <siteloupe@localhost>
Installed-Size: {kilobytes}
Depends: {depends}
Description: learn from crystal structures and a few measured values
 Siteloupe takes a folder of crystal structures and a few measured values,
 pretrains a network on the crystals without labels, fine-tunes it on the
 labelled few, and shows what it predicts, how far to trust that, and site by
 site what it attends to. Everything happens on this computer, without network.
"""


def main() -> None:
    """Print what dpkg wants to know of the package."""
    version, kilobytes, architecture = sys.argv[1:4]
    sys.stdout.write(control(version, int(kilobytes), architecture))


def control(version: str, kilobytes: int, architecture: str) -> str:
    """The control file of a package that takes so many kilobytes when installed."""
    libraries = (PACKAGING / "qt_libraries.sh").read_text(encoding="utf-8")
    depends = [
        f"libc6 (>= {platform.libc_ver()[1]})",
        "libstdc++6",
        *map(as_dependency, packages_of(libraries)),
    ]
    return CONTROL.format(
        version=version, kilobytes=kilobytes, architecture=architecture, depends=", ".join(depends)
    )


def packages_of(script: str) -> list[str]:
    """The Debian packages in the lists `NAME=(one two ...)` of the script that provides Qt's libraries."""
    lists = re.findall(r"^([A-Z_0-9]+)=\(([^)]*)\)", script, re.MULTILINE)
    return sorted(package for name, words in lists if name not in NOT_NEEDED for package in words.split())


def as_dependency(package: str) -> str:
    """A package under either of its names."""
    return f"{package} | {package}t64" if package in RENAMED else package


if __name__ == "__main__":
    main()
