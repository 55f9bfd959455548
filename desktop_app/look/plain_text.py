"""Texts as they are to be seen: not taken for HTML, which could ask for pictures elsewhere, units kept."""

import re
from html import escape

TIE = "\N{NO-BREAK SPACE}"


def as_written(text: str) -> str:
    """A text for a tooltip, a message or a question, shown as it stands also where it looks like HTML."""
    return f'<span style="white-space: pre-wrap">{escape(text)}</span>' if "<" in text else text


def as_label(text: str) -> str:
    """A text for an axis or a legend of pyqtgraph, which are always HTML."""
    return escape(text)


def with_unit(title: str, unit: str) -> str:
    """A title of an axis, a column or a scale, with its unit in brackets behind it where there is one."""
    return f"{title} ({unit})" if unit else title


def with_units_tied(text: str, *units: str) -> str:
    """Keep each number on one line with the sign of per cent, or the unit, that comes after it."""
    names = "|".join(re.escape(unit) for unit in ("%", *units) if unit)
    return re.sub(rf"(?<=\d) (?=(?:{names})(?!\w))", TIE, text)
