"""Texts of a document that look like markup are shown as they are: Qt would load the files that markup names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.tips import tip
from app.window import Window
from engine.edits import AddNode, Rename
from engine.graph import Content, Graph, Node, Place
from tests.app.conftest import line

MARKUP = '<img src="/dev/zero"><b>w</b>'


def hostile() -> Content:
    """Return the line, with markup for every name and note, and a problem that names a node."""
    content = line()
    nodes = {id: replace(node, name=MARKUP) for id, node in content.graph.nodes.items()}
    notes = {id: replace(note, text=f"{MARKUP}\n![x](/dev/zero)") for id, note in content.layout.notes.items()}
    nodes["lonely"] = Node("lonely", "elementwise.exp", MARKUP)
    return Content(Graph(nodes, content.graph.wires), replace(content.layout, notes=notes))


def tips(widget: QWidget) -> list[str]:
    """Return every tool tip in a widget, those of its items included."""
    found = [each.toolTip() for each in [widget, *widget.findChildren(QWidget)]]
    for view in widget.findChildren(QAbstractItemView):
        found += [str(view.model().data(index, Qt.ItemDataRole.ToolTipRole) or "") for index in cells(view.model())]
    return found


def loading(texts: list[str]) -> list[str]:
    """Return the texts with a picture that Qt would fetch: any but those that carry their bytes, as formulas do."""
    return [text for text in texts if re.search(r'<img(?! src="data:image/png;base64,[\w+/=]+" )', text)]


def cells(model: QAbstractItemModel | None, parent: QModelIndex | None = None) -> list[QModelIndex]:
    """Return the indexes of all items of a model."""
    if model is None:
        return []
    here = parent or QModelIndex()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(here)
    rows = [model.index(row, column, here) for row in range(model.rowCount(here)) for column in range(columns)]
    return rows + [inner for row in rows for inner in cells(model, row)]


def rich_labels(widget: QWidget) -> list[str]:
    """Return the texts of the labels that show markup as rich text."""
    rich = (Qt.TextFormat.RichText, Qt.TextFormat.MarkdownText)
    return [
        label.text()
        for label in widget.findChildren(QLabel)
        if "<img" in label.text()
        and (
            label.textFormat() in rich
            or (label.textFormat() == Qt.TextFormat.AutoText and Qt.mightBeRichText(label.text()))
        )
    ]


def test_nothing_in_the_window_takes_a_name_for_markup(window: Callable[..., Window], qtbot: QtBot) -> None:
    shown = window()
    shown.session.adopt(hostile(), None, clean=False)
    assert any(MARKUP in problem.sentence for problem in shown.session.problems), "a sentence names the node"
    for id in shown.session.graph.nodes:
        shown.session.select([id])
        QApplication.processEvents()
        assert not loading(tips(shown))
        assert not rich_labels(shown)
    shown.session.message.emit(f"“{MARKUP}” cannot be wired.")
    QApplication.processEvents()
    assert not loading(tips(shown))


@pytest.mark.parametrize("text", ["plain", "a < b", "one\ntwo", ""])
def test_a_plain_tip_stays_as_it_is(text: str) -> None:
    assert tip(text) == text


def test_a_tip_with_markup_is_escaped() -> None:
    made = tip(f"{MARKUP}\n& more")
    assert Qt.mightBeRichText(made) and "<img" not in made
    assert "&lt;img" in made and "<br>&amp; more" in made


def test_the_sweep_finds_planted_markup(window: Callable[..., Window]) -> None:
    shown = window()
    planted = QLabel(MARKUP, shown)
    planted.setToolTip(MARKUP)
    assert MARKUP in rich_labels(shown) and MARKUP in loading(tips(shown))


def test_the_document_is_as_hostile_as_it_says(window: Callable[..., Window]) -> None:
    shown = window()
    shown.session.adopt(hostile(), None, clean=False)
    shown.session.apply(Rename("w", MARKUP + "2"))
    shown.session.apply(AddNode(Node("extra", "elementwise.exp", MARKUP), Place(0.0, 0.0)))
    assert shown.session.label("extra") == MARKUP
