"""LIBRARY: every operator of Gradwire, by id, in the order of the palette."""

from __future__ import annotations

from types import ModuleType
from typing import Final

from engine.operator import Library
from nodes import (
    activations,
    arranging,
    choices,
    class_losses,
    complex_parts,
    elementwise,
    exponentials,
    gradients,
    indexing,
    inputs,
    joining,
    linear_algebra,
    losses,
    metrics,
    neural,
    optimizers,
    ordering,
    parameters,
    positive_distributions,
    probability,
    random,
    rectifiers,
    reductions,
    regression_losses,
    rounding,
    shape,
    shaped_distributions,
    smooth_activations,
    statistics,
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
    regression_losses,
    class_losses,
    metrics,
)
"""More operators of the families above, in modules of their own."""

LIBRARY: Final = Library(declared for module in (*FAMILY_MODULES, *FURTHER_MODULES) for declared in module.OPERATORS)
"""The closed library: a .dgraph file names operators out of it by id, and nothing else."""
