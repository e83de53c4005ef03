"""`gradwire associate`: `.dgraph` files open with Gradwire; `--remove` takes it back."""

from __future__ import annotations

import argparse
import sys

from app import association
from app import cli_output as output
from engine.errors import GradwireError

DONE = 0


class PlatformError(GradwireError):
    """Something this system does not have."""


def run(chosen: argparse.Namespace) -> int:
    """Write the files, or remove them, and say which."""
    if sys.platform in ("win32", "darwin"):
        raise PlatformError("Files are associated by freedesktop.org's rules, which this system does not follow.")
    home = association.data_home()
    paths = association.remove(home) if chosen.remove else association.install(home)
    if chosen.json:
        output.write(output.document({"removed": chosen.remove, "files": [str(path) for path in paths]}))
    elif not paths:
        output.write("There was nothing to remove.\n")
    else:
        done = "Removed" if chosen.remove else "Written"
        output.write("".join(f"{done}: {path}\n" for path in paths))
    return DONE
