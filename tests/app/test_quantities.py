"""What may be typed into a number field, against Python's own arithmetic; and every refusal, in a sentence."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.quantities import Unreadable, parsed, plain, read

READ = {
    "2*pi": 2 * math.pi, "1e-3": 1e-3, "sqrt(2)/2": math.sqrt(2) / 2, "10%": 0.1, "\u22121,5": -1.5, "2^10": 1024.0,
    "1 000": 1000.0, "π/2": math.pi / 2, "3 × 4": 12.0, "8 ÷ 2": 4.0, "-(1 + 2)*3": -9.0, "(50% + 1)*2": 3.0,
    "min(3, 2)": 2.0, "log10(1000)": 3.0, "7 % 4": 3.0, "0x10": 16.0, "1_000": 1000.0, "  5  ": 5.0, "+3": 3.0,
    ".5": 0.5,
}  # fmt: skip


@pytest.mark.parametrize("text", READ)
def test_expressions(text: str) -> None:
    assert read(text) == pytest.approx(READ[text], rel=1e-15)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("5 ms", "s", 0.005), ("5ms", "s", 0.005), ("2 min", "s", 120.0), ("90 deg", "rad", math.pi / 2),
        ("90°", "rad", math.pi / 2), ("pi rad", "rad", math.pi), ("2*pi rad", "rad", 2 * math.pi), ("10 %", "%", 10.0),
        ("10", "%", 10.0), ("12 px", "pixels", 12.0), ("3 steps", "steps", 3.0), ("1/2 turn", "rad", math.pi),
        ("4 parsec", "parsec", 4.0),
    ],
)  # fmt: skip
def test_units(text: str, unit: str, number: float) -> None:
    assert read(text, unit) == pytest.approx(number, rel=1e-15)


REFUSED = {
    "": "Nothing is written there", "x": "“x” is not known", "1/0": "divides by 0", "sqrt(-1)": "no real value",
    "(-8)**(1/3)": "no real value", "9**9**9": "too large", "1e999": "too large", "nan": "not known",
    "True": "not a number",
    "foo(2)": "no function “foo”", "sqrt": "not known", "sqrt(1, 2)": "no real value", "2pi": "not a number",
    "a.b": "the unit “b”", "[1]": "not a number", "'1'": "not a number", "5 kg": "“kg”, and this field has none",
    "()": "not a number", "1;2": "not a number", "x:=1": "not a number", "1 if 1 else 2": "not a number",
    "1" * 201: "at most 200 characters", "1j": "the unit “j”", "max()": "no real value", "~1": "not a number",
}  # fmt: skip


@pytest.mark.parametrize("text", REFUSED)
def test_refusals(text: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read(text)
    assert REFUSED[text] in refused.value.sentence
    assert refused.value.sentence.endswith(".")


def test_a_foreign_unit_is_told_which_ones_there_are() -> None:
    with pytest.raises(Unreadable, match=r"has the unit “m”, and this field is in s \(ms, µs, us, ns, min, h\)"):
        read("3 m", "s")


@settings(derandomize=True, max_examples=300, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_a_finite_number_or_refused(text: str) -> None:
    number = parsed(text, "s")
    assert number is None or math.isfinite(number)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_is_read_as_python_writes_it(number: float) -> None:
    assert read(repr(number)) == plain(repr(number)) == number
