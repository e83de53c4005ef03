"""Session: owns one Document and turns its events into signals; the one thing that canvas, panels, plots and actions talk to.

Views hold ids, ask the session, and write only through its edits. Signals carry ids and words, never nodes. Nothing here evaluates
or differentiates: values come from the engine processes by `asks` (looks at wires) and `runs` (training).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from app import resources
from engine import building, edits, infer, problems
from engine.document import Changed, Document
from engine.errors import GradwireError
from engine.files import read, write
from engine.graph import Content, Graph, Layout, Node, Place, SettingValue, Socket, Wire, label
from engine.operator import Library, Operator
from engine.placeholder import operator_of
from engine.types import Type

if TYPE_CHECKING:
    from app.worker.client import AskClient, RunControl
    from app.worker.messages import WireLook

PALETTE_MIME = "application/x-gradwire-operator"
"""Mime type of a drag from the palette; its data is an operator id in UTF-8. The canvas accepts it as a drop."""

Overlay = Literal["value", "shape", "cotangent"]
OVERLAYS: tuple[Overlay, ...] = ("value", "shape", "cotangent")

LOOK_DELAY = 60
"""Milliseconds between an edit and the question about the wires that follows from it."""


@dataclass(frozen=True)
class Snapshot:
    """What an engine process needs to work on the document as it is now."""

    content: Content
    folder: Path | None
    """The folder of the document, where its relative data files are; None before the first save."""
    assets: Path


class Session(QObject):
    """One open document: its selection, types, problems, journal and engine processes."""

    changed = Signal(object)
    """The document changed: an engine.document.Changed (ids only)."""
    replaced = Signal()
    """Another document is shown (new, open, recover): views start over from `content`."""
    selection_changed = Signal()
    types_changed = Signal()
    """`type_of` may answer otherwise."""
    problems_changed = Signal()
    values_changed = Signal()
    """`look` may answer otherwise."""
    run_state_changed = Signal(str)
    """idle, starting, running, paused, finished or failed."""
    path_changed = Signal()
    """The path or the clean mark changed: the title and the save action follow."""
    history_changed = Signal()
    """Undo and redo, or their names, changed."""
    overlays_changed = Signal()
    reveal_requested = Signal(str)
    """The canvas is asked to centre the node of this id and to give it a glow."""
    message = Signal(str)
    """One sentence for the status line: a refused edit, a saved file."""

    def __init__(self, library: Library, *, engine: bool = True, parent: QObject | None = None) -> None:
        """Start with an empty document. Without `engine` no process is ever started (canvas tests, thumbnails)."""
        super().__init__(parent)
        self.library = library
        self._document = Document(Content())

    # What is open ------------------------------------------------------------------------------------------------

    @property
    def document(self) -> Document:
        """The open document. Ask for it each time: opening a file replaces it."""

    @property
    def content(self) -> Content:
        """The document's graph, layout and kept values as they are now."""

    @property
    def graph(self) -> Graph: ...

    @property
    def layout(self) -> Layout: ...

    @property
    def path(self) -> Path | None:
        """Where the document was opened from or saved to."""

    @property
    def title(self) -> str:
        """The document's name for people: the file's stem without its number and underscores, or "Untitled"."""

    @property
    def clean(self) -> bool:
        """Whether everything is saved."""

    def new(self) -> None:
        """Show an empty document. Unsaved changes are the caller's business (`window` asks)."""

    def open(self, path: Path) -> None:
        """Read the file and show it. Raise FileError, and leave the open document as it is, where it cannot be read."""

    def save(self, path: Path | None = None) -> None:
        """Save to `path`, or where the document came from; raise FileError where that fails."""

    def adopt(self, content: Content, path: Path | None, *, clean: bool) -> None:
        """Show `content` as the document (samples without their path, recovered work, tests)."""

    def snapshot(self) -> Snapshot:
        """Return what an engine process needs to work on the document as it is now."""

    # Questions about nodes and sockets ----------------------------------------------------------------------------

    def node(self, id: str) -> Node:
        """Return the node; KeyError where there is none."""

    def operator(self, id: str) -> Operator:
        """Return the declared operator of a node, or a placeholder with the sockets its wires use."""

    def label(self, id: str) -> str:
        """Return what people call the node."""

    def setting(self, node: str, name: str) -> Any:
        """Return the setting's value: the node's own, or the default; for an unwired input the number in its place."""

    def type_of(self, socket: Socket) -> Type | None:
        """Return the type of an output or of a wired input, None while unknown."""

    def refusal(self, wire: Wire) -> str | None:
        """Return why the wire may not be made, in one sentence, or None where it may (an occupied input is replaced)."""

    def look(self, socket: Socket) -> WireLook | None:
        """Return the last look at an output's value and cotangent, or None. Stale looks are dropped when the graph changes."""

    @property
    def problems(self) -> tuple[problems.Problem, ...]:
        """Everything wrong with the graph, errors first, and what the last run or look failed at."""

    def node_problems(self, id: str) -> tuple[problems.Problem, ...]:
        """Return the problems of one node."""

    # Edits --------------------------------------------------------------------------------------------------------

    def apply(self, edit: edits.Edit, merge: str | None = None) -> bool:
        """Apply the edit; return whether it was done. A refusal goes to `message`. Edits of one `merge` key in a row are one undo step."""

    def undo(self) -> None: ...

    def redo(self) -> None: ...

    @contextmanager
    def group(self, title: str) -> Iterator[None]:
        """Make all edits inside one undo step called `title`."""
        yield

    def insert(self, operator_id: str, place: Place) -> str:
        """Insert an operator with the parameter nodes it brings; select it; return its node id."""

    def connect(self, wire: Wire) -> bool:
        """Make the wire, replacing what fed its target; return whether it was made. A refusal goes to `message`."""

    def set_setting(self, node: str, name: str, value: SettingValue, merge: str | None = None) -> bool:
        """Set a setting (or the number in an unwired input's place) as one edit; a running run hears of live settings."""

    def remove_selected(self) -> None:
        """Remove the selected nodes, notes and wires as one undo step."""

    def copy(self) -> str:
        """Return the selected nodes and the wires between them as text ("" where nothing is selected)."""

    def paste(self, text: str, at: Place) -> None:
        """Insert copied nodes with their top left at `at` and select them; foreign text is refused in `message`."""

    def duplicate(self) -> None:
        """Copy and paste the selection a little lower to the right, without the clipboard."""

    # Selection ----------------------------------------------------------------------------------------------------

    @property
    def selection(self) -> frozenset[str]:
        """Ids of the selected nodes."""

    @property
    def selected_notes(self) -> frozenset[str]: ...

    @property
    def selected_wires(self) -> frozenset[Wire]: ...

    @property
    def current(self) -> str | None:
        """The node the inspector shows: the only selected one, or the one selected last."""

    def select(self, nodes: Iterable[str] = (), notes: Iterable[str] = (), wires: Iterable[Wire] = (), *, current: str | None = None) -> None:
        """Select exactly these; unknown ids are left out."""

    def select_all(self) -> None: ...

    def reveal(self, node: str) -> None:
        """Select the node and ask the canvas to show it."""

    # Overlays -----------------------------------------------------------------------------------------------------

    @property
    def overlays(self) -> frozenset[Overlay]:
        """What every wire shows beside itself. At first: nothing; a hovered wire shows all three."""

    def set_overlay(self, overlay: Overlay, on: bool) -> None: ...

    # Running ------------------------------------------------------------------------------------------------------

    @property
    def runs(self) -> RunControl:
        """The control of the `run` process; made (not started) when first asked for."""

    @property
    def asks(self) -> AskClient:
        """The client of the `ask` process; made (not started) when first asked for."""

    @property
    def run_state(self) -> str:
        """idle, starting, running, paused, finished or failed."""

    @property
    def stale(self) -> bool:
        """Whether the graph was edited since the run started."""

    def run(self) -> None:
        """Start a run of the document as it is now, or go on with a paused one. Errors in the graph show the first problem instead."""

    def pause(self) -> None: ...

    def step(self) -> None:
        """Do one step, starting a run that is paused at once where there is none."""

    def stop(self) -> None: ...

    def reset(self) -> None:
        """Forget the run: parameters are back at their start values."""

    def keep_values(self) -> None:
        """Write the run's parameters into the document as one undoable edit."""

    def look_again(self) -> None:
        """Ask for the wires' values anew (after an edit this happens by itself)."""

    def close(self) -> None:
        """End the engine processes and the journal. Idempotent."""
