"""XLA's bound for small loops is raised where Gradwire is the first to import JAX, and only there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.backends import xla

ROOT = Path(__file__).resolve().parents[3]
OWN = "--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold=65536"


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ("", OWN),
        ("--xla_force_host_platform_device_count=2", f"--xla_force_host_platform_device_count=2 {OWN}"),
        ("--xla_backend_extra_options=a=1", "--xla_backend_extra_options=a=1"),
    ],
)
def test_flags_of_others_stay(flags, wanted):
    assert xla.tuned(flags) == wanted


@pytest.mark.parametrize(("before", "wanted"), [("", OWN), ("import jax", "")])
def test_the_flag_is_set_where_nobody_has_imported_jax_before(tmp_path, before, wanted):
    (tmp_path / "jax.py").write_text("")
    script = (
        f"{before}\nimport os\nfrom engine.backends import xla\nxla.require()\nprint(os.environ.get('XLA_FLAGS', ''))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    environment.pop("XLA_FLAGS", None)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == wanted


def test_these_tests_run_as_gradwires_own_processes_do():
    assert OWN in os.environ["XLA_FLAGS"]


def test_xla_knows_the_flag():
    """A loop of some kilobytes is one call in a process that began with the flag."""
    script = (
        "from engine.backends import xla\n"
        "with xla.precision() as jax:\n"
        "    import jax.numpy as jnp\n"
        "    def loop(x):\n"
        "        step = lambda s: (s[0] + 1, jnp.sin(s[1]) @ s[1] * s[1])\n"
        "        return jax.lax.while_loop(lambda s: s[0] < 9, step, (0, x))\n"
        "    print('xla_cpu_small_call' in jax.jit(loop).lower(jnp.ones(300)).compile().as_text())\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"}
    environment.pop("XLA_FLAGS", None)
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.strip() == "True"
