"""Run in a process of its own: open files, and report what came of each and every audit event it raised.

    python open_them.py FOLDER [--plant NAME]

For each *.dgraph in the folder one line of JSON is written: {"name", "outcome", "sentence", "kept", "events"}. `events`
should be empty: apart from opening the file itself for reading (and looking for its .npz and reading it, when a kept
value is asked for), opening raises none at all. `--plant` does something forbidden besides, to show that it is seen.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.document import Document
from engine.errors import GradwireError
from engine.files import parse, read, render
from engine.graph import Content
from engine.infer import infer
from engine.problems import validate
from nodes.library import LIBRARY

MEMORY = 3 * 2**30
LOOKING = {"os.listdir", "os.scandir", "glob.glob", "pathlib.Path.glob"}
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Collects the audit events that opening a file must not raise."""

    def __init__(self) -> None:
        self.on = False
        self.allowed: set[str] = set()
        self.looking = False
        self.events: list[str] = []

    def __call__(self, event: str, details: tuple[Any, ...]) -> None:
        if not self.on or (self.looking and event in LOOKING):
            return
        if event == "open" and not (details[2] or 0) & WRITING and self.may_open(details[0]):
            return
        self.events.append(f"{event} {details!r}"[:200])

    def may_open(self, path: Any) -> bool:
        """Return whether a file may be read; a number is the descriptor of one whose opening was seen before."""
        return isinstance(path, int) or str(path) in self.allowed


def plant_socket() -> None:
    """Look for the network."""
    sockets.socket().close()


def opened(path: Path) -> Content:
    """Do what the window does when it opens a file."""
    content = read(path)
    Document(content)
    validate(content.graph, LIBRARY)
    infer(content.graph, LIBRARY, {})
    return content


import socket as sockets  # noqa: E402 - only for what is planted

PLANTS: dict[str, Callable[[], object]] = {
    "evaluation": lambda: eval("1 + 1"),
    "execution": lambda: exec("x = 1"),
    "import": lambda: __import__("antigravity"),
    "reading": lambda: open("/etc/hostname").close(),
    "writing": lambda: open(sys.argv[1] + "/new", "w").close(),
    "network": plant_socket,
    "process": lambda: os.system("true"),
    "removal": lambda: os.remove(sys.argv[1] + "/gone"),
}


def report(watch: Watch, path: Path, planted: Callable[[], object] | None) -> dict[str, Any]:
    """Open one file and say what came of it."""
    watch.events, watch.allowed, watch.looking = [], {str(path)}, False
    outcome, sentence, kept = "opened", "", ""
    content = None
    archives = {str(each) for each in path.parent.glob("*.npz")}
    watch.on = True
    try:
        content = opened(path)
        if planted:
            planted()
    except GradwireError as error:
        outcome, sentence = "refused", error.sentence
    except Exception as error:
        outcome, sentence = "raised", repr(error)[:300]
    if content and content.kept:
        watch.looking, watch.allowed = True, archives
        try:
            kept = ", ".join(str(value.shape) for value in dict(content.kept.values).values())
        except GradwireError as error:
            kept = error.sentence
    watch.on = False
    if content and not content.kept and parse(render(content)) != content:
        outcome = "changed by saving"
    return {"name": path.stem, "outcome": outcome, "sentence": sentence, "kept": kept, "events": watch.events}


def main() -> None:
    """Open everything in the folder."""
    folder = Path(sys.argv[1])
    planted = PLANTS[sys.argv[3]] if len(sys.argv) > 3 else None
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    watch = Watch()
    files = sorted(folder.glob("*.dgraph"))
    for warm in files[:1]:
        report(watch, warm, None)  # What Python itself fetches at first use is not the file's doing.
    sys.addaudithook(watch)
    for path in files:
        print(json.dumps(report(watch, path, planted)), flush=True)


main()
