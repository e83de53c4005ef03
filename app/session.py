"""Session: owns one Document and turns its events into signals; the one thing that canvas, panels, plots and actions
talk to.

Views hold ids, ask the session, and write only through its edits. Signals carry ids and words, never nodes. Nothing
here evaluates
or differentiates: values come from the engine processes by `asks` (looks at wires) and `runs` (training).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, QTimer, Signal

from app.bodies import Bodies
from app.data_files import DataFiles
from app.driving import Driving
from app.editing import Editing
from app.explaining import Explainer
from app.journal import DocumentJournal
from app.looks import LookBook
from app.patience import LONG, beside
from app.profiling import Profiler
from app.questions import Questions
from app.running import Running
from app.selection import Selection
from app.stepping.slopes import Slopes
from app.stepping.stepping import Stepping
from app.stock import Stock
from app.subgraph_editing import Subgraphs
from app.titles import proper_title
from app.watching import Watcher
from engine import arrangement
from engine.adjusting import adjusted_nodes
from engine.document import Changed, Document
from engine.edits import Group
from engine.files import read, save
from engine.files.kept import checksums
from engine.graph import Content, Graph, Layout, Socket, Wire
from engine.infer_again import Inferred
from engine.operator import Library
from engine.problems import Problem, validate

if TYPE_CHECKING:
    pass

PALETTE_MIME = "application/x-gradwire-operator"
"""Mime type of a drag from the palette; its data is an operator id in UTF-8. The canvas accepts it as a drop."""

LATER = 120
"""Milliseconds of rest after which problems are looked for anew while numbers are dragged."""
Overlay = Literal["value", "shape", "cotangent", "sockets", "partial", "norm"]


class Session(Editing, Bodies, Subgraphs, Questions, Driving, QObject):
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
    lane_changed = Signal()
    """Another optimizer's values are shown on the wires."""
    holes_changed = Signal()
    """Other inputs are marked as to be wired: see `holes`."""
    open_requested = Signal(object, str)
    """A file was dropped to be opened: its path, and the text of the graph inside it where it is a picture."""
    operator_used = Signal(str)
    """An operator, a template or a subgraph was inserted: the palette remembers it."""
    body_changed = Signal()
    """Another body is shown: see `body`."""
    tensor_requested = Signal(object, bool)
    """All numbers of an output (a Socket) are asked for: of its value, or (True) of the derivative by it."""
    reveal_requested = Signal(str)
    """The canvas is asked to centre the node of this id and to give it a glow."""
    hinted = Signal(str, bool)
    """What may be done now ("": nothing in particular), and whether a gesture is going on."""
    message = Signal(str)
    """One sentence for the status line: a refused edit, a saved file."""

    def __init__(
        self,
        library: Library,
        *,
        engine: bool = True,
        journals: Path | None = None,
        unsaved: Path | None = None,
        shelf: Path | None = None,
        parent: QObject | None = None,
    ) -> None:
        """Start with an empty document. Without `engine` no process is ever started (canvas tests, thumbnails).

        `journals` is the folder of the recovery journal, `unsaved` the one where data files wait for the first save,
        `shelf` the one of the personal library of subgraphs; None keeps none.
        """
        super().__init__(parent)
        self.library = library
        self._engine = engine
        self._journal = DocumentJournal(journals, self.message.emit)
        self._files = DataFiles(unsaved)
        self._path: Path | None = None
        self._title = proper_title(None)
        self._selection = Selection()
        self._holes: frozenset[Socket] = frozenset()
        self._way_out: tuple[str, ...] = ("",)
        self._last_change = Changed()
        self._overlays: frozenset[Overlay] = frozenset()
        self._inferred = Inferred(library)
        self._problems: tuple[Problem, ...] = ()
        self._edit_is_live = False
        self._document = Document(Content())
        self._unlisten = self._document.listen(self._on_changed)
        self._refresh = QTimer(self, singleShot=True, interval=0)
        self._refresh.timeout.connect(self.refresh)
        self._looks = LookBook(self)
        self._looks.types_changed.connect(self._known_types_changed)
        self._looks.values_changed.connect(self.values_changed)
        self._looks.problem_changed.connect(self._update_problems)
        self.profiler = Profiler(self)
        self._running = Running(self)
        self.watcher = Watcher(self)
        self.explainer = Explainer(self)
        self._running.state_changed.connect(self._run_state_changed)
        self._running.problem_changed.connect(self._update_problems)
        self._running.lane_changed.connect(self.lane_changed)
        self._running.lane_changed.connect(self._looks.ask)
        self.stock = Stock(self, shelf)
        self.slopes = Slopes(self)
        self.stepping = Stepping(self)

    # What is open ------------------------------------------------------------------------------------------------

    @property
    def document(self) -> Document:
        """The open document. Ask for it each time: opening a file replaces it."""
        return self._document

    @property
    def content(self) -> Content:
        """The document's graph, layout and kept values as they are now."""
        return self._document.content

    @property
    def graph(self) -> Graph:
        """The document's graph as it is now."""
        return self._document.graph

    @property
    def layout(self) -> Layout:
        """Places and notes as they are now."""
        return self._document.layout

    @property
    def path(self) -> Path | None:
        """Where the document was opened from or saved to."""
        return self._path

    @property
    def folder(self) -> Path | None:
        """The folder that relative data files are read from; None where there is none before the first save."""
        return self._files.folder(self._path)

    def bring(self, source: Path) -> str:
        """Return how the document names a data file from anywhere, copied to where it may be read; raise FileError."""
        name = self._patiently(source, lambda: self._files.bring(source, self._path))
        if self.folder is not None and (self.folder / name).resolve() != source.expanduser().resolve():
            self.message.emit(f"{source.name} was copied to where the graph may read it.")
        return name

    def _patiently(self, source: Path | None, work: Callable[[], Any]) -> Any:
        """Do work that copies a file: a large one beside the window, which says so and goes on drawing meanwhile."""
        try:
            size = source.expanduser().stat().st_size if source is not None else 0
        except OSError:
            size = 0
        if source is None or size < LONG:
            return work()
        self.message.emit(f"Copying {source.name} …")
        return beside(work)

    @property
    def title(self) -> str:
        """The document's name for people, as the window, its tab and the start page write it."""
        return self._title

    @property
    def clean(self) -> bool:
        """Whether everything is saved."""
        return self._document.clean

    @property
    def has_engine(self) -> bool:
        """Whether this session may start engine processes."""
        return self._engine

    def new(self) -> None:
        """Show an empty document. Unsaved changes are the caller's business (`window` asks)."""
        self.adopt(Content(), None, clean=True)

    def open(self, path: Path) -> None:
        """Read the file and show it, nodes without a place put somewhere. Raise FileError, and leave the open document
        as it is, where it cannot be read."""
        self.adopt(read(path), path, clean=True)

    def save(self, path: Path | None = None) -> None:
        """Save to `path`, or where the document came from, with the data files it reads; raise FileError where that
        fails."""
        target = path or self._path
        if target is None:
            raise ValueError("a document without a path needs one to be saved")
        graph, path = self.graph, self._path
        largest = self._files.largest(graph, self.library, path, target)
        copied = self._patiently(largest, lambda: self._files.moves(graph, self.library, path, target))
        moves = Group("Move data files", copied)
        spare = checksums(self._document.past_kept())
        save(target, moves.apply(self.content)[0] if moves.edits else self.content, spare)
        self._path, self._title = target, proper_title(target)
        if moves.edits:
            self._edit_is_live = True  # the same data under another name: a run of them is not out of date
            try:
                self._document.apply(moves)
            finally:
                self._edit_is_live = False
        self._document.mark_clean()
        self._journal.begin(self.content, target, clean=True)
        self.path_changed.emit()
        self.message.emit(f"Saved {target.name}.")
        self._looks.ask()

    def adopt(self, content: Content, path: Path | None, *, clean: bool, name: str = "") -> None:
        """Show `content` as the document (samples, recovered work, tests); `name` is what it is called until it is
        saved."""
        self._running.document_replaced()
        self._files.end(keep=not self.clean)
        self._unlisten()
        self._document = Document(arrangement.placed(content, self.library))
        if clean:
            self._document.mark_clean()
        else:
            self._document.mark_dirty()
        self._unlisten = self._document.listen(self._on_changed)
        self._path, self._title = path, name or proper_title(path)
        self._journal.begin(self.content, path, clean=clean)
        self._selection, self._way_out, self._holes = Selection(), ("",), frozenset()
        self._inferred = Inferred(self.library)
        self._looks.forget()
        self.replaced.emit()  # before anything else: whoever draws nodes must not be asked about those of another graph
        self._looks.tell_forgotten()
        self.selection_changed.emit()
        self.path_changed.emit()
        self.history_changed.emit()
        self.refresh()

    # Selection ----------------------------------------------------------------------------------------------------

    @property
    def selection(self) -> frozenset[str]:
        """Ids of the selected nodes."""
        return self._selection.nodes

    @property
    def chosen_nodes(self) -> tuple[str, ...]:
        """The selected nodes in the order in which they were chosen; those chosen at once from left to right."""
        return self._selection.order

    @property
    def selected_notes(self) -> frozenset[str]:
        """Ids of the selected notes."""
        return self._selection.notes

    @property
    def selected_wires(self) -> frozenset[Wire]:
        """The selected wires."""
        return self._selection.wires

    @property
    def current(self) -> str | None:
        """The node the inspector shows: the only selected one, or the one selected last."""
        return self._selection.current

    def select(
        self,
        nodes: Iterable[str] = (),
        notes: Iterable[str] = (),
        wires: Iterable[Wire] = (),
        *,
        current: str | None = None,
    ) -> None:
        """Select exactly these; unknown ones are left out. `current`, if among them, is what the inspector shows."""
        self._select(self._selection.changed_to(self.content, nodes, notes, wires, current))

    def _select(self, selection: Selection) -> None:
        if selection != self._selection:
            self._selection = selection
            self.selection_changed.emit()

    def select_all(self) -> None:
        """Select every node and note of the body that is shown."""
        self.select(self.graph.nodes, self.layout.notes, current=self.current)

    @property
    def holes(self) -> frozenset[Socket]:
        """The inputs that the template inserted last leaves to be wired, but for those that are."""
        there = self.graph.nodes
        return frozenset(each for each in self._holes if each.node in there and each not in self.graph.sources)

    def mark_holes(self, sockets: frozenset[Socket]) -> None:
        """Mark inputs as to be wired, and say so; none: no more."""
        self._holes = sockets
        self.holes_changed.emit()
        if sockets:
            count = "1 input is" if len(sockets) == 1 else f"{len(sockets)} inputs are"
            self.message.emit(f"{count} still to be wired: marked on the canvas.")

    # Overlays -----------------------------------------------------------------------------------------------------

    @property
    def overlays(self) -> frozenset[Overlay]:
        """What every wire shows beside itself. At first nothing; a hovered wire shows all three."""
        return self._overlays

    def set_overlay(self, overlay: Overlay, on: bool) -> None:
        """Show or hide values, shapes or cotangents on all wires."""
        overlays = self._overlays | {overlay} if on else self._overlays - {overlay}
        if overlays != self._overlays:
            self._overlays = overlays
            self.overlays_changed.emit()

    # Life --------------------------------------------------------------------------------------------------------

    def rest(self) -> None:
        """Nobody looks at this document for now: ask nothing about it. A run that is on goes on."""
        self._looks.rest()

    def wake(self) -> None:
        """Somebody looks at this document again."""
        self._looks.wake()

    def release(self) -> None:
        """End the engine processes that nothing would be lost with; they start again when they are needed."""
        self._looks.release()
        self._running.release()

    def close(self) -> None:
        """End the engine processes and the journal of a saved document. Idempotent."""
        self._refresh.stop()
        self._looks.close()
        self._running.close()
        self._journal.end(keep=not self.clean)
        self._files.end(keep=not self.clean)

    def discard(self) -> None:
        """Say that unsaved work is not wanted: nothing of it will be offered for recovery."""
        self._document.mark_clean()

    # What follows from events -------------------------------------------------------------------------------------

    def _on_changed(self, change: Changed) -> None:
        if change.edit is not None:
            self._journal.append(change.edit)
        if change.semantic:
            self._files.follow(self.graph, self.library, self._path)
            self._looks.forget_problem()
            self._running.graph_changed(change.nodes, live=self._edit_is_live)
            self._follow_edit()
        elif change.renamed:
            self._refresh.start(0)  # sentences name nodes
        if change.kept:
            self._looks.ask()
        self._last_change = change
        self.changed.emit(change)
        self.history_changed.emit()
        self.path_changed.emit()
        self._select(self._selection.within(self.content))
        self._stay_inside()

    def _follow_edit(self) -> None:
        """Bring up to date what an edit may have changed: of numbers alone at once what they lead to, and the rest once
        they rest (a number is being dragged)."""
        if adjusted_nodes(self._inferred.graph, self.graph, self.library):
            self._looks.follow()
            self._refresh.start(LATER)
        else:
            self._refresh.start(0)

    def refresh(self) -> None:
        """Bring types and problems up to date now (after an edit this happens by itself, a moment later)."""
        self._refresh.stop()
        self.types_changed.emit()
        self._update_problems()
        self._looks.ask()

    def _known_types_changed(self) -> None:
        self.types_changed.emit()
        self._update_problems()

    def _update_problems(self) -> None:
        found = validate(self.graph, self.library, inference=self.inference)
        errors = any(p.severity == "error" for p in found)
        extra = [self._running.problem, None if errors else self._looks.problem]
        problems = (*(p for p in extra if p is not None), *found)
        if problems != self._problems:
            self._problems = problems
            self.problems_changed.emit()

    def _run_state_changed(self, state: str) -> None:
        self.run_state_changed.emit(state)
        if state in ("idle", "paused", "finished", "failed"):
            self._looks.ask()
