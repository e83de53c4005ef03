"""What the menu of nodes offers for editing: another operator, settings as sockets, defaults."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from app.canvas.quick_add import QuickAdd
from app.changes import operators, settings
from app.words import tr
from engine.exposing import unable

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from app.canvas.view import Canvas
    from app.session import Session


def fill(canvas: Canvas, menu: QMenu, node: str) -> None:
    """Put into the menu of a node what can be done with its settings and its operator."""
    session = canvas.session
    menu.addAction(tr("Replace with…"), lambda: canvas.later(partial(offer, canvas, canvas.cursor().pos())))
    if len(session.selection) == 1:
        fill_sockets(canvas, menu, node)
    if settings.changed_settings(session, session.selection):
        menu.addAction(tr("Reset all settings"), partial(settings.reset_all, session, session.selection))
    menu.addSeparator()


def fill_sockets(canvas: Canvas, menu: QMenu, node: str) -> None:
    """Offer the settings that can be sockets, each with a mark where it is one."""
    session = canvas.session
    held, declared = session.node(node), session.library.get(session.node(node).operator)
    able = [name for name in declared.settings if unable(declared, name) is None] if declared else []
    if not able:
        return
    below = menu.addMenu(tr("Settings as sockets"))
    for name in able:
        action = below.addAction(settings.words(name))
        action.setCheckable(True)
        action.setChecked(name in held.exposed)
        action.triggered.connect(partial(_expose, canvas, node, name))


def _expose(canvas: Canvas, node: str, name: str, on: bool) -> None:
    settings.expose(canvas.session, node, name, on)


def offer(canvas: Canvas, point: QPoint | None = None) -> QuickAdd | None:
    """Offer the operators that may take the place of the selected nodes; None where nothing is selected."""
    session = canvas.session
    if not session.selection:
        session.message.emit(tr("Select the nodes that shall become another operator."))
        return None

    def chosen(operator_id: str) -> None:
        operators.replace_selected(session, operator_id)
        canvas.setFocus()

    popup = QuickAdd(canvas, session.library, chosen)
    popup.setAccessibleName(tr("Replace with operator"))
    popup.palette_panel.search.setPlaceholderText(tr("Replace with…"))
    popup.open_at(point if point is not None else _below_current(canvas))
    return popup


def _below_current(canvas: Canvas) -> QPoint:
    item = canvas.scene.nodes.get(canvas.session.current or "")
    corner = canvas.camera.to_view(item.rect.bottomLeft()).toPoint() if item is not None else canvas.rect().center()
    return canvas.mapToGlobal(corner if canvas.rect().contains(corner) else canvas.rect().center())


def copy_path(session: Session, node: str, name: str) -> None:
    """Put a setting's path on the clipboard, as `gradwire sweep --over` takes it."""
    text = settings.path(node, name)
    QGuiApplication.clipboard().setText(text)
    session.message.emit(f"Copied {text}: a sweep goes over it with --over {text}=….")
