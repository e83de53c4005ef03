"""LIBRARY: every operator of Gradwire, by id, in the order of the palette."""

from __future__ import annotations

from dataclasses import replace
from types import ModuleType
from typing import Final

from engine.operator import Library
from nodes import (
    activations,
    arranging,
    attention,
    bijections,
    choices,
    class_losses,
    complex_parts,
    control,
    convolution_layers,
    derivatives,
    discrete_distributions,
    drawn_inputs,
    elementwise,
    exponential_matrices,
    exponentials,
    fourier,
    gradients,
    images,
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
    pictures,
    pooling,
    positive_distributions,
    prepared_inputs,
    probability,
    products,
    python,
    quantum,
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
    structures,
    token_layers,
    triangles,
    trigonometry,
    views,
)
from nodes.domains import FAULTS

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
    images,
    quantum,
    losses,
    control,
    gradients,
    optimizers,
    views,
)

FURTHER_MODULES: Final[tuple[ModuleType, ...]] = (
    python,
    trigonometry,
    exponential_matrices,
    exponentials,
    rounding,
    choices,
    complex_parts,
    convolution_layers,
    derivatives,
    statistics,
    ordering,
    indexing,
    joining,
    structures,
    arranging,
    triangles,
    rectifiers,
    smooth_activations,
    positive_distributions,
    shaped_distributions,
    discrete_distributions,
    bijections,
    drawn_inputs,
    prepared_inputs,
    pictures,
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
    attention,
)
"""More operators of the families above, in modules of their own."""

LIBRARY: Final = Library(
    replace(declared, fault=FAULTS[declared.id]) if declared.id in FAULTS else declared
    for module in (*FAMILY_MODULES, *FURTHER_MODULES)
    for declared in module.OPERATORS
)
"""The closed library: a .dgraph file names operators out of it by id, and nothing else."""
