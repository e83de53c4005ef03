"""Saving without loss: temporary file, fsync, atomic replace, folder fsync; the two versions before are kept."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

from engine.errors import FileError
from engine.files import kept
from engine.files.format import SUFFIX
from engine.files.read import parse
from engine.files.write import pack
from engine.graph import Content
from engine.sockets import shortened, shortened_path

KEPT_VERSIONS: Final = ("~1", "~2")
"""What is added to the name of the version before, and of the one before that."""

_SHA = re.compile(rb'"sha256": ?"([0-9a-f]{64})"')

_DEAD_AFTER: Final = 3600.0
"""Seconds after which a temporary file is a leftover even where its process cannot be asked for."""

_CANNOT_SYNC: Final = (errno.EINVAL, errno.ENOTSUP)
"""What disks that cannot fsync a folder answer."""

_NAME_BYTES: Final = 210
"""Longest name of an exported file: its temporary file adds up to 40 bytes, and a name may have 255."""

_REASONS: Final[Mapping[int, str]] = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file is larger than this disk allows",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "its folder may not be written to",
    errno.EPERM: "its folder may not be written to",
    errno.ENOENT: "its folder does not exist",
    errno.ENOTDIR: "its folder is not a folder",
    errno.EISDIR: "a folder of that name stands there",
    errno.ENAMETOOLONG: "its name is too long",
    errno.EIO: "the disk reports an error",
}


def save(path: str | os.PathLike[str], content: Content, spare: Collection[str] = ()) -> None:
    """Write the content to `path`; raise FileError with the file there unchanged where that cannot be.

    The new text is read back and compared before it is put in place. The versions before are kept as `path~1` and
    `path~2`; a file that already holds the same bytes is left alone. Large kept arrays go to an .npz beside it;
    those that no version needs any more are removed, but not `spare` ones (by SHA-256), which undo may bring back.
    """
    place = Path(os.path.realpath(path))
    text = b""
    try:
        _require_writable(place)
        text, archive = pack(content)
        _require_readable(text, archive, content, place)
        if archive:
            _put_archive(place, archive)
        if not _holds(place, text):
            _put(place, text)
    except FileError as error:
        raise FileError(f"{place.name} was not saved: {error.sentence}", place=str(place)) from None
    except OSError as error:
        sentence = f"{place.name} was not saved in {place.parent}: {_reason(error)}; {_standing(place, text)}."
        raise FileError(sentence, place=str(place)) from None
    with contextlib.suppress(OSError):
        _sweep(place, spare)


def write_atomically(place: Path, data: bytes) -> None:
    """Replace the file by one with `data`; content and name are on the disk when this returns. Raise OSError."""
    with _temporary(place, data) as temporary:
        os.replace(temporary, place)
    sync_folder(place.parent)


def export(path: str | os.PathLike[str], data: bytes) -> None:
    """Write a result (a picture, a table) to where a person asked for it; raise FileError, the file there unchanged.

    Links are followed; what is neither a file nor free (a folder, a device, a pipe) is refused, never replaced.
    """
    place = require_free(path)
    try:
        write_atomically(place, data)
    except OSError as error:
        raise FileError(f"{shortened(place.name)} was not written: {_reason(error)}.", place=str(place)) from None


def require_free(path: str | os.PathLike[str]) -> Path:
    """Return the place an `export` would write to; raise FileError where it already shows that it could not."""
    name = shortened_path(os.fspath(path))
    if not name:
        raise FileError("Cannot write to a file without a name.")
    try:
        place = Path(os.path.realpath(path))
        if not place.parent.is_dir():
            raise FileError(f"There is no folder to write “{name}” into: make it first.", place=str(place))
        if os.path.lexists(place) and not place.is_file():
            raise FileError(f"Cannot write to “{name}”: it is a folder or a device, not a file.", place=str(place))
        if not os.access(place.parent, os.W_OK):
            raise FileError(f"Cannot write to “{name}”: {_REASONS[errno.EACCES]}.", place=str(place))
        if len(os.fsencode(place.name)) > _NAME_BYTES:
            raise FileError(f"Cannot write to “{name}”: {_REASONS[errno.ENAMETOOLONG]}.", place=str(place))
        _require_writable(place)
    except OSError as error:
        raise FileError(f"Cannot write to “{name}”: {_reason(error)}.", place=str(path)) from None
    except ValueError:
        raise FileError(f"Cannot write to “{name}”: no file can be called that.") from None
    return place


def _reason(error: OSError) -> str:
    return _REASONS.get(error.errno or 0, error.strerror or str(error))


def sync_folder(folder: Path) -> None:
    """Make the names in the folder last, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_SYNC:
            raise
    finally:
        os.close(descriptor)


def _standing(place: Path, text: bytes) -> str:
    """Say which version stands there after a save that failed."""
    with contextlib.suppress(OSError):
        if _holds(place, text):
            return "the new version is in its place all the same"
    return "what was there before is unchanged"


def _require_writable(place: Path) -> None:
    """Refuse a write-protected file: replacing it would pass over the protection."""
    if place.is_file() and not place.stat().st_mode & 0o222:
        raise FileError("it is write-protected; save under another name.")


def _require_readable(text: bytes, archive: kept.Archive | None, content: Content, place: Path) -> None:
    """Refuse a text that does not read back as the same content: a file that cannot be opened is a lost one."""
    again = parse(text, name=place.name)
    same = again.graph == content.graph and again.layout == content.layout
    if content.kept and not archive:
        same = same and again.kept == content.kept
    if not same:
        raise FileError("the text would not read back as the same graph.")


def _put(place: Path, text: bytes) -> None:
    with _temporary(place, text) as temporary:
        _rotate(place)
        os.replace(temporary, place)
    sync_folder(place.parent)


def _put_archive(place: Path, archive: kept.Archive) -> None:
    """Write the .npz before the graph that names it, so that at no moment a graph lacks its arrays."""
    target = place.with_name(stem(place) + archive.suffix)
    if archive.data is None and archive.folder == place.parent and archive.file in (target, None):
        return  # It came from there and was not touched; where it is missing, saving loses nothing more.
    if not (target.is_file() and target.stat().st_size == archive.size and archive.matches(target.read_bytes())):
        write_atomically(target, archive.checked())


def _sweep(place: Path, spare: Collection[str]) -> None:
    """Remove what dead saves have left, and arrays that neither one of the three versions nor `spare` names."""
    versions = [place, *(place.with_name(place.name + mark) for mark in KEPT_VERSIONS)]
    named = {match[:16].decode() for each in versions if each.is_file() for match in _SHA.findall(each.read_bytes())}
    named.update(checksum[:16] for checksum in spare)
    leftover = re.compile(re.escape(f".{stem(place)}.") + r".*\b(\d+)-[0-9a-f]{8}\.tmp")
    arrays = re.compile(re.escape(stem(place)) + r"\.([0-9a-f]{16})\.npz")
    for each in list(place.parent.iterdir()):
        if match := leftover.fullmatch(each.name):
            dead = _is_dead(int(match[1]), each)
        elif match := arrays.fullmatch(each.name):
            # Only a file whose content gives its name is surely one of ours.
            dead = match[1] not in named and hashlib.sha256(each.read_bytes()).hexdigest()[:16] == match[1]
        else:
            continue
        if dead:
            with contextlib.suppress(OSError):
                each.unlink()


def _is_dead(process: int, leftover: Path) -> bool:
    with contextlib.suppress(FileNotFoundError):
        if time.time() - leftover.stat().st_mtime > _DEAD_AFTER:
            return True
    if os.name != "posix" or process == os.getpid():
        return False  # On Windows asking for a process with a signal would end it.
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False


def _rotate(place: Path) -> None:
    """Keep the present file as ~1 and the one before as ~2, with the present one in its place all the time."""
    newer, older = (place.with_name(place.name + mark) for mark in KEPT_VERSIONS)
    if not place.exists():
        return
    # A save that died between here and the replace has left ~1 equal to the present file: then ~2 is still needed.
    if newer.exists() and not _same(newer, place):
        os.replace(newer, older)
    with _linked(place) as copy:
        os.replace(copy, newer)


@contextlib.contextmanager
def _temporary(place: Path, data: bytes) -> Iterator[Path]:
    """Hold a file beside `place` with `data` in it and on the disk; remove it if it is still there at the end."""
    temporary = place.with_name(f".{place.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileNotFoundError):
            shutil.copymode(place, temporary)
        yield temporary
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def _linked(place: Path) -> Iterator[Path]:
    """Hold a second name of the file, or a copy where the disk has no hard links."""
    name = place.with_name(f".{place.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")
    try:
        os.link(place, name)
    except OSError:
        with _temporary(place, place.read_bytes()) as copy:
            yield copy
        return
    try:
        yield name
    finally:
        # Renaming one hard link onto another of the same file leaves both names.
        with contextlib.suppress(OSError):
            name.unlink(missing_ok=True)


def _holds(place: Path, text: bytes) -> bool:
    return place.is_file() and place.stat().st_size == len(text) and place.read_bytes() == text


def _same(a: Path, b: Path) -> bool:
    return os.path.samefile(a, b) or _holds(a, b.read_bytes())


def stem(place: Path) -> str:
    """Return the file's name without .dgraph, from which the names beside it are made."""
    return place.name.removesuffix(SUFFIX)
