"""Every command of the command line in one table: its name, its arguments, and the function that does it."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

from engine.limits import RUN_STEPS
from engine.sockets import shortened

Function = Callable[[argparse.Namespace], int]


@dataclass(frozen=True)
class Command:
    """A command. `function` is "module:name"; the module is imported when the command is used, and gives an exit
    code."""

    name: str
    summary: str
    function: str
    arguments: tuple[tuple[tuple[str, ...], Mapping[str, Any]], ...] = ()
    help: str = ""

    def load(self) -> Function:
        """Return the function."""
        module, _, name = self.function.partition(":")
        found: Function = getattr(import_module(module), name)
        return found


def steps(text: str) -> int:
    """Return a whole number from 0 to the most steps of a run."""
    return _whole(text, RUN_STEPS)


def seed(text: str) -> int:
    """Return a whole number from 0 to the largest seed of an optimizer node."""
    return _whole(text, 2**53)


def _whole(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"“{shortened(text)}” is not a whole number from 0")
    if len(text) > 20 or int(text) > most:
        raise argparse.ArgumentTypeError(f"“{shortened(text)}” is more than {most:,}")
    return int(text)


BACKEND_NAMES: Final[Mapping[str, str]] = {
    "numpy": "numpy_code",
    "xla": "xla",
    "auto": "auto",
    "autograd": "autograd",
    "interpret": "interpret",
}
"""What people call a backend, and the engine's name for it, which is taken too."""


def backend(text: str) -> str:
    """Return the engine's name of a backend."""
    if text not in BACKEND_NAMES and text not in BACKEND_NAMES.values():
        *names, last = BACKEND_NAMES
        raise argparse.ArgumentTypeError(f"“{shortened(text)}” is no backend: choose {', '.join(names)} or {last}")
    return BACKEND_NAMES.get(text, text)


def some(text: str) -> int:
    """Return a whole number from 1 to the most steps of a run."""
    if (number := steps(text)) == 0:
        raise argparse.ArgumentTypeError("it must be at least 1, not 0")
    return number


def devices(text: str) -> int:
    """Return how many devices XLA may be asked to make of the processor."""
    if (number := some(text)) > DEVICES:
        raise argparse.ArgumentTypeError(f"at most {DEVICES} host devices are made, not {number:,}")
    return number


def size(text: str) -> tuple[int, int]:
    """Return a size in pixels, written 1600x1000."""
    sides = re.fullmatch(r"(\d{3,5})x(\d{3,5})", text.lower(), re.ASCII)
    if sides is None or not all(100 <= int(side) <= 10_000 for side in sides.groups()):
        raise argparse.ArgumentTypeError(f"“{shortened(text)}” is not a size from 100x100 to 10000x10000")
    return int(sides[1]), int(sides[2])


def factor(text: str) -> float:
    """Return a scale between 0.5 and 4."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.5 <= number <= 4:
        raise argparse.ArgumentTypeError(f"“{shortened(text)}” is not a number from 0.5 to 4")
    return number


DEVICES: Final = 256
"""Most devices of one machine: each takes threads and memory of its own."""
FILE: Final = (("file",), {"metavar": "FILE", "help": "a .dgraph file"})
SEED: Final = (("--seed",), {"type": seed, "metavar": "S", "help": "in place of the optimizer's seed"})
APPROACH: Final = (
    ("--approach",),
    {
        "metavar": "A",
        "help": "static, tape, source, callbacks or forward: how the gradient is computed (default: the node's)",
    },
)
BACKEND: Final = (
    ("--backend",),
    {
        "metavar": "B",
        "type": backend,
        "help": "what runs it: numpy, xla, auto (numpy until xla has compiled), autograd or interpret (default: the "
        "first that can)",
    },
)
SET: Final = (
    ("--set",),
    {
        "action": "append",
        "default": [],
        "metavar": "NODE.SETTING=VALUE",
        "help": "change a setting first; NODE is an id or a name, VALUE is JSON or text (may be given again)",
    },
)
INPUT: Final = (
    ("--input",),
    {
        "action": "append",
        "default": [],
        "metavar": "NODE=PATH",
        "help": "read another data file in place of the node's own (may be given again)",
    },
)
THEME: Final = (
    ("--theme",),
    {"choices": ("light", "dark", "contrast"), "default": "light", "help": "light if not given"},
)
FOLDER: Final = (("--folder",), {"metavar": "FOLDER", "help": "where relative data files are (default: beside FILE)"})
PARAMS: Final = (
    ("--params",),
    {"metavar": "P.npz", "help": "start values: one array for each parameter, by id or name"},
)

COMMANDS: Final = (
    Command(
        "run",
        "train the graph and print loss, parameters and gradients",
        "app.cli_commands:run",
        (
            FILE,
            (("--steps",), {"type": steps, "metavar": "N", "help": "so many steps (default: each optimizer's own)"}),
            SEED,
            APPROACH,
            BACKEND,
            SET,
            INPUT,
            PARAMS,
            (
                ("--checkpoint",),
                {"type": some, "metavar": "N", "help": "write FILE.checkpoint.dgraph every N steps"},
            ),
            (
                ("--resume",),
                {"action": "store_true", "help": "go on from FILE.checkpoint.dgraph, where it is there"},
            ),
            (
                ("--hosts",),
                {
                    "metavar": "[ADDRESS:]PORT,COUNT,INDEX",
                    "help": "train together with COUNT - 1 other processes, this being process INDEX (the first is 0); "
                    "they meet at process 0, at this address (127.0.0.1), without any authentication",
                },
            ),
            (("--out",), {"metavar": "RESULT.json", "help": "write the JSON document to a file"}),
            (
                ("--plot",),
                {"metavar": "PLOT", "help": "draw the loss over the steps (.png or .svg)"},
            ),
        ),
        help="Train the graph. A run goes on from the values kept in the file, if it has some. The loss and the "
        "gradients printed are those at the parameters printed. Exit code 1: it met a value that is not finite.",
    ),
    Command(
        "grad",
        "print the loss and its gradient by every parameter at the start values",
        "app.cli_commands:grad",
        (FILE, SEED, APPROACH, BACKEND, SET, INPUT, PARAMS),
    ),
    Command(
        "check",
        "compare the gradients with central differences and the complex step",
        "app.cli_check:run",
        (
            FILE,
            SEED,
            SET,
            INPUT,
            PARAMS,
            (
                ("--report",),
                {"metavar": "PATH", "help": "write every entry by every method to a file that ends in .html or .json"},
            ),
        ),
        help="Compare the gradient by each parameter with central differences and, where every operator is analytic, "
        "with the complex step. Exit code 1: one differs.",
    ),
    Command(
        "export",
        "write the loss and its gradients as a script that runs without Gradwire",
        "app.cli_export:run",
        (
            FILE,
            (
                ("--as",),
                {
                    "dest": "dialect",
                    "choices": ("numpy", "jax"),
                    "default": "numpy",
                    "help": "NumPy with autograd (default), or JAX",
                },
            ),
            (("--out",), {"metavar": "PATH", "help": "the file to write (default: print it)"}),
            SEED,
            SET,
            INPUT,
            PARAMS,
        ),
    ),
    Command(
        "compare",
        "run every way of differentiating side by side: agreement, time, memory, equations",
        "app.cli_compare:run",
        (FILE, SEED, SET, INPUT, PARAMS),
        help="Compute the gradient at the start values by every approach and compare: whether they agree, the time "
        "of the first gradient (differentiating and compiling included) and of those after it, the most memory in use, "
        "and how many equations run. What an approach cannot do is said in a sentence. Exit code 1: two differ.",
    ),
    Command(
        "diff",
        "what differs between two graphs: nodes, settings, wires, notes, kept values",
        "app.cli_diff:run",
        (
            (("before",), {"metavar": "A", "help": "a .dgraph file"}),
            (("after",), {"metavar": "B", "help": "the .dgraph file to compare with it"}),
            (
                ("--layout",),
                {"action": "store_true", "help": "compare where things stand on the canvas too"},
            ),
        ),
        help="Tell what was removed (-), added (+) and changed (~) from A to B. Nodes are matched by id and, where ids "
        "differ, by operator, name and wires. Exit code 0: they are the same, 1: they differ.",
    ),
    Command(
        "docs",
        "write a page for every operator: Markdown, formulas, example graphs",
        "app.cli_docs:docs",
        (
            (("folder",), {"metavar": "FOLDER", "help": "where to write them; made where there is none"}),
            (("--no-pictures",), {"action": "store_true", "help": "leave out the pictures of the example graphs"}),
        ),
    ),
    Command(
        "inspect",
        "print nodes, wires, shapes, parameters and problems",
        "app.cli_commands:inspect",
        (FILE, SET, INPUT),
    ),
    Command(
        "sweep",
        "train the graph at many values of its settings, and from many seeds",
        "app.cli_sweep:sweep",
        (
            FILE,
            (
                ("--over",),
                {
                    "action": "append",
                    "default": [],
                    "metavar": "NODE.SETTING=A,B,...",
                    "help": "the values of a setting (given again: all combinations)",
                },
            ),
            (
                ("--seeds",),
                {"type": some, "default": 1, "metavar": "N", "help": "from so many seeds each (1)"},
            ),
            (("--steps",), {"type": steps, "metavar": "N", "help": "so many steps (default: the optimizer's own)"}),
            SEED,
            (
                ("--backend",),
                {"type": backend, "metavar": "B", "help": "xla or numpy (default: xla where JAX is installed)"},
            ),
            (
                ("--devices",),
                {
                    "type": devices,
                    "metavar": "N",
                    "help": "spread over so many devices (default: those there are)",
                },
            ),
            SET,
            INPUT,
            (("--out",), {"metavar": "RESULT.json", "help": "write the JSON document to a file"}),
        ),
        help="Train the graph at every combination of values. Runs that differ in numeric settings and seeds alone are "
        "one compiled program, spread over the devices; each value of a structural setting has a program of its own. "
        "Every run begins from the start values. Exit code 1: a run met a value that is not finite.",
    ),
    Command(
        "grade",
        "make the class table of a lesson from the files of answers that learners handed in",
        "app.cli_grade:run",
        (
            (("answers",), {"nargs": "+", "metavar": "ANSWERS", "help": "files of answers"}),
            (("--lesson",), {"metavar": "FILE", "help": "the .dgraph of the lesson: answers are judged again by it"}),
            (("--csv",), {"metavar": "TABLE.csv", "help": "write the table for a spreadsheet"}),
            (("--html",), {"metavar": "TABLE.html", "help": "write the table as a page"}),
        ),
    ),
    Command(
        "replay",
        "write one optimizer step as a page that replays it in a browser: forward, back, update",
        "app.cli_replay:run",
        (
            FILE,
            (("out",), {"metavar": "OUT.html", "help": "the page to write"}),
            (("--optimizer",), {"metavar": "ID", "help": "the optimizer node (default: the first)"}),
            SEED,
            APPROACH,
            SET,
            INPUT,
            PARAMS,
        ),
    ),
    Command(
        "gif",
        "write one optimizer step, or a training, as an animated GIF",
        "app.cli_sharing:gif",
        (
            FILE,
            (("out",), {"metavar": "OUT.gif", "help": "the picture to write"}),
            (
                ("--of",),
                {
                    "choices": ("step", "training"),
                    "default": "step",
                    "help": "one step (default), or a training",
                },
            ),
            (("--optimizer",), {"metavar": "ID", "help": "of a step: the optimizer node (default: the first)"}),
            (("--steps",), {"type": some, "metavar": "N", "help": "of a training: so many steps (default: its own)"}),
            (("--frames",), {"type": some, "default": 60, "metavar": "N", "help": "at most so many pictures (60)"}),
            THEME,
            SEED,
            APPROACH,
            SET,
            INPUT,
            FOLDER,
        ),
    ),
    Command(
        "handout",
        "write the graph, its formulas, values and derivatives, plots and questions as a PDF to print",
        "app.cli_sharing:handout",
        (
            FILE,
            (("out",), {"metavar": "OUT.pdf", "help": "the document to write"}),
            (("--steps",), {"type": steps, "metavar": "N", "help": "train so many steps first, and plot the loss (0)"}),
            (("--answers",), {"action": "store_true", "help": "of a lesson: with the answers, for the teacher"}),
            SEED,
            SET,
            INPUT,
            FOLDER,
        ),
        help="Write a handout of A4 pages. Of a lesson the values and derivatives are left blank, to be filled in, "
        "unless the answers are asked for.",
    ),
    Command("nodes", "print the operator library", "app.cli_commands:nodes"),
    Command(
        "plugins",
        "list the packages that bring operators, or switch one on or off",
        "app.cli_plugins:run",
        (
            (
                ("action",),
                {"nargs": "?", "choices": ("on", "off"), "metavar": "on|off", "help": "switch a plugin on or off"},
            ),
            (("name",), {"nargs": "?", "metavar": "NAME", "help": "the plugin's name"}),
        ),
        help="List the installed plugins: version, whether they are on, off or broken, and why. Exit code 1: one is "
        "broken. A plugin that is off is never imported.",
    ),
    Command(
        "associate",
        "let the desktop open .dgraph files with Gradwire: menu entry, file type, icon",
        "app.cli_associate:run",
        ((("--remove",), {"action": "store_true", "help": "take all of it away again"}),),
        help="Write a desktop entry, the type of .dgraph files, and icons into your own data folder "
        "(XDG_DATA_HOME, ~/.local/share), and tell the desktop. Nothing is written elsewhere.",
    ),
    Command(
        "shot",
        "render the real window, offscreen, to a picture",
        "app.cli_commands:shot",
        (
            FILE,
            (("out",), {"metavar": "OUT.png", "help": "the picture to write"}),
            (("--size",), {"type": size, "default": (1600, 1000), "metavar": "WxH", "help": "in pixels (1600x1000)"}),
            (("--theme",), {"choices": ("light", "dark", "contrast"), "default": "dark", "help": "dark if not given"}),
            (("--scale",), {"type": factor, "default": 1.0, "metavar": "S", "help": "font scale (1)"}),
            (("--run",), {"type": steps, "default": 0, "metavar": "N", "help": "train so many steps first"}),
            (
                ("--panel",),
                {"metavar": "NAME", "help": "bring a panel to the front: landscape, runs, steps, code, ..."},
            ),
            (("--select",), {"metavar": "NODE", "help": "show this node (its id) in the inspector"}),
        ),
    ),
)
