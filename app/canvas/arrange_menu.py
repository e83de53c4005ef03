"""What menus of the canvas offer for choosing and arranging: of nodes, and of notes and frames."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAction, QActionGroup, QColor, QIcon, QPixmap
from PySide6.QtWidgets import QMenu

from app.canvas import arranging, frames
from app.canvas.paint_note import hue
from app.theme import appearance
from app.words import tr
from engine import muting
from engine.edits import ChangeNote, Group
from engine.graph import FRAME_COLORS
from engine.order import natural

if TYPE_CHECKING:
    from app.canvas.view import Canvas

RELATIONS: Final = (
    ("What feeds it", "upstream"), ("What it feeds", "downstream"), ("All that is joined to it", "linked"),
    ("Nodes of its kind", "similar"), ("The path between", "between"),
)  # fmt: skip
LINES: Final = (
    ("Left edges", "left"), ("Right edges", "right"), ("Centres", "centre"), ("Tops", "top"), ("Bottoms", "bottom"),
    ("Middles", "middle"),
)  # fmt: skip


def fill_nodes(canvas: Canvas, menu: QMenu) -> None:
    """Offer to select more, to put the selected nodes in line, to frame, collapse and mute them."""
    session = canvas.session
    chosen = [session.node(id) for id in session.selection]
    several = len(chosen) > 1
    more = menu.addMenu(tr("Select"))
    for text, relation in RELATIONS:
        if several or relation != "between":
            more.addAction(text, partial(arranging.select_related, canvas, relation))
    if several:
        line = menu.addMenu(tr("Align"))
        for text, how in LINES:
            line.addAction(text, partial(arranging.align, canvas, how))
        line.addSeparator()
        line.addAction(tr("Distribute across"), partial(arranging.distribute, canvas, across=True))
        line.addAction(tr("Distribute down"), partial(arranging.distribute, canvas, across=False))
    menu.addAction(tr("Straighten wires"), partial(arranging.straighten, canvas))
    menu.addAction(tr("Frame around selection"), canvas.editing.frame_selection)
    folded = all(canvas.scene.nodes[node.id].face.collapsed for node in chosen if node.id in canvas.scene.nodes)
    menu.addAction(tr("Expand") if folded else tr("Collapse"), partial(arranging.toggle_collapsed, canvas))
    if any(node.muted or muting.can_be_muted(session.operator(node.id)) for node in chosen):
        muted = all(node.muted for node in chosen if muting.can_be_muted(session.operator(node.id)))
        menu.addAction(tr("Unmute") if muted else tr("Mute"), partial(arranging.toggle_muted, canvas))


def fill_note(canvas: Canvas, menu: QMenu, note: str) -> None:
    """Offer what can be done with a note or a frame."""
    session = canvas.session
    held = session.layout.notes[note]
    menu.addAction(tr("Edit title") if held.is_frame else tr("Edit text"), partial(canvas.editing.edit_note, note))
    if held.is_frame:
        _colors(canvas, menu.addMenu(tr("Colour")), note)
        if held.nodes:
            menu.addAction(tr("Select what it carries"), lambda: session.select(held.nodes, [note]))
            menu.addAction(tr("Fit to what it carries"), partial(fit, canvas, note))
    menu.addAction(tr("Duplicate"), session.duplicate)
    menu.addSeparator()
    menu.addAction(tr("Delete"), session.remove_selected)
    if held.is_frame and held.nodes:
        menu.addAction(tr("Delete with its nodes"), partial(_delete_all, canvas, note))


def _colors(canvas: Canvas, menu: QMenu, note: str) -> None:
    group = QActionGroup(menu)
    shown = canvas.session.layout.notes[note].color or FRAME_COLORS[0]
    for color in FRAME_COLORS:
        action = QAction(_swatch(hue(canvas.ink, color)), color.capitalize(), menu)
        action.setCheckable(True)
        action.setChecked(color == shown)
        action.triggered.connect(lambda _=False, color=color: paint(canvas, [note], color))
        group.addAction(action)
        menu.addAction(action)


def _swatch(color: QColor) -> QIcon:
    side = appearance().px(14)
    picture = QPixmap(side, side)
    picture.fill(color)
    return QIcon(picture)


def paint(canvas: Canvas, notes: list[str], color: str) -> None:
    """Give frames a colour, as one undo step."""
    held = canvas.session.layout.notes
    wanted = "" if color == FRAME_COLORS[0] else color
    changes = tuple(
        ChangeNote(replace(held[id], color=wanted))
        for id in sorted(notes, key=natural)
        if held[id].is_frame and held[id].color != wanted
    )
    if changes:
        canvas.session.apply(Group("Colour frame", changes))


def fit(canvas: Canvas, note: str) -> None:
    """Draw a frame closely around what it carries."""
    held = canvas.session.layout.notes[note]
    boxes = [canvas.scene.nodes[id].rect for id in held.nodes if id in canvas.scene.nodes]
    if boxes:
        box = frames.around(boxes)
        canvas.session.apply(
            ChangeNote(replace(held, x=box.x(), y=box.y(), width=box.width(), height=box.height()))
        )  # fmt: skip


def _delete_all(canvas: Canvas, note: str) -> None:
    held = canvas.session.layout.notes[note]
    canvas.session.select(held.nodes, [note])
    canvas.session.remove_selected()
