"""Numbers as the window writes them: short, with a true minus, exact where they come back from a field."""

from __future__ import annotations

import math
from typing import Any

from app.quantities import MINUS, parsed, plain

__all__ = ["MINUS", "compact", "exact", "latex", "parsed", "plain", "short"]

FULL, MOST_PLACES = 5, 7
"""Digits of a number that has room, and the most decimals it is written with."""
SMALL, LARGE = 1e-4, 1e7
"""Between them numbers are written without an exponent."""


def short(value: Any, digits: int = 5) -> str:
    """Return a number in at most `digits` significant digits: 423.94, −0.31, 51,731, 1.2e−7, NaN, ∞.

    The same number is written the same on wires, in the inspector and beside plots; below five digits room counts for
    more than thousands set apart.
    """
    if isinstance(value, complex):
        sign = MINUS if value.imag < 0 else "+"
        return f"{short(value.real, digits)} {sign} {short(abs(value.imag), digits)}i"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:
        return "0"
    size = abs(value)
    if digits < FULL:
        text = compact(f"{value:.{digits}g}")
    elif size != 0 and not SMALL <= size < LARGE:
        text = compact(_trimmed(f"{value:.{digits - 2}e}"))
    else:
        places = max(0, digits - 1 - (math.floor(math.log10(size)) if size else 0))
        text = _trimmed(f"{value:,.{min(places, MOST_PLACES)}f}")
    return text.replace("-", MINUS)


def _trimmed(text: str) -> str:
    """Return a number's text without zeros at the end of its decimals."""
    mantissa, e, exponent = text.partition("e")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + e + exponent


def exact(value: float) -> str:
    """Return the shortest text that `float` reads back as the same number, without a trailing ".0"."""
    return compact(repr(float(value)))


def compact(text: str) -> str:
    """Return a number's text without a trailing ".0" and without the zeros and plus of its exponent: 1e-07 is 1e-7."""
    mantissa, e, exponent = text.partition("e")
    if mantissa.endswith(".0"):
        mantissa = mantissa[:-2]
    return f"{mantissa}e{int(exponent)}" if e else mantissa


def latex(value: Any) -> str:
    """Return a number as LaTeX; negative ones in parentheses, as they stand inside a product."""
    text = short(value).replace(MINUS, "-").replace(",", "").replace("∞", r"\infty").replace("NaN", r"\mathrm{NaN}")
    mantissa, e, exponent = text.partition("e")
    written = rf"{mantissa} \cdot 10^{{{exponent}}}" if e else text
    return f"({written})" if text.startswith("-") else written
