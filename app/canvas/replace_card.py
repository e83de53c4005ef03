"""Find and replace in settings: what is looked for, what comes in its place, and every hit before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
)

from app.canvas.canvas_card import EDGE, CanvasCard
from app.panels.inspector_parts import label
from app.theme import appearance
from app.tips import tip
from app.words import tr
from engine.finding import text_of
from engine.replacing import Hit, Wanted, hits, replacing_edit
from engine.sockets import shortened

if TYPE_CHECKING:
    from app.canvas.view import Canvas

MOST_SHOWN: Final = 500
HIT: Final = Qt.ItemDataRole.UserRole


class ReplaceCard(CanvasCard):
    """Lies on the canvas at its upper right; made when first asked for (`replace_card`)."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__(canvas, "Find and replace in settings")
        self.hits: tuple[Hit, ...] = ()
        self.old = self._line("a number or a text", "Find")
        self.new = self._line("what comes in its place", "Replace with")
        self.setting = self._line("any setting", "Only in the setting")
        self.whole = self._box("Whole", "A text has to be the whole value, not a part of it.")
        self.cased = self._box("Case", "Capitals and small letters are told apart.")
        self.selected = self._box("Selected nodes", "Look only at the selected nodes.")
        self.list = QTreeWidget(self)
        self.list.setHeaderLabels(["Setting", "Now", "Then"])
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setAccessibleName(tr("Settings that hold it"))
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.list.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.list.itemChanged.connect(self._tell)
        self.list.itemActivated.connect(lambda item: self.session.reveal(item.data(0, HIT).node))
        self.list.itemClicked.connect(self._clicked)
        self.said = label("", "second", wrap=True)
        self.apply_button = QPushButton(tr("Replace"), self)
        self.apply_button.setProperty("role", "primary")
        self.apply_button.clicked.connect(self.apply)
        self.close_button = self.glyph_button("close", "Close (Escape)", self.end)
        self._filling = False
        self._lay()
        self.lay(self.old, self.session.changed, self.session.selection_changed)

    def _line(self, placeholder: str, name: str) -> QLineEdit:
        line = QLineEdit(self)
        line.setPlaceholderText(placeholder)
        line.setAccessibleName(name)
        line.textEdited.connect(self.search)
        line.installEventFilter(self)
        return line

    def _box(self, text: str, says: str) -> QCheckBox:
        box = QCheckBox(tr(text), self)
        box.setToolTip(says)
        box.toggled.connect(lambda _: self.search())
        return box

    def _lay(self) -> None:
        self._column = QVBoxLayout(self)
        head = QHBoxLayout()
        head.addWidget(label(tr("Find and replace in settings"), "strong"), 1)
        head.addWidget(self.close_button)
        self._grid = QGridLayout()
        for row, column, text, line in (
            (0, 0, "Find", self.old),
            (0, 2, "with", self.new),
            (1, 0, "Only in", self.setting),
        ):
            self._grid.addWidget(label(tr(text), "second"), row, column)
            self._grid.addWidget(line, row, column + 1)
        self._boxes = QHBoxLayout()
        for box in (self.whole, self.cased):
            self._boxes.addWidget(box)
        self._boxes.addStretch(1)
        self._grid.addLayout(self._boxes, 1, 2, 1, 2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.selected)
        foot.addWidget(self.said, 1)
        foot.addWidget(self.apply_button)
        self._column.addLayout(head)
        self._column.addLayout(self._grid)
        self._column.addWidget(self.list, 1)
        self._column.addLayout(foot)

    def dress(self) -> None:
        """Take the measures of the appearance."""
        px = appearance().px
        self._column.setContentsMargins(px(12), px(8), px(8), px(10))
        self._column.setSpacing(px(8))
        self._boxes.setSpacing(px(14))
        self._grid.setHorizontalSpacing(px(10))
        self._grid.setVerticalSpacing(px(6))
        super().dress()

    def settle(self) -> None:
        """Take the place at the upper right."""
        px, canvas = appearance().px, self.canvas
        width, height = min(px(440), canvas.width() - 2 * px(EDGE)), min(px(400), canvas.height() - 2 * px(EDGE))
        self.setGeometry(canvas.width() - width - px(EDGE), px(EDGE), width, height)

    # What it is asked ----------------------------------------------------------------------------------------------

    def search(self) -> None:
        """Show every setting that holds what is looked for."""
        session = self.session
        wanted = Wanted(
            self.old.text(), self.new.text(), self.setting.text(), self.whole.isChecked(), self.cased.isChecked()
        )
        nodes = sorted(session.selection) if self.selected.isChecked() else None
        self.hits = hits(session.content, session.library, wanted, nodes)
        self._filling = True
        self.list.clear()
        self.list.addTopLevelItems([self._row(hit) for hit in self.hits[:MOST_SHOWN]])
        self._filling = False
        self.canvas.show_found(frozenset(hit.node for hit in self.hits))
        self._tell()

    def _row(self, hit: Hit) -> QTreeWidgetItem:
        look = appearance()
        said = self.session.label(hit.node) if self.session.node(hit.node).name else hit.node
        name = f"{said} · {hit.setting.replace('_', ' ')}"
        after = "not allowed" if hit.fault else shortened(text_of(hit.after), 60)
        row = QTreeWidgetItem([shortened(name, 60), shortened(text_of(hit.before), 60), after])
        row.setData(0, HIT, hit)
        row.setToolTip(0, tip(hit.path))
        row.setToolTip(1, tip(shortened(text_of(hit.before), 400)))
        row.setToolTip(2, tip(hit.fault or shortened(text_of(hit.after), 400)))
        if hit.fault:
            row.setForeground(2, QColor(look.theme.bad))
        else:
            row.setCheckState(0, Qt.CheckState.Checked)
        return row

    def chosen(self) -> list[Hit]:
        """Return the hits that are marked, and those beyond what is shown."""
        rows = [self.list.topLevelItem(k) for k in range(self.list.topLevelItemCount())]
        marked = [row.data(0, HIT) for row in rows if row.checkState(0) == Qt.CheckState.Checked and row.data(0, HIT)]
        good = [hit for hit in marked if not hit.fault]
        return [*good, *(hit for hit in self.hits[MOST_SHOWN:] if not hit.fault)]

    def _clicked(self, row: QTreeWidgetItem) -> None:
        hit = row.data(0, HIT)
        if hit.node in self.session.graph.nodes:
            self.session.reveal(hit.node)

    def _tell(self, *_: object) -> None:
        if self._filling:
            return
        good, total = len(self.chosen()), len(self.hits)
        self.apply_button.setEnabled(bool(good) and bool(self.old.text()))
        self.apply_button.setText(f"Replace {good:,}" if good else tr("Replace"))
        refused = sum(bool(hit.fault) for hit in self.hits)
        if not self.old.text():
            text = "A number or a text in any setting."
        elif not total:
            text = "No setting holds it."
        else:
            text = f"{total:,} setting{'' if total == 1 else 's'}" + (f", {refused} not allowed" if refused else "")
        self.said.setText(text)

    def apply(self) -> None:
        """Replace in all marked hits, as one undo step."""
        good = self.chosen()
        if good and self.session.apply(replacing_edit(self.session.content, self.session.library, good)):
            nodes = len({hit.node for hit in good})
            of = "1 node" if nodes == 1 else f"{nodes:,} nodes"
            self.session.message.emit(f"Replaced in {len(good):,} setting{'' if len(good) == 1 else 's'} of {of}.")
            self.search()

    def pressed(self, line: QLineEdit, event: QKeyEvent) -> bool:
        """Return replaces or, in the first line, goes on to the second."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return False
        if self.apply_button.isEnabled() and line is not self.old:
            self.apply()
        else:
            self.new.setFocus(Qt.FocusReason.TabFocusReason)
        return True


def replace_card(canvas: Canvas) -> ReplaceCard:
    """Return the canvas's card, made when first asked for."""
    found = canvas.findChild(ReplaceCard)
    return found if found is not None else ReplaceCard(canvas)
