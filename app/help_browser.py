"""The help browser: a window beside the work with a page for every operator, made from its declaration when it is first
shown."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from urllib.parse import unquote

from PySide6.QtCore import QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QKeySequence, QPainter, QShortcut, QTextDocument
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from app import fonts
from app.assets import SAMPLES
from app.formula import render
from app.pages.book import uses
from app.pages.examples import example
from app.pages.html import contents, html, style
from app.pages.page import page
from app.panels.palette import OPERATOR_ROLE, Palette
from app.theme import appearance
from app.thumbnails import picture_of
from app.words import tr
from engine.graph import Content
from engine.operator import Library

if TYPE_CHECKING:
    from app.window import Window

SIZE = (980, 720)
PICTURE = (560, 200)
"""Of an example graph, at scale 1."""
FORMULA = 17
SHARPNESS = 2


class HelpBrowser(QWidget):
    """Search on the left, a page on the right, back and forward between those seen."""

    example_requested = Signal(str)
    insert_requested = Signal(str)
    sample_requested = Signal(str)

    def __init__(self, library: Library, parent: Window | QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle(tr("Operators — Gradwire help"))
        self.setProperty("role", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._library = library
        self._seen: list[str] = []
        self._at = -1
        self.palette_panel = Palette(library)
        self.palette_panel.insert_requested.connect(self.show_operator)
        self.palette_panel.list.selectionModel().currentChanged.connect(self._picked)
        self.view = PageView(library)
        self.view.anchorClicked.connect(self._follow)
        self.back, self.forward = QPushButton(tr("Back")), QPushButton(tr("Forward"))
        self.home = QPushButton(tr("All operators"))
        self.insert, self.open_example = QPushButton(tr("Insert")), QPushButton(tr("Open example"))
        self.open_example.setProperty("role", "primary")
        self.back.clicked.connect(lambda: self._go(-1))
        self.forward.clicked.connect(lambda: self._go(1))
        self.home.clicked.connect(lambda: self.show_operator(""))
        self.insert.clicked.connect(lambda: self.insert_requested.emit(self.current))
        self.open_example.clicked.connect(lambda: self.example_requested.emit(self.current))
        self._bar, self._column, self._row = QHBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        for button in (self.back, self.forward, self.home):
            self._bar.addWidget(button)
        self._bar.addStretch(1)
        for button in (self.insert, self.open_example):
            self._bar.addWidget(button)
        self._column.addLayout(self._bar)
        self._column.addWidget(self.view, 1)
        self._row.addWidget(self.palette_panel)
        self._row.addLayout(self._column, 1)
        for keys, act in (("Alt+Left", lambda: self._go(-1)), ("Alt+Right", lambda: self._go(1))):
            QShortcut(QKeySequence(keys), self, act)
        QShortcut(QKeySequence("Ctrl+F"), self, self.palette_panel.search.setFocus)
        appearance().changed.connect(self._restyle)
        self._restyle()
        look = appearance()
        self.resize(look.px(SIZE[0]), look.px(SIZE[1]))

    @property
    def current(self) -> str:
        """The operator whose page is shown; "" at the contents."""
        return self._seen[self._at] if self._at >= 0 else ""

    def show_operator(self, id: str) -> None:
        """Show an operator's page, or the contents for "" or an operator this library lacks."""
        id = id if id in self._library else ""
        if self._at < 0 or id != self.current:
            del self._seen[self._at + 1 :]
            self._seen.append(id)
            self._at = len(self._seen) - 1
        self._show()

    def _go(self, by: int) -> None:
        if 0 <= self._at + by < len(self._seen):
            self._at += by
            self._show()

    def _show(self) -> None:
        self.view.show_page(self.current)
        self.back.setEnabled(self._at > 0)
        self.forward.setEnabled(self._at < len(self._seen) - 1)
        operator = self._library.get(self.current)
        self.home.setEnabled(operator is not None)
        self.insert.setEnabled(operator is not None)
        self.open_example.setEnabled(operator is not None and self.view.example(operator.id) is not None)
        self.setWindowTitle(f"{operator.title if operator else 'Operators'} — Gradwire help")

    def _picked(self, *_: object) -> None:
        id = self.palette_panel.list.currentIndex().data(OPERATOR_ROLE)
        if id:
            self.show_operator(id)

    def _follow(self, url: QUrl) -> None:
        target = unquote(url.path())
        match url.scheme():
            case "op":
                self.show_operator(target)
            case "example":
                self.example_requested.emit(target)
            case "sample" if (SAMPLES / target).is_file():
                self.sample_requested.emit(target)

    def _restyle(self) -> None:
        px = appearance().px
        self.palette_panel.setFixedWidth(px(230))
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._column.setContentsMargins(px(20), px(14), px(12), px(12))
        self._column.setSpacing(px(10))
        self._bar.setSpacing(px(8))
        if self._at >= 0:
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt: Escape closes."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


class PageView(QTextBrowser):
    """Shows pages. Formulas and pictures are drawn when a page is first shown, and kept."""

    def __init__(self, library: Library) -> None:
        super().__init__()
        self._library = library
        self._images: dict[str, QImage] = {}
        """Of the page that is shown, by the address in it."""
        self._graphs: dict[str, Content | None] = {}
        self._drawn: dict[tuple[str, str, float], QImage] = {}
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setAccessibleName(tr("Help page"))
        self.setStyleSheet("QTextBrowser { background: transparent; border: none; }")
        self.viewport().setAutoFillBackground(False)

    def show_page(self, id: str) -> None:
        """Show an operator's page from its top; "": the contents."""
        look = appearance()
        self._images.clear()
        self.setFont(fonts.sans("body", look.scale))
        sizes = {name: round(size * look.scale) for name, size in fonts.SIZES.items()}
        self.document().setDefaultStyleSheet(style(look.theme, sizes))
        self.document().setDocumentMargin(look.px(4))
        operator = self._library.get(id)
        if operator is None:
            self.setHtml(contents(self._library, look.theme))
            return
        graph = self.example(id)
        self.setHtml(
            html(
                page(operator, self._library, uses()),
                look.theme,
                self._formula,
                self._picture(id, graph) if graph is not None else "",
                openable=graph is not None,
            )
        )

    def loadResource(self, kind: int, url: QUrl) -> object:
        """Qt: the images of the page; nothing else is ever loaded, from nowhere."""
        if kind == QTextDocument.ResourceType.ImageResource.value:
            return self._images.get(url.toString(), QImage())
        return None

    def _formula(self, latex: str) -> str:
        """Return an <img> of a formula; where it cannot be drawn, its text."""
        look = appearance()
        drawn = render(latex, look.px(FORMULA), look.theme.text)
        if drawn is None:
            return f"<code>{escape(latex)}</code>"
        name = f"formula:{sum(each.startswith('formula') for each in self._images)}"
        image = QImage(
            QSize(round(drawn.width * SHARPNESS), round(drawn.height * SHARPNESS)),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        QSvgRenderer(drawn.svg).render(painter)
        painter.end()
        self._images[name] = image
        return f'<img src="{name}" width="{round(drawn.width)}" height="{round(drawn.height)}">'

    def example(self, id: str) -> Content | None:
        """Return the example graph of an operator; made once."""
        if id not in self._graphs:
            self._graphs[id] = example(self._library[id], self._library) if id in self._library else None
        return self._graphs[id]

    def _picture(self, id: str, graph: Content) -> str:
        """Return an <img> of a graph as the canvas draws it; drawn once in each theme and scale."""
        look = appearance()
        width, height = look.px(PICTURE[0]), look.px(PICTURE[1])
        key = (id, look.theme.name, look.scale)
        if key not in self._drawn:
            image = QImage(QSize(width, height) * SHARPNESS, QImage.Format.Format_RGB32)
            image.fill(QColor(look.theme.canvas))
            painter = QPainter(image)
            painter.drawPixmap(image.rect(), picture_of(graph, self._library, QSize(width, height), SHARPNESS))
            painter.end()
            self._drawn[key] = image
        self._images["picture:0"] = self._drawn[key]
        return f'<img src="picture:0" width="{width}" height="{height}">'
