"""What is dropped on the canvas lands where the pointer is: operators out of the palette, also on a wire, and files.

A data file or a picture becomes the node that reads it; of a graph, and of a picture with a graph inside, a menu asks
what is wanted. Everything is looked at before anything is done: what cannot be read is one sentence, and nothing
changes.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QImageReader

from app.canvas import landing, menus
from app.canvas.geometry import snapped
from app.picture_graph import graph_in
from app.session import PALETTE_MIME
from app.suggestions import choose_file
from app.words import tr
from engine import limits
from engine.errors import FileError, GradwireError
from engine.graph import Place
from engine.sockets import shortened

if TYPE_CHECKING:
    from app.canvas.view import Canvas

GRAPH: Final = ".dgraph"
PICTURES: Final = (".png", ".jpg", ".jpeg")
TABLES: Final = (".csv", ".tsv", ".npy", ".npz", ".parquet")
READERS: Final = {**dict.fromkeys(PICTURES, "inputs.image"), **dict.fromkeys(TABLES, "inputs.table")}
"""The operators that read files, by what their names end in."""
MOST: Final = 20
"""Files that are taken at once."""
BELOW: Final = 150.0
"""How far below the last the node of the next file stands."""


def files(data: QMimeData) -> list[Path]:
    """Return the files and folders among what is dragged or was copied."""
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]


def welcome(canvas: Canvas, event: QDragEnterEvent | QDragMoveEvent) -> None:
    """Show where it would land, where it is something that may."""
    data = event.mimeData()
    if data.hasFormat(PALETTE_MIME):
        canvas.goal = None
        if not event.modifiers() & landing.SUPPRESSED:
            operator_id = bytes(data.data(PALETTE_MIME).data()).decode("utf-8", "replace")
            canvas.goal = landing.goal_for_new(canvas, operator_id, canvas.camera.to_scene(event.position()))
    elif not files(data):
        return
    event.acceptProposedAction()
    canvas.drop_at = event.position()
    canvas.update()


def leave(canvas: Canvas) -> None:
    """It went elsewhere, or was dropped."""
    canvas.drop_at, canvas.goal = None, None
    canvas.update()


def take(canvas: Canvas, event: QDropEvent) -> None:
    """Insert what was dropped; a file once the other program has let go of it."""
    data, at = event.mimeData(), event.position()
    operator_id = bytes(data.data(PALETTE_MIME).data()).decode("utf-8", "replace")
    dropped = files(data)
    leave(canvas)
    if operator_id in canvas.session.stock.library:
        _operator(canvas, operator_id, at, event.modifiers())
    elif dropped:
        canvas.later(lambda: take_files(canvas, dropped, at))
    else:
        return
    canvas.setFocus(Qt.FocusReason.OtherFocusReason)
    event.acceptProposedAction()


def _operator(canvas: Canvas, operator_id: str, at: QPointF, modifiers: Qt.KeyboardModifier) -> None:
    point = canvas.camera.to_scene(at)
    goal = None if modifiers & landing.SUPPRESSED else landing.goal_for_new(canvas, operator_id, point)
    place = Place(snapped(point.x() - 64), snapped(point.y() - 16))
    if goal is not None:
        landing.insert(canvas, operator_id, Place(place.x, snapped(point.y() - 45)), goal)
    else:
        canvas.session.insert(operator_id, place)


# Files ----------------------------------------------------------------------------------------------------------------


def take_files(canvas: Canvas, paths: list[Path], at: QPointF) -> None:
    """Put the nodes of files on the canvas as one undo step, or ask what is wanted of a graph."""
    session = canvas.session
    try:
        for path in paths:
            require_usable(path)
        if len(paths) > MOST:
            raise FileError(f"{len(paths)} files are too many at once: drop at most {MOST}.")
        graphs = [path for path in paths if path.suffix.lower() == GRAPH]
        if graphs and len(paths) > 1:
            raise FileError("Drop a graph by itself: it is not clear what is to become of several files.")
        inner = graph_in(paths[0]) if len(paths) == 1 and paths[0].suffix.lower() == ".png" else None
    except GradwireError as refused:
        session.message.emit(refused.sentence)
        return
    if graphs:
        _ask(canvas, graphs[0], at, None)
    elif inner is not None:
        _ask(canvas, paths[0], at, inner)
    else:
        insert_files(canvas, paths, at)


def require_usable(path: Path) -> None:
    """Raise FileError, in one sentence, where a file cannot become anything on the canvas."""
    name = shortened(path.name)
    if path.is_dir():
        raise FileError(f"“{name}” is a folder: drop the files that are in it.")
    if not path.is_file():
        raise FileError(f"There is no file “{name}” any more.")
    suffix = path.suffix.lower()
    if suffix != GRAPH and suffix not in READERS:
        known = ", ".join((GRAPH, *READERS))
        raise FileError(f"Nothing here reads “{name}”. These files become nodes: {known}.")
    size, most = path.stat().st_size, limits.FILE_BYTES if suffix == GRAPH else limits.TABLE_BYTES
    if size > most:
        raise FileError(f"“{name}” has {size:,} bytes, and at most {most:,} are read.")
    if suffix in PICTURES:
        _require_picture(path, name)


def _require_picture(path: Path, name: str) -> None:
    reader = QImageReader(str(path))
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if reader.format().data() not in (b"png", b"jpeg") or not size.isValid():
        raise FileError(f"“{name}” is no PNG or JPEG picture, or a damaged one.")
    if size.width() * size.height() > limits.IMAGE_PIXELS:
        raise FileError(f"“{name}” has too many pixels: at most {limits.IMAGE_PIXELS:,} are read.")
    if reader.read().isNull():
        raise FileError(f"“{name}” is a damaged picture: it breaks off or holds what no picture holds.")


def insert_files(canvas: Canvas, paths: list[Path], at: QPointF) -> None:
    """Insert a node for each file, one below the other, as one undo step."""
    session = canvas.session
    point = canvas.camera.to_scene(at)
    try:
        named = [(path, session.bring(path)) for path in paths]
    except GradwireError as refused:
        session.message.emit(refused.sentence)
        return
    added = []
    title = f"Insert {paths[0].name[:40]}" if len(paths) == 1 else f"Insert {len(paths)} files"
    with session.group(title):
        for k, (path, name) in enumerate(named):
            place = Place(snapped(point.x() - 64), snapped(point.y() - 16 + k * BELOW))
            node = session.insert(READERS[path.suffix.lower()], place)
            if node:
                choose_file(session, node, "file", name)
                added.append(node)
    session.select(added)


def _ask(canvas: Canvas, path: Path, at: QPointF, inner: str | None) -> None:
    """Ask what is wanted of a graph, or of a picture with a graph inside."""
    menu = menus.new_menu(canvas, "What to do with this file")
    name = shortened(path.name).replace("&", "&&")
    if inner is None:
        menu.addAction(f"Open {name}", lambda: canvas.session.open_requested.emit(path, ""))
        menu.addAction(tr("Insert its nodes here"), partial(_insert_graph, canvas, path, at, None))
    else:
        menu.addAction(tr("Open the graph inside the picture"), lambda: canvas.session.open_requested.emit(path, inner))
        menu.addAction(tr("Insert its nodes here"), partial(_insert_graph, canvas, path, at, inner))
        menu.addAction(tr("Read it as a picture"), partial(insert_files, canvas, [path], at))
    menu.popup(canvas.global_point(at))


def _insert_graph(canvas: Canvas, path: Path, at: QPointF, inner: str | None) -> None:
    session = canvas.session
    try:
        text = inner if inner is not None else path.read_text(encoding="utf-8")
    except OSError as error:
        session.message.emit(f"Cannot read “{shortened(path.name)}”: {error.strerror or error}.")
        return
    except UnicodeDecodeError:
        session.message.emit(f"“{shortened(path.name)}” is no text in UTF-8: it is no graph.")
        return
    session.insert_graph(text, canvas.place_at(at), path.name, path.parent if inner is None else None)
