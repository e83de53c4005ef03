"""A plugin as pip would install it, in a folder of the test: a package and the metadata beside it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

SOFT = '''"""An operator of another package."""
import autograd.numpy as np
from engine.operator import operator
from engine.setting import Slider


def same(types, settings):
    return (types[0],)


@operator(
    "elementwise.acme_waves.ricker", "Ricker wavelet", shape=same, formula=r"(1 - a x^2)\\, e^{-x^2 / 2}",
    partials={"x": r"(-2 a x - x (1 - a x^2))\\, e^{-x^2 / 2}"}, samples=[([-1.5, -0.2, 0.0, 0.7],)],
)
def ricker(x, *, a=Slider(1.0, 0.0, 4.0)):
    """The Mexican hat: the second derivative of a bell, upside down."""
    return (1 - a * x**2) * np.exp(-(x**2) / 2)


OPERATORS = (ricker,)
'''
RAISES = 'raise RuntimeError("the licence server\\nis not there")\n'


class Maker:
    """Installs plugins into a folder that is on `sys.path` for the time of the test."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._monkeypatch = folder, monkeypatch
        folder.mkdir(parents=True, exist_ok=True)
        monkeypatch.syspath_prepend(str(folder))

    def install(self, name: str = "acme-waves", code: str = SOFT, version: str = "1.2.0", entry: str = "") -> str:
        """Put a package there whose module holds `code`, and say what it is; return the module's name."""
        module = name.replace("-", "_")
        (self._folder / f"{module}.py").write_text(code, encoding="utf-8")
        about = self._folder / f"{module}-{version}.dist-info"
        about.mkdir()
        summary = f"Summary: Wavelets of {name}\n"
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{summary}")
        (about / "entry_points.txt").write_text(f"[gradwire.operators]\n{module} = {entry or f'{module}:OPERATORS'}\n")
        self._monkeypatch.delitem(sys.modules, module, raising=False)
        importlib.invalidate_caches()
        return module

    def forget(self, *modules: str) -> None:
        """Take modules that were imported out of this process again."""
        for module in modules:
            sys.modules.pop(module, None)
