"""A new user rebuilds the straight-line fit from an empty canvas with the mouse, runs it, reads slope and intercept
off the plots,
saves, closes and opens it again. Every event goes through the real window, as from a mouse and a keyboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QImage, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialogButtonBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QTableWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app import theme
from app.assets import ASSETS
from app.numbers import parsed
from app.prompts import Prompts
from app.window import Window
from engine.files import read
from engine.graph import Socket
from nodes.library import LIBRARY
from tests.app.conftest import index_of

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


class Person:
    """Works a window by its mouse and its keyboard. Qt decides which widget gets each event, as it does for a real
    mouse."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot

    def press(self, widget: QWidget, at: QPoint) -> None:
        QTest.mousePress(widget.window().windowHandle(), LEFT, NONE, widget.mapTo(widget.window(), at))

    def move(self, widget: QWidget, at: QPoint) -> None:
        QTest.mouseMove(widget.window().windowHandle(), widget.mapTo(widget.window(), at))
        QApplication.processEvents()

    def release(self, widget: QWidget, at: QPoint) -> None:
        QTest.mouseRelease(widget.window().windowHandle(), LEFT, NONE, widget.mapTo(widget.window(), at))
        QApplication.processEvents()

    def click(self, widget: QWidget, at: QPoint | None = None) -> None:
        self.qtbot.waitUntil(lambda: self.rests_under(widget, at), timeout=10_000)
        at = widget.rect().center() if at is None else at
        self.move(widget, at)
        self.press(widget, at)
        self.release(widget, at)

    def rests_under(self, widget: QWidget, at: QPoint | None = None) -> bool:
        """Return whether a point of a widget is where it was before events were worked off, with nothing over it."""
        places = []
        for _ in range(2):
            QApplication.processEvents()
            point = widget.mapTo(widget.window(), widget.rect().center() if at is None else at)
            places.append((point, widget.size()))
        seen = widget.window().childAt(point) or widget.window()
        return widget.isVisible() and places[0] == places[1] and (seen is widget or widget.isAncestorOf(seen))

    def double_click(self, widget: QWidget, at: QPoint) -> None:
        self.click(widget, at)
        QTest.mouseDClick(widget.window().windowHandle(), LEFT, NONE, widget.mapTo(widget.window(), at))
        self.release(widget, at)

    def type(self, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
        """Type over what is selected in the field that has the keyboard."""
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClicks(focused, text)
        QTest.keyClick(focused, key)
        QApplication.processEvents()

    def turn_wheel(self, widget: QWidget, turns: int) -> None:
        at = QPointF(widget.rect().center())
        event = QWheelEvent(
            at, widget.mapToGlobal(at), QPoint(), QPoint(0, turns), Qt.MouseButton.NoButton, NONE,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)
        QApplication.processEvents()

    def choose(self, text: str) -> None:
        """Click the entry of the open menu that begins with `text`."""
        self.qtbot.waitUntil(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        action = next(a for a in menu.actions() if a.text().startswith(text))
        self.click(menu, menu.actionGeometry(action).center())

    # The window -----------------------------------------------------------------------------------------------------

    def drag_operator(self, operator: str, at: tuple[int, int]) -> str:
        """Drag an operator out of the palette to a point of the canvas (in pixels); return the new node."""
        palette, canvas = self.window.workspace.operators.list, self.window.canvas
        view = palette.viewport()
        for _ in range(60):
            row = palette.visualRect(index_of(self.window.workspace.operators, operator))
            if view.rect().adjusted(0, 10, 0, -10).contains(row.center()):
                break
            self.turn_wheel(view, -120 if row.top() > 0 else 120)
        before = set(self.window.session.graph.nodes)
        end = view.mapFromGlobal(canvas.mapToGlobal(QPoint(*at)))
        self.press(view, row.center())
        for k in range(1, 6):
            self.move(view, row.center() + (end - row.center()) * k / 5)
        self.release(view, end)
        (added,) = set(self.window.session.graph.nodes) - before
        return added

    def socket(self, socket: str, *, output: bool) -> QPoint:
        node, name = socket.split(".")
        point = self.window.canvas.scene.point(Socket(node, name), output=output)
        return self.window.canvas.camera.to_view(point).toPoint()

    def wire(self, source: str, target: str) -> None:
        canvas, start, end = self.window.canvas, self.socket(source, output=True), self.socket(target, output=False)
        self.move(canvas, start)
        self.press(canvas, start)
        for k in range(1, 5):
            self.move(canvas, start + (end - start) * k / 4)
        self.release(canvas, end)
        wired = self.window.session.graph.sources
        assert str(wired[Socket(*target.split("."))]) == source, f"{source} was not wired into {target}"

    def fit(self) -> None:
        """Bring the whole graph into sight by its keys: panels that come may push some of it out."""
        canvas, keys = self.window.canvas, self.window.actions_table["fit"].shortcut()[0]
        QTest.keyClick(canvas, keys.key(), keys.keyboardModifiers())
        self.qtbot.waitUntil(lambda: not canvas.glide.active and self.rests_under(canvas))

    def select(self, node: str) -> None:
        canvas, head = self.window.canvas, QPointF(50, 14)
        self.click(canvas, canvas.camera.to_view(canvas.scene.nodes[node].corner + head).toPoint())
        assert self.window.session.current == node

    def rename(self, name: str) -> None:
        title = self.window.workspace.inspector.view.title
        self.click(title)
        title.selectAll()
        self.type(name)

    def editor(self, setting: str) -> QWidget:
        """Return the inspector's editor of a setting, scrolled into sight."""
        panel = self.window.workspace.inspector
        row = panel.view.form.rows[setting]
        for _ in range(60):
            visible = row.editor.visibleRegion().boundingRect()
            if visible.height() >= min(row.editor.height(), 60):
                break
            self.turn_wheel(panel.viewport(), -60)
        return row.editor

    def set_number(self, setting: str, text: str) -> None:
        field = self.editor(setting).findChild(QLineEdit)
        self.click(field)
        field.selectAll()
        self.type(text)

    def set_choice(self, setting: str, text: str) -> None:
        box = self.editor(setting).findChild(QComboBox)
        self.click(box)
        view = box.view()
        self.qtbot.waitUntil(view.isVisible)
        row = view.model().index(box.findText(text), 0)
        self.click(view.viewport(), view.visualRect(row).center())
        self.qtbot.waitUntil(lambda: box.currentText() == text)

    def fill_cell(self, table: QTableWidget, row: int, column: int, text: str) -> None:
        self.double_click(table.viewport(), table.visualItemRect(table.item(row, column)).center())
        self.type(text)


def fit_in_closed_form() -> tuple[float, float]:
    """Return slope and intercept of the least-squares line through Hubble's galaxies, by numpy alone."""
    table = np.genfromtxt(ASSETS / "hubble.csv", delimiter=",", names=True, dtype=None, encoding="utf-8")
    slope, intercept = np.polyfit(table["distance_mpc"], table["velocity_km_s"], 1)
    return float(slope), float(intercept)


def build(person: Person) -> dict[str, str]:
    """Drag in all nodes and wire them; return the nodes by what they are."""
    drag = person.drag_operator
    nodes = {
        "table": drag("inputs.table", (90, 60)),
        "slope": drag("parameters.parameter", (90, 200)),
        "offset": drag("parameters.parameter", (90, 330)),
        "multiply": drag("elementwise.multiply", (300, 130)),
        "add": drag("elementwise.add", (470, 200)),
        "error": drag("losses.mse", (660, 110)),
        "descent": drag("optimizers.optimizer", (880, 110)),
        "fit": drag("views.scatter_fit", (660, 260)),
    }
    person.fit()
    person.select(nodes["slope"])
    person.rename("slope")
    person.select(nodes["offset"])
    person.rename("offset")
    person.select(nodes["table"])
    person.click(person.editor("file").button)
    person.choose("hubble.csv")
    columns = person.editor("columns")
    assert columns.table.rowCount() == 2, "choosing the file suggests an output for each of its columns of numbers"
    for row, output in enumerate(("distance", "velocity")):
        person.fill_cell(columns.table, row, 0, output)
    for source, target in (
        ("table.distance", "multiply.x"), ("slope.value", "multiply.y"), ("multiply.value", "add.x"),
        ("offset.value", "add.y"), ("add.value", "error.prediction"), ("table.velocity", "error.target"),
        ("error.value", "descent.loss"), ("table.distance", "fit.x"), ("table.velocity", "fit.y"),
        ("add.value", "fit.fit"),
    ):  # fmt: skip
        (a, b), (c, d) = source.split("."), target.split(".")
        person.wire(f"{nodes[a]}.{b}", f"{nodes[c]}.{d}")
    return nodes


def read_off(person: Person, card: str, fraction: float) -> dict[str, float]:
    """Point at a place of a plot, from its left (0) to its right (1); return what the read-out says, by name: nothing
    until something is drawn there."""
    area = person.window.workspace.plots.cards[card].area
    rect = area.plot_rect
    at = QPointF(rect.left() + fraction * rect.width(), rect.center().y()).toPoint()
    person.move(area.viewport(), at)
    found = area.read(area.to_data(QPointF(at)))
    if found is None:
        return {}
    return {row.name: parsed(row.text.replace(",", "")) or 0.0 for row in found.rows}


def answer_dialog(path: Path) -> Callable[[], None]:
    """Return what a person does once the file dialog is open: type the name, press the button."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog):
            QTimer.singleShot(50, answer)
            return
        field = dialog.findChild(QLineEdit)
        field.selectAll()
        QTest.keyClicks(field, str(path))
        button = dialog.findChild(QDialogButtonBox).buttons()[0]
        QTest.mouseClick(button, LEFT)

    return answer


@pytest.mark.timeout(180)
def test_the_line_fit_is_rebuilt_run_read_saved_and_reopened_by_mouse(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path
) -> None:
    shots = tmp_path / "screenshots"
    shots.mkdir()
    window = Window(LIBRARY, config=tmp_path / "config", data=tmp_path / "data", prompts=Prompts())
    window.resize(1600, 1000)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    person = Person(window, qtbot)
    try:
        window.grab().save(str(shots / "1_start.png"))
        person.click(window.start_page.new_button)
        assert window.editing and not window.session.graph.nodes
        qtbot.waitUntil(lambda: person.rests_under(window.canvas))
        nodes = build(person)
        window.grab().save(str(shots / "2_built.png"))

        person.select(nodes["descent"])
        person.set_choice("method", "gradient descent")
        person.set_number("learning_rate", "0.2")
        person.set_number("steps", "1500")
        qtbot.waitUntil(lambda: not window.session.problems, timeout=20_000)

        person.click(window.top_bar.run_bar.run)
        qtbot.waitUntil(lambda: window.session.run_state == "finished", timeout=60_000)
        slope, offset = fit_in_closed_form()
        fitted = {"slope": pytest.approx(slope, rel=1e-3), "offset": pytest.approx(offset, rel=1e-3)}
        qtbot.waitUntil(lambda: read_off(person, "values", 0.999) == fitted, timeout=10_000)
        wanted = {theme.DARK.value, theme.DARK.derivative, theme.DARK.good}
        qtbot.waitUntil(lambda: wanted <= colours(window.grab().toImage()), timeout=10_000)
        window.grab().save(str(shots / "3_trained.png"))

        person.click(window.top_bar.menu_button)
        person.choose("File")
        path = tmp_path / "my line.dgraph"
        QTimer.singleShot(0, answer_dialog(path))
        click_in_submenu(person, window.actions_table["save"])
        qtbot.waitUntil(path.is_file)
        content = window.session.content
        assert window.session.clean and read(path) == content
    finally:
        window.session.discard()
        window.close()
        window.deleteLater()

    again = Window(LIBRARY, config=tmp_path / "config", data=tmp_path / "data", prompts=Prompts())
    again.resize(1600, 1000)
    again.show()
    again.activateWindow()
    qtbot.waitExposed(again)
    try:
        person = Person(again, qtbot)
        person.click(next(row for row in again.start_page.recent_rows if row.path == path))
        assert again.editing and again.session.content == content
        qtbot.waitUntil(lambda: again.session.looks.looks is not None, timeout=30_000)
        again.grab().save(str(shots / "4_reopened.png"))
    finally:
        again.close()
        again.deleteLater()


def colours(image: QImage) -> set[str]:
    """Return the colours of every other pixel."""
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def click_in_submenu(person: Person, action: QAction) -> None:
    """Click an action in whichever open menu shows it."""

    def shown() -> QMenu | None:
        menus = [
            w
            for w in QApplication.topLevelWidgets()
            if isinstance(w, QMenu) and w.isVisible() and action in w.actions()
        ]
        return menus[0] if menus else None

    person.qtbot.waitUntil(lambda: shown() is not None)
    menu = shown()
    assert menu is not None
    person.click(menu, menu.actionGeometry(action).center())
