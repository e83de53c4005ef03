"""A session until it is killed: edits, undo, redo and saves, on a Document with its journal or in the app's session.

python session_script.py document|app FOLDER SEED SAVE_EVERY
"""

from __future__ import annotations

import itertools
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from engine.document import Document
from engine.edits import AddNode, Connect, Disconnect, Group, Move, RemoveNode, Rename, SetSetting
from engine.errors import EditError
from engine.files import read, save
from engine.files.recovery import Journal, recoverable
from engine.graph import Content, Node, Place, Socket, Wire


def edit(document: Document, draw: random.Random, serial: int) -> None:
    """Do one thing that a person does to a document."""
    ids = sorted(document.graph.nodes)
    what = draw.random()
    if len(ids) < 3 or what < 0.25:
        document.apply(AddNode(Node(f"n_{serial}", "elementwise.add"), Place(float(serial), 0.0)))
    elif what < 0.45:
        source = draw.choice(ids)
        inside = document.graph.nodes[source].inside
        target = draw.choice([id for id in ids if document.graph.nodes[id].inside == inside])
        wire = Wire(Socket(source, "value"), Socket(target, "x"))
        document.apply(Disconnect(wire) if wire in document.graph.wires else Connect(wire))
    elif what < 0.6:
        document.apply(SetSetting(draw.choice(ids), "k", (serial, serial / 7)))
    elif what < 0.7:
        document.apply(Move({draw.choice(ids): Place(serial / 3, 1.0)}), merge="drag")
    elif what < 0.8:
        first, *_ = ids
        document.apply(Group("Two", (Rename(first, f"name {serial}"), Move({first: Place(0.0, float(serial))}))))
    elif what < 0.88:
        document.apply(RemoveNode(draw.choice(ids)))
    elif what < 0.95:
        document.undo()
    else:
        document.redo()


def session(document: Document, seed: int) -> Iterator[int]:
    """Do one thing after another, yielding how many were done."""
    draw = random.Random(seed)
    serial = 0
    while True:
        serial += 1
        edit(document, draw, serial)
        yield serial


def after(start: Content, seed: int, count: int) -> Content:
    """Return the content after so many things were done (0: the start)."""
    document = Document(start)
    for _ in itertools.islice(session(document, seed), count):
        pass
    return document.content


def main(folder: Path, seed: int, save_every: int) -> None:
    """Work on x.dgraph, saying each number once the thing is done."""
    path, journals = folder / "x.dgraph", folder / "journals"
    document, journal = Document(read(path)), Journal(journals)
    journal.begin(document.content, path, clean=True)
    document.listen(lambda changed: changed.edit and journal.append(changed.edit))
    print("ready", flush=True)
    for serial in session(document, seed):
        if serial % save_every == 0:
            save(path, document.content)
            journal.begin(document.content, path, clean=True)
        print(serial, flush=True)


def main_of_the_app(folder: Path, seed: int, save_every: int) -> None:
    """Do the same with what the window is drawn from: its session, which keeps the journal by itself."""
    from PySide6.QtCore import QCoreApplication

    from app.session import Session
    from nodes.library import LIBRARY

    application = QCoreApplication([])
    shown = Session(LIBRARY, engine=False, journals=folder / "journals")
    shown.open(folder / "x.dgraph")
    print("ready", flush=True)
    for serial in session(shown.document, seed):
        if serial % save_every == 0:
            shown.save()
        print(serial, flush=True)
        application.processEvents()


def found(folder: Path) -> Content:
    """Return what a person has after the crash: the recovered document where one is offered, else the file."""
    offered = recoverable(folder / "journals")
    if len(offered) > 1:
        raise EditError("One document was open.")
    return offered[0].content if offered else read(folder / "x.dgraph")


if __name__ == "__main__":
    {"document": main, "app": main_of_the_app}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
