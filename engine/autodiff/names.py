"""What the approaches and the backends are called. Declarations of operators need no more, so nothing is imported."""

from __future__ import annotations

from collections.abc import Mapping

APPROACHES: Mapping[str, str] = {
    "static": "adjoint program, simplified by passes and compiled as a whole",
    "tape": "operator overloading, define by run: autograd itself",
    "source": "adjoint as readable code, run as it stands",
    "callbacks": "each operation calls the rest of the program, and adds its cotangents on the way back",
    "forward": "dual numbers, one pass per number of the parameters",
}
BACKENDS: Mapping[str, str] = {
    "numpy_code": "straight-line NumPy code",
    "interpret": "equation by equation, every variable seen",
    "autograd": "autograd's own calls",
    "xla": "compiled by XLA through JAX",
}
