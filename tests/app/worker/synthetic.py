"""Work for the engine processes that needs no engine: what goes on in them is chosen by the nodes of the job.

The parameter of each lane halves its distance to 3 at each step: values, losses and norms are known in closed form.
A node whose operator is one of FAULTS makes a step (or an evaluation) go wrong in that way, at the step of its setting.
"""

from __future__ import annotations

import os
import signal
import time

import numpy as np

from app.worker import messages as m
from app.worker.answers import Answers
from app.worker.training import Ending, Work
from engine.errors import RunError
from engine.graph import Content, Graph, Kept, Node
from engine.types import ArrayType, Tensor

SERIES = (m.Series("loss", "optimizer_1"), m.Series("gradient", ""), m.Series("value", "w_1", 0))


def graph(*faults: tuple[str, dict], lanes: int = 1, limit: int = 1_000_000_000, kept: Kept | None = None) -> Content:
    """Return a document of a parameter, `lanes` optimizers and nodes of these faults (operator, settings)."""
    nodes = {"w_1": Node("w_1", "test.parameter", "slope w")}
    for k in range(lanes):
        nodes[f"optimizer_{k + 1}"] = Node(f"optimizer_{k + 1}", "test.optimizer", settings={"limit": limit})
    for k, (operator, settings) in enumerate(faults):
        nodes[f"fault_{k + 1}"] = Node(f"fault_{k + 1}", operator, "the culprit", settings)
    return Content(Graph(nodes), kept=kept)


def die(_):
    os.kill(os.getpid(), signal.SIGKILL)


def abort(_):
    os.kill(os.getpid(), signal.SIGSEGV)


def hog(_):
    held = [np.ones(2**20) for _ in range(4096)]
    raise AssertionError(f"{len(held)} x 8 MB were allowed")


def refuse(node):
    raise RunError("“the culprit” gave NaN.", node=node)


def stumble(_):
    raise ValueError("not this")


FAULTS = {
    "test.die": die, "test.crash": abort, "test.hog": hog, "test.refuse": refuse, "test.stumble": stumble,
    "test.sleep": lambda _: time.sleep(1000),
}  # fmt: skip


def halve(value: float) -> float:
    """Return where a step leads to."""
    return value + (3.0 - value) / 2


class Halving:
    """A Training in closed form."""

    def __init__(self, job: m.Job, mark, backend=None) -> None:
        self.asked = backend
        self.job = job
        self.nodes = {node.id: node for node in job.nodes}
        self.strike("prepare", 1_000_000, mark)
        optimizers = [node for node in job.nodes if node.operator == "test.optimizer"]
        parameter = m.Parameter("w_1", "slope w", ())
        self.lanes = tuple(
            m.Lane(node.id, (node.id,), (parameter,), SERIES, node.settings["limit"], "tape", "synthetic")
            for node in optimizers
        )
        start = job.kept.step if job.kept else 0
        value = float(m.unpack_kept(job.kept).values["w_1"].array()) if job.kept else 0.0
        self.at = [start] * len(optimizers)
        self.value = [value] * len(optimizers)
        self.pause_at: dict[int, int] = {}
        self.resumed = False
        self.live: dict[tuple[str, str], object] = {}

    def strike(self, when: str, step: int, mark) -> None:
        for node in self.job.nodes:
            if node.operator in FAULTS and node.settings["when"] == when and node.settings.get("step", 0) <= step:
                if mark is not None:
                    mark(node.id)
                FAULTS[node.operator](node.id)

    def step(self, lane):
        return self.at[lane]

    def advance(self, most, seconds):
        chunks = []
        for lane, described in enumerate(self.lanes):
            count = min(most, 200, described.limit - self.at[lane])
            rows = []
            for _ in range(max(0, count)):
                self.strike("step", self.at[lane], None)
                value = self.value[lane]
                rows.append([(value - 3.0) ** 2, abs(2 * (value - 3.0)), value])
                self.value[lane] = float(self.live.get(("w_1", "value"), halve(value)))
                self.at[lane] += 1
            chunks.append((lane, np.array(rows, dtype=float).reshape(-1, 3)))
        time.sleep(min(seconds, 0.002))
        return chunks

    def backend(self, lane):
        """The synthetic run is taken over, where that is asked for, at step 400."""
        return "xla" if self.asked == "auto" and self.at[lane] >= 400 else "synthetic"

    def ending(self):
        if all(self.at[lane] >= described.limit for lane, described in enumerate(self.lanes)):
            return Ending("finished", "All steps are done.")
        pause = next((n for n in self.job.nodes if n.operator == "test.pause"), None)
        if pause is not None and not self.resumed and max(self.at) >= pause.settings["step"]:
            return Ending("paused", "“the culprit” gave Inf going forward.", pause.id)
        return None

    def resume(self):
        self.resumed = max(self.at) > 0

    def set_live(self, node, setting, value):
        self.live[node, setting] = value

    def moment(self, lane):
        return m.Moment(lane, self.lanes[lane].optimizers[0], self.at[lane], {"w_1": m.Packed.of(self.value[lane])})

    def kept(self, lane):
        states = {self.lanes[lane].optimizers[0]: {"velocity": Tensor.of([1.0, 2.0])}}
        return Kept(self.at[lane], 7, self.lanes[lane].optimizers[0], {"w_1": Tensor.of(self.value[lane])}, states)


def examine(job: m.Job, moment, mark) -> None:
    """Evaluate the job's nodes one by one, as a diagnosis does."""
    for node in job.nodes:
        mark(node.id)
        if node.operator in FAULTS and not node.settings.get("only_once"):
            FAULTS[node.operator](node.id)


def warm() -> None:
    """Nothing needs importing."""


class Knowing:
    """Answers in closed form: the graph's loss is (w - 3)**2."""

    def __init__(self, job: m.Job, mark) -> None:
        self.job = job
        self.mark = mark

    def strike(self, when: str) -> None:
        for node in self.job.nodes:
            if node.operator in FAULTS and node.settings["when"] == when:
                self.mark(node.id)
                FAULTS[node.operator](node.id)

    def types(self):
        self.strike("types")
        return {"w_1": {"value": m.pack_type(ArrayType((len(self.job.nodes),), "float64"))}}

    def looks(self, moment):
        self.strike("looks")
        value = 0.0 if moment is None else float(moment.values["w_1"].array())
        look = m.WireLook("float64 scalar", f"{value:g}", value, value, True)
        return m.Looks(
            {"w_1": {"value": look}}, {}, {"optimizer_1": (value - 3) ** 2}, 0 if moment is None else moment.step
        )

    def contour(self, asked):
        self.strike("contour")
        x, y = np.linspace(*asked.bounds[:2], asked.size), np.linspace(*asked.bounds[2:], asked.size)
        return m.Contour(m.Packed.of(x), m.Packed.of(y), m.Packed.of(x[None, :] ** 2 + y[:, None] ** 2))

    def check(self, node, moment):
        self.strike("check")
        return (m.ParameterCheck("w_1", "slope w", 2e-10, True, "agrees with differences to 2e-10"),)


WORK = Work(warm, Halving, examine)
ANSWERS = Answers(warm, Knowing)


def fail_to_start() -> None:
    """End the process before it listens."""
    os._exit(1)
