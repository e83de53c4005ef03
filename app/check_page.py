"""A gradient check as one HTML page: at a glance, a line for each parameter; in detail, a table of its entries, and how
the error of differences falls and rises again with the step. Nothing in it is loaded from anywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from app.html_page import document
from app.numbers import short
from engine.examination import STEPS, Entry, Examination, Examined

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 220, 56, 40
_DECADES: Final = (-16, 0)


def page(title: str, found: Sequence[Examination]) -> str:
    """Return the page, with a part for each optimizer. `title` is what was checked; every text is escaped."""
    return document(f"Gradient check: {title}", "".join(_part(each) for each in found))


def _part(found: Examination) -> str:
    rows = "".join(_line(each, found.optimizer) for each in found.parameters)
    details = "".join(_detail(each, found.optimizer) for each in found.parameters)
    return (
        f'<p class="second">loss {escape(short(found.loss))}, optimizer {escape(found.optimizer)}</p>'
        f"<p>{_verdict(found.passed)}</p>"
        '<div class="scroll"><table><thead><tr><th>parameter</th><th>verdict</th>'
        '<th class="number">norm of the gradient</th>'
        '<th class="number">against differences</th><th class="number">against the complex step</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{details}"
    )


def _verdict(passed: bool) -> str:
    kind, text = ("passed", "✓ agrees") if passed else ("failed", "✗ differs")
    return f'<span class="{kind}">{text}</span>'


def _number(value: float | None) -> str:
    return f'<td class="number">{"–" if value is None else escape(short(value))}</td>'


def _line(each: Examined, of: str) -> str:
    check = each.check
    link = f'<a href="#{escape(of)}-{escape(check.node)}">{escape(check.label)}</a>'
    return (
        f"<tr><td>{link}</td><td>{_verdict(check.passed)}</td>"
        f"{_number(each.gradient_norm)}{_number(check.differences)}{_number(check.complex_step)}</tr>"
    )


def _detail(each: Examined, of: str) -> str:
    heads = ("place", "value", "reverse", "forward", "differences", "complex step")
    numbers = "".join(f'<th class="number">{head}</th>' for head in heads[1:])
    rows = "".join(
        f"<tr><td>{escape(str(list(entry.place)))}</td>{_number(entry.value)}{_number(entry.reverse)}"
        f"{_number(entry.forward)}{_number(entry.extrapolated)}{_number(entry.complex_step)}</tr>"
        for entry in each.entries
    )
    size = math.prod(each.shape)
    looked = "" if size == len(each.entries) else f" {len(each.entries)} of its {size:,} numbers, evenly spread."
    return (
        f'<h2 id="{escape(of)}-{escape(each.check.node)}">{escape(each.check.label)}</h2>'
        f'<p class="second">{escape(each.check.sentence)}{looked}</p>'
        f'<div class="scroll"><table><thead><tr><th>{heads[0]}</th>{numbers}</tr></thead><tbody>{rows}</tbody></table>'
        f"</div>{_curves(each)}"
    )


def _curves(each: Examined) -> str:
    """Return the error of plain central differences over their step size, a line for each entry."""
    lines = "".join(_curve(entry) for entry in each.entries)
    low, high = _DECADES
    marks = "".join(
        f'<line x1="{_LEFT}" x2="{_WIDTH}" y1="{_y(power)}" y2="{_y(power)}" stroke="var(--line)"/>'
        f'<text x="{_LEFT - 8}" y="{_y(power) + 4}" text-anchor="end">1e{power}</text>'
        for power in range(low, high + 1, 4)
    )
    steps = "".join(
        f'<text x="{_x(size)}" y="{_HEIGHT - _BOTTOM + 18}" text-anchor="middle">{size:.0e}</text>'
        for size in STEPS[::2]
    )
    return (
        f'<svg viewBox="0 0 {_WIDTH + 8} {_HEIGHT}" width="{_WIDTH}" role="img" aria-label="Error of central '
        f'differences over the step size">{marks}{steps}{lines}'
        f'<text x="{(_LEFT + _WIDTH) // 2}" y="{_HEIGHT - 4}" text-anchor="middle">step size of the central '
        "difference; up: its error relative to the derivative</text></svg>"
    )


def _curve(entry: Entry) -> str:
    scale = abs(entry.reverse) or 1.0
    points = [
        f"{_x(size):.1f},{_y(min(max(math.log10(error), _DECADES[0]), _DECADES[1])):.1f}"
        for size, found in zip(STEPS, entry.central, strict=True)
        if math.isfinite(found) and (error := max(abs(found - entry.reverse) / scale, 10.0 ** _DECADES[0])) > 0
    ]
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="var(--derivative)" stroke-opacity="0.7" '
        'stroke-width="1.5"/>'
    )


def _x(size: float) -> float:
    first, last = math.log10(STEPS[0]), math.log10(STEPS[-1])
    return _LEFT + 16 + (_WIDTH - _LEFT - 32) * (first - math.log10(size)) / (first - last)


def _y(power: float) -> float:
    low, high = _DECADES
    return 10 + (_HEIGHT - _BOTTOM - 10) * (high - power) / (high - low)
