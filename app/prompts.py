"""Every question the window may ask a person, in one place, so that tests answer them without a dialog."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.panels.inspector_parts import set_role

FILTER = "Gradwire graphs (*.dgraph)"
Unsaved = Literal["save", "discard", "cancel"]
OnDisk = Literal["save_as", "overwrite", "reload", "cancel"]


class Prompts:
    """Asks by dialogs. Every method returns the answer, or None where the person gave up."""

    def unsaved(self, parent: QWidget, title: str) -> Unsaved:
        """Ask what to do with unsaved changes of the document called `title`."""
        box = QMessageBox(parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Save the changes to “{title}”?")
        box.setInformativeText("What is not saved is lost.")
        save = box.addButton("Save", QMessageBox.ButtonRole.AcceptRole)
        discard = box.addButton("Discard", QMessageBox.ButtonRole.DestructiveRole)
        box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        set_role(save, "primary")
        box.setDefaultButton(save)
        box.exec()
        if box.clickedButton() is save:
            return "save"
        return "discard" if box.clickedButton() is discard else "cancel"

    def open_file(self, parent: QWidget, folder: Path) -> Path | None:
        """Ask which file to open."""
        name, _ = QFileDialog.getOpenFileName(parent, "Open a graph", str(folder), FILTER)
        return Path(name) if name else None

    def save_file(self, parent: QWidget, suggested: Path) -> Path | None:
        """Ask where to save; the answer always ends in .dgraph."""
        name, _ = QFileDialog.getSaveFileName(parent, "Save the graph", str(suggested), FILTER)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix == ".dgraph" else path.with_name(path.name + ".dgraph")

    def not_saved(self, parent: QWidget, sentence: str) -> bool:
        """Tell why a document could not be saved; return whether it shall be saved elsewhere."""
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Gradwire", "", QMessageBox.StandardButton.NoButton, parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(sentence)
        box.setInformativeText("Nothing is lost: it is still open here.")
        elsewhere = box.addButton("Save as…", QMessageBox.ButtonRole.AcceptRole)
        box.addButton("Cancel", QMessageBox.ButtonRole.RejectRole)
        set_role(elsewhere, "primary")
        box.setDefaultButton(elsewhere)
        box.exec()
        return box.clickedButton() is elsewhere

    def save_picture(self, parent: QWidget, suggested: Path, kinds: str) -> Path | None:
        """Ask where to write a picture, of one of the kinds; without an ending it is a PNG."""
        name, kind = QFileDialog.getSaveFileName(parent, "Export as picture", str(suggested), kinds)
        if not name:
            return None
        path = Path(name)
        return path if path.suffix else path.with_suffix(kind.rpartition("*")[2].rstrip(")") or ".png")

    def save_answers(self, parent: QWidget, suggested: Path) -> Path | None:
        """Ask where to write a learner's answers; the answer always ends in .answers.json."""
        name, _ = QFileDialog.getSaveFileName(parent, "Save the answers", str(suggested), "Answers (*.answers.json)")
        if not name:
            return None
        path = Path(name)
        return path if path.name.endswith(".answers.json") else path.with_name(path.name + ".answers.json")

    def changed_on_disk(self, parent: QWidget, name: str, lines: Sequence[str]) -> OnDisk:
        """Ask what to do where the file `name` was changed by something else; `lines` say what saving would undo."""
        from app.difference_card import DifferenceCard

        return DifferenceCard(parent, name, lines).ask()

    def tell(self, parent: QWidget, sentence: str) -> None:
        """Tell of a failure that must not be missed."""
        box = QMessageBox(QMessageBox.Icon.NoIcon, "Gradwire", "", QMessageBox.StandardButton.Ok, parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(sentence)
        box.exec()
