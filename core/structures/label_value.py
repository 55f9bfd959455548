"""One measured value as people write it: 1.2e-3, 1.20(3), 5.2 ± 0.1, < 1E-10."""

import math
import re
from typing import Final, Literal, cast

Bound = Literal["", "<", ">"]

MISSING: Final = frozenset({"", "-", "?", ".", "na", "n/a", "nan", "none", "null"})

_VALUE = re.compile(
    r"""(?P<bound> [<>≤≥]=? )? \s*
        (?P<number> [+-]? (?: \d+ [.]? \d* | [.] \d+ ) )
        (?: [(] \d+ [)] )?                                  # uncertainty in the last digits
        (?: e (?P<exponent> [+-]? \d+ )                     # 1.2e-3
          | \s* [x×*] \s* 10 \^? (?P<power> [+-]? \d+ ) )?  # 1.2 x 10^-3
        (?: \s* (?: ± | [+]/?- ) \s* [\d.e+-]+ )?           # 1.2 ± 0.1""",
    re.VERBOSE | re.IGNORECASE,
)


def is_missing(text: str) -> bool:
    """Whether an entry says that there is no value."""
    return text.strip().lower() in MISSING


def read_value(text: str, *, decimal_comma: bool = False) -> tuple[float, Bound]:
    """Read a value and its bound, "<", ">" or none; an uncertainty is accepted and passed over.

    With `decimal_comma` 1,5 is one and a half. Raises ValueError, with the reason, for anything else.
    """
    plain = text.strip().replace("−", "-")
    if decimal_comma and plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    match = _VALUE.fullmatch(plain)
    if match is None:
        advice = "; write a decimal point instead of the comma" if "," in plain else ""
        raise ValueError(f"'{text.strip()[:40]}' is not a number{advice}.")
    value = float(f"{match['number']}e{match['exponent'] or match['power'] or 0}")
    if not math.isfinite(value):
        raise ValueError(f"'{text.strip()[:40]}' is too large a number.")
    bound = {"≤": "<", "≥": ">"}.get((match["bound"] or "")[:1], (match["bound"] or "")[:1])
    return value, cast(Bound, bound)
