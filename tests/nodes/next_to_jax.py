"""An operator's values and gradients next to the same function written in JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
import autograd.numpy as anp
import jax
import jax.numpy as jnp
import numpy as np

from nodes.library import LIBRARY


def compare(operator: str, other: Callable[..., Any], arguments: tuple[Any, ...], settings: dict[str, Any]) -> None:
    """Raise AssertionError where values, or gradients by any floating argument, differ beyond rounding."""
    declared = LIBRARY[operator]
    assert declared.function is not None
    own = {name: spec.default for name, spec in declared.settings.items()} | settings
    rest = [each.default for each in declared.inputs[len(arguments) :]] if not declared.inputs[-1].variadic else []
    cotangents: list[Any] = []

    def weighed(numpy: Any, outputs: Any) -> Any:
        several = outputs if isinstance(outputs, tuple) else (outputs,)
        return sum(numpy.sum(c * each) for c, each in zip(cotangents, several, strict=True))

    with jax.enable_x64(True), np.errstate(all="ignore"):
        wanted = other(*arguments)
        given = declared.function(*arguments, *rest, **own)
        pairs = list(zip(*(each if isinstance(each, tuple) else (each,) for each in (given, wanted)), strict=True))
        random = np.random.default_rng(4)
        for ours, theirs in pairs:
            assert np.shape(ours) == np.shape(theirs)
            np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-14)
            cotangents.append(random.uniform(0.5, 1.5, np.shape(ours)))
        sockets = [declared.inputs[min(k, len(declared.inputs) - 1)] for k in range(len(arguments))]
        for number, (argument, socket) in enumerate(zip(arguments, sockets, strict=True)):
            if np.asarray(argument).dtype.kind != "f" or not socket.differentiable:
                continue
            ours = autograd.grad(lambda *xs: weighed(anp, declared.function(*xs, *rest, **own)), number)(*arguments)
            theirs = jax.grad(lambda *xs: weighed(jnp, other(*xs)), number)(*arguments)
            np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-13)
