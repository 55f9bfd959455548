"""Texts from files where Qt or pyqtgraph would take them for HTML, which could ask for pictures elsewhere."""

from html import escape


def as_written(text: str) -> str:
    """A text for a tooltip, a message or a question, shown as it stands also where it looks like HTML."""
    return f'<span style="white-space: pre-wrap">{escape(text)}</span>' if "<" in text else text


def as_label(text: str) -> str:
    """A text for an axis or a legend of pyqtgraph, which are always HTML."""
    return escape(text)
