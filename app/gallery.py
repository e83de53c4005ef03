"""Which field each bundled sample belongs to, and the order in which the start page shows them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from app.assets import SAMPLES

FIELDS: Final[Sequence[tuple[str, Sequence[str]]]] = (
    ("First steps", ("1_straight_line_hubble", "2_iris_network", "3_rosenbrock_five_optimizers", "xor_quick_start")),
    ("Telling classes apart", ("iris_logistic_regression", "two_spirals", "digits_dense", "digits_convolution")),
    ("Curves through data", ("cubic_by_network", "sine_by_polynomial", "diabetes_lasso_path", "gaussian_process")),
    (
        "Methods and their limits",
        ("newton_on_a_quadratic", "principal_components", "image_factorisation", "logistic_map_chaos"),
    ),
    (
        "Control flow and derivatives",
        (
            "taylor_sine",
            "cube_by_recursion",
            "loops_of_theano",
            "checkpoints_and_stability",
            "charged_particle",
            "saddle_by_nested_descent",
            "character_rnn",
            "sentiment_trees",
        ),
    ),
    ("Chance", ("funnel_variational", "gaussian_mixture", "generative_adversarial_ring")),
    ("Images", ("deconvolution", "bilateral_grid")),
    ("Physics", ("ball_throw", "neural_ode", "hunters_and_prey", "quantum_eigensolver")),
    ("Benchmarks of the field", ("lstm_diagonal", "bundle_adjustment")),
)
"""The fields, each with the files (without their ending) of its samples, from easy to hard."""
MORE: Final = "More"
LESSONS: Final = "Lessons"
"""The field of the lessons, which lie in a folder of their own; it stands after the first steps."""


def fields(folder: Path = SAMPLES) -> list[tuple[str, list[Path]]]:
    """Return each field with its samples that are there; samples of no field come last, under "More"."""
    waiting = {path.stem: path for path in sorted(folder.glob("*.dgraph"))}
    found = [(field, [waiting.pop(stem) for stem in stems if stem in waiting]) for field, stems in FIELDS]
    found.insert(1, (LESSONS, sorted((folder / "lessons").glob("*.dgraph"))))
    return [(field, paths) for field, paths in (*found, (MORE, list(waiting.values()))) if paths]
