"""A Program as jax.numpy and jax.lax, compiled by XLA. JAX is imported when the first program is, never before.

Programs are traced and run under `jax.enable_x64`, a context, so that no other user of JAX in the process is
surprised; dtypes are those that the program declares: a float32 program stays float32.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

import numpy as np

from engine.backends import xla_status
from engine.errors import LoweringError
from engine.program.compose import rename
from engine.program.fingerprint import fingerprint
from engine.program.program import Equation, Program, Var, node_of
from engine.program.structure import CALL, STRUCTURAL, SWEEP, programs_of
from engine.types import DYNAMIC, ArrayType

OLDEST: Final = (0, 8)
"""The first version of JAX that will do."""
KEPT: Final = 64
"""How many compiled programs are kept, the longest unused going first."""


@cache
def missing() -> str | None:
    """Return why programs cannot be compiled by XLA here, as one sentence, or None where they can."""
    try:
        found = version("jax")
    except PackageNotFoundError:
        return "The backend xla needs JAX, which is not installed: pip install 'gradwire[xla]'."
    return too_old(found)


def too_old(found: str) -> str | None:
    """Return the sentence for a version of JAX that is too old, or None."""
    numbers = tuple(int(part) for part in re.findall(r"\d+", found)[:2])
    if numbers >= OLDEST:
        return None
    wanted = ".".join(map(str, OLDEST))
    return f"The backend xla needs JAX {wanted} or newer, {found} is installed: pip install --upgrade 'gradwire[xla]'."


SMALL_LOOP: Final = 65536
"""A loop whose iteration reads and writes fewer bytes becomes one function on a CPU: XLA's own bound is 1024, above
which every operation of it is a call through a queue, for which a loop over small arrays waits most of the time."""
_OPTION: Final = "xla_cpu_small_while_loop_byte_threshold"


def tuned(flags: str) -> str:
    """Return XLA's flags with the bound for small loops, unless they name options of the backend already."""
    if "xla_backend_extra_options" in flags:
        return flags
    return f"{flags} --xla_backend_extra_options={_OPTION}={SMALL_LOOP}".strip()


def require() -> Any:
    """Return the module jax; raise LoweringError where it is missing, too old or broken.

    XLA reads its flags once, when it starts. Where somebody else has imported JAX already, they are left alone.
    """
    if sentence := missing():
        raise LoweringError(sentence)
    if "jax" not in sys.modules:
        os.environ["XLA_FLAGS"] = tuned(os.environ.get("XLA_FLAGS", ""))
    try:
        import jax
    except Exception as error:
        raise LoweringError(f"The backend xla needs JAX, which cannot be imported: {error}.") from error
    return jax


def whole(approach: str, backend: str) -> bool:
    """Return whether the whole loop of an optimizer is one program compiled by XLA."""
    return backend == "xla" and approach in ("static", "source")


@contextlib.contextmanager
def precision() -> Iterator[Any]:
    """Within: JAX knows 64-bit types, and multiplies matrices in full precision on every device. Yields jax."""
    jax = require()
    # CPUs know no other precision, and are slower where it is asked for.
    full = contextlib.nullcontext() if jax.default_backend() == "cpu" else jax.default_matmul_precision("highest")
    with jax.enable_x64(True), full:
        yield jax


class Compiled:
    """A program compiled by XLA when it is first called."""

    def __init__(self, program: Program) -> None:
        """Raise LoweringError with a sentence where XLA cannot run the program."""
        refuse(program)
        self.program = program
        self._capacity = xla_status.FIRST
        self._fallible = xla_status.fallible(program)

    @property
    def function(self) -> Callable[..., Any]:
        """The traced and compiled function of JAX's arrays `(*values) -> (outputs, status)`, to be called within
        `precision()`."""
        capacity = self._capacity
        what = f"program {capacity}" if self._fallible else "program"
        return cached(what, self.program, lambda: require().jit(emit(self.program, capacity)))  # type: ignore[no-any-return]

    def __call__(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Return the outputs, as arrays and NumPy scalars, at `values` (anything array-like, in the order of the
        inputs). Raise RunError naming the node of a loop that does not end."""
        inputs = self.program.inputs
        if len(values) != len(inputs):
            raise ValueError(f"the program has {len(inputs)} inputs, {len(values)} values were given")
        ready = [np.asarray(value, each.type.dtype) for value, each in zip(values, inputs, strict=True)]
        with precision():
            results, status = self.function(*ready)
            while self._fallible and int(status) == xla_status.OVERFLOW:
                self._capacity = xla_status.doubled(self.program, self._capacity)
                results, status = self.function(*ready)
            xla_status.complain(self.program, int(status) if self._fallible else xla_status.FINE)
            return tuple(map(plain, results))


def plain(value: Any) -> Any:
    """Return one of JAX's arrays as a NumPy array, or as a NumPy scalar where it has no axes."""
    array = np.asarray(value)
    return array[()] if array.ndim == 0 else array


_compiled: OrderedDict[tuple[str, str], Any] = OrderedDict()


def cached(what: str, program: Program, make: Callable[[], Any]) -> Any:
    """Return make(), or what it gave before for a program of the same structure, types and constants."""
    key = (what, fingerprint(program))
    if key not in _compiled:
        _compiled[key] = make()
        if len(_compiled) > KEPT:
            _compiled.popitem(last=False)
    _compiled.move_to_end(key)
    return _compiled[key]


def compile_program(program: Program) -> Compiled:
    """Return the program as one function that XLA compiles at its first call; raise LoweringError naming the node
    where a primitive cannot run on XLA."""
    return Compiled(program)


REFUSED: Final[Mapping[str, str]] = {
    CALL: "A function that calls itself cannot run on XLA, which has no stack: use the backend numpy_code.",
    SWEEP: "Checkpoints that are set while a loop runs cannot be had on XLA: save all, or use numpy_code.",
}
"""Why a structural primitive cannot run on XLA."""


def refuse(program: Program) -> None:
    """Raise LoweringError with a sentence, naming the node, where something in the program cannot run on XLA."""
    require()
    from engine.backends.xla_primitives import REFUSED as FLAT

    for equation in program.equations:
        sentence = REFUSED.get(equation.primitive) or FLAT.get(equation.primitive)
        if sentence is not None:
            raise LoweringError(sentence, node=node_of(equation.origin) or None)
        for _, inner in programs_of(equation):
            refuse(inner)
    endless = next((var for var in program.outputs if DYNAMIC in program.types[var].shape), None)
    if endless is not None:
        raise LoweringError("What a loop stacks cannot leave a program on XLA while its length is not known before.")


def emit(program: Program, capacity: int = 0) -> Callable[..., tuple[tuple[Any, ...], Any]]:
    """Return the program as a function of JAX's arrays, to be traced within `precision()`: (*values) -> (outputs,
    status).

    `capacity` is how many rows stacks of unknown length have; the status is that of `xla_status`, None where nothing
    can go wrong.
    """
    loops = {id(each): number for number, each in enumerate(xla_status.while_loops(program))}

    def evaluate(program: Program, values: Sequence[Any]) -> tuple[list[Any], Any]:
        from engine.backends.xla_structure import Flow, worse

        flow = Flow(evaluate, capacity, loops)
        status = None
        known: dict[Var, Any] = dict(program.constants)
        known.update(zip((each.var for each in program.inputs), values, strict=True))
        flipped = transposed(program)
        for equation in program.equations:
            if equation.primitive == "numpy.matmul" and _matrices(equation, program.types, flipped):
                known[equation.output] = _product(equation, known, flipped)
            elif equation.primitive in STRUCTURAL:
                arguments = [rename(each, known) for each in equation.arguments]
                known[equation.output], new = flow.structure(equation, arguments)
                status = worse(status, new)
            else:
                known[equation.output] = evaluated(equation, known, program.types)
        return [in_dtype(known[var], program.types[var]) for var in program.outputs], status

    def function(*values: Any) -> tuple[tuple[Any, ...], Any]:
        outputs, status = evaluate(program, values)
        return tuple(outputs), status

    return function


def transposed(program: Program) -> Mapping[Var, Var]:
    """Return the matrices that are another one transposed, and which."""
    return {
        each.output: each.arguments[0]
        for each in program.equations
        if each.primitive == "numpy.transpose"
        and len(each.arguments) == 1
        and not each.settings
        and len(program.types[each.output].shape) == 2
    }


def _matrices(equation: Equation, types: Mapping[Var, ArrayType], flipped: Mapping[Var, Var]) -> bool:
    """Return whether an equation is the product of two matrices of one dtype, of which one is transposed."""
    variables = [each for each in equation.arguments if type(each) is Var]
    kinds = [types[each] for each in variables]
    ranks = [len(kind.shape) for kind in kinds]
    return ranks == [2, 2] and kinds[0].dtype == kinds[1].dtype and any(each in flipped for each in variables)


def _product(equation: Equation, known: Mapping[Var, Any], flipped: Mapping[Var, Var]) -> Any:
    """Return the product in the form in which XLA takes it to its matrix routines: left to itself it would write
    out products of a transposed matrix and a column as strided loops."""
    from jax import lax

    left, right = equation.arguments
    if left in flipped:
        y = known[right]
        return lax.dot_general(y, known[flipped[left]], (((0,), (0,)), ((), ()))).T
    return lax.dot_general(known[left], known[flipped[right]], (((1,), (1,)), ((), ())))


def evaluated(equation: Equation, known: Mapping[Var, Any], types: Mapping[Var, ArrayType]) -> Any:
    """Return the traced result of one equation, in the dtype that the program declares."""
    from engine.backends.xla_primitives import emitter

    arguments = [rename(each, known) for each in equation.arguments]
    settings = {key: rename(value, known) for key, value in equation.settings}
    node = node_of(equation.origin) or None
    try:
        result = emitter(equation.primitive)(*arguments, **settings)
    except LoweringError as error:
        raise LoweringError(error.sentence, node=error.node or node) from error
    except Exception as error:
        name = equation.primitive.rpartition(".")[2]
        raise LoweringError(f"The function {name} cannot run on XLA for this use: {error}.", node=node) from error
    kind = types.get(equation.output)
    return result if kind is None else in_dtype(result, kind)


def in_dtype(value: Any, kind: ArrayType) -> Any:
    """Return a traced value in the dtype of `kind`: XLA and NumPy promote some pairs of dtypes differently."""
    import jax.numpy as jnp

    array = jnp.asarray(value)
    if array.dtype == kind.dtype and not array.aval.weak_type:
        return array
    if array.dtype.kind == "c" and not kind.dtype.startswith("complex"):
        array = array.real
    return array.astype(kind.dtype)
