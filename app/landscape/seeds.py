"""The same graph run from several seeds, one run after the other, beside the document's own run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.assets import ASSETS
from app.landscape.book import RunBook
from engine.graph import Content, Graph, Kept
from engine.rivals import optimizers_of

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.client import RunControl


class Seeds(QObject):
    """Runs the document from seeds that follow the optimizer's own. One at a time; the document stays as it is."""

    changed = Signal()

    def __init__(self, session: Session, book: RunBook) -> None:
        super().__init__(session)
        self._session, self._book = session, book
        self._runs: RunControl | None = None
        self._waiting: list[Content] = []

    @property
    def left(self) -> int:
        """How many runs are still to be made, the one that is on included."""
        return len(self._waiting) + (self._runs is not None)

    def start(self, count: int) -> None:
        """Run from `count` seeds; nothing while others are being run."""
        session = self._session
        optimizers = optimizers_of(session.graph, session.library)
        if self._runs is not None or not session.has_engine or not optimizers:
            return
        first = int(session.setting(optimizers[0], "seed"))
        self._waiting = [seeded(session.content, optimizers, first + k) for k in range(count)]
        from app.worker.client import RunControl

        self._runs = RunControl(self)
        self._runs.plugins = session.library.packages
        self._runs.state_changed.connect(self._state_changed)
        self._next()

    def stop(self) -> None:
        """Make no more runs."""
        self._waiting.clear()
        if self._runs is not None:
            runs, self._runs = self._runs, None
            self._book.leave(runs)
            runs.close()
            runs.deleteLater()
            self.changed.emit()

    def _next(self) -> None:
        if self._runs is None or not self._waiting:
            self.stop()
            return
        content = self._waiting.pop(0)
        self._book.follow(self._runs, content.graph)
        self._runs.run(content, self._session.folder, ASSETS)
        self.changed.emit()

    def _state_changed(self, state: str) -> None:
        if state == "failed" and self._runs is not None:
            self._session.message.emit(self._runs.sentence)
            QTimer.singleShot(0, self, self.stop)  # not while the run is still telling of itself
        elif state in ("finished", "paused"):
            QTimer.singleShot(0, self, self._next)


def seeded(content: Content, optimizers: tuple[str, ...], seed: int) -> Content:
    """Return the content with this seed, its start drawn anew."""
    nodes = dict(content.graph.nodes)
    for id in optimizers:
        nodes[id] = replace(nodes[id], settings={**nodes[id].settings, "seed": seed, "keep": False})
    kept: Kept | None = None
    return replace(content, graph=Graph(nodes, content.graph.wires), kept=kept)
