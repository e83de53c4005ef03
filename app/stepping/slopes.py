"""The local partials of all nodes beside the document: asked for while they are shown, and again when values change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.stepped import Slope

DELAY: Final = 200
"""Milliseconds of rest after which they are asked for."""
_PLAIN: Final = re.compile(r"[\w\s+\-*/^().,=]{1,14}")
_SIGNS: Final = {r"\cdot": "·", r"\,": " ", r"\ ": " ", r"\bar": "", "{": "", "}": ""}


class Slopes(QObject):
    """The local partials by (node, input), while somebody wants to see them."""

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._told: Mapping[str, Mapping[str, Slope]] = {}
        self._listening = False
        self._soon = QTimer(self, singleShot=True, interval=DELAY)
        self._soon.timeout.connect(session.looks.ask_slopes)
        session.overlays_changed.connect(self._overlays_changed)

    @property
    def shown(self) -> bool:
        """Whether they are shown on the wires."""
        return "partial" in self._session.overlays

    def of(self, target: Socket) -> Slope | None:
        """Return the local partial by an input. None where it is not known; while one steps, until the node has run."""
        found = self._told.get(target.node, {}).get(target.name)
        if self._session.looks.veiled:
            return None  # what is passed back is to be found by hand
        if found is None or not self._session.stepping.on:
            return found
        outputs = self._session.operator(target.node).outputs
        look = self._session.look(Socket(target.node, outputs[0].name)) if outputs else None
        return found if look is not None and look.value else None

    def symbol(self, target: Socket) -> str:
        """Return what the partial by an input is called: "∂z/∂x = y" where that is written in a few plain letters."""
        name = target.name.partition(".")[0]
        formula = self._session.operator(target.node).partials.get(name, "")
        for sign, plain in _SIGNS.items():
            formula = formula.replace(sign, plain)
        formula = " ".join(formula.split())
        told = formula and _PLAIN.fullmatch(formula) and not formula.lstrip("-").isdigit()
        return f"∂z/∂{target.name}" + (f" = {formula}" if told else "")

    def _overlays_changed(self) -> None:
        if self.shown and not self._listening:
            self._listening = True
            self._session.values_changed.connect(self._again)
            self._session.replaced.connect(self._forget)
            if self._session.has_engine:
                self._session.asks.slopes_ready.connect(lambda _, told: self.show(told))
                self._session.asks.failed.connect(self._failed)
        if self.shown:
            self._again()

    def _again(self) -> None:
        if self.shown and self._session.has_engine and not self._session.stepping.on:
            self._soon.start()

    def _forget(self) -> None:
        self._told = {}

    def _failed(self, revision: int, question: str, sentence: str, node: str) -> None:
        """Show none: those that are known are of the graph as it was."""
        if question == "slopes":
            self.show({})

    def show(self, told: Mapping[str, Mapping[str, Slope]]) -> None:
        """Show these local partials, by node and input."""
        if told != self._told:
            self._told = told
            self.changed.emit()
