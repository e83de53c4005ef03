"""Tests. XLA runs as it does in Gradwire's own processes, although some modules here import JAX first."""

import os

from engine.backends import xla

os.environ["XLA_FLAGS"] = xla.tuned(os.environ.get("XLA_FLAGS", ""))
