"""A graph as a handout: the picture, the formulas, values and derivatives, the losses of a run, a lesson's questions.

Of a lesson, values and derivatives are left blank unless the answers are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from app import cli_plot, pictures
from app.panels.inspector_math import full_formula
from app.sharing.drawn import Drawn, Known
from app.sharing.pages import HEIGHT, INK, WIDTH, Block, Heading, Painted, Row, Words
from app.sharing.pages import pdf as pages
from app.worker.describe import look_at
from engine.api import OpenGraph
from engine.evaluate import look
from engine.graph import Socket, label
from engine.lessons.lesson import Amount, Choice, Cotangents, Curve, Lesson, Prediction, Question
from engine.order import natural

MOST_ROWS: Final = 400
BLANK: Final = "…………"
LINE: Final = 30.0


def pdf(graph: OpenGraph, steps: int = 0, *, answers: bool = False) -> bytes:
    """Return the handout of a graph, after so many steps of a run; raise GradwireError where it cannot be evaluated."""
    lesson = graph.content.lesson
    results = graph.run(steps, record="losses") if steps else None
    parameters = _by_id(graph, results[0].parameters) if results is not None else None
    prepared = graph.prepare(strict=False)
    seen = look(prepared, parameters)
    known = Known({socket: each.type for socket, each in seen.wires.items()})
    blank = lesson is not None and not answers
    if not blank:
        known.values = {socket: each.value for socket, each in seen.wires.items()}
        known.cotangents = {socket: each.cotangent for socket, each in seen.wires.items()}
    drawn = Drawn(graph.content, graph.library)
    try:
        drawn.show(known.looks())
        title = lesson.title if lesson is not None else _title(graph)
        groups: list[Sequence[Block]] = [
            _head(title, lesson, drawn),
            *_formulas(graph),
            *table(graph, known if not blank else None, [*seen.wires]),
        ]
        if results is not None:
            groups.append(_losses(graph, results))
        if lesson is not None:
            groups += questions(graph, lesson, answers=answers)
        return pages(title, groups)
    finally:
        drawn.close()


def _by_id(graph: OpenGraph, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return parameters by node: results name them as people do."""
    ids = {node.name: id for id, node in graph.graph.nodes.items() if node.name}
    return {name if name in graph.graph.nodes else ids[name]: value for name, value in parameters.items()}


def _title(graph: OpenGraph) -> str:
    notes = graph.content.layout.notes
    texts = [notes[id].text for id in sorted(notes, key=natural) if not notes[id].is_frame and not notes[id].inside]
    head = re.match(r"\*\*(.+?)[.,:;]?\*\*", texts[0]) if texts else None
    return head[1] if head else "A graph"


def _head(title: str, lesson: Lesson | None, drawn: Drawn) -> list[Block]:
    blocks: list[Block] = [Heading(title)]
    if lesson is not None:
        blocks.append(Words(lesson.summary))
        blocks.append(Words(f"Name: {BLANK * 4}"))
    sheet = drawn.sheet()
    size = sheet.bounds.size()
    scale = min(WIDTH / size.width(), HEIGHT * 0.6 / size.height(), 1.0)

    image = pictures.image(sheet)

    def act(painter: QPainter) -> None:
        box = QRectF((WIDTH - size.width() * scale) / 2, 0, size.width() * scale, size.height() * scale)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, image)

    return [*blocks, Painted(size.height() * scale + 8, act)]


def _name(graph: OpenGraph, id: str) -> str:
    node = graph.graph.nodes[id]
    declared = graph.library.get(node.operator)
    return label(node, declared.title if declared else node.operator)


def _formulas(graph: OpenGraph) -> list[Sequence[Block]]:
    """Return what each operator computes, and its partial derivatives, an operator once."""
    rows: dict[str, list[str]] = {}
    for id in sorted(graph.graph.nodes, key=natural):
        rows.setdefault(graph.graph.nodes[id].operator, []).append(_name(graph, id))
    parts = (2.0, 3.0, 3.0, 4.0)
    found: list[Sequence[Block]] = []
    for operator, names in rows.items():
        declared = graph.library.get(operator)
        if declared is None or not declared.formula:
            continue
        output = declared.outputs[0].name if declared.outputs else "value"
        partial = ",\\quad ".join(
            rf"\frac{{\partial}}{{\partial {name}}} = {text}" if len(name) == 1 else text
            for name, text in declared.partials.items()
        )
        cells = (
            declared.title,
            ", ".join(names),
            f"${full_formula(declared.formula, output)}$",
            partial and f"${partial}$",
        )
        found.append([Row(cells, parts)])
    head: list[Block] = [
        Heading("Formulas", "heading"),
        Row(("operator", "nodes", "formula", "partials"), parts, head=True),
    ]
    return [[*head, *found[0]], *found[1:]] if found else []


def table(graph: OpenGraph, known: Known | None, sockets: Sequence[Socket]) -> list[Sequence[Block]]:
    """Return values and derivatives, an output a row; blank without `known`."""
    parts = (3.0, 2.0, 3.0, 3.0)
    rows: list[Sequence[Block]] = []
    shown = [
        each for each in sockets if not graph.graph.nodes[each.node].inside and each in graph.graph.sources.values()
    ]
    for socket in sorted(shown, key=lambda each: (natural(each.node), each.name))[:MOST_ROWS]:
        value, cotangent, kind = "", "", ""
        if known is not None:
            seen = look_at(known.types[socket], known.values[socket], known.cotangents[socket])
            value, cotangent, kind = seen.value, seen.cotangent, seen.type
        many = len(graph.library[graph.graph.nodes[socket.node].operator].outputs) > 1
        name = f"{_name(graph, socket.node)}, {socket.name}" if many else _name(graph, socket.node)
        rows.append([Row((name, kind, value, cotangent), parts)])
    if not rows:
        return []
    cells = ("on the wire out of", "type" if known is not None else "", "value", "derivative of the loss by it")
    head: list[Block] = [Heading("Values and derivatives", "heading"), Row(cells, parts, head=True)]
    return [[*head, *rows[0]], *rows[1:]]


def _losses(graph: OpenGraph, results: Any) -> list[Block]:
    curves = cli_plot.curves_of(graph, list(results))
    scale = WIDTH / cli_plot.SIZE[0]

    def act(painter: QPainter) -> None:
        painter.scale(scale, scale)
        cli_plot.paint(painter, curves, size=1.5)

    return [Heading("The run", "heading"), Painted(cli_plot.SIZE[1] * scale, act)]


# Questions -----------------------------------------------------------------------------------------------------------


def questions(graph: OpenGraph, lesson: Lesson, *, answers: bool) -> Iterator[Sequence[Block]]:
    """Yield each step with its question; with the answers and hints for the teacher."""
    head: list[Block] = [Heading("Questions", "heading")]
    for number, step in enumerate(lesson.steps, 1):
        blocks: list[Block] = [*head, Words(f"**{number}.** {step.text}")]
        head = []
        if step.question is not None:
            blocks += _asked(graph, step.question, answers=answers)
        if answers and step.hint:
            blocks.append(Words(f"Hint: {step.hint}", "body", indent=24, color="#555555"))
        blocks.append(Painted(10.0, lambda painter: None))
        yield blocks


def _asked(graph: OpenGraph, question: Question, *, answers: bool) -> list[Block]:
    blocks: list[Block] = [Words(question.prompt, indent=24)]
    match question:
        case Choice(options=options, answer=answer):
            for k, option in enumerate(options):
                mark = "☒" if answers and k == answer else "☐"
                blocks.append(Words(f"{mark} {option}", indent=48))
        case Amount(answer=number):
            told = f"**{number:g}**" if answers and number is not None else BLANK * 3
            blocks.append(Words(told if not answers or number is not None else "see the graph", indent=48))
        case Prediction():
            blocks.append(Words(f"My guess: {BLANK * 2} It is: {BLANK * 2}", indent=48))
        case Curve(points=points):
            blocks.append(Painted(190.0, lambda painter: _axes(painter, points, drawn=answers)))
        case Cotangents(sockets=sockets):
            blocks += [Words(f"{_name(graph, each.split('.', 1)[0])}: {BLANK * 2}", indent=48) for each in sockets]
    return blocks


def _axes(painter: QPainter, points: Sequence[tuple[float, float]], *, drawn: bool) -> None:
    """Paint a grid to draw a curve on; the curve itself with the answers."""
    box = QRectF(48, 4, 360, 160)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    low, high = min(*ys, 0.0), max(*ys, 0.0)
    painter.setPen(QPen(QColor("#cccccc"), 0.6))
    for k in range(9):
        x = box.left() + k * box.width() / 8
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
    for k in range(5):
        y = box.top() + k * box.height() / 4
        painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))

    def place(x: float, y: float) -> QPointF:
        across, up = (x - xs[0]) / (xs[-1] - xs[0]), (y - low) / ((high - low) or 1.0)
        return QPointF(box.left() + across * box.width(), box.bottom() - up * box.height())

    painter.setPen(QPen(QColor(INK), 1.0))
    painter.drawLine(place(xs[0], 0.0), place(xs[-1], 0.0))
    for text, at in ((f"{xs[0]:g}", place(xs[0], low)), (f"{xs[-1]:g}", place(xs[-1], low))):
        painter.drawText(at + QPointF(-6, 18), text)
    for text, at in ((f"{low:g}", place(xs[0], low)), (f"{high:g}", place(xs[0], high))):
        painter.drawText(at + QPointF(-40, 5), text)
    if drawn:
        painter.setPen(QPen(QColor(INK), 1.6))
        painter.drawPolyline([place(x, y) for x, y in points])
