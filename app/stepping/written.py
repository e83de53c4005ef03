"""What an approach leaves behind while one steps: the tape grows, callbacks nest and return, the line of the adjoint's
source or program is marked, dual numbers are written down."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, Protocol

from app.stepping.steps import DERIVED

if TYPE_CHECKING:
    from app.stepping.steps import Steps
    from app.worker.stepped import Micro

DEEPEST: Final = 24
"""Nesting deeper than this is no further indented."""
TEXT, FAINT, VALUE, DERIVATIVE = "text", "faint", "value", "derivative"


class Written(Protocol):
    """Rows of text that depend on how far one has come."""

    says: str

    def count(self, position: int) -> int:
        """Return how many rows there are."""

    def text(self, row: int, position: int) -> str:
        """Return a row."""

    def tone(self, row: int, position: int) -> str:
        """Return the colour of a row: "text", "faint", "value" or "derivative"."""

    def marked(self, position: int) -> int | None:
        """Return the row of the micro-step just made."""


class Calls:
    """A row for each operation that ran, with what came back to it once it has: the tape, or the calls that nest."""

    def __init__(self, steps: Steps, *, nests: bool) -> None:
        self._steps, self._nests = steps, nests
        self.says = (
            "Each operation calls the rest of the program; on the way back it adds its cotangents."
            if nests
            else "Each operation is written down as it runs; the way back reads the rows from the last to the first."
        )
        self._went: list[int] = []
        self._back: dict[int, int] = {}
        rows: dict[int, int] = {}
        for number, step in enumerate(steps.stepped.micro):
            if step.phase == "forward":
                rows[-1 if step.row is None else step.row] = len(self._went)
                self._went.append(number)
            elif step.phase == "backward" and step.row in rows:
                self._back[rows[step.row]] = number
        self._returned = sorted((number, row) for row, number in self._back.items())
        self._rows_of = {number: row for row, number in self._back.items()}
        self._rows_of |= {number: row for row, number in enumerate(self._went)}
        self._last = max(self._back.values(), default=len(steps.stepped.micro))

    def count(self, position: int) -> int:
        """Return how many operations have run."""
        return bisect_left(self._went, position)

    def marked(self, position: int) -> int | None:
        """Return the row of the micro-step just made."""
        return self._rows_of.get(position - 1)

    def text(self, row: int, position: int) -> str:
        """Return a row: the call and its value, then what came back to it."""
        steps, step = self._steps, self._steps.stepped.micro[self._went[row]]
        call = f"{steps.name(step.node)}{steps.where(step)} · {step.primitive} = {steps.text(step.output)}"
        back = self._back.get(row)
        came = "" if back is None or back >= position else f"    ∂ {steps.text(steps.stepped.micro[back].cotangent)}"
        if not self._nests:
            return f"{row:>5}  {call}{came}"
        depth = min(step.depth, DEEPEST)
        sign = "└ " if came or self._has_returned(row, position) else "→ "
        return f"{'│ ' * depth}{sign}{call}{came}"

    def tone(self, row: int, position: int) -> str:
        """Return the colour of a row: that of a derivative once it came back."""
        back = self._back.get(row)
        if back is not None and back < position:
            return DERIVATIVE
        return FAINT if self._has_returned(row, position) else TEXT

    def _has_returned(self, row: int, position: int) -> bool:
        """Whether the way back has come past a row, whether or not anything came to it."""
        if position > self._last:
            return True
        behind = bisect_left(self._returned, (position, 0))
        return behind > 0 and self._returned[behind - 1][1] <= row


class Lines:
    """A text that was written before anything ran, of which the lines of the micro-step are marked."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._lines = steps.stepped.text
        self._marks = _exact(steps) if steps.stepped.approach == "source" else _by_origin(steps)
        self.says = (
            "The function again, with its derivative behind it, as readable Python."
            if steps.stepped.approach == "source"
            else "The program and its adjoint, before the passes simplify both."
        )
        self._derived = _derived_lines(steps)

    def count(self, position: int) -> int:
        """Return how many lines there are."""
        return len(self._lines)

    def marked(self, position: int) -> int | None:
        """Return the line of the micro-step just made; None where nothing is written for it."""
        return self._marks.get(position - 1)

    def text(self, row: int, position: int) -> str:
        """Return a line."""
        return self._lines[row]

    def tone(self, row: int, position: int) -> str:
        """Return the colour of a line: comments are faint, those of the way back are derivatives."""
        if self._lines[row].lstrip().startswith("#"):
            return FAINT
        return DERIVATIVE if row in self._derived else TEXT


def _exact(steps: Steps) -> Mapping[int, int]:
    return {number: step.line for number, step in enumerate(steps.stepped.micro) if step.line is not None}


def _by_origin(steps: Steps) -> Mapping[int, int]:
    """Return the line of each micro-step: of the lines of its node the first for its first operation, and so on."""
    lines: dict[str, list[int]] = defaultdict(list)
    for number, origin in enumerate(steps.stepped.origins):
        if origin and not steps.stepped.text[number].lstrip().startswith("#"):
            lines[origin].append(number)
    found, done, last = dict[int, int](), 0, None
    for number, step in enumerate(steps.stepped.micro):
        own = lines.get(f"adjoint of {step.node}" if step.phase == "backward" else step.node)
        stretch = step.phase, step.node, step.place
        done = done + 1 if stretch == last else 0
        last = stretch
        if own and step.phase in ("forward", "backward"):
            found[number] = own[min(done, len(own) - 1)]
    return found


def _derived_lines(steps: Steps) -> frozenset[int]:
    """Return the lines of the way back: by their origins, or behind the first that a cotangent comes to."""
    stepped = steps.stepped
    if stepped.origins:
        return frozenset(k for k, each in enumerate(stepped.origins) if each.startswith("adjoint of "))
    first = min(
        (s.line for s in stepped.micro if s.phase == "backward" and s.line is not None), default=len(stepped.text)
    )
    return frozenset(range(first, len(stepped.text)))


class Log:
    """A row for each number that was found: values, and the tangents of each pass."""

    says = "Values and tangents are found together, in one pass for each number of the parameters."

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self._numbers = [
            k for k, step in enumerate(steps.stepped.micro) if step.phase in ("read", "forward", "tangent")
        ]
        self._rows = {number: row for row, number in enumerate(self._numbers)}

    def count(self, position: int) -> int:
        """Return how many numbers have been found."""
        return bisect_left(self._numbers, position)

    def marked(self, position: int) -> int | None:
        """Return the row of the micro-step just made."""
        return self._rows.get(position - 1)

    def text(self, row: int, position: int) -> str:
        """Return a row: what was found, and by which number of which parameter it is a tangent."""
        step = self._steps.stepped.micro[self._numbers[row]]
        by = "" if step.direction is None else f"   by {self._steps.name(step.direction[0])}[{step.direction[1]}]"
        sign = "∂ " if step.phase == "tangent" else "  "
        where = self._steps.where(step)
        return f"{sign}{self._steps.name(step.node)}{where} · {_what(step)} = {self._steps.text(step.output)}{by}"

    def tone(self, row: int, position: int) -> str:
        """Return the colour of a row."""
        return DERIVATIVE if self._steps.stepped.micro[self._numbers[row]].phase in DERIVED else VALUE


def _what(step: Micro) -> str:
    return step.primitive or "read"


_KINDS: Final[Mapping[str, Callable[[Steps], Written]]] = {
    "tape": lambda steps: Calls(steps, nests=False),
    "callbacks": lambda steps: Calls(steps, nests=True),
    "source": Lines,
    "static": Lines,
    "forward": Log,
}


def written(steps: Steps) -> Written:
    """Return what the approach of a recorded step leaves behind."""
    return _KINDS[steps.stepped.approach](steps)
