"""A row of the inspector: a setting's name, its editor, the way back to its default, and what is wrong or wired."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QMenu, QStyle, QStyleOptionToolButton, QToolButton, QWidget

from app.canvas import node_editing_menu
from app.changes import settings
from app.panels.inspector_fields import Editor
from app.panels.inspector_parts import label
from app.panels.inspector_scrub import TitleScrub
from app.signatures import is_signature
from app.suggestions import choose_file, choose_node
from app.theme import appearance
from app.tips import tip
from app.words import tr
from engine.edits import ResetSetting
from engine.exposing import unable
from engine.finding import text_of
from engine.graph import Socket
from engine.setting import File, Reference, Setting

if TYPE_CHECKING:
    from app.session import Session


class ResetButton(QToolButton):
    """A dot that marks a changed setting; under the pointer, or with the keyboard in it, the arrow back."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(f"reset {name}")
        self.setFixedWidth(appearance().px(22))
        policy = self.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.setSizePolicy(policy)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt: draw the dot, or the arrow on its button."""
        if self.underMouse() or self.hasFocus():
            self.setText("↺")
            super().paintEvent(event)
            return
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelButtonTool, option, painter, self)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(appearance().theme.second))
        radius = appearance().px(5) / 2
        painter.drawEllipse(QPointF(self.rect().center()) + QPointF(0.5, 0.5), radius, radius)


class Row(QWidget):
    """One setting of one node."""

    def __init__(self, session: Session, node: str, name: str, spec: Setting, editor: Editor) -> None:
        super().__init__()
        self.session, self.node, self.name, self.spec, self.editor = session, node, name, spec, editor
        self.title = title_of(name, spec, editor)
        self.scrub = TitleScrub(session, node, name, self.title)
        self.back = ResetButton(settings.words(name))
        self.back.setToolTip(tip(f"Changed. Back to the default, {text_of(spec.default)}"))
        self.back.clicked.connect(self.reset)
        self.fault = label("", "bad", wrap=True)
        self.fault.hide()
        self.state = label("", "faint", wrap=True)
        self.state.hide()
        lay_row(self, self.title, self.back, editor, self.state, self.fault)
        editor.edited.connect(self._edited)
        editor.sealed.connect(session.seal)
        editor.refused.connect(self._refused)

    def refresh(self) -> None:
        """Show the setting as it is now."""
        self.editor.show_value(self.session.setting(self.node, self.name))
        self.scrub.refresh()
        self.back.setVisible(self.name in self.session.node(self.node).settings)
        exposed = self.name in self.session.node(self.node).exposed
        source = self.session.graph.sources.get(Socket(self.node, self.name)) if exposed else None
        self.editor.setEnabled(source is None)
        self.state.setVisible(exposed)
        if source is not None:
            self.state.setText(f"comes from “{self.session.label(source.node)[:40]}” · {source.name}")
        elif exposed:
            self.state.setText(tr("a socket of the node; this counts while nothing is wired into it"))

    def _edited(self, value: Any) -> None:
        if self.node not in self.session.graph.nodes:
            return  # a field that loses the keyboard because its node is gone still tells what was typed
        merge = f"{self.node}.{self.name}"
        if isinstance(self.spec, File):
            choose_file(self.session, self.node, self.name, value, merge)
        elif isinstance(self.spec, Reference):
            choose_node(self.session, self.node, self.name, value)
        else:
            self.session.set_setting(self.node, self.name, value, merge)

    def _refused(self, sentence: str) -> None:
        show_fault(self.fault, self.name, sentence)

    def reset(self) -> None:
        """Return the setting to its default."""
        self._refused("")
        if is_signature(self.session.graph, self.node, self.name):
            self.session.set_setting(self.node, self.name, self.spec.default)
        else:
            self.session.apply(ResetSetting(self.node, self.name))

    # The menu ------------------------------------------------------------------------------------------------------

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Qt: offer what can be done with the setting."""
        self.menu().popup(event.globalPos() if event.globalPos() != QPoint() else self.mapToGlobal(QPoint(0, 0)))

    def menu(self) -> QMenu:
        """Return the menu: back to the default, its path, as a socket."""
        session, node, name = self.session, self.node, self.name
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        back = menu.addAction(tr("Back to the default"), self.reset)
        back.setEnabled(name in session.node(node).settings)
        copying = menu.addAction(f"Copy path   {settings.path(node, name)}", self.copy_path)
        copying.setToolTip(tr("As gradwire sweep --over takes it"))
        socket = menu.addAction(tr("A socket of the node"))
        socket.setCheckable(True)
        socket.setChecked(name in session.node(node).exposed)
        declared = session.library.get(session.node(node).operator)
        socket.setEnabled(socket.isChecked() or (declared is not None and unable(declared, name) is None))
        socket.triggered.connect(lambda on: settings.expose(session, node, name, on))
        return menu

    def copy_path(self) -> None:
        """Put the setting's path on the clipboard."""
        node_editing_menu.copy_path(self.session, self.node, self.name)


def show_fault(fault: QLabel, name: str, sentence: str) -> None:
    """Show why what is written cannot be, or nothing."""
    fault.setText(f"{settings.words(name)} {sentence}." if sentence else "")
    fault.setVisible(bool(sentence))


def title_of(name: str, spec: Setting, editor: Editor) -> QLabel:
    """Return the label of a row; its editor gets the same name and tip."""
    made = QLabel(settings.words(name) + (f"  ({spec.unit})" if spec.unit else ""))
    made.setProperty("role", "second")
    made.setBuddy(editor)
    made.setToolTip(tip(spec.help))
    made.setFixedWidth(appearance().px(88))
    made.setWordWrap(True)
    editor.setToolTip(tip(spec.help))
    for child in (editor, *editor.findChildren(QWidget)):
        if not child.accessibleName():
            child.setAccessibleName(settings.words(name))
    return made


def lay_row(row: QWidget, title: QLabel, back: QWidget, editor: Editor, *below: QWidget) -> None:
    """Lay out a row: name, way back, editor (below them where it is wide), and what stands under it."""
    px = appearance().px
    grid = QGridLayout(row)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(px(2))
    grid.setVerticalSpacing(px(4))
    grid.addWidget(title, 0, 0)
    grid.addWidget(back, 0, 1)
    if editor.wide:
        grid.addWidget(editor, 1, 0, 1, 3)
    else:
        grid.addWidget(editor, 0, 2)
    for k, widget in enumerate(below):
        grid.addWidget(widget, 2 + k, 0, 1, 3)
    grid.setColumnStretch(2, 1)
