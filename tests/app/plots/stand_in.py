"""A run that has happened: histories in closed form, without a process."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.worker import messages as m
from app.worker.ring import Block


class Runs(QObject):
    """What plots ask of RunControl, answered from a block filled at once."""

    lanes_changed = Signal()
    ticked = Signal()
    state_changed = Signal(str)

    def __init__(self, lanes, rows):
        """`rows[k]` holds the series of lanes[k]."""
        super().__init__()
        self.lanes = tuple(lanes)
        self.block = Block()
        self.slots, slot = [], 0
        for lane, recorded in enumerate(rows):
            self.block.push(lane, slot, recorded)
            self.slots.append(slot)
            slot += recorded.shape[1]
        self.state, self.sentence, self.stale = "finished", "", False
        self.exported = []

    def curve(self, lane, series, start=0, stop=float("inf"), buckets=1000, *, detail=False):
        slot = self.slots[lane] + self.lanes[lane].series.index(series)
        return self.block.curve(lane, slot, start, stop, buckets, detail=detail)

    def moment(self, lane=0):
        described = self.lanes[lane]
        values = {p.node: m.Packed.of(np.zeros(p.shape)) for p in described.parameters}
        return m.Moment(lane, described.optimizers[0], self.steps, values)

    @property
    def steps(self):
        return self.block.length(0)

    def export(self, lane, series, path, then):
        self.exported.append((lane, tuple(series), path))
        then(f"Wrote “{path.name}”.")

    def close(self):
        self.block.close()
        self.block.unlink()


def line_fit(steps=1280):
    """A noisy descent to w = 423.9, b = -40.8, as the drawing shows it."""
    generator = np.random.default_rng(5)
    t = np.arange(steps) / 180
    w = 423.9 * (1 - np.exp(-t * 1.1) * np.cos(2.2 * t))
    b = -40.8 + 140 * np.exp(-0.8 * t) * np.cos(1.7 * t + 0.3)
    loss = 1.1e4 + 2.3e7 * np.exp(-1.6 * t) * np.exp(generator.normal(size=steps) * 0.04)
    rows = np.column_stack(
        [loss, np.hypot(w - 423.9, b + 40.8) + 1, np.abs(w - 423.9) * 40 + 1, np.abs(b + 40.8) * 9 + 1, w, b]
    )
    series = (m.Series("loss", "o"), m.Series("gradient"), m.Series("gradient", "w"), m.Series("gradient", "b"),
              m.Series("value", "w"), m.Series("value", "b"))  # fmt: skip
    lane = m.Lane(
        "Adam",
        ("o",),
        (m.Parameter("w", "slope w", ()), m.Parameter("b", "offset b", ())),
        series,
        5000,
        "tape",
        "numpy_code",
    )
    return Runs([lane], [rows])


NAMES = ("Gradient descent", "Momentum", "Nesterov", "RMSProp", "Adam")


def five_optimizers(steps=3000):
    """Five descents of a bowl from one start, each in its own way."""
    lanes, rows = [], []
    t = np.arange(steps) / steps
    for k, name in enumerate(NAMES):
        rate, swing = 3 + 2.5 * k, 4 * k
        x = -1.2 + 2.2 * (1 - np.exp(-rate * t) * np.cos(swing * t))
        y = 1.0 - 0.9 * np.exp(-rate * t * 0.7) * np.sin(swing * t + 3 * t)
        loss = (1 - x) ** 2 + 5 * (y - 1) ** 2 + 1e-9
        rows.append(np.column_stack([loss, 2 * np.abs(1 - x) + 10 * np.abs(y - 1) + 1e-7, x, y]))
        series = (m.Series("loss", f"o{k}"), m.Series("gradient"), m.Series("value", "x"), m.Series("value", "y"))
        parameters = (m.Parameter("x", "x", ()), m.Parameter("y", "y", ()))
        lanes.append(m.Lane(name, (f"o{k}",), parameters, series, steps, "static", "numpy_code"))
    return Runs(lanes, rows)
