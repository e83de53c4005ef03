"""Nothing imports JAX before something is compiled by it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import sys
import engine.api, engine.compare, engine.hosts, engine.sweep, engine.training, app.cli_commands, app.cli_sweep
from app.cli import main
code = main(["run", "sample_graphs/1_straight_line_hubble.dgraph", "--steps", "3", "--json"])
print(code, sorted(each for each in sys.modules if each.partition(".")[0] in ("jax", "jaxlib")), file=sys.stderr)
"""


def test_a_run_on_numpy_imports_no_jax():
    found = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stderr.strip() == "0 []"


def test_a_jax_that_cannot_be_imported_is_one_sentence():
    script = "import sys; sys.modules['jax'] = None\nfrom app.cli import main\n"
    script += "sys.exit(main(['grad', 'sample_graphs/1_straight_line_hubble.dgraph', '--backend', 'xla']))"
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert found.stderr.startswith("gradwire: The backend xla needs JAX, which cannot be imported")
    assert len(found.stderr.splitlines()) == 1
