"""LIBRARY: every operator of Gradwire, by id, in the order of the palette."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from engine.operator import Library
from nodes import (
    activations,
    arranging,
    bijections,
    choices,
    class_losses,
    complex_parts,
    discrete_distributions,
    elementwise,
    exponentials,
    fourier,
    gradients,
    indexing,
    inputs,
    joining,
    linear_algebra,
    losses,
    matrices,
    metrics,
    neural,
    optimizers,
    ordering,
    parameters,
    pooling,
    positive_distributions,
    probability,
    products,
    random,
    rectifiers,
    recurrent,
    reductions,
    regression_losses,
    rounding,
    shape,
    shaped_distributions,
    signal,
    smooth_activations,
    special,
    statistics,
    token_layers,
    triangles,
    trigonometry,
    views,
)

FAMILY_MODULES: Final = (
    inputs,
    parameters,
    elementwise,
    activations,
    reductions,
    shape,
    linear_algebra,
    signal,
    neural,
    random,
    probability,
    losses,
    gradients,
    optimizers,
    views,
)

FURTHER_MODULES: Final[tuple[ModuleType, ...]] = (
    trigonometry,
    exponentials,
    rounding,
    choices,
    complex_parts,
    statistics,
    ordering,
    indexing,
    joining,
    arranging,
    triangles,
    rectifiers,
    smooth_activations,
    positive_distributions,
    shaped_distributions,
    discrete_distributions,
    bijections,
    regression_losses,
    class_losses,
    metrics,
    token_layers,
    recurrent,
    special,
    products,
    matrices,
    pooling,
    fourier,
)
"""More operators of the families above, in modules of their own."""

LIBRARY: Final = Library(declared for module in (*FAMILY_MODULES, *FURTHER_MODULES) for declared in module.OPERATORS)
"""The closed library: a .dgraph file names operators out of it by id, and nothing else."""
