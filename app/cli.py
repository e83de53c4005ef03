"""The command line: `gradwire [FILE...]` opens the window, `gradwire run FILE` and its sisters work without one.

Exit codes: 0 done, 1 the check failed (or a run met a value that is not finite), 2 bad usage or a bad file, said in one
line on stderr. With --json a command writes one JSON document to stdout and nothing else.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from app.cli_options import COMMANDS, Command
from app.terminal import visible
from app.worker.guards import cap_memory, memory_limit
from engine.errors import GradwireError
from engine.sockets import shortened

DONE, FAILED, REFUSED, INTERRUPTED = 0, 1, 2, 130

LONGEST = 600
"""Most characters of a refusal: beyond that it repeats what was typed, and helps nobody."""


class Parser(argparse.ArgumentParser):
    """An argument parser whose refusals are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the usage, and leave with exit code 2."""
        self.exit(REFUSED, f"gradwire: {_one_line(message)} (see {self.prog} --help)\n")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    whole = Parser(
        prog="gradwire",
        usage="gradwire [FILE...]\n       gradwire COMMAND ...",
        description="Wire operators into a dataflow graph, see every value and every derivative, train it.",
        epilog="gradwire [FILE...] opens the window. A file that is called like a command is given as ./run. "
        "Exit codes: 0 done, 1 the check failed, 2 bad usage or bad file.",
    )
    whole.add_argument("--version", action="version", version=f"gradwire {_version()}")
    commands = whole.add_subparsers(title="commands", dest="command", metavar="COMMAND", prog="gradwire")
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.summary, description=command.help or command.summary)
        for names, options in command.arguments:
            one.add_argument(*names, **options)
        one.add_argument("--json", action="store_true", help="write one JSON document to stdout, and nothing else")
    return whole


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    program = arguments is None
    if not words or (not words[0].startswith("-") and words[0] not in {command.name for command in COMMANDS}):
        return _window(words)
    try:
        chosen = parser().parse_args(words)
    except SystemExit as leaving:
        return int(leaving.code or 0)
    if program:
        _set_up()
    return _run(next(command for command in COMMANDS if command.name == chosen.command), chosen)


def _set_up() -> None:
    """Write UTF-8 whatever the terminal says, write nowhere where stdout is closed, and keep within the memory."""
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for as long as the program lives
    elif isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    cap_memory(memory_limit())


def _window(files: Sequence[str]) -> int:
    """Open the window: the only place, with `shot` and --plot, that loads Qt."""
    absent = next((file for file in files if not os.path.isfile(file)), None)
    if absent is not None:
        sentence = f"there is no file, and no command, called “{shortened(absent)}” (see gradwire --help)"
        print(f"gradwire: {sentence}", file=sys.stderr)
        return REFUSED
    from app.main import window

    return int(window(list(files)))


def _run(command: Command, chosen: argparse.Namespace) -> int:
    try:
        return command.load()(chosen)
    except GradwireError as error:
        print(f"gradwire: {_one_line(error.sentence)}", file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        print("gradwire: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _say_no_more()  # the reader of stdout has gone
        return DONE
    except MemoryError:
        print("gradwire: there is not enough memory for that: make its arrays smaller", file=sys.stderr)
        return REFUSED
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        print(f"gradwire: {_one_line(f'{name}{error.strerror or error}')}", file=sys.stderr)
        if error.errno == errno.ENOSPC and not error.filename:
            _say_no_more()
        return REFUSED


def _say_no_more() -> None:
    """Send what is still to be written to stdout nowhere, or the interpreter would complain of it as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _one_line(sentence: str) -> str:
    line = visible(" ".join(sentence.split()))
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gradwire")
    except PackageNotFoundError:
        return "(not installed)"


if __name__ == "__main__":
    sys.exit(main())
