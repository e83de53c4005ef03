"""What plane is looked at, and what is drawn of it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.landscape.source import Landscape, Number
from app.panels.inspector_parts import label
from app.theme import appearance
from app.tips import tip
from app.words import tr
from app.worker.messages import PlaneSpec

KINDS: Final = (
    ("elements", "Two numbers", "The loss over two numbers of the parameters, the others as they are"),
    ("random", "Random directions", "The loss over two random directions, each filter's part as long as the filter"),
    ("path", "Plane of the paths", "The loss over the plane in which the paths lie best (principal components)"),
)


LOOKS: Final = (
    "Lines of equal loss, seen from above",
    "The loss as a mountain; drag it to turn it",
    "What the optimizer carries from step to step, and how far its steps go",
)


class Controls(QWidget):
    """The choices at the left of the landscape."""

    looked_at = Signal(int)
    """0: the contour, 1: the surface, 2: the state of the optimizer."""
    compare_requested = Signal()

    def __init__(self, source: Landscape) -> None:
        super().__init__()
        self.source = source
        self.kind = QComboBox()
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(8)
        self.kind.setAccessibleName(tr("Plane"))
        for key, title, says in KINDS:
            self.kind.addItem(title, key)
            self.kind.setItemData(self.kind.count() - 1, says, Qt.ItemDataRole.ToolTipRole)
        self.axes = [_Axis("Across"), _Axis("Up")]
        self.again = QPushButton(tr("Other directions"))
        self.again.setToolTip(tip(tr("Draw two other random directions")))
        self.looks = QButtonGroup(self)
        self.contour, self.surface, self.state = (QPushButton(tr(each)) for each in ("Contour", "Surface", "State"))
        for button, says in zip((self.contour, self.surface, self.state), LOOKS, strict=True):
            button.setToolTip(tip(says))
        for number, button in enumerate((self.contour, self.surface, self.state)):
            button.setCheckable(True)
            button.setChecked(number == 0)
            self.looks.addButton(button, number)
        self.slopes = _check("Gradient arrows", "Arrows downhill: against the derivatives in this plane")
        self.curvature = _check("Curvature", "The second derivatives where the path ends: their eigenvalues and axes")
        self.compare = QPushButton(tr("Compare optimizers…"))
        self.compare.setToolTip(tip(tr("Run several methods side by side, from the same start and with the same seed")))
        self.end = QPushButton(tr("End comparison"))
        self._build()
        self.kind.activated.connect(lambda _: self._chosen())
        for axis in self.axes:
            axis.chosen.connect(self._chosen)
        self.again.clicked.connect(self._other)
        self.looks.idToggled.connect(lambda id, on: self.looked_at.emit(id) if on else None)
        self.slopes.toggled.connect(source.set_slopes)
        self.curvature.toggled.connect(source.set_curvature)
        self.compare.clicked.connect(self.compare_requested)
        self.end.clicked.connect(source.comparison.end)
        source.spec_changed.connect(self.refresh)
        source.changed.connect(self._refresh_buttons)
        source.comparison.changed.connect(self._refresh_buttons)
        appearance().changed.connect(self._restyle)
        self._restyle()
        self.refresh()

    def _build(self) -> None:
        self._column = QVBoxLayout(self)
        self._grid = QGridLayout()
        for row, axis in enumerate(self.axes):
            self._grid.addWidget(axis.caption, row, 0)
            self._grid.addWidget(axis.parameter, row, 1)
            self._grid.addWidget(axis.index, row, 2)
        self._grid.setColumnStretch(1, 1)
        self._pair = QHBoxLayout()
        for button in (self.contour, self.surface, self.state):
            button.setProperty("role", "quiet")
            self._pair.addWidget(button)
        self._column.addWidget(self.kind)
        self._column.addLayout(self._grid)
        self._column.addWidget(self.again)
        self._column.addLayout(self._pair)
        for widget in (self.slopes, self.curvature, self.compare, self.end):
            self._column.addWidget(widget)

    def _restyle(self) -> None:
        px = appearance().px
        self._column.setContentsMargins(px(10), px(10), px(10), px(10))
        self._column.setSpacing(px(6))
        self._grid.setSpacing(px(6))
        self._pair.setSpacing(px(4))
        for axis in self.axes:
            axis.index.setFixedWidth(px(58))
            axis.parameter.setMinimumWidth(px(72))

    def refresh(self) -> None:
        """Bring the choices in line with the plane that is looked at, and with the parameters there are."""
        spec, numbers = self.source.spec, self.source.numbers()
        self.kind.setCurrentIndex([key for key, *_ in KINDS].index(spec.kind))
        for axis, own in zip(self.axes, (spec.x, spec.y), strict=True):
            axis.offer(numbers, own)
            axis.set_visible(spec.kind == "elements")
        self.again.setVisible(spec.kind == "random")
        self._refresh_buttons()

    def _refresh_buttons(self) -> None:
        optimizer = bool(self.source.optimizer)
        self.compare.setEnabled(optimizer and self.source.session.has_engine)
        self.end.setVisible(self.source.comparison.runs is not None)

    def _chosen(self) -> None:
        kind, spec = str(self.kind.currentData()), self.source.spec
        if kind != "elements":
            self.source.choose(PlaneSpec(kind, spec.x, spec.y, spec.seed))  # type: ignore[arg-type]
            return
        first, second = (axis.number() for axis in self.axes)
        if first == second:
            second = self._another(first)
        self.source.choose(PlaneSpec("elements", first, second, spec.seed))

    def _another(self, first: tuple[str, int]) -> tuple[str, int]:
        """Return a number that is not this one, where there is one."""
        every = ((each.node, k) for each in self.source.numbers() for k in range(min(each.count, 2)))
        return next((each for each in every if each != first), first)

    def _other(self) -> None:
        spec = self.source.spec
        self.source.choose(PlaneSpec("random", spec.x, spec.y, spec.seed + 1))


class _Axis(QWidget):
    """Which number of which parameter an axis takes."""

    chosen = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.caption = label(title, "second")
        self.parameter, self.index = QComboBox(), QSpinBox()
        self.parameter.setAccessibleName(f"{title}: parameter")
        self.parameter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.parameter.setMinimumContentsLength(4)
        self.index.setAccessibleName(f"{title}: which number of it, from 0 on")
        self.index.setToolTip(tip(tr("Which number of the parameter, row by row, from 0 on")))
        self.index.setKeyboardTracking(False)
        self._numbers: tuple[Number, ...] = ()
        self.parameter.activated.connect(lambda _: self._parameter_chosen())
        self.index.valueChanged.connect(lambda _: self.chosen.emit())

    def offer(self, numbers: tuple[Number, ...], own: tuple[str, int]) -> None:
        """Offer these parameters, `own` chosen."""
        for widget in (self.parameter, self.index):
            widget.blockSignals(True)
        if numbers != self._numbers:
            self._numbers = numbers
            self.parameter.clear()
            for each in numbers:
                shape = f"  {' × '.join(map(str, each.shape))}" if each.shape else ""
                self.parameter.addItem(each.name + shape, each.node)
        at = next((k for k, each in enumerate(numbers) if each.node == own[0]), -1)
        self.parameter.setCurrentIndex(at if at >= 0 else (0 if numbers else -1))
        self._limit()
        self.index.setValue(own[1] if at >= 0 else 0)
        for widget in (self.parameter, self.index):
            widget.blockSignals(False)

    def _limit(self) -> None:
        at = self.parameter.currentIndex()
        count = self._numbers[at].count if 0 <= at < len(self._numbers) else 1
        self.index.setRange(0, max(0, count - 1))
        self.index.setEnabled(count > 1)

    def _parameter_chosen(self) -> None:
        self.index.blockSignals(True)
        self._limit()
        self.index.blockSignals(False)
        self.chosen.emit()

    def number(self) -> tuple[str, int]:
        """Return the number that is chosen."""
        return str(self.parameter.currentData() or ""), self.index.value()

    def set_visible(self, on: bool) -> None:
        """Show the choice, or not."""
        for widget in (self.caption, self.parameter, self.index):
            widget.setVisible(on)


def _check(title: str, says: str) -> QCheckBox:
    made = QCheckBox(title)
    made.setToolTip(tip(says))
    return made
