"""Numbers as the window writes them: short, with a true minus, exact where they come back from a field."""

from __future__ import annotations

import math
from typing import Any

from app.quantities import MINUS, parsed, plain

__all__ = ["MINUS", "compact", "exact", "latex", "parsed", "plain", "short"]


def short(value: Any, digits: int = 5) -> str:
    """Return a number in at most `digits` significant digits: 423.94, −0.31, 1.2e−7, NaN, ∞."""
    if isinstance(value, complex):
        sign = MINUS if value.imag < 0 else "+"
        return f"{short(value.real, digits)}{sign}{short(abs(value.imag), digits)}i"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"{value:,}".replace("-", MINUS)
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    return compact(f"{value:.{digits}g}").replace("-", MINUS)


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
    text = short(value).replace(MINUS, "-").replace("∞", r"\infty").replace("NaN", r"\mathrm{NaN}")
    mantissa, e, exponent = text.partition("e")
    written = rf"{mantissa} \cdot 10^{{{exponent}}}" if e else text
    return f"({written})" if text.startswith("-") else written
