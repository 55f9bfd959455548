"""One measured value as people write it: 1.2e-3, 1.20(3), 5.2 ± 0.1, < 1E-10."""

import math
import re
from dataclasses import dataclass
from typing import Final, Literal, cast

Bound = Literal["", "<", ">"]

MISSING: Final = frozenset({"", "-", "?", ".", "na", "n/a", "nan", "none", "null"})

_VALUE = re.compile(
    r"""(?P<bound> [<>≤≥]=? )? \s*
        (?P<number> [+-]? (?: \d+ [.]? \d* | [.] \d+ ) )
        (?: [(] (?P<last_digits> \d+ ) [)] )?               # uncertainty in the last digits
        (?: e (?P<exponent> [+-]? \d+ )                     # 1.2e-3
          | \s* [x×*] \s* 10 \^? (?P<power> [+-]? \d+ ) )?  # 1.2 x 10^-3
        (?: \s* (?: ± | [+]/?- ) \s* (?P<error> [\d.e+-]+ ) )?  # 1.2 ± 0.1""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True)
class Measurement:
    """A value, "<" or ">" where it is only a limit, and its error where that is written beside it."""

    value: float
    bound: Bound = ""
    error: float | None = None


def is_missing(text: str) -> bool:
    """Whether an entry says that there is no value."""
    return text.strip().lower() in MISSING


def read_measurement(text: str, *, decimal_comma: bool = False, log10: bool = False) -> Measurement:
    """Read a value with its bound and error: 1.20(3) has the error 0.03.

    With `decimal_comma` 1,5 is one and a half. Raises ValueError, with the reason, for anything else, and
    with `log10` for a value that has no logarithm.
    """
    plain = text.strip().replace("−", "-")
    if decimal_comma and plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    match = _VALUE.fullmatch(plain)
    if match is None:
        advice = "; write a decimal point instead of the comma" if "," in plain else ""
        raise ValueError(f"'{text.strip()[:40]}' is not a number{advice}.")
    exponent = match["exponent"] or match["power"] or "0"
    value = float(f"{match['number']}e{exponent}")
    if not math.isfinite(value):
        raise ValueError(f"'{text.strip()[:40]}' is too large a number.")
    if log10 and value <= 0.0:
        raise ValueError(f"'{text.strip()[:40]}' has no logarithm: only positive values do.")
    bound = {"≤": "<", "≥": ">"}.get((match["bound"] or "")[:1], (match["bound"] or "")[:1])
    return Measurement(value, cast(Bound, bound), _error(match, exponent))


def _error(match: re.Match[str], exponent: str) -> float | None:
    if match["last_digits"]:
        decimals = len(match["number"].partition(".")[2])
        return float(f"{match['last_digits']}e{int(exponent) - decimals}")
    try:
        error = float(match["error"] or "nan")
    except ValueError:  # such as 0.1.2
        return None
    return abs(error) if math.isfinite(error) else None
