"""What can go wrong, said so that a chemist knows what happened and what to do about it."""

from collections.abc import Iterable
from difflib import get_close_matches


class CoreError(Exception):
    """An expected failure: `message` says what happened to which file or setting, `hint` what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class StructureError(CoreError):
    """A crystal structure cannot be read or used."""


class LabelError(CoreError):
    """A table of measured values cannot be read or matched."""


class ProjectError(CoreError):
    """A project folder cannot be opened, created or written."""


class RunError(CoreError):
    """A run folder is missing, damaged, or in a state that does not allow the request."""


class ModelError(CoreError):
    """A model file is damaged, or does not fit what it is asked to do."""


class SettingError(CoreError):
    """A setting has a value that is not allowed."""


class TooFewStructures(CoreError):
    """There are not enough (labelled) structures for what was asked."""


class UnknownChoice(SettingError):
    """A name is not among those that exist; the nearest existing one is proposed."""

    def __init__(self, kind: str, name: str, available: Iterable[str]) -> None:
        names = sorted(available)
        spelled = {known.lower(): known for known in names}
        near = get_close_matches(name.lower(), spelled, n=1, cutoff=0.5)
        question = f"Did you mean '{spelled[near[0]]}'? " if near else ""
        listing = ", ".join(names) if names else "none yet"
        super().__init__(f"Unknown {kind} '{name}'.", f"{question}Available: {listing}.")


class DiskFull(CoreError):
    """There is no space left where a file had to be written."""

    def __init__(self, path: object) -> None:
        super().__init__(
            f"The disk is full: '{path}' could not be written.",
            "Free some space and try again; what was saved before is intact.",
        )
