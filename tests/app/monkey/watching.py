"""What may not happen while the monkey is at work: an exception, a warning of Qt, a canvas that shows anything but its
document."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.canvas import Canvas
from app.canvas.face import face_of
from app.canvas.scene import Scene
from app.window import Window
from engine.graph import Place, Route

HARMLESS = (
    "This plugin does not support",  # the offscreen platform: raise(), grabbing, opacity
    "QFontDatabase: Cannot find font directory",
)
"""What the offscreen platform says of itself."""


class Faults:
    """Exceptions in Qt's virtual functions and slots, and messages of Qt, as they come."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def raised(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Python calls this for what nothing has caught."""
        self.found.append("".join(traceback.format_exception(kind, error, trace)))

    def said(self, kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        """Qt calls this for what it has to say."""
        if kind in (QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg) and not text.startswith(HARMLESS):
            self.found.append(f"Qt says: {text}")


@contextmanager
def watched() -> Iterator[Faults]:
    """Collect faults for as long as this lasts."""
    faults, hook = Faults(), sys.excepthook
    handler = qInstallMessageHandler(faults.said)
    sys.excepthook = faults.raised
    try:
        yield faults
    finally:
        sys.excepthook = hook
        qInstallMessageHandler(handler)


def differences(window: Window) -> list[str]:
    """Return where a canvas of the current document differs from it; [] where none does."""
    return [each for pane in window.workspace.panes.panes for each in _canvas(pane.canvas)]


def _canvas(canvas: Canvas) -> list[str]:
    session, scene = canvas.session, canvas.scene
    graph, layout, body = session.graph, session.layout, scene.body
    inside = {id for id, node in graph.nodes.items() if node.inside == body}
    wires = {wire for wire in graph.wires if wire.source.node in inside}
    notes = {id for id, note in layout.notes.items() if note.inside == body}
    found = [
        f"{what} on the canvas but not in the document: {sorted(map(str, shown - held))}; "
        f"in the document but not on the canvas: {sorted(map(str, held - shown))}"
        for what, shown, held in (
            ("nodes", set(scene.nodes), inside), ("wires", set(scene.wires), wires), ("notes", set(scene.notes), notes)
        )
        if shown != held
    ]  # fmt: skip
    if not session.has_body(body):
        found.append(f"the body shown is none of the document's: {body!r}")
    if canvas.active and body != session.body:
        found.append(f"the canvas worked on shows {body!r}, the session {session.body!r}")
    if not session.selection <= {id for id, node in graph.nodes.items() if node.inside == session.body}:
        found.append(f"selected, but not in the body: {sorted(session.selection)}")
    return found or [*_nodes(canvas), *_wires(canvas), *_notes(canvas), *_made_anew(canvas)]


def _nodes(canvas: Canvas) -> Iterator[str]:
    session = canvas.session
    for id, item in canvas.scene.nodes.items():
        place, node = session.layout.places.get(id, Place()), session.graph.nodes[id]
        if item.corner.toTuple() != (place.x, place.y):
            yield f"{id} is drawn at {item.corner.toTuple()}, and stands at {place.x, place.y}"
        for what, drawn, held in (
            ("collapsed", item.face.collapsed, place.collapsed), ("muted", item.face.muted, node.muted),
            ("frozen", item.face.frozen, node.frozen), ("operator", item.face.operator, node.operator),
        ):  # fmt: skip
            if drawn != held:
                yield f"{id} is drawn with {what} = {drawn}, and has {held}"
        if item.face != face_of(session, id):
            yield f"{id} wears an old face: {item.face} for {face_of(session, id)}"


def _wires(canvas: Canvas) -> Iterator[str]:
    scene = canvas.scene
    for wire, item in scene.wires.items():
        route = canvas.session.layout.routes.get(wire, Route())
        ends = scene.point(wire.source, output=True), scene.point(wire.target, output=False)
        if (item.start, item.end) != ends:
            yield f"{wire} is drawn between {item.start}, {item.end}, and its sockets are at {ends}"
        if bool(item.tag) != route.tagged and not scene.long_as_tags:
            yield f"{wire} is drawn tagged: {item.tag!r}, and is tagged: {route.tagged}"
        if not item.tag and [dot.toTuple() for dot in item.dots] != list(route.dots):
            yield f"{wire} is drawn through {item.dots}, and runs through {route.dots}"


def _notes(canvas: Canvas) -> Iterator[str]:
    for id, item in canvas.scene.notes.items():
        if item.note != canvas.session.layout.notes[id]:
            yield f"{id} is drawn as {item.note}, and is {canvas.session.layout.notes[id]}"


def _made_anew(canvas: Canvas) -> Iterator[str]:
    """Compare the scene, which followed every edit, with one that is made of the document as it is."""
    scene, new = canvas.scene, Scene(canvas.session, lambda: None)
    if new.body != scene.body:
        new.rebuild(scene.body)
    for id, item in scene.notes.items():
        if item.around != new.notes[id].around:
            yield f"frame {id} reaches around {item.around}, and what it carries fills {new.notes[id].around}"
    for id, node in scene.nodes.items():
        for what in ("severity", "faulty", "number", "passing", "forms"):
            if getattr(node, what) != getattr(new.nodes[id], what):
                yield f"{id} is drawn with {what} = {getattr(node, what)}, and has {getattr(new.nodes[id], what)}"
    if scene.bounds().isEmpty() != new.bounds().isEmpty():
        yield "the bounds are empty on one side alone"
