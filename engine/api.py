"""The public Python API: a graph that was opened from a file, and what can be done with it in a script."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from engine import evaluate, plugins, results
from engine.building import setting_edit
from engine.checkpoint import Checkpoint, require_one_lane
from engine.data import ASSETS, Data, unheard
from engine.data import Progress as Reading
from engine.errors import DeclarationError, GradwireError, SettingError
from engine.files.save import save
from engine.graph import Content, Graph, Socket
from engine.hosts import STEPS, require_spreadable
from engine.operator import Kind, Library
from engine.prepare import Prepared, nodes_of_kind, prepare
from engine.problems import Problem
from engine.results import History, Result, Results
from engine.sockets import quoted, shortened
from engine.training import Trainer

if TYPE_CHECKING:
    from engine.autodiff.coloring import Pattern, SparseJacobian

PROBES: Final = ("views.probe", "views.number")
"""The views whose input `x` a result tells."""

Progress = Callable[[int, int, float], object]
"""Called about ten times a second with the steps done, the steps to do, and the loss, of the first lane."""


def installed_library() -> Library:
    """Return the operators of Gradwire and of the plugins installed beside it; raise DeclarationError where Gradwire is
    not installed. Of a plugin that does not work there are none, and a graph that needs one says why."""
    own = plugins.own_library()
    if own is None:
        raise DeclarationError("no operators are installed: install gradwire, or pass a library")
    return plugins.joined(own, plugins.installed())


def _left(content: Content, prepared: Prepared, steps: int | None) -> int | None:
    """Return how many steps a run is to take that may have been resumed: those it has taken count."""
    began = 0 if content.kept is None else content.kept.step
    taken = prepared.step - began
    if taken <= 0:
        return steps
    if steps is not None:
        return max(0, steps - taken)
    own = max((int(plan.settings["steps"]) for plan in prepared.plans), default=0)
    return 0 if prepared.step >= own > began else None


@dataclass(frozen=True)
class OpenGraph:
    """A graph, the operators its nodes are of, and where its data files lie. Nothing changes it: `with_` methods
    return another."""

    content: Content
    library: Library
    folder: Path | None = None
    assets: Path = ASSETS
    inputs: Mapping[str, Path] = field(default_factory=dict)
    """Files given in place of nodes' own, by node id."""
    told: Reading = unheard
    """Told how far a node has come with a file that takes a while: (its label, the part done, 0 to 1)."""

    @property
    def graph(self) -> Graph:
        """The nodes and wires."""
        return self.content.graph

    def with_setting(self, node: str, setting: str, value: Any) -> OpenGraph:
        """Return the graph with one setting of a node (by id or name) changed; raise SettingError if it cannot be
        that."""
        id = results.find(self.graph, node)
        if Socket(id, setting) in self.graph.sources:
            name = quoted(self.graph, self.library, id)
            raise SettingError(f"{name}: {shortened(setting)} is wired, so that its own number is not used.", node=id)
        content, _ = setting_edit(self.graph, self.library, id, setting, value).apply(self.content)
        return replace(self, content=content)

    def with_input(self, node: str, path: str | Path) -> OpenGraph:
        """Return the graph with a data file in place of the one that a source node (by id or name) names."""
        id = results.find(self.graph, node)
        declared = self.library.get(self.graph.nodes[id].operator)
        if declared is None or "file" not in declared.settings:
            raise SettingError(f"{quoted(self.graph, self.library, id)} does not read a file.", node=id)
        return replace(self, inputs={**self.inputs, id: Path(path)})

    def with_kept(self, result: Result) -> OpenGraph:
        """Return the graph with the values of a run kept in it: the next run goes on from there."""
        return replace(self, content=replace(self.content, kept=result.kept))

    def save(self, path: str | Path) -> None:
        """Write the graph to a .dgraph file; raise FileError where that fails, the old file intact."""
        save(path, self.content)

    def prepare(
        self,
        *,
        seed: int | None = None,
        start: Literal["kept", "initial"] = "kept",
        parameters: Mapping[str, Any] | None = None,
        strict: bool = True,
    ) -> Prepared:
        """Evaluate the sources and draw the start values: see `engine.prepare.prepare`. Parameters by id or name."""
        given: dict[str, Any] = {}
        for name, value in (parameters or {}).items():
            id = results.find(self.graph, name)
            if id in given:
                raise SettingError(f"{quoted(self.graph, self.library, id)} is given two start values.", node=id)
            given[id] = value
        data = Data(self.folder, self.assets, self.inputs, told=self.told)
        return prepare(self.content, self.library, data, seed=seed, start=start, parameters=given, strict=strict)

    def problems(self) -> tuple[Problem, ...]:
        """Return what is wrong with the graph; it runs where nothing is an error."""
        return self.prepare(strict=False).problems

    def run(
        self,
        steps: int | None = None,
        *,
        seed: int | None = None,
        approach: str | None = None,
        backend: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        start: Literal["kept", "initial"] = "kept",
        progress: Progress | None = None,
        checkpoint: Checkpoint | None = None,
        together: bool = False,
        record: Literal["everything", "losses"] = "everything",
    ) -> Results:
        """Train, and return one result for each optimizer that ran on parameters of its own.

        Without `steps` each optimizer takes its own number of steps. A run goes on from values kept in the graph,
        unless `start` is "initial"; `parameters` (by id or name) are start values that go before either. Optimizers
        that take turns on different parameters share a result. With a `checkpoint` the run is written every so many
        steps, or goes on from what was written. `together`: with other processes (see `engine.hosts`), all of which
        must be called with the same arguments. `record`: what the results' history holds, see `Trainer`. Raise a
        GradwireError where the graph cannot run.
        """
        graph = self if checkpoint is None else replace(self, content=checkpoint.taken_up(self.content))
        prepared = graph.prepare(seed=seed, start=start, parameters=parameters)
        steps = _left(self.content, prepared, steps)
        trainer = Trainer(prepared, approach=approach, backend=backend, steps=steps, record=record)
        if checkpoint is not None:
            require_one_lane(trainer)
        for lane in trainer.lanes if together else ():
            require_spreadable(lane.approach, lane.backend)
        began = time.perf_counter()
        histories = [History() for _ in trainer.lanes]
        loss = np.nan
        while not trainer.done:
            most = 10**9 if checkpoint is None else checkpoint.until(trainer.step())
            for chunk in trainer.run(min(most, STEPS), None) if together else trainer.run(most, seconds=0.1):
                histories[chunk.lane].add(chunk.first, chunk.rows)
                if chunk.lane == 0 and len(chunk.rows):
                    loss = float(chunk.rows[-1][0])
            if checkpoint is not None and (trainer.done or checkpoint.until(trainer.step()) == checkpoint.every):
                checkpoint.write(trainer)
            if progress is not None:
                progress(trainer.step(0) - prepared.step, trainer.lanes[0].limit - prepared.step, loss)
        seconds = time.perf_counter() - began
        return Results(tuple(self._result(trainer, lane, each, seconds) for lane, each in enumerate(histories)))

    def gradient(
        self,
        *,
        seed: int | None = None,
        approach: str | None = None,
        backend: str | None = None,
        parameters: Mapping[str, Any] | None = None,
        start: Literal["kept", "initial"] = "kept",
    ) -> Results:
        """Return each optimizer's loss and gradient at the start values (or `parameters`)."""
        prepared = self.prepare(seed=seed, start=start, parameters=parameters)
        prepared.plan(None)
        return Results(tuple(self._gradient(prepared, plan.id, approach, backend) for plan in prepared.plans))

    def check(
        self, parameters: Mapping[str, Any] | None = None, *, seed: int | None = None
    ) -> tuple[evaluate.Check, ...]:
        """Compare every gradient with central differences and, where it can serve, the complex step."""
        prepared = self.prepare(seed=seed, parameters=parameters)
        prepared.plan(None)
        checks = [check for plan in prepared.plans for check in evaluate.check(prepared, optimizer=plan.id)]
        return tuple({check.node: check for check in reversed(checks)}.values())[::-1]

    def check_custom(self, node: str, parameters: Mapping[str, Any] | None = None) -> tuple[evaluate.Check, ...]:
        """Compare the derivative that a node "Custom derivative" gives with differences of its value, parameter by
        parameter.
        """
        from engine.custom_check import check_custom

        return check_custom(self.prepare(parameters=parameters), node)

    def sparse_jacobian(
        self,
        of: str,
        wrt: Sequence[str],
        *,
        parameters: Mapping[str, Any] | None = None,
        pattern: Pattern | None = None,
    ) -> SparseJacobian:
        """Return the derivatives of an output ("node.output"; the node by id or name) by parameters (by id or name).

        A row for each entry of the output, a column for each entry of the parameters, one after the other. Columns that
        share no row of the `pattern` (default: detected) are had from one pass: see `engine.autodiff.coloring`.
        """
        from engine.jacobians import sparse_jacobian

        node, _, name = of.rpartition(".")
        socket = Socket(results.find(self.graph, node), name)
        wanted = [results.find(self.graph, each) for each in wrt]
        return sparse_jacobian(self.prepare(parameters=parameters), socket, wanted, pattern=pattern)

    def values(
        self, parameters: Mapping[str, Any] | None = None, *, train: bool = False
    ) -> Mapping[Socket, evaluate.Look]:
        """Return what every output carries at `parameters` (by id or name; default: the start values), and its
        cotangent."""
        prepared = self.prepare(parameters=parameters, strict=False)
        return evaluate.look(prepared, train=train).wires

    def _result(self, trainer: Trainer, lane: int, history: History, seconds: float) -> Result:
        prepared, described = trainer.prepared, trainer.lanes[lane]
        values, states, step = trainer.parameters(lane), trainer.states(lane), trainer.standing(lane)
        gradients: dict[str, Any] = {}
        loss = np.nan
        for optimizer in reversed(described.optimizers):
            found = evaluate.gradient(
                prepared,
                values,
                optimizer=optimizer,
                approach=described.approach,
                backend=described.backend,
                step=step,
                states=states,
            )
            loss, gradients = found.loss, {**found.gradients, **gradients}
        called = results.names(self.graph, described.parameters)
        stop = trainer.stops[lane]
        recorded, rows = history.arrays(len(described.columns))
        return Result(
            optimizer=described.optimizers[0],
            loss=loss,
            steps=trainer.step(lane) - prepared.step,
            parameters={called[id]: values[id] for id in described.parameters},
            gradients={called[id]: gradients[id] for id in described.parameters},
            seconds=seconds,
            approach=described.approach,
            backend=described.backend,
            stopped=stop.sentence,
            failed=stop.kind == "paused",
            probes=self._probes(prepared, values, states, step),
            validation=next((each.summary() for each in trainer.validated(lane).values()), {}),
            columns=described.columns,
            history=rows,
            recorded=recorded,
            kept=trainer.kept(lane),
        )

    def _gradient(self, prepared: Prepared, optimizer: str, approach: str | None, backend: str | None) -> Result:
        began = time.perf_counter()
        found = evaluate.gradient(prepared, optimizer=optimizer, approach=approach, backend=backend)
        seconds = time.perf_counter() - began
        called = results.names(self.graph, tuple(found.gradients))
        return Result(
            optimizer=optimizer,
            loss=found.loss,
            steps=0,
            parameters={called[id]: np.array(prepared.parameters[id]) for id in found.gradients},
            gradients={called[id]: value for id, value in found.gradients.items()},
            seconds=seconds,
            approach=found.approach,
            backend=found.backend,
        )

    def _probes(self, prepared: Prepared, values: Mapping[str, Any], states: Any, step: int) -> dict[str, Any]:
        nodes = nodes_of_kind(self.graph, self.library, Kind.VIEW)
        probes = [id for id in nodes if self.graph.nodes[id].operator in PROBES]
        sources = {id: self.graph.sources.get(Socket(id, "x")) for id in probes}
        if not any(sources.values()):
            return {}
        try:
            wires = evaluate.look(prepared, values, states=states, step=step, train=False).wires
        except GradwireError:
            return {}
        called = results.names(self.graph, probes)
        return {called[id]: wires[source].value for id, source in sources.items() if source and source in wires}
