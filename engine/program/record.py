"""Recording: functions run once under autograd's tracer, with a node and a box class of our own, leave equations
behind.

Sound for every value: nothing is registered as "not traced", so comparisons, argmax and sign become equations; and a
box refuses to tell its value, so no branch can be baked in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import autograd.numpy as anp
import numpy as np
from autograd.extend import VSpace
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.numpy.numpy_vspaces import ArrayVSpace, ComplexArrayVSpace
from autograd.tracer import Box, Node, getval, isbox, trace_stack

from engine.errors import LoweringError
from engine.program import primitives
from engine.program.answers import weak
from engine.program.compose import last_index, superseded
from engine.program.program import Equation, Program, ProgramInput, Role, Var
from engine.program.standin import MARKS, StandIn, stand_in
from engine.types import ArrayType, Shape

SCALARS = (np.bool_, np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64, bool, int)
"""Results besides arrays and floats that are boxed while recording."""
ADVICE = "use np.where(condition, a, b) or multiply by the condition, or a control-flow node"


class Recorder:
    """Collects the equations of one program. `origin` names the graph node at work; `who` is what people call it.

    A recorder with an `outer` one collects a program nested in a structural primitive. What it uses of the outer
    recorder's boxes becomes inputs of its own (`captured`: the outer variable -> its box, and the variable here).
    `functions` is shared with the outer recorder. `instead` says of a structural equation which later one computes all
    that it does, and more: its variable -> the other's, and where each of its items stands there. `savers` are the
    loops that stack carries too, by the loop they save for; `pending` names the functions that are being made.
    """

    def __init__(self, first: int = 0, outer: Recorder | None = None) -> None:
        self.outer = outer
        self.depth: int = 0 if outer is None else outer.depth + 1
        self.functions: dict[str, Program] = {} if outer is None else outer.functions
        self.captured: dict[Var, tuple[Any, Var]] = {}
        self.instead: dict[Var, tuple[Var, tuple[int, ...]]] = {}
        self.savers: dict[Var, Equation] = {}
        self.pending: set[str] = set() if outer is None else outer.pending
        self.equations: list[Equation] = []
        self.inputs: list[ProgramInput] = []
        self.constants: dict[Var, Any] = {}
        self.types: dict[Var, ArrayType] = {}
        self.values: dict[Var, StandIn] = {}
        self.origin: str = "" if outer is None else outer.origin
        self.who: str = "the function" if outer is None else outer.who
        self._next = first
        self.trace = trace_stack.top
        self._known: dict[int, tuple[Any, Var]] = {}

    @classmethod
    def extending(cls, program: Program, outer: Recorder | None = None) -> Recorder:
        """Return a recorder that knows the program's variables and goes on numbering after them."""
        recorder = cls(1 + last_index(program), outer)
        if outer is None:
            recorder.functions.update(program.functions)
        recorder.types = dict(program.types)
        recorder.constants = dict(program.constants)
        recorder.inputs = list(program.inputs)
        return recorder

    def new(self, value: Any) -> Var:
        """Return a new variable of the type of `value`."""
        var = Var(self._next)
        self._next += 1
        if type(value) is not StandIn:
            value = _stand_in_for(value)
        if value is not None:
            self.values[var] = value
            self.types[var] = _type(value.shape, value.dtype)
        return var

    def fresh(self, kind: ArrayType | None) -> Var:
        """Return a new variable of a type, or of several values (None)."""
        var = Var(self._next)
        self._next += 1
        if kind is not None:
            self.types[var] = kind
        return var

    def input(self, role: Role, name: str, kind: ArrayType) -> Any:
        """Add an input; return its box."""
        var = self.new(stand_in(tuple(kind.shape), np.dtype(kind.dtype)))
        self.inputs.append(ProgramInput(var, role, name, kind))
        return self.box(var)

    def constant(self, value: Any) -> Var:
        """Return the variable of a constant array; raise LoweringError where it is a stand-in that was not recorded."""
        if type(value) is StandIn or (np.ndim(value) == 0 and np.asarray(value).item() in MARKS):
            sentence = f"{self.who} takes the value of an array out of the recording; {ADVICE}"
            raise LoweringError(sentence, node=self.origin or None)
        found = self._known.get(id(value))
        if found is None:
            array = np.asarray(value)
            var = self.new(stand_in(array.shape, array.dtype))
            self.constants[var] = array
            found = self._known[id(value)] = (value, var)
        return found[1]

    def box(self, var: Var) -> Any:
        """Return a box that stands for `var`."""
        value = self.values.get(var)
        if value is None:
            kind = self.types[var]
            value = self.values[var] = stand_in(tuple(kind.shape), np.dtype(kind.dtype))
        return RecordBox(value, self.trace, RecordNode.of(self, var))

    def var(self, value: Any) -> Var:
        """Return the variable of a box, or of a constant made for any other array or number."""
        if isinstance(value, Box):
            return self.known(value._node)
        return self.constant(value)

    def known(self, node: Any) -> Var:
        """Return the variable of a box's node; make an input for one of an outer recorder."""
        if node.recorder is self:
            return node.var  # type: ignore[no-any-return]
        if self.outer is None:
            raise LoweringError(f"{self.who} uses an array of another program", node=self.origin or None)
        given = self.outer.known(node)
        found = self.captured.get(given)
        if found is None:
            inner = self.input("data", f"outer v{given.index}", self.outer.types[given])
            found = self.captured[given] = (self.outer.box(given), inner._node.var)
        return found[1]

    def emit(self, function: Any, args: Any, kwargs: Mapping[str, Any], value: Any) -> Var:
        """Append an equation; `args` holds variables, and constants in their places. Return its variable."""
        canonical = primitives.CANONICAL.get(function)
        if canonical is not None:
            name, arrange = canonical
            args, kwargs = arrange(*args, **kwargs), {}
        else:
            name = primitives.name_of(function)
        if kwargs and kwargs.get("out") is not None:
            raise LoweringError(f"{self.who} writes into an array (out=); use the result instead")
        arguments = tuple([each if type(each) in _PLAIN else self.literal(each) for each in args])
        settings = tuple([(key, self.literal(each)) for key, each in kwargs.items()]) if kwargs else ()
        var = self.new(value)
        self.equations.append(Equation(name, arguments, settings, var, self.origin))
        return var

    def literal(self, value: Any) -> Any:
        """Return a constant argument in the form equations hold: plain values, tuples, and variables for arrays."""
        value = weak(value)
        if isinstance(value, np.ndarray) or (type(value) is int and value in MARKS):
            return self.constant(value)
        if isbox(value):
            raise LoweringError(
                f"{self.who} passes an array inside a list or as a named argument; pass it as an argument of its own"
            )
        if isinstance(value, tuple):
            return tuple([self.literal(each) for each in value])
        if isinstance(value, list):
            return [self.literal(each) for each in value]
        return value.item() if isinstance(value, np.generic) else value

    def program(self, outputs: Any, names: Any, sockets: Any = None) -> Program:
        """Return what was recorded as a program."""
        return Program(
            tuple(self.inputs),
            self.constants,
            superseded(self.equations, self.instead) if self.instead else tuple(self.equations),
            tuple(outputs),
            tuple(names),
            self.types,
            sockets or {},
            self.functions,
        )

    def structure(
        self, name: str, arguments: Sequence[Any], settings: Sequence[tuple[str, Any]], kinds: Sequence[ArrayType]
    ) -> list[Any]:
        """Append an equation that gives several values of these types, and one that takes each; return their boxes."""
        whole = self.fresh(None)
        self.equations.append(Equation(name, tuple(arguments), tuple(settings), whole, self.origin))
        return [self.take(whole, k, kind) for k, kind in enumerate(kinds)]

    def take(self, whole: Var, item: int, kind: ArrayType) -> Any:
        """Append an equation that takes one of several values; return its box."""
        var = self.new(stand_in(tuple(kind.shape), np.dtype(kind.dtype)))
        self.equations.append(Equation("autograd.container_take", (whole, item), (), var, self.origin))
        return self.box(var)


_STATIC = frozenset({np.shape, np.ndim, np.size, np.result_type, np.iscomplexobj})
"""Plain NumPy's questions about types, answered as they are."""
_PLAIN = frozenset({Var, float, int, bool, str, type(None)})

_interned: dict[Any, ArrayType] = {}


def _type(shape: Shape, dtype: Any) -> ArrayType:
    key = (shape, dtype)
    kind = _interned.get(key)
    if kind is None:
        kind = _interned[key] = ArrayType(shape, dtype.name)
    return kind


def _stand_in_for(value: Any) -> StandIn | None:
    if isinstance(value, list | tuple | dict):
        return None
    array = np.asarray(value)
    return stand_in(array.shape, array.dtype)


class RecordNode(Node):  # type: ignore[misc]
    """What autograd's tracer makes for each call: appends the equation, remembers the variable."""

    __slots__ = ("recorder", "var")

    def __init__(self, value: Any, function: Any, args: Any, kwargs: Any, argnums: Any, parents: Any) -> None:
        self.recorder: Recorder = parents[0].recorder
        arguments = list(args)
        if any(parent.recorder is not self.recorder for parent in parents):
            self.recorder = max((parent.recorder for parent in parents), key=lambda each: each.depth)
            for number, parent in zip(argnums, parents, strict=True):
                arguments[number] = self.recorder.known(parent)
        else:
            for number, parent in zip(argnums, parents, strict=True):
                arguments[number] = parent.var
        self.var: Var = self.recorder.emit(function, arguments, kwargs, value)

    @classmethod
    def of(cls, recorder: Recorder, var: Var) -> RecordNode:
        """Return the node of a variable that exists already."""
        node = cls.__new__(cls)
        node.recorder = recorder
        node.var = var
        return node


class RecordBox(ArrayBox):  # type: ignore[misc]
    """A traced array of known type and unknown value."""

    __slots__ = ()

    def __init__(self, value: Any, trace: int, node: Any) -> None:
        if type(value) is not StandIn and type(value) is not RecordBox:
            array = np.asarray(value)
            value = stand_in(array.shape, array.dtype)
        Box.__init__(self, value, trace, node)

    shape = property(lambda self: self._value.shape)
    ndim = property(lambda self: self._value.ndim)
    size = property(lambda self: self._value.size)
    dtype = property(lambda self: self._value.dtype)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, list):
            position = np.asarray(position)
        if getattr(position, "dtype", None) == np.bool_:
            return self._masked(position)
        parts = position if isinstance(position, tuple) else (position,)
        if not any(isinstance(each, Box | np.ndarray | list) for each in parts):
            return ArrayBox.__getitem__(self, position)
        parts = tuple(np.asarray(each) if isinstance(each, list) else each for each in parts)
        if any(getattr(each, "dtype", None) == np.bool_ for each in parts):
            return self._masked(next(each for each in parts if getattr(each, "dtype", None) == np.bool_))
        template = tuple(primitives.PART if isinstance(each, Box | np.ndarray) else each for each in parts)
        return primitives.index(self, template, *(each for each in parts if isinstance(each, Box | np.ndarray)))

    def _masked(self, mask: Any) -> Any:
        if not isinstance(mask, Box) and mask.ndim == self.ndim:
            return self[np.nonzero(mask)]
        raise LoweringError(
            f"{_who(self)} selects by a mask, which makes an array whose shape depends on values; "
            "use np.where(mask, x, 0), or multiply by the mask"
        )

    def astype(self, dtype: Any, *_: Any, **__: Any) -> Any:
        """Return the array in another dtype."""
        return primitives.cast(self, np.dtype(dtype).name)

    real = property(lambda self: anp.real(self))
    imag = property(lambda self: anp.imag(self))

    def conj(self) -> Any:
        """Return the complex conjugate."""
        return anp.conj(self)

    def __and__(self, other: Any) -> Any:
        return anp.bitwise_and(self, other)

    def __or__(self, other: Any) -> Any:
        return anp.bitwise_or(self, other)

    def __xor__(self, other: Any) -> Any:
        return anp.bitwise_xor(self, other)

    __rand__, __ror__, __rxor__ = __and__, __or__, __xor__

    def __invert__(self) -> Any:
        return anp.invert(self)

    def __floordiv__(self, other: Any) -> Any:
        return anp.floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return anp.floor_divide(other, self)

    def __pos__(self) -> Any:
        return self

    def item(self) -> NoReturn:
        """Refuse."""
        _refuse(self, "item()")

    tolist = item

    def __bool__(self) -> NoReturn:  # noqa: PLE0304 - refuses
        _refuse(self, "a truth value, as in if, while, and, or, not, min or max")

    def __float__(self) -> NoReturn:
        _refuse(self, "float()")

    def __int__(self) -> NoReturn:
        _refuse(self, "int()")

    def __complex__(self) -> NoReturn:
        _refuse(self, "complex()")

    def __index__(self) -> NoReturn:  # noqa: PLE0305 - refuses
        _refuse(self, "a whole number for range or an index")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise LoweringError(
            f"{_who(self)} hands a traced array to a function of plain NumPy; call autograd.numpy's function with the "
            "array itself, not inside a list"
        )

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if function in _STATIC:
            return function(*map(getval, args), **kwargs)
        wrapped = primitives.PRIMITIVES.get(f"numpy.{getattr(function, '__name__', '')}")
        if wrapped is None or not any(isinstance(each, Box) for each in args):
            return self.__array__()
        return wrapped(*args, **kwargs)

    __hash__ = ArrayBox.__hash__


def _who(box: Any) -> str:
    while not isinstance(box._node, RecordNode):
        box = box._value
    return box._node.recorder.who


def _refuse(box: RecordBox, what: str) -> NoReturn:
    raise LoweringError(
        f"{_who(box)} asks for the value of an array ({what}), but a graph is lowered for all values at once; {ADVICE}"
    )


RecordBox.register(StandIn)
VSpace.register(StandIn, lambda value: (ComplexArrayVSpace if value.dtype.kind == "c" else ArrayVSpace)(value))


def recorder_of(values: Iterable[Any]) -> Recorder | None:
    """Return the innermost recorder that one of the values is a box of; None where none is."""
    found: list[Recorder] = [each._node.recorder for each in values if isinstance(each, RecordBox)]
    return max(found, key=lambda each: each.depth, default=None)


@contextmanager
def recording() -> Iterator[None]:
    """Within: every traced result is a RecordBox, and autograd's trace stack is one level up. Both are put back, come
    what may.
    """
    level = trace_stack.top
    before = dict(Box.type_mappings)
    boxed = {kind: RecordBox for kind, box in before.items() if box is ArrayBox and kind is not ArrayBox}
    Box.type_mappings.update(boxed)
    Box.type_mappings.update(dict.fromkeys(SCALARS, RecordBox))
    trace_stack.top = level + 1
    try:
        yield
    finally:
        trace_stack.top = level
        Box.type_mappings.clear()
        Box.type_mappings.update(before)
