"""Hostile data files: while they are read nothing is compiled, executed, unpickled, written or opened besides them."""

from __future__ import annotations

import io
import pickle
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

READER = """
import sys
from pathlib import Path
from engine.data import Data
from engine.errors import DataError
from nodes.table_columns import suggested
from nodes.tables import Request, read

folder = Path(sys.argv[1])
data = Data(folder=folder, node="table_1", label="a table")
for name in ("good.csv", "quoted.csv", "good.npz", "good.npy"):  # whatever is imported on first use, is by now
    read(data, name, Request()), suggested(data, name)

FORBIDDEN = (
    "compile", "exec", "import", "pickle", "marshal", "subprocess", "os.system", "os.exec", "os.fork", "socket",
    "ctypes", "os.remove", "os.rename", "os.mkdir", "shutil", "urllib", "code.",
)
REQUESTS = (
    Request(),
    Request(missing="leave_out", delimiter="semicolon"),
    Request(columns=(("k", "class", ("a",)),)),
)
armed, events = [True], []

def watch(event, arguments):
    if not armed[0]:
        return
    if event == "open" and (arguments[2] & 0o3 or Path(str(arguments[0])).parent != folder):
        events.append(f"open {arguments[0]}")
    if event.startswith(FORBIDDEN):
        events.append(f"{event} {str(arguments)[:80]}")

sys.addaudithook(watch)
refused = 0
for name in sys.argv[2:]:
    for request in REQUESTS:
        try:
            read(data, name, request), suggested(data, name)
        except DataError:
            refused += 1
armed[0] = False
print(refused, events)
"""


class Bomb:
    """An object whose unpickling would run a command."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        import os

        return os.system, ("touch hacked",)


def forged(header: bytes, body: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


def archive(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return stream.getvalue()


def saved(array: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=True)  # type: ignore[arg-type]
    return stream.getvalue()


CODE = b"{'descr': __import__('os').system('touch hacked'), 'fortran_order': False, 'shape': (1,)}"
NINE = b"{'descr': '<f8', 'fortran_order': False, 'shape': (9,)}"
HOSTILE: dict[str, bytes] = {
    "object.npy": saved(np.array([Bomb()], dtype=object)),
    "code.npy": forged(CODE, b"x" * 8),
    "deep.npy": forged(b"(" * 5000 + b")" * 5000),
    "digits.npy": forged(b"{'descr': '<f8', 'fortran_order': False, 'shape': (" + b"9" * 5000 + b",)}", b"x" * 8),
    "fields.npy": forged(b"{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}", b"x" * 8),
    "void.npy": forged(b"{'descr': '|V0', 'fortran_order': False, 'shape': (999999999999,)}"),
    "object.npz": archive(**{"a.npy": saved(np.array([Bomb()], dtype=object))}),
    "outside.npz": archive(**{"../../etc/passwd.npy": saved(np.arange(3.0)), "/abs.npy": b"x"}),
    "nested.npz": archive(**{"a.npy": archive(**{"b.npy": b""})}),
    "zeros.npz": archive(**{"a.npy": forged(NINE) + bytes(10**7)}),
    "pickle.csv": pickle.dumps(Bomb()),
    "formula.csv": b"a,b\n=cmd|' /C calc'!A0,1\n@SUM(1+1),2\n",
    "markup.csv": b"a;b\n<img src=http://example.org/x>;<script>alert(1)</script>\n",
    "escape.csv": b"a;b\n\x1b]0;title\x07;\x1b[2J\n",
    "quotes.csv": b'a;b\n' + b'"' * 100_001 + b"\n",
    "wide.csv": b";" * 200_000 + b"\n" + b"1;" * 3,
    "field.csv": b'"a";b\n"' + b"x" * 300_000 + b'";1\n',
    "digits.csv": b"a,b\n" + b"9" * 100_000 + b",1\n",
    "surrogate.csv": b"a,b\n\xed\xa0\x80,1\n",
    "utf7.csv": b"a,b\n+ADw-script+AD4-,1\n",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    good = {
        "good.csv": b"a,b\n1,2\n3,4\n",
        "quoted.csv": b'a,"b"\n1,"2"\n',
        "good.npz": archive(**{"a.npy": saved(np.arange(3.0))}),
        "good.npy": saved(np.arange(3.0)),
    }
    for name, content in {**good, **HOSTILE}.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def run(script: str, folder: Path, *names: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", script, str(folder), *names], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.strip()


def test_hostile_files_cause_no_forbidden_event(folder: Path) -> None:
    before = sorted(path.name for path in folder.iterdir())
    refused, _, events = run(READER, folder, *HOSTILE).partition(" ")
    assert events == "[]"
    assert int(refused) > 30
    assert sorted(path.name for path in folder.iterdir()) == before


@pytest.mark.parametrize("deed", ["eval('1+1')", "open(folder / 'new', 'w')", "__import__('antigravity_')"])
def test_the_watch_sees_forbidden_deeds(folder: Path, deed: str) -> None:
    planted = f"try:\n    {deed}\nexcept ImportError:\n    pass\nrefused = 0"
    events = run(READER.replace("\nrefused = 0", "\n" + planted), folder, "good.csv")
    assert not events.endswith("[]")
