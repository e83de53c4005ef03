"""A recorded optimizer step as one HTML page that replays it in any browser: the graph, values running forward,
derivatives running back, step by step. The page loads nothing; its only script is the one below."""

from __future__ import annotations

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final, NamedTuple

import numpy as np

from app.worker.describe import words
from engine.graph import Content, label
from engine.operator import Operator
from engine.rules import is_optimizer
from engine.sockets import input_names, output_names
from engine.trace.steps import MicroStep, Trace

_WIDTH, _HEAD, _ROW, _MARGIN = 168, 30, 24, 48
_SPREAD = 1.4
"""How much farther apart columns stand than on the canvas: numbers are written between them."""

_STYLE: Final = """
:root { color-scheme: light dark; --text: #1f2530; --second: #4d5766; --line: #d9dee5; --back: #f7f8fa; --panel: #fff;
  --node: #fff; --border: #cfd6df; --value: #1a64b3; --derivative: #a8500a; --here: #cfe2f7; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ee; --second: #aab3bf; --line: #2e343e; --back: #1b1e24;
  --panel: #20242b; --node: #2a2f38; --border: #3a414d; --value: #5aa9f0; --derivative: #f2a05a; --here: #2b4765; } }
* { box-sizing: border-box; }
html, body { height: 100%; margin: 0; }
body { display: flex; flex-direction: column; font: 15px/1.45 system-ui, sans-serif; color: var(--text);
  background: var(--back); }
header { display: flex; gap: 12px; align-items: center; flex-wrap: wrap; padding: 8px 16px; background: var(--panel);
  border-bottom: 1px solid var(--line); }
h1 { font-size: 16px; margin: 0 auto 0 0; }
button { font: inherit; min-width: 36px; min-height: 32px; padding: 2px 10px; color: inherit; background: none;
  border: 1px solid var(--border); border-radius: 7px; cursor: pointer; }
button svg { vertical-align: -2px; }
button:focus-visible, [tabindex]:focus-visible { outline: 2px solid var(--value); outline-offset: 1px; }
#count { font-variant-numeric: tabular-nums; min-width: 7em; text-align: center; color: var(--second); }
main { flex: 1; min-height: 0; display: flex; }
#graph { flex: 1; min-width: 0; overflow: auto; }
ol { width: 26rem; max-width: 45%; margin: 0; padding: 8px 0; overflow: auto; list-style: none;
  background: var(--panel); border-left: 1px solid var(--line); }
li { padding: 4px 16px; color: var(--second); cursor: pointer; overflow-wrap: anywhere; }
li.done { color: var(--text); } li.here { background: var(--here); color: var(--text); }
li .forward { color: var(--value); } li .backward, li .tangent { color: var(--derivative); }
svg text { fill: var(--text); font: 13px system-ui, sans-serif; }
svg .second { fill: var(--second); font-size: 12px; }
svg .box { fill: var(--node); stroke: var(--border); } svg .here .box { stroke: var(--value); stroke-width: 3; }
svg .here.backward .box { stroke: var(--derivative); }
svg .wire { fill: none; stroke: var(--border); stroke-width: 2; } svg .wire.value { stroke: var(--value); }
svg .wire.bar { stroke: none; } svg .wire.bar.cotangent { stroke: var(--derivative); stroke-width: 3; }
svg .number { fill: var(--value); font-size: 12px; font-variant-numeric: tabular-nums; paint-order: stroke;
  stroke: var(--back); stroke-width: 4px; }
svg .number.bar { fill: var(--derivative); }
"""

_SCRIPT: Final = """
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const steps = data.steps, list = document.getElementById("steps");
const items = [...list.children];
const shown = kind => Object.fromEntries([...document.querySelectorAll(kind)].map(each => [each.dataset.at, each]));
const value = shown(".number.value"), bar = shown(".number.bar"), nodes = shown("g.node");
const wires = [...document.querySelectorAll(".wire")];
let at = 0, timer = null;
function show(number) {
  at = Math.max(0, Math.min(steps.length, number));
  const values = {}, bars = {}, ways = new Set();
  for (let k = 0; k < at; k++) {
    for (const [socket, text] of steps[k].values) values[socket] = text;
    for (const [socket, text] of steps[k].cotangents) bars[socket] = text;
    for (const socket of steps[k].ways) ways.add(socket + " " + steps[k].node);
  }
  for (const socket in value) value[socket].textContent = values[socket] ?? "";
  for (const socket in bar) bar[socket].textContent = bars[socket] ?? "";
  for (const wire of wires) {
    if (wire.classList.contains("bar"))
      wire.classList.toggle("cotangent", wire.dataset.way ? ways.has(wire.dataset.way) : wire.dataset.at in bars);
    else wire.classList.toggle("value", wire.dataset.at in values);
  }
  items.forEach((item, k) => { item.className = k < at - 1 ? "done" : k === at - 1 ? "done here" : ""; });
  for (const id in nodes) nodes[id].setAttribute("class", "node");
  if (at) {
    const step = steps[at - 1], node = nodes[step.node];
    if (node) {
      node.setAttribute("class", "node here " + step.phase);
      node.scrollIntoView({block: "nearest", inline: "nearest"});
    }
    items[at - 1].scrollIntoView({block: "nearest"});
    document.getElementById("said").textContent = items[at - 1].textContent;
  } else document.getElementById("said").textContent = "Before the first step.";
  document.getElementById("count").textContent = at + " of " + steps.length;
  history.replaceState(null, "", "#" + at);
}
function stop() { clearInterval(timer); timer = null; document.getElementById("play").textContent = "play"; }
function play() {
  if (timer !== null) { stop(); return; }
  if (at === steps.length) show(0);
  document.getElementById("play").textContent = "stop";
  timer = setInterval(() => { at < steps.length ? show(at + 1) : stop(); }, 600);
}
const moves = {
  first: () => show(0), back: () => show(at - 1), next: () => show(at + 1), last: () => show(steps.length), play
};
const keys = {
  Home: "first", ArrowLeft: "back", PageUp: "back", ArrowRight: "next", PageDown: "next", End: "last"
};
for (const id in moves) document.getElementById(id).addEventListener("click", () => {
  if (id !== "play") stop();
  moves[id]();
});
items.forEach((item, k) => item.addEventListener("click", () => { stop(); show(k + 1); }));
document.addEventListener("keydown", event => {
  const move = keys[event.key];
  if (event.key === " " && event.target.tagName !== "BUTTON") { event.preventDefault(); play(); }
  else if (move) { event.preventDefault(); stop(); moves[move](); }
});
window.addEventListener("hashchange", () => show(Number(location.hash.slice(1)) || 0));
show(Number(location.hash.slice(1)) || 0);
"""


class Box(NamedTuple):
    """Where a node is drawn, and its sockets from top to bottom."""

    x: float
    y: float
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def height(self) -> float:
        """From top to bottom, in pixels."""
        return _HEAD + _ROW * max(len(self.inputs), len(self.outputs), 1) + 8

    def point(self, name: str, *, output: bool) -> tuple[float, float]:
        """Return where a socket is."""
        row = (self.outputs if output else self.inputs).index(name)
        return self.x + (_WIDTH if output else 0), self.y + _HEAD + _ROW * (row + 0.5)


def page(title: str, content: Content, library: Mapping[str, Operator], trace: Trace) -> str:
    """Return the page. Nodes in bodies are not drawn; what happens in them stands in the list of steps."""
    steps = list(_steps(trace))
    data = json.dumps({"steps": steps}, ensure_ascii=True, allow_nan=False).replace("<", "\\u003c")
    said = "".join(_item(step, trace, content, library) for step in trace.micro_steps)
    script = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    buttons = "".join(
        f'<button id="{id}" title="{tip}">{text}</button>'
        for id, text, tip in (
            ("first", _icon("M2 2v12M14 2v12L5 8z"), "to the start (Home)"),
            ("back", _icon("M12 2v12L4 8z"), "one step back (Left)"),
            ("play", "play", "play or stop (Space)"),
            ("next", _icon("M4 2v12l8-6z"), "one step on (Right)"),
            ("last", _icon("M14 2v12M2 2v12l9-6z"), "to the end (End)"),
        )
    )  # fmt: skip
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-{script}'; "
        'style-src \'unsafe-inline\'"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f'<header><h1>{escape(title)}</h1>{buttons}<span id="count"></span></header>'
        f'<main><div id="graph" tabindex="0">{_drawing(content, library)}</div>'
        f'<ol id="steps" aria-label="Steps">{said}</ol></main>'
        '<div id="said" role="status" aria-live="polite" style="position:absolute;left:-9999px"></div>'
        f'<script type="application/json" id="data">{data}</script><script>{_SCRIPT}</script></body></html>\n'
    )


def _icon(path: str) -> str:
    return (
        f'<svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true"><path d="{path}" fill="currentColor" '
        'stroke="currentColor" stroke-width="1.5" stroke-linejoin="round"/></svg>'
    )


def _steps(trace: Trace) -> Iterator[dict[str, Any]]:
    """Yield what each micro-step changes on the wires: texts of values and of cotangents, by socket; and the outputs
    that its node (of the main graph) passes something back to."""
    sockets: dict[int, list[str]] = defaultdict(list)
    for socket, carrier in trace.sockets.items():
        if isinstance(carrier, int):
            sockets[carrier].append(str(socket))
    for step in trace.micro_steps:
        values: list[tuple[str, str]] = []
        cotangents: list[tuple[str, str]] = []
        if step.phase in ("read", "forward"):
            values = [(at, words(step.output)) for slot in step.slots for at in sockets[slot]]
        elif step.phase == "tangent":
            cotangents = [(at, words(step.output)) for slot in step.slots for at in sockets[slot]]
        elif step.phase == "backward":
            if len(step.slots) == 1:
                cotangents += [(at, words(step.cotangent)) for at in sockets[step.slots[0]]]
            cotangents += [(at, words(each.total)) for each in step.contributions for at in sockets[each.slot]]
        ways = [at for each in step.contributions for at in sockets[each.slot]]
        node = step.place[0].node if step.place else step.node
        yield {"phase": step.phase, "node": node, "values": values, "cotangents": cotangents, "ways": ways}


def _item(step: MicroStep, trace: Trace, content: Content, library: Mapping[str, Operator]) -> str:
    return f'<li><span class="{step.phase}">{step.phase}</span> {escape(said(step, content, library))}</li>'


def said(step: MicroStep, content: Content, library: Mapping[str, Operator]) -> str:
    def called(id: str) -> str:
        node = content.graph.nodes.get(id)
        if node is None:
            return id or "a constant"
        declared = library.get(node.operator)
        return label(node, declared.title if declared else node.operator)

    name = called(step.node)
    where = "".join(f" in {called(each.node)}[{each.iteration}]" for each in step.place if each.iteration is not None)
    given = ", ".join(_told(each.value) for each in step.inputs)
    if step.phase == "update" and step.update is not None:
        return f"{name}: {words(step.update.before)} becomes {words(step.update.after)}"
    if step.phase == "backward":
        shares = "; ".join(f"passes {words(each.share)} to {called(each.node)}" for each in step.contributions)
        return f"{name}{where}: {words(step.cotangent)} came back; {shares or 'passes nothing on'}"
    if step.phase == "read":
        return f"{name} is {words(step.output)}"
    return f"{name}{where}: {step.primitive.rpartition('.')[2]}({given}) = {words(step.output)}"


def _told(value: Any) -> str:
    """Return an argument in words; what is no number (the letters of an einsum) as it is."""
    parts = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else (value,)
    return words(value) if all(np.asarray(each).dtype.kind in "biufc" for each in parts) else str(value)


def _drawing(content: Content, library: Mapping[str, Operator]) -> str:
    boxes = _boxes(content, library)
    if not boxes:
        return ""
    left, top = min(box.x for box in boxes.values()) - _MARGIN, min(box.y for box in boxes.values()) - _MARGIN
    width = max(box.x for box in boxes.values()) + _WIDTH + _MARGIN - left
    height = max(box.y + box.height for box in boxes.values()) + _MARGIN - top
    nodes = (_node(id, box, content, library) for id, box in boxes.items())
    parts = [*_wires(content, boxes, library), *nodes, *_numbers(content, boxes)]
    return (
        f'<svg viewBox="{left:g} {top:g} {width:g} {height:g}" role="img" aria-label="The graph" '
        f'style="width:min(100%, {width:g}px);min-width:{0.75 * width:g}px">{"".join(parts)}</svg>'
    )


def _boxes(content: Content, library: Mapping[str, Operator]) -> dict[str, Box]:
    boxes: dict[str, Box] = {}
    for id, node in content.graph.nodes.items():
        declared = library.get(node.operator)
        if node.inside or declared is None:
            continue
        place = content.layout.places.get(id)
        wired = {wire.target.name for wire in content.graph.incoming.get(id, ())}
        inputs = tuple(name for name in input_names(content.graph, declared, id) if name in wired)
        boxes[id] = Box(
            _SPREAD * place.x if place else 0.0,
            place.y if place else 0.0,
            inputs,
            tuple(output_names(content.graph, declared, id)),
        )
    return boxes


def _node(id: str, box: Box, content: Content, library: Mapping[str, Operator]) -> str:
    node = content.graph.nodes[id]
    title = library[node.operator].title
    name = label(node, title)
    lines = [
        f'<text class="second" x="{x}" y="{box.y + _HEAD + _ROW * (k + 0.5) + 4}" text-anchor="{anchor}">'
        f"{escape(_cut(each, 10))}</text>"
        for names, x, anchor in ((box.inputs, box.x + 12, "start"), (box.outputs, box.x + _WIDTH - 12, "end"))
        for k, each in enumerate(names)
    ]
    return (
        f'<g class="node" data-at="{escape(id)}"><title>{escape(title)}</title>'
        f'<rect class="box" x="{box.x}" y="{box.y}" width="{_WIDTH}" height="{box.height}" rx="10"/>'
        f'<text x="{box.x + 12}" y="{box.y + 20}">{escape(_cut(name, 20))}</text>{"".join(lines)}</g>'
    )


def _wires(content: Content, boxes: Mapping[str, Box], library: Mapping[str, Operator]) -> Iterator[str]:
    for wire in sorted(content.graph.wires):
        source, target = boxes.get(wire.source.node), boxes.get(wire.target.node)
        if source is None or target is None:
            continue
        if wire.source.name not in source.outputs or wire.target.name not in target.inputs:
            continue
        (x0, y0), (x1, y1) = source.point(wire.source.name, output=True), target.point(wire.target.name, output=False)
        reach = max(40.0, abs(x1 - x0) / 2)
        of_loss = is_optimizer(library[content.graph.nodes[wire.target.node].operator])
        at, way = escape(str(wire.source)), "" if of_loss else escape(f"{wire.source} {wire.target.node}")
        for kind, down in (("", 0), (" bar", 4)):
            yield (
                f'<path class="wire{kind}" data-at="{at}" data-way="{way}" d="M{x0:g} {y0 + down:g} '
                f'C{x0 + reach:g} {y0 + down:g} {x1 - reach:g} {y1 + down:g} {x1:g} {y1 + down:g}"/>'
            )


def _numbers(content: Content, boxes: Mapping[str, Box]) -> Iterator[str]:
    for socket in sorted({wire.source for wire in content.graph.wires}):
        box = boxes.get(socket.node)
        if box is None or socket.name not in box.outputs:
            continue
        x, y = box.point(socket.name, output=True)
        for kind, down in (("value", -6), ("bar", 18)):
            yield f'<text class="number {kind}" data-at="{escape(str(socket))}" x="{x + 8:g}" y="{y + down:g}"></text>'


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"
