"""How large each counted test is: small in `make test`, full in `make soak` (GRADWIRE_SOAK=1)."""

from __future__ import annotations

import os
from collections.abc import Mapping

SIZES: Mapping[str, tuple[int, int]] = {
    # name: (make test, make soak)
    "edit_operations": (2_000, 20_000),
    "mutated_files": (10_000, 100_000),
    "kill_saves": (10, 200),
    "kill_sessions": (3, 50),
    "gestures": (150, 3_000),
    "tab_steps": (40, 3_000),
    "monkey": (3_000, 50_000),
    "inferred_again": (60, 2_000),
    "random_bodies": (40, 1_000),
    "random_subgraphs": (15, 1_500),
    "damaged_bodies": (100, 5_000),
    "random_graphs": (100, 2_000),
    "agreeing_graphs": (60, 2_000),
    "agreeing_second": (20, 200),
    "structural_programs": (60, 1_000),
    "mutants": (120, 0),  # 0: all
    "mixture_points": (200, 1_000),
    "lstm_rows": (64, 1_024),
    "cameras": (4, 40),
    "adjusted_points": (16, 300),
    "colourings": (40, 2_000),
    "counterpart_draws": (1, 4),
    "counterpart_samples": (2, 99),
    "dense_steps": (1_000, 1_000),
    "convolution_steps": (300, 1_000),
    "forger_steps": (600, 3_000),
    "tree_epochs": (2, 6),
    "letter_steps": (600, 5_000),
    "exercises": (12, 500),
    "callback_depth": (100_000, 1_000_000),
    "xla_every": (6, 1),  # of the operators of a family, every n-th
    "xla_samples": (1, 1_000),
    "xla_graphs": (12, 150),
}


def soaking() -> bool:
    """Return whether the full counts are asked for."""
    return os.environ.get("GRADWIRE_SOAK") == "1"


def count(name: str) -> int:
    """Return how many of `name` this run does."""
    return SIZES[name][soaking()]
