"""Breadcrumbs over the canvas: the way from the document into the body that is shown, and a switch where its owner has
two."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QWidget

from app.panels.inspector_parts import label
from app.theme import appearance
from app.tips import tip
from app.words import tr
from engine.bodies import around, owner_of, part_of

if TYPE_CHECKING:
    from app.canvas.view import Canvas

EDGE = 14


class Squeeze(NamedTuple):
    """How much is shown: letters of a name, names of the way (the first and the last ones), and the depth in words."""

    letters: int
    names: int
    deep: bool = True


SQUEEZES: Final = (
    Squeeze(24, 4),
    Squeeze(16, 4),
    Squeeze(16, 3),
    Squeeze(12, 3),
    Squeeze(12, 2),
    Squeeze(16, 1),
    Squeeze(10, 1),
    Squeeze(8, 1, deep=False),
    Squeeze(4, 1, deep=False),
)
"""From where there is room to where there is little: the first that fits is taken."""


class Crumbs(QFrame):
    """Lies on the canvas at its upper left; hidden in the main graph."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._session = canvas.session
        self.setProperty("role", "card")
        self.setAccessibleName(tr("Where you are"))
        self._row = QHBoxLayout(self)
        self._room = 0
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
        """Show the way to the body that is shown now, as much of it as there is room for."""
        self._room = self._canvas.width() - 2 * appearance().px(EDGE)
        for squeeze in SQUEEZES:
            self._build(squeeze)
            if self.isHidden() or self.sizeHint().width() <= self._room:
                break
        self._place()

    def _build(self, squeeze: Squeeze) -> None:
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
        self._add_way(trail, squeeze)
        self._add_switch(owner_of(inside), squeeze)
        depth = len(trail) - 1
        if depth > 1:
            said = label(f"{depth} deep" if squeeze.deep else str(depth), "faint")
            said.setToolTip(f"This body lies {depth} bodies deep.")
            said.setContentsMargins(px(8), 0, 0, 0)
            self._put(said)

    def parts(self) -> list[QWidget]:
        """Return what stands in the row, from left to right."""
        items = (self._row.itemAt(k) for k in range(self._row.count()))
        return [widget for item in items if item is not None and (widget := item.widget()) is not None]

    @property
    def _trail(self) -> tuple[str, ...]:
        """The bodies from the main graph to the one that this canvas shows."""
        return tuple(reversed(around(self._session.graph.nodes, self._canvas.scene.body)))

    def _add_way(self, trail: tuple[str, ...], squeeze: Squeeze) -> None:
        session, before = self._session, trail[:-1]
        first, last = (1, squeeze.names - 2) if squeeze.names > 1 else (0, 0)
        left_out = before[first : len(before) - last] if len(trail) > squeeze.names else ()
        for inside in before:
            title = session.body_title(inside)
            if inside in left_out:
                if inside == left_out[-1]:  # one for all that are left out: it leads to the innermost of them
                    way = " › ".join(session.body_title(each) for each in left_out)
                    self._crumb(inside, "…", f"{way}. Goes out to “{title}”")
            else:
                self._crumb(inside, shortened(title, squeeze.letters), f"Go out to “{title}” (Alt+Up leaves one body)")
        here = label(shortened(session.label(owner_of(trail[-1])), squeeze.letters), "strong")
        here.setToolTip(tip(session.body_title(trail[-1])))
        here.setContentsMargins(appearance().px(10), 0, appearance().px(6), 0)
        self._put(here)

    def _crumb(self, inside: str, text: str, words: str) -> None:
        button = self._button(text, lambda: self._go(inside), "quiet")
        button.setToolTip(tip(words))
        button.setAccessibleName(f"Go out to {self._session.body_title(inside)}")
        self.crumbs[inside] = button
        self._put(label("›", "faint"))

    def _add_switch(self, owner: str, squeeze: Squeeze) -> None:
        doors = self._session.doors(owner)
        if len(doors) < 2:
            return
        for door in doors:
            button = self._button(
                shortened(part_of(door.inside), squeeze.letters), lambda inside=door.inside: self._go(inside), "quiet"
            )
            button.setCheckable(True)
            button.setChecked(door.inside == self._canvas.scene.body)
            button.setToolTip(tr("The other body of the same node (Alt+O)"))
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
        button = QPushButton(text.replace("&", "&&"))
        button.setProperty("role", role)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _=False: act())
        self._put(button)
        return button

    def _put(self, widget: QWidget) -> None:
        self._row.addWidget(widget)
        widget.show()  # at once: the size is asked for before the next event

    def settle(self) -> None:
        """Take the place and the size that fit the canvas, which may be another now."""
        if self._canvas.scene.body and self._canvas.width() - 2 * appearance().px(EDGE) != self._room:
            self.refresh()
        else:
            self._place()

    def _place(self) -> None:
        if self._canvas.scene.body:
            px, wanted = appearance().px, self.sizeHint()
            self.setGeometry(px(EDGE), px(EDGE), min(wanted.width(), self._room), wanted.height())
            self.raise_()


def shortened(text: str, letters: int) -> str:
    """Return a name as a crumb shows it."""
    line = " ".join(text.split())
    return line if len(line) <= letters else line[: letters - 1].rstrip() + "…"
