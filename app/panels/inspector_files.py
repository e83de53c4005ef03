"""The editor of a data file's name."""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from app.assets import ASSETS
from app.panels.inspector_fields import Editor, mark_invalid, plain_line
from app.panels.inspector_surroundings import Surroundings
from app.words import tr
from engine import setting
from engine.errors import GradwireError

DATA_SUFFIXES = (".csv", ".tsv", ".npy", ".npz", ".parquet", ".png", ".jpg", ".jpeg")


class FileEditor(Editor):
    """A data file: bundled, beside the graph, or from anywhere, which copies it to where the graph may read it.

    The path can be typed; the button offers bundled files and a dialog.
    """

    wide = True

    def __init__(self, spec: setting.File, surroundings: Surroundings) -> None:
        super().__init__(spec)
        self._folder, self._bring = surroundings.folder, surroundings.bring
        self._suffixes = spec.suffixes or DATA_SUFFIXES
        self.line = plain_line(placeholder="no file yet", name="file")
        self.line.editingFinished.connect(lambda: self._set(self.line.text().strip()))
        self.button = QPushButton(tr("Choose"), self)
        self.button.clicked.connect(self._open_menu)
        self._shown = ""
        self.fill(self.line, self.button).setStretch(0, 1)

    def show_value(self, value: Any) -> None:
        """Show the file."""
        self._shown = str(value)
        self.line.setText(self._shown)
        mark_invalid(self.line, False)

    def menu(self) -> QMenu:
        """Return the menu: a dialog for any file, what lies beside the graph, and the bundled files."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Browse…"), self._browse)
        for group in (self._beside(), self._bundled()):
            menu.addSeparator()
            for text, name in group:
                menu.addAction(text.replace("&", "&&"), lambda name=name: self._set(name))
        return menu

    def _beside(self) -> list[tuple[str, str]]:
        folder = self._folder()
        found = folder.iterdir() if folder is not None and folder.is_dir() else ()
        names = sorted(p.name for p in found if p.suffix.lower() in self._suffixes)
        return [(name, name) for name in names[:20]]

    def _bundled(self) -> list[tuple[str, str]]:
        names = sorted(p.name for p in ASSETS.iterdir() if p.suffix.lower() in self._suffixes)
        return [(f"{name}  (bundled)", f"asset:{name}") for name in names]

    def _open_menu(self) -> None:
        self.menu().popup(self.button.mapToGlobal(QPoint(0, self.button.height())))

    def _browse(self) -> None:
        kinds = " ".join(f"*{suffix}" for suffix in self._suffixes)
        name, _ = QFileDialog.getOpenFileName(
            self, "Choose a data file", str(FileEditor.last_folder), f"Data files ({kinds});;All files (*)"
        )
        if name:
            FileEditor.last_folder = Path(name).parent
            self._set(name)

    last_folder = Path.home()
    """Where the last file was chosen."""

    def _set(self, value: str) -> None:
        if value == self._shown:
            return
        if not value.startswith("asset:") and escapes(value):
            try:
                value = self._bring(Path(value))
            except GradwireError as refused:
                mark_invalid(self.line, True)
                self.refused.emit(f"stays as it was: {refused.sentence.rstrip('.')}")
                return
        good = self.offer(value)
        mark_invalid(self.line, not good)
        if good:
            self.refused.emit("")
            self.show_value(value)
            self.sealed.emit()


def escapes(path: str) -> bool:
    """Return whether a path leads out of the folder it is read from."""
    plain = PurePosixPath(path.replace("\\", "/"))
    return plain.is_absolute() or ".." in plain.parts or ":" in path or path.startswith("~")
