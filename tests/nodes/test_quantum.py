"""Circuits against matrices built by Kronecker products."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest

from engine.errors import SettingError, ShapeError
from engine.types import ArrayType
from nodes.library import LIBRARY
from nodes.quantum import parsed_terms

PAULI = {
    "I": np.eye(2),
    "X": np.array([[0, 1], [1, 0]]),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1, -1]),
}


def string(letters: str) -> np.ndarray:
    return reduce(np.kron, (PAULI[letter] for letter in letters))


def on(letter: str, qubit: int, count: int) -> np.ndarray:
    return string("".join(letter if k == qubit else "I" for k in range(count)))


def turn(letter: str, angle: float, qubit: int, count: int) -> np.ndarray:
    return np.cos(angle / 2) * np.eye(2**count) - 1j * np.sin(angle / 2) * on(letter, qubit, count)


def cnot(control: int, target: int, count: int) -> np.ndarray:
    """Return |0><0| + |1><1| X, by projectors."""
    one = (np.eye(2**count) - on("Z", control, count)) / 2
    return np.eye(2**count) - one + one @ on("X", target, count)


def state(count: int, seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    found = chance.normal(size=2**count) + 1j * chance.normal(size=2**count)
    return found / np.linalg.norm(found)


def run(id: str, *inputs, **settings):
    return LIBRARY[f"quantum.{id}"].function(*inputs, **settings)


@pytest.mark.parametrize("qubit", range(3))
@pytest.mark.parametrize("axis", "xyz")
def test_a_rotation_is_the_exponential_of_its_matrix(axis: str, qubit: int) -> None:
    from scipy.linalg import expm

    psi = state(3)
    wanted = expm(-0.5j * 1.3 * on(axis.upper(), qubit, 3)) @ psi
    assert np.allclose(run("rotation_gate", psi, 1.3, axis=axis, qubit=qubit), wanted, atol=1e-14)


def test_a_layer_turns_every_qubit_around_one_axis_after_the_other() -> None:
    psi, angles = state(3), np.random.default_rng(1).normal(size=(3, 3))
    wanted = psi
    for row, letter in enumerate("ZYZ"):
        for qubit in range(3):
            wanted = turn(letter, angles[row, qubit], qubit, 3) @ wanted
    assert np.allclose(run("rotation_layer", psi, angles, axes="zyz"), wanted, atol=1e-14)


@pytest.mark.parametrize(("control", "target"), [(0, 1), (1, 0), (2, 0), (0, 2)])
def test_a_controlled_not_is_its_matrix(control: int, target: int) -> None:
    psi = state(3)
    assert np.allclose(run("controlled_not", psi, control=control, target=target), cnot(control, target, 3) @ psi)


@pytest.mark.parametrize("closed", [True, False])
def test_a_ring_is_its_gates_in_order(closed: bool) -> None:
    psi = state(4)
    wanted = psi
    for pair in [(0, 1), (1, 2), (2, 3), *([(3, 0)] if closed else [])]:
        wanted = cnot(*pair, 4) @ wanted
    assert np.allclose(run("entangling_ring", psi, closed=closed), wanted)


def test_an_expectation_is_the_quadratic_form_of_the_sum() -> None:
    psi = np.stack([state(3, 1), state(3, 2)])
    matrix = 0.5 * string("XYZ") - 2 * string("IIZ") + 1.25e-1 * string("YYX")
    wanted = [np.vdot(each, matrix @ each).real for each in psi]
    found = run("pauli_expectation", psi, terms="0.5 XYZ - 2*IIZ + 1.25e-1YYX")
    assert np.allclose(found, wanted, rtol=1e-13) and found.dtype == np.float64


@pytest.mark.parametrize(
    ("text", "found"),
    [("ZZ", ((1.0, "ZZ"),)), ("-XI+.5*IZ", ((-1.0, "XI"), (0.5, "IZ"))), (" 2 X - 3e-1 Z ", ((2.0, "X"), (-0.3, "Z")))],
)
def test_sums_are_read(text: str, found: object) -> None:
    assert parsed_terms(text) == found


@pytest.mark.parametrize("text", ["", "XA", "2", "X Y", "X + ", "x", "1 X +* Z", "+" * 50, "X+" * 600])
def test_what_is_no_sum_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(SettingError) as caught:
        parsed_terms(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("id", "shapes", "settings", "said"),
    [
        ("rotation_gate", [(6,), ()], {}, "2, 4, 8"),
        ("rotation_gate", [(4,), ()], {"qubit": 2}, "no qubit 2"),
        ("rotation_gate", [(4,), (2,)], {}, "takes one number"),
        ("rotation_layer", [(4,), (2, 3)], {}, "take (3, 2)"),
        ("controlled_not", [(4,)], {"control": 1, "target": 1}, "two different"),
        ("pauli_expectation", [(8,)], {"terms": "ZZ"}, "ZZ speaks of 2"),
        ("pauli_expectation", [(8,)], {"terms": "hello"}, "terms cannot be read"),
        ("entangling_ring", [(1,)], {}, "2, 4, 8"),
        ("entangling_ring", [(2**13,)], {}, "up to 4,096"),
    ],
)
def test_wrong_shapes_are_one_sentence(id: str, shapes: list, settings: dict, said: str) -> None:
    declared = LIBRARY[f"quantum.{id}"]
    defaults = {name: setting.default for name, setting in declared.settings.items()}
    types = [ArrayType(shape, "complex128" if k == 0 else "float64") for k, shape in enumerate(shapes)]
    with pytest.raises(ShapeError, match=said.replace("(", r"\(").replace(")", r"\)")):
        declared.shape(types, {**defaults, **settings})
