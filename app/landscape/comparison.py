"""A comparison of optimizers: a run of its own, beside the document's, of a graph with the rivals in the optimizer's
place. The document stays as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal

from app.assets import ASSETS
from engine.errors import GradwireError
from engine.graph import Graph
from engine.optimizers import OPTIMIZER_SETTINGS
from engine.rivals import Rival, inserted, optimizers_of, side_by_side
from engine.setting import Choice, Integer, Number, Slider

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.client import RunControl

RATES: Final = {
    "gradient_descent": 1.0, "momentum": 0.1, "nesterov": 0.1, "adagrad": 10.0, "lion": 0.3,
}  # fmt: skip
"""How a method's usual learning rate lies to that of the optimizer in the document, where that is another method."""


class Comparison(QObject):
    """The comparison of one document. Its process is started when first needed, and ended with the comparison."""

    changed = Signal()
    """A comparison was started or ended, or its lanes are known."""
    ticked = Signal()
    state_changed = Signal(str)
    ended = Signal(object)
    """A comparison was given up: its run, which is about to go."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._runs: RunControl | None = None
        self.rivals: tuple[Rival, ...] = ()
        self.optimizer = ""
        self.graph = Graph()
        """What is run: the document's graph with the rivals in it."""

    @property
    def runs(self) -> RunControl | None:
        """The run of the rivals; None while nothing is compared."""
        return self._runs

    def start(self, optimizer: str, rivals: Sequence[Rival]) -> bool:
        """Run the rivals side by side; return whether that could be begun (a sentence is shown otherwise)."""
        session = self._session
        try:
            content = side_by_side(session.content, session.library, optimizer, rivals)
        except GradwireError as error:
            session.message.emit(error.sentence)
            return False
        self.optimizer, self.rivals, self.graph = optimizer, tuple(rivals), content.graph
        if self._runs is None:
            from app.worker.client import RunControl

            self._runs = made = RunControl(self)
            made.plugins = session.library.packages
            made.lanes_changed.connect(self.changed)
            made.ticked.connect(self.ticked)
            made.state_changed.connect(self._state_changed)
        self._runs.set_pace(session.runs.pace)
        self._runs.run(content, session.folder, ASSETS)
        self.changed.emit()
        return True

    def again(self) -> None:
        """Run the same rivals again, from the start as it is now."""
        if self.rivals:
            self.start(self.optimizer, self.rivals)

    def end(self) -> None:
        """Give the comparison up, and its process."""
        if self._runs is not None:
            runs, self._runs = self._runs, None
            self.ended.emit(runs)
            runs.close()
            runs.deleteLater()
            self.changed.emit()

    def insert(self, optimizer: str, rivals: Sequence[Rival]) -> bool:
        """Put the rivals into the document as optimizer nodes; return whether that was done."""
        session = self._session
        return bool(rivals) and session.apply(inserted(session.content, optimizer, rivals))

    def _state_changed(self, state: str) -> None:
        runs = self._runs
        if runs is not None and state in ("failed", "paused") and runs.sentence:
            self._session.message.emit(runs.sentence)
        self.state_changed.emit(state)


def usual(session: Session, optimizer: str, method: str) -> float:
    """Return the learning rate to begin with for a method: the optimizer's own, as far as methods can be likened."""
    own = str(session.setting(optimizer, "method"))
    rate = float(session.setting(optimizer, "learning_rate"))
    return rate * RATES.get(method, 1.0) / RATES.get(own, 1.0)


def first_optimizer(session: Session) -> str:
    """Return the optimizer that is compared: the chosen one, else the first; "" where there is none."""
    found = optimizers_of(session.graph, session.library)
    return session.current if session.current in found else next(iter(found), "")


def read_settings(text: str) -> dict[str, Any]:
    """Return settings out of "momentum = 0.9, beta2 = 0.99"; raise GradwireError where one cannot be."""
    found: dict[str, Any] = {}
    for part in filter(None, (each.strip() for each in text.split(","))):
        name, equals, value = (each.strip() for each in part.partition("="))
        spec = OPTIMIZER_SETTINGS.get(name)
        if not equals or spec is None:
            raise GradwireError(f"“{part}” is no setting of an optimizer: write, for example, momentum = 0.9.")
        found[name] = spec.check(_value(spec, value, part))
    return found


def _value(spec: Any, text: str, part: str) -> Any:
    if isinstance(spec, Choice):
        return text
    try:
        if isinstance(spec, Integer):
            return int(text)
        if isinstance(spec, Number | Slider):
            return float(text)
    except ValueError:
        raise GradwireError(f"“{part}” needs a number.") from None
    raise GradwireError(f"“{part}” cannot be set here: set it on the optimizer.")
