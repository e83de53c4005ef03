"""The inspector teaches: what the node does, its settings, its formula with numbers in it, local partials, the chain
from the loss,
value and derivative, and whether the gradient is right. Drawn from the operator's declaration alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.formula import FormulaView
from app.panels.inspector_chain import ChainSection
from app.panels.inspector_form import Form
from app.panels.inspector_math import formula_with_numbers, full_formula
from app.panels.inspector_muted import Muted
from app.panels.inspector_partials import Partials
from app.panels.inspector_parts import Card, Dot, Elided, Section, Spark, Square, label, set_role
from app.panels.inspector_reasons import Why
from app.panels.inspector_several import SeveralView
from app.panels.summary import Summary
from app.running import MOVING
from app.theme import appearance
from app.words import tr
from engine.document import Changed
from engine.graph import Socket
from engine.operator import Kind
from engine.sockets import output_names

if TYPE_CHECKING:
    from app.session import Session

REFRESH = 400
"""Least milliseconds between two refreshes of values while a run is on: faster than anybody reads would only cost the
run. A number that is dragged is followed four times as fast."""
MANY = 100
"""Selected nodes from which on what they have in common is looked for only once the selection rests."""


class Inspector(QScrollArea):
    """The panel: shows `session.current`, and follows it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.view: NodeView | None = None
        self.summary: Summary | None = None
        """What is shown while nothing is selected."""
        self.several: SeveralView | None = None
        """What is shown while several nodes are selected."""
        self._gathering = QTimer(self, singleShot=True)
        self._gathering.timeout.connect(self._rebuild)
        self.setAccessibleName(tr("Inspector"))
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._due = False
        self._resting = QTimer(self, singleShot=True, interval=REFRESH)
        self._resting.timeout.connect(self._rested)
        session.selection_changed.connect(self._follow)
        session.replaced.connect(self._rebuild)
        session.changed.connect(self._changed)
        session.values_changed.connect(self._values)
        session.types_changed.connect(self._values)
        session.problems_changed.connect(self._problems)
        session.looks.partials_changed.connect(self._values)
        session.run_state_changed.connect(self._values)
        session.watcher.reasons_changed.connect(self._reasons)
        session.explainer.changed.connect(self._explained)
        session.path_changed.connect(self._titled)
        session.looks.checked.connect(self._checked)
        session.looks.check_failed.connect(self._check_failed)
        appearance().changed.connect(self._rebuild)
        self._rebuild()

    def minimumSizeHint(self) -> QSize:
        """Qt: never so narrow that something of it is cut."""
        page = self.widget()
        wanted = page.minimumSizeHint().width() if page is not None else 0
        return QSize(max(wanted, appearance().px(240)) + self.verticalScrollBar().sizeHint().width(), 120)

    def _follow(self) -> None:
        chosen = self._several()
        if not chosen:
            self._gathering.stop()
            if self.several is not None or (self.view.id if self.view else None) != self.session.current:
                self._rebuild()
        elif self.several is None or chosen != frozenset(self.several.nodes):
            self._gathering.start(0 if len(chosen) < MANY else REFRESH // 4)

    def _several(self) -> frozenset[str]:
        """Return the selected nodes where there are several."""
        chosen = self.session.selection
        return chosen if len(chosen) > 1 else frozenset()

    def _rebuild(self) -> None:
        self._gathering.stop()
        id, chosen = self.session.current, self._several()
        self.several = SeveralView(self.session, tuple(chosen)) if chosen else None
        self.view = NodeView(self.session, id) if id is not None and not chosen else None
        # What is replaced may be what is just telling of an edit: it goes once it has finished.
        old = self.takeWidget()
        if old is not None:
            old.hide()
            old.deleteLater()
        self.summary = None if self.view or self.several else Summary(self.session)
        self.setWidget(self.view or self.several or self.summary)
        self.updateGeometry()

    def _changed(self, change: Changed) -> None:
        view = self.view
        if self.several is not None:
            if change.nodes & set(self.several.nodes):
                self.several.refresh()
        elif view is None:
            self._values()
        elif view.id in change.removed or view.id not in self.session.graph.nodes:
            return
        elif view.operator_id != self.session.node(view.id).operator:
            self._rebuild()
        elif view.id in change.nodes or change.wires:
            view.refresh()

    def _values(self, *_: object) -> None:
        """Show new values: at once where nothing was shown for a while, else with all that come meanwhile."""
        if self._resting.isActive():
            self._due = True
            return
        self._due = False
        self._resting.start(REFRESH if self.session.run_state in MOVING else REFRESH // 4)
        if not self.isVisible():
            self._due = True  # shown when the panel is
        elif self.view is not None:
            if self.view.id in self.session.graph.nodes:
                self.view.refresh_values()
        elif self.summary is not None:
            self.summary.refresh()

    def _rested(self) -> None:
        if self._due and self.isVisible():
            self._values()

    def showEvent(self, event: QShowEvent) -> None:
        """Qt: catch up with the values."""
        super().showEvent(event)
        self._rested()

    def _problems(self) -> None:
        if self.view is not None and self.view.id in self.session.graph.nodes:
            self.view.refresh_problems()
        elif self.view is None:
            self._values()

    def _reasons(self) -> None:
        for section in self.view.values if self.view is not None else ():
            section.why.refresh()

    def _explained(self) -> None:
        if self.view is not None and self.view.id in self.session.graph.nodes:
            self.view.refresh_explanation()

    def _titled(self) -> None:
        if self.summary is not None:
            self._values()

    def _checked(self, checks: object) -> None:
        if self.view is not None:
            self.view.check.show_checks(checks)

    def _check_failed(self, sentence: str) -> None:
        if self.view is not None:
            self.view.check.show_state("bad", sentence)


class NodeView(QWidget):
    """One node's page."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__()
        self.session, self.id = session, id
        self.operator = session.operator(id)
        self.operator_id = session.node(id).operator
        self.setProperty("role", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(0)
        self.partials: Partials | None = None
        px = appearance().px
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(px(18), px(14), px(18), px(18))
        self._column.setSpacing(px(8))
        self._header()
        self._sentence()
        self.muted = Muted(session, id)
        self._column.addWidget(self.muted)
        self.problems = QVBoxLayout()
        self.problems.setSpacing(px(6))
        self._column.addLayout(self.problems)
        self._formula()
        self.value_box = ValueBox(session, id)
        self.chain = ChainSection(session, id)
        if self.operator.kind is Kind.PARAMETER:
            # What is trained is looked at more often than it is set.
            self._add(self.value_box, self.chain)
            self._settings()
        else:
            self._settings()
            self._partials()
            self._add(self.chain, self.value_box)
        self.check = CheckSection(session, id)
        self._column.addWidget(self.check)
        self.check.setVisible(self.operator.kind not in (Kind.VIEW, Kind.SOURCE, Kind.UNKNOWN))
        self._column.addStretch(1)
        self.refresh()

    @property
    def values(self) -> list[ValueSection]:
        """The sections of the outputs."""
        return self.value_box.sections

    def _add(self, *sections: QWidget) -> None:
        for section in sections:
            self._column.addWidget(section)

    def _header(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(appearance().px(10))
        self.title = QLineEdit()
        self.title.setProperty("role", "title")
        self.title.setAccessibleName("name of the node")
        self.title.setToolTip(tr("Click to rename"))
        self.title.setPlaceholderText(self.operator.title)
        self.title.editingFinished.connect(self._renamed)
        row.addWidget(Square(self.operator.family))
        row.addWidget(self.title, 1)
        row.addWidget(Elided(self.id, "faint"))
        self._column.addLayout(row)

    def _renamed(self) -> None:
        if self.id not in self.session.graph.nodes:
            return  # the node was removed while its name was being edited
        name = self.title.text().strip()
        if name != self.session.label(self.id):
            self.session.rename(self.id, "" if name == self.operator.title else name)
        # What was refused, or emptied, is shown as it is.
        self.title.setText(self.session.label(self.id))

    def _sentence(self) -> None:
        first, _, rest = self.operator.help.partition("\n\n")
        sentence = label(" ".join(first.split()), "second", wrap=True)
        self._column.addWidget(sentence)
        if self.session.node(self.id).name not in ("", self.operator.title):
            self._column.addWidget(label(self.operator.title, "faint"))
        self.help = Section(tr("More about it"), "help")
        for paragraph in rest.split("\n\n"):
            self.help.column.addWidget(label(" ".join(paragraph.split()), "second", wrap=True, selectable=True))
        self._column.addWidget(self.help)
        self.help.setVisible(bool(rest.strip()))

    def _settings(self) -> None:
        self.form = Form(self.session, self.id)
        section = Section(tr("Settings"), "settings")
        section.column.addWidget(self.form)
        self.settings = section
        self._column.addWidget(section)

    def _formula(self) -> None:
        self.formula, self.numbers = FormulaView(), FormulaView()
        card = Card(self.formula, self.numbers)
        self._column.addWidget(card)
        card.setVisible(bool(self.operator.formula) and self.operator.kind not in (Kind.PARAMETER, Kind.SOURCE))

    def _partials(self) -> None:
        self.partials = Partials(self.session, self.id)
        self._column.addWidget(self.partials)

    def refresh(self) -> None:
        """Show everything as it is now."""
        name = self.session.label(self.id)
        if not self.title.hasFocus() or not self.title.isModified():
            self.title.setText(name)
            self.title.setCursorPosition(0)
        self.form.refresh()
        self.muted.refresh()
        self.settings.setVisible(self.form.shows_something)
        self.refresh_values()
        self.refresh_problems()

    def refresh_values(self) -> None:
        """Show the last look."""
        look, later = appearance(), self.session.run_state in MOVING or self.session.looks.live
        self.value_box.refresh()
        output = self.values[0].socket.name if self.values else "value"
        whole = full_formula(self.operator.formula, output)
        self.formula.show_formula(whole, size=look.px(18), colour=look.theme.text, later=later)
        with_numbers = formula_with_numbers(self.session, self.id) if self.operator.formula else None
        self.numbers.setVisible(bool(with_numbers))
        if with_numbers:
            self.numbers.show_formula(with_numbers, size=look.px(16), colour=look.theme.value, later=later)
        self.refresh_explanation()
        if self.values:
            self.session.explainer.follow(self.values[0].socket)

    def refresh_explanation(self) -> None:
        """Show the node's partials and the chain to it as far as they are known."""
        socket = self.values[0].socket if self.values else None
        told = socket is not None and not self.session.looks.veiled  # else a learner is to find it
        found = self.session.explainer.of(socket) if told else None
        if self.partials is not None:
            self.partials.refresh(found)
        self.chain.show_chain(socket, found)

    def refresh_problems(self) -> None:
        """Show the node's problems."""
        while (item := self.problems.takeAt(0)) is not None:
            item.widget().deleteLater()
        for problem in self.session.node_problems(self.id):
            card = Card()
            row = QHBoxLayout()
            row.setSpacing(appearance().px(8))
            dot = Dot("bad" if problem.severity == "error" else "warning")
            row.addWidget(dot, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(label(problem.sentence, "body", wrap=True, selectable=True), 1)
            card.column.addLayout(row)
            if problem.fix is not None:
                button = QPushButton(tr("Mend"))
                button.clicked.connect(lambda _=False, fix=problem.fix: self.session.apply(fix))
                card.column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.problems.addWidget(card)


class ValueBox(QWidget):
    """The sections of all outputs, which may become others while settings are edited."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__()
        self.session, self.id = session, id
        self.sections: list[ValueSection] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(appearance().px(8))

    def refresh(self) -> None:
        """Show the last look at every output there is now."""
        names = list(output_names(self.session.graph, self.session.operator(self.id), self.id))
        if names != [section.socket.name for section in self.sections]:
            for section in self.sections:
                section.hide()
                section.deleteLater()
            self.sections = [ValueSection(self.session, Socket(self.id, name), len(names) > 1) for name in names]
            for section in self.sections:
                self._column.addWidget(section)
        for section in self.sections:
            section.refresh()


class ValueSection(Section):
    """One output: type, value and derivative, each with a small picture."""

    def __init__(self, session: Session, socket: Socket, several: bool) -> None:
        super().__init__(tr("Value of %1").replace("%1", socket.name) if several else tr("Value"), "value")
        self.session, self.socket = session, socket
        self._shown: object = None
        self.value, self.derivative = (
            label("", "value", wrap=True, selectable=True),
            label("", "derivative", wrap=True, selectable=True),
        )
        self.type = label("", "mono")
        self.line, self.slope = Spark(), Spark(derivative=True)
        self.why = Why(session, socket)
        self.all = QPushButton(tr("All numbers"))
        self.all.setProperty("role", "quiet")
        self.all.setToolTip(tr("Open a window with the whole array"))
        self.all.clicked.connect(lambda: session.tensor_requested.emit(socket, False))
        self.card = Card(self.type, self.value, self.line, self.derivative, self.slope, self.why)
        self.card.column.setSpacing(appearance().px(5))
        self.card.column.addWidget(self.all, 0, Qt.AlignmentFlag.AlignLeft)
        self.all.hide()
        self.column.addWidget(self.card)

    def refresh(self) -> None:
        """Show the last look, or the type as far as it is known."""
        self.why.refresh()
        look = self.session.look(self.socket)
        kind = self.session.type_of(self.socket)
        if self._shown == (look, kind):
            return
        self._shown = (look, kind)
        self.all.setVisible(look is not None and (look.partial is None or look.partial.shape != ()))
        self.type.setText(look.type if look else str(kind) if kind else "not known yet")
        set_role(self.type, "mono" if look or kind else "faint")
        self.value.setText(look.value if look else "")
        self.value.setVisible(bool(look and look.value))
        self.derivative.setText(f"∂loss  {look.cotangent}" if look and look.cotangent else "")
        self.derivative.setVisible(bool(look and look.cotangent))
        if look is not None and look.thumbnail is not None:
            self.line.show_image(look.thumbnail.array())
        else:
            self.line.show_line(look.line if look else ())
        slope = look.cotangent_partial.array() if look and look.cotangent_partial is not None else None
        self.slope.show_line(
            tuple(slope.real.tolist()) if slope is not None and slope.ndim == 1 and slope.size <= 64 else ()
        )


class CheckSection(Section):
    """Whether the gradient through the node agrees with differences."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__(tr("Gradient check"), "check")
        self.session, self.id = session, id
        self.dot = Dot()
        self.text = label("not checked yet", "second", wrap=True)
        self.button = QPushButton(tr("Check"))
        self.button.setToolTip(
            tr("Compare the derivatives with central differences and, where analytic, the complex step (F7)")
        )
        self.button.clicked.connect(self.start)
        row = QHBoxLayout()
        row.setSpacing(appearance().px(8))
        row.addWidget(self.dot)
        row.addWidget(self.text, 1)
        row.addWidget(self.button)
        self.column.addLayout(row)

    def start(self) -> None:
        """Ask for the check."""
        if self.session.has_engine:
            self.show_state("faint", "checking…")
            self.session.looks.check(self.id)

    def show_state(self, tone: str, sentence: str) -> None:
        """Show where the check stands."""
        self.dot.set_tone(tone)
        self.text.setText(sentence)

    def show_checks(self, checks: object) -> None:
        """Show what came back: the worst of all parameters."""
        found = tuple(checks)  # type: ignore[arg-type]
        if not found:
            self.show_state("faint", "no parameter depends on this node")
            return
        failed = [each for each in found if not each.passed]
        worst = max(failed or found, key=lambda each: each.error)
        self.show_state("bad" if failed else "good", worst.sentence)
