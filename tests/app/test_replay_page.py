"""The page that replays a step: its numbers are the trace's at every position, its texts cannot break out, it loads
nothing; and in a real browser (make soak) it steps forward and back."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import engine
from app.assets import SAMPLES
from app.cli import main
from app.replay_page import page
from app.worker.describe import words
from engine.api import OpenGraph
from engine.graph import Socket
from engine.trace.record import record
from engine.trace.steps import Trace

HUBBLE = SAMPLES / "1_straight_line_hubble.dgraph"
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Reader(HTMLParser):
    """Collects what stands in scripts, which tags there are, and the texts of drawn numbers by (kind, socket)."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.numbers: dict[tuple[str, str], str] = {}
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "text" and "number" in (dict(attrs).get("class") or ""):
            self.numbers[self._number()] = ""

    def _number(self) -> tuple[str, str]:
        attributes = self.tags[-1][1]
        return (attributes["class"] or "").split()[1], attributes["data-at"] or ""

    def handle_data(self, data: str) -> None:
        tag, attributes = self.tags[-1] if self.tags else ("", {})
        if tag == "script":
            self.scripts.append(data)
        elif tag == "text" and "number" in (attributes.get("class") or ""):
            self.numbers[self._number()] = data
        else:
            self.texts.append(data)


def opened(path: Path, approach: str | None = None) -> tuple[OpenGraph, Trace]:
    graph = engine.open(path)
    return graph, record(graph.prepare(), approach=approach, limit=3_000)


def expected(trace: Trace, number: int) -> dict[tuple[str, str], str]:
    """Return the numbers on the wires before a micro-step, from the trace itself."""
    there = trace.at(number)
    found: dict[tuple[str, str], str] = {}
    for socket, slot in trace.sockets.items():
        if isinstance(slot, int):
            if slot in there.values:
                found["value", str(socket)] = words(there.values[slot])
            if slot in there.cotangents:
                found["bar", str(socket)] = words(there.cotangents[slot])
    return found


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.dgraph"))[:6], ids=lambda path: path.stem)
def test_the_steps_of_the_page_lead_to_the_numbers_of_the_trace(path: Path) -> None:
    graph, trace = opened(path, "static")
    steps = json.loads(Reader(page("x", graph.content, graph.library, trace)).scripts[0])["steps"]
    assert len(steps) == len(trace.micro_steps) > 5
    seen: dict[tuple[str, str], str] = {}
    for number, step in enumerate(steps):
        if number % 7 == 0 or number > len(steps) - 5:
            assert seen == expected(trace, number)
        seen.update({("value", at): text for at, text in step["values"]})
        seen.update({("bar", at): text for at, text in step["cotangents"]})
    assert seen == expected(trace, len(steps))
    assert any(kind == "bar" for kind, _ in seen)


def test_the_page_loads_nothing_and_runs_its_own_script_alone() -> None:
    graph, trace = opened(HUBBLE)
    reader = Reader(page("Hubble", graph.content, graph.library, trace))
    assert not [(tag, each) for tag, each in reader.tags if "src" in each or "href" in each]
    assert [tag for tag, _ in reader.tags].count("script") == 2
    policy = next(each["content"] for tag, each in reader.tags if each.get("http-equiv"))
    own = base64.b64encode(hashlib.sha256(reader.scripts[1].encode()).digest()).decode()
    assert policy is not None and "default-src 'none'" in policy and f"script-src 'sha256-{own}'" in policy
    assert not [each for _, each in reader.tags if any(name.startswith("on") for name in each)]


def test_hostile_names_stay_texts() -> None:
    evil = "</script><script>alert(1)</script>"
    graph, trace = opened(HUBBLE)
    nodes = {id: replace(node, name=evil) for id, node in graph.content.graph.nodes.items()}
    content = replace(graph.content, graph=replace(graph.content.graph, nodes=nodes))
    reader = Reader(page(evil, content, graph.library, trace))
    assert [tag for tag, _ in reader.tags].count("script") == 2
    assert any(evil in text for text in reader.texts)


def test_every_step_is_told_in_words() -> None:
    graph, trace = opened(HUBBLE)
    text = page("x", graph.content, graph.library, trace)
    items = re.findall(r"<li>.*?</li>", text)
    assert len(items) == len(trace.micro_steps)
    assert "slope w is 0" in items[1] and "backward" in items[9]
    assert "slope w: 0 becomes" in items[-2]


def test_the_command_writes_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["replay", str(HUBBLE), str(tmp_path / "r.html"), "--approach", "forward"]) == 0
    assert "tangent" in (tmp_path / "r.html").read_text("utf-8")
    assert main(["replay", str(HUBBLE), str(tmp_path / "r.pdf")]) == 2
    assert "ends in .html" in capsys.readouterr().err


@pytest.mark.skipif(not os.environ.get("GRADWIRE_SOAK"), reason="a real browser is run by make soak")
@pytest.mark.skipif(BROWSER is None, reason="there is no Chromium here")
@pytest.mark.parametrize("name", ["1_straight_line_hubble", "xor_quick_start", "taylor_sine"])
def test_a_real_browser_steps_forward_and_back(name: str, tmp_path: Path) -> None:
    graph, trace = opened(SAMPLES / f"{name}.dgraph", "static")
    place = tmp_path / "replay.html"
    place.write_text(page(name, graph.content, graph.library, trace), encoding="utf-8")
    count = len(trace.micro_steps)
    drawn = {str(wire.source) for wire in graph.content.graph.wires if not _inside(graph, wire.source)}
    for number in (0, count // 3, count // 2, count):
        shown = {key: text for key, text in _browsed(place, f"#{number}").numbers.items() if text}
        wanted = {key: text for key, text in expected(trace, number).items() if key[1] in drawn}
        assert shown == wanted
    moved = place.read_text("utf-8").replace("default-src 'none'; script-src", "x-src").replace(
        "</body>", "<script>for (const id of ['last', 'back', 'back', 'next', 'first', 'next'])"
        " document.getElementById(id).click();</script></body>",
    )  # fmt: skip
    (tmp_path / "moved.html").write_text(moved, encoding="utf-8")
    texts = _browsed(tmp_path / "moved.html", "").texts
    assert f"1 of {count}" in texts


def _inside(graph: OpenGraph, socket: Socket) -> bool:
    return bool(graph.content.graph.nodes[socket.node].inside)


def _browsed(place: Path, hash: str) -> Reader:
    """Return the page as a browser made it."""
    command: list[Any] = [
        BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000", "--dump-dom",
        f"{place.as_uri()}{hash}",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return Reader(done.stdout)
