"""A gradient check as one HTML page: at a glance, a line for each parameter; in detail, a table of its entries, and how
the error of differences falls and rises again with the step. Nothing in it is loaded from anywhere."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from app.numbers import short
from engine.examination import STEPS, Entry, Examination, Examined

_STYLE: Final = """
:root { color-scheme: light dark; --text: #1f2530; --second: #4d5766; --line: #d9dee5; --back: #ffffff;
  --value: #1a64b3; --derivative: #a8500a; --good: #177043; --bad: #b3303f; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ee; --second: #aab3bf; --line: #2e343e; --back: #1b1e24;
  --value: #5aa9f0; --derivative: #f2a05a; --good: #5cc38a; --bad: #f28b96; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--text); background: var(--back); max-width: 60rem;
  margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin: 2.5rem 0 0.25rem; }
p { margin: 0.25rem 0; } .second { color: var(--second); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; margin: 0.75rem 0; width: 100%; }
th { text-align: left; font-weight: 600; color: var(--second); }
th, td { padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); white-space: nowrap; }
td.number { font-family: ui-monospace, monospace; font-variant-numeric: tabular-nums; text-align: right; }
th.number { text-align: right; }
.passed { color: var(--good); font-weight: 600; } .failed { color: var(--bad); font-weight: 600; }
svg { max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--second); }
"""

_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 640, 220, 56, 40
_DECADES: Final = (-16, 0)


def page(title: str, found: Sequence[Examination]) -> str:
    """Return the page, with a part for each optimizer. `title` is what was checked; every text is escaped."""
    parts = "".join(_part(each) for each in found)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Gradient check: {escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        f"<h1>Gradient check: {escape(title)}</h1>"
        f"{parts}</body></html>\n"
    )


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
