"""The library is complete: every operator says what it is, every socket and setting what it is for."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from dataclasses import replace

import pytest

from engine.errors import DeclarationError
from engine.graph import Node
from engine.operator import FAMILIES, Kind, Library, Operator, operator
from engine.optimizers import METHODS
from nodes import library, shapes
from nodes.library import FAMILY_MODULES, LIBRARY

OPERATORS = tuple(LIBRARY.values())
FIRST_THIRTY = [
    "inputs.constant",
    "parameters.parameter",
    "inputs.table",
    "inputs.line_data",
    "inputs.spirals",
    "inputs.moons",
    "inputs.blobs",
    "inputs.minibatch",
    "elementwise.add",
    "elementwise.subtract",
    "elementwise.multiply",
    "elementwise.divide",
    "elementwise.power",
    "elementwise.negative",
    "elementwise.exp",
    "elementwise.log",
    "activations.tanh",
    "activations.sigmoid",
    "activations.relu",
    "elementwise.sin",
    "elementwise.abs",
    "elementwise.maximum",
    "reductions.sum",
    "reductions.mean",
    "shape.reshape",
    "linear_algebra.matmul",
    "neural.dense",
    "activations.softmax",
    "losses.mse",
    "losses.cross_entropy",
    "losses.binary_cross_entropy",
    "optimizers.optimizer",
    "views.line_plot",
    "views.scatter_fit",
    "views.image",
    "views.probe",
]


@pytest.fixture(scope="module")
def mathml() -> Callable[[str], str]:
    """Formulas as MathML, by what draws them in the window."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import ziamath
    return lambda latex: str(ziamath.Latex(latex).mathmlstr())


def named(declared: Operator) -> str:
    return declared.id


def test_the_operators_that_files_may_name_are_there() -> None:
    assert set(FIRST_THIRTY) <= set(LIBRARY)


@pytest.mark.parametrize("declared", OPERATORS, ids=named)
def test_help_reads_as_sentences(declared: Operator) -> None:
    assert re.match(r"[A-Za-z].*\.$", declared.help, re.DOTALL), declared.help
    assert declared.title[0].isupper() and declared.family in FAMILIES
    assert declared.synonyms and len(set(declared.synonyms)) == len(declared.synonyms)
    assert declared.title.lower() not in declared.synonyms


@pytest.mark.parametrize("declared", OPERATORS, ids=named)
def test_every_socket_and_setting_is_explained(declared: Operator) -> None:
    outputs = declared.outputs_for(Node("n", declared.id)) if declared.dynamic_outputs else declared.outputs
    for each in (*declared.inputs, *outputs):
        assert each.help, f"{declared.id}.{each.name}"
    for name, spec in declared.settings.items():
        assert re.search(r"[.?]$", spec.help), f"{declared.id}: {name}"


@pytest.mark.parametrize("declared", OPERATORS, ids=named)
def test_defaults_are_allowed_values(declared: Operator) -> None:
    for name, spec in declared.settings.items():
        assert spec.check(spec.default) == spec.default, f"{declared.id}: {name}"


@pytest.mark.parametrize("declared", OPERATORS, ids=named)
def test_every_differentiable_input_has_its_partial_derivative(declared: Operator) -> None:
    if declared.kind in (Kind.FUNCTION, Kind.RANDOM, Kind.STATEFUL, Kind.BATCH):
        wanted = {each.name for each in declared.inputs if each.differentiable}
        assert set(declared.partials) >= wanted - ({"x"} if declared.id == "neural.batch_norm" else set())
    assert set(declared.partials) <= {each.name for each in declared.inputs}


@pytest.mark.parametrize("declared", OPERATORS, ids=named)
def test_formulas_can_be_drawn(declared: Operator, mathml: Callable[[str], str]) -> None:
    for latex in filter(None, (declared.formula, *declared.partials.values())):
        assert "\\" not in mathml(latex), latex


def test_a_formula_with_an_unknown_command_is_caught(mathml: Callable[[str], str]) -> None:
    assert "\\" in mathml(r"x + \nosuchcommand")


@pytest.mark.parametrize("declared", OPERATORS, ids=named)
def test_added_nodes_fit(declared: Operator) -> None:
    inputs = {each.name for each in declared.inputs}
    for socket, added in declared.adds.items():
        assert socket in inputs
        settings = LIBRARY[added.operator].settings
        for name, value in added.settings.items():
            assert settings[name].check(value) == value


def test_the_modules_are_the_families_in_the_order_of_the_palette() -> None:
    assert [module.__name__.removeprefix("nodes.") for module in FAMILY_MODULES] == list(FAMILIES)
    for module in FAMILY_MODULES:
        assert {each.family for each in module.OPERATORS} == {module.__name__.removeprefix("nodes.")}


def test_the_optimizer_has_every_method() -> None:
    assert LIBRARY["optimizers.optimizer"].settings["method"].options == tuple(METHODS)  # type: ignore[attr-defined]


def test_two_operators_of_one_name_are_refused() -> None:
    with pytest.raises(DeclarationError, match="two operators are called"):
        Library([LIBRARY["elementwise.add"], replace(LIBRARY["elementwise.subtract"], id="elementwise.add")])


@pytest.mark.parametrize(
    ("more", "docstring", "sentence"),
    [
        ({"formula": ""}, "Planted.", "lacks a formula"),
        ({"samples": ()}, "Planted.", "lacks samples"),
        ({"shape": None}, "Planted.", "lacks a shape rule"),
        ({}, "", "lacks a docstring"),
        ({"id": "nowhere.planted"}, "Planted.", "lacks a known family"),
        ({"sockets": {"y": "nothing"}}, "Planted.", "describes sockets it lacks: y"),
        ({"outputs": ("x",)}, "Planted.", "uses 'x' for an input and an output"),
    ],
)
def test_incomplete_operators_are_refused(more: dict[str, object], docstring: str, sentence: str) -> None:
    def planted(x: object) -> object:
        return x

    planted.__doc__ = docstring
    details = {
        "id": "elementwise.planted",
        "shape": shapes.elementwise("x"),
        "formula": "x",
        "samples": [(1.0,)],
    } | more
    with pytest.raises(DeclarationError, match=sentence):
        operator(details.pop("id"), "Planted", **details)(planted)  # type: ignore[arg-type]


def test_the_library_is_closed() -> None:
    assert not hasattr(library.LIBRARY, "__setitem__")
    with pytest.raises(TypeError):
        LIBRARY["elementwise.add"] = LIBRARY["elementwise.subtract"]  # type: ignore[index]
