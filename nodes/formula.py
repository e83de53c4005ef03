"""A formula or a function in Python as nodes: what pasting `mean((w*x + b - y)**2)` into the canvas makes.

Names that nodes have are wired from these; of every other name a scalar parameter is made. In a formula NumPy's
functions may stand without np. The text is read by `engine.python`, never executed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

import numpy as np

from engine import bodies, limits
from engine.arrangement import arranged
from engine.edits import AddNode, Connect, Edit, Group
from engine.errors import EditError, GradwireError
from engine.graph import Content, Graph, Node, Place, Socket, Wire
from engine.infer import infer
from engine.operator import Library
from engine.order import natural
from engine.placeholder import operator_of
from engine.python.derivatives import DERIVATIVES
from engine.python.makers import BUILTINS, MAKERS
from engine.python.names import CONSTANTS, FUNCTIONS, MATH, MODULES
from engine.python.refusal import PythonError, refusal
from engine.python.syntax import read
from engine.python.text import described, program_of
from engine.sockets import output_names, quoted, shortened
from engine.types import DYNAMIC, ArrayType, RecordType, TupleType, Type
from nodes.exploding import explode
from nodes.exploding_edit import Making
from nodes.python import structure

PARAMETER: Final = "parameters.parameter"
SCALAR: Final = ArrayType((), "float64")
STAND_INS: Final = ((), (7,), (5, 7))
"""Shapes tried for what is not known yet: the nodes must be the same for all."""
COMPUTING: Final = (
    ast.BinOp, ast.UnaryOp, ast.BoolOp, ast.Compare, ast.Call, ast.IfExp, ast.Subscript, ast.Attribute, ast.Tuple,
)  # fmt: skip
"""What a formula is, at its outermost: anything else computes nothing."""
FOLDS: Final = frozenset({"sum", "max", "min"})
"""Python's own functions that are NumPy's where they are given one array."""


@dataclass(frozen=True, slots=True)
class Formula:
    """A text to be read as a function: the text of the function, its parameters, and what it gives is called."""

    code: str
    parameters: Mapping[str, ast.AST]
    """Where each parameter stands in the text first."""
    optional: frozenset[str]
    name: str
    head: int = 0
    """How many lines stand in the code before those of the text."""
    last: int | None = None
    """The line of the text before which one more stands."""

    def told(self, error: GradwireError) -> str:
        """Return the sentence of an error, its place being that in the text as it was written."""
        found = re.match(r"line (\d+), column (\d+): ", error.sentence)
        if not found:
            return f"{self._place_of(error.sentence)}: {error.sentence}"
        line, column = int(found[1]) - self.head, int(found[2])
        if self.head:
            column -= 1
            line -= self.last is not None and line > self.last
        return f"line {max(line, 1)}, column {max(column, 1)}: {error.sentence[found.end() :]}"

    def _place_of(self, sentence: str) -> str:
        """Return where the function or the name stands that a sentence without a place speaks of."""
        called = re.search(r"^(?:the function |this use of |which nodes .* shape of )?(\w+)", sentence)
        lines = self.code.split("\n")[self.head :]
        for number, line in enumerate(lines, start=1):
            at = re.search(rf"\b{called[1]}\b", line) if called else None
            if at:
                above = self.last is not None and number > self.last
                return f"line {number - above}, column {at.start() + 1 - bool(self.head)}"
        return "line 1, column 1"


def formula_edit(
    content: Content,
    library: Library,
    text: str,
    at: Place,
    inside: str = "",
    types: Mapping[Socket, Type | None] | None = None,
) -> Group:
    """Return the edit that adds to a body the nodes that compute a formula, assignments, or the last function of a
    text, their top left corner at `at`.

    `types` are what is known of the outputs there (None: what can be inferred from the graph). Raise EditError, whose
    sentence names line and column, for any other text.
    """
    try:
        formula = _formula(content, library, text, inside)
    except PythonError as error:
        raise EditError(f"This cannot become nodes: {error.sentence}.", place=error.place) from None
    try:
        return _group(content, library, formula, at, inside, types)
    except GradwireError as error:
        raise EditError(f"This cannot become nodes: {formula.told(error).rstrip('.')}.", place=error.place) from None


# Reading --------------------------------------------------------------------------------------------------------------


def _formula(content: Content, library: Library, text: str, inside: str) -> Formula:
    text = text.strip("\n").rstrip()
    tree = read(text)
    if text.startswith("#!"):
        raise refusal((1, 1), "this is a script for a shell")
    if any(isinstance(each, ast.FunctionDef) for each in tree.body):
        found = described(text)
        last = [each for each in tree.body if isinstance(each, ast.FunctionDef)][-1]
        every = (*last.args.posonlyargs, *last.args.args)
        return Formula(text, {each.arg: each for each in every}, frozenset(found.optional), found.name)
    return _wrapped(text, tree, _named(content, library, inside))


def _wrapped(text: str, tree: ast.Module, named: Mapping[str, list[Socket]]) -> Formula:
    """Return a formula, or assignments, as the text of a function."""
    if not tree.body:
        raise refusal((1, 1), "there is no formula")
    for each in tree.body[:-1]:
        if not _assigns(each):
            raise refusal(each, "before the last line only assignments are read; write def f(x): ... for more")
    last = tree.body[-1]
    called: dict[str, ast.AST] = {node.func.id: node.func for node in _calls(tree)}
    bound = set(_bound(tree))
    for name, node in called.items():
        if name not in _CALLABLE and name not in bound:
            raise refusal(node, f"there is no function {shortened(name)} here")
    free = {name: node for name, node in _read(tree) if name not in bound and not _given(name, called, named)}
    for name, node in free.items():
        if name.startswith("__"):
            raise refusal(node, f"{shortened(name)} is no name for a node")
    head = f"{_aliases(tree, bound, free)}\ndef formula({', '.join(free)}):"
    indented = [f" {line}" for line in text.split("\n")]
    if _assigns(last) and isinstance(last, ast.Assign) and isinstance(last.targets[0], ast.Name):
        result = last.targets[0].id
        return Formula("\n".join([head, *indented, f" return {result}"]), free, frozenset(), result, 2)
    if not (isinstance(last, ast.Expr) and isinstance(last.value, COMPUTING)):
        raise refusal(last, "this is no formula: nothing is computed")
    # The return stands on a line of its own, so that columns stay what they are.
    whole = [head, *indented[: last.lineno - 1], " return (", *indented[last.lineno - 1 :], " )"]
    return Formula("\n".join(whole), free, frozenset(), "", 2, last.lineno)


def _assigns(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign | ast.AugAssign)


def _calls(tree: ast.Module) -> Iterator[_Call]:
    """Yield the calls of functions by name alone."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield _Call(node.func, node.args)


class _Call(NamedTuple):
    func: ast.Name
    args: list[ast.expr]


_CALLABLE: Final = (
    {name for name in FUNCTIONS if "." not in name} | MATH.keys() | BUILTINS.keys() | MAKERS.keys() | DERIVATIVES.keys()
)  # fmt: skip


def _bound(tree: ast.Module) -> Iterator[str]:
    """Yield the names that the text itself gives a value."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg


def _read(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Yield the names that are read, but not called, in the order of the text, each once."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    ordered = sorted(names, key=lambda node: (node.lineno, node.col_offset))
    seen: set[str] = set()
    for node in ordered:
        if id(node) not in called and node.id not in seen:
            seen.add(node.id)
            yield node.id, node


def _given(name: str, called: Mapping[str, ast.AST], named: Mapping[str, list[Socket]]) -> bool:
    """Return whether a name has a meaning of its own in a formula."""
    if name in {"np", "math", *MODULES, *BUILTINS, *DERIVATIVES}:
        return True
    return (name in CONSTANTS or name in called) and name not in named


def _aliases(tree: ast.Module, bound: set[str], free: Mapping[str, ast.AST]) -> str:
    """Return the line that lets NumPy's names stand for themselves."""
    several = {node.func.id for node in _calls(tree) if len(node.args) > 1}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - bound - free.keys()
    pairs: dict[str, str] = {}
    for name in sorted(used - DERIVATIVES.keys()):
        if name in BUILTINS and not (name in FOLDS and name not in several):
            continue
        if name in FUNCTIONS or name in MAKERS or name in CONSTANTS:
            pairs[name] = name
        elif name in MATH:
            pairs[name] = MATH[name]
    return "; ".join(f"{name} = np.{own}" for name, own in pairs.items()) or "pass"


# Making ---------------------------------------------------------------------------------------------------------------


def _named(content: Content, library: Library, inside: str) -> dict[str, list[Socket]]:
    """Return what each name may be wired from: nodes by name or id, and outputs of nodes that have several."""
    graph = content.graph
    names: dict[str, list[Socket]] = {}
    ids: dict[str, list[Socket]] = {}
    columns: dict[str, list[Socket]] = {}
    for id in sorted(graph.bodies.get(inside, ()), key=natural):
        outputs = output_names(graph, operator_of(graph, library, id), id)
        if len(outputs) == 1:
            names.setdefault(graph.nodes[id].name.replace(" ", "_"), []).append(Socket(id, outputs[0]))
            ids[id] = [Socket(id, outputs[0])]
        else:
            for name in outputs:
                columns.setdefault(name, []).append(Socket(id, name))
    return {**columns, **ids, **names}


def _group(
    content: Content,
    library: Library,
    formula: Formula,
    at: Place,
    inside: str,
    types: Mapping[Socket, Type | None] | None,
) -> Group:
    graph, named = content.graph, _named(content, library, inside)
    known = infer(graph, library).types if types is None else types
    given = _sources(graph, library, formula, named)
    kinds = {name: SCALAR if socket is None else known.get(socket) for name, socket in given.items()}
    made, wires, outputs = _settled(graph, formula, given, kinds, inside)
    if not any(socket.node in made for socket in outputs):
        raise EditError("nothing is computed: it gives what is there already")
    fed = {wire.source for wire in wires} | {
        Socket(str(node.settings["node"]), str(node.settings["output"]))
        for node in made.values()
        if node.operator == bodies.OUTER
    }
    for name, socket in given.items():
        if (socket or Socket(_parameter(made, name), "value")) not in fed | set(outputs):
            raise EditError(f"{shortened(name)} feeds nothing; leave it out")
    if formula.name and len(outputs) == 1:
        made[outputs[0].node] = replace(made[outputs[0].node], name=formula.name)
    return _edit(graph, library, made, wires, at, inside)


def _parameter(made: Mapping[str, Node], name: str) -> str:
    return next(id for id, node in made.items() if node.operator == PARAMETER and node.name == name)


def _sources(
    graph: Graph, library: Library, formula: Formula, named: Mapping[str, list[Socket]]
) -> dict[str, Socket | None]:
    """Return what feeds each parameter (None: a parameter node); the last ones may keep the defaults of the text."""
    given: dict[str, Socket | None] = {}
    for name in formula.parameters:
        sockets = named.get(name, [])
        if len(sockets) > 1:
            both = " and ".join(quoted(graph, library, each.node) for each in sockets[:2])
            raise EditError(f"{shortened(name)} may be {both}; give one of them another name")
        given[name] = sockets[0] if sockets else None
    while given and (last := next(reversed(given))) in formula.optional and given[last] is None:
        del given[last]
    return given


def _settled(
    graph: Graph, formula: Formula, given: Mapping[str, Socket | None], kinds: Mapping[str, Type | None], inside: str
) -> tuple[dict[str, Node], frozenset[Wire], tuple[Socket, ...]]:
    """Return nodes, wires and outputs, where they are the same whatever the types are that are not known yet."""
    unknown = [name for name, kind in kinds.items() if _open(kind)]
    found, refused = [], []
    for number, shape in enumerate(STAND_INS if unknown else STAND_INS[:1]):
        filled = {name: _filled(kind, shape, 5 + number) for name, kind in kinds.items()}
        try:
            found.append(_made(graph, formula, given, filled, inside))
        except GradwireError as error:
            refused.append(error)
    if not found:
        raise refused[0]
    if refused or any(each != found[0] for each in found):
        who = shortened(unknown[0])
        raise EditError(f"which nodes these are depends on the shape of {who}, which is not known yet")
    return found[0]


def _open(kind: Type | None) -> bool:
    """Return whether a type, or a length in it, is not known."""
    match kind:
        case None:
            return True
        case ArrayType(shape, _):
            return DYNAMIC in shape
        case TupleType(items):
            return any(map(_open, items))
        case RecordType(fields):
            return any(_open(item) for _, item in fields)


def _filled(kind: Type | None, shape: tuple[int, ...], length: int) -> Type:
    """Return the type with `shape` in the place of what is not known, and `length` in that of a length."""
    match kind:
        case None:
            return ArrayType(shape, "float64")
        case ArrayType(own, dtype):
            return ArrayType(tuple(length if each == DYNAMIC else each for each in own), dtype)
        case TupleType(items):
            return TupleType(tuple(_filled(item, shape, length) for item in items))
        case RecordType(fields):
            return RecordType(tuple((name, _filled(item, shape, length)) for name, item in fields))


def _made(
    graph: Graph, formula: Formula, given: Mapping[str, Socket | None], kinds: Mapping[str, Type], inside: str
) -> tuple[dict[str, Node], frozenset[Wire], tuple[Socket, ...]]:
    making = Making(graph, inside)
    sources: dict[str, Socket] = {}
    for name, kind in kinds.items():
        socket = given[name]
        if socket is None:
            socket = making.node(PARAMETER, [])
            making.nodes[socket.node] = replace(making.nodes[socket.node], name=name)
        sources.update(making.leaves(name, socket, kind))
    with np.errstate(all="ignore"):
        program = program_of(formula.code, kinds, who="the formula")
    found = explode(program, making.fresh, sources, inside)
    whole = structure(formula.code, tuple(kinds.values()), limits.ITERATIONS)
    outputs = tuple(making.outputs(whole, found.outputs, described(formula.code).returns).values())
    return {**making.nodes, **found.graph.nodes}, frozenset((*making.wires, *found.graph.wires)), outputs


def _edit(
    around: Graph, library: Library, made: Mapping[str, Node], wires: frozenset[Wire], at: Place, inside: str
) -> Group:
    graph = Graph(made, frozenset(wire for wire in wires if {wire.source.node, wire.target.node} <= made.keys()))
    places: dict[str, Place] = {}
    for body, ids in graph.bodies.items():
        places |= arranged(graph, library, ids, at if body == inside else Place())
    every = {**around.nodes, **made}
    order = sorted(made, key=lambda id: (bodies.depth(every, made[id].inside), natural(id)))
    edits: list[Edit] = [AddNode(made[id], places.get(id)) for id in order]
    return Group("Paste formula", (*edits, *map(Connect, sorted(wires))))
