"""The areas of a window, gone through by keys: whoever uses no mouse gets from the canvas, where Tab adds an operator,
to every panel and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from app.focus_ring import seen
from app.speech import announce

if TYPE_CHECKING:
    from app.window import Window


def areas(window: Window) -> list[tuple[str, QWidget]]:
    """Return what is seen, in the order of reading: its name and its widget."""
    found: list[tuple[str, QWidget]] = [("Top bar", window.top_bar), ("Tabs", window.tab_strip)]
    if window.editing:
        docks = [(dock.windowTitle(), dock.widget()) for dock in window.workspace.docks.values()]
        found.append(("Lesson", window.page.lessons))
        found += [docks[0], ("Canvas", window.canvas), *docks[1:], ("Status line", window.status)]
        if window.tour is not None:
            found.append(("Guided tour", window.tour))
    else:
        page = window.pages.currentWidget()
        found.append((page.accessibleName() or "Page", page))
    return [(name, widget) for name, widget in found if _seen(widget) and stop(widget) is not None]


def stop(area: QWidget) -> QWidget | None:
    """Return the widget of an area that takes the keyboard: the first that Tab would go to."""
    able = Qt.FocusPolicy.TabFocus
    if area.focusPolicy() & able and area.isEnabled():
        return area
    inside = (each for each in area.findChildren(QWidget) if each.focusPolicy() & able and each.isEnabled())
    return next((each for each in inside if each.isVisible() and each.focusProxy() is None), None)


def go(window: Window, by: int) -> None:
    """Give the keyboard to the next area (+1) or the one before (-1)."""
    there = areas(window)
    if not there:
        return
    now = QApplication.focusWidget()
    at = next((k for k, (_, each) in enumerate(there) if now is each or (now and each.isAncestorOf(now))), -by)
    name, area = there[(at + by) % len(there)]
    target = stop(area)
    if target is not None:
        target.setFocus(Qt.FocusReason.ShortcutFocusReason)
        window.focus_ring.show_on(target)
        announce(window, name)


def _seen(widget: QWidget) -> bool:
    return not seen(widget).isEmpty()
