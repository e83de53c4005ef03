"""The inspected node explains itself: formulas with numbers in them, the chain rule product by product with a choice of
path, sections that fold away and stay so."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app import numbers
from app.assets import ASSETS
from app.panels.folding import FoldCaption, folds
from app.panels.inspector import Inspector
from app.panels.inspector_partials import with_numbers
from app.panels.inspector_summaries import called, inserted
from app.session import Session
from app.settings import load
from app.window import Window
from app.worker import messages as m
from app.worker.answers import EngineAnswerer
from app.worker.questions import AskExplanation
from engine.edits import SetSetting
from engine.graph import Content, Graph, Layout, Node, Place, Socket
from nodes.library import LIBRARY
from tests.app.conftest import line, wire

WAIT = 60_000


def fan_out() -> Content:
    """(w^2 + sin w) * w: three paths from the loss to w."""
    nodes = {
        "w": Node("w", "parameters.parameter", "weight", {"value": 0.7}),
        "square": Node("square", "elementwise.square"),
        "sin": Node("sin", "elementwise.sin"),
        "add": Node("add", "elementwise.add"),
        "product": Node("product", "elementwise.multiply"),
        "descent": Node("descent", "optimizers.optimizer", "", {"method": "gradient_descent", "steps": 5}),
    }
    wires = (
        ("w.value", "square.x"), ("w.value", "sin.x"), ("square.value", "add.x"), ("sin.value", "add.y"),
        ("add.value", "product.x"), ("w.value", "product.y"), ("product.value", "descent.loss"),
    )  # fmt: skip
    places = {id: Place(190.0 * (k % 4), 130.0 * (k // 4)) for k, id in enumerate(nodes)}
    return Content(Graph(nodes, frozenset(wire(*ends) for ends in wires)), Layout(places))


@pytest.fixture
def forked(dressed: QApplication) -> Iterator[Session]:
    made = Session(LIBRARY)
    made.adopt(fan_out(), None, clean=True)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def panel(forked: Session, qtbot: QtBot) -> Iterator[Inspector]:
    folds().set(frozenset())
    made = Inspector(forked)
    made.resize(360, 1100)
    made.show()
    yield made
    folds().set(frozenset())
    made.close()
    made.deleteLater()
    # At once: what is left would be restyled with every further window.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def texts(panel: Inspector) -> list[str]:
    return [row.node.text() for row in panel.view.chain.links]


def test_the_chain_multiplies_up_to_the_derivative_and_another_path_can_be_taken(
    forked: Session, panel: Inspector, qtbot: QtBot
) -> None:
    forked.select(["w"])
    chain = panel.view.chain
    qtbot.waitUntil(lambda: chain.isVisible(), timeout=WAIT)
    x = 0.7
    by_product, by_square = x * x + np.sin(x), x * 2 * x
    whole = by_product + by_square + x * np.cos(x)
    assert texts(panel) == ["× Multiply, by y"]
    assert chain.links[0].factor.text() == chain.along.number.text() == numbers.short(by_product)
    assert chain.others.number.text() == numbers.short(whole - by_product)
    assert chain.whole.number.text() == numbers.short(whole) and chain.paths.text().startswith("3 paths")
    menu = chain.links[0].menu()
    assert [action.isChecked() for action in menu.actions()] == [
        action.text().startswith("through Multiply") for action in menu.actions()
    ]
    next(action for action in menu.actions() if "Square" in action.text()).trigger()
    qtbot.waitUntil(lambda: texts(panel)[-1:] == ["× Square, by x"], timeout=WAIT)
    chain = panel.view.chain
    assert texts(panel) == ["× Multiply, by x", "× Add, by x", "× Square, by x"]
    assert [row.factor.text() for row in chain.links] == [numbers.short(each) for each in (x, 1.0, 2 * x)]
    assert chain.links[-1].along.text() == f"so far {numbers.short(by_square)}"
    assert chain.whole.number.text() == numbers.short(whole), "whatever path is taken"
    revealed: list[str] = []
    forked.reveal_requested.connect(revealed.append)
    QTest.mouseClick(chain.links[1].node, Qt.MouseButton.LeftButton)
    assert revealed == ["add"] and forked.current == "add"


def test_numbers_follow_an_edit_and_what_leads_nowhere_has_no_chain(
    forked: Session, panel: Inspector, qtbot: QtBot
) -> None:
    forked.select(["sin"])
    qtbot.waitUntil(lambda: panel.view.chain.isVisible(), timeout=WAIT)
    rows = panel.view.partials.rows
    assert rows["x"].row.number.text() == numbers.short(np.cos(0.7))
    assert numbers.latex(0.7) in rows["x"].numbers.latex and numbers.latex(np.cos(0.7)) in rows["x"].numbers.latex
    forked.apply(SetSetting("w", "value", 0.0))
    qtbot.waitUntil(lambda: rows["x"].row.number.text() == "1", timeout=WAIT)
    forked.select(["descent"])
    qtbot.waitUntil(lambda: panel.view.id == "descent")
    assert not panel.view.chain.isVisible()


def test_a_derivative_that_a_learner_is_to_find_is_not_told_by_its_chain(
    forked: Session, panel: Inspector, qtbot: QtBot
) -> None:
    forked.select(["w"])
    qtbot.waitUntil(lambda: panel.view.chain.isVisible(), timeout=WAIT)
    forked.looks.veil(frozenset({Socket("w", "value")}))
    panel.view.refresh_explanation()
    assert not panel.view.chain.isVisible()
    forked.looks.veil(frozenset())
    panel.view.refresh_explanation()
    assert panel.view.chain.isVisible()


def test_the_moment_of_a_run_is_what_is_explained() -> None:
    by = EngineAnswerer(m.Job.of(line(), None, ASSETS), lambda node: None)

    def asked(w: float) -> tuple[str, str]:
        moment = m.Moment(7, "descent", 7, {"w": m.Packed.of(w)}, {})
        found = by.explanation(AskExplanation(1, "w", "value", {}, moment))
        return found.links[0].factor, found.links[-1].cotangent

    x, y = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 6.0])
    for w in (0.5, 3.0):
        residual = 2 * (w * x - y) / 3
        assert asked(w) == (
            f"(3,) norm {numbers.short(float(np.linalg.norm(residual)))}",
            numbers.short(float(residual @ x)),
        )


@pytest.mark.parametrize(
    ("formula", "wanted"),
    [(r"x\,y", r"[2] \cdot [3]"), (r"\frac{1}{n}\sum_i (x_i - y_i)^2", None), (r"x^{\top}", None), ("a x", None)],
)
def test_arrays_stand_in_a_formula_only_where_every_name_does_and_none_with_an_index(
    formula: str, wanted: str | None
) -> None:
    assert inserted(formula, {"x": "[2]", "y": "[3]"}) == wanted


def test_where_they_do_not_the_operator_is_written_as_a_function() -> None:
    assert (
        called("Mean squared error", {"prediction": "1", "target": "2"})
        == r"\mathrm{Mean\ squared\ error}\left(1,\ 2\right)"
    )


def test_a_partial_with_numbers_says_nothing_twice_and_nothing_by_index() -> None:
    assert with_numbers("x", "y", "value", {"y": 3.0}, 3.0) == "", "the number stands beside it already"
    said = with_numbers("x", r"\cos(x)", "value", {"x": 0.5}, 0.87758, one=True)
    assert said == r"\frac{\partial z}{\partial x} = \cos(0.5) = 0.87758"
    assert with_numbers("x", r"\bar z\,y^{\top}", "value", {"y": 3.0}, 3.0) == ""
    assert with_numbers("x", r"\cos(x)", "value", {"x": 0.5}, None) == ""


def test_sections_fold_by_click_and_key_for_every_node_and_stay_so(window: Callable[..., Window], qtbot: QtBot) -> None:
    made = window()
    made.show_content(line(), None, clean=True)
    qtbot.waitExposed(made)
    made.session.select(["descent"])
    settings = made.workspace.inspector.view.settings
    caption = settings.caption
    assert isinstance(caption, FoldCaption) and settings.contents.isVisible()
    QTest.mouseClick(caption, Qt.MouseButton.LeftButton)
    assert not settings.contents.isVisible() and "settings" in load(made.config).folded
    made.session.select(["w"])
    other = made.workspace.inspector.view.settings
    assert not other.contents.isVisible() and not other.caption.isChecked()
    other.caption.setFocus()
    QTest.keyClick(other.caption, Qt.Key.Key_Space)
    assert other.contents.isVisible() and "settings" not in load(made.config).folded
