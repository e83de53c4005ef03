"""The transport: to the start, back, play, forward, to the end, and the slider along the recorded step."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSlider, QWidget

from app import fonts
from app.frame.glyphs import Glyph
from app.stepping.stepping import PACES
from app.theme import appearance
from app.tips import gives
from app.words import tr

if TYPE_CHECKING:
    from app.stepping.stepping import Stepping

Draw = Callable[[QPainter, QRectF, float], None]


def _arrow(painter: QPainter, at: QPointF, way: int, scale: float) -> None:
    corners = (QPointF(-3.5 * way, -5), QPointF(4.5 * way, 0), QPointF(-3.5 * way, 5))
    painter.setBrush(painter.pen().color())
    painter.drawPolygon(QPolygonF([at + corner * scale for corner in corners]))


def _step(way: int, *, whole: bool, painter: QPainter, area: QRectF, scale: float) -> None:
    """An arrow; to an end with a bar before it, by one step with a bar behind it."""
    middle = area.center()
    bar = QPointF((5.5 if whole else -5.5) * way, 0) * scale
    _arrow(painter, middle + QPointF(-1.0 * way if whole else 1.5 * way, 0) * scale, way, scale)
    reach = QPointF(0, 5 * scale)
    painter.drawLine(middle + bar - reach, middle + bar + reach)


def _play(stepping: Stepping, painter: QPainter, area: QRectF, scale: float) -> None:
    if not stepping.playing:
        _arrow(painter, area.center(), 1, scale)
        return
    for x in (-3.0, 3.0):
        reach = QPointF(0, 4.5 * scale)
        painter.drawLine(area.center() + QPointF(x, 0) * scale - reach, area.center() + QPointF(x, 0) * scale + reach)


SIDE: Final = 30


class Transport(QWidget):
    """A row of buttons, the slider, how far one is, and the pace."""

    def __init__(self, stepping: Stepping) -> None:
        super().__init__()
        self._stepping = stepping
        rows: tuple[tuple[str, str, str, Draw, Callable[[], object]], ...] = (
            ("step_start", "To the start", "start", partial(_step, -1, whole=True), stepping.to_start),
            ("step_back", "One micro-step back", "back", partial(_step, -1, whole=False), stepping.back),
            ("step_play", "Play or stop", "play", partial(_play, stepping), stepping.play),
            ("step_forward", "One micro-step forward", "forward", partial(_step, 1, whole=False), stepping.forward),
            ("step_end", "To the end", "end", partial(_step, 1, whole=True), stepping.to_end),
        )
        self.buttons: dict[str, Glyph] = {}
        self._row = QHBoxLayout(self)
        for command, says, name, draw, act in rows:
            button = self.buttons[name] = Glyph(says, _drawn(draw), SIDE)
            gives(button, command, says)
            button.clicked.connect(partial(self._pressed, name, act))
            self._row.addWidget(button)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Micro-step"))
        self.slider.valueChanged.connect(self._slid)
        self.count = QLabel()
        self.count.setProperty("role", "number")
        self.pace = QComboBox()
        self.pace.setAccessibleName(tr("Pace of playing"))
        self.pace.setToolTip(tr("How fast micro-steps are played"))
        self.pace.addItems(list(PACES))
        self.pace.setCurrentText(stepping.pace)
        self.pace.textActivated.connect(stepping.set_pace)
        self._row.addWidget(self.slider, 1)
        self._row.addWidget(self.count)
        self._row.addWidget(self.pace)
        stepping.playing_changed.connect(self.buttons["play"].update)
        self.refresh()

    def _pressed(self, name: str, act: Callable[[], object]) -> None:
        if name != "play":
            self._stepping.stop()
        act()

    def _slid(self, value: int) -> None:
        if value != self._stepping.position:
            self._stepping.stop()
            self._stepping.go(value)

    def restyle(self) -> None:
        """Take up the scale in force."""
        px = appearance().px
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(px(4))
        self.count.setFont(fonts.mono("small", appearance().scale))
        self._fit_count()

    def _fit_count(self) -> None:
        most = f"{self._stepping.count:,}"
        wide = self.count.fontMetrics().horizontalAdvance(f" {most} of {most} ")
        self.count.setFixedWidth(wide)
        self.count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def refresh(self) -> None:
        """Show another step: how long it is."""
        on = self._stepping.on
        for each in (*self.buttons.values(), self.slider):
            each.setEnabled(on)
        self.slider.blockSignals(True)
        self.slider.setRange(0, self._stepping.count)
        self.slider.blockSignals(False)
        self._fit_count()
        self.follow()

    def follow(self) -> None:
        """Show how far one is."""
        stepping = self._stepping
        self.slider.blockSignals(True)
        self.slider.setValue(stepping.position)
        self.slider.blockSignals(False)
        self.count.setText(f"{stepping.position:,} of {stepping.count:,}" if stepping.on else "")


def _drawn(draw: Callable[..., None]) -> Draw:
    def drawn(painter: QPainter, area: QRectF, scale: float) -> None:
        draw(painter=painter, area=area, scale=scale)

    return drawn
