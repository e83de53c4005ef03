"""The help browser by keys and clicks: pages, search, back and forward, examples that open."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtTest import QTest

from app import theme
from app.help_browser import HelpBrowser
from app.settings import Settings
from app.shot import Silent
from app.window import Window
from engine.edits import AddNode
from engine.graph import Node, Place
from nodes.library import LIBRARY


@pytest.fixture
def browser(qapp, qtbot):
    theme.apply(qapp, theme.DARK, 1.0)
    made = HelpBrowser(LIBRARY)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def window(qapp, qtbot):
    made = Window(LIBRARY, settings=Settings(), prompts=Silent(), engine=False)
    qtbot.addWidget(made)
    made.show()
    made.new()
    yield made
    made.session.discard()
    made.close()


def text(browser):
    return browser.view.toPlainText()


def test_a_page_shows_title_help_formula_and_example(browser):
    browser.show_operator("losses.huber")
    assert text(browser).startswith("Huber loss")
    assert LIBRARY["losses.huber"].help.split("\n")[0] in text(browser)
    images = browser.view._images
    assert {name.split(":")[0] for name in images} == {"formula", "picture"}
    assert len(images) == 2 + len(LIBRARY["losses.huber"].partials)
    for image in images.values():
        colours = {image.pixel(x, y) for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
        assert len(colours) > 3, "something is drawn"
    assert "Huber loss" in browser.windowTitle()


def test_typing_finds_an_operator_and_shows_its_page(qtbot, browser):
    qtbot.keyClicks(browser.palette_panel.search, "fully connected")
    assert browser.current == "neural.dense" and text(browser).startswith("Dense layer")


def test_back_and_forward_go_through_the_pages_seen(qtbot, browser):
    for id in ("losses.mse", "losses.mae", "losses.mae", "losses.huber"):
        browser.show_operator(id)
    qtbot.mouseClick(browser.back, Qt.MouseButton.LeftButton)
    assert browser.current == "losses.mae"
    qtbot.mouseClick(browser.back, Qt.MouseButton.LeftButton)
    assert browser.current == "losses.mse" and not browser.back.isEnabled()
    qtbot.mouseClick(browser.forward, Qt.MouseButton.LeftButton)
    assert browser.current == "losses.mae" and browser.forward.isEnabled()
    browser.show_operator("losses.hinge")
    assert not browser.forward.isEnabled(), "a new page ends the way forward"


def test_links_lead_to_operators_and_nowhere_else(qtbot, browser):
    browser.show_operator("losses.mse")
    browser.view.anchorClicked.emit(QUrl("op:losses.mae"))
    assert browser.current == "losses.mae"
    for url in ("http://example.org", "file:///etc/passwd", "op:no.such", "sample:../../etc/passwd"):
        browser.show_operator("losses.mae")
        browser.view.anchorClicked.emit(QUrl(url))
        assert browser.current in ("losses.mae", "")
    assert browser.view.loadResource(2, QUrl("file:///etc/passwd")).isNull()
    assert browser.view.loadResource(3, QUrl("file:///etc/passwd")) is None


def test_the_contents_name_every_operator(browser):
    browser.show_operator("")
    said = text(browser)
    assert all(operator.title in said.replace("\n", " ") for operator in LIBRARY.values())
    assert not browser.open_example.isEnabled()


def test_pages_follow_theme_and_scale(qapp, browser):
    browser.show_operator("losses.mse")
    before = browser.view._images["formula:0"]
    theme.apply(qapp, theme.LIGHT, 1.5)
    after = browser.view._images["formula:0"]
    assert after.width() > 1.3 * before.width() and after != before


def test_f1_shows_the_page_of_the_selected_node_and_of_the_palette_s_choice(qtbot, window):
    window.session.apply(AddNode(Node("huber_1", "losses.huber"), Place()))
    window.session.select(["huber_1"])
    window.canvas.setFocus()
    window.actions_table["operator_help"].trigger()
    assert window._help.current == "losses.huber" and window._help.isVisible()
    window.workspace.operators.help_requested.emit("elementwise.exp")
    assert window._help.current == "elementwise.exp"
    window.session.select([])
    window.show_help()
    assert window._help.current == ""
    QTest.keyClick(window._help, Qt.Key.Key_Escape)
    assert not window._help.isVisible()


def test_open_example_shows_it_as_a_new_document(qtbot, window):
    window.show_help("losses.huber")
    qtbot.mouseClick(window._help.open_example, Qt.MouseButton.LeftButton)
    operators = {node.operator for node in window.session.graph.nodes.values()}
    assert {"losses.huber", "optimizers.optimizer"} <= operators
    assert window.session.path is None and window.session.clean and window.editing
    assert not [p for p in window.session.problems if p.severity == "error"]
    before = len(window.session.graph.nodes)
    qtbot.mouseClick(window._help.insert, Qt.MouseButton.LeftButton)
    assert len(window.session.graph.nodes) == before + 1
