"""Control flow: nodes with bodies (branches, loops, functions), and what joins bodies to what is around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from engine import control
from engine.bodies import CALL, FUNCTION, INPUT, OUTER, OUTPUT
from engine.operator import Inner, Input, Kind, Operator, Output
from engine.setting import ByName, Choice, Integer, Names, Reference, Setting, Text, Toggle
from engine.sockets import FIRST_INPUTS

KEPT: Final = Integer(
    0,
    low=0,
    high=1_000_000,
    help="The k of every, or how many iterations binomial and online keep; 0 lets Gradwire choose.",
)


def _memory(*options: str) -> dict[str, Setting]:
    """Return the settings that say what a derivative keeps of a loop."""
    words = "What a derivative keeps of the iterations; what is not kept is computed again on the way back. "
    return {"memory": Choice("save all", options=("save all", *options), help=words + MEMORY), "kept": KEPT}


MEMORY: Final = (
    "every: each k-th. binomial: the best few, where the count is known. online: a few, chosen while the loop runs."
)
LOOP: Final[Mapping[str, Setting]] = {
    "carries": Names(("x",), help="The names of what goes from one iteration to the next, in the order of the wires.")
}
TIMES: Final[Mapping[str, Setting]] = {
    "times": Integer(10, low=0, high=1_000_000_000, help="How many iterations, where nothing else says so.")
}


def _called(**settings: str) -> Any:
    """Return the rule that calls the sockets of variadic inputs by the names in settings."""
    return lambda values: {socket: tuple(values.get(setting, ())) for socket, setting in settings.items()}


CARRY: Final = Input("carry", variadic=True, help="what the loop starts from; it keeps its shape and dtype")


def _named(setting: str, words: str, *more: Output) -> Any:
    """Return the rule that makes an output of each name in a setting, and then `more`."""
    return lambda values: (*(Output(name, words) for name in values.get(setting, ())), *more)


def _passing(*parts: str, x: str = "x", value: str = "x") -> Inner:
    """Return bodies that pass on what they get."""
    nodes: dict[str, tuple[str, str, Mapping[str, Any], float, float]] = {}
    for part in parts:
        nodes |= {
            f"in_{part}": (INPUT, part, {} if x == "x" else {"name": x}, 0.0, 0.0),
            f"out_{part}": (OUTPUT, part, {} if value == "value" else {"name": value}, 520.0, 0.0),
        }
    return Inner(nodes, tuple((f"in_{part}.value", f"out_{part}.value") for part in parts))


branch = Operator(
    id=control.BRANCH,
    title="Branch",
    kind=Kind.HIGHER_ORDER,
    help=(
        "One of two bodies, chosen by a condition: only the one that is chosen runs, and only it has a derivative.\n\n"
        "Both bodies give the same outputs, in the same shapes. They read what is wired into xs by its name, and "
        "anything around them through Outer value nodes."
    ),
    inputs=(
        Input("condition", differentiable=False, help="true or false, or a whole number (0 is false)"),
        Input("xs", variadic=True, optional=True, help="what the bodies are given"),
    ),
    outputs=(),
    dynamic_outputs=_named("outputs", "what the chosen body gives"),
    naming=_called(xs="inputs"),
    settings={
        "inputs": Names(("x",), help="The names of what the bodies are given, in the order of the wires."),
        "outputs": Names(("value",), help="The names of what the bodies give."),
    },
    shape=None,
    function=None,
    formula=r"\begin{cases} f(x) & c \\ g(x) & \text{otherwise} \end{cases}",
    synonyms=("if", "else", "condition", "choose", "switch", "cond"),
    inner=_passing("then", "otherwise", value="value"),
)

for_loop = Operator(
    id=control.FOR,
    title="For",
    kind=Kind.HIGHER_ORDER,
    help=(
        "A body that runs a number of times, each time on what it gave before.\n\n"
        "What is carried keeps its shape and dtype. An Iteration node in the body counts from 0."
    ),
    inputs=(
        Input("count", optional=True, differentiable=False, help="how many iterations: one whole number"),
        CARRY,
    ),
    outputs=(),
    dynamic_outputs=_named("carries", "what the last iteration gave"),
    naming=_called(carry="carries"),
    settings={**LOOP, **TIMES, **_memory("every", "binomial", "online")},
    shape=None,
    function=None,
    formula=r"x_{k+1} = f(x_k, k),\quad k = 0 \ldots n-1",
    synonyms=("loop", "repeat", "iterate", "times", "fori loop"),
    inner=_passing(""),
)

scan = Operator(
    id=control.SCAN,
    title="Scan",
    kind=Kind.HIGHER_ORDER,
    help=(
        "A body that walks along sequences: it takes one item of each and what it gave before, and its results are put "
        "side by side.\n\nSequences are walked along their first axis. With none, it runs as often as its setting says."
    ),
    inputs=(
        Input("carry", variadic=True, optional=True, help=CARRY.help),
        Input("sequence", variadic=True, optional=True, help="arrays walked along their first axis, of equal lengths"),
    ),
    outputs=(),
    dynamic_outputs=lambda values: (
        *_named("carries", "what the last iteration gave")(values),
        *_named("results", "what each iteration gave, side by side")(values),
    ),
    naming=_called(carry="carries", sequence="items"),
    settings={
        **LOOP,
        "items": Names(("item",), help="The names of the items of the sequences, in the order of the wires."),
        "results": Names(("y",), help="The names of what each iteration gives, to be put side by side."),
        "reverse": Toggle(False, help="Whether it walks from the last item to the first."),
        **TIMES,
        **_memory("every", "binomial", "online"),
    },
    shape=None,
    function=None,
    formula=r"(x_{k+1}, y_k) = f(x_k, a_k)",
    synonyms=("loop", "map", "sequence", "fold", "accumulate", "recurrent", "time steps"),
    inner=Inner(
        {
            "in": (INPUT, "", {}, 0.0, 0.0),
            "item": (INPUT, "", {"name": "item"}, 0.0, 130.0),
            "out": (OUTPUT, "", {"name": "x"}, 520.0, 0.0),
            "result": (OUTPUT, "", {"name": "y"}, 520.0, 130.0),
        },
        (("in.value", "out.value"), ("in.value", "result.value")),
    ),
)

while_loop = Operator(
    id=control.WHILE,
    title="While",
    kind=Kind.HIGHER_ORDER,
    help=(
        "A body that runs on what it gave before, as long as a condition on it holds.\n\n"
        "The condition is asked before each iteration. After as many iterations as the limit says, the run stops with "
        "an error."
    ),
    inputs=(CARRY,),
    outputs=(),
    dynamic_outputs=_named(
        "carries", "what it was when the condition failed", Output(control.STEPS, "how many iterations it took")
    ),
    naming=_called(carry="carries"),
    settings={
        **LOOP,
        "limit": Integer(10_000, low=1, high=1_000_000_000, help="The most iterations it may take."),
        **_memory("every", "online"),
    },
    shape=None,
    function=None,
    formula=r"x_{k+1} = f(x_k)\ \text{while}\ c(x_k)",
    synonyms=("loop", "until", "convergence", "repeat", "while loop"),
    inner=Inner(
        {
            "count": (control.ITERATION, "condition", {}, 0.0, 0.0),
            "few": ("elementwise.less", "condition", {"y": 10.0}, 260.0, 0.0),
            "go": (OUTPUT, "condition", {"name": control.CONTINUE}, 520.0, 0.0),
            "in": (INPUT, "body", {}, 0.0, 0.0),
            "out": (OUTPUT, "body", {"name": "x"}, 520.0, 0.0),
        },
        (("count.value", "few.x"), ("few.value", "go.value"), ("in.value", "out.value")),
    ),
)

function = Operator(
    id=FUNCTION,
    title="Function",
    kind=Kind.HIGHER_ORDER,
    help=(
        "A body that is called by Call nodes, as often as wanted; it does nothing by itself.\n\n"
        "It may call itself: then a Branch has to end it, and its setting returns has to say what types it gives, such "
        "as float64 or float64[3]."
    ),
    inputs=(),
    outputs=(),
    settings={
        "inputs": Names(FIRST_INPUTS, help="The names of what it takes, in the order of the wires of a call."),
        "outputs": Names(("value",), help="The names of what it gives."),
        "returns": Names(
            (), help="The types of what it gives, where it calls itself: float64, float64[3], int64, ...."
        ),
        "about": Text("", help="What it does, in a sentence or two: shown where it is offered.", multiline=True),
        "defaults": ByName((), help="The numbers that inputs take while nothing is wired into them: name and number."),
        "meanings": ByName((), texts=True, help="What inputs and outputs mean: name and sentence."),
        "origin": Text("", help="Where it was brought from: the name it has in a library of subgraphs."),
    },
    shape=None,
    function=None,
    synonyms=("subgraph", "definition", "procedure", "module", "group", "recursion"),
    inner=_passing("", value="value"),
)

call = Operator(
    id=CALL,
    title="Call",
    kind=Kind.HIGHER_ORDER,
    help="Runs a function on what is wired into it; each input takes what the function names in that place.",
    inputs=(Input("xs", variadic=True, optional=True, help="what the function takes"),),
    outputs=(),
    dynamic_outputs=_named("outputs", "what the function gives"),
    settings={
        "function": Reference("", of=FUNCTION, help="The id of the Function node."),
        "outputs": Names(("value",), help="The names of its outputs, as many as the function gives."),
    },
    shape=None,
    function=None,
    formula=r"f(x_0, x_1, \ldots)",
    synonyms=("apply", "use", "invoke", "subgraph", "recursion"),
)

body_input = Operator(
    id=INPUT,
    title="Body input",
    kind=Kind.HIGHER_ORDER,
    help="Gives, inside a body, what goes into it under this name.",
    inputs=(),
    outputs=(Output("value", "what goes in"),),
    settings={"name": Text("x", help="Which of the things that go in: one of the names in the settings of the owner.")},
    shape=None,
    function=None,
    synonyms=("argument", "parameter of a function", "carry", "item", "in"),
)

body_output = Operator(
    id=OUTPUT,
    title="Body output",
    kind=Kind.HIGHER_ORDER,
    help="Says, inside a body, what comes out of it under this name.",
    inputs=(Input("value", help="what comes out"),),
    outputs=(),
    settings={
        "name": Text("value", help="Which of the things that come out: one of the names in the settings of the owner.")
    },
    shape=None,
    function=None,
    synonyms=("return", "result", "next carry", "yield", "out"),
)

outer = Operator(
    id=OUTER,
    title="Outer value",
    kind=Kind.HIGHER_ORDER,
    help="Reads, inside a body, an output of a node around it: in the body around, or further out.",
    inputs=(),
    outputs=(Output("value", "what that output carries"),),
    settings={
        "node": Reference("", help="The id of the node that is read."),
        "output": Text("value", help="Which of its outputs."),
    },
    shape=None,
    function=None,
    synonyms=("closure", "global", "capture", "nonlocal", "outside"),
)

iteration = Operator(
    id=control.ITERATION,
    title="Iteration",
    kind=Kind.HIGHER_ORDER,
    help="The number of the iteration of the loop around it, counted from 0.",
    inputs=(),
    outputs=(Output("value", "a whole number"),),
    settings={},
    shape=None,
    function=None,
    formula=r"k",
    synonyms=("index", "counter", "step number", "i", "k"),
)

OPERATORS = (branch, for_loop, scan, while_loop, function, call, body_input, body_output, outer, iteration)
