"""Bad input in tables: graphs, values, tables of data, words of a command line, names; and the words that a refusal
must hold. Used by test_bad_input.py.
"""

from __future__ import annotations

from typing import Any

from engine.graph import Content
from tests.engine.training_graphs import content

DESCENT = {"method": "gradient_descent", "learning_rate": 0.1, "steps": 2000}

# Graphs that cannot run -----------------------------------------------------------------------------------------------

P = {"value": 1.0}
NEVER_A_NAME = "eval(input())\u202e<b>w</b>"

GRAPHS: dict[str, tuple[Content, str, tuple[str, ...]]] = {
    # what is wrong: (the graph, the node at fault, words of the sentence)
    "cycle": (
        content(
            {"parameter_1": P, "add_1": {"name": "the sum"}, "exp_1": {}, "optimizer_1": DESCENT},
            "add_1>exp_1 exp_1>add_1 parameter_1>add_1.y add_1>optimizer_1.loss",
        ),
        "add_1", ("circle", '"the sum" (add_1)', '"Exponential" (exp_1)', "Take one of them away"),
    ),
    "a missing input": (
        content(
            {"parameter_1": P, "mse_1": {}, "optimizer_1": DESCENT},
            "parameter_1>mse_1.prediction mse_1>optimizer_1.loss",
        ),
        "mse_1", ('"Mean squared error" (mse_1)', "target", "wire a value into it"),
    ),
    "two wires into one socket": (
        content(
            {"parameter_1": {**P, "name": "a"}, "parameter_2": {**P, "name": "b"}, "square_1": {}, "optimizer_1": {}},
            "parameter_1>square_1 parameter_2>square_1 square_1>optimizer_1.loss",
        ),
        "square_1", ('"Square" (square_1)', "2 wires into x", '"a" (parameter_1)', '"b" (parameter_2)'),
    ),
    "shapes that do not broadcast": (
        content(
            {"constant_1": {"value": ((1.0, 2.0, 3.0),) * 2}, "parameter_1": {"value": (1.0, 2.0)}, "multiply_1": {},
             "sum_1": {}, "optimizer_1": {}},
            "constant_1>multiply_1 parameter_1>multiply_1.y multiply_1>sum_1 sum_1>optimizer_1.loss",
        ),
        "multiply_1", ("(multiply_1)", "x has shape (2, 3)", "y has shape (2,)", "axis -1", "3 and 2"),
    ),
    "matrices that do not fit": (
        content(
            {"constant_1": {"value": ((1.0, 2.0, 3.0),) * 2}, "parameter_1": {"value": ((1.0, 2.0),) * 2},
             "matmul_1": {}, "sum_1": {}, "optimizer_1": {}},
            "constant_1>matmul_1 parameter_1>matmul_1.y matmul_1>sum_1 sum_1>optimizer_1.loss",
        ),
        "matmul_1", ("(matmul_1)", "(2, 3)", "(2, 2)", "axis 1 of x is 3", "axis 0 of y is 2"),
    ),
    "a type that does not fit": (
        content(
            {"parameter_1": {"value": ((1.0, 2.0),) * 2}, "constant_1": {"value": (0.5, 1.0)}, "cross_entropy_1": {},
             "optimizer_1": {}},
            "parameter_1>cross_entropy_1.logits constant_1>cross_entropy_1.labels cross_entropy_1>optimizer_1.loss",
        ),
        "cross_entropy_1", ("(cross_entropy_1)", "labels", "whole numbers", "float64"),
    ),
    "a loss that is no scalar": (
        content(
            {"parameter_1": {"value": (1.0, 2.0)}, "square_1": {}, "optimizer_1": {}},
            "parameter_1>square_1 square_1>optimizer_1.loss",
        ),
        "optimizer_1", ("(optimizer_1)", "loss", "scalar", "(2,)", "mean"),
    ),
    "no path to the loss": (
        content(
            {"parameter_1": P, "constant_1": {"value": 1.0}, "square_1": {}, "optimizer_1": {}},
            "constant_1>square_1 square_1>optimizer_1.loss",
        ),
        "optimizer_1", ("(optimizer_1)", "nothing to train", "no path"),
    ),
    "a socket that is not there": (
        content(
            {"parameter_1": P, "square_1": {}, "optimizer_1": {}},
            "parameter_1>square_1 parameter_1>square_1.side square_1>optimizer_1.loss",
        ),
        "square_1", ("(square_1)", "“side”", "it has x"),
    ),
    "an unknown operator": (
        content(
            {"parameter_1": P, "frobnicate_1": {}, "optimizer_1": {}},
            "parameter_1>frobnicate_1 frobnicate_1>optimizer_1.loss",
        ),
        "frobnicate_1", ("(frobnicate_1)", "“elementwise.frobnicate”", "does not have"),
    ),
    "an unknown setting": (
        content(
            {"parameter_1": {**P, "colour": "red"}, "square_1": {}, "optimizer_1": {}},
            "parameter_1>square_1 square_1>optimizer_1.loss",
        ),
        "parameter_1", ("(parameter_1)", "“colour”"),
    ),
    "a setting out of its range": (
        content(
            {"parameter_1": P, "square_1": {}, "optimizer_1": {"learning_rate": -1.0}},
            "parameter_1>square_1 square_1>optimizer_1.loss",
        ),
        "optimizer_1", ("(optimizer_1)", "learning rate", "at least"),
    ),
    "an array too large": (
        content(
            {"parameter_1": {"initial": "zeros", "shape": (10**5, 10**5)}, "sum_1": {}, "optimizer_1": {}},
            "parameter_1>sum_1 sum_1>optimizer_1.loss",
        ),
        "parameter_1", ("(parameter_1)", "(100000, 100000)", "at most"),
    ),
    "a missing data file": (
        content(
            {"table_1": {"name": "Flowers", "file": "gone.csv"}, "parameter_1": P, "multiply_1": {}, "sum_1": {},
             "optimizer_1": {}},
            "table_1.table>multiply_1 parameter_1>multiply_1.y multiply_1>sum_1 sum_1>optimizer_1.loss",
        ),
        "table_1", ('"Flowers" (table_1)', '"gone.csv"', "graph's folder"),
    ),
    "a name that is code and markup": (
        content({"parameter_1": P, "mse_1": {"name": NEVER_A_NAME}, "optimizer_1": {}}, "mse_1>optimizer_1.loss"),
        "mse_1", ("eval(input())\\u202e<b>w</b>", "(mse_1)"),
    ),
}  # fmt: skip


# Values that are not finite -------------------------------------------------------------------------------------------


def bowl(value: float, operator: str, **optimizer: Any) -> Content:
    """Return a graph that trains `operator` of a parameter."""
    return content(
        {"parameter_1": {"value": value, "name": "x"}, f"{operator}_1": {"name": "culprit"},
         "optimizer_1": {**DESCENT, **optimizer}},
        f"parameter_1>{operator}_1 {operator}_1>optimizer_1.loss",
    )  # fmt: skip


LABELS = content(
    {"parameter_1": {"value": ((1.0, 2.0),) * 3}, "table_1": {"file": "k.csv", "columns": (("k", "class", ("k",)),)},
     "cross_entropy_1": {"name": "culprit"}, "optimizer_1": DESCENT},
    "parameter_1>cross_entropy_1.logits table_1.k>cross_entropy_1.labels cross_entropy_1>optimizer_1.loss",
)  # fmt: skip

NONFINITE: dict[str, tuple[Content, str, tuple[str, ...]]] = {
    # what happens: (the graph, the node, words)
    "log of 0": (bowl(0.0, "log"), "log_1", ("The value of", "infinite at step 0", "x is positive")),
    "log of less": (bowl(-1.0, "log"), "log_1", ("The value of", "NaN at step 0", "x is positive")),
    "log, after some steps": (bowl(0.15, "log"), "log_1", ("NaN at step 1", 'lower the learning rate of "Optimizer"')),
    "exp of 800": (bowl(800.0, "exp"), "exp_1", ("infinite at step 0", "x below 709")),
    "a slope without end": (bowl(0.0, "sqrt"), "sqrt_1", ("The derivative of", "infinite at step 0")),
    "learning rate too large": (bowl(1.0, "square", learning_rate=10.0), "", ("lower the learning rate", "step 1")),
    "a class too many": (LABELS, "cross_entropy_1", ("NaN at step 0", "labels are whole numbers from 0")),
}

# Tables of data -------------------------------------------------------------------------------------------------------

HEAD = "distance_mpc,velocity_km_s\n1,2\n"

TABLES: dict[str, tuple[bytes, str]] = {
    "text in a number column": (f"{HEAD}3,fast\n".encode(), "line 3, column 2 (“velocity_km_s”) holds “fast”"),
    "a missing value": (f"{HEAD}3,\n".encode(), "line 3, column 2 (“velocity_km_s”) is missing"),
    "ragged rows": (f"{HEAD}3\n".encode(), "line 3 has 1 cell, but the first line has 2"),
    "wrong encoding": (f"{HEAD}3,ü\n".encode("latin-1"), "line 3 holds the byte 0xFC, which is not UTF-8"),
    "no rows": (b"distance_mpc,velocity_km_s\n", "no rows"),
    "nothing": (b"", "empty"),
    "another table": (b"a,b\n1,2\n", "no column “distance_mpc”; it has “a”, “b”"),
    "a workbook": (b"PK\x03\x04 no zip", "damaged"),
    "infinity": (f"{HEAD}3,inf\n".encode(), "line 3, column 2 (“velocity_km_s”) holds “inf”"),
    "a row at the end of many": (
        (HEAD + "1,2\n" * 200_000 + "7,seven\n").encode(), "line 200003, column 2 (“velocity_km_s”) holds “seven”"
    ),
}  # fmt: skip

# Words after COMMAND FILE ---------------------------------------------------------------------------------------------

WORDS: dict[str, tuple[tuple[str, ...], str]] = {
    # the words after COMMAND FILE: (they, words of the sentence)
    "an option that is none": (("--nonsense",), "--nonsense"),
    "--set without a value": (("--set", "x"), "NODE.SETTING=VALUE"),
    "--set of nobody": (("--set", "nobody.value=1"), "“nobody”"),
    "--set of a long name": (("--set", "n" * 10_000 + ".value=1"), "nnn…”"),
    "--set of a bidirectional name": (("--set", "\u202eeman.value=1"), "\\u202eeman"),
    "--set of no setting": (("--set", "optimizer_1.colour=1"), "“colour”"),
    "--set out of range": (("--set", "optimizer_1.learning_rate=1e300"), "learning rate must be at most 10"),
    "--set no number": (("--set", "optimizer_1.steps=NaN"), "steps must be a whole number"),
    "--set no choice": (("--set", "optimizer_1.method=magic"), "gradient_descent, momentum"),
    "--set a deep list": (("--set", "parameter_1.value=" + "[" * 5000), "value must be finite numbers"),
    "--set a long number": (("--set", "parameter_1.value=" + "9" * 5000), "value must be finite numbers"),
    "--input without a path": (("--input", "table_1="), "NODE=PATH"),
    "--input of nobody": (("--input", "nobody=x.csv"), "“nobody”"),
    "--input of no reader": (("--input", "optimizer_1=x.csv"), "(optimizer_1) does not read a file"),
    "--params missing": (("--params", "gone.npz"), "“gone.npz”"),
    "--params a folder": (("--params", "."), "“.”"),
    "--params no archive": (("--params", "text.npz"), "numpy.savez"),
    "--params one array": (("--params", "one.npy"), "numpy.savez"),
    "--params with objects": (("--params", "objects.npz"), "numpy.savez"),
    "--params of nobody": (("--params", "nobody.npz"), "“nobody”"),
    "--params of another shape": (("--params", "shape.npz"), "(parameter_1) starts from "),
    "--params with NaN": (("--params", "nan.npz"), "(parameter_1) needs finite start values"),
    "--params with text": (("--params", "words.npz"), "(parameter_1) needs numbers"),
    "--seed below 0": (("--seed", "-1"), "“-1” is not a whole number"),
    "--seed beyond all": (("--seed", "9" * 5000), "is more than"),
}

RUN_WORDS: dict[str, tuple[tuple[str, ...], str]] = {
    "--steps of a word": (("--steps", "many"), "“many” is not a whole number"),
    "--steps beyond all": (("--steps", "99999999999999"), "more than 1,000,000,000"),
    "--approach of no kind": (("--approach", "magic"), "magic"),
    "--backend of no kind": (("--backend", "magic"), "magic"),
    "--out without a folder": (("--out", "none/r.json"), "no folder to write “none/r.json”"),
    "--out a folder": (("--out", "."), "it is a folder or a device"),
    "--out a device": (("--out", "/dev/null"), "it is a folder or a device"),
    "--out a pipe": (("--out", "pipe"), "it is a folder or a device"),
    "--out without a name": (("--out", ""), "without a name"),
    "--out a name too long": (("--out", "x" * 300), "too long"),
    "--out write-protected": (("--out", "protected.json"), "write-protected"),
    "--plot without a folder": (("--plot", "none/p.png"), "no folder to write “none/p.png”"),
    "--plot a device": (("--plot", "/dev/null"), "it is a folder or a device"),
}

SHOT_WORDS: dict[str, tuple[tuple[str, ...], str]] = {
    "no picture": ((), "OUT.png"),
    "--size of a word": (("x.png", "--size", "huge"), "“huge” is not a size"),
    "--size too small": (("x.png", "--size", "1x1"), "“1x1” is not a size"),
    "--scale no number": (("x.png", "--scale", "nan"), "“nan” is not a number from 0.5"),
    "--theme of no kind": (("x.png", "--theme", "pink"), "pink"),
    "--run below 0": (("x.png", "--run", "-1"), "“-1” is not a whole number"),
    "no folder": (("none/x.png",), "no folder to write “none/x.png”"),
    "a folder": ((".",), "it is a folder or a device"),
    "a device": (("/dev/null",), "it is a folder or a device"),
}

# Names ----------------------------------------------------------------------------------------------------------------

NAMES = (
    "__import__('os').system('touch gone')",
    "{0.__class__}%s%n",
    "[bold red]x[/]",
    "<img src=x>",
    "a\u202eb\u2066",
    "",
)
