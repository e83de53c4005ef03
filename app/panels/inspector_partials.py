"""The node's own partials: the rule, its number or range, and the rule again with the numbers of the first element."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import numbers
from app.formula import FormulaView, word
from app.panels.inspector_math import many, operands, partial_formula, products_with_dots, substituted
from app.panels.inspector_parts import Card, FormulaRow, Section, label
from app.running import MOVING
from app.theme import appearance
from engine.graph import Socket

if TYPE_CHECKING:
    from app.session import Session
    from app.worker.readings import Explained

INDEXED = re.compile(r"_\{?[a-z]|\\sum|\\bar")
"""Rules that speak of elements by index, or of cotangents: numbers of one element do not stand in them."""


class Partials(Section):
    """A row for each input that has a partial; hidden where there is none."""

    def __init__(self, session: Session, id: str) -> None:
        super().__init__("Local partials", "partials")
        self.session, self.id = session, id
        self.operator = session.operator(id)
        self.rows: dict[str, PartialRow] = {}
        card = Card()
        for name, partial in self.operator.partials.items():
            self.rows[name] = PartialRow(name, partial)
            card.column.addWidget(self.rows[name])
        self.column.addWidget(card)
        if not self.rows:
            self.hide()

    def refresh(self, explained: Explained | None) -> None:
        """Show the rules, and what is known of the numbers."""
        later = self.session.run_state in MOVING or self.session.looks.live  # nobody waits for a picture then
        output = self.operator.outputs[0].name if self.operator.outputs else "value"
        known = explained.partials if explained is not None else {}
        node, texts = self.session.looks.partials
        values = operands(self.session, self.id)
        for name, row in self.rows.items():
            sockets = [each for each in known if each.partition(".")[0] == name]
            text, first = known[sockets[0]] if sockets else ("", None)
            row.show_partial((texts.get(name, "") if node == self.id else "") or text, output, later=later)
            one = not many(self.session, Socket(self.id, output))
            row.show_numbers(with_numbers(name, row.partial, output, values, first, one=one), later=later)


class PartialRow(QWidget):
    """One input's partial."""

    def __init__(self, name: str, partial: str) -> None:
        super().__init__()
        self.name, self.partial = name, partial
        self.row, self.numbers, self.wide = FormulaRow(), FormulaView(), label("", "derivative", wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(appearance().px(4))
        column.addWidget(self.row)
        column.addWidget(self.numbers)
        column.addWidget(self.wide)

    def show_partial(self, text: str, output: str, *, later: bool) -> None:
        """Show the rule and its number."""
        wide = text.startswith("Jacobian")
        self.row.show_row(partial_formula(self.name, self.partial, output), "" if wide else text, later=later)
        self.wide.setText(text if wide else "")
        self.wide.setVisible(wide)

    def show_numbers(self, formula: str, *, later: bool) -> None:
        """Show the rule with numbers in it, or nothing."""
        self.numbers.setVisible(bool(formula))
        if formula:
            look = appearance()
            self.numbers.show_formula(formula, size=look.px(14), colour=look.theme.derivative, later=later)


def with_numbers(
    name: str, partial: str, output: str, values: dict[str, float], first: float | None, *, one: bool = False
) -> str:
    """Return the partial with the first elements for names and its own first number behind it; "" where it has none, or
    no name of an input stands in it."""
    if first is None or not values or INDEXED.search(partial):
        return ""
    named = {each: value for each, value in values.items() if substituted(partial, {each: value}) is not None}
    inside = substituted(products_with_dots(partial), named) if named else None
    result = numbers.latex(first).strip("()")
    if inside is None or inside.strip("()") == result:
        return ""
    made = "z" if output == "value" else word(output)
    index = "" if one else "_1"
    return rf"\frac{{\partial {made}{index}}}{{\partial {word(name)}{index}}} = {inside} = {result}"
