"""The run controls: reset, step, run or pause, stop; how far it is and how fast; backend and approach."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QPushButton, QSizePolicy, QToolButton, QWidget

from app import fonts
from app.frame.glyphs import Glyph, dots
from app.theme import appearance
from app.tips import gives
from app.words import tr
from app.worker.client import PACES

if TYPE_CHECKING:
    from app.session import Session

RUN_WORDS: Final = {"starting": "Pause", "running": "Pause", "paused": "Continue"}
"""What the blue button does in each state; "Run" in all others."""


BACKENDS: Final = {"numpy_code": "NumPy", "autograd": "autograd", "interpret": "interpreter", "xla": "XLA"}
"""What backends are called in the window."""


def count_text(number: float) -> str:
    """Return a count in at most five characters: 950, 12.4k, 412k, 1.2M."""
    for size, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size * 0.9995:
            scaled = number / size
            return f"{scaled:.1f}{unit}" if scaled < 99.95 else f"{scaled:.0f}{unit}"
    return f"{number:.0f}" if number >= 100 or number == int(number) else f"{number:.1f}"


def time_text(seconds: float) -> str:
    """Return a time as 4.2 s, 1:05 or 2:03:09."""
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


class Meter(QWidget):
    """The step counter with its progress under it, the speed and the time: painted, in boxes of constant width."""

    def __init__(self) -> None:
        super().__init__()
        self._texts = ("", "", "")
        self._progress: float | None = None
        self._state = "idle"
        self.setAccessibleName(tr("Progress of the run"))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_run(self, state: str, steps: int, limit: int | None, speed: float, seconds: float) -> None:
        """Show where the run stands; repaints only where a text has changed."""
        counter = f"step {steps:,}" + (f" / {limit:,}" if limit else "")
        texts = (counter, f"{count_text(speed)} steps/s" if speed else "", time_text(seconds) if seconds else "")
        progress = min(1.0, steps / limit) if limit else None
        if (texts, progress, state) != (self._texts, self._progress, self._state):
            wider = len(counter) > len(self._texts[0])
            self._texts, self._progress, self._state = texts, progress, state
            self.setAccessibleDescription(", ".join(filter(None, texts)))
            if wider:
                self.updateGeometry()
            self.update()

    def show_reading(self, part: float) -> None:
        """Show how far the data that a run needs have been read."""
        self._texts, self._progress, self._state = (f"reading data {100 * part:.0f} %", "", ""), part, "starting"
        self.setAccessibleDescription(self._texts[0])
        self.update()

    def _widths(self) -> tuple[float, float, float]:
        metrics = QFontMetricsF(fonts.sans("small", appearance().scale))
        digits = max(len(self._texts[0]), len("step 1,280 / 5,000"))
        return (
            metrics.horizontalAdvance("step ") + metrics.horizontalAdvance("0") * (digits - 5),
            metrics.horizontalAdvance("88.8k steps/s"),
            metrics.horizontalAdvance("88:88"),
        )

    def sizeHint(self) -> QSize:
        """Qt: room for the widest texts."""
        gap = appearance().px(14)
        return QSize(round(sum(self._widths()) + 2 * gap), appearance().px(32))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the three texts and the progress."""
        look = appearance()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.sans("small", look.scale))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        x = 0.0
        for text, width, color in zip(self._texts, self._widths(), ("text", "second", "second"), strict=True):
            painter.setPen(QColor(getattr(look.theme, color)))
            painter.drawText(QRectF(x, 0, width + look.px(10), self.height()), flags, text)
            x += width + look.px(14)
        if self._progress is not None:
            self._draw_progress(painter, self._widths()[0])

    def _draw_progress(self, painter: QPainter, width: float) -> None:
        look = appearance()
        height = max(2.0, 2.0 * look.scale)
        bar = QRectF(0, self.height() - height - look.px(2), width, height)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(look.theme.hover))
        painter.drawRoundedRect(bar, height / 2, height / 2)
        tone = {"failed": look.theme.bad, "finished": look.theme.good}.get(self._state, look.theme.value)
        bar.setWidth(max(height, width * (self._progress or 0.0)))
        painter.setBrush(QColor(tone))
        painter.drawRoundedRect(bar, height / 2, height / 2)


class RunBar(QWidget):
    """The run controls of a session, in a row. Where there is little room the less needed parts are left out."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setAccessibleName(tr("Run controls"))
        self.reset = self._button("Reset", session.reset, "reset", "Forget the run: back to the start values")
        self.step = self._button("Step", session.step, "step", "Do one step")
        self.run = self._button("Run", session.toggle_run, "run", "Run or pause")
        self.run.setProperty("role", "primary")
        self.stop = self._button("Stop", session.stop, "stop", "End the run where it is")
        self.meter = Meter()
        self.meter.setParent(self)
        self.pace = self._pace_button()
        self.edited = self._chip(
            "The graph was edited since this run started: reset or run again to train it as it is now."
        )
        self.edited.setText(tr("edited since"))
        self.edited.setProperty("tone", "warning")
        self.backend = self._chip("The backend: how the program is run")
        self.backend.setProperty("tone", "good")
        self.approach = self._chip("The approach: how derivatives are computed")
        self.more = self._more_button()
        self._withheld: frozenset[str] = frozenset()
        self._parts: tuple[tuple[QWidget, int], ...] = (
            (self.reset, 2), (self.step, 1), (self.run, 0), (self.stop, 0),
            (self.meter, 2), (self.edited, 3), (self.pace, 4), (self.backend, 5), (self.approach, 6),
        )  # fmt: skip
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        session.run_state_changed.connect(self.refresh)
        session.replaced.connect(self.refresh)
        session.changed.connect(self.refresh)
        if session.has_engine:
            session.runs.ticked.connect(self.refresh)
        appearance().changed.connect(self._restyled)
        self.refresh()

    def _button(self, text: str, clicked: Callable[[], object], command: str, help: str) -> QPushButton:
        button = QPushButton(tr(text), self)
        gives(button, command, tr(help))
        button.setAccessibleName(tr(text))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: clicked())
        return button

    def _chip(self, help: str) -> QLabel:
        chip = QLabel(self)
        chip.setProperty("role", "chip")
        chip.setToolTip(tr(help))
        chip.hide()
        return chip

    def _pace_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("role", "chip")
        button.setAccessibleName(tr("Pace of the run"))
        button.setToolTip(tr("How fast a run goes, so that it can be watched"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        menu = QMenu(button)
        menu.aboutToShow.connect(lambda: self._fill_paces(menu))
        button.setMenu(menu)
        return button

    def _more_button(self) -> Glyph:
        button = Glyph("What the run bar has no room for", dots, 32)
        button.setParent(self)
        button.hide()
        button.clicked.connect(self._open_more)
        return button

    def _open_more(self) -> None:
        """Offer in a menu what has no room: buttons and the pace to be chosen, the rest to be read."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for part, *_ in self._wanted():
            if not part.isHidden():
                continue
            if isinstance(part, QPushButton):
                menu.addAction(part.text(), part.click).setEnabled(part.isEnabled())
            elif part is self.pace:
                self._fill_paces(menu.addMenu(f"Pace: {self.pace.text()}"))
            else:
                says = part.accessibleDescription() if part is self.meter else part.text()
                menu.addAction(says).setEnabled(False)
        menu.popup(self.more.mapToGlobal(QPoint(0, self.more.height() + appearance().px(4))))

    def _fill_paces(self, menu: QMenu) -> None:
        menu.clear()
        for key, pace in PACES.items():
            action = menu.addAction(pace.title)
            action.setCheckable(True)
            action.setChecked(self._session.runs.pace == key)
            action.triggered.connect(lambda _=False, key=key: self._session.runs.set_pace(key))

    def _restyled(self) -> None:
        self.updateGeometry()
        self._place()

    def refresh(self, *_: object) -> None:
        """Show the run as it is now."""
        session = self._session
        state = session.run_state
        known = session.has_engine and state != "idle"
        runs = session.runs if known else None
        self.run.setText(tr(RUN_WORDS.get(state, "Run")) if not session.stale else tr("Run"))
        self.step.setEnabled(state not in ("starting", "running"))
        self.stop.setEnabled(state in ("starting", "running", "paused"))
        self.reset.setEnabled(state != "idle")
        if runs is None:
            self.meter.show_run(state, 0, None, 0.0, 0.0)
        elif runs.reading is not None:
            self.meter.show_reading(runs.reading)
        else:
            self.meter.show_run(state, runs.steps, runs.limit, runs.steps_per_second, runs.elapsed)
        lanes = runs.lanes if runs is not None else ()
        changed = self._set_chip(self.backend, joined(BACKENDS.get(lane.backend, lane.backend) for lane in lanes))
        changed |= self._set_chip(self.approach, joined(lane.approach for lane in lanes))
        changed |= self._set_chip(self.pace, PACES[session.runs.pace].title if session.has_engine else "")
        changed |= self._set_chip(self.edited, "edited since" if session.stale else "")
        if changed or self.meter.width() != self.meter.sizeHint().width():
            self.updateGeometry()
            self._place()

    def _set_chip(self, chip: QLabel | QToolButton, text: str) -> bool:
        changed = chip.text() != text
        chip.setText(text)
        return changed

    def _wanted(self) -> list[tuple[QWidget, int, int]]:
        """Return the parts that have something to show: (part, rank, width)."""
        found = []
        for part, rank in self._parts:
            if (isinstance(part, QLabel | QToolButton) and not part.text()) or part.property(
                "command"
            ) in self._withheld:
                continue
            width = part.sizeHint().width()
            if part is self.run:
                metrics = QFontMetricsF(part.font())
                width = max(width, round(metrics.horizontalAdvance("Continue")) + appearance().px(32))
            found.append((part, rank, width))
        return found

    def withhold(self, commands: frozenset[str]) -> None:
        """Leave out the buttons that give these commands: a lesson does without them."""
        if commands != self._withheld:
            self._withheld = commands
            self.updateGeometry()
            self._place()

    def _gap(self) -> int:
        return appearance().px(6)

    def sizeHint(self) -> QSize:
        """Qt: room for everything."""
        wanted = self._wanted()
        return QSize(sum(w for *_, w in wanted) + self._gap() * (len(wanted) + 1), appearance().px(32))

    def minimumSizeHint(self) -> QSize:
        """Qt: what is never left out, and the button for the rest."""
        needed = [width for _, rank, width in self._wanted() if rank == 0]
        more = self.more.sizeHint().width()
        return QSize(sum(needed) + self._gap() * (len(needed) + 1) + more, appearance().px(32))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Qt: place what has room."""
        self._place()

    def fitting(self, room: int) -> int:
        """Return how much of a room is of use to it: what is left over is too little for the next part."""
        return self._kept(room)[1]

    def _kept(self, room: int) -> tuple[set[QWidget], int]:
        """Return the parts that there is room for, and the width that they take."""
        gap, wanted, whole = self._gap(), self._wanted(), self.sizeHint().width()
        if whole <= room:
            return {part for part, *_ in wanted}, whole
        kept: set[QWidget] = set()
        left = room - self.more.sizeHint().width() - gap
        for part, rank, width in sorted(wanted, key=lambda each: each[1]):
            if rank > 0 and width + gap > left:
                break
            kept.add(part)
            left -= width + gap
        return kept, room - max(left, 0)

    def _place(self) -> None:
        gap, wanted = self._gap(), self._wanted()
        kept, _ = self._kept(self.width())
        x = 0
        for part, _ in self._parts:
            part.setVisible(part in kept)
        for part, _, width in wanted:
            if part in kept:
                height = min(self.height(), appearance().px(32))
                if isinstance(part, QLabel | QToolButton):
                    height = min(height, part.sizeHint().height())
                part.setGeometry(x, (self.height() - height) // 2, width, height)
                x += width + gap + (gap if part in (self.stop, self.meter) else 0)
        self.more.setVisible(len(kept) < len(wanted))
        if not self.more.isHidden():
            side = self.more.sizeHint()
            self.more.setGeometry(QRect(QPoint(x, (self.height() - side.height()) // 2), side))


def joined(words: object) -> str:
    """Return distinct words in order, as "tape, static"."""
    return ", ".join(dict.fromkeys(str(word) for word in words))  # type: ignore[attr-defined]
