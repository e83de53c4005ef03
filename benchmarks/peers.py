"""A training loop of each peer, written as its users write it: `racer(workload, steps)` gives a function that trains
for so many steps from the start and returns the parameters reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from benchmarks.workloads import Workload
from engine.data import Data
from engine.graph import Content, Graph, Node, Socket, Wire
from engine.operator import Kind, Library, operator
from engine.prepare import Prepared, prepare
from engine.setting import Integer
from engine.training import Trainer
from engine.types import ArrayType
from nodes.library import LIBRARY

Race = Callable[[], Any]


def _loss(workload: Workload, peer: str) -> Any:
    return workload.own.get(peer, workload.loss)


# ----- autograd -----


def autograd(workload: Workload, steps: int) -> Race:
    """A Python loop around value_and_grad."""
    import autograd.numpy as anp
    from autograd import value_and_grad

    loss = _loss(workload, "autograd")
    gradient = value_and_grad(lambda parameters: loss(anp, parameters, workload.data))

    def train() -> Any:
        parameters, losses = workload.parameters, []
        for _ in range(steps):
            value, slopes = gradient(parameters)
            losses.append(value)
            parameters = tuple(p - workload.rate * g for p, g in zip(parameters, slopes, strict=True))
        return parameters

    return train


# ----- JAX -----


def _jax_step(workload: Workload) -> Any:
    import jax
    import jax.numpy as jnp

    loss = _loss(workload, "jax")

    def step(parameters: Any, data: Any) -> Any:
        value, slopes = jax.value_and_grad(lambda p: loss(jnp, p, data))(parameters)
        return tuple(p - workload.rate * g for p, g in zip(parameters, slopes, strict=True)), value

    return step


def jax_step(workload: Workload, steps: int) -> Race:
    """A Python loop around one compiled step."""
    import jax

    step = jax.jit(_jax_step(workload))
    data = tuple(map(jax.numpy.asarray, workload.data))

    def train() -> Any:
        parameters, losses = tuple(map(jax.numpy.asarray, workload.parameters)), []
        for _ in range(steps):
            parameters, value = step(parameters, data)
            losses.append(value)
        return jax.block_until_ready(parameters)

    return train


def jax_scan(workload: Workload, steps: int) -> Race:
    """The whole loop as one compiled scan that records the losses."""
    import jax

    step = _jax_step(workload)

    @jax.jit
    def loop(parameters: Any, data: Any) -> Any:
        return jax.lax.scan(lambda p, _: step(p, data), parameters, None, length=steps)

    data = tuple(map(jax.numpy.asarray, workload.data))
    start = tuple(map(jax.numpy.asarray, workload.parameters))

    def train() -> Any:
        parameters, losses = loop(start, data)
        np.asarray(losses)
        return jax.block_until_ready(parameters)

    return train


# ----- PyTorch -----


class _Numpy:
    """What the shared losses ask of NumPy, as PyTorch has it."""

    def __init__(self, torch: Any) -> None:
        self.torch = torch
        self.mean, self.tanh, self.exp, self.log, self.einsum = (
            torch.mean, torch.tanh, torch.exp, torch.log, torch.einsum,
        )  # fmt: skip
        self.relu, self.log_softmax, self.nn = torch.relu, torch.log_softmax, torch.nn

    def sum(self, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
        return x.sum() if axis is None else x.sum(axis, keepdim=keepdims)

    def max(self, x: Any, axis: int, keepdims: bool = False) -> Any:
        return self.torch.amax(x, axis, keepdim=keepdims)


def _torch(workload: Workload, steps: int, compiled: bool) -> Race:
    import torch

    torch.manual_seed(0)
    loss = _loss(workload, "torch")
    shared = _Numpy(torch)
    data = tuple(torch.tensor(each) for each in workload.data)

    def forward(*parameters: Any) -> Any:
        return loss(shared, parameters, data)

    evaluate = torch.compile(forward) if compiled else forward

    def train() -> Any:
        parameters = [torch.tensor(each, requires_grad=True) for each in workload.parameters]
        optimizer, losses = torch.optim.SGD(parameters, lr=workload.rate), []
        for _ in range(steps):
            optimizer.zero_grad()
            value = evaluate(*parameters)
            value.backward()
            optimizer.step()
            losses.append(value.item())
        return [each.detach().numpy() for each in parameters]

    return train


def torch_eager(workload: Workload, steps: int) -> Race:
    """PyTorch with torch.optim.SGD."""
    return _torch(workload, steps, compiled=False)


def torch_compiled(workload: Workload, steps: int) -> Race:
    """The same with torch.compile around the loss."""
    return _torch(workload, steps, compiled=True)


# ----- Gradwire -----


def graph_of(workload: Workload) -> Prepared:
    """Return the workload as a graph: a parameter node each, a source node for each array, one node for the loss."""
    import autograd.numpy as anp

    loss, count = _loss(workload, "gradwire"), len(workload.parameters)
    dtype = workload.parameters[0].dtype.name

    @operator("inputs.given", "Given", kind=Kind.SOURCE)
    def given(data: Any, *, number: Any = Integer(0, low=0, high=100)) -> Any:  # noqa: B008
        """An array of the workload."""
        return workload.data[number]

    @operator("losses.raced", "Raced", shape=lambda types, settings: (ArrayType((), dtype),), formula="f", samples=[()])
    def raced(*xs: Any) -> Any:
        """The loss of the workload."""
        return loss(anp, xs[:count], xs[count:])

    node = Node("loss", "control.python", settings={"code": workload.text}) if workload.text else Node("loss", raced.id)
    nodes, wires = {"loss": node}, []
    for k, value in enumerate(workload.parameters):
        settings = {"initial": "zeros", "shape": np.shape(value), "dtype": value.dtype.name}
        nodes[f"p{k}"] = Node(f"p{k}", "parameters.parameter", settings=settings)
        wires.append(Wire(Socket(f"p{k}", "value"), Socket("loss", f"xs.{k}")))
    for k in range(len(workload.data)):
        nodes[f"d{k}"] = Node(f"d{k}", given.id, settings={"number": k})
        wires.append(Wire(Socket(f"d{k}", "value"), Socket("loss", f"xs.{count + k}")))
    descent = {"method": "gradient_descent", "learning_rate": workload.rate, "steps": 100_000_000}
    nodes["optimizer_1"] = Node("optimizer_1", "optimizers.optimizer", settings=descent)
    wires.append(Wire(Socket("loss", "value"), Socket("optimizer_1", "loss")))
    library = Library([*LIBRARY.values(), given, raced])
    start = {f"p{k}": value for k, value in enumerate(workload.parameters)}
    return prepare(Content(Graph(nodes, frozenset(wires))), library, Data(), parameters=start)


def _gradwire(workload: Workload, steps: int, backend: str) -> Race:
    # Like the peers' loops, which keep the losses.
    trainer = Trainer(graph_of(workload), approach="static", backend=backend, record="losses")

    def train() -> Any:
        trainer.run(steps)
        reached = trainer.parameters()
        return [reached[f"p{k}"] for k in range(len(workload.parameters))]

    return train


def numpy_code(workload: Workload, steps: int) -> Race:
    """A run of the graph as it is by default. Each call goes on from where the last one ended."""
    return _gradwire(workload, steps, "numpy_code")


def xla(workload: Workload, steps: int) -> Race:
    """A run of the graph on XLA. Each call goes on from where the last one ended."""
    return _gradwire(workload, steps, "xla")


PEERS: Final[Mapping[str, Callable[[Workload, int], Race]]] = {
    "autograd": autograd,
    "jit per step": jax_step,
    "scan": jax_scan,
    "torch": torch_eager,
    "torch.compile": torch_compiled,
}
OURS: Final[Mapping[str, Callable[[Workload, int], Race]]] = {"numpy_code": numpy_code, "xla": xla}
