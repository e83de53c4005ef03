"""What a person types into a number field: a number, a small expression, a percentage, a number with a unit.

    1e-3    2*pi    sqrt(2)/2    10%    5 ms (where the setting is in seconds)    3 − 1,5

The text is parsed as Python's grammar has it and walked by a table of the few forms allowed here; nothing is evaluated
that is not in the table.
"""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from typing import Final

MINUS: Final = "\u2212"
LONGEST: Final = 200
"""Characters of the longest expression."""

CONSTANTS: Final[Mapping[str, float]] = {"pi": math.pi, "tau": math.tau, "e": math.e}
FUNCTIONS: Final[Mapping[str, Callable[..., float]]] = {
    "sqrt": math.sqrt, "exp": math.exp, "log": math.log, "ln": math.log, "log10": math.log10, "log2": math.log2,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos, "atan": math.atan,
    "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh, "abs": abs, "min": min, "max": max,
    "floor": lambda x: float(math.floor(x)), "ceil": lambda x: float(math.ceil(x)), "round": lambda x: float(round(x)),
    "radians": math.radians, "degrees": math.degrees,
}  # fmt: skip
_BINARY: Final[Mapping[type[ast.operator], Callable[[float, float], float]]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Pow: lambda x, y: x**y, ast.Mod: operator.mod, ast.FloorDiv: operator.floordiv,
}  # fmt: skip
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[float], float]]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}

UNITS: Final[Mapping[str, Mapping[str, float]]] = {
    "s": {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9, "min": 60.0, "h": 3600.0},
    "ms": {"ms": 1.0, "s": 1e3, "µs": 1e-3, "us": 1e-3, "min": 6e4},
    "rad": {"rad": 1.0, "deg": math.pi / 180, "°": math.pi / 180, "mrad": 1e-3, "turn": math.tau, "turns": math.tau},
    "%": {"%": 1.0},
    "pixels": {"px": 1.0, "pixel": 1.0, "pixels": 1.0},
    "steps": {"step": 1.0, "steps": 1.0},
    "Hz": {"Hz": 1.0, "kHz": 1e3, "MHz": 1e6},
    "m": {"m": 1.0, "cm": 1e-2, "mm": 1e-3, "µm": 1e-6, "um": 1e-6, "km": 1e3},
}
"""By the unit a setting is in: what may be written, and how many of that unit it is."""

_SIGNS: Final = str.maketrans({MINUS: "-", "–": "-", "×": "*", "·": "*", "÷": "/", "\u00a0": " ", "\u202f": " "})
_UNIT: Final = re.compile(r"^(?P<number>.*?[\d.)%]|.*\b(?:pi|tau|e))\s*(?P<unit>[A-Za-zµ°]+)$")
_PERCENT: Final = re.compile(r"%(?=\s*($|[-+*/)]))")
_COMMA: Final = re.compile(r"^[-+]?\d*,\d+(e[-+]?\d+)?$", re.IGNORECASE)


class Unreadable(ValueError):
    """A text stands for no number; the sentence says why."""

    @property
    def sentence(self) -> str:
        """Why, as a sentence."""
        return str(self.args[0])


def read(text: str, unit: str = "") -> float:
    """Return the finite number that a text stands for, in the unit of its setting; raise Unreadable with a sentence."""
    cleaned = text.translate(_SIGNS).replace("π", "pi").replace("τ", "tau").replace("^", "**").strip()
    shown = text.strip() if len(text.strip()) <= 40 else text.strip()[:39] + "…"
    if not cleaned:
        raise Unreadable("Nothing is written there: type a number, or an expression such as 2*pi.")
    if len(cleaned) > LONGEST:
        raise Unreadable(f"An expression has at most {LONGEST} characters.")
    if (number := plain(cleaned)) is not None:
        return number
    expression, factor = _without_unit(cleaned, unit, shown)
    if unit != "%":
        expression = _PERCENT.sub("*0.01", expression)
    elif expression.endswith("%"):
        expression = expression[:-1]
    return _finite(_value(_parsed(expression, shown), shown) * factor, shown)


def parsed(text: str, unit: str = "") -> float | None:
    """Return the number that a text stands for, or None."""
    try:
        return read(text, unit)
    except Unreadable:
        return None


def plain(text: str) -> float | None:
    """Return a finite number written as one, perhaps with a true minus, a decimal comma, or spaces between groups of
    digits; None for all else."""
    joined = re.sub(r"(?<=\d) (?=\d)", "", text.translate(_SIGNS).strip())
    if _COMMA.match(joined):
        joined = joined.replace(",", ".")
    try:
        number = float(joined) if "_" not in joined else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _without_unit(text: str, unit: str, shown: str) -> tuple[str, float]:
    """Return an expression without the unit it ends in, and what the unit is worth."""
    known = {unit: 1.0, **UNITS.get(unit, {})} if unit else {}
    found = _UNIT.match(text)
    if found is None or found["unit"] in CONSTANTS:
        return text, 1.0
    if found["unit"] in known:
        return found["number"], known[found["unit"]]
    others = ", ".join(name for name in known if name != unit)
    field = f"this field is in {unit}" + (f" ({others})" if others else "") if unit else "this field has none"
    raise Unreadable(f"“{shown}” has the unit “{found['unit']}”, and {field}.")


def _parsed(text: str, shown: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise Unreadable(f"“{shown}” is not a number or an expression such as 2*pi or sqrt(2)/2.") from None


def _value(node: ast.expr, shown: str) -> float:
    match node:
        case ast.Constant(value=bool() | complex()):
            pass
        case ast.Constant(value=int() | float() as number):
            return _computed(float, shown, number)
        case ast.Name(id=name) if name in CONSTANTS:
            return CONSTANTS[name]
        case ast.Name(id=name):
            raise Unreadable(f"“{name[:40]}” is not known here: there are pi, tau, e and functions such as sqrt.")
        case ast.UnaryOp(op=op, operand=inner) if type(op) in _UNARY:
            return _UNARY[type(op)](_value(inner, shown))
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _computed(_BINARY[type(op)], shown, _value(left, shown), _value(right, shown))
        case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in FUNCTIONS:
            return _computed(FUNCTIONS[name], shown, *(_value(each, shown) for each in given))
        case ast.Call(func=ast.Name(id=name)) if name not in FUNCTIONS:
            raise Unreadable(f"There is no function “{name[:40]}” here: there are {', '.join(list(FUNCTIONS)[:7])}, ….")
    raise Unreadable(f"“{shown}” is not a number or an expression such as 2*pi or sqrt(2)/2.")


def _computed(function: Callable[..., float], shown: str, *given: float) -> float:
    try:
        return _finite(function(*given), shown)
    except Unreadable:
        raise
    except ZeroDivisionError:
        raise Unreadable(f"“{shown}” divides by 0.") from None
    except OverflowError:
        raise Unreadable(f"“{shown}” is too large for a number.") from None
    except (ValueError, TypeError):
        raise Unreadable(f"“{shown}” has no real value.") from None


def _finite(number: float, shown: str) -> float:
    if isinstance(number, complex):
        raise Unreadable(f"“{shown}” has no real value.")
    if not math.isfinite(number):
        raise Unreadable(f"“{shown}” is too large for a number.")
    return float(number)
