"""Every operator's page: its formulas render, its example opens, runs and agrees with differences."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest

from app import cli
from app.formula import render
from app.pages.book import uses, write
from app.pages.examples import example
from app.pages.html import html
from app.pages.markdown import files, index, markdown
from app.pages.page import page
from app.pages.rules import kind_in_words, limits_in_words, value_in_words
from app.theme import DARK
from engine.api import OpenGraph
from engine.data import ASSETS
from engine.errors import FileError
from engine.evaluate import look
from engine.files import parse
from engine.files import render as written
from engine.graph import Node
from engine.operator import FAMILIES, Library
from engine.problems import validate
from engine.setting import Choice, Integer, Number, Slider, Text
from nodes.library import LIBRARY

WITH_EXAMPLE = list(LIBRARY.values())


@pytest.mark.parametrize("operator", LIBRARY.values(), ids=lambda operator: operator.id)
def test_every_page_says_what_the_declaration_says_and_its_formulas_render(operator) -> None:
    made = page(operator, LIBRARY, {operator.id: ("1_sample.dgraph",)})
    text = markdown(made, picture=True)
    assert made.title in text and made.lead in text and made.shapes
    assert [socket.name.split(".")[0] for socket in made.inputs] == [each.name for each in operator.inputs]
    assert [field.name for field in made.settings] == list(operator.settings)
    assert all(f"`{field.name}`" in text for field in made.settings)
    assert all(word in text for word in operator.synonyms)
    for latex in files(made).values():
        drawn = render(latex, 18, "#ffffff")
        assert drawn is not None
        ElementTree.fromstring(drawn.svg)
    assert {name.removesuffix(".svg") for name in files(made)} == set(re.findall(r"formulas/([^)]*)\.svg", text))
    shown = html(made, DARK, lambda latex: "<img>", "", openable=True)
    assert shown.count("<table>") == shown.count("</table>") and "1_sample.dgraph" in shown
    assert shown.count("<img>") == len(files(made))


@pytest.mark.parametrize("operator", WITH_EXAMPLE, ids=lambda operator: operator.id)
def test_every_example_opens_without_a_problem_evaluates_and_agrees_with_differences(operator) -> None:
    content = example(operator, LIBRARY)
    assert content is not None and operator.id in {node.operator for node in content.graph.nodes.values()}
    read = parse(written(content))
    assert read.graph == content.graph and set(content.layout.places) == set(content.graph.nodes)
    assert validate(read.graph, LIBRARY) == ()
    graph = OpenGraph(read, LIBRARY, None, ASSETS)
    prepared = graph.prepare()
    wires = look(prepared).wires
    outputs = {socket.node for socket in wires}
    # Of bodies an arm that is not chosen has no values.
    giving = {id for id, node in read.graph.nodes.items() if LIBRARY[node.operator].outputs and not node.inside}
    assert giving <= outputs
    for socket, seen in wires.items():
        for value in leaves_of(seen.value):
            assert np.isfinite(value).all(), socket
    if prepared.plans:
        for check in graph.check():
            assert check.passed, check.sentence


def leaves_of(value):
    """Yield the arrays of a value that may be a tuple or a record."""
    if isinstance(value, tuple | list):
        for each in value:
            yield from leaves_of(each)
    elif isinstance(value, dict):
        yield from leaves_of(tuple(value.values()))
    else:
        yield np.asarray(value)


def test_most_examples_can_be_run() -> None:
    trained = [o.id for o in WITH_EXAMPLE if OpenGraph(example(o, LIBRARY), LIBRARY, None, ASSETS).prepare().plans]
    assert len(trained) > 200
    assert {"neural.dense", "losses.huber", "elementwise.exp", "signal.fft", "shape.split"} <= set(trained)


def test_the_book_is_written_whole_and_its_links_lead_somewhere(tmp_path) -> None:
    few = Library(
        operator for id, operator in LIBRARY.items()
        if id in ("losses.mse", "losses.mae", "neural.dense", "inputs.image", "inputs.constant", "parameters.parameter",
                  "reductions.mean", "optimizers.optimizer", "views.probe", "views.heat_map", "views.bar",
                  "elementwise.square", "views.number")
    )  # fmt: skip
    count = write(tmp_path, few, lambda content: f"{len(content.graph.nodes)} nodes".encode())
    assert count == len(few) == len(list((tmp_path / "operators").iterdir()))
    for path in [tmp_path / "index.md", *(tmp_path / "operators").iterdir()]:
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
            assert (path.parent / link).is_file(), f"{path.name} leads to {link}"
    assert parse((tmp_path / "examples" / "neural.dense.dgraph").read_bytes()).graph.nodes
    assert b"asset:camera.png" in (tmp_path / "examples" / "inputs.image.dgraph").read_bytes()
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(FileError, match="cannot be written"):
        write(tmp_path / "taken", few)


def test_the_index_lists_every_operator_under_its_family() -> None:
    text = index(page(operator, LIBRARY) for operator in LIBRARY.values())
    assert all(f"operators/{id}.md" in text for id in LIBRARY)
    assert [line[3:] for line in text.splitlines() if line.startswith("## ")] == list(
        dict.fromkeys(FAMILIES[operator.family] for operator in LIBRARY.values())
    )


def test_docs_refuses_a_folder_it_cannot_make(tmp_path, capsys) -> None:
    (tmp_path / "file").write_text("")
    assert cli.main(["docs", str(tmp_path / "file"), "--no-pictures"]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_samples_are_named_on_the_pages_of_what_they_use() -> None:
    assert "1_straight_line_hubble.dgraph" in uses()["views.scatter_fit"]
    found = page(LIBRARY["views.scatter_fit"], LIBRARY, uses())
    assert found.samples
    assert "A straight line through 24 galaxies" in html(found, DARK, lambda _: "", "", openable=False)


@pytest.mark.parametrize(
    ("spec", "kind", "limits"),
    [
        (Slider(0.5, low=0.0, high=1.0), "number", "0 to 1"),
        (Number(1.0, positive=True), "number", "above 0"),
        (Integer(3, low=1), "whole number", "at least 1"),
        (Number(0.0), "number", ""),
        (Choice("a", options=("a", "b")), "choice", "a, b"),
        (Text(""), "text", ""),
    ],
)
def test_settings_are_described_in_words(spec, kind, limits) -> None:
    assert (kind_in_words(spec), limits_in_words(spec)) == (kind, limits)


def test_values_are_written_as_people_write_them() -> None:
    values = (None, True, 0.5, (1, 2.0), (), "", "word")
    assert list(map(value_in_words, values)) == ["empty", "yes", "0.5", "[1, 2]", "empty", "empty", "word"]


def test_a_page_is_safe_whatever_the_declaration_says() -> None:
    from dataclasses import replace

    hostile = replace(LIBRARY["losses.mse"], help="<script>x</script>\n\n| a | b |", title="<b>T</b>")
    made = page(hostile, LIBRARY)
    shown = html(made, DARK, lambda latex: "", "", openable=False)
    assert "<script>" not in shown and "<b>T" not in shown
    assert Node("", hostile.id).operator in markdown(made, picture=False)
