"""Where an axis has its ticks, and what is written at them."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

SUPERSCRIPTS: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Tick(NamedTuple):
    """A place on the axis (for a logarithmic one: its power of ten) and its text."""

    at: float
    text: str


def linear_ticks(low: float, high: float, most: int, *, whole: bool = False) -> tuple[Tick, ...]:
    """Return at most `most` ticks at round numbers within [low, high]; only at integers where `whole`."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return ()
    step = _round_step((high - low) / most)
    while math.floor(high / step) - math.ceil(low / step) + 1 > most:
        step = _round_step(step * 1.01)
    if whole:
        step = max(1.0, step)
    slack = 1e-9 * min(1.0, (high - low) / step)
    first, last = math.ceil(low / step - slack), math.floor(high / step + slack)
    places = [k * step for k in range(first, last + 1)]
    return tuple(Tick(at, text) for at, text in zip(places, _texts(places, step), strict=True))


def log_ticks(low: float, high: float, most: int) -> tuple[Tick, ...]:
    """Return at most `most` ticks within [10**low, 10**high]: at powers of ten, or between them where there is no room
    for two of those."""
    if not (math.isfinite(low) and math.isfinite(high)) or high <= low or most < 1:
        return ()
    first, last = math.ceil(low - 1e-9), math.floor(high + 1e-9)
    if last - first + 1 >= 2:
        every = next(n for n in range(1, 10_000) if (last // n) - -(-first // n) + 1 <= most)
        powers = [k for k in range(first, last + 1) if k % every == 0]
        plain = all(-2 <= k <= 5 for k in powers)
        return tuple(Tick(float(k), _power(k, plain=plain)) for k in powers)
    if high - low < 0.2:
        ticks = linear_ticks(10**low, 10**high, most)
        return tuple(Tick(math.log10(tick.at), tick.text) for tick in ticks if tick.at > 0)
    places = [(digit * 10.0**k) for k in range(math.floor(low), math.ceil(high) + 1) for digit in (1, 2, 3, 5)]
    inside = [at for at in places if low <= math.log10(at) <= high]
    thinned = inside[:: math.ceil(len(inside) / most)] if inside else []
    return tuple(Tick(math.log10(at), _texts([at], at)[0]) for at in thinned)


def _round_step(least: float) -> float:
    """Return the smallest of 1, 2, 5 times a power of ten that is at least `least`."""
    base = 10.0 ** math.floor(math.log10(least))
    return next(n * base for n in (1, 2, 5, 10) if n * base >= least * (1 - 1e-9))


def _texts(places: list[float], step: float) -> list[str]:
    """Return the places as text with equal decimals; large and small ones by powers of ten."""
    largest = max((abs(at) for at in places), default=0.0)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    if largest >= 1e6 or (largest < 1e-3 and largest > 0):
        power = math.floor(math.log10(largest))
        digits = max(0, power - math.floor(math.log10(step) + 1e-9))
        return [minus("0" if at == 0 else f"{at / 10.0**power:.{digits}f}e{power}") for at in places]
    return [minus(f"{at + 0.0:,.{decimals}f}" if abs(at) > step * 1e-6 else "0") for at in places]


def _power(k: int, *, plain: bool) -> str:
    if plain:
        return f"{10.0**k:,.0f}" if k >= 0 else f"{10.0**k:.{-k}f}"
    return "10" + str(k).translate(SUPERSCRIPTS)


def minus(text: str) -> str:
    """Return the text with true minus signs."""
    return text.replace("-", "−")


def padded(low: float, high: float, part: float = 0.06) -> tuple[float, float]:
    """Return the range widened by a part of it on both sides; a single value gets room around it."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return (0.0, 1.0)
    span = high - low
    if span <= max(abs(low), abs(high)) * 1e-12 or span < 1e-290:
        span = max(abs(low) * 0.1, 1e-12) if low else 1.0
        return (low - span, high + span)
    return (low - part * span, high + part * span)
