"""Quantum circuits on state vectors: a start, rotations, controlled gates, expectations of sums of Pauli strings.

A state of n qubits is a complex vector of 2**n amplitudes, or an array whose last axis is one; qubit 0 is the first
(most significant) bit of an amplitude's number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import autograd.numpy as np
import numpy as onp

from engine.errors import SettingError, ShapeError
from engine.operator import Kind, Sample, operator
from engine.program.primitives import cast
from engine.setting import Choice, Integer, Text
from engine.types import ArrayType, Type, shape_text
from nodes import shapes
from nodes.casts import Value, inexact

MOST_QUBITS: Final = 12
MOST_TERMS: Final = 500

_PAULIS: Final[Mapping[str, Any]] = {
    "X": onp.array([[0, 1], [1, 0]], complex),
    "Y": onp.array([[0, -1j], [1j, 0]], complex),
    "Z": onp.array([[1, 0], [0, -1]], complex),
}
_TERM = re.compile(r"\s*([+-]?)\s*(?:(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)\s*\*?)?\s*([IXYZ]+)\s*")


def _random_state(seed: int, *shape: int) -> Any:
    chance = onp.random.default_rng(seed)
    found = chance.normal(size=shape) + 1j * chance.normal(size=shape)
    return found / onp.linalg.norm(found, axis=-1, keepdims=True)


REAL: Final = (([0.5, 0.1, -0.7, 0.5],), (onp.array([0.5, 0.1, -0.7, 0.5], "float32"),))
"""Samples of real amplitudes."""


def qubits_of(kind: Type, socket: str) -> tuple[ArrayType, int]:
    """Return the type of a state, and how many qubits it has; raise ShapeError where it is none."""
    found = shapes.array(kind, socket)
    size = found.shape[-1] if found.shape else 0
    count = max(size, 1).bit_length() - 1
    if size < 2 or size != 2**count or count > MOST_QUBITS:
        raise ShapeError(
            f"{socket} has shape {shape_text(found.shape)}: a state has 2, 4, 8, ... up to {2**MOST_QUBITS:,} "
            "amplitudes along its last axis",
            socket=socket,
        )
    return found, count


def _complex(*dtypes: str) -> str:
    """Return the dtype of amplitudes that meet numbers of these dtypes."""
    return "complex64" if onp.result_type(*dtypes) in ("complex64", "float32") else "complex128"


def _as_state(state: Value, *others: Value) -> Value:
    """Return amplitudes as complex numbers, as precise as the most precise of what they meet."""
    state = inexact(state, *others)
    precise = onp.dtype(np.result_type(state, *others)).name
    return cast(state, _complex(precise))


def _same_state(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    found, count = qubits_of(types[0], "state")
    for name in ("qubit", "control", "target"):
        if name in settings and settings[name] >= count:
            raise ShapeError(
                f"the state has {count} qubits, counted from 0: there is no {name} {settings[name]}", socket="state"
            )
    if "control" in settings and settings["control"] == settings["target"]:
        raise ShapeError("control and target must be two different qubits", socket="state")
    return (ArrayType(found.shape, _complex(found.dtype)),)


@operator(
    "quantum.basis_state",
    "Basis state",
    kind=Kind.SOURCE,
    outputs=("state",),
    synonyms=("qubit", "quantum", "ket", "zero state", "register"),
    sockets={"state": "a vector of 2^n complex amplitudes, one of them 1"},
)
def basis_state(
    data: Any,
    *,
    qubits: Value = Integer(2, low=1, high=MOST_QUBITS, help="How many qubits."),
    index: Value = Integer(0, low=0, high=2**MOST_QUBITS - 1, help="The number whose bits are the qubits' values."),
) -> Any:
    """A state in which every qubit is 0 or 1: qubit 0 is the first bit of the index."""
    if index >= 2**qubits:
        raise SettingError(f"{data.label}: {qubits} qubits have the states 0 to {2**qubits - 1}, not {index}.")
    state = onp.zeros(2**qubits, complex)
    state[index] = 1.0
    return state


def _rotate_rule(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    angle = shapes.real(types[1], "angle")
    if angle.shape:
        raise ShapeError(f"angle has shape {shape_text(angle.shape)}: a rotation takes one number", socket="angle")
    _same_state(types, settings)
    states = shapes.array(types[0], "state")
    return (ArrayType(states.shape, _complex(states.dtype, _real_dtype(angle.dtype))),)


def _real_dtype(dtype: str) -> str:
    return "float32" if dtype == "float32" else "float64"


@operator(
    "quantum.rotation_gate",
    "Rotation gate",
    shape=_rotate_rule,
    formula=r"e^{-i \theta \sigma / 2}\,|\psi\rangle",
    partials={
        "state": r"\bar\psi = \left(e^{-i \theta \sigma / 2}\right)^{\dagger} \bar y",
        "angle": r"\mathrm{Re}\,\bar y^{\dagger} \left(-\tfrac{i}{2}\sigma\right) y",
    },
    domain="angle is real, in radians",
    synonyms=("rx", "ry", "rz", "quantum", "qubit", "pauli rotation", "circuit"),
    samples=(
        Sample((_random_state(1, 4), 0.7), {}),
        Sample((_random_state(2, 4), -1.9), {}),
        Sample((_random_state(3, 4), 0.7), {"axis": "y", "qubit": 1}),
        Sample((_random_state(4, 2, 8), 2.5), {"axis": "z", "qubit": 2}),
        Sample((_random_state(5, 2, 8), 0.3), {"axis": "z", "qubit": 2}),
        ([0.6, 0.8], 0.4),
        ([0.8, -0.6], -1.1),
        (onp.array([0.6, 0.8], "float32"), onp.float32(0.7)),
    ),
    sockets={"state": "2^n amplitudes", "angle": "how far, in radians", "value": "the turned state"},
)
def rotation_gate(
    state: Value,
    angle: Value,
    *,
    axis: Value = Choice("x", options=("x", "y", "z"), help="Around which axis of the Bloch sphere."),
    qubit: Value = Integer(0, low=0, high=MOST_QUBITS - 1, help="Which qubit, from 0."),
) -> Value:
    """Turns one qubit of a state around an axis of the Bloch sphere."""
    angle = inexact(angle)
    state = _as_state(state, angle)
    return np.cos(0.5 * angle) * state - 1j * np.sin(0.5 * angle) * _pauli(state, axis.upper(), qubit)


def _pauli(state: Value, letter: str, qubit: int) -> Value:
    """Return a state with a Pauli matrix applied to one qubit."""
    shape = onp.shape(state)
    count = shape[-1].bit_length() - 1
    parts = np.reshape(state, (*shape[:-1], 2**qubit, 2, 2 ** (count - qubit - 1)))
    matrix = _PAULIS[letter].astype(onp.dtype(np.result_type(state)))
    return np.reshape(np.einsum("ab,...ibj->...iaj", matrix, parts), shape)


def _layer_rule(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    found, count = qubits_of(types[0], "state")
    angles = shapes.real(types[1], "angles")
    wanted = (len(settings["axes"]), count)
    if angles.shape != wanted:
        raise ShapeError(
            f"angles has shape {shape_text(angles.shape)}: axes {settings['axes']} on {count} qubits take "
            f"{shape_text(wanted)}",
            socket="angles",
        )
    return (ArrayType(found.shape, _complex(found.dtype, _real_dtype(angles.dtype))),)


@operator(
    "quantum.rotation_layer",
    "Rotation layer",
    shape=_layer_rule,
    formula=r"\prod_q \prod_a e^{-i \theta_{a q} \sigma_a / 2}\,|\psi\rangle",
    partials={
        "state": r"\bar\psi = U^{\dagger} \bar y",
        "angles": r"\bar\theta_{a q} = \mathrm{Re}\,\bar y^{\dagger}\, \partial_{\theta_{a q}} y",
    },
    domain="angles are real, in radians",
    synonyms=("ansatz", "quantum", "variational", "circuit", "rx ry rz"),
    samples=(
        Sample((_random_state(1, 4), [[0.3, -1.2], [0.9, 2.0], [-0.4, 0.1]]), {}),
        Sample((_random_state(2, 4), [[2.3, 0.2], [-0.9, 1.0], [1.4, -2.1]]), {}),
        Sample((_random_state(3, 2, 8), [[0.5, -0.5, 1.5]]), {"axes": "y"}),
        Sample(([0.6, 0.8], [[0.5], [-0.25]]), {"axes": "yz"}),
        Sample((onp.array([0.6, 0.8], "float32"), onp.array([[0.5], [-0.25]], "float32")), {"axes": "yz"}),
    ),
    sockets={
        "state": "2^n amplitudes",
        "angles": "(axes, qubits): how far each qubit is turned around each axis",
        "value": "the turned state",
    },
)
def rotation_layer(
    state: Value,
    angles: Value,
    *,
    axes: Value = Choice(
        "xyz", options=("xyz", "x", "y", "z", "yz", "zyz"), help="Around which axes every qubit is turned, in order."
    ),
) -> Value:
    """Turns every qubit of a state, around one axis after the other, each by an angle of its own."""
    angles = inexact(angles)
    state = _as_state(state, angles)
    for row, letter in enumerate(axes):
        for qubit in range(onp.shape(state)[-1].bit_length() - 1):
            angle = 0.5 * angles[row, qubit]
            state = np.cos(angle) * state - 1j * np.sin(angle) * _pauli(state, letter.upper(), qubit)
    return state


def _flipped(count: int, pairs: Sequence[tuple[int, int]]) -> Any:
    """Return which amplitude comes to each place when the targets of (control, target) pairs are flipped, in order."""
    source = onp.arange(2**count)
    for control, target in pairs:
        places = onp.arange(2**count)
        on = (places >> (count - 1 - control)) & 1
        source = source[places ^ (on << (count - 1 - target))]
    return source


@operator(
    "quantum.controlled_not",
    "Controlled not",
    shape=_same_state,
    formula=r"|c, t\rangle \mapsto |c, t \oplus c\rangle",
    partials={"state": r"\bar\psi = \mathrm{CNOT}\,\bar y"},
    synonyms=("cnot", "cx", "quantum", "entangle", "gate"),
    samples=(
        Sample((_random_state(1, 4),), {}),
        Sample((_random_state(2, 4),), {}),
        Sample((_random_state(3, 8),), {"control": 2, "target": 0}),
        Sample((_random_state(4, 2, 8),), {"control": 1, "target": 2}),
        *REAL,
    ),
    sockets={"state": "2^n amplitudes", "value": "the state with the target flipped where the control is 1"},
)
def controlled_not(
    state: Value,
    *,
    control: Value = Integer(0, low=0, high=MOST_QUBITS - 1, help="The qubit that decides, from 0."),
    target: Value = Integer(1, low=0, high=MOST_QUBITS - 1, help="The qubit that is flipped."),
) -> Value:
    """Flips one qubit where another is 1."""
    state = _as_state(state)
    return state[..., _flipped(onp.shape(state)[-1].bit_length() - 1, [(control, target)])]


@operator(
    "quantum.entangling_ring",
    "Entangling ring",
    shape=lambda types, settings: _same_state(types, {}),
    formula=r"\prod_q \mathrm{CNOT}_{q,\,q+1}\,|\psi\rangle",
    partials={"state": r"\bar\psi = U^{\dagger}\,\bar y"},
    synonyms=("cnot ring", "quantum", "ansatz", "entangle"),
    samples=(
        Sample((_random_state(1, 8),), {}),
        Sample((_random_state(2, 8),), {}),
        Sample((_random_state(3, 4),), {"closed": False}),
        *REAL,
    ),
    sockets={"state": "2^n amplitudes", "value": "the entangled state"},
)
def entangling_ring(
    state: Value,
    *,
    closed: Value = Choice("yes", options=("yes", "no"), help="Whether the last qubit flips the first."),
) -> Value:
    """Flips each qubit where the one before it is 1, in order from qubit 0; closed, the last then flips the first."""
    state = _as_state(state)
    count = onp.shape(state)[-1].bit_length() - 1
    pairs = [(k, k + 1) for k in range(count - 1)]
    if closed and count > 1:
        pairs.append((count - 1, 0))
    return state[..., _flipped(count, pairs)]


def parsed_terms(text: str) -> tuple[tuple[float, str], ...]:
    """Return the terms of a sum of Pauli strings, "0.25 XXII - ZIIZ", as (weight, letters).

    Raise SettingError with one sentence where it is none.
    """
    found: list[tuple[float, str]] = []
    at = 0
    while at < len(text):
        match = _TERM.match(text, at)
        if match is None or (found and not match[1]):
            raise SettingError(
                f"cannot be read at “{text[at : at + 12].strip()}”: write a sum of Pauli strings, like 0.5 XX - 0.25 ZI"
            )
        weight = float(match[2]) if match[2] else 1.0
        found.append((-weight if match[1] == "-" else weight, match[3]))
        at = match.end()
        if len(found) > MOST_TERMS:
            raise SettingError(f"has more than {MOST_TERMS} terms")
    if not found:
        raise SettingError("has no term: write a sum of Pauli strings, like 0.5 XX - 0.25 ZI")
    return tuple(found)


def _expectation_rule(types: Sequence[Type], settings: Mapping[str, Any]) -> tuple[Type, ...]:
    found, count = qubits_of(types[0], "state")
    try:
        terms = parsed_terms(settings["terms"])
    except SettingError as error:
        raise ShapeError(f"the setting terms {error}", socket="state") from None
    wrong = next((letters for _, letters in terms if len(letters) != count), None)
    if wrong is not None:
        raise ShapeError(f"the state has {count} qubits, and {wrong} speaks of {len(wrong)}", socket="state")
    single = _complex(found.dtype) == "complex64"
    return (ArrayType(found.shape[:-1], "float32" if single else "float64"),)


@operator(
    "quantum.pauli_expectation",
    "Pauli expectation",
    shape=_expectation_rule,
    formula=r"\langle\psi|\, \sum_k c_k P_k \,|\psi\rangle",
    partials={"state": r"\bar\psi = 2\,\bar y \sum_k c_k P_k\,\psi"},
    synonyms=("hamiltonian", "energy", "quantum", "observable", "vqe", "spin chain"),
    samples=(
        Sample((_random_state(1, 4),), {"terms": "0.5 XX - 0.25 ZI + 1.5*YY"}),
        Sample((_random_state(2, 4),), {"terms": "0.5 XX - 0.25 ZI + 1.5*YY"}),
        Sample((_random_state(3, 2, 4),), {"terms": "ZZ + IX"}),
        *REAL,
    ),
    sockets={"state": "2^n amplitudes, of norm 1", "value": "the mean that measuring the sum gives"},
)
def pauli_expectation(
    state: Value,
    *,
    terms: Value = Text("ZZ", help="A sum of Pauli strings, a letter for each qubit: 0.25 XX + 0.25 ZZ."),
) -> Value:
    """The expectation of a weighted sum of Pauli strings: the energy, where the sum is a Hamiltonian."""
    state = _as_state(state)
    total: Any = 0.0
    for weight, letters in parsed_terms(terms):
        turned = state
        for qubit, letter in enumerate(letters):
            if letter != "I":
                turned = _pauli(turned, letter, qubit)
        total = total + weight * np.sum(np.real(np.conj(state) * turned), axis=-1)
    return total


OPERATORS = (
    basis_state,
    rotation_gate,
    rotation_layer,
    controlled_not,
    entangling_ring,
    pauli_expectation,
)
