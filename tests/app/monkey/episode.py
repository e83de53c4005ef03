"""One episode: a window over a graph, a hundred gestures from one seed, and what must hold during and after them."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from app.assets import SAMPLES
from app.settings import Settings
from app.window import Window
from engine.document import Document
from engine.files import read
from engine.graph import Content
from nodes.library import LIBRARY
from tests.app.canvas.conftest import line_fit
from tests.app.conftest import Answers
from tests.app.monkey.person import Person
from tests.app.monkey.watching import differences, watched

LENGTH = 100
"""Gestures of an episode."""
EVERY = 5
"""Gestures from one look at canvas and document to the next."""
TRAINED = 8
"""Every so-manyth episode has engine processes."""
SAMPLE_NAMES = ("xor_quick_start", "taylor_sine", "cube_by_recursion")


def graph_of(seed: int) -> Content:
    """Return the graph that an episode begins with."""
    which = seed % (len(SAMPLE_NAMES) + 1)
    return line_fit() if which == 0 else read(SAMPLES / f"{SAMPLE_NAMES[which - 1]}.dgraph")


def files_in(folder: Path) -> list[Path]:
    """Make files to be dropped: those that become nodes, and those that nothing reads."""
    folder.mkdir(exist_ok=True)
    table, array, picture, graph = (folder / name for name in ("points.csv", "array.npy", "dot.png", "graph.dgraph"))
    table.write_text("x,y\n1,2\n3,4\n")
    np.save(array, np.arange(6.0).reshape(2, 3))
    QImage(4, 4, QImage.Format.Format_Grayscale8).save(str(picture))
    graph.write_bytes((SAMPLES / "taylor_sine.dgraph").read_bytes())
    broken, other = folder / "broken.png", folder / "notes.xyz"
    broken.write_bytes(b"\x89PNG\r\n\x1a\nno picture")
    other.write_text("nothing")
    return [table, array, picture, graph, broken, other, folder]


class Episode:
    """What is done from a seed, and the sentence that a fault is told with."""

    def __init__(self, window: Window, folder: Path, seed: int, *, engine: bool, verbose: bool = False) -> None:
        self.window, self.folder, self.seed, self.verbose = window, folder, seed, verbose
        self.person = Person(window, files_in(folder / "files"), seed, engine=engine)
        self._starts: dict[Document, Content] = {}

    def run(self, length: int) -> None:
        """Do so many gestures; fail with the seed and what was done last at the first fault."""
        with watched() as faults:
            self._look_at_starts()
            for k in range(length):
                try:
                    self.person.do()
                except Exception as error:  # told below, with the seed
                    faults.raised(type(error), error, error.__traceback__)
                if self.verbose:
                    print(f"{k:4} {self.person.did[-1]}", flush=True)
                if self.window.canvas.gesture is not None:
                    faults.found.append(f"a gesture hangs: {self.window.canvas.gesture}")
                self._look_at_starts()
                if (k + 1) % (1 if self.verbose else EVERY) == 0:
                    faults.found += differences(self.window)
                self._require(not faults.found, faults.found)
            self._end(faults.found)

    def _look_at_starts(self) -> None:
        """Remember how every document began."""
        for page in self.window.document_pages:
            document = page.session.document
            if document not in self._starts and not document.can_undo:
                self._starts[document] = page.session.content

    def _end(self, found: list[str]) -> None:
        """Every document saved is the same when read again; undone it is as it began; done again, as it was."""
        popup = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if popup is not None:
            found.append(f"something is left over the window: {popup}")
        for k, page in enumerate(list(self.window.document_pages)):
            self.window.show_page(page)
            session, document = page.session, page.session.document
            if session.has_engine:
                session.runs.close()  # what a run was asked to keep must not come between
            target = self.folder / f"saved_{k}.dgraph"
            session.save(target)
            if read(target) != session.content:
                found.append("what was saved reads otherwise")
            last = session.content
            steps = 0
            while document.can_undo:
                session.undo()
                steps += 1
            QApplication.processEvents()
            if document in self._starts and not same(session.content, self._starts[document]):
                found.append("undone to the end it is not as it began")
            found += differences(self.window)
            for _ in range(steps):
                session.redo()
            if not same(session.content, last):
                found.append("undone and done again it is not as it was")
            QApplication.processEvents()
            found += differences(self.window)
            self._require(not found, found)

    def _require(self, fine: bool, found: list[str]) -> None:
        if not fine:
            did = "\n".join(f"  {k:4} {what}" for k, what in list(enumerate(self.person.did))[-20:])
            raise AssertionError(
                f"The monkey of seed {self.seed} found a fault; GRADWIRE_MONKEY={self.seed} replays it.\n"
                f"{chr(10).join(found)}\nIts last gestures:\n{did}"
            )


def same(a: Content, b: Content) -> bool:
    """Return whether two documents hold the same: graph, layout and kept values."""
    return (a.graph, a.layout, a.kept) == (b.graph, b.layout, b.kept)


def run_episode(folder: Path, seed: int, length: int = LENGTH, *, verbose: bool = False) -> list[str]:
    """Run the episode of a seed in a window of its own, which knows nothing of those before; return what was done."""
    folder.mkdir()
    chance = random.Random(~seed)
    answers = Answers(unsaved_answer="discard", changed_answer="overwrite", save_path=folder / "by_hand.dgraph")
    engine = seed % TRAINED == TRAINED - 1
    window = Window(
        LIBRARY, config=folder / "config", data=folder / "data", prompts=answers, engine=engine,
        settings=Settings(reduced_motion=True),
    )  # fmt: skip
    try:
        window.resize(chance.choice((900, 1200)), chance.choice((600, 760)))
        window.show()
        window.session.adopt(graph_of(seed), None, clean=True)
        window.show_document()
        for name in ("inspector", "palette", "plots"):  # they cost most of the time, and not every episode needs them
            if chance.random() < 0.6:
                window.toggle_panel(name)
        QApplication.processEvents()
        episode = Episode(window, folder, seed, engine=engine, verbose=verbose)
        episode.run(length)
        return episode.person.did
    finally:
        window.close()
        window.deleteLater()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
