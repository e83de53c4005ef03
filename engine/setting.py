"""How a setting is declared: one small record per widget, each able to check a value.

A *numeric* setting is lowered as an input of the program (live, sweepable, never a recompilation); a *structural* one
is compiled in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

from engine import limits
from engine.errors import SettingError
from engine.graph import SettingValue


@dataclass(frozen=True, slots=True)
class Setting:
    """What all settings have. Subclasses are final; `check` gives a value in canonical form or raises SettingError."""

    default: SettingValue
    help: str = ""
    unit: str = ""
    numeric: ClassVar[bool] = False

    def check(self, value: Any) -> SettingValue:
        """Return `value` in canonical form, or raise SettingError with a sentence that starts with "must be"."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Number(Setting):
    """A real number, in [low, high] where given (low excluded when `positive`)."""

    low: float | None = None
    high: float | None = None
    positive: bool = False
    numeric: ClassVar[bool] = True

    def check(self, value: Any) -> SettingValue:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise SettingError("must be a finite number")
        number = float(value)
        if self.positive and number <= 0:
            raise SettingError("must be greater than 0")
        _within(number, self.low, self.high)
        return number


@dataclass(frozen=True, slots=True)
class Slider(Number):
    """A number drawn as a slider from `low` to `high`, logarithmic where `log`."""

    log: bool = False


@dataclass(frozen=True, slots=True)
class Integer(Setting):
    """A whole number in [low, high]; structural."""

    low: int | None = None
    high: int | None = None

    def check(self, value: Any) -> SettingValue:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise SettingError("must be a whole number")
        _within(value, self.low, self.high)
        return value


@dataclass(frozen=True, slots=True)
class Toggle(Setting):
    """Yes or no."""

    def check(self, value: Any) -> SettingValue:
        if not isinstance(value, bool):
            raise SettingError("must be true or false")
        return value


@dataclass(frozen=True, slots=True)
class Choice(Setting):
    """One of a few words."""

    options: tuple[str, ...] = ()

    def check(self, value: Any) -> SettingValue:
        if value not in self.options:
            raise SettingError(f"must be one of {', '.join(self.options)}")
        return str(value)


@dataclass(frozen=True, slots=True)
class Text(Setting):
    """Free text."""

    multiline: bool = False

    def check(self, value: Any) -> SettingValue:
        if not isinstance(value, str) or len(value) > limits.TEXT_LENGTH:
            raise SettingError(f"must be text of at most {limits.TEXT_LENGTH} characters")
        return value


@dataclass(frozen=True, slots=True)
class Code(Text):
    """A function in Gradwire's Python (engine.python); what is wrong with it is a problem of the node, not refused."""


@dataclass(frozen=True, slots=True)
class File(Setting):
    """A data file: "asset:name" or a path relative to the graph's folder; "" is none.

    Checked for form here, opened when the graph runs.
    """

    suffixes: tuple[str, ...] = ()

    def check(self, value: Any) -> SettingValue:
        if not isinstance(value, str) or len(value) > 1000 or "\x00" in value:
            raise SettingError("must be the path of a file inside the graph's folder")
        return value


@dataclass(frozen=True, slots=True)
class Array(Setting):
    """A number or nested lists of numbers of one rectangular shape; numeric."""

    numeric: ClassVar[bool] = True

    def check(self, value: Any) -> SettingValue:
        rectangular_shape(value)
        return _frozen(value)


@dataclass(frozen=True, slots=True)
class Dimensions(Setting):
    """A shape: a list of non-negative whole numbers; null where it may be inferred (`optional`)."""

    optional: bool = False

    def check(self, value: Any) -> SettingValue:
        if value is None and self.optional:
            return None
        if not isinstance(value, list | tuple) or len(value) > limits.RANK:
            raise SettingError(f"must be a list of at most {limits.RANK} whole numbers")
        if not all(isinstance(n, int) and not isinstance(n, bool) and -1 <= n <= limits.ELEMENTS for n in value):
            raise SettingError("must be a list of whole numbers")
        return tuple(value)


@dataclass(frozen=True, slots=True)
class Axis(Setting):
    """An axis, or null for all axes."""

    def check(self, value: Any) -> SettingValue:
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and abs(value) <= limits.RANK):
            return value
        raise SettingError("must be a whole number, or empty for all axes")


@dataclass(frozen=True, slots=True)
class Names(Setting):
    """A list of words: node ids, column names. `of` says of what ("parameter" for parameter nodes)."""

    of: str = ""

    def check(self, value: Any) -> SettingValue:
        if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
            raise SettingError("must be a list of names")
        return tuple(value)


@dataclass(frozen=True, slots=True)
class Reference(Text):
    """The id of one other node ("" is none); `of` is the operator it must have ("" for any). Copies follow copies."""

    of: str = ""


@dataclass(frozen=True, slots=True)
class Factors(Setting):
    """Positive factors by name: pairs [node id, factor]. `of` says of what the names are, as in Names; numeric."""

    of: str = ""
    numeric: ClassVar[bool] = True

    def check(self, value: Any) -> SettingValue:
        try:
            pairs = [(name, factor) for name, factor in value]
        except (TypeError, ValueError):
            raise SettingError("must be pairs of a name and a factor") from None
        for name, factor in pairs:
            if not isinstance(name, str):
                raise SettingError("must be pairs of a name and a factor")
            if isinstance(factor, bool) or not isinstance(factor, int | float) or not 0 < factor < math.inf:
                raise SettingError("must have factors greater than 0")
        if len({name for name, _ in pairs}) != len(pairs):
            raise SettingError("must name each once")
        return tuple((name, float(factor)) for name, factor in pairs)


@dataclass(frozen=True, slots=True)
class ByName(Setting):
    """Values by name: pairs [name, value]. The values are numbers, or texts where `texts`; structural."""

    texts: bool = False

    def check(self, value: Any) -> SettingValue:
        what = "a text" if self.texts else "a number"
        try:
            pairs = [(name, given) for name, given in value]
        except (TypeError, ValueError):
            raise SettingError(f"must be pairs of a name and {what}") from None
        spec: Setting = Text("") if self.texts else Number(0.0)
        for name, given in pairs:
            if not isinstance(name, str):
                raise SettingError(f"must be pairs of a name and {what}")
            try:
                spec.check(given)
            except SettingError as fault:
                raise SettingError(f"must be pairs of a name and {what}, which {fault.sentence}") from None
        if len({name for name, _ in pairs}) != len(pairs):
            raise SettingError("must name each once")
        return tuple((name, spec.check(given)) for name, given in pairs)


@dataclass(frozen=True, slots=True)
class Columns(Setting):
    """The outputs of a table: rows [output name, "number" or "class", [column, ...]]."""

    def check(self, value: Any) -> SettingValue:
        try:
            rows = tuple((str(name), str(kind), tuple(map(str, columns))) for name, kind, columns in value)
        except (TypeError, ValueError):
            raise SettingError('must be rows of an output name, "number" or "class", and its columns') from None
        if any(kind not in ("number", "class") or not name or not columns for name, kind, columns in rows):
            raise SettingError('must be rows of an output name, "number" or "class", and its columns')
        if len({name for name, _, _ in rows}) != len(rows):
            raise SettingError("must name each output once")
        return rows


def _within(number: float, low: float | None, high: float | None) -> None:
    if low is not None and number < low:
        raise SettingError(f"must be at least {low:g}")
    if high is not None and number > high:
        raise SettingError(f"must be at most {high:g}")


def rectangular_shape(value: Any) -> tuple[int, ...]:
    """Return the shape of a number or of nested lists; raise SettingError where they are ragged or not finite."""
    if isinstance(value, list | tuple):
        shapes = {rectangular_shape(item) for item in value}
        if len(shapes) > 1:
            raise SettingError("must have rows of equal length")
        return (len(value), *(shapes.pop() if shapes else ()))
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return ()
    raise SettingError("must be finite numbers")


def _frozen(value: Any) -> SettingValue:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value
