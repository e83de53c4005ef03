"""Breadcrumbs over the canvas: the way from the document into the body that is shown, and a switch where its owner has
two."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.panels.inspector_parts import label
from app.theme import appearance
from app.tips import tip
from engine.bodies import around, owner_of, part_of

if TYPE_CHECKING:
    from app.canvas.view import Canvas

LONGEST = 24
"""Letters of a crumb."""
MOST = 4
"""Crumbs shown: of a longer way the first and the last ones."""
EDGE = 14


class Crumbs(QFrame):
    """Lies on the canvas at its upper left; hidden in the main graph."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._session = canvas.session
        self.setProperty("role", "card")
        self.setAccessibleName("Where you are")
        self._row = QHBoxLayout(self)
        self.crumbs: dict[str, QPushButton] = {}
        """The bodies around the one that is shown, by name."""
        self.switch: dict[str, QPushButton] = {}
        """The bodies of the same owner, where there are several."""
        self.refresh()

    @property
    def room(self) -> int:
        """Pixels at the top of the canvas that the crumbs take."""
        return 0 if self.isHidden() else self.y() + self.height()

    def refresh(self) -> None:
        """Show the way to the body that is shown now."""
        session = self._session
        while (item := self._row.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()  # it may be the button whose click leads here
        self.crumbs, self.switch = {}, {}
        inside = self._canvas.scene.body
        self.setVisible(bool(inside))
        if not inside:
            return
        px = appearance().px
        self._row.setContentsMargins(px(6), px(4), px(10), px(4))
        self._row.setSpacing(px(2))
        trail = self._trail
        self._add_way(trail)
        self._add_switch(owner_of(inside))
        depth = len(trail) - 1
        if depth > 1:
            said = label(f"{depth} deep", "faint")
            said.setContentsMargins(px(8), 0, 0, 0)
            self._put(said)
        self.settle()

    @property
    def _trail(self) -> tuple[str, ...]:
        """The bodies from the main graph to the one that this canvas shows."""
        return tuple(reversed(around(self._session.graph.nodes, self._canvas.scene.body)))

    def _add_way(self, trail: tuple[str, ...]) -> None:
        session = self._session
        around = trail[:-1] if len(trail) <= MOST else (trail[0], *trail[-MOST + 2 : -1])
        for k, inside in enumerate(around):
            if k == 1 and len(trail) > MOST:
                self._put(label("…", "faint"))
                self._put(label("›", "faint"))
            button = self._button(session.body_title(inside), lambda inside=inside: self._go(inside), "quiet")
            button.setToolTip(tip(f"Go out to “{session.body_title(inside)}” (Alt+Up leaves one body)"))
            self.crumbs[inside] = button
            self._put(label("›", "faint"))
        here = label(shortened(session.label(owner_of(trail[-1]))), "strong")
        here.setContentsMargins(appearance().px(6), 0, appearance().px(6), 0)
        self._put(here)

    def _add_switch(self, owner: str) -> None:
        doors = self._session.doors(owner)
        if len(doors) < 2:
            return
        for door in doors:
            button = self._button(part_of(door.inside), lambda inside=door.inside: self._go(inside), "quiet")
            button.setCheckable(True)
            button.setChecked(door.inside == self._canvas.scene.body)
            button.setToolTip("The other body of the same node (Alt+O)")
            self.switch[door.inside] = button

    def _go(self, inside: str) -> None:
        """Go to a body; going out selects the node that was inside."""
        session, trail = self._session, self._trail
        self._canvas.wanted.emit()
        session.enter(inside)
        if inside in trail[:-1]:
            session.select([owner_of(trail[trail.index(inside) + 1])])
        self._canvas.setFocus()

    def _button(self, text: str, act: Callable[[], object], role: str) -> QPushButton:
        button = QPushButton(shortened(text).replace("&", "&&"))
        button.setProperty("role", role)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _=False: act())
        self._put(button)
        return button

    def _put(self, widget: QWidget) -> None:
        self._row.addWidget(widget)
        widget.show()  # at once: the size is asked for before the next event

    def settle(self) -> None:
        """Take the place and the size that fit the canvas."""
        if self._canvas.scene.body:
            px = appearance().px
            wanted = self.sizeHint()
            self.setGeometry(
                px(EDGE), px(EDGE), min(wanted.width(), self._canvas.width() - 2 * px(EDGE)), wanted.height()
            )
            self.raise_()


def shortened(text: str) -> str:
    """Return a name as a crumb shows it."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
