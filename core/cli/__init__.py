"""The command line: the same jobs as the window, in the same words."""

from core.cli.main import main

__all__ = ["main"]
